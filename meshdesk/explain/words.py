"""Plain words: which records of a batch hold one, in key, value, a header's name or value. Whole columns at a time."""

import itertools
import re
import threading
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from meshdesk.model.hits import cases_of

Hits: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.int64]]"
Mask: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.bool_]]"  # of each row
Bytes: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.uint8]]"

AT_ONCE = 16  # values that are looked through as if they were one
FEW = 2  # where more than one row in so many is in a piece that holds the word, each row is looked through
PIECE = 128 << 10  # bytes that are compared at once: with what is made of them they stay in a processor's second cache
SAMPLE = 4 << 10  # bytes by which it is judged which letters are rare …
RARE = 3  # … of which so many are tried together …
BEGINNING = 64  # … of the first of a word
SOME = 32  # places in a piece that are found one by one
OFTEN = 512  # where more than one byte in so many may begin the word, RE2 is as fast (measured 2026-11)
LONGEST = 32 << 10  # bytes of a word that is looked for so: a quarter of a piece
LOWER = np.frombuffer(bytes(range(256)).lower(), np.uint8)  # of each byte, as RE2 folds bytes that are letters of ASCII


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

    In bytes a word of ASCII in any case is looked for by its rarest letters, three times as fast as RE2 folds cases.
    Else, or where these letters are not rare, several values are looked through at once, and each alone where the word is in
    them. To begin a search takes as long as to look through 70 bytes: of short keys a fifth of the time is left, of values
    four fifths (both measured 2026-11)."""
    if pa.types.is_binary(column.type) and word.isascii() and word == word.lower() and len(word) <= LONGEST:
        scanned = _scanned(column, np.frombuffer(word.encode(), np.uint8))
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


def _scanned(column: pa.Array, word: Bytes) -> "Mask | None":
    """Which values hold a word of lower case in any case; None where its letters are in so many places that RE2 is as fast."""
    held = np.zeros(len(column), np.bool_)
    _, offsets, data = column.buffers()
    if not len(column) or data is None:
        return held
    ends = np.frombuffer(offsets, np.int32)[column.offset : column.offset + len(column) + 1]
    places = _places(np.frombuffer(data, np.uint8)[ends[0] : ends[-1]], word)
    if places is None:
        return None
    if not len(places):
        return held
    places = (places + ends[0]).astype(np.int32)
    rows = np.searchsorted(ends, places, "right") - 1
    held[rows[places + len(word) <= ends[rows + 1]]] = True  # else it begins in one value and ends in the next
    if column.null_count:
        held &= column.is_valid().to_numpy(zero_copy_only=False)  # what is null may hold any bytes
    return held


class _Desk(threading.local):
    """Where a thread compares pieces: memory that is written over, as fresh memory is handed over page by page."""

    def __init__(self) -> None:
        self.folded, self.other = np.empty(PIECE, np.uint8), np.empty(PIECE, np.bool_)
        self.marks = bytearray(PIECE)
        self.both = np.frombuffer(self.marks, np.bool_)


_desk = _Desk()


def _places(data: Bytes, word: Bytes) -> "Hits | None":
    """Where a word of lower case stands, in any case; None where its rarest letters alone stand in too many places."""
    letters: Bytes = word | np.uint8(0x20)
    known: Bytes = data[:SAMPLE] | np.uint8(0x20)
    often: Hits = np.bincount(known, minlength=256)[letters]
    sought = _sought(known, letters, often)
    first = min(sought)
    apart, found, count = max(sought) - first, [np.empty(0, np.int64)], 0
    for at in range(0, len(data) - apart, PIECE - apart):
        length = min(PIECE - apart, len(data) - apart - at)
        piece = np.bitwise_or(data[at : at + length + apart], 0x20, out=_desk.folded[: length + apart])
        both = np.equal(piece[sought[0] - first :][:length], letters[sought[0]], out=_desk.both[:length])
        for n in sought[1:]:
            both &= np.equal(piece[n - first :][:length], letters[n], out=_desk.other[:length])
        found.append(_marked(_desk.marks, length) + (at - first))
        count += len(found[-1])
        if count > (at + PIECE) // OFTEN:
            return None
    places = np.concatenate(found)
    places = places[(places >= 0) & (places <= len(data) - len(word))]
    for n in np.argsort(often, kind="stable").tolist():
        if not len(places):
            break
        places = places[LOWER[data[places + n]] == word[n]]
    return places


def _sought(sample: Bytes, letters: Bytes, often: Hits) -> tuple[int, ...]:
    """Which letters of a word are looked for: two of the rarest, or three where any two are together in the sample, as digits
    are. Two would be found in more than SOME places of a piece, which takes longer than to look for a third."""

    def are_together(places: tuple[int, ...]) -> bool:
        first = min(places)
        length = max(0, len(sample) - max(places) + first)
        return bool(np.logical_and.reduce([sample[n - first :][:length] == letters[n] for n in places]).any())

    rare = np.argsort(often[:BEGINNING], kind="stable")[:RARE].tolist()
    if len(rare) < RARE:
        return tuple(rare)
    return next((two for two in itertools.combinations(rare, 2) if not are_together(two)), tuple(rare))


def _marked(marks: bytearray, length: int) -> Hits:
    """Where the first `length` bytes are 1, not 0. Where few are, one after the other is found five times as fast as by numpy."""
    places: list[int] = []
    at = marks.find(1, 0, length)
    while at >= 0:
        places.append(at)
        if len(places) > SOME:
            return np.flatnonzero(np.frombuffer(marks, np.bool_, length))
        at = marks.find(1, at + 1, length)
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
