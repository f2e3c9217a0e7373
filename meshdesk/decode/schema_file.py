"""A file of a schema that is meant for a topic, by its name, or that somebody asked for, by the type that it declares.

It counts less than what a registry proves, and more than formats that are only recognised. It also reads what lies behind
a framing whose schema nobody knows, as where the registry is gone, or was never within reach.
"""

from dataclasses import replace
from functools import lru_cache

from meshdesk.decode import (
    apicurio,
    avro_single,
    azure,
    buf,
    chosen,
    confluent,
    glue,
    guid_header,
    guid_prefix,
    tibco,
)
from meshdesk.decode.by_schema import OneSchema
from meshdesk.decode.contract import Bounds, Decoded, Decoder, Layer, Payload, Schemas, Undecodable
from meshdesk.model.decode_as import OF_TYPE
from meshdesk.model.schema import Schema, SchemaName

NAME = "schema file"
FRAMINGS: tuple[Decoder, ...] = (guid_header, azure, buf, confluent, apicurio, guid_prefix, glue, tibco, avro_single)


@lru_cache(maxsize=4_096)  # topics; a mesh has seldom more
def subject_of(topic: str, role: str) -> SchemaName:
    """By what a schema is known whose file has the name of a topic's subject."""
    return SchemaName("subject", f"{topic}-{role}")


def could_be(payload: Payload, data: bytes, schemas: Schemas) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether a file has the name of its topic."""
    return isinstance(schemas.find_schema(subject_of(payload.topic, payload.role)), Schema)


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:
    """The payload by the file that has the name of its subject or topic. Raises Undecodable."""
    schema = schemas.find_schema(subject_of(payload.topic, payload.role))
    if not isinstance(schema, Schema):
        raise Undecodable("no file has the name of its topic")
    try:
        return _read(payload, data, schema, bounds)
    except Undecodable as why:
        words = f"The {payload.role} is not read by {schema.registry}, the schema of its topic: {why}."
        raise Undecodable(str(why), words) from None


def decode_as(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:
    """The payload by the type that was asked for (Payload.asked). Raises Undecodable."""
    name = payload.asked.removeprefix(OF_TYPE)
    schema = schemas.find_schema(SchemaName("type", name))
    if not isinstance(schema, Schema):
        raise Undecodable(f"no schema file here declares {name}")
    return _read(payload, data, schema, bounds)


def _read(payload: Payload, data: bytes, schema: Schema, bounds: Bounds) -> Decoded:
    """Behind a framing that proves itself, else from its first byte to its last."""
    one = OneSchema(schema, has_no_name=False)
    layer = Layer(NAME, schema.registry)
    for framing in FRAMINGS:
        try:
            found = framing.decode(payload, data, one, bounds)
        except Undecodable:
            continue
        return replace(found, chain=(layer, *found.chain), schema=schema)
    found = chosen.read_whole(data, schema, bounds)
    return replace(found, chain=(layer, *found.chain), schema=schema)
