"""Confluent's wire format: 00, the schema's id as int32 big-endian, then the payload (Confluent's serdes, SchemaId.java).

Five bytes prove nothing: a big-endian number looks the same. So it counts only where the registry knows the id *and* the
schema's format consumes all the bytes behind it.
"""

from collections.abc import Iterator

from meshdesk.decode import by_schema, proto_framing
from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.proto_framing import Framed
from meshdesk.model.proto_schema import Types
from meshdesk.model.schema import SchemaName, SchemaState

NAME = "Confluent id"
BEGINS = b"\0"
PREFIX = 5
IDS = range(1, 2**31)  # registries count from 1 in an int32; nothing else was ever an id
NUMBER = 8  # bytes of a long or a double: as keys and counters they are common, and below 2^56 they begin with a zero


def could_be(payload: Payload, data: bytes, schemas: Schemas) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether there is room for an id."""
    return len(data) >= PREFIX


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:
    """The payload behind the prefix, by the schema that it names. Raises Undecodable."""
    number = candidate(data)
    if number is None:
        raise Undecodable("it does not begin with a zero byte and an id")
    schema = schemas.find_schema(SchemaName("id", str(number)))
    if isinstance(schema, SchemaState):
        looks = number in IDS and (len(data) != NUMBER or schema in by_schema.OPEN)
        trouble = by_schema.TROUBLE[schema].format(id=number, role=payload.role) if looks else ""
        raise Undecodable(by_schema.WHY[schema].format(id=number), trouble)
    try:
        found = by_schema.read(data, PREFIX, schema, bounds, framings)
    except Undecodable as why:
        trouble = f"The {payload.role} begins with {number}, the id of a schema that does not read it: {why}."
        raise Undecodable(str(why), why.trouble or (trouble if len(data) != NUMBER else "")) from None
    return by_schema.framed_by(Layer("Confluent id", str(number)), found, schema)


def candidate(data: bytes) -> int | None:
    """The id that the bytes would name, if they are in this format."""
    return int.from_bytes(data[1:PREFIX], "big", signed=False) if len(data) >= PREFIX and data[0] == 0 else None


def framings(data: bytes, at: int, types: Types) -> Iterator[Framed]:
    """Its own, then those of Apicurio's serialisers, whose registry answers Confluent's API too."""
    for framed in proto_framing.confluent(data, at, types):
        yield framed._replace(
            layers=()
        )  # which belong to every message of its, and say no more than the message's name
    yield from proto_framing.apicurio(data, at, types)
