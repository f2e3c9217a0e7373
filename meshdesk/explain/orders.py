"""Orders as they are made by work: which rows a listing leaves out, and how it sorts the others. Their file is places.py's.

Only work loads this: pyarrow.compute takes 50 of the 280 ms of a program that starts (2026-11).
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from meshdesk.explain.masking import visible_hits
from meshdesk.explain.moments import TIMES, timestamps
from meshdesk.explain.places import Places, Values, placed
from meshdesk.explain.rows import Rows
from meshdesk.explain.words import Hits
from meshdesk.model.listing import Column, Listing

THREADS = 2  # that look for a word; the window and collect want a core, too
FIRST = 1_000  # rows of a new order that are shown before the whole of it is made

Progress = Callable[[int, int], None]  # rows looked at, rows in all; may raise to cancel


# Filtering


def filtered(rows: Rows, listing: Listing, begin: Sequence[int], progress: Progress) -> Iterator[Places]:
    """The places of rows that the listing does not leave out, as they are found, from row `begin[n]` of each topic on."""
    ends = [_end(rows, topic) for topic in listing.topics]
    done, total = 0, sum(ends) - sum(begin)
    with ThreadPoolExecutor(THREADS) as pool:  # Arrow looks for words without Python's lock
        asked: deque[tuple[int, int, int, Future[Hits]]] = deque()
        for number, topic in enumerate(listing.topics):
            for k, batch in rows.batches(topic, begin[number], ends[number], () if listing.word else TIMES):
                asked.append((number, k, batch.num_rows, pool.submit(hits_in, batch, listing)))
                if len(asked) > 2 * THREADS:
                    yield _found(*asked[0])
                    done += asked.popleft()[2]
                    progress(done, total)
        while asked:
            yield _found(*asked[0])
            done += asked.popleft()[2]
            progress(done, total)


def hits_in(batch: pa.RecordBatch, listing: Listing) -> Hits:
    """The rows of a batch that hold the word, of the time that is meant; one without a timestamp may be of any."""
    found = visible_hits(batch, listing.word)
    if listing.between is None:
        return found
    first, last = listing.between
    times = timestamps(batch)[found]
    return found[((times >= first) & (times <= last)) | (times < 0)]


def _found(topic: int, k: int, _rows: int, answer: "Future[Hits]") -> Places:
    return placed(topic, k + answer.result())


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
    keys = _known_first(~values if listing.descending else values, values >= 0)
    if len(keys) > 10 * FIRST:
        first = np.argpartition(keys, FIRST)[:FIRST]
        yield places[first[np.lexsort((first, keys[first]))]]
    yield places[np.argsort(keys, kind="stable")]


def time_keys(batch: pa.RecordBatch) -> Values:
    """What a list by time is sorted by."""
    times = timestamps(batch)
    return _known_first(times, times >= 0)


def _known_first(keys: Values, known: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> Values:
    """Only a timestamp can be missing: such rows come last, whichever way the others go."""
    return np.where(known, keys, np.iinfo(np.int64).max)


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
            places.append(placed(number, np.arange(k, k + batch.num_rows)))
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
    "timestamp": TIMES,
    "key": ("key",),
    "headers": ("headers",),
}
