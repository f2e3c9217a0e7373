"""Confluent's wire format: 00, the schema's id as int32 big-endian, then the payload (Confluent's serdes, SchemaId.java).

Five bytes prove nothing: a big-endian number looks the same. So it counts only where the registry knows the id *and* the
schema's format consumes all the bytes behind it.
"""

from collections.abc import Iterator
from dataclasses import replace

from meshdesk.decode import by_schema, proto_framing
from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.proto_framing import Framed
from meshdesk.decode.proto_schema import Types
from meshdesk.model.schema import SchemaName, SchemaState

NAME = "Confluent id"
PREFIX = 5
IDS = range(1, 2**31)  # registries count from 1 in an int32; nothing else was ever an id
NUMBER = 8  # bytes of a long or a double: as keys and counters they are common, and below 2^56 they begin with a zero
WHY = {
    SchemaState.UNKNOWN_ID: "schema {id} is not in the registry",
    SchemaState.NOT_FETCHED: "schema {id} has not been fetched yet",
    SchemaState.UNREACHABLE: "schema {id} is not known, as the schema registry cannot be reached",
    SchemaState.NO_REGISTRY: "no schema registry is set that could know schema {id}",
}
TROUBLE = {
    SchemaState.UNKNOWN_ID: "The {role} begins as if written by schema {id}, which is not in the registry. "
    "Either it is something else, or it was written with another registry.",
    SchemaState.NOT_FETCHED: "The {role} may need schema {id}, which has not been fetched yet. "
    "While the mesh is connected that happens by itself.",
    SchemaState.UNREACHABLE: "The {role} may need schema {id}, but the schema registry cannot be reached. "
    "It is asked again by itself.",
    SchemaState.NO_REGISTRY: "The {role} may need schema {id}, but no schema registry is set. "
    "Connect with the registry's address.",
}
OPEN = (SchemaState.NOT_FETCHED, SchemaState.UNREACHABLE)  # an answer is still to come


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:
    """The payload behind the prefix, by the schema that it names. Raises Undecodable."""
    number = candidate(data)
    if number is None:
        raise Undecodable("it does not begin with a zero byte and an id")
    schema = schemas.find_schema(SchemaName("id", str(number)))
    if isinstance(schema, SchemaState):
        looks = number in IDS and (len(data) != NUMBER or schema in OPEN)
        trouble = TROUBLE[schema].format(id=number, role=payload.role) if looks else ""
        raise Undecodable(WHY[schema].format(id=number), trouble)
    try:
        inner = by_schema.read(data, PREFIX, schema, bounds, framings)
    except Undecodable as why:
        trouble = f"The {payload.role} begins with {number}, the id of a schema that does not read it: {why}."
        raise Undecodable(str(why), why.trouble or (trouble if len(data) != NUMBER else "")) from None
    layers = (Layer("Confluent id", str(number)), *inner.chain)
    return replace(inner, chain=layers, format=f"{inner.format} {number}", schema=schema)


def candidate(data: bytes) -> int | None:
    """The id that the bytes would name, if they are in this format."""
    return int.from_bytes(data[1:PREFIX], "big", signed=False) if len(data) >= PREFIX and data[0] == 0 else None


def framings(data: bytes, at: int, types: Types) -> Iterator[Framed]:
    """Its own, then those of Apicurio's serialisers, whose registry answers Confluent's API too."""
    yield from proto_framing.confluent(data, at, types)
    yield from proto_framing.apicurio(data, at, types)
