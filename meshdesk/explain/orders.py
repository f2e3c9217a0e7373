"""Orders as they are made by work: which rows a listing leaves out, and how it sorts the others. Their file is places.py's.

Only work loads this: pyarrow.compute takes 50 of the 280 ms of a program that starts (2026-11).
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from meshdesk.explain.byte_order import HELD, sort_chunks
from meshdesk.explain.firsts import FIRST, LAST, LONG, NOTHING, Best, Candidates, first_by_time
from meshdesk.explain.masking import visible_hits
from meshdesk.explain.moments import TIMES, timestamps
from meshdesk.explain.places import Places, Values, placed
from meshdesk.explain.rows import Rows
from meshdesk.explain.unpacking import Made, looked_through
from meshdesk.explain.words import Hits, Mask
from meshdesk.model.listing import Column, Listing

TELL_EVERY = 32  # batches that are read anew between two words: some twenty times a second

Progress = Callable[[int, int], None]  # rows looked at, rows in all; may raise to cancel


# Filtering


def filtered(rows: Rows, listing: Listing, begin: Sequence[int], progress: Progress) -> Iterator[Places]:
    """The places of rows that the listing does not leave out, as they are found, from row `begin[n]` of each topic on."""
    ends = [_end(rows, topic) for topic in listing.topics]
    only = (*(WORDS if listing.word else ()), *(TIMES if listing.between or not listing.word else ()))
    done, total = 0, sum(ends) - sum(begin)
    for number, topic in enumerate(listing.topics):

        def look(k: int, batch: pa.RecordBatch, number: int = number) -> Places:
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
        texts = _Texts(rows, listing, column, progress)
        best = Best(listing.descending) if only is None else None
        places, is_null = texts.look_through(best)
        if best is not None and len(places) > LONG and (first := best.places()) is not None:
            yield first
        kept = np.ones(len(places), np.bool_) if only is None else np.isin(places, only, assume_unique=True)
        order = sort_chunks(texts, np.flatnonzero(kept & ~is_null), len(places), listing.descending)
        yield places[np.append(order, np.flatnonzero(kept & is_null))]
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


def _end(rows: Rows, topic: str) -> int:
    known = rows.capture.topics.get(topic)
    return known.rows if known else 0


class _Texts:
    """The bytes of a column of all rows, chunk by chunk: held, or where they are too many read anew each time."""

    def __init__(self, rows: Rows, listing: Listing, column: Column, progress: Progress) -> None:
        self._rows, self._listing, self._column, self._progress = rows, listing, column, progress
        self._ends = [_end(rows, topic) for topic in listing.topics]
        self._places: Places = np.empty(0, np.uint64)  # of the rows, ascending
        self._held: list[tuple[int, pa.Array]] | None = []

    def look_through(self, best: "Best | None") -> "tuple[Places, Mask]":
        """The place of every row, and whether it is null; `best` is told of all bytes."""
        done, total, held = 0, sum(self._ends), 0
        places, is_null, at = np.empty(total, np.uint64), np.empty(total, np.bool_), 0

        def look(text: pa.Array) -> "tuple[pa.Array, Candidates | None]":
            return text, best.candidates(text) if best is not None else None

        for first, (text, candidates) in self._read(look):
            here = slice(at, at + len(text))
            places[here] = np.arange(first, first + len(text), dtype=np.uint64)
            is_null[here] = text.is_null().to_numpy(zero_copy_only=False)
            if best is not None and candidates is not None:
                best.take(places[here][candidates.rows], candidates)
            held += text.nbytes
            if self._held is not None:
                self._held.append((at, text))
            if held > HELD:
                self._held = None
            at += len(text)
            done += len(text)
            self._progress(done, total)
        self._places = places[:at]
        return self._places, is_null[:at]

    def __iter__(self) -> Iterator[tuple[int, pa.Array]]:
        if self._held is not None:
            yield from self._held
            return
        total = sum(self._ends)
        for number, (first, text) in enumerate(self._read(lambda text: text)):
            at = int(np.searchsorted(self._places, np.uint64(first)))
            known = self._places[at : at + len(text)]
            if len(known) == len(text) and int(known[0]) == first and int(known[-1]) - first == len(text) - 1:
                yield at, text  # else a part of them was lost before, or is now, and nobody can say where they belong
            if number % TELL_EVERY == 0:
                self._progress(total, total)  # all were looked at; hears that it is cancelled

    def _read(self, look: Callable[[pa.Array], Made]) -> Iterator[tuple[int, Made]]:
        """(place of its first row, what `look` makes of its bytes) of each batch."""

        def made(_k: int, batch: pa.RecordBatch) -> Made:
            # A copy, as the memory is written over.
            return look(pa.concat_arrays([batch.column(self._column), NOTHING]))

        for number, topic in enumerate(self._listing.topics):
            needed = NEEDED[self._column]
            for k, _, found in looked_through(self._rows, topic, 0, self._ends[number], needed, made):
                yield int(placed(number, np.array([k]))[0]), found


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
