"""The line of a payload of the kinds that lists are full of: what a registry's schema reads behind Confluent's prefix, JSON, text.

It says what the whole chain would say, several times as fast, or nothing: then the chain is asked. Nothing is decided here
that is not decided there in the same way, which tests hold it to.
"""

import struct
from functools import lru_cache
from uuid import UUID as UUID_OF

from meshdesk.decode import apicurio, avro_line, azure, buf, cloudevents, connect_line, csfle, guid_header, json_line
from meshdesk.decode.apicurio import KINDS
from meshdesk.decode.avro_single import MAGIC
from meshdesk.decode.avro_single import PREFIX as MAGIC_PREFIX
from meshdesk.decode.chosen import file_of
from meshdesk.decode.compressed import IN_BASE64
from meshdesk.decode.confluent import IDS, PREFIX
from meshdesk.decode.contract import Payload, Preview, Schemas, Undecodable
from meshdesk.decode.debezium import is_flattened
from meshdesk.decode.glue import PREFIX as GLUE_PREFIX
from meshdesk.decode.guid_prefix import PREFIX as GUID_PREFIX
from meshdesk.decode.kafka_records import INTERNAL
from meshdesk.decode.line import LONGEST, Line, Unlisted
from meshdesk.decode.mirrormaker import ENDS
from meshdesk.decode.proto_line import lines_of
from meshdesk.decode.schema_file import subject_of
from meshdesk.decode.text import UUID, is_declared
from meshdesk.model.schema import Schema, SchemaName

LONG_PREFIX = 9  # of Apicurio's older serialisers
GLUE = 3  # how its prefix begins
MARKED = b"\1\3\xc3"
READERS = 256  # of schemas, kept: more than a person looks at in an hour
FORMATS = {"AVRO": "Avro", "JSON": "JSON", "PROTOBUF": "Protobuf"}
# What may be something else than the text that it is, or than the JSON: how other formats begin that are text, too.
NO_TEXT = (b"{", b"[", b'"', b"<", b"$", b"/", b" ", b"%", b"-", b"PAR1", b"ARROW1", b"ORC", b"BZh", b"PK", *IN_BASE64)

MARK = b"\xef\xbb\xbf"  # of UTF-8, which some write before JSON
JSON: tuple[Line, str] = json_line.read, "JSON"
JSON_LINES: tuple[Line, str] = json_line.read_lines, "JSON"
LEFT_TO_OTHERS = (
    Unlisted, Undecodable, IndexError, ValueError, StopIteration, OverflowError, RecursionError, struct.error,
)  # fmt: skip

_readers: dict[tuple[int, bool], tuple[Schema, tuple[Line, str] | None]] = {}


def preview(payload: Payload, schemas: Schemas, limit: int) -> Preview | None:
    """The line of a payload that is not null, where it is of such a kind; None where the chain is to be asked."""
    found = preview_or_plain(payload, schemas, limit)
    return found if isinstance(found, Preview) else None


def preview_or_plain(payload: Payload, schemas: Schemas, limit: int) -> Preview | bool:
    """The same; where the chain is to be asked, whether nothing but its bytes says what the payload is, headers left out."""
    data = payload.data
    if not data or payload.asked or payload.masked or limit > LONGEST:
        return False
    names = _names(payload.topic, payload.role)
    if names is None or isinstance(schemas.find_schema(names[0]), Schema):
        return False
    is_flat = bool(payload.headers) and payload.role == "value" and is_flattened(payload)
    found: tuple[Line, str] | None
    if data[0]:
        if isinstance(schemas.find_schema(names[1]), Schema):
            return False
        if data[0] in json_line.BEGINS:
            if is_flat or connect_line.may_be(payload):
                return _event(payload, limit, is_flat) or True
            return _line(JSON, data, 0, limit) or (b"\n" in data and _line(JSON_LINES, data, 0, limit)) or True
        if data.startswith(MARK) and len(data) > len(MARK) and not is_flat:
            found, at = JSON, len(MARK)
        elif data[0] in MARKED:
            found, at = _marked(data, schemas)
        else:
            return _text(data, limit) or True
    else:
        found, at = _by_id(data, schemas)
    line = None if found is None or is_flat else _line(found, data, at, limit)
    return line or bool(data[0]) or not isinstance(schemas.find_schema(names[1]), Schema)


