"""AWS Glue (aws-glue-schema-registry, GlueSchemaRegistryDeserializerDataParser): 03, 00 or 05 for zlib, the UUID of a schema's
version, then the body, which zlib covers. Of Protobuf a varint stands first: the place of the message among all of the
schema's, sorted by full name, those within others and the entries of maps counted."""

import zlib
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from uuid import UUID

from meshdesk.decode import by_schema
from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.proto_framing import Framed
from meshdesk.decode.proto_wire import varint
from meshdesk.model.proto_schema import Message, Types, all_messages
from meshdesk.model.schema import SchemaName, SchemaState

NAME = "Glue"
BEGINS = b"\3"
PREFIX = 18
PLAIN, ZLIB = 0, 5


def could_be(payload: Payload, data: bytes, schemas: Schemas) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether its second byte is one of those that Glue writes."""
    return len(data) >= PREFIX and data[1] in (PLAIN, ZLIB)


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:
    """The body by the schema version that the prefix names. Raises Undecodable."""
    if len(data) < PREFIX or data[0] != 3 or data[1] not in (PLAIN, ZLIB):
        raise Undecodable("it does not begin with Glue's 03 and 00 or 05")
    name = SchemaName("glue", str(UUID(bytes=data[2:PREFIX])))
    schema = schemas.find_schema(name)
    if isinstance(schema, SchemaState):
        # Two bytes prove little; a UUID that says its own version proves it.
        is_sure = data[8] >> 4 == 4 and data[10] >> 6 == 2
        trouble = by_schema.TROUBLE[schema].format(id=name.about, role=payload.role)
        raise Undecodable(by_schema.WHY[schema].format(id=name.about), trouble if is_sure else "")
    layer = Layer(NAME, name.id)
    if data[1] == PLAIN:
        return by_schema.framed_by(layer, by_schema.read(data, PREFIX, schema, bounds, framing), schema)
    body = inflated(data[PREFIX:], bounds)
    found = by_schema.read(body, 0, schema, bounds, framing)
    found = replace(found, chain=(Layer("zlib", f"{len(body):,} bytes"), *found.chain), unpacked=body)
    return by_schema.framed_by(layer, found, schema)


def inflated(data: bytes, bounds: Bounds) -> bytes:
    """What zlib has packed into all of some bytes. Raises Undecodable."""
    opener = zlib.decompressobj()
    try:
        body = opener.decompress(data, bounds.bytes + 1)
    except zlib.error as error:
        raise Undecodable(f"what follows its prefix is no zlib: {error}") from None
    if len(body) > bounds.bytes:
        raise Undecodable(f"it is larger than {bounds.bytes:,} bytes when it is unpacked")
    if not opener.eof or opener.unused_data:
        raise Undecodable("its zlib does not end where the payload does")
    return body


def framing(data: bytes, at: int, types: Types) -> Iterator[Framed]:
    """The message that the varint at a byte names, and where it begins. Raises Undecodable."""
    index, start = varint(data, at, len(data))
    messages = _in_order(types)
    if index < len(messages):
        yield Framed(start, messages[index], (Layer("Glue message index", str(index)),))


@lru_cache(maxsize=256)  # schemas: more than a person looks at in an hour
def _in_order(types: Types) -> list[Message]:
    return sorted(all_messages(types.files[0].messages), key=lambda message: message.name)
