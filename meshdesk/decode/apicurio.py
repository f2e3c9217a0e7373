"""Apicurio's serialisers (apicurio-registry serdes: Default4ByteIdHandler, Legacy8ByteIdHandler, DefaultHeadersHandler).

00 and an id of four bytes (3.x, the content id by default) or eight (2.x, the global id); or nothing before the payload, and
the id as eight bytes in the header apicurio.value.contentId or .globalId. The number of a prefix does not say which of the
two ids it is: both are looked up, and the schema must read all that follows.
"""

from collections.abc import Iterator

from meshdesk.decode import by_schema, proto_framing
from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.proto_framing import Framed, Framing
from meshdesk.model.proto_schema import Types
from meshdesk.model.schema import NameKind, Schema, SchemaName, SchemaState

NAME = "Apicurio id"
BEGINS = b"\0"
PREFIX = 5  # bytes, or nine
HEADERS = ("apicurio.",)
NAMED: tuple[tuple[str, NameKind], ...] = (("contentId", "content"), ("globalId", "global"))
KINDS: tuple[NameKind, ...] = ("content", "global")


def minds(payload: Payload, data: bytes) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether one of them names the schema."""
    return named(payload) is not None


def is_json(payload: Payload) -> bool:
    """Whether a header says that a value of Avro is written as JSON."""
    return _text(payload, f"apicurio.{payload.role}.encoding") == "JSON"


def could_be(payload: Payload, data: bytes, schemas: Schemas) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether there is room for an id."""
    return len(data) >= PREFIX


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:
    """The payload by the schema that a header or its prefix names. Raises Undecodable."""
    name = named(payload) if payload.headers else None
    if name is not None:
        return _by_header(payload, data, name, schemas, bounds)
    if len(data) < 5 or data[0]:
        raise Undecodable("it does not begin with a zero byte and an id")
    why: Undecodable | None = None
    missing: tuple[SchemaState, NameKind, int, int] | None = None
    for size in (4, 8):
        if len(data) <= size or (size == 8 and any(data[1:5])):
            continue
        number = int.from_bytes(data[1 : size + 1], "big")
        for kind in KINDS:
            schema = schemas.find_schema(SchemaName(kind, str(number)))
            if not isinstance(schema, Schema):
                why, missing = None, (schema, kind, number, size)
                continue
            try:
                found = by_schema.read(data, size + 1, schema, bounds, proto_framing.apicurio)
            except Undecodable as declined:
                why = declined
            else:
                layer = Layer(NAME, f"{size} bytes, {kind} id {number}")
                return by_schema.framed_by(layer, found, schema)
    raise why or (
        _missing(*missing, payload.role) if missing is not None else Undecodable("no schema of that id reads it")
    )


def _missing(state: SchemaState, kind: str, number: int, size: int, role: str) -> Undecodable:
    # Four bytes are as well Confluent's, which has said all there is to say; eight are nobody else's.
    about = f"{kind} {number}"
    sure = size == 8 and 0 < number < 1 << 31 and state in by_schema.OPEN
    trouble = by_schema.TROUBLE[state].format(id=about, role=role) if sure else ""
    return Undecodable(by_schema.WHY[state].format(id=about), trouble)


def named(payload: Payload) -> SchemaName | None:
    """The schema that a header names."""
    for word, kind in NAMED:
        said = payload.header(f"apicurio.{payload.role}.{word}")
        if said is not None and len(said) == 8:
            return SchemaName(kind, str(int.from_bytes(said, "big")))
    return None


def _by_header(payload: Payload, data: bytes, name: SchemaName, schemas: Schemas, bounds: Bounds) -> Decoded:
    schema = by_schema.schema_that_header_names(schemas, name, payload.role)
    encoding = _text(payload, f"apicurio.{payload.role}.encoding")
    found = by_schema.read_where_header_says(data, schema, bounds, framing_of(payload), payload.role, encoding)
    return by_schema.framed_by(Layer("Apicurio headers", f"{name.kind} id {name.id}"), found, schema)


def framing_of(payload: Payload) -> Framing:
    """The messages that a payload may be whose headers name its schema, the likeliest first."""
    # Its Protobuf serialiser 2.x writes the message alone, and its type into headers; that of 3.x writes the Ref as well.
    suffix = ".key" if payload.role == "key" else ""
    named = (_text(payload, f"apicurio.{payload.role}.msgType"), _text(payload, f"apicurio.protobuf.type{suffix}"))

    def framing(body: bytes, at: int, types: Types) -> Iterator[Framed]:
        yield from proto_framing.referred(body, at, types)
        for word in filter(None, named):
            for message in types.named(word):
                yield Framed(at, message)
        yield from proto_framing.apicurio(body, at, types)

    return framing


def _text(payload: Payload, header: str) -> str:
    return (payload.header(header) or b"").decode("utf-8", "replace")
