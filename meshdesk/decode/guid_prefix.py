"""Confluent's schema GUID before the payload (SchemaId.java, version 1): 01, the GUID's 16 bytes, of Protobuf the message
indexes, then the payload. It counts only where the registry knows the GUID and its schema reads all that follows."""

from uuid import UUID

from meshdesk.decode import by_schema
from meshdesk.decode.confluent import framings
from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.model.schema import Schema, SchemaName

NAME = "Confluent GUID prefix"
BEGINS = b"\1"
PREFIX = 17


def name_in(data: bytes) -> tuple[SchemaName, int] | None:
    """The schema that bytes name at their beginning, in either version, and where that ends."""
    if len(data) >= PREFIX and data[0] == 1:
        return SchemaName("guid", str(UUID(bytes=data[1:PREFIX]))), PREFIX
    if len(data) >= 5 and data[0] == 0:
        return SchemaName("id", str(int.from_bytes(data[1:5], "big"))), 5
    return None


def could_be(payload: Payload, data: bytes, schemas: Schemas) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether there is room for a GUID."""
    return len(data) >= PREFIX


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:  # noqa: ARG001 (the contract's form)
    """The payload behind the prefix, by the schema that it names. Raises Undecodable."""
    if len(data) < PREFIX or data[0] != 1:
        raise Undecodable("it does not begin with the byte 01 and a GUID")
    name = SchemaName("guid", str(UUID(bytes=data[1:PREFIX])))
    schema = schemas.find_schema(name)
    if not isinstance(schema, Schema):
        raise Undecodable(by_schema.WHY[schema].format(id=name.about))
    found = by_schema.read(data, PREFIX, schema, bounds, framings)
    return by_schema.framed_by(Layer(NAME, name.id), found, schema)
