"""Thrift structs without their IDL, in the binary protocol and the compact one (thrift-binary-protocol.md, thrift-compact-protocol.md).

Types and field numbers are in the bytes, names are not: fields are called by their numbers. Nothing marks a struct, so it counts
only where every byte belongs to it, its fields rise from 1, and it holds text that a person could read; or where somebody says so.
"""

import struct
from abc import ABC, abstractmethod
from collections.abc import Callable

from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.moments import real
from meshdesk.decode.walk import KEY_NODES, Parts, Walk, key_text, whole, with_note
from meshdesk.model.node import Node

NAME = "Thrift"
LEAST = 8  # bytes
LETTERS = 3  # characters of text that it holds at least
FIELD = 1_000  # how far the number of a field may lie behind the one before: IDLs leave gaps, but no greater ones
BOOL, BYTE, DOUBLE, I16, I32, I64, STRING, STRUCT, MAP, SET, LIST, UUID = 2, 3, 4, 6, 8, 10, 11, 12, 13, 14, 15, 16
COMPACT = {
    1: BOOL,
    2: BOOL,
    3: BYTE,
    4: I16,
    5: I32,
    6: I64,
    7: DOUBLE,
    8: STRING,
    9: LIST,
    10: SET,
    11: MAP,
    12: STRUCT,
    13: UUID,
}
SIZES = {BOOL: 1, BYTE: 1, I16: 2, I32: 4, I64: 8}
WORDS = {BYTE: "i8", I16: "i16", I32: "i32", I64: "i64"}


