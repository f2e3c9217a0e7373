"""Protobuf's numbers, texts and bytes as words of the line that a list shows, alone and in lists."""

import struct
from collections.abc import Callable

from meshdesk.decode.line import LEFT, LONGEST, Unlisted, Words, bytes_word, close_array, text_word
from meshdesk.decode.moments import real
from meshdesk.decode.proto_plan import Plan, Scalar
from meshdesk.decode.proto_skip import SKIPS, SkipField, length_at, skip_length, tag_at
from meshdesk.decode.proto_wire import FIXED64, LENGTH, VARINT, varint
from meshdesk.model.node import SHORT, Word, word_of

# Reads the value of a field that begins behind its tag, in a message at that depth; where it ends.
ReadField = Callable[[bytes, int, int, Words, int], int]
DOUBLE = struct.Struct("<d")


def scalar_of(field: Plan) -> tuple[ReadField, SkipField]:
    """A number, a text or bytes, as the schema declares it."""
    if field.type == "string":
        return read_text, skip_length
    if field.type == "bytes":
        return _bytes, skip_length
    if field.type == "double":
        return read_double, SKIPS[FIXED64]
    scalar = field.scalar
    assert scalar is not None  # it is no message, and its type is known
    skip = SKIPS[field.wire]
    if field.wire == VARINT:
        return _number(scalar), skip

    def read(data: bytes, at: int, end: int, out: Words, depth: int) -> int:
        stop = skip(data, at, end, depth)
        out.append(word_of(*scalar(data, 0, at, stop), LONGEST))
        return stop

    return read, skip


def _number(scalar: Scalar) -> ReadField:
    """A varint. What one byte of it says is kept: 128 words."""
    small: dict[int, Word] = {}

    def read(data: bytes, at: int, end: int, out: Words, _depth: int) -> int:
        byte = data[at]
        if byte < 0x80 and at < end:
            word = small.get(byte)
            if word is None:
                word = small[byte] = word_of(*scalar(data, byte, at, at), LONGEST)
            out.append(word)
            return at + 1
        if at + 2 <= end and data[at + 1] < 0x80:
            value, at = byte & 0x7F | data[at + 1] << 7, at + 2
        else:
            value, at = varint(data, at, end)
        out.append(word_of(*scalar(data, value, at, at), LONGEST))
        return at

    return read


def read_double(data: bytes, at: int, end: int, out: Words, _depth: int) -> int:
    """Eight bytes. Raises Unlisted."""
    if at + 8 > end:
        raise Unlisted
    out.append((real(DOUBLE.unpack_from(data, at)[0]), "number"))
    return at + 8


def read_text(data: bytes, at: int, end: int, out: Words, _depth: int) -> int:
    """Text behind its length. Raises Unlisted."""
    length = data[at]
    at += 1
    stop = at + length
    if length >= 0x80:
        at, stop = length_at(data, at - 1, end)
    elif stop > end:
        raise Unlisted
    text = data[at:stop].decode()
    out.append((text, "string") if 0 < len(text) <= LONGEST and text.isprintable() else text_word(text))
    return stop


def _bytes(data: bytes, at: int, end: int, out: Words, _depth: int) -> int:
    at, stop = length_at(data, at, end)
    out.append(bytes_word(data[at : min(stop, at + LONGEST)]))
    return stop


def repeated(number: int, wire: int, read_one: ReadField, skip_one: SkipField) -> tuple[ReadField, SkipField]:
    """Scalars in a list, each behind the tag, or packed behind one."""
    loose, packed = number << 3 | wire, number << 3 | LENGTH

    def read(data: bytes, at: int, end: int, out: Words, depth: int) -> int:
        begin, count = len(out), 0
        out.append(LEFT)
        while at < end:
            tag, behind = tag_at(data, at, end)
            if tag == loose:
                at = read_one(data, behind, end, out, depth) if count < SHORT else skip_one(data, behind, end, depth)
                count += 1
            elif tag == packed:
                at, stop = length_at(data, behind, end)
                while at < stop:
                    at = read_one(data, at, stop, out, depth) if count < SHORT else skip_one(data, at, stop, depth)
                    count += 1
            else:
                break
        close_array(out, begin, count)
        return at

    def skip(data: bytes, at: int, end: int, depth: int) -> int:
        while at < end:
            tag, behind = tag_at(data, at, end)
            if tag == loose:
                at = skip_one(data, behind, end, depth)
            elif tag == packed:
                at, stop = length_at(data, behind, end)
                while at < stop:
                    at = skip_one(data, at, stop, depth)
            else:
                break
        return at

    return read, skip
