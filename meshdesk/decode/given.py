"""A payload whose schema somebody gives: it serves for whatever name the payload has for one, and reads payloads that have none."""

from dataclasses import replace

from meshdesk.decode import avro, json_text
from meshdesk.decode.chain import BOUNDS, decode
from meshdesk.decode.contract import Bounds, Declined, Decoded, Layer, Payload, Undecodable
from meshdesk.model.schema import Schema, SchemaName, SchemaState

NAME = "schema without a framing"


class Given:
    """One schema for every name (contract.Schemas)."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def find_schema(self, name: SchemaName) -> Schema | SchemaState:  # noqa: ARG002 (the contract's form)
        return self.schema


def decode_by(payload: Payload, schema: Schema, bounds: Bounds = BOUNDS) -> Decoded:
    """What the payload says by that schema: behind a framing that proves itself, else from its first byte to its last.
    Where neither is so, what it says without the schema, and in `trouble` why that does not read it."""
    found = decode(payload, Given(schema), bounds)
    data = payload.data
    if found.schema is not None or not data:
        return found
    try:
        bare = _bare(data, schema, bounds)
    except Undecodable as why:
        trouble = found.trouble or f"The schema that was given does not read the {payload.role}: {why}."
        return replace(found, tried=(*found.tried, Declined(NAME, str(why))), trouble=trouble)
    return replace(bare, schema=schema, tried=tuple(one for one in found.tried if one.name != bare.chain[0].name))


def _bare(data: bytes, schema: Schema, bounds: Bounds) -> Decoded:
    if schema.type == "AVRO":
        return Decoded(avro.tree_of(data, schema, bounds), (Layer("Avro"),), "Avro")
    if schema.type == "JSON":
        return Decoded(json_text.document_of(data, bounds), (Layer("JSON Schema"),), "JSON")
    raise Undecodable(f"it is {schema.type.title()}, which this version does not read")
