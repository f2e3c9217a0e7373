"""The schema that the user chose for the keys or the values of a topic: what has no framing, or one that no registry answers.

It is asked for by the name that the topic's subject would have ("orders-value"). Of Protobuf its `subject` says which message.
"""

from collections.abc import Iterator

from meshdesk.decode import by_schema, flatbuffers, thrift_idl
from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.proto_framing import Framed
from meshdesk.decode.proto_plan import book_of
from meshdesk.decode.proto_schema import Message, Types
from meshdesk.decode.proto_stream import delimited, grpc
from meshdesk.decode.protobuf import Reading, read, read_each
from meshdesk.model.node import Node
from meshdesk.model.schema import Schema, SchemaName

NAME = "chosen schema"
STREAMS = (("gRPC frame", grpc), ("Protobuf delimited", delimited))


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:
    """The whole payload by the schema that was chosen for it. Raises Undecodable."""
    schema = schemas.find_schema(SchemaName("file", f"{payload.topic}-{payload.role}"))
    if not isinstance(schema, Schema):
        raise Undecodable("no schema was chosen for it")
    if schema.type.startswith("PROTOBUF"):
        return _messages(data, schema, bounds)
    if schema.type == "FLATBUFFERS":
        return by_schema.framed_by(Layer(NAME), flatbuffers.decode(data, schema, bounds), schema)
    if schema.type == "THRIFT":
        return by_schema.framed_by(Layer(NAME), thrift_idl.decode(data, schema, bounds), schema)

    def framing(_data: bytes, _at: int, _types: Types) -> Iterator[Framed]:
        yield from ()

    return by_schema.framed_by(Layer(NAME), by_schema.read(data, 0, schema, bounds, framing), schema)


def _messages(data: bytes, schema: Schema, bounds: Bounds) -> Decoded:
    book = book_of(schema)
    named: list[Message | None] = [*book.types.named(schema.subject)] or [*book.types.files[0].messages[:1]]
    message = named[0] if named else None
    if message is None:
        raise Undecodable(f"the chosen schema has no message {schema.subject}")
    kept: tuple[str, Reading] | None = None
    why = Undecodable("it is no message")
    try:
        kept = "Protobuf", read(data, 0, book, message, bounds)
    except Undecodable as declined:
        why = declined
    for name, cut in STREAMS if kept is None or kept[1].odd else ():
        try:
            pieces = cut(data)
            found = read_each(data, pieces, book, message, bounds)
        except Undecodable:
            continue
        if kept is None or found.odd < kept[1].odd:
            tree = found.tree.children[0] if len(pieces) == 1 and found.tree.children else found.tree
            kept = name, found._replace(tree=_unnamed(tree))
    if kept is None:
        raise why
    chain = (Layer(NAME), Layer(kept[0], message.name))
    return Decoded(kept[1].tree, chain, "Protobuf", schema)


def _unnamed(tree: Node) -> Node:
    return Node("", tree.kind, tree.text, tree.children, tree.note, tree.span)
