"""Confluent's wire format: 00, the schema's id as int32 big-endian, then the payload (Confluent's serdes, SchemaId.java).

Five bytes prove nothing: a big-endian number looks the same. So it counts only where the registry knows the id *and* the
schema's format consumes all the bytes behind it.
"""

from dataclasses import replace

from meshdesk.decode import avro, json_text
from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.model.schema import Schema, SchemaState

NAME = "Confluent id"
PREFIX = 5
REASONS = {
    SchemaState.UNKNOWN_ID: "Schema {id} is not in the registry. Check that the record was written with this registry.",
    SchemaState.NOT_FETCHED: "Schema {id} has not been fetched yet.",
    SchemaState.UNREACHABLE: "The schema registry cannot be reached, so schema {id} is not known. It is asked again by itself.",
    SchemaState.NO_REGISTRY: "The value may need schema {id}, but no schema registry is set. Connect with the registry's address.",
}


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:  # noqa: ARG001 (the contract's form)
    """The payload behind the prefix, by the schema that it names. Raises Undecodable."""
    number = candidate(data)
    if number is None:
        raise Undecodable("it does not begin with a zero byte and an id")
    schema = schemas.by_id(number)
    if isinstance(schema, SchemaState):
        raise Undecodable(REASONS[schema].format(id=number))
    inner = _read(data[PREFIX:], schema, bounds)
    layers = (Layer("Confluent id", str(number)), *inner.chain)
    return replace(inner, chain=layers, format=f"{inner.format} {number}", schema=schema)


def candidate(data: bytes) -> int | None:
    """The id that the bytes would name, if they are in this format."""
    return int.from_bytes(data[1:PREFIX], "big", signed=False) if len(data) >= PREFIX and data[0] == 0 else None


def _read(body: bytes, schema: Schema, bounds: Bounds) -> Decoded:
    if schema.type == "AVRO":
        return Decoded(avro.tree_of(body, schema, bounds, PREFIX), (Layer("Avro"),), "Avro")
    if schema.type == "JSON":
        tree, _ = json_text.tree_of(body, bounds) if body[:1] in b'{["' else (json_text.scalar_of(body), 0)
        return Decoded(tree, (Layer("JSON Schema"),), "JSON")
    raise Undecodable(f"schema {schema.id} is {schema.type.title()}, which this version does not read")
