"""Protobuf without a schema and without a frame, or behind lengths, or in a gRPC frame: known by its bytes alone.

Nothing marks it, and much that is no Protobuf can be walked as such: numbers, text, other formats. So it counts only where
it begins with a low field number, all bytes are fields, it is no text as it stands, and a readable text or a message that
has one lies in it; or where somebody says that it is Protobuf and all bytes are fields.
"""

from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.line import Unlisted, Words
from meshdesk.decode.proto_fields import NEST, read_fields
from meshdesk.decode.proto_stream import delimited, grpc
from meshdesk.decode.proto_unknown_line import LINES, NOBODY
from meshdesk.decode.proto_wire import FIXED32, FIXED64, LENGTH, VARINT, fields, is_message, text_in, varint
from meshdesk.decode.protobuf import EMPTY, read, read_each
from meshdesk.model.node import Node

NAME = "Protobuf without schema"
HIGHEST = 4_096  # a field's number; those that people give are far lower
LOOKED_AT = 20_000  # fields before it is decided
HEADS = frozenset(byte for byte in range(8, 0x80) if byte & 7 in (VARINT, FIXED64, LENGTH, FIXED32))
STREAMS = (("gRPC frame", grpc), ("Protobuf delimited", delimited))


def could_be(payload: Payload, data: bytes, schemas: Schemas) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether it is no text as a glance tells, and a field can begin where the message would, or the first of several."""
    first, length = data[0], len(data)
    if first in HEADS:
        return not (data.isascii() and data.decode("ascii").isprintable())
    if first >= 0x80:  # a length of two bytes at least, which may be more than it needs
        try:
            size, start = varint(data, 0, length)
        except Undecodable:
            return False
        return start < length and size <= length - start and data[start] in HEADS
    return (0 < first < length and data[1] in HEADS) or (not first and length > 6 and data[5] in HEADS)


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:  # noqa: ARG001 (the contract's form)
    """The fields by number. Raises Undecodable."""
    if len(data) > bounds.bytes:
        raise Undecodable(f"it is larger than {bounds.bytes:,} bytes")
    is_wanted = payload.wants(NAME)
    if text_in(data[:4096]) is not None and not is_wanted:
        raise Undecodable("it is text as it stands")
    if _begins(data, 0) and is_message(data, 0, len(data), [LOOKED_AT]):
        if bounds.line and (words := _words(data, is_wanted)):
            return Decoded(Node("", "record", ""), (Layer(NAME),), "Protobuf", words=words)
        reading = read(data, 0, EMPTY, None, bounds)
        if is_wanted or _is_likely(reading.tree):
            return Decoded(reading.tree, (Layer(NAME),), "Protobuf")
    for name, cut in STREAMS:
        try:
            pieces = cut(data, LOOKED_AT)
        except Undecodable:
            continue
        steps = [LOOKED_AT]
        if all(_begins(data, start) and is_message(data, start, end, steps) for start, end in pieces):
            each = read_each(data, pieces, EMPTY, None, bounds)
            if is_wanted or all(_is_likely(child) for child in each.tree.children):
                return Decoded(each.tree, (Layer(name), Layer(NAME)), "Protobuf")
    raise Undecodable("its bytes are not all fields of a Protobuf message with text in it")


def _begins(data: bytes, at: int) -> bool:
    return len(data) > at + 1 and data[at] in HEADS


def _is_likely(node: Node) -> bool:
    """Whether its fields have numbers as people give them, and one of them reads as text."""
    if node.kind == "more":
        return True
    numbers = [int(child.name) for child in node.children if child.kind != "more"]
    return bool(numbers) and max(numbers) <= HIGHEST and _has_text(node)


def _words(data: bytes, is_wanted: bool) -> Words | None:
    """The line of a message that is likely to be one, as its tree would say; None where only the tree tells."""
    words: Words = []
    try:
        parts = list(fields(data, 0, len(data)))
        if not is_wanted:
            if max(part[0] for part in parts) > HIGHEST:
                return None
            if not any(_reads_as_text(data, begin, end, 0) for _, wire, _, begin, end in parts if wire == LENGTH):
                return None
        read_fields(NOBODY, data, 0, len(data), words, 0)
    except (Unlisted, Undecodable, RecursionError):
        return None
    return words


def _reads_as_text(data: bytes, at: int, end: int, depth: int) -> bool:
    """The same as _has_text says of the node that some bytes would be (proto_inspect.guessed). Raises Unlisted."""
    text = text_in(data[at:end])
    if depth > NEST:
        raise Unlisted
    if (text is None or text[:1] in LINES) and is_message(data, at, end, [LOOKED_AT]):
        inner = fields(data, at, end)
        return any(_reads_as_text(data, begin, stop, depth + 1) for _, wire, _, begin, stop in inner if wire == LENGTH)
    return text is not None and len(text) > 1 and not text.isspace()


def _has_text(node: Node) -> bool:
    return any(
        (child.kind == "string" and len(child.text) > 1 and not child.text.isspace())
        or (child.kind in ("record", "array") and _has_text(child))
        for child in node.children
    )
