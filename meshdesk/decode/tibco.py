"""TIBCO's serialisers: as Confluent's with the byte 80 in place of 00 (AKHQ's avro deserialiser knows it)."""

from meshdesk.decode import by_schema
from meshdesk.decode.confluent import PREFIX, framings
from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.model.schema import Schema, SchemaName

NAME = "TIBCO id"
BEGINS = b"\x80"


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:  # noqa: ARG001 (the contract's form)
    """The payload behind the prefix, by the schema that it names. Raises Undecodable."""
    if len(data) < PREFIX or data[0] != 0x80:
        raise Undecodable("it does not begin with the byte 80 and an id")
    number = int.from_bytes(data[1:PREFIX], "big")
    schema = schemas.find_schema(SchemaName("id", str(number)))
    if not isinstance(schema, Schema):
        raise Undecodable(by_schema.WHY[schema].format(id=number))
    found = by_schema.read(data, PREFIX, schema, bounds, framings)
    return by_schema.framed_by(Layer(NAME, str(number)), found, schema)
