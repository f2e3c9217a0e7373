"""The line of a payload of the kinds that lists are full of: what a registry's schema reads behind Confluent's prefix, JSON, text.

It says what the whole chain would say, several times as fast, or nothing: then the chain is asked. Nothing is decided here
that is not decided there in the same way, which tests hold it to.
"""

import struct
from functools import lru_cache

from meshdesk.decode import avro_line, connect_line, json_line
from meshdesk.decode.compressed import IN_BASE64
from meshdesk.decode.confluent import IDS, PREFIX
from meshdesk.decode.connect_internal import TOPIC
from meshdesk.decode.contract import Payload, Preview, Schemas, Undecodable
from meshdesk.decode.debezium import is_flattened
from meshdesk.decode.kafka_records import INTERNAL
from meshdesk.decode.line import LONGEST, Read, Unlisted, Words, text_word
from meshdesk.decode.mirrormaker import ENDS
from meshdesk.decode.proto_line import Lines
from meshdesk.decode.text import UUID
from meshdesk.model.node import line_of
from meshdesk.model.schema import Schema, SchemaName

READERS = 256  # of schemas, kept: more than a person looks at in an hour
FORMATS = {"AVRO": "Avro", "JSON": "JSON", "PROTOBUF": "Protobuf"}
# What may be something else than the text that it is, or than the JSON: how other formats begin that are text, too.
NO_TEXT = (b"{", b"[", b'"', b"<", b"$", b"/", b" ", b"%", b"-", b"PAR1", b"ARROW1", b"ORC", b"BZh", b"PK", *IN_BASE64)

JSON: tuple[Read, str] = json_line.read, "JSON"
LEFT_TO_OTHERS = (
    Unlisted, Undecodable, IndexError, ValueError, StopIteration, OverflowError, RecursionError, struct.error,
)  # fmt: skip

_readers: dict[int, tuple[Schema, tuple[Read, str] | None]] = {}


def preview(payload: Payload, schemas: Schemas, limit: int) -> Preview | None:
    """The line of a payload that is not null, where it is of such a kind; None where the chain is to be asked."""
    data = payload.data
    if not data or payload.asked or payload.masked or limit > LONGEST:
        return None
    names = _names(payload.topic, payload.role)
    if names is None or isinstance(schemas.find_schema(names[0]), Schema):
        return None
    is_flat = bool(payload.headers) and payload.role == "value" and is_flattened(payload)
    if data[0] in json_line.BEGINS and (is_flat or connect_line.may_be(payload)):
        return _event(payload, limit, is_flat)
    found: tuple[Read, str] | None
    if data[0]:
        if isinstance(schemas.find_schema(names[1]), Schema):
            return None
        if data[0] not in json_line.BEGINS:
            return _text(data, limit)
        found, at = JSON, 0
    else:
        found, at = _by_id(data, schemas), PREFIX
    if found is None or is_flat:
        return None
    read, word = found
    words: Words = []
    try:
        read(data, at, words)
    except LEFT_TO_OTHERS:
        return None
    return Preview(*line_of(words, limit), word)


@lru_cache(maxsize=4_096)  # topics; a mesh has seldom more
def _names(topic: str, role: str) -> tuple[SchemaName, SchemaName] | None:
    """By what a schema is known that was chosen for a topic, and one whose file has its name; None where the topic's name says
    what its records are."""
    is_telling = (
        topic in INTERNAL
        or topic.endswith((*ENDS, ".transaction"))
        or topic.startswith("__debezium-heartbeat")
        or TOPIC.search(topic)
    )
    return None if is_telling else (SchemaName("file", f"{topic}-{role}"), SchemaName("subject", f"{topic}-{role}"))


@lru_cache(maxsize=4_096)  # schemas of a mesh
def _named(prefix: bytes) -> SchemaName | None:
    """By what the schema is known that Confluent's prefix names."""
    number = int.from_bytes(prefix[1:], "big")
    return SchemaName("id", str(number)) if len(prefix) == PREFIX and number in IDS else None


def _by_id(data: bytes, schemas: Schemas) -> tuple[Read, str] | None:
    """What reads the bytes behind Confluent's prefix, and the word for the column."""
    name = _named(data[:PREFIX])
    schema = schemas.find_schema(name) if name is not None else None
    if not isinstance(schema, Schema):
        return None
    # By the object, which is kept with what is made of it: the hash of a schema is one of all its fields.
    kept = _readers.get(id(schema))
    if kept is None:
        if len(_readers) >= READERS:
            _readers.clear()
        kept = _readers[id(schema)] = (schema, _reader(schema))
    return kept[1]


def _reader(schema: Schema) -> tuple[Read, str] | None:
    read, word = _made(schema), FORMATS.get(schema.type, "")
    return (read, f"{word} {schema.id}" if schema.id else word) if read is not None else None


def _made(schema: Schema) -> Read | None:
    if schema.rules:  # fields of it may be encrypted
        return None
    try:
        if schema.type == "AVRO":
            return avro_line.reader(schema)
        if schema.type == "PROTOBUF":
            return Lines(schema).read
    except (Unlisted, Undecodable):
        return None
    return json_line.read if schema.type == "JSON" else None


def _event(payload: Payload, limit: int, is_flat: bool) -> Preview | None:
    """JSON that says itself what it is."""
    words: Words = []
    try:
        word = connect_line.read(payload, words, is_flat)
    except LEFT_TO_OTHERS:
        return None
    return Preview(*line_of(words, limit), word)


def _text(data: bytes, limit: int) -> Preview | None:
    """Text without a line's end, in ASCII: of it a glance tells that no format reads it that would be asked before."""
    if not data.isascii() or data.startswith(NO_TEXT):
        return None
    text = data.decode("ascii")
    if not text.isprintable():
        return None
    is_uuid = len(text) == 36 and UUID.fullmatch(text)
    return Preview(*line_of([(text, "text") if is_uuid else text_word(text)], limit), "text")
