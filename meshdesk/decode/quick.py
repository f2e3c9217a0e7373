"""The line of a payload of the kinds that lists are full of: what a registry's schema reads behind Confluent's prefix, JSON, text.

It says what the whole chain would say, several times as fast, or nothing: then the chain is asked. Nothing is decided here
that is not decided there in the same way, which tests hold it to.
"""

from functools import lru_cache, partial
from uuid import UUID as UUID_OF

from meshdesk.decode import (
    apicurio,
    avro_line,
    azure,
    buf,
    cloudevents,
    connect_line,
    csfle,
    glue,
    guid_header,
    json_line,
    proto_framing,
)
from meshdesk.decode.apicurio import KINDS
from meshdesk.decode.avro_single import MAGIC
from meshdesk.decode.avro_single import PREFIX as MAGIC_PREFIX
from meshdesk.decode.chosen import file_of
from meshdesk.decode.compressed import IN_BASE64
from meshdesk.decode.confluent import IDS, PREFIX
from meshdesk.decode.contract import Bounds, Payload, Preview, Schemas, Undecodable
from meshdesk.decode.debezium import is_flattened
from meshdesk.decode.glue import PREFIX as GLUE_PREFIX
from meshdesk.decode.guid_prefix import PREFIX as GUID_PREFIX
from meshdesk.decode.guid_prefix import name_in
from meshdesk.decode.kafka_records import INTERNAL
from meshdesk.decode.line import LARGEST, LEFT_TO_OTHERS, LONGEST, Line, Unlisted
from meshdesk.decode.mirrormaker import ENDS
from meshdesk.decode.proto_framing import Framing
from meshdesk.decode.proto_line import lines_of
from meshdesk.decode.schema_file import subject_of
from meshdesk.decode.text import UUID, is_declared
from meshdesk.model.node import Tones
from meshdesk.model.schema import Schema, SchemaName

LONG_PREFIX = 9  # of Apicurio's older serialisers
GLUE = 3  # how its prefix begins
GLUE_FORMS, GLUE_PACKED = (b"\0", b"\5"), b"\3\5"
BOUNDS = Bounds(bytes=LARGEST)
MARKED = b"\1\3\xc3"
READERS = 256  # of schemas, kept: more than a person looks at in an hour
FORMATS = {"AVRO": "Avro", "JSON": "JSON", "PROTOBUF": "Protobuf"}
# What may be something else than the text that it is, or than the JSON: how other formats begin that are text, too.
NO_TEXT = (b"{", b"[", b'"', b"<", b"$", b"/", b" ", b"%", b"-", b"PAR1", b"ARROW1", b"ORC", b"BZh", b"PK", *IN_BASE64)
NO_LETTER = frozenset(
    (*(start[0] for start in NO_TEXT), *range(0x80, 0x100))
)  # the first bytes of those, and of no ASCII

MARK = b"\xef\xbb\xbf"  # of UTF-8, which some write before JSON
JSON: tuple[Line, str] = json_line.read, "JSON"
JSON_LINES: tuple[Line, str] = json_line.read_lines, "JSON"
_readers: dict[tuple[int, Framing | None], tuple[Schema, tuple[Line, str] | None]] = {}


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
    if names is None:
        return False
    is_flat = bool(payload.headers) and payload.role == "value" and is_flattened(payload)
    schema = schemas.find_schema(names[0])
    if isinstance(schema, Schema):
        return not is_flat and _line_by_chosen(schema, data, limit)
    found: tuple[Line, str] | None
    if not data[0]:
        found, at = _by_id(data, schemas)
        if found is not None and not is_flat:
            try:  # as `_line`, without one more call: most of what lists are full of comes here
                line, tones = found[0](data, at, limit)
                return Preview(line, tones, found[1])
            except LEFT_TO_OTHERS:
                pass
        return not isinstance(schemas.find_schema(names[1]), Schema)
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
    return (None if found is None or is_flat else _line(found, data, at, limit)) or True


def _line_by_chosen(schema: Schema, data: bytes, limit: int) -> Preview | bool:
    """The line by the schema that somebody chose, before which nothing stands. Of Protobuf the chain knows which message it is."""
    found = _kept(schema) if schema.type in ("AVRO", "JSON") else None
    return (_line(found, data, 0, limit) if found is not None else None) or False


