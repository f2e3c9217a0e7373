"""MessagePack (the specification of 2017 with timestamps), walked with the bytes of each node; also several objects in a row.

It has no mark of its own: only an array or a map that uses all bytes is taken for it, and none that a number, a UUID or a
digest could be. A map has text among its keys more often than not; several values in a row are maps only. Where somebody
says that it is MessagePack, any values are.
"""

import struct
from collections.abc import Callable

from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.moments import moment, real
from meshdesk.decode.walk import Walk, is_proved, whole, with_note, words_in
from meshdesk.model.node import Node

NAME = "MessagePack"
FIRST = frozenset((*range(0x81, 0x90), *range(0x91, 0xA0), 0xDC, 0xDD, 0xDE, 0xDF))
MAPS = frozenset((*range(0x81, 0x90), 0xDE, 0xDF))
BEGINS = bytes(FIRST)


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:  # noqa: ARG001 (the contract's form)
    """An array or a map, or several maps. Raises Undecodable."""
    is_wanted = payload.wants(NAME)
    if not data or (data[0] not in FIRST and not is_wanted):
        raise Undecodable("it does not begin as a map or an array of MessagePack does")
    if len(data) > bounds.bytes:
        raise Undecodable(f"it is larger than {bounds.bytes:,} bytes")
    walk = Walk(data, bounds)
    if data[0] not in MAPS and not is_wanted:
        tree, detail = whole(_value(walk, ""), walk, NAME), ""
    else:
        walk, tree, detail = _documents(walk, is_wanted)
    if not is_proved(walk) and not is_wanted:
        raise Undecodable("it could be MessagePack, but so could any number")
    return Decoded(tree, (Layer(NAME, detail),), NAME, words=words_in(walk))


def _documents(walk: Walk, is_wanted: bool) -> tuple[Walk, Node, str]:
    first = _value(walk, "")
    if walk.at == len(walk.data):
        return walk, whole(first, walk, NAME), ""
    walk = Walk(walk.data, walk.bounds)
    parts = walk.array("", 0)
    while walk.at < len(walk.data):
        if walk.data[walk.at] not in MAPS and not is_wanted:
            raise Undecodable(f"what follows at byte {walk.at:,} is no map of MessagePack")
        parts.add(_value(walk, str(parts.count)))
    return walk, whole(parts.node("", "array"), walk, NAME), f"{parts.count:,} documents"


def _value(walk: Walk, name: str) -> Node | None:
    start = walk.at
    byte = walk.byte()
    if 0xA0 <= byte < 0xC0:
        return walk.text(name, walk.take(byte - 0xA0), start)
    if byte < 0x80:
        return walk.made(name, "int", str(byte), start)
    if byte < 0x90:
        return _map(walk, name, start, byte & 0x0F)
    if byte < 0xA0:
        return _array(walk, name, start, byte & 0x0F)
    if byte >= 0xE0:
        return walk.made(name, "int", str(byte - 256), start)
    read = READERS.get(byte)
    if read is None:
        raise Undecodable(f"byte {start:,} is {byte:02X}, which MessagePack never uses")
    return read(walk, name, start)


def _array(walk: Walk, name: str, start: int, count: int) -> Node | None:
    parts = walk.array(name, start)
    for number in range(_possible(walk, count)):
        parts.add(_value(walk, str(number)))
    return parts.node(name, "array")


