"""Azure's schema registry (azure-schema-registry-for-kafka): Avro with the header content-type: avro/binary+ID, JSON with the
header schemaId. The payload is bare. Event Hubs' clients may write header values as AMQP does: A1, a length, text."""

import re

from meshdesk.decode import by_schema, proto_framing
from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.model.schema import SchemaName

NAME = "Azure"
BEGINS = b""  # nothing but a header says it
HEADERS = ("content-type", "schemaid")
TYPE = re.compile(r"avro/binary\+([0-9a-fA-F]{32})", re.IGNORECASE)
ID = re.compile("[0-9a-fA-F]{32}")


def amqp_text(value: bytes | None) -> str:
    """A header's text, plain or typed as AMQP does; "" where it is none.

    >>> amqp_text(b"abc"), amqp_text(b"\\xa1\\x03abc")
    ('abc', 'abc')
    """
    if value is None:
        return ""
    if len(value) >= 2 and value[0] == 0xA1 and value[1] == len(value) - 2:
        value = value[2:]
    return value.decode("utf-8", "replace")


def minds(payload: Payload, data: bytes) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether one of them names the schema."""
    return payload.role == "value" and named(payload) != ""


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:
    """The whole payload, by the schema that a header names. Raises Undecodable."""
    number = named(payload) if payload.headers and payload.role == "value" else ""
    if not number:
        raise Undecodable("no header names a schema of Azure's registry")
    name = SchemaName("azure", number)
    schema = by_schema.schema_that_header_names(schemas, name, payload.role)
    found = by_schema.read_where_header_says(data, schema, bounds, proto_framing.first, payload.role)
    return by_schema.framed_by(Layer(NAME, number), found, schema)


def named(payload: Payload) -> str:
    """The id of the schema that a header names; "" where none does."""
    found = TYPE.fullmatch(amqp_text(payload.header("content-type")))
    if found:
        return found[1]
    said = amqp_text(payload.header("schemaId"))
    return said if ID.fullmatch(said) else ""
