"""The schema that the user chose for the keys or the values of a topic: what has no framing, or one that no registry answers.

It is asked for by the name that the topic's subject would have ("orders-value"). Of Protobuf its `subject` says which message.
"""

from collections.abc import Iterator
from functools import lru_cache

from meshdesk.decode import by_schema, flatbuffers, thrift_idl
from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.line import Laid, Unlisted, Words
from meshdesk.decode.proto_framing import Framed
from meshdesk.decode.proto_line import lines_of
from meshdesk.decode.proto_plan import Book, book_of
from meshdesk.decode.proto_stream import delimited, grpc
from meshdesk.decode.protobuf import Reading, read, read_each
from meshdesk.model.node import Node
from meshdesk.model.proto_schema import Message, Types
from meshdesk.model.schema import Schema, SchemaName

NAME = "chosen schema"
ROOT = Node("", "record", "")  # of a tree that is not made (contract.Decoded.words)
MESSAGES = 50  # of a file that are tried where nobody says which one it is
STREAMS = (("gRPC frame", grpc), ("Protobuf delimited", delimited))


@lru_cache(maxsize=4_096)  # topics; a mesh has seldom more
def file_of(topic: str, role: str) -> SchemaName:
    """By what a schema is known that was chosen for the keys or the values of a topic."""
    return SchemaName("file", f"{topic}-{role}")


def could_be(payload: Payload, data: bytes, schemas: Schemas) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether somebody chose one."""
    return isinstance(schemas.find_schema(file_of(payload.topic, payload.role)), Schema)


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:
    """The whole payload by the schema that was chosen for it. Raises Undecodable."""
    schema = schemas.find_schema(file_of(payload.topic, payload.role))
    if not isinstance(schema, Schema):
        raise Undecodable("no schema was chosen for it")
    return by_schema.framed_by(Layer(NAME), read_whole(data, schema, bounds), schema)


def read_whole(data: bytes, schema: Schema, bounds: Bounds) -> Decoded:
    """All of the bytes by that schema, without a framing but those of streams of messages. Raises Undecodable."""
    if schema.type.startswith("PROTOBUF"):
        return _messages(data, schema, bounds)
    if schema.type == "FLATBUFFERS":
        return flatbuffers.decode(data, schema, bounds)
    if schema.type == "THRIFT":
        return thrift_idl.decode(data, schema, bounds)

    def framing(_data: bytes, _at: int, _types: Types) -> Iterator[Framed]:
        yield from ()

    return by_schema.read(data, 0, schema, bounds, framing)


def _messages(data: bytes, schema: Schema, bounds: Bounds) -> Decoded:
    book = book_of(schema)
    named = book.types.named(schema.subject) or [one for one in book.types.files[0].messages if not one.is_map]
    if not named:
        raise Undecodable(f"the schema has no message {schema.subject}")
    if bounds.line and not schema.rules and len(data) <= bounds.bytes:
        try:
            return Decoded(ROOT, (Layer("Protobuf"),), "Protobuf", schema, words=_words(data, schema, named[0]))
        except Unlisted:
            pass
    why = Undecodable("it is no message")
    kept: tuple[str, Message, Reading] | None = None
    for message in named[:MESSAGES]:
        try:
            name, reading = _message(data, book, message, bounds)
        except Undecodable as declined:
            why = declined
            continue
        if not reading.odd:
            kept = name, message, reading
            break
        if reading.known and (kept is None or reading.odd < kept[2].odd):
            kept = name, message, reading
        why = Undecodable(f"{message.name} has none of its fields")
    if kept is None:
        raise why
    return Decoded(kept[2].tree, (Layer(kept[0], kept[1].name),), "Protobuf", schema)


def _words(data: bytes, schema: Schema, message: Message) -> Words | Laid:
    """The line of the reading by a message that leaves no field unknown: alone, or in a stream. Raises Unlisted."""
    lines = lines_of(schema)
    if not lines.is_other(message, data):
        return lines.line_of(message, data, 0)
    for _, cut in STREAMS:
        try:
            pieces = cut(data)
        except Undecodable:
            continue
        if len(pieces) == 1:
            return lines.line_of(message, data[: pieces[0][1]], pieces[0][0])
        return lines.words_of_each(message, data, pieces)
    raise Unlisted


def _message(data: bytes, book: Book, message: Message, bounds: Bounds) -> tuple[str, Reading]:
    """The reading by a message, alone or in a stream, that leaves the fewest fields unknown, and what it is called."""
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
    return kept


def _unnamed(tree: Node) -> Node:
    return Node("", tree.kind, tree.text, tree.children, tree.note, tree.span)
