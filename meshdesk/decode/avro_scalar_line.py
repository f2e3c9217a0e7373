"""Avro's values that have no parts as words of a line: what the functions call that decode/avro_line.py writes."""

import struct
from collections.abc import Callable
from typing import Any

from meshdesk.decode.avro_cursor import Cursor, Read
from meshdesk.decode.avro_logical import DECIMAL_BYTES, SCALE, UUID, duration_of, uuid_of
from meshdesk.decode.avro_skip import block_at, long_at, piece_at, skip_text
from meshdesk.decode.contract import Bounds
from meshdesk.decode.line import LONGEST, TELLING, Unlisted, bytes_word, cut, lay_array, text_word
from meshdesk.decode.moments import WORDS, scaled
from meshdesk.model.node import visible, word_of

BOUNDS = Bounds()
Piece = tuple[str, str, int]  # text, tone, where it ends


def _long_text(data: bytes, at: int) -> tuple[str, int]:
    start, end = piece_at(data, at)
    return data[start:end].decode()[: LONGEST + 1], end


def _uuid_text(data: bytes, at: int) -> Piece:
    start, end = piece_at(data, at)
    text = data[start:end].decode()
    return (text, "text", end) if UUID.fullmatch(text) else (*text_word(text), end)


def _hex(data: bytes) -> str:
    return bytes_word(data)[0]


def _bytes(data: bytes, at: int) -> tuple[str, int]:
    start, end = piece_at(data, at)
    return _hex(data[start : min(end, start + LONGEST)]), end


def decimal_at(scale: int, size: int | None) -> Callable[[bytes, int], Piece]:
    """A decimal of such a scale; `size` is that of a fixed, None behind a length."""

    def read(data: bytes, at: int) -> Piece:
        at, end = piece_at(data, at) if size is None else (at, at + size)
        if end - at > DECIMAL_BYTES or scale > SCALE:
            return _hex(data[at:end]), "text", end
        return scaled(int.from_bytes(data[at:end], "big", signed=True), scale)[: LONGEST + 1], "number", end

    return read


def as_node(read: Read) -> Callable[[bytes, int], Piece]:
    """A scalar that the walker of trees reads: a logical type that is rare."""

    def scalar(data: bytes, at: int) -> Piece:
        cursor = Cursor(data, BOUNDS, at)
        node = read(cursor, "")
        if node is None:
            raise Unlisted
        return (*word_of(node.kind, node.text, LONGEST), cursor.at)

    return scalar


KNOWN: dict[str, Any] = {
    "BOOLEANS": ("false", "true"),
    "ONE": (1, 1),  # what a boolean takes, whichever of the two it is
    "REALS": WORDS,
    "SMALL": tuple(str((byte >> 1) ^ -(byte & 1)) for byte in range(0x80)),  # numbers of one byte
    "TELLING": TELLING,
    "Unlisted": Unlisted,
    "as_double": struct.Struct("<d").unpack_from,
    "as_float": struct.Struct("<f").unpack_from,
    "block_at": block_at,
    "bytes_at": _bytes,
    "cut": cut,
    "duration_of": duration_of,
    "hex_of": _hex,
    "lay_array": lay_array,
    "long_at": long_at,
    "long_text": _long_text,
    "piece_at": piece_at,
    "skip_text": skip_text,
    "uuid_of": uuid_of,
    "uuid_at": _uuid_text,
    "visible": visible,
}
