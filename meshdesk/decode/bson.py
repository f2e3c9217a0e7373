"""BSON (bsonspec.org, version 1.1): one document, whose first four bytes are its length, walked with the bytes of each node."""

import struct
from collections.abc import Callable

from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.moments import moment, real
from meshdesk.decode.walk import Walk, whole, words_in
from meshdesk.model.node import Node

NAME = "BSON"
INT32, INT64, DOUBLE = struct.Struct("<i").unpack, struct.Struct("<q").unpack, struct.Struct("<d").unpack
BIAS = 6176  # of the exponent of a decimal of 128 bits
TYPES = frozenset((*range(0x01, 0x14), 0x7F, 0xFF))
SORTS = frozenset(bytes((sort,)) for sort in TYPES)


def could_be(payload: Payload, data: bytes, schemas: Schemas) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether it begins and ends as a document does."""
    return data[-1] == 0 and (len(data) == 5 or data[4:5] in SORTS) and int.from_bytes(data[:4], "little") <= len(data)


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:  # noqa: ARG001 (the contract's form)
    """One document, or several in a row. Raises Undecodable."""
    if len(data) < 5 or data[-1] != 0 or int.from_bytes(data[:4], "little") > len(data):
        raise Undecodable("its first bytes are not its length, or it does not end with a zero byte")
    if len(data) > 5 and data[4] not in TYPES:
        raise Undecodable("its first element is of no type that BSON has")
    if len(data) > bounds.bytes:
        raise Undecodable(f"it is larger than {bounds.bytes:,} bytes")
    walk = Walk(data, bounds)
    if int.from_bytes(data[:4], "little") == len(data):
        return Decoded(whole(_document(walk, "", False), walk, NAME), (Layer(NAME),), NAME, words=words_in(walk))
    parts = walk.array("", 0)
    while walk.at < len(data):
        parts.add(_document(walk, str(parts.count), False))
    tree = whole(parts.node("", "array"), walk, NAME)
    return Decoded(tree, (Layer(NAME, f"{parts.count:,} documents"),), NAME, words=words_in(walk))


def _little(walk: Walk, length: int, is_signed: bool = True) -> int:
    return int.from_bytes(walk.take(length), "little", signed=is_signed)


def _document(walk: Walk, name: str, is_array: bool, note: str = "") -> Node | None:
    start = walk.at
    end = start + _little(walk, 4)
    if end < start + 5 or end > len(walk.data):
        raise Undecodable(f"the document at byte {start:,} says a length that is not there")
    parts = walk.array(name, start) if is_array else walk.record(name, start)
    data, at, add = walk.data, walk.at, parts.add
    while (kind := data[at]) != 0:  # there is one, as the document ends behind it
        stop = data.find(b"\0", at + 1)
        walk.at = stop + 1
        try:
            key = data[at + 1 : stop].decode()
        except UnicodeDecodeError:
            raise Undecodable(f"the name before byte {walk.at:,} is no UTF-8") from None
        read = READERS.get(kind)
        if read is None:
            raise Undecodable(f"the type {kind:02X} before byte {walk.at:,} is none that BSON has")
        add(read(walk, key, stop + 1))
        at = walk.at
        if at >= end:
            raise Undecodable(f"the document at byte {start:,} is longer than it says")
    walk.at = at + 1
    if at + 1 != end:
        raise Undecodable(f"the document at byte {start:,} is shorter than it says")
    return parts.node(name, "array" if is_array else "record", note)


def _cstring(walk: Walk) -> str:
    at = walk.at
    end = walk.data.find(b"\0", at)
    if end < 0:
        raise Undecodable(f"the name at byte {at:,} has no end")
    walk.at = end + 1
    try:
        return walk.data[at:end].decode()
    except UnicodeDecodeError:
        raise Undecodable(f"the name before byte {walk.at:,} is no UTF-8") from None


def _string(walk: Walk) -> bytes:
    length = int.from_bytes(walk.take(4), "little", signed=True)
    data = walk.take(length)
    if length < 1 or data[-1] != 0:
        raise Undecodable(f"the text before byte {walk.at:,} does not end with a zero byte")
    return data[:-1]


def _binary(walk: Walk, name: str, start: int) -> Node | None:
    length, kind = _little(walk, 4), walk.byte()
    data = walk.take(length)
    if kind == 2 and len(data) >= 4:  # the old form, with its length once more
        data = data[4:]
    if kind == 4 and len(data) == 16:
        text = data.hex()
        return walk.made(name, "uuid", "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:])), start)
    return walk.hex(name, data, start, f"subtype {kind}" if kind else "")


def _boolean(walk: Walk, name: str, start: int) -> Node | None:
    byte = walk.byte()
    if byte > 1:
        raise Undecodable(f"byte {start:,} is {byte} where a boolean is 0 or 1")
    return walk.made(name, "boolean", "true" if byte else "false", start)


def _datetime(walk: Walk, name: str, start: int) -> Node | None:
    millis = _little(walk, 8)
    text = moment(millis, 3)
    return walk.made(name, "timestamp" if text else "int", text or str(millis), start, "" if text else "ms")


def _timestamp(walk: Walk, name: str, start: int) -> Node | None:
    """The oplog's own: a count within a second, and the second."""
    count, seconds = _little(walk, 4, False), _little(walk, 4, False)
    return walk.made(name, "string", f"{seconds}, {count}", start, "timestamp of MongoDB: seconds, count")


