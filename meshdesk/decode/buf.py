"""Buf's registry: headers buf.registry.value.schema.message (the message's full name) and .commit; the payload is bare Protobuf.
(Redpanda Console, serde/protobuf; bufstream's documentation.)"""

from collections.abc import Iterator

from meshdesk.decode import by_schema
from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.proto_framing import Framed, Framing
from meshdesk.model.proto_schema import Types
from meshdesk.model.schema import SchemaName

NAME = "Buf headers"
BEGINS = b""  # nothing but a header says it
HEADERS = ("buf.registry.",)


def minds(payload: Payload, data: bytes) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether one of them names the message."""
    return payload.header(f"buf.registry.{payload.role}.schema.message") is not None


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:
    """The whole payload as the message that the headers name. Raises Undecodable."""
    said = payload.header(f"buf.registry.{payload.role}.schema.message") if payload.headers else None
    if said is None:
        raise Undecodable("no header of Buf's registry names its message")
    message, name = said.decode("utf-8", "replace"), named(payload)
    schema = by_schema.schema_that_header_names(schemas, name, payload.role)
    found = by_schema.read_where_header_says(data, schema, bounds, framing_of(message), payload.role)
    return by_schema.framed_by(Layer(NAME, f"{message} of commit {name.id}"), found, schema)


def named(payload: Payload) -> SchemaName:
    """The commit that a header names."""
    commit = payload.header(f"buf.registry.{payload.role}.schema.commit") or b""
    return SchemaName("buf", commit.decode("utf-8", "replace"))


def framing_of(message: str) -> Framing:
    """The messages of that name."""

    def framing(_: bytes, at: int, types: Types) -> Iterator[Framed]:
        for found in types.named(message):
            yield Framed(at, found)

    return framing