def _map(walk: Walk, name: str, start: int, count: int) -> Node | None:
    parts = walk.record(name, start)
    is_record = True
    for _ in range(_possible(walk, 2 * count) // 2):
        key, note = _key(walk)
        if note:
            is_record = False
            parts.add(with_note(_value(walk, key), note))
        else:
            parts.add(_value(walk, key))
    return parts.node(name, "record" if is_record else "map")


def _key(walk: Walk) -> tuple[str, str]:
    """A key and what stands in its value's note: short text in no time, as nearly all are."""
    at = walk.at
    first = walk.data[at] if at < len(walk.data) else 0
    end = at + 1 + (first & 0x1F)
    if 0xA0 <= first < 0xC0 and end <= len(walk.data):
        try:
            text = walk.data[at + 1 : end].decode()
        except UnicodeDecodeError:
            pass
        else:
            walk.at = end
            walk.letters += len(text)
            return text, ""
    return walk.key(lambda walk: _value(walk, ""))


def _possible(walk: Walk, count: int) -> int:
    """The count, where so many values can follow: each takes a byte."""
    if count > len(walk.data) - walk.at:
        raise Undecodable(f"{count:,} values should follow byte {walk.at:,}, and fewer bytes are there")
    return count


def _extension(walk: Walk, name: str, start: int, length: int) -> Node | None:
    code = int.from_bytes(walk.take(1), "big", signed=True)
    data = walk.take(length)
    text = _timestamp(data) if code == -1 else None
    if text is not None:
        return walk.made(name, "timestamp", text, start)
    return walk.hex(name, data, start, f"ext {code}")


def _timestamp(data: bytes) -> str | None:
    if len(data) == 4:
        return moment(int.from_bytes(data, "big"), 0)
    if len(data) == 8:
        both = int.from_bytes(data, "big")
        seconds, nanos = both & (1 << 34) - 1, both >> 34
    elif len(data) == 12:
        nanos, seconds = struct.unpack(">Iq", data)
    else:
        return None
    return moment(seconds * 10**9 + nanos, 9) if nanos < 10**9 else None


Read = Callable[[Walk, str, int], Node | None]


def _int(length: int, is_signed: bool) -> Read:
    return lambda walk, name, start: walk.made(
        name, "int", str(int.from_bytes(walk.take(length), "big", signed=is_signed)), start
    )


def _float(form: str, length: int, note: str) -> Read:
    return lambda walk, name, start: walk.made(
        name, "float", real(struct.unpack(form, walk.take(length))[0]), start, note
    )


READERS: dict[int, Read] = {
    0xC0: lambda walk, name, start: walk.made(name, "null", "null", start),
    0xC2: lambda walk, name, start: walk.made(name, "boolean", "false", start),
    0xC3: lambda walk, name, start: walk.made(name, "boolean", "true", start),
    0xC4: lambda walk, name, start: walk.hex(name, walk.take(walk.uint(1)), start),
    0xC5: lambda walk, name, start: walk.hex(name, walk.take(walk.uint(2)), start),
    0xC6: lambda walk, name, start: walk.hex(name, walk.take(walk.uint(4)), start),
    0xC7: lambda walk, name, start: _extension(walk, name, start, walk.uint(1)),
    0xC8: lambda walk, name, start: _extension(walk, name, start, walk.uint(2)),
    0xC9: lambda walk, name, start: _extension(walk, name, start, walk.uint(4)),
    0xCA: _float(">f", 4, "float32"),
    0xCB: _float(">d", 8, ""),
    0xCC: _int(1, False),
    0xCD: _int(2, False),
    0xCE: _int(4, False),
    0xCF: _int(8, False),
    0xD0: _int(1, True),
    0xD1: _int(2, True),
    0xD2: _int(4, True),
    0xD3: _int(8, True),
    0xD4: lambda walk, name, start: _extension(walk, name, start, 1),
    0xD5: lambda walk, name, start: _extension(walk, name, start, 2),
    0xD6: lambda walk, name, start: _extension(walk, name, start, 4),
    0xD7: lambda walk, name, start: _extension(walk, name, start, 8),
    0xD8: lambda walk, name, start: _extension(walk, name, start, 16),
    0xD9: lambda walk, name, start: walk.text(name, walk.take(walk.uint(1)), start),
    0xDA: lambda walk, name, start: walk.text(name, walk.take(walk.uint(2)), start),
    0xDB: lambda walk, name, start: walk.text(name, walk.take(walk.uint(4)), start),
    0xDC: lambda walk, name, start: _array(walk, name, start, walk.uint(2)),
    0xDD: lambda walk, name, start: _array(walk, name, start, walk.uint(4)),
    0xDE: lambda walk, name, start: _map(walk, name, start, walk.uint(2)),
    0xDF: lambda walk, name, start: _map(walk, name, start, walk.uint(4)),
}
