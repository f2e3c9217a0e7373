"""A payload whose schema somebody gives: it serves for whatever name the payload has for one, and reads payloads that have none."""

from dataclasses import replace

from meshdesk.decode import chosen
from meshdesk.decode.by_schema import OneSchema
from meshdesk.decode.chain import BOUNDS, decode
from meshdesk.decode.contract import Bounds, Decoded, Payload
from meshdesk.model.schema import Schema


def decode_by(payload: Payload, schema: Schema, bounds: Bounds = BOUNDS) -> Decoded:
    """What the payload says by that schema: behind a framing that proves itself, else from its first byte to its last.
    Where neither is so, what it says without the schema, and in `trouble` why that does not read it."""
    framed = decode(payload, OneSchema(schema, has_no_name=False), bounds)
    if framed.schema is not None or not payload.data:
        return framed
    bare = decode(payload, OneSchema(schema, has_no_name=True), bounds)
    if bare.schema is not None:
        return bare
    why = next((declined.why for declined in bare.tried if declined.name == chosen.NAME), "it is something else")
    return replace(bare, trouble=f"The schema that was given does not read the {payload.role}: {why}.")
