"""Protobuf's wire format (protobuf.dev, "Encoding"): varints, tags, and what can be said of a message without its schema."""

import re
from collections.abc import Iterator

from meshdesk.decode.contract import Undecodable

VARINT, FIXED64, LENGTH, GROUP, END, FIXED32 = range(6)
WIRE = ("varint", "64-bit", "length-delimited", "group", "end of group", "32-bit")
LONGEST = 10  # bytes of a number
NUMBERS = range(1, 1 << 29)  # what a field's number can be
FIXED = {FIXED32: 4, FIXED64: 8}  # bytes of them
CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
STEPS = 3_000_000  # fields walked in one payload, shown or not; some three seconds


def varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    """An unsigned number of at most ten bytes and 64 bits, and where it ends. Raises Undecodable."""
    shift = value = 0
    for byte in data[at : min(end, at + LONGEST)]:
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            if value >> 64:
                raise Undecodable(f"the number at byte {at:,} has more than 64 bits")
            return value, at + shift // 7 + 1
        shift += 7
    why = "more than ten bytes" if shift == 7 * LONGEST else "no end"
    raise Undecodable(f"the number at byte {at:,} has {why}")


def zigzag(value: int) -> int:
    """The signed number that was written as an unsigned one.

    >>> [zigzag(n) for n in range(5)]
    [0, -1, 1, -2, 2]
    """
    return (value >> 1) ^ -(value & 1)


def signed(value: int, bits: int) -> int:
    """The number whose two's complement the lower bits are.

    >>> signed((1 << 64) - 1, 32)
    -1
    """
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def fields(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int, int, int]]:
    """The fields of a message without groups: (number, wire type, number's value, where its content begins, where it ends).
    Raises Undecodable."""
    while at < end:
        start = at
        tag, at = varint(data, at, end)
        number, wire = tag >> 3, tag & 7
        if number not in NUMBERS:
            raise Undecodable(f"byte {start:,} begins field {number:,}, which no message has")
        value, begin = 0, at
        if wire == VARINT:
            value, at = varint(data, at, end)
        elif wire == LENGTH:
            length, begin = varint(data, at, end)
            at = begin + length
        elif wire in (FIXED32, FIXED64):
            at += 4 if wire == FIXED32 else 8
        else:
            raise Undecodable(f"byte {start:,} begins a field of wire type {wire}")
        if at > end:
            raise Undecodable(f"the field at byte {start:,} goes beyond the end")
        yield number, wire, value, begin, at


def is_message(data: bytes, at: int, end: int, steps: list[int]) -> bool:
    """Whether all of the bytes are fields of a message; `steps` holds how many may still be looked at."""
    begin, left = at, steps[0]
    try:
        while at < end:
            left -= 1
            tag = data[at]
            at += 1
            if tag >= 0x80:
                tag, at = varint(data, at - 1, end)
            wire = tag & 7
            if wire == LENGTH:
                length = data[at]
                at += 1
                if length >= 0x80:
                    length, at = varint(data, at - 1, end)
                at += length
            elif wire == VARINT:
                at = at + 1 if data[at] < 0x80 else varint(data, at, end)[1]
            elif wire in FIXED:
                at += FIXED[wire]
            else:
                return False
            if at > end or left < 0 or not 8 <= tag < 1 << 32:
                return False
    except (Undecodable, IndexError):
        return False
    finally:
        steps[0] = left
    return begin < end


def text_in(data: bytes) -> str | None:
    """The text, where all of the bytes are such as a person would write or read."""
    if CONTROL.search(data):
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None