def by_header(payload: Payload, schemas: Schemas, limit: int) -> Preview | None:
    """The line of a payload whose schema a header names, where that says all; None where the chain is to be asked."""
    data, names = payload.data, _names(payload.topic, payload.role)
    if not data or names is None or payload.asked or payload.masked or limit > LONGEST:
        return None
    name = guid_header.named(payload)
    of_azure = azure.named(payload) if payload.role == "value" else ""
    if of_azure:
        if name is not None:
            return None
        name = SchemaName("azure", of_azure)
    # A zero may begin Confluent's prefix, which counts more than Apicurio's headers.
    if name is None and data[0]:
        name = apicurio.named(payload)
    if (
        buf.minds(payload, data)
        or (payload.role == "value" and is_flattened(payload))
        or isinstance(schemas.find_schema(names[0]), Schema)
    ):
        return None
    if cloudevents.minds(payload):
        is_other = name is not None or is_declared(payload, data) or isinstance(schemas.find_schema(names[1]), Schema)
        return None if is_other else _structured(payload, limit)
    if name is None or apicurio.is_json(payload):
        return None
    schema = schemas.find_schema(name)
    found = _kept(schema) if isinstance(schema, Schema) and schema.type in ("AVRO", "JSON") else None
    return _line(found, data, 0, limit) if found is not None else None


def _structured(payload: Payload, limit: int) -> Preview | None:
    """The line of an event of CloudEvents whose header says that the value is all of it, in JSON."""
    content = cloudevents.content_type(payload).lower()
    if not content.startswith(cloudevents.MARK) or "json" not in content or (payload.data or b"")[:1] != b"{":
        return None
    found = _event(payload, limit, is_flat=False)
    return found if found is not None and found.format == cloudevents.NAME else None


def _line(read: tuple[Line, str], data: bytes, at: int, limit: int) -> Preview | None:
    try:
        line, tones = read[0](data, at, limit)
    except LEFT_TO_OTHERS:
        return None
    return Preview(line, tones, read[1])


@lru_cache(maxsize=4_096)  # topics; a mesh has seldom more
def _names(topic: str, role: str) -> tuple[SchemaName, SchemaName] | None:
    """By what a schema is known that was chosen for a topic, and one whose file has its name; None where the topic's name says
    what its records are."""
    return None if topic in INTERNAL or topic.endswith(ENDS) else (file_of(topic, role), subject_of(topic, role))


@lru_cache(maxsize=4_096)  # schemas of a mesh
def _named(prefix: bytes) -> SchemaName | None:
    """By what the schema is known that Confluent's prefix names."""
    number = int.from_bytes(prefix[1:], "big")
    return SchemaName("id", str(number)) if len(prefix) == PREFIX and number in IDS else None


@lru_cache(maxsize=4_096)  # schemas of a mesh
def _of_apicurio(prefix: bytes) -> tuple[SchemaName, ...]:
    """By what the schema may be known that Apicurio's prefix names, of five or of nine bytes."""
    number = str(int.from_bytes(prefix[1:], "big"))
    return tuple(SchemaName(kind, number) for kind in KINDS)


@lru_cache(maxsize=4_096)  # schemas of a mesh
def _of_mark(prefix: bytes) -> SchemaName:
    """By what the schema is known that Glue's prefix names, Confluent's GUID, or the fingerprint of an Avro object."""
    if prefix[0] == MAGIC[0]:
        return SchemaName("fingerprint", prefix[2:].hex())
    return SchemaName("glue" if prefix[0] == GLUE else "guid", str(UUID_OF(bytes=prefix[-16:])))


