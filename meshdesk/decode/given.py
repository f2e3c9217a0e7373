"""A payload whose schema somebody gives: it serves for whatever name the payload has for one, and reads payloads that have none."""

from dataclasses import replace

from meshdesk.decode import chosen
from meshdesk.decode.chain import BOUNDS, decode
from meshdesk.decode.contract import Bounds, Decoded, Payload
from meshdesk.model.schema import Schema, SchemaName, SchemaState


class Given:
    """One schema for every name that a payload can have for one, or for a payload that has none (contract.Schemas)."""

    def __init__(self, schema: Schema, has_no_name: bool) -> None:
        self._schema, self._has_no_name = schema, has_no_name

    def find_schema(self, name: SchemaName) -> Schema | SchemaState:
        return self._schema if (name.kind == "file") is self._has_no_name else SchemaState.UNKNOWN_ID


def decode_by(payload: Payload, schema: Schema, bounds: Bounds = BOUNDS) -> Decoded:
    """What the payload says by that schema: behind a framing that proves itself, else from its first byte to its last.
    Where neither is so, what it says without the schema, and in `trouble` why that does not read it."""
    framed = decode(payload, Given(schema, False), bounds)
    if framed.schema is not None or not payload.data:
        return framed
    bare = decode(payload, Given(schema, True), bounds)
    if bare.schema is not None:
        return bare
    why = next((declined.why for declined in bare.tried if declined.name == chosen.NAME), "it is something else")
    return replace(bare, trouble=f"The schema that was given does not read the {payload.role}: {why}.")
