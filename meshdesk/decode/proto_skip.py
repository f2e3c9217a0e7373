"""Protobuf's wire format read and not kept: what a list does not show is proved to be what its tags and lengths say."""

from collections.abc import Callable

from meshdesk.decode.line import Unlisted
from meshdesk.decode.proto_wire import END, FIXED32, FIXED64, LENGTH, VARINT, varint

# Behind the value of a field that begins behind its tag, in a message at that depth. Raises Unlisted.
SkipField = Callable[[bytes, int, int, int], int]


def tag_at(data: bytes, at: int, end: int) -> tuple[int, int]:
    """A field's number and wire type, and where they end. Raises Undecodable."""
    tag = data[at]
    return (tag, at + 1) if tag < 0x80 else varint(data, at, end)


def length_at(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Where bytes behind their length begin and end. Raises Unlisted."""
    length = data[at]
    at += 1
    if length >= 0x80:
        length, at = varint(data, at - 1, end)
    stop = at + length
    if stop > end:
        raise Unlisted
    return at, stop


def skip_varint(data: bytes, at: int, end: int, _depth: int) -> int:
    """Behind a number of 64 bits."""
    stop = at
    while data[stop] >= 0x80:
        stop += 1
    stop += 1
    size = stop - at
    if stop > end or size > 10 or (size == 10 and data[stop - 1] > 1):
        raise Unlisted
    return stop


def skip_packed(data: bytes, at: int, end: int) -> int:
    """Behind numbers that end where they are said to."""
    while at < end:
        at = skip_varint(data, at, end, 0)
    return at


def skip_length(data: bytes, at: int, end: int, _depth: int) -> int:
    """Behind bytes and the length before them."""
    length = data[at]
    stop = at + 1 + length if length < 0x80 else length_at(data, at, end)[1]
    if stop > end:
        raise Unlisted
    return stop


def _skip_fixed(size: int) -> SkipField:
    def skip(_data: bytes, at: int, end: int, _depth: int) -> int:
        if at + size > end:
            raise Unlisted
        return at + size

    return skip


SKIPS: dict[int, SkipField] = {
    VARINT: skip_varint, LENGTH: skip_length, FIXED32: _skip_fixed(4), FIXED64: _skip_fixed(8),
}  # fmt: skip


def end_of_run(number: int, data: bytes, at: int, end: int) -> int:
    """Where the values of a field end that stand side by side, from the first one's tag on."""
    while at < end:
        tag, behind = tag_at(data, at, end)
        if tag >> 3 != number:
            return at
        wire = tag & 7
        if wire not in SKIPS:
            raise Unlisted
        at = SKIPS[wire](data, behind, end, 0)
    return at


def end_of_group(number: int, data: bytes, at: int, end: int) -> tuple[int, int]:
    """Where the fields of a group end, and the group."""
    while at < end:
        tag, behind = tag_at(data, at, end)
        if tag & 7 == END:
            if tag >> 3 != number:
                raise Unlisted
            return at, behind
        if tag & 7 not in SKIPS:  # a group in a group
            raise Unlisted
        at = SKIPS[tag & 7](data, behind, end, 0)
    raise Unlisted
