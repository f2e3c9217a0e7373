"""Smile (the binary JSON of Jackson, format version 1.0), with its header or without, walked with the bytes of each node.

With the header (3A 29 0A) it says what it is. Without, it is an object or an array of which every byte is used up and which
holds text; then names are shared and texts are not, as Jackson writes by default.
"""

import struct
from collections.abc import Callable

from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.moments import real, scaled
from meshdesk.decode.walk import Walk, whole, words_in
from meshdesk.model.node import Node

NAME = "Smile"
MARK = b":)\n"
BEGINS = b":\xfa\xf8"
START_ARRAY, END_ARRAY, START_OBJECT, END_OBJECT, END_STRING, END_CONTENT = 0xF8, 0xF9, 0xFA, 0xFB, 0xFC, 0xFF
SHORT_SIZES = 1, 33, 2, 34  # the least of each of the four ranges of short texts
SHARED = 1024  # names and texts that may be referred to; then the table begins anew
SHARED_BYTES = 64  # of a text that is kept for that
DIGITS = 4_000  # of a number: Python writes those up to 4,300


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:  # noqa: ARG001 (the contract's form)
    """What a document of Smile says. Raises Undecodable."""
    has_header = data.startswith(MARK) and len(data) > 4 and data[3] < 0x10
    if not has_header and data[:1] not in (b"\xfa", b"\xf8") and not payload.wants(NAME):
        raise Undecodable("it does not begin as Smile does")
    if len(data) > bounds.bytes:
        raise Undecodable(f"it is larger than {bounds.bytes:,} bytes")
    walk = _Smile(data, bounds)
    walk.shares_names = not has_header or bool(data[3] & 1)
    walk.shares_texts = has_header and bool(data[3] & 2)
    walk.at = 4 if has_header else 0
    node = _value(walk, "", walk.byte())
    if has_header and data[walk.at : walk.at + 1] == b"\xff":
        walk.at += 1
    tree = whole(node, walk, NAME)
    if not has_header and not walk.letters and not payload.wants(NAME):
        raise Undecodable("it could be Smile, but holds no text that would prove it")
    return Decoded(tree, (Layer(NAME, "" if has_header else "without a header"),), NAME, words=words_in(walk))


class _Smile(Walk):
    """A walk that knows what was said before."""

    __slots__ = ("names", "shares_names", "shares_texts", "texts")

    def __init__(self, data: bytes, bounds: Bounds) -> None:
        super().__init__(data, bounds)
        self.names: list[str] = []
        self.texts: list[str] = []
        self.shares_names = self.shares_texts = False

    def vint(self) -> int:
        """Groups of seven bits, the highest first; the last has the high bit and six."""
        value = 0
        for _ in range(10):
            byte = self.byte()
            if byte & 0x80:
                return value << 6 | byte & 0x3F
            value = value << 7 | byte
        raise Undecodable(f"the number before byte {self.at:,} has more than ten bytes")

    def signed(self) -> int:
        """A number in zig-zag."""
        value = self.vint()
        return value >> 1 ^ -(value & 1)

    def packed(self, length: int) -> bytes:
        """Bytes of which each holds seven bits; the last has the bits that are left."""
        full, rest = divmod(length, 7)
        out = bytearray()
        for _ in range(full):
            out += _joined(self.take(8), 7, 7).to_bytes(7, "big")
        if rest:
            out += _joined(self.take(rest + 1), rest, rest).to_bytes(rest, "big")
        return bytes(out)

    def until_end(self) -> bytes:
        """Bytes up to the end mark of a string."""
        end = self.data.find(b"\xfc", self.at)
        if end < 0:
            raise Undecodable(f"the text at byte {self.at:,} has no end")
        piece = self.data[self.at : end]
        self.at = end + 1
        return piece


def _joined(data: bytes, count: int, last: int) -> int:
    value = 0
    for byte in data[:count]:
        value = value << 7 | byte & 0x7F
    return value << last | data[count] & 0x7F


