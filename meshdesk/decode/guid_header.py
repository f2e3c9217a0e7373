"""Confluent's schema GUID in a header (HeaderSchemaIdSerializer.java): __key_schema_id or __value_schema_id; the last counts.

Its value is 01 and the GUID's 16 bytes, or 00 and an id; of Protobuf the message indexes follow there. The payload is bare.
"""

from collections.abc import Iterator

from meshdesk.decode import by_schema, proto_framing
from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.guid_prefix import name_in
from meshdesk.decode.proto_framing import Framed, Framing
from meshdesk.model.proto_schema import Types
from meshdesk.model.schema import SchemaName

NAME = "Confluent GUID header"
BEGINS = b""  # nothing but a header says it
HEADERS = ("__key_schema_id", "__value_schema_id")


def named(payload: Payload) -> SchemaName | None:
    """The schema that a header names."""
    said = payload.header(f"__{payload.role}_schema_id")
    found = name_in(said) if said is not None else None
    return found[0] if found is not None else None


def minds(payload: Payload, data: bytes) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether one of them names the schema."""
    return payload.header(f"__{payload.role}_schema_id") is not None


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:
    """The whole payload, by the schema that the header names. Raises Undecodable."""
    said = payload.header(f"__{payload.role}_schema_id") if payload.headers else None
    if said is None:
        raise Undecodable("no header names its schema")
    found = name_in(said)
    if found is None:
        raise Undecodable(f"the header __{payload.role}_schema_id holds neither a GUID nor an id")
    name, end = found
    schema = by_schema.schema_that_header_names(schemas, name, payload.role)
    decoded = by_schema.read_where_header_says(data, schema, bounds, framing_of(said, end), payload.role)
    return by_schema.framed_by(Layer(NAME, name.id), decoded, schema)


def framing_of(said: bytes, end: int) -> Framing:
    """The messages that a header names behind what it says of the schema, which ends at `end`."""
    path, begin = (said, end) if end < len(said) else (b"\0", 0)  # nothing there: the first message

    def framing(_: bytes, at: int, types: Types) -> Iterator[Framed]:
        for framed in proto_framing.confluent(path, begin, types):
            yield Framed(at, framed.message)

    return framing
