"""Places: the rows of an order in a file, which work writes and look reads.

A place is a u64, little-endian: which of the listing's topics in the upper 24 bits, the row of that topic in the lower 40.
The file is replaced as a whole, or grows at its end; what is in it stays true, as row numbers never change. The newest rows
of a live list by time lie in another file, its tail (merging.py).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np

from meshdesk.capture.store import CaptureError

BITS = 40  # of a row; a capture of a trillion rows has other troubles
PLACE = np.dtype("<u8")

Places: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.uint64]]"
Values: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.int64]]"


class Tail(NamedTuple):
    """Where the rows of an order lie from number `at` on."""

    file: Path
    at: int


def write_places(path: Path, places: Places) -> None:
    """Replaces the order as a whole."""
    draft = path.with_name(path.name + ".part")
    places.astype(PLACE, copy=False).tofile(draft)
    os.replace(draft, path)


def append_places(path: Path, places: Places) -> None:
    """Goes on with the order."""
    with path.open("ab") as file:
        file.write(places.astype(PLACE, copy=False).tobytes())


def read_places(path: Path, first: int, count: int, tail: Tail | None = None) -> list[tuple[int, int]]:
    """(topic of the listing, row of that topic) of rows [first, first + count) of the order. Raises CaptureError."""
    places = places_of(path, first, count, tail)
    return [(int(place) >> BITS, int(place) & ((1 << BITS) - 1)) for place in places]


def find_place(path: Path, topic: int, k: int, tail: Tail | None = None) -> int | None:
    """Which row of the order is row `k` of that topic; None where the order leaves it out. Raises CaptureError."""
    found = np.flatnonzero(places_of(path, tail=tail) == np.uint64((topic << BITS) | k))
    return int(found[0]) if len(found) else None


def places_of(path: Path, first: int = 0, count: int | None = None, tail: Tail | None = None) -> Places:
    """Rows [first, first + count) of the order, or all from `first` on. Raises CaptureError."""
    end = None if count is None else first + count
    if tail is None:
        return _stored(path, first, end)
    before = _stored(path, first, tail.at if end is None else min(end, tail.at)) if first < tail.at else None
    if end is not None and end <= tail.at and before is not None:
        return before
    behind = _stored(tail.file, max(0, first - tail.at), None if end is None else end - tail.at)
    return behind if before is None else np.append(before, behind)


def _stored(path: Path, first: int, end: int | None) -> Places:
    with _there():
        count = -1 if end is None else max(0, end - first)
        return np.fromfile(path, PLACE, count, offset=first * PLACE.itemsize)


@contextmanager
def _there() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CaptureError(f"This order cannot be read: {error.strerror}. Sort or filter again.") from error


def placed(topic: int, ks: Values) -> Places:
    """The places of rows of one topic."""
    return ks.astype(np.uint64) | np.uint64(topic << BITS)
