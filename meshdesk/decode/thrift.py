"""Thrift structs in the binary protocol and the compact one (thrift-binary-protocol.md, thrift-compact-protocol.md).

Types and field numbers are in the bytes, names are not: without an IDL fields are called by their numbers (with one:
thrift_idl.py). Nothing marks a struct, so it counts only where every byte belongs to it, its fields rise from 1, and it holds
text that a person could read; or where somebody says so.
"""

import struct
from abc import ABC, abstractmethod
from dataclasses import replace

from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.moments import real
from meshdesk.decode.walk import Walk, whole, with_note, words_in
from meshdesk.model.node import Node
from meshdesk.model.thrift_text import DEEP, Idl, Type

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
# The types that the bytes may name for one of an IDL: a number may have become wider since.
SAID = {
    "bool": (BOOL,), "double": (DOUBLE,), "string": (STRING,), "binary": (STRING,), "uuid": (UUID,),
    "list": (LIST, SET), "set": (LIST, SET), "map": (MAP,), **dict.fromkeys(("byte", "i8", "i16", "i32", "i64"), tuple(WORDS)),
}  # fmt: skip

Fields = dict[int, tuple[str, Type]]


class Unfit(Exception):
    """A value is of another type than the IDL says."""


def could_be(payload: Payload, data: bytes, schemas: Schemas) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether it ends as a struct does."""
    return data[-1] == 0


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:  # noqa: ARG001 (the contract's form)
    """A struct of the binary or of the compact protocol. Raises Undecodable."""
    walk = walk_of(data, bounds)
    tree = whole(walk.struct(""), walk, NAME)
    if not payload.wants(NAME) and (len(data) < LEAST or walk.letters < LETTERS):
        raise Undecodable("it could be Thrift, but holds no text that would prove it")
    layer = Layer(NAME, f"{walk.PROTOCOL}, field numbers for want of names")
    return Decoded(tree, (layer,), NAME, words=words_in(walk))


def walk_of(data: bytes, bounds: Bounds, idl: Idl | None = None) -> "Thrift":
    """At the beginning of a struct, whose protocol the first byte tells. Raises Undecodable."""
    if not data or data[-1] != 0:
        raise Undecodable("it does not end as a struct of Thrift does")
    if len(data) > bounds.bytes:
        raise Undecodable(f"it is larger than {bounds.bytes:,} bytes")
    if data[0] in (*SIZES, DOUBLE, STRING, STRUCT, MAP, SET, LIST, UUID) and data[1:2] < b"\x10":
        return _Binary(data, bounds, idl)
    if 0x10 <= data[0] < 0x80 and data[0] & 15 in COMPACT:
        return _Compact(data, bounds, idl)
    raise Undecodable("it does not begin as a struct of Thrift does")


class Thrift(Walk, ABC):
    """What both protocols share: a struct's fields by their numbers, or by the names of an IDL; containers and scalars."""

    __slots__ = ("idl",)
    PROTOCOL: str
    DOUBLES: struct.Struct
    TRUTH: tuple[int, int]  # the bytes of false and true

    def __init__(self, data: bytes, bounds: Bounds, idl: Idl | None) -> None:
        super().__init__(data, bounds)
        self.idl = idl or Idl()

    @abstractmethod
    def field(self, before: int) -> tuple[int, int]:
        """The type and number of the next field; type 0 at the end."""

    @abstractmethod
    def number(self, kind: int) -> int:
        """A whole number."""

    @abstractmethod
    def length(self) -> int:
        """How many bytes of text follow."""

    @abstractmethod
    def items(self) -> tuple[int, int]:
        """The type and the count of a list or set."""

    @abstractmethod
    def pairs(self) -> tuple[int, int, int]:
        """The types of key and value, and the count."""

    def struct(self, name: str, fields: Fields | None = None) -> Node | None:
        """A struct up to its end. Raises Unfit where it is not one with such fields; others keep their numbers."""
        parts = self.record(name, self.at)
        number = 0
        while True:
            before = number
            kind, number = self.field(before)
            if kind == 0:
                return parts.node(name, "record")
            if not before < number <= FIELD + before:
                raise Undecodable(f"the fields before byte {self.at:,} do not rise")
            if fields is None:
                parts.add(self.value(kind, str(number)))
            elif number in fields:
                parts.add(self.said(kind, *fields[number]))
            else:
                parts.add(_unknown(self.value(kind, str(number))))

    def value(self, kind: int, name: str) -> Node | None:
        """A value of a type that the bytes name."""
        if kind == STRUCT:
            return self.struct(name)
        if kind in (LIST, SET):
            return self._list(kind, name, None)
        if kind == MAP:
            return self._map(name, None)
        return self.scalar(kind, name)

    def said(self, kind: int, name: str, meant: Type) -> Node | None:
        """A value of the type that the IDL says. Raises Unfit."""
        idl, word = self.idl, meant.name
        for _ in range(DEEP):
            if word not in idl.names:
                break
            meant = idl.names[word]
            word = meant.name
        if word in idl.structs:
            if kind != STRUCT:
                raise Unfit
            return self.struct(name, idl.structs[word])
        if kind not in (tuple(WORDS) if word in idl.enums else SAID.get(word, (kind,))):
            raise Unfit
        if word in idl.enums:
            return self._enum(kind, name, idl.enums[word])
        if word in ("list", "set"):
            return self._list(kind, name, meant.inner[0])
        if word == "map":
            return self._map(name, meant.inner[1])
        if word in ("string", "binary"):
            start = self.at
            data = self.take(self.length())
            return self.text(name, data, start) if word == "string" else self.hex(name, data, start)
        return self.value(kind, name)

    def _enum(self, kind: int, name: str, words: dict[int, str]) -> Node | None:
        start = self.at
        number = self.number(kind)
        word = words.get(number)
        if word is None:
            return self.made(name, "int", str(number), start, WORDS[kind])
        return self.made(name, "enum", word, start, str(number))

    def _list(self, kind: int, name: str, meant: Type | None) -> Node | None:
        parts = self.array(name, self.at)
        inner, count = self.items()
        self._possible(count)
        for number in range(count):
            parts.add(self.value(inner, str(number)) if meant is None else self.said(inner, str(number), meant))
        return parts.node(name, "array", "set" if kind == SET else "")

    def _map(self, name: str, meant: Type | None) -> Node | None:
        parts = self.record(name, self.at)
        keys, values, count = self.pairs()
        self._possible(count)
        is_record = True
        for _ in range(count):
            key, note = self.key(lambda walk: walk.value(keys, ""))
            is_record = is_record and not note
            node = self.value(values, key) if meant is None else self.said(values, key, meant)
            parts.add(with_note(node, note))
        return parts.node(name, "record" if is_record else "map", "map")

    def _possible(self, count: int) -> None:
        if not 0 <= count <= len(self.data) - self.at:
            raise Undecodable(f"{count:,} items should follow byte {self.at:,}, and fewer bytes are there")

    def scalar(self, kind: int, name: str) -> Node | None:
        """A value that is no container."""
        start = self.at
        if kind in WORDS:
            return self.made(name, "int", str(self.number(kind)), start, WORDS[kind])
        if kind == STRING:
            return self._string(name, start)
        if kind == BOOL:
            return self._boolean(name, start, self.byte())
        if kind == DOUBLE:
            return self.made(name, "float", real(self.DOUBLES.unpack(self.take(8))[0]), start)
        if kind == UUID:
            text = self.take(16).hex()
            return self.made(name, "uuid", "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:])), start)
        raise Undecodable(f"the type {kind} before byte {start:,} is none that Thrift has")

    def _boolean(self, name: str, start: int, byte: int) -> Node | None:
        if byte not in self.TRUTH:
            raise Undecodable(f"byte {start:,} is no boolean of Thrift")
        return self.made(name, "boolean", "true" if byte == self.TRUTH[1] else "false", start)

    def _string(self, name: str, start: int) -> Node | None:
        """Text, or bytes: both are one type. Text with control characters is shown as bytes."""
        data = self.take(self.length())
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            return self.hex(name, data, start)
        if not text.isprintable() and any(character < " " and character not in "\t\r\n" for character in text):
            return self.hex(name, data, start)
        return self.text(name, data, start)


class _Binary(Thrift):
    __slots__ = ()
    PROTOCOL = "binary protocol"
    DOUBLES = struct.Struct(">d")
    TRUTH = (0, 1)

    def field(self, before: int) -> tuple[int, int]:  # noqa: ARG002 (the other protocol's)
        kind = self.byte()
        return kind, self.uint(2) if kind else 0

    def items(self) -> tuple[int, int]:
        return self.byte(), self.uint(4)

    def pairs(self) -> tuple[int, int, int]:
        return self.byte(), self.byte(), self.uint(4)

    def number(self, kind: int) -> int:
        return int.from_bytes(self.take(SIZES[kind]), "big", signed=True)

    def length(self) -> int:
        return self.uint(4)


class _Compact(Thrift):
    __slots__ = ("_told",)
    PROTOCOL = "compact protocol"
    DOUBLES = struct.Struct("<d")
    TRUTH = (2, 1)

    def __init__(self, data: bytes, bounds: Bounds, idl: Idl | None) -> None:
        super().__init__(data, bounds, idl)
        self._told: tuple[int, int] | None = None  # a boolean that the head of its field says: where, and which

    def field(self, before: int) -> tuple[int, int]:
        start = self.at
        byte = self.byte()
        if byte == 0:
            return 0, 0
        kind, delta = byte & 15, byte >> 4
        number = before + delta if delta else self._zigzag()
        if kind in self.TRUTH:
            self._told = start, kind
        return _plain(kind, start), number

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

    def scalar(self, kind: int, name: str) -> Node | None:
        if self._told is None:
            return super().scalar(kind, name)
        (start, byte), self._told = self._told, None
        return self._boolean(name, start, byte)

    def number(self, kind: int) -> int:
        start = self.at
        if kind == BYTE:
            return int.from_bytes(self.take(1), "big", signed=True)
        number = self._zigzag()
        if not -1 << (8 * SIZES[kind] - 1) <= number < 1 << (8 * SIZES[kind] - 1):
            raise Undecodable(f"the number at byte {start:,} is greater than its type")
        return number

    def length(self) -> int:
        return self.varint()

    def _zigzag(self) -> int:
        value = self.varint()
        return value >> 1 ^ -(value & 1)


def _plain(kind: int, start: int) -> int:
    found = COMPACT.get(kind)
    if found is None:
        raise Undecodable(f"the type {kind} at byte {start:,} is none that Thrift has")
    return found


def _unknown(node: Node | None) -> Node | None:
    return replace(node, note=", ".join(filter(None, (node.note, "unknown field")))) if node else None