def _by_id(data: bytes, schemas: Schemas) -> tuple[tuple[Line, str] | None, int]:
    """What reads the bytes behind Confluent's prefix or Apicurio's, with the word for the column, and where they begin."""
    name = _named(data[:PREFIX])
    schema = schemas.find_schema(name) if name is not None else None
    if isinstance(schema, Schema):
        return _kept(schema), PREFIX
    for size in (PREFIX, LONG_PREFIX):
        if len(data) <= size or (size == LONG_PREFIX and any(data[1:PREFIX])):
            break
        if size == PREFIX and name is None:  # no number of a schema
            continue
        for of_apicurio in _of_apicurio(data[:size]):
            schema = schemas.find_schema(of_apicurio)
            if isinstance(schema, Schema):
                return _kept(schema, is_referred=True), size
    return None, 0


def _marked(data: bytes, schemas: Schemas) -> tuple[tuple[Line, str] | None, int]:
    """The same behind what names a schema and is no number: not packed, and no Protobuf, before which more stands."""
    if data[0] == MAGIC[0]:
        size, is_named = MAGIC_PREFIX, data.startswith(MAGIC)
    elif data[0] == GLUE:
        size, is_named = GLUE_PREFIX, data[1:2] == b"\0"
    else:
        size, is_named = GUID_PREFIX, True
    if len(data) < size or not is_named:
        return None, 0
    schema = schemas.find_schema(_of_mark(data[:size]))
    if not isinstance(schema, Schema) or schema.type not in ("AVRO", "JSON"):
        return None, 0
    found = _kept(schema)
    if found is None or data[0] != MAGIC[0]:
        return found, size
    return ((found[0], FORMATS["AVRO"]) if schema.type == "AVRO" else None), size


def _kept(schema: Schema, is_referred: bool = False) -> tuple[Line, str] | None:
    """What reads a value by its schema; `is_referred` where the name of a message stands before it."""
    # By the object, which is kept with what is made of it: the hash of a schema is one of all its fields.
    kept = _readers.get((id(schema), is_referred))
    if kept is None:
        if len(_readers) >= READERS:
            _readers.clear()
        kept = _readers[id(schema), is_referred] = (schema, _reader(schema, is_referred))
    return kept[1]


def _reader(schema: Schema, is_referred: bool) -> tuple[Line, str] | None:
    read, word = _made(schema, is_referred), FORMATS.get(schema.type, "")
    return (read, f"{word} {schema.id}" if schema.id else word) if read is not None else None


def _made(schema: Schema, is_referred: bool) -> Line | None:
    if csfle.rule_of_payload(schema):
        return None
    try:
        if schema.type == "AVRO":
            return avro_line.reader(schema)
        if schema.type == "PROTOBUF":
            return lines_of(schema).read_referred if is_referred else lines_of(schema).read
    except (Unlisted, Undecodable):
        return None
    return json_line.read if schema.type == "JSON" else None


def _event(payload: Payload, limit: int, is_flat: bool) -> Preview | None:
    """JSON that says itself what it is."""
    try:
        return Preview(*connect_line.read(payload, limit, is_flat))
    except LEFT_TO_OTHERS:
        return None


def _text(data: bytes, limit: int) -> Preview | None:
    """Text without a line's end that begins in ASCII: of it a glance tells that no format reads it that would be asked before."""
    if data[0] >= 0x80 or data.startswith(NO_TEXT):
        return None
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    if not text.isprintable():
        return None
    tone = "text" if len(text) == 36 and UUID.fullmatch(text) else "string"
    if len(text) <= limit:
        return Preview(text, ((0, len(text), tone),), "text")
    return Preview(f"{text[: limit - 1]}…", ((0, limit, tone),), "text")