def _regex(walk: Walk, name: str, start: int) -> Node | None:
    pattern, options = _cstring(walk), _cstring(walk)
    return walk.made(name, "string", f"/{pattern}/{options}", start, "regex")


def _pointer(walk: Walk, name: str, start: int) -> Node | None:
    space = _string(walk).decode("utf-8", "replace")
    return walk.made(name, "string", f"{space} {walk.take(12).hex()}", start, "DBPointer")


def _scoped(walk: Walk, name: str, start: int) -> Node | None:
    length = _little(walk, 4)
    parts = walk.record(name, start)
    at = walk.at
    parts.add(walk.text("code", _string(walk), at))
    parts.add(_document(walk, "scope", False))
    if walk.at != start + length:
        raise Undecodable(f"the code at byte {start:,} is not as long as it says")
    return parts.node(name, "record", "code with scope")


def decimal128(data: bytes) -> str:
    """A decimal of IEEE 754 with 128 bits, as bytes with the lowest first: its digits and its exponent, exactly.

    >>> decimal128((12340 | (6176 - 3) << 113).to_bytes(16, "little"))
    '12.340'
    """
    bits = int.from_bytes(data, "little")
    sign = "-" if bits >> 127 else ""
    top = bits >> 122 & 0x1F
    if top == 0x1F:
        return "NaN"
    if top == 0x1E:
        return f"{sign}Infinity"
    if top >= 0x18:  # the other form of the digits, which for 128 bits are more than there may be: zero
        exponent, digits = (bits >> 111 & 0x3FFF) - BIAS, 0
    else:
        exponent, digits = (bits >> 113 & 0x3FFF) - BIAS, bits & (1 << 113) - 1
        digits = digits if digits < 10**34 else 0
    text = str(digits)
    adjusted = exponent + len(text) - 1
    if exponent <= 0 and adjusted >= -6:
        padded = text.rjust(1 - exponent, "0")
        return sign + (f"{padded[:exponent]}.{padded[exponent:]}" if exponent else padded)
    return f"{sign}{text[0]}{'.' if len(text) > 1 else ''}{text[1:]}E{adjusted:+d}"


Read = Callable[[Walk, str, int], Node | None]
READERS: dict[int, Read] = {
    0x01: lambda walk, name, start: walk.made(name, "float", real(DOUBLE(walk.take(8))[0]), start),
    0x02: lambda walk, name, start: walk.text(name, _string(walk), start),
    0x03: lambda walk, name, start: _document(walk, name, False),
    0x04: lambda walk, name, start: _document(walk, name, True),
    0x05: _binary,
    0x06: lambda walk, name, start: walk.made(name, "null", "undefined", start, "undefined"),
    0x07: lambda walk, name, start: walk.made(name, "string", walk.take(12).hex(), start, "ObjectId"),
    0x08: _boolean,
    0x09: _datetime,
    0x0A: lambda walk, name, start: walk.made(name, "null", "null", start),
    0x0B: _regex,
    0x0C: _pointer,
    0x0D: lambda walk, name, start: walk.text(name, _string(walk), start, "JavaScript"),
    0x0E: lambda walk, name, start: walk.text(name, _string(walk), start, "symbol"),
    0x0F: _scoped,
    0x10: lambda walk, name, start: walk.made(name, "int", str(INT32(walk.take(4))[0]), start),
    0x11: _timestamp,
    0x12: lambda walk, name, start: walk.made(name, "int", str(INT64(walk.take(8))[0]), start, "int64"),
    0x13: lambda walk, name, start: walk.made(name, "decimal", decimal128(walk.take(16)), start),
    0x7F: lambda walk, name, start: walk.made(name, "string", "MaxKey", start, "greater than all else"),
    0xFF: lambda walk, name, start: walk.made(name, "string", "MinKey", start, "smaller than all else"),
}
