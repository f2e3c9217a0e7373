"""Protobuf's wire format as the demo needs it: fields of a message, and Confluent's framing with its message indexes.

protobuf.dev/programming-guides/encoding: a field is a varint of its number and wire type, then its value. Fields are written in
the order of their numbers; one that has its default value (proto3: 0, "", False, empty) is left out.
"""

import struct
from collections.abc import Iterable, Sequence
from itertools import chain

from meshdesk.demo.story.event import framed

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5  # wire types


def varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first; a negative number as 64 bits of two's complement.

    >>> varint(1).hex(), varint(150).hex(), len(varint(-2))
    ('01', '9601', 10)
    """
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def whole(field: int, number: int) -> bytes:
    """A field of type int32, int64, bool or an enum.

    >>> whole(1, 150).hex()
    '089601'
    """
    return varint(field << 3 | VARINT) + varint(number) if number else b""


def text(field: int, value: str) -> bytes:
    """A field of type string.

    >>> text(2, "testing").hex()
    '120774657374696e67'
    """
    return message(field, value.encode()) if value else b""


def texts(field: int, values: Iterable[str]) -> bytes:
    """A repeated field of type string."""
    return b"".join(message(field, value.encode()) for value in values)


def message(field: int, body: bytes) -> bytes:
    """A field that is a message (or bytes), also an empty one."""
    return varint(field << 3 | LENGTH) + varint(len(body)) + body


def double(field: int, value: float) -> bytes:
    """A field of type double."""
    return varint(field << 3 | FIXED64) + struct.pack("<d", value) if value else b""


def single(field: int, value: float) -> bytes:
    """A field of type float."""
    return varint(field << 3 | FIXED32) + struct.pack("<f", value) if value else b""


def as_protobuf(schema_id: int, indexes: Sequence[int], *fields: bytes) -> bytes:
    """Confluent's framing: zero byte, id, the way to the message through its file as zigzag varints, then its fields.

    The way is a count and the place of each message within the one around it; the first of a file is a single 0.
    """
    way = [0] if [*indexes] == [0] else [len(indexes), *indexes]
    return framed(schema_id, b"".join(chain((varint(step << 1) for step in way), fields)))
