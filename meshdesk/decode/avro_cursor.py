"""Where reading is in bytes of Avro, and the values that have no parts (Avro specification 1.12, "Binary Encoding", Primitive Types).

What is not there raises IndexError, which whoever reads the whole makes a reason of.
"""

import struct
from collections.abc import Callable

from meshdesk.decode.contract import Bounds, Undecodable
from meshdesk.decode.one_line import OneLine
from meshdesk.model.node import Kind, Node, hexed, shortened

STEPS = 3_000_000  # values walked in one payload, shown or not; some two seconds


class Cursor:
    """Where in the payload reading is, and how much may still be made of it. Where there is a line, values are said to it in
    place of nodes (decode/one_line.py)."""

    __slots__ = ("at", "bounds", "branch", "data", "depth", "line", "nodes", "steps")

    def __init__(self, data: bytes, bounds: Bounds, start: int) -> None:
        self.data, self.bounds, self.at = data, bounds, start
        self.depth = self.steps = 0
        self.nodes = bounds.nodes
        self.branch = -1, -1  # where a union began, and the value in it: a node has the bytes of both
        self.line: OneLine | None = None


Read = Callable[[Cursor, str], Node | None]  # None: read, but beyond the bound on nodes


def long_at(cursor: Cursor) -> int:
    """A zig-zag varint of at most ten bytes and 64 bits."""
    data, at, shift, value = cursor.data, cursor.at, 0, 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
        shift += 7
        if shift > 63:
            raise Undecodable(f"the number at byte {cursor.at:,} has more than ten bytes")
    if value >> 64:
        raise Undecodable(f"the number at byte {cursor.at:,} has more than 64 bits")
    cursor.at = at
    return (value >> 1) ^ -(value & 1)


def zigzag(number: int) -> bytes:
    """How a number of at most 64 bits, its sign among them, is written.

    >>> zigzag(-1), zigzag(8_192)
    (b'\\x01', b'\\x80\\x80\\x01')
    """
    rest, out = (number << 1) ^ (number >> 63), bytearray()
    while rest > 0x7F:
        out.append(rest & 0x7F | 0x80)
        rest >>= 7
    out.append(rest)
    return bytes(out)


def take(cursor: Cursor, length: int) -> bytes:
    """The next bytes. Raises IndexError where there are fewer."""
    end = cursor.at + length
    if length < 0:
        raise Undecodable(f"the length before byte {cursor.at:,} is negative")
    if end > len(cursor.data):
        raise IndexError
    piece = cursor.data[cursor.at : end]
    cursor.at = end
    return piece


def room(cursor: Cursor) -> bool:
    """Whether one more node may be made; it is counted as made."""
    if cursor.nodes <= 0:
        step(cursor)
        return False
    cursor.steps += 1
    cursor.nodes -= 1
    return True


def step(cursor: Cursor) -> None:
    """One more value was walked over of which no node is made."""
    cursor.steps += 1
    if cursor.steps > STEPS:
        raise Undecodable(f"it holds more than {STEPS:,} values")


def made(cursor: Cursor, name: str, kind: Kind, text: str, start: int, note: str = "") -> Node | None:
    """A scalar; None beyond the bound, and where it was said."""
    line = cursor.line
    if line is not None:
        step(cursor)
        line.scalar(name, kind, text)
        return None
    if not room(cursor):
        return None
    if len(text) > cursor.bounds.text:
        text = shortened(text, cursor.bounds.text)
    return Node(name, kind, text, (), note, (start, cursor.at))


def as_hex(cursor: Cursor, name: str, data: bytes, start: int, note: str = "") -> Node | None:
    """Bytes that nothing more is known of."""
    if cursor.line is not None:
        return made(cursor, name, "bytes", hexed(data, cursor.bounds.text), start)
    if not room(cursor):
        return None
    return Node(name, "bytes", hexed(data, cursor.bounds.text), (), note, (start, cursor.at))


def null(cursor: Cursor, name: str) -> Node | None:
    """Of which there are no bytes."""
    return made(cursor, name, "null", "null", cursor.at)


def _boolean(cursor: Cursor, name: str) -> Node | None:
    start = cursor.at
    byte = take(cursor, 1)[0]
    if byte > 1:
        raise Undecodable(f"byte {start:,} is {byte} where a boolean is 0 or 1")
    return made(cursor, name, "boolean", "true" if byte else "false", start)


def _int(cursor: Cursor, name: str) -> Node | None:
    start = cursor.at
    return made(cursor, name, "int", str(long_at(cursor)), start)


def _float(cursor: Cursor, name: str) -> Node | None:
    start = cursor.at
    return made(cursor, name, "float", real_of(struct.unpack("<f", take(cursor, 4))[0]), start)


def _double(cursor: Cursor, name: str) -> Node | None:
    start = cursor.at
    return made(cursor, name, "float", real_of(struct.unpack("<d", take(cursor, 8))[0]), start)


def _bytes(cursor: Cursor, name: str) -> Node | None:
    start = cursor.at
    return as_hex(cursor, name, take(cursor, long_at(cursor)), start)


def _string(cursor: Cursor, name: str) -> Node | None:
    start = cursor.at
    return made(cursor, name, "string", take(cursor, long_at(cursor)).decode("utf-8"), start)


READERS: dict[str, Read] = {
    "null": null, "boolean": _boolean, "int": _int, "long": _int, "float": _float, "double": _double,
    "bytes": _bytes, "string": _string,
}  # fmt: skip


def real_of(number: float) -> str:
    return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(repr(number), repr(number))
