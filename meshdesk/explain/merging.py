"""A live list by time: records that have arrived since take their places among those that are there.

Rows before some number lie in the order's own file and stay what they are. The others lie in a tail, which is written anew
under another name each time: so whoever reads the order reads it as of one moment, however late that is, and what it costs
goes by what has come and not by how long the list is.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from meshdesk.explain.moments import TIMES
from meshdesk.explain.orders import Progress, hits_in, time_keys
from meshdesk.explain.places import BITS, PLACE, Places, Tail, Values, placed, places_of, write_places
from meshdesk.explain.rows import Rows
from meshdesk.model.listing import Listing

BACK = 256  # rows at the end that are looked at first for the place of the earliest new one, then four times as many …
MOST_BACK = 100_000  # … up to so many: for what is later still the list is sorted anew
TAIL = 20_000  # rows of a tail, 160 kB that are written at once; of a longer one all but TAIL_LEAST go to the order's own file
TAIL_LEAST = 5_000
RUNS = 200  # places at which rows came in that are told one by one: each costs the list some 50 µs


class Merged(NamedTuple):
    """The order after records have come in."""

    rows: int
    tail: Tail
    runs: list[tuple[int, int]] | None  # (row, how many) that came in, by the numbers of now; None: at too many places


def merge(
    rows: Rows,
    listing: Listing,
    order: tuple[Path, Tail | None, int],
    arrived: tuple[Sequence[int], Sequence[int]],
    into: Path,
    progress: Progress,
) -> Merged | None:
    """Takes rows `arrived[0][n]` to `arrived[1][n]` of each topic into an order, which is a file, a tail, and how many rows it has.

    The tail that is valid then is written to `into`; nothing is where no row has come in. None where one of them is so late
    that its place is before all rows that are looked at. Of the same millisecond, what came later comes behind.
    """
    file, tail, count = order
    new, keys = _arrived(rows, listing, arrived, progress)
    if not len(new):
        return Merged(count, tail or Tail(file, count), [])
    start, back, held, held_keys = count, BACK, new[:0], keys[:0]
    while start and not (len(held) and held_keys[0] <= keys[0]):
        if count - start >= MOST_BACK:
            return None
        first = max(0, start - back, count - MOST_BACK)
        before = places_of(file, first, start - first, tail)
        held, held_keys = np.append(before, held), np.append(_keys(rows, listing, before), held_keys)
        start, back = first, back * 4
    held_keys = np.maximum.accumulate(held_keys)  # where a row is lost nobody knows its time any more, and it stays
    at = np.searchsorted(held_keys, keys, "right")
    begin = min(start, tail.at) if tail is not None else start
    whole = np.append(places_of(file, begin, start - begin, tail), np.insert(held, at, new))
    if len(whole) > TAIL and tail is not None and begin == tail.at:  # else somebody may read what is there
        _settle(file, begin, whole[:-TAIL_LEAST])
        begin, whole = begin + len(whole) - TAIL_LEAST, whole[-TAIL_LEAST:]
    write_places(into, whole)
    return Merged(count + len(new), Tail(into, begin), _runs(start + at + np.arange(len(new))))


def _arrived(
    rows: Rows, listing: Listing, arrived: tuple[Sequence[int], Sequence[int]], progress: Progress
) -> tuple[Places, Values]:
    """The places of what has arrived and belongs to the listing, and its times, in their order."""
    places, keys = [np.empty(0, np.uint64)], [np.empty(0, np.int64)]
    done, total = 0, sum(arrived[1]) - sum(arrived[0])
    for number, topic in enumerate(listing.topics):
        only = () if listing.word else TIMES
        for k, batch in rows.batches(topic, arrived[0][number], arrived[1][number], only):
            found = hits_in(batch, listing)
            places.append(placed(number, k + found))
            keys.append(time_keys(batch)[found])
            done += batch.num_rows
            progress(done, total)
    new, times = np.concatenate(places), np.concatenate(keys)
    by_time = np.lexsort((new, times))
    return new[by_time], times[by_time]


def _keys(rows: Rows, listing: Listing, places: Places) -> Values:
    """The times of rows of the order; −1 of those that are lost."""
    keys = np.full(len(places), -1, np.int64)
    for number, topic in enumerate(listing.topics):
        mine = np.flatnonzero(places >> np.uint64(BITS) == number)
        ks = (places[mine] & np.uint64((1 << BITS) - 1)).astype(np.int64)
        mine, ks, at = mine[np.argsort(ks)], np.sort(ks), 0
        while at < len(ks):  # batch by batch: between two of them may lie many of which no row is wanted
            found = next(iter(rows.batches(topic, int(ks[at]), int(ks[-1]) + 1, TIMES)), None)
            if found is None:
                break
            k, batch = found
            first, last = np.searchsorted(ks, (k, k + batch.num_rows)).tolist()
            keys[mine[first:last]] = time_keys(batch)[ks[first:last] - k]
            at = max(last, at + 1)
    return keys


def _settle(file: Path, at: int, places: Places) -> None:
    """Writes rows that stay from number `at` on; nobody reads the file from there on who reads the order as it is now."""
    with file.open("r+b") as out:
        out.seek(at * PLACE.itemsize)
        out.write(places.astype(PLACE, copy=False).tobytes())


def _runs(places: Values) -> list[tuple[int, int]] | None:
    """Ascending numbers as runs of neighbours.

    >>> _runs(np.array([3, 4, 9]))
    [(3, 2), (9, 1)]
    """
    firsts = np.flatnonzero(np.diff(places, prepend=-2) != 1)
    if len(firsts) > RUNS:
        return None
    lengths = np.diff(firsts, append=len(places))
    return list(zip(places[firsts].tolist(), lengths.tolist(), strict=True))