def could_be(payload: Payload, data: bytes, schemas: Schemas) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether it ends as a struct does."""
    return data[-1] == 0


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:  # noqa: ARG001 (the contract's form)
    """A struct of the binary or of the compact protocol. Raises Undecodable."""
    found = read(data, bounds)
    if not payload.wants(NAME) and (len(data) < LEAST or sum(map(_letters, found.tree.children)) < LETTERS):
        raise Undecodable("it could be Thrift, but holds no text that would prove it")
    return found


def _letters(node: Node) -> int:
    return (len(node.text) if node.kind == "string" else 0) + sum(map(_letters, node.children))


def read(data: bytes, bounds: Bounds) -> Decoded:
    """The same of bytes that are known to be such a struct. Raises Undecodable."""
    if not data or data[-1] != 0:
        raise Undecodable("it does not end as a struct of Thrift does")
    if len(data) > bounds.bytes:
        raise Undecodable(f"it is larger than {bounds.bytes:,} bytes")
    if data[0] in (*SIZES, DOUBLE, STRING, STRUCT, MAP, SET, LIST, UUID) and data[1:2] < b"\x10":
        return _decoded(_Binary(data, bounds), "binary protocol")
    if 0x10 <= data[0] < 0x80 and data[0] & 15 in COMPACT:
        return _decoded(_Compact(data, bounds), "compact protocol")
    raise Undecodable("it does not begin as a struct of Thrift does")


def _decoded(walk: "_Thrift", detail: str) -> Decoded:
    tree = whole(walk.struct(""), walk, NAME)
    return Decoded(tree, (Layer(NAME, f"{detail}, field numbers for want of names"),), NAME)


class _Thrift(Walk, ABC):
    """What both protocols share: a struct's fields by their numbers, and containers."""

    SAYS = False

    @abstractmethod
    def field(self, before: int) -> tuple[int, int, Callable[[str], Node | None] | None]:
        """The type and number of the next field, and how it is read where its head says its value; type 0 at the end."""

    @abstractmethod
    def scalar(self, kind: int, name: str) -> Node | None:
        """A value that is no container."""

    @abstractmethod
    def items(self) -> tuple[int, int]:
        """The type and the count of a list or set."""

    @abstractmethod
    def pairs(self) -> tuple[int, int, int]:
        """The types of key and value, and the count."""

    def struct(self, name: str) -> Node | None:
        """A struct up to its end."""
        parts = Parts(self, self.at)
        number = 0
        while True:
            before = number
            kind, number, read = self.field(before)
            if kind == 0:
                return parts.node(name, "record")
            if not before < number <= FIELD + before:
                raise Undecodable(f"the fields before byte {self.at:,} do not rise")
            parts.add(read(str(number)) if read else self.value(kind, str(number)))

    def value(self, kind: int, name: str) -> Node | None:
        """A value of a type."""
        if kind == STRUCT:
            return self.struct(name)
        if kind in (LIST, SET):
            return self._list(name, "set" if kind == SET else "")
        if kind == MAP:
            return self._map(name)
        return self.scalar(kind, name)

    def _list(self, name: str, note: str) -> Node | None:
        parts = Parts(self, self.at)
        kind, count = self.items()
        self._possible(count)
        for number in range(count):
            parts.add(self.value(kind, str(number)))
        return parts.node(name, "array", note)

    def _map(self, name: str) -> Node | None:
        parts = Parts(self, self.at)
        keys, values, count = self.pairs()
        self._possible(count)
        is_record = True
        for _ in range(count):
            kept, self.nodes = self.nodes, KEY_NODES
            key, note = key_text(self.value(keys, ""))
            self.nodes = kept
            is_record = is_record and not note
            parts.add(with_note(self.value(values, key), note))
        return parts.node(name, "record" if is_record else "map", "map")

    def _possible(self, count: int) -> None:
        if not 0 <= count <= len(self.data) - self.at:
            raise Undecodable(f"{count:,} items should follow byte {self.at:,}, and fewer bytes are there")

    def string(self, data: bytes, name: str, start: int) -> Node | None:
        """Text, or bytes: both are one type. Text with control characters is shown as bytes."""
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            return self.hex(name, data, start)
        if any(character < " " and character not in "\t\r\n" for character in text):
            return self.hex(name, data, start)
        return self.text(name, data, start)

    def uuid(self, name: str) -> Node | None:
        """16 bytes."""
        start = self.at
        text = self.take(16).hex()
        return self.made(name, "uuid", "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:])), start)


class _Binary(_Thrift):
    def field(self, before: int) -> tuple[int, int, Callable[[str], Node | None] | None]:  # noqa: ARG002 (the other protocol's)
        kind = self.byte()
        return kind, self.uint(2) if kind else 0, None

    def items(self) -> tuple[int, int]:
        return self.byte(), self.uint(4)

    def pairs(self) -> tuple[int, int, int]:
        return self.byte(), self.byte(), self.uint(4)

    def scalar(self, kind: int, name: str) -> Node | None:
        start = self.at
        if kind == BOOL:
            return _boolean(self, name, start, self.byte(), 1, 0)
        if kind in SIZES:
            number = int.from_bytes(self.take(SIZES[kind]), "big", signed=True)
            return self.made(name, "int", str(number), start, WORDS[kind])
        if kind == DOUBLE:
            return self.made(name, "float", real(struct.unpack(">d", self.take(8))[0]), start)
        if kind == STRING:
            return self.string(self.take(self.uint(4)), name, start)
        if kind == UUID:
            return self.uuid(name)
        raise Undecodable(f"the type {kind} before byte {start:,} is none that Thrift has")


class _Compact(_Thrift):
    def field(self, before: int) -> tuple[int, int, Callable[[str], Node | None] | None]:
        start = self.at
        byte = self.byte()
        if byte == 0:
            return 0, 0, None
        kind, delta = byte & 15, byte >> 4
        number = before + delta if delta else self._zigzag()
        if kind in (1, 2):
            return BOOL, number, lambda name: _boolean(self, name, start, kind, 1, 2)
        return _plain(kind, start), number, None

    def items(self) -> tuple[int, int]:
        start = self.at
        byte = self.byte()
        return _plain(byte & 15, start), self.varint() if byte >> 4 == 15 else byte >> 4

    def pairs(self) -> tuple[int, int, int]:
        start = self.at
        count = self.varint()
        if not count:
            return BYTE, BYTE, 0
        byte = self.byte()
        return _plain(byte >> 4, start), _plain(byte & 15, start), count

    def _zigzag(self) -> int:
        value = self.varint()
        return value >> 1 ^ -(value & 1)

    def scalar(self, kind: int, name: str) -> Node | None:
        start = self.at
        if kind == BOOL:
            return _boolean(self, name, start, self.byte(), 1, 2)
        if kind == BYTE:
            return self.made(name, "int", str(int.from_bytes(self.take(1), "big", signed=True)), start, "i8")
        if kind in (I16, I32, I64):
            number = self._zigzag()
            if not -1 << (8 * SIZES[kind] - 1) <= number < 1 << (8 * SIZES[kind] - 1):
                raise Undecodable(f"the number at byte {start:,} is greater than its type")
            return self.made(name, "int", str(number), start, WORDS[kind])
        if kind == DOUBLE:
            return self.made(name, "float", real(struct.unpack("<d", self.take(8))[0]), start)
        if kind == STRING:
            return self.string(self.take(self.varint()), name, start)
        return self.uuid(name)


def _plain(kind: int, start: int) -> int:
    found = COMPACT.get(kind)
    if found is None:
        raise Undecodable(f"the type {kind} at byte {start:,} is none that Thrift has")
    return found


def _boolean(walk: _Thrift, name: str, start: int, byte: int, yes: int, no: int) -> Node | None:
    if byte not in (yes, no):
        raise Undecodable(f"byte {start:,} is no boolean of Thrift")
    return walk.made(name, "boolean", "true" if byte == yes else "false", start)