def _utf8(walk: _Smile, data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise _no_utf8(walk) from None


def _no_utf8(walk: _Smile) -> Undecodable:
    return Undecodable(f"the text before byte {walk.at:,} is no UTF-8")


def _kept(texts: list[str], text: str, size: int) -> None:
    if size <= SHARED_BYTES:
        if len(texts) == SHARED:
            texts.clear()
        texts.append(text)


def _shared(texts: list[str], number: int, at: int) -> str:
    if number >= len(texts):
        raise Undecodable(f"byte {at:,} refers to text {number}, which was not there before")
    return texts[number]


def _value(walk: _Smile, name: str, byte: int) -> Node | None:
    start = walk.at - 1
    if 0x40 <= byte <= 0xBF:
        size = (byte & 0x1F) + SHORT_SIZES[(byte - 0x40) >> 5]
        data = walk.take(size)
        try:
            text = data.decode()
        except UnicodeDecodeError:
            raise _no_utf8(walk) from None
        if walk.shares_texts:
            _kept(walk.texts, text, size)
        walk.letters += len(text)
        return walk.made(name, "string", text, start)
    if 0x01 <= byte <= 0x1F or 0xEC <= byte <= 0xEF:
        number = byte - 1 if byte < 0x20 else (byte & 3) << 8 | walk.byte()
        return walk.made(name, "string", _shared(walk.texts, number, start), start)
    if 0xC0 <= byte <= 0xDF:
        number = byte & 0x1F
        return walk.made(name, "int", str(number >> 1 ^ -(number & 1)), start)
    read = READERS.get(byte)
    if read is None:
        raise Undecodable(f"byte {start:,} is {byte:02X}, which begins no value of Smile")
    return read(walk, name, start)


def _array(walk: _Smile, name: str, start: int) -> Node | None:
    parts = walk.array(name, start)
    while (byte := walk.byte()) != END_ARRAY:
        parts.add(_value(walk, str(parts.count), byte))
    return parts.node(name, "array")


def _object(walk: _Smile, name: str, start: int) -> Node | None:
    parts = walk.record(name, start)
    while (byte := walk.byte()) != END_OBJECT:
        key = _key(walk, byte)
        walk.letters += len(key)
        parts.add(_value(walk, key, walk.byte()))
    return parts.node(name, "record")


def _key(walk: _Smile, byte: int) -> str:
    at = walk.at
    if 0x80 <= byte <= 0xF7:
        size = (byte & 0x3F) + (1 if byte < 0xC0 else 2)
        data = walk.take(size)
        try:
            name = data.decode()
        except UnicodeDecodeError:
            raise _no_utf8(walk) from None
        if walk.shares_names:
            _kept(walk.names, name, size)
        return name
    if byte == 0x20:
        return ""
    if 0x40 <= byte <= 0x7F or 0x30 <= byte <= 0x33:
        return _shared(walk.names, byte & 0x3F if byte >= 0x40 else (byte & 3) << 8 | walk.byte(), at)
    if byte == 0x34:
        return _utf8(walk, walk.until_end())
    raise Undecodable(f"byte {at - 1:,} is {byte:02X}, which begins no name of Smile")


def _long_text(walk: _Smile, name: str, start: int) -> Node | None:
    text = _utf8(walk, walk.until_end())
    walk.letters += len(text)
    return walk.made(name, "string", text, start)


def _big_int(walk: _Smile, name: str, start: int) -> Node | None:
    data = walk.packed(walk.vint())
    if len(data) > DIGITS // 3:
        return walk.hex(name, data, start, "BigInteger")
    return walk.made(name, "int", str(int.from_bytes(data, "big", signed=True)), start)


def _big_decimal(walk: _Smile, name: str, start: int) -> Node | None:
    scale = walk.signed()
    data = walk.packed(walk.vint())
    if len(data) > DIGITS // 3 or abs(scale) > DIGITS:
        return walk.hex(name, data, start, f"BigDecimal of scale {scale}")
    return walk.made(name, "decimal", scaled(int.from_bytes(data, "big", signed=True), scale), start)


def _float(walk: _Smile, size: int, form: str) -> str:
    value = 0
    for byte in walk.take(size):
        value = value << 7 | byte & 0x7F
    width = size * 7 // 8  # of its bits the highest are unused
    return real(struct.unpack(form, (value & (1 << 8 * width) - 1).to_bytes(width, "big"))[0])


Read = Callable[[_Smile, str, int], Node | None]
READERS: dict[int, Read] = {
    0x20: lambda walk, name, start: walk.made(name, "string", "", start),
    0x21: lambda walk, name, start: walk.made(name, "null", "null", start),
    0x22: lambda walk, name, start: walk.made(name, "boolean", "false", start),
    0x23: lambda walk, name, start: walk.made(name, "boolean", "true", start),
    0x24: lambda walk, name, start: walk.made(name, "int", str(walk.signed()), start),
    0x25: lambda walk, name, start: walk.made(name, "int", str(walk.signed()), start),
    0x26: _big_int,
    0x28: lambda walk, name, start: walk.made(name, "float", _float(walk, 5, ">f"), start, "float32"),
    0x29: lambda walk, name, start: walk.made(name, "float", _float(walk, 10, ">d"), start),
    0x2A: _big_decimal,
    0xE0: _long_text,
    0xE4: _long_text,
    0xE8: lambda walk, name, start: walk.hex(name, walk.packed(walk.vint()), start),
    0xFD: lambda walk, name, start: walk.hex(name, walk.take(walk.vint()), start),
    START_ARRAY: _array,
    START_OBJECT: _object,
}
