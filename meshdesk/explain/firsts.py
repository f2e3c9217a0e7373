"""The first rows of a new order, before the whole of it is made: a screen that is there while ten million rows are sorted.

They are what the whole begins with, to the row: of rows that are equal those come first that did as they arrived.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from meshdesk.capture.index import NO_TIME
from meshdesk.explain.byte_order import sort_bytes
from meshdesk.explain.moments import TIMES, timestamps
from meshdesk.explain.places import Places, Values, placed
from meshdesk.explain.rows import Rows
from meshdesk.model.listing import Listing

FIRST = 1_000  # rows: some screens
LONG = 10 * FIRST  # rows of an order that is not made at once
LAST = np.iinfo(np.int64).max  # the key of what has none: such rows come last, whichever way the others go
LOOKED = 400  # batches in which they are looked for by the index, a tenth of a second; else they come once all were looked at
NOTHING = pa.array([], pa.binary())


def first_by_time(rows: Rows, listing: Listing) -> "Places | None":
    """The first rows of an order by time, where the index tells in which batches they are; None where it does not.

    The index has the least and the greatest timestamp of each batch. So of ten million rows that arrived in order, by and
    large, one or two batches are read.
    """
    bounds: list[tuple[int, int, int, int, int]] = []  # no key in it is less, place of its first row, topic, row, rows
    for number, topic in enumerate(listing.topics):
        known = rows.capture.topics.get(topic)
        for k, lies, start, stop in rows.lying(topic, 0, known.rows if known else 0):
            if lies.batch.oldest != NO_TIME:
                bound = ~lies.batch.newest if listing.descending else lies.batch.oldest
                bounds.append((bound, int(placed(number, np.array([k]))[0]), number, k, stop - start))
    if sum(count for *_, count in bounds) <= LONG:
        return None
    bounds.sort()
    keys, places = np.empty(0, np.int64), np.empty(0, np.uint64)
    for looked, (bound, begin, number, k, count) in enumerate(bounds):
        if len(keys) == FIRST and (int(keys[-1]), int(places[-1])) < (bound, begin):
            return places
        if looked == LOOKED:
            return None
        for at, batch in rows.batches(listing.topics[number], k, k + count, TIMES):
            times = timestamps(batch)
            found = np.where(times >= 0, ~times if listing.descending else times, LAST)
            before = np.flatnonzero(found < LAST)
            keys, places = np.append(keys, found[before]), np.append(places, placed(number, at + before))
            order = np.lexsort((places, keys))[:FIRST]
            keys, places = keys[order], places[order]
    return places if len(keys) == FIRST else None


class Candidates(NamedTuple):
    """Those rows of a batch that may be among the first."""

    rows: Values
    texts: pa.Array


class Best:
    """The first rows by bytes of all that were seen, batch after batch in the order of rows."""

    def __init__(self, descending: bool) -> None:
        self._descending = descending
        self._bound: pa.Scalar | None = None  # what is not before it is not among the first
        self._texts, self._places = NOTHING, np.empty(0, np.uint64)

    def candidates(self, texts: pa.Array) -> Candidates:
        """The rows of a batch that may be among the first. For any thread: a bound that is no news lets more rows through."""
        bound = self._bound
        if bound is None:
            before = texts.is_valid()
        else:
            before = (pc.greater if self._descending else pc.less)(texts, bound).fill_null(False)
        rows = np.flatnonzero(before.to_numpy(zero_copy_only=False))
        found = texts.take(pa.array(rows))
        if len(rows) > FIRST:
            least = sort_bytes(found, self._descending)[:FIRST]
            least.sort()
            rows, found = rows[least], found.take(pa.array(least))
        return Candidates(rows, found)

    def take(self, places: Places, candidates: Candidates) -> None:
        """Takes those of the next batch, and where they are."""
        if not len(places):
            return
        self._texts = pa.concat_arrays([self._texts, candidates.texts])
        self._places = np.append(self._places, places)
        if self._bound is None or len(self._places) > 2 * FIRST:
            self._settle()

    def places(self) -> "Places | None":
        """The first rows; None where there are less than FIRST with bytes at all."""
        self._settle()
        return self._places if len(self._places) == FIRST else None

    def _settle(self) -> None:
        order = sort_bytes(self._texts, self._descending)[:FIRST]
        self._texts, self._places = self._texts.take(pa.array(order)), self._places[order]
        if len(order) == FIRST:
            self._bound = self._texts[FIRST - 1]
