"""Orders: the places of rows in a file, made by work and read by look.

A place is a u64, little-endian: which of the listing's topics in the upper 24 bits, the row of that topic in the lower 40.
The file is replaced as a whole, or grows at its end; what is in it stays true, as row numbers never change.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from meshdesk.capture.store import CaptureError
from meshdesk.explain.rows import Rows
from meshdesk.explain.words import Hits, hits
from meshdesk.model.listing import Column, Listing

BITS = 40  # of a row; a capture of a trillion rows has other troubles
PLACE = np.dtype("<u8")
THREADS = 2  # that look for a word; the window and collect want a core, too
FIRST = 1_000  # rows of a new order that are shown before the whole of it is made

Places: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.uint64]]"
Values: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.int64]]"
Progress = Callable[[int, int], None]  # rows looked at, rows in all; may raise to cancel


# The file


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


def _placed(topic: int, ks: Values) -> Places:
    return ks.astype(np.uint64) | np.uint64(topic << BITS)


# Filtering


def filtered(rows: Rows, listing: Listing, begin: Sequence[int], progress: Progress) -> Iterator[Places]:
    """The places of rows that the listing does not leave out, as they are found, from row `begin[n]` of each topic on."""
    ends = [_end(rows, topic) for topic in listing.topics]
    done, total = 0, sum(ends) - sum(begin)
    with ThreadPoolExecutor(THREADS) as pool:  # Arrow looks for words without Python's lock
        asked: deque[tuple[int, int, int, Future[Hits]]] = deque()
        for number, topic in enumerate(listing.topics):
            for k, batch in rows.batches(
                topic, begin[number], ends[number], () if listing.word else NEEDED["timestamp"]
            ):
                asked.append((number, k, batch.num_rows, pool.submit(_hits, batch, listing)))
                if len(asked) > 2 * THREADS:
                    yield _found(*asked[0])
                    done += asked.popleft()[2]
                    progress(done, total)
        while asked:
            yield _found(*asked[0])
            done += asked.popleft()[2]
            progress(done, total)


def _hits(batch: pa.RecordBatch, listing: Listing) -> Hits:
    """The rows of a batch that hold the word, of the time that is meant; one without a timestamp may be of any."""
    found = hits(batch, listing.word)
    if listing.between is None:
        return found
    first, last = listing.between
    times = timestamps(batch)[found]
    return found[((times >= first) & (times <= last)) | (times < 0)]


def _found(topic: int, k: int, _rows: int, answer: "Future[Hits]") -> Places:
    return _placed(topic, k + answer.result())


# Sorting


def sorted_places(rows: Rows, listing: Listing, progress: Progress, only: "Places | None" = None) -> Iterator[Places]:
    """The order of a listing: where it is by a number its first rows at first, then all of it."""
    column: Column = listing.by or "timestamp"
    places, values = _gathered(rows, listing, column, progress)
    if only is not None:
        kept = np.isin(places, only, assume_unique=True)
        places, values = places[kept], values[kept] if isinstance(values, np.ndarray) else values.filter(pa.array(kept))
    if not isinstance(values, np.ndarray):
        yield places[
            pc.sort_indices(values, sort_keys=[("", "descending" if listing.descending else "ascending")]).to_numpy()
        ]
        return
    known = values >= 0  # only a timestamp can be missing: such rows come last, whichever way the others go
    keys = np.where(known, ~values if listing.descending else values, np.iinfo(np.int64).max)
    if len(keys) > 10 * FIRST:
        first = np.argpartition(keys, FIRST)[:FIRST]
        yield places[first[np.lexsort((first, keys[first]))]]
    yield places[np.argsort(keys, kind="stable")]


def _gathered(
    rows: Rows, listing: Listing, column: Column, progress: Progress
) -> tuple[Places, "Values | pa.ChunkedArray"]:
    """The place of every row, and the value of a column in it: whole numbers, or bytes."""
    places: list[Places] = []
    values: list[Values] = []
    texts: list[pa.Array] = []
    ends = [_end(rows, topic) for topic in listing.topics]
    done, total = 0, sum(ends)
    for number, topic in enumerate(listing.topics):
        for k, batch in rows.batches(topic, 0, ends[number], NEEDED.get(column, ())):
            places.append(_placed(number, np.arange(k, k + batch.num_rows)))
            if column in ("key", "value"):
                texts.append(batch.column(column))
            else:
                values.append(NUMBERS[column](batch))
            done += batch.num_rows
            progress(done, total)
    joined = np.concatenate(places) if places else np.empty(0, np.uint64)
    if column in ("key", "value"):
        return joined, pa.chunked_array(texts, pa.binary())
    return joined, np.concatenate(values) if values else np.empty(0, np.int64)


def _end(rows: Rows, topic: str) -> int:
    known = rows.capture.topics.get(topic)
    return known.rows if known else 0


def timestamps(batch: pa.RecordBatch) -> Values:
    """When each record was, in ms; −1 where it has no timestamp."""
    times, kinds = batch.column("timestamp").to_numpy(), batch.column("timestamp_type").to_numpy()
    return np.where(kinds == 0, -1, times)


def _sizes(batch: pa.RecordBatch) -> Values:
    total = _lengths(batch.column("key")) + _lengths(batch.column("value"))
    headers = batch.column("headers")
    if headers.null_count == len(headers):
        return total
    pairs = headers.flatten()
    each = np.cumsum(_lengths(pairs.field(0)) + _lengths(pairs.field(1)))
    counts = _counts(batch)
    ends = np.cumsum(counts)
    sums = np.concatenate(([0], each))
    return np.asarray(total + sums[ends] - sums[ends - counts])


def _lengths(column: pa.Array) -> Values:
    return np.asarray(pc.fill_null(pc.binary_length(column), 0).to_numpy(zero_copy_only=False), np.int64)


def _counts(batch: pa.RecordBatch) -> Values:
    lengths = pc.fill_null(pc.list_value_length(batch.column("headers")), 0)
    return np.asarray(lengths.to_numpy(zero_copy_only=False), np.int64)


NUMBERS: dict[Column, Callable[[pa.RecordBatch], Values]] = {
    "partition": lambda batch: batch.column("partition").to_numpy().astype(np.int64),
    "offset": lambda batch: batch.column("offset").to_numpy(),
    "timestamp": timestamps,
    "headers": _counts,
    "size": _sizes,
}
# The columns of the records that a column of the list is made of, where they are a small part of them: leaving others out
# costs a copy of each batch.
NEEDED: dict[Column, Sequence[str]] = {
    "partition": ("partition",),
    "offset": ("offset",),
    "timestamp": ("timestamp", "timestamp_type"),
    "key": ("key",),
    "headers": ("headers",),
}
