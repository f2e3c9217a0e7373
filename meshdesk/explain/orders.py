"""Orders as they are made by work: which rows a listing leaves out, and how it sorts the others. Their file is places.py's.

Only work loads this: pyarrow.compute takes 50 of the 280 ms of a program that starts (2026-11).
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from threading import Lock

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from meshdesk.explain.byte_order import sort_bytes
from meshdesk.explain.firsts import FIRST, LAST, LONG, NOTHING, Best, Candidates, first_by_time
from meshdesk.explain.masking import visible_hits
from meshdesk.explain.moments import TIMES, timestamps
from meshdesk.explain.places import Places, Values, placed
from meshdesk.explain.rows import Rows
from meshdesk.explain.unpacking import looked_through
from meshdesk.explain.words import Hits
from meshdesk.model.listing import Column, Listing

Progress = Callable[[int, int], None]  # rows looked at, rows in all; may raise to cancel


# Filtering


def filtered(rows: Rows, listing: Listing, begin: Sequence[int], progress: Progress) -> Iterator[Places]:
    """The places of rows that the listing does not leave out, as they are found, from row `begin[n]` of each topic on."""
    ends = [_end(rows, topic) for topic in listing.topics]
    only = (*(WORDS if listing.word else ()), *(TIMES if listing.between or not listing.word else ()))
    done, total = 0, sum(ends) - sum(begin)
    one_looks = Lock()  # while another unpacks: two that look ask for Python's lock by turns and wait for each other
    for number, topic in enumerate(listing.topics):

        def look(k: int, batch: pa.RecordBatch, number: int = number) -> Places:
            with one_looks:
                return placed(number, k + hits_in(batch, listing))

        for _, count, found in looked_through(rows, topic, begin[number], ends[number], only, look):
            yield found
            done += count
            progress(done, total)


def hits_in(batch: pa.RecordBatch, listing: Listing) -> Hits:
    """The rows of a batch that hold the word, of the time that is meant; one without a timestamp may be of any."""
    found = visible_hits(batch, listing.word)
    if listing.between is None:
        return found
    first, last = listing.between
    times = timestamps(batch)[found]
    return found[((times >= first) & (times <= last)) | (times < 0)]


# Sorting


def sorted_places(rows: Rows, listing: Listing, progress: Progress, only: "Places | None" = None) -> Iterator[Places]:
    """The order of a listing: its first rows as soon as they are known, which is not always, then all of it."""
    column: Column = listing.by or "timestamp"
    first = first_by_time(rows, listing) if column == "timestamp" and only is None else None
    if first is not None:
        yield first
    if column in ("key", "value"):
        best = Best(listing.descending) if only is None else None
        places, texts = _texts(rows, listing, column, progress, best)
        if best is not None and len(places) > LONG and (first := best.places()) is not None:
            yield first
        if only is not None:
            kept = np.isin(places, only, assume_unique=True)
            places, texts = places[kept], texts.filter(pa.array(kept))
        order = sort_bytes(texts, listing.descending)
        del texts  # of ten million keys as much as their order
        yield places[order]
        return
    places, keys = _numbers(rows, listing, column, progress)
    if only is not None:
        kept = np.isin(places, only, assume_unique=True)
        places, keys = places[kept], keys[kept]
    unknown = np.flatnonzero(keys < 0)
    if listing.descending:
        np.invert(keys, out=keys)
    keys[unknown] = LAST
    if first is None and len(keys) > LONG:
        yield places[_least(keys)]
    yield places[np.argsort(keys, kind="stable")]


def _least(keys: Values) -> Values:
    """Where the FIRST least of many keys are, in their order; of those that are equal the first."""
    bound = np.partition(keys, FIRST - 1)[FIRST - 1]
    least = np.flatnonzero(keys <= bound)  # of the greatest of them there may be any number
    return least[np.argsort(keys[least], kind="stable")[:FIRST]]


def time_keys(batch: pa.RecordBatch) -> Values:
    """What a list by time is sorted by: rows without a timestamp come last, whichever way the others go."""
    times = timestamps(batch)
    return np.where(times >= 0, times, LAST)


def _numbers(rows: Rows, listing: Listing, column: Column, progress: Progress) -> tuple[Places, Values]:
    """The place of every row, and the number that a column has in it; −1 where there is none."""
    ends = [_end(rows, topic) for topic in listing.topics]
    done, total = 0, sum(ends)
    places, values = np.empty(total, np.uint64), np.empty(total, np.int64)
    at = 0
    for number, topic in enumerate(listing.topics):
        look = partial(_number, NUMBERS[column])
        for k, count, made in looked_through(rows, topic, 0, ends[number], NEEDED[column], look):
            places[at : at + count] = placed(number, np.arange(k, k + count))
            values[at : at + count] = made
            at += count
            done += count
            progress(done, total)
    return places[:at], values[:at]


def _number(number: Callable[[pa.RecordBatch], Values], _k: int, batch: pa.RecordBatch) -> Values:
    return number(batch)


def _texts(
    rows: Rows, listing: Listing, column: Column, progress: Progress, best: "Best | None"
) -> tuple[Places, pa.ChunkedArray]:
    """The place of every row, and the bytes of its key or value, of which `best` is told."""
    ends = [_end(rows, topic) for topic in listing.topics]
    done, total = 0, sum(ends)
    places, texts, at = np.empty(total, np.uint64), [], 0

    def look(_k: int, batch: pa.RecordBatch) -> tuple[pa.Array, "Candidates | None"]:
        text = pa.concat_arrays([batch.column(column), NOTHING])  # a copy, as the memory is written over
        return text, best.candidates(text) if best is not None else None

    for number, topic in enumerate(listing.topics):
        for k, count, (text, candidates) in looked_through(rows, topic, 0, ends[number], NEEDED[column], look):
            places[at : at + count] = placed(number, np.arange(k, k + count))
            texts.append(text)
            if best is not None and candidates is not None:
                best.take(places[at : at + count][candidates.rows], candidates)
            at += count
            done += count
            progress(done, total)
    return places[:at], pa.chunked_array(texts, pa.binary())


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
    "offset": lambda batch: batch.column("offset").to_numpy().copy(),
    "timestamp": timestamps,
    "headers": _counts,
    "size": _sizes,
}
WORDS = ("key", "value", "headers")  # where a word is looked for
NEEDED: dict[Column, Sequence[str]] = {  # the columns of the records that a column of the list is made of
    "partition": ("partition",),
    "offset": ("offset",),
    "timestamp": TIMES,
    "key": ("key",),
    "value": ("value",),
    "headers": ("headers",),
    "size": WORDS,
}
