"""Plain words: which records of a batch hold one, in key, value, a header's name or value. Whole columns at a time."""

import re
import threading
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import stringzilla as sz

from meshdesk.model.hits import cases_of

Hits: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.int64]]"
Mask: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.bool_]]"  # of each row

AT_ONCE = 16  # values that are looked through as if they were one
FEW = 2  # where more than one row in so many is in a piece that holds the word, each row is looked through
PIECE = 1 << 20  # bytes that are looked through at once: of smaller ones Python takes its share, larger are no faster
OFTEN = 512  # where a word begins at more than one byte in so many, RE2 is as fast …
SOME = 64  # … and so many places are found in any case (both measured 2026-11)
LOWER = bytes(range(256)).lower()  # of each byte, as RE2 folds bytes that are letters of ASCII


def hits(batch: pa.RecordBatch, word: str) -> Hits:
    """The rows that hold the word, ascending; an empty word is in every row.

    A word without capitals is found in any case, others as they are.
    """
    if not word:
        return np.arange(batch.num_rows)
    found = np.flatnonzero(_holds(batch.column("key"), word) | _holds(batch.column("value"), word))
    headers = batch.column("headers")
    if headers.null_count < len(headers):
        pairs = headers.flatten()
        inside = _holds(pairs.field(0), word) | _holds(pairs.field(1), word)
        return np.union1d(pc.list_parent_indices(headers).to_numpy()[inside], found)
    return found


def _holds(column: pa.Array, word: str) -> Mask:
    """Which values hold it.

    All their bytes are looked through as if they were one value: with the widest registers that the processor has this takes a
    quarter of the time in which they are unpacked. Where the word is in many places, or has letters that are not those of ASCII
    and is meant in any case, RE2 looks for it, through several values at once, and through each alone where the word is in them.
    To begin a search takes as long as to look through 70 bytes: of short keys a fifth of the time is left, of values four fifths
    (all measured 2026-11)."""
    in_any_case = word == word.lower()
    # RE2 knows more cases of letters in text, of a header's name, than in bytes: K is also the sign of kelvin.
    if not in_any_case or (word.isascii() and pa.types.is_binary(column.type)):
        scanned = _scanned(column, word.encode(), in_any_case)
        if scanned is not None:
            return scanned
    pieces = np.flatnonzero(_match(_joined(column), word))
    rows = (pieces[:, np.newaxis] * AT_ONCE + np.arange(AT_ONCE)).ravel()
    rows = rows[rows < len(column)]
    if len(rows) * FEW > len(column):
        return _match(column, word)
    held = np.zeros(len(column), np.bool_)
    if len(rows):
        held[rows] = _match(column.take(pa.array(rows)), word)
    return held


def _scanned(column: pa.Array, word: bytes, in_any_case: bool) -> "Mask | None":
    """Which values hold a word, which is of lower case where it is meant in any; None where RE2 is as fast."""
    held = np.zeros(len(column), np.bool_)
    _, offsets, data = column.buffers()
    if not len(column) or data is None:
        return held
    ends = np.frombuffer(offsets, np.int32)[column.offset : column.offset + len(column) + 1]
    places = _places(memoryview(data)[ends[0] : ends[-1]], word, in_any_case)
    if places is None:
        return None
    if not len(places):
        return held
    places = (places + ends[0]).astype(np.int32)  # as the ends are, which would be made wider else
    rows = np.searchsorted(ends, places, "right") - 1
    held[rows[places + len(word) <= ends[rows + 1]]] = True  # else it begins in one value and ends in the next
    if column.null_count:
        held &= column.is_valid().to_numpy(zero_copy_only=False)  # what is null may hold any bytes
    return held


class _Desk(threading.local):
    """Where a thread puts a piece in lower case: memory that is written over, as fresh memory is handed over page by page."""

    def __init__(self) -> None:
        self.room = memoryview(bytearray(PIECE))


_desk = _Desk()


def _places(data: memoryview, word: bytes, in_any_case: bool) -> "Hits | None":
    """Where a word stands, ascending; None where it stands in so many places that RE2 is as fast."""
    is_folded = in_any_case and word != word.upper()  # digits have one case
    size = max(PIECE, 4 * len(word))
    room = _desk.room if size == PIECE else memoryview(bytearray(size))
    places: list[int] = []
    for at in range(0, len(data) - len(word) + 1, size - len(word) + 1):
        piece = data[at : at + size]
        if is_folded:
            folded = room[: len(piece)]
            sz.translate(piece, LOWER, out=folded)
            piece = folded
        text = sz.Str(piece)
        found = text.find(word)
        while found >= 0:
            places.append(at + found)
            if len(places) > SOME + (at + found) // OFTEN:
                return None
            found = text.find(word, found + 1)
    return np.array(places, np.int64)


def _joined(column: pa.Array) -> pa.Array:
    """The values of a column as they lie one behind the other, AT_ONCE in one. Those that are null may hold any bytes."""
    _, offsets, data = column.buffers()
    if not len(column) or data is None:
        return pa.array([], column.type)
    ends = np.frombuffer(offsets, np.int32)[column.offset : column.offset + len(column) + 1]
    cuts = np.append(ends[:-1:AT_ONCE], ends[-1:])
    return pa.Array.from_buffers(column.type, len(cuts) - 1, [None, pa.py_buffer(cuts), data])


def _match(column: pa.Array, word: str) -> Mask:
    # Arrow gives both to RE2, which looks for literals at 2 GB/s; its own search without RE2 is six times slower (measured).
    if word != word.lower():
        held = pc.match_substring_regex(column, _literal(word))
    elif word.isascii():
        held = pc.match_substring(column, word, ignore_case=True)
    else:
        held = pc.match_substring_regex(column, "".join(map(_in_any_case, word)))
    return np.asarray(held.fill_null(False).to_numpy(zero_copy_only=False))


def _literal(text: str) -> str:
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)


def _in_any_case(letter: str) -> str:
    """RE2 knows a column of bytes as Latin-1, in which letters of UTF-8 are two or more that must not be folded by themselves."""
    return f"(?:{'|'.join(map(_literal, cases_of(letter)))})"