def by_header(payload: Payload, schemas: Schemas, limit: int) -> Preview | None:
    """The line of a payload whose schema a header names, where that says all; None where the chain is to be asked."""
    data, names = payload.data, _names(payload.topic, payload.role)
    if not data or names is None or payload.asked or payload.masked or limit > LONGEST:
        return None
    name, framing = _in_header(payload, data)
    if (payload.role == "value" and is_flattened(payload)) or isinstance(schemas.find_schema(names[0]), Schema):
        return None
    if cloudevents.minds(payload):
        is_other = name is not None or is_declared(payload, data) or isinstance(schemas.find_schema(names[1]), Schema)
        return None if is_other else _structured(payload, limit)
    if name is None or apicurio.is_json(payload):
        return None
    schema = schemas.find_schema(name)
    if not isinstance(schema, Schema):
        return None
    found = _kept(schema) if schema.type != "PROTOBUF" else _reader(schema, framing)
    return _line(found, data, 0, limit) if found is not None else None


def _in_header(payload: Payload, data: bytes) -> tuple[SchemaName | None, Framing]:
    """The schema that headers name, in the order in which the chain asks, and which messages of it, if it is of Protobuf."""
    said = payload.header(f"__{payload.role}_schema_id")
    found = name_in(said) if said is not None else None
    if said is not None and found is not None:
        return found[0], guid_header.framing_of(said, found[1])
    if azure.minds(payload, data):
        return SchemaName("azure", azure.named(payload)), proto_framing.first
    message = payload.header(f"buf.registry.{payload.role}.schema.message")
    if message is not None:
        return buf.named(payload), buf.framing_of(message.decode("utf-8", "replace"))
    # A zero may begin Confluent's prefix, which counts more than Apicurio's headers.
    return (apicurio.named(payload) if data[0] else None), apicurio.framing_of(payload)


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
                return _kept(schema, proto_framing.apicurio), size
    return None, 0


def _marked(data: bytes, schemas: Schemas) -> tuple[tuple[Line, str] | None, int]:
    """The same behind what names a schema and is no number."""
    if data[0] == MAGIC[0]:
        size, is_named = MAGIC_PREFIX, data.startswith(MAGIC)
    elif data[0] == GLUE:
        size, is_named = GLUE_PREFIX, data[1:2] in GLUE_FORMS
    else:
        size, is_named = GUID_PREFIX, True
    if len(data) < size or not is_named:
        return None, 0
    schema = schemas.find_schema(_of_mark(data[:size]))
    if not isinstance(schema, Schema):
        return None, 0
    found = _kept(schema, glue.framing if data[0] == GLUE else None)
    if found is not None and data[:2] == GLUE_PACKED:
        return (partial(_packed, found[0]), found[1]), size
    if found is None or data[0] != MAGIC[0]:
        return found, size
    return ((found[0], FORMATS["AVRO"]) if schema.type == "AVRO" else None), size


def _packed(read: Line, data: bytes, at: int, limit: int) -> tuple[str, Tones]:
    return read(glue.inflated(data[at:], BOUNDS), 0, limit)


def _kept(schema: Schema, framing: Framing | None = None) -> tuple[Line, str] | None:
    """What reads a value by its schema; `framing` is what stands before a message of Protobuf, if it is not Confluent's."""
    # By the object, which is kept with what is made of it: the hash of a schema is one of all its fields.
    kept = _readers.get((id(schema), framing))
    if kept is None:
        if len(_readers) >= READERS:
            _readers.clear()
        kept = _readers[id(schema), framing] = (schema, _reader(schema, framing))
    return kept[1]


def _reader(schema: Schema, framing: Framing | None) -> tuple[Line, str] | None:
    read, word = _made(schema, framing), FORMATS.get(schema.type, "")
    return (read, f"{word} {schema.id}" if schema.id else word) if read is not None else None


def _made(schema: Schema, framing: Framing | None) -> Line | None:
    if csfle.rule_of_payload(schema):
        return None
    try:
        if schema.type == "AVRO":
            return avro_line.reader(schema)
        if schema.type == "PROTOBUF":
            lines = lines_of(schema)
            if framing is proto_framing.apicurio:
                return lines.read_referred
            return lines.read if framing is None else partial(lines.read_behind, framing)
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
    if data[0] in NO_LETTER and (data[0] >= 0x80 or data.startswith(NO_TEXT)):
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
