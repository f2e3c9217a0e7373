"""Places: the rows of an order in a file, which work writes and look reads.

A place is a u64, little-endian: which of the listing's topics in the upper 24 bits, the row of that topic in the lower 40.
The file is replaced as a whole, or grows at its end; what is in it stays true, as row numbers never change.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import numpy as np

from meshdesk.capture.store import CaptureError

BITS = 40  # of a row; a capture of a trillion rows has other troubles
PLACE = np.dtype("<u8")

Places: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.uint64]]"
Values: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.int64]]"


def write_places(path: Path, places: Places) -> None:
    """Replaces the order as a whole."""
    draft = path.with_name(path.name + ".part")
    places.astype(PLACE, copy=False).tofile(draft)
    os.replace(draft, path)


def append_places(path: Path, places: Places) -> None:
    """Goes on with the order."""
    with path.open("ab") as file:
        file.write(places.astype(PLACE, copy=False).tobytes())


def read_places(path: Path, first: int, count: int) -> list[tuple[int, int]]:
    """(topic of the listing, row of that topic) of rows [first, first + count) of the order. Raises CaptureError."""
    with _there(), path.open("rb") as file:
        file.seek(first * PLACE.itemsize)
        data = file.read(count * PLACE.itemsize)
    places = np.frombuffer(data[: len(data) // PLACE.itemsize * PLACE.itemsize], PLACE)
    return [(int(place) >> BITS, int(place) & ((1 << BITS) - 1)) for place in places]


def find_place(path: Path, topic: int, k: int) -> int | None:
    """Which row of the order is row `k` of that topic; None where the order leaves it out. Raises CaptureError."""
    with _there():
        places = np.fromfile(path, PLACE)
    found = np.flatnonzero(places == np.uint64((topic << BITS) | k))
    return int(found[0]) if len(found) else None


@contextmanager
def _there() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CaptureError(f"This order cannot be read: {error.strerror}. Sort or filter again.") from error


def placed(topic: int, ks: Values) -> Places:
    """The places of rows of one topic."""
    return ks.astype(np.uint64) | np.uint64(topic << BITS)
