"""Fields of which a schema knows nothing, as words of the line that a list shows: by their numbers."""

from functools import lru_cache

from meshdesk.decode.line import (
    CLOSE,
    INSIDE,
    LEFT,
    OPEN,
    RIGHT,
    Unlisted,
    Words,
    bytes_word,
    count_word,
    is_inside,
    text_word,
)
from meshdesk.decode.proto_fields import NEST, Field, Message, read_fields
from meshdesk.decode.proto_scalar_line import ReadField
from meshdesk.decode.proto_skip import SKIPS, length_at, tag_at
from meshdesk.decode.proto_wire import (
    FIXED32,
    FIXED64,
    LENGTH,
    NUMBERS,
    STEPS,
    VARINT,
    is_message,
    signed,
    text_in,
    varint,
)
from meshdesk.model.node import SHORT

UNKNOWN = 1_024  # tags of fields that no schema has, kept: each is a name and two functions
CONTAINERS = (OPEN, INSIDE)  # how the words of a message begin
LINES = ("\n", "\t", "\r")


@lru_cache(maxsize=UNKNOWN)
def unknown_field(tag: int) -> Field:
    """A field of which no more than its number and its wire type are known. Raises Unlisted."""
    number, wire = tag >> 3, tag & 7
    if number not in NUMBERS:
        raise Unlisted
    guess, skip_one, mark = GUESSES[wire], SKIPS[wire], _written(tag)

    def read(data: bytes, at: int, end: int, out: Words, depth: int) -> int:
        """All of them that follow each other; several are an array, of which only scalars are shown, and few."""
        begin, count, is_short = len(out), 0, True
        _, at = tag_at(data, at, end)
        while True:
            is_short = is_short and count < SHORT and not (count and out[begin] in CONTAINERS)
            at = guess(data, at, end, out, depth) if is_short else skip_one(data, at, end, depth)
            count += 1
            if at >= end or not data.startswith(mark, at):
                break
            at += len(mark)
        if count > 1:
            words = out[begin:]
            is_short = is_short and OPEN not in words and INSIDE not in words
            out[begin:] = [LEFT, *words, RIGHT] if is_short else [count_word(count)]
        return at

    def skip(data: bytes, at: int, end: int, depth: int) -> int:
        _, at = tag_at(data, at, end)
        at = skip_one(data, at, end, depth)
        while at < end and data.startswith(mark, at):
            at = skip_one(data, at + len(mark), end, depth)
        return at

    return Field(-number, (str(number), "name"), read, skip, True)


def _written(tag: int) -> bytes:
    """A tag as writers write it; in more bytes than it needs it counts as another field's."""
    out = bytearray()
    while tag >= 0x80:
        out.append(tag & 0x7F | 0x80)
        tag >>= 7
    return bytes((*out, tag))


def _guessed_varint(data: bytes, at: int, end: int, out: Words, _depth: int) -> int:
    value, at = varint(data, at, end)
    out.append((str(signed(value, 64)), "number"))
    return at


def _guessed_fixed(size: int) -> ReadField:
    def read(data: bytes, at: int, end: int, out: Words, _depth: int) -> int:
        if at + size > end:
            raise Unlisted
        out.append((str(int.from_bytes(data[at : at + size], "little")), "number"))
        return at + size

    return read


def _guessed_piece(data: bytes, at: int, end: int, out: Words, depth: int) -> int:
    """Text that a person can read, else a message, else bytes (proto_inspect.guessed)."""
    at, stop = length_at(data, at, end)
    piece = data[at:stop]
    text = text_in(piece)
    if (text is None or text[:1] in LINES) and depth <= NEST and is_message(data, at, stop, [STEPS]):
        if is_inside(depth + 1):
            out.append(INSIDE)
        else:
            out.append(OPEN)
            read_fields(NOBODY, data, at, stop, out, depth + 1)
            out.append(CLOSE)
    else:
        out.append(bytes_word(piece) if text is None else text_word(text))
    return stop


GUESSES: dict[int, ReadField] = {
    VARINT: _guessed_varint, LENGTH: _guessed_piece, FIXED32: _guessed_fixed(4), FIXED64: _guessed_fixed(8),
}  # fmt: skip


NOBODY = Message(unknown_field)  # of which nothing is known
