"""Where in a list a moment is: the row whose timestamp is the greatest that is not after it.

Records arrive in the order of their timestamps only by and large: several partitions are read beside each other, and
producers' clocks differ. So it is no search for a place between two rows: of all rows the one nearest before the moment is
meant, of several the last. The index has the least and the greatest timestamp of each batch, so that of ten million rows in
order one or two batches are read.
"""

import numpy as np
import pyarrow as pa

from meshdesk.capture.index import NO_TIME
from meshdesk.capture.parts import Placed
from meshdesk.capture.records import NO_TIMESTAMP
from meshdesk.explain.places import BITS, Places, Values
from meshdesk.explain.rows import Rows

TIMES = ("timestamp", "timestamp_type")  # the columns that say when a record was


def timestamps(batch: pa.RecordBatch) -> Values:
    """When each record was, in ms; −1 where it has no timestamp."""
    times, kinds = batch.column("timestamp").to_numpy(), batch.column("timestamp_type").to_numpy()
    return np.where(kinds == 0, -1, times)


def row_at(rows: Rows, topic: str, moment: int) -> int | None:
    """Which row of a topic, as they arrived, is at a moment (ms since the epoch); None where all are after it."""
    known = rows.capture.topics.get(topic)
    batches: list[tuple[int, int, Placed]] = []  # what is best in it, its first row
    for part, base in zip(known.parts, known.firsts, strict=True) if known else ():
        for placed, first in zip(part.batches, part.firsts, strict=True):
            if placed.batch.oldest != NO_TIME and placed.batch.oldest <= moment:
                batches.append((min(placed.batch.newest, moment), base + first, placed))
    batches.sort(key=lambda one: one[:2], reverse=True)
    best: tuple[int, int] | None = None  # timestamp, row
    for bound, first, placed in batches:
        if best is not None and bound < best[0]:
            break
        for k, batch in rows.batches(topic, first, first + placed.batch.rows, TIMES):
            found = _nearest(timestamps(batch), moment)
            if found is not None:
                best = max(best or found, (found[0], k + found[1]))
    return None if best is None else best[1]


def _nearest(times: Values, moment: int) -> tuple[int, int] | None:
    """(timestamp, place) of the last of those that are nearest before a moment."""
    before = np.flatnonzero((times <= moment) & (times != NO_TIMESTAMP))
    if not len(before):
        return None
    nearest = int(times[before].max())
    return nearest, int(before[times[before] == nearest][-1])


def place_at(
    rows: Rows, places: Places, topics: list[str], by: str | None, descending: bool, moment: int
) -> int | None:
    """Which row of an order is at a moment; None where all are after it, or where the order has nothing to do with time."""
    if by is None and len(topics) == 1:  # the hits of a filter, as they arrived
        k = row_at(rows, topics[0], moment)
        return None if k is None else max(0, int(np.searchsorted(places, np.uint64(k), side="right")) - 1)
    if by not in (None, "timestamp"):
        return None
    low, high = 0, len(places)
    while low < high:  # rows without a timestamp come last, whichever way the others go
        middle = (low + high) // 2
        time = _timestamp(rows, topics, int(places[middle]))
        is_before = time is not None and (time > moment if descending else time <= moment)
        low, high = (middle + 1, high) if is_before else (low, middle)
    if descending:
        return low if low < len(places) else None
    return low - 1 if low else None


def _timestamp(rows: Rows, topics: list[str], place: int) -> int | None:
    topic, k = topics[place >> BITS], place & ((1 << BITS) - 1)
    return next((getattr(record, "timestamp", None) for record in rows.records(topic, k, 1)), None)
