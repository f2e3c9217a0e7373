"""All samples of a capture by time: what each series was at any moment, and how much it grew between moments. Pure, bounded.

Samples lie in blocks that follow each other in time; within a block they are sorted by series and time, so that one search
answers for all series at once. A block also holds what every series was before it. When all take too much, two old blocks
become one of half as many samples. With 3 million samples of 1,200 series (an hour at one a second): any moment 1 to 2 ms.

A value that falls begins anew: the topic was made again under its name, or a group was set back. It has grown by nothing then.
"""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Numbers: TypeAlias = npt.NDArray[np.int64]
Amounts: TypeAlias = npt.NDArray[np.float64]
SeriesName = tuple[str, str, int]  # of what: "end", "beginning", "committed GROUP"; topic; partition

MOST = 3_000_000  # samples, 24 bytes each: a day of 30 topics of one partition at one a second; older ones are thinned
BLOCK = 200_000  # samples of a block as it is closed; sorting takes 15 ms
PENDING = 50_000  # samples that wait to be sorted in; a question sorts them in earlier
LATE = 15_000  # ms by which one thread of collect may be behind another: the end of a block that stays open
GONE = 15_000  # ms after its last sample from which on a series is not known any more
BITS = 42  # of a key are its time in ms, which is enough until the year 2109; the others its series
NEVER = -1


@dataclass(slots=True)
class _Rows:
    """Samples of many series, sorted by key."""

    keys: Numbers  # series and time in one number
    values: Numbers
    grown: Numbers  # since the first sample of the series


class _State(NamedTuple):
    """What every series was at one moment; NEVER was it seen where there was no sample yet."""

    seen: Numbers
    values: Numbers
    grown: Numbers


@dataclass(slots=True)
class _Block:
    first: int  # ms; samples before it are in other blocks
    rows: _Rows
    before: _State
    level: int = 0  # how often it was thinned


class Tracks:
    """The samples. One thread adds; others may ask meanwhile."""

    def __init__(self, most: int = MOST, block: int = BLOCK) -> None:
        """At most some `most` samples are kept; a block is closed at `block` of them."""
        self._most, self._size = most, block
        self._lock = threading.Lock()
        self._numbers: dict[SeriesName, int] = {}
        self._by_kind: dict[str, dict[tuple[str, int], int]] = {}
        self._blocks = [_Block(0, _no_rows(), _no_state())]
        self._last = _no_state()  # the newest sample of every series that is sorted in
        self._pending: list[tuple[Numbers, Numbers, Numbers]] = []  # series, seen, value
        self._waiting = 0
        self._first = self._newest = NEVER
        self.revision = 0  # grows with what is added

    @property
    def span(self) -> tuple[int, int] | None:
        """When the first and the last sample were seen, in ms; None where there are none."""
        return None if self._first == NEVER else (self._first, self._newest)

    def number(self, name: SeriesName) -> int:
        """The number of a series, by which samples of it are added."""
        known = self._numbers.get(name)
        if known is None:
            with self._lock:
                known = self._numbers[name] = len(self._numbers)
                self._by_kind.setdefault(name[0], {})[name[1:]] = known
        return known

    def kinds(self) -> list[str]:
        """Of what there are series: "end", "beginning", "committed GROUP"."""
        with self._lock:
            return list(self._by_kind)

    def keys(self, of: str) -> list[tuple[str, int]]:
        """Topic and partition of every series of a kind."""
        with self._lock:
            return list(self._by_kind.get(of, ()))

    def add(self, series: Numbers, seen: Numbers, values: Numbers) -> None:
        """Takes samples: their series by number, when they were seen (ms) and what was seen, in the order of writing."""
        if not len(series):
            return
        with self._lock:
            self._pending.append((series.astype(np.int64), seen.astype(np.int64), values.astype(np.int64)))
            self._waiting += len(series)
            first, last = int(seen.min()), int(seen.max())
            self._first = first if self._first == NEVER else min(self._first, first)
            self._newest = max(self._newest, last)
            if self._waiting >= PENDING:
                self._sort_in()
            self.revision += 1

    def at(self, moment: int, of: str) -> dict[tuple[str, int], tuple[int, int]]:
        """By topic and partition the newest sample of a kind at a moment: when it was seen, and its value. What was not
        seen before is left out."""
        with self._lock:
            names = dict(self._by_kind.get(of, {}))
            if not names:
                return {}
            self._sort_in()
            wanted = np.fromiter(names.values(), np.int64, len(names))
            block = self._block_at(moment)
            state = _state_at(block, wanted, np.full(len(wanted), moment))
        seen, values = state.seen.tolist(), state.values.tolist()
        return {key: (seen[i], values[i]) for i, key in enumerate(names) if seen[i] != NEVER}

    def grown(self, names: Sequence[SeriesName], edges: Numbers, hold: int = 0) -> Amounts:
        """(series, edges − 1): by how much each series grew between two edges (ms, ascending), as if it grew evenly between two
        samples; NaN where that is not known: before its first sample and more than `hold` ms after its last."""
        growth: Amounts = np.diff(self._growth(names, edges, hold), axis=1)
        return growth

    def rates(self, names: Sequence[SeriesName], moment: int, window: int, hold: int = GONE) -> Amounts:
        """By how much each series grew a second over the `window` ms before a moment; NaN where that is not known."""
        both = self._growth(names, np.array([moment - window, moment], np.int64), hold)
        growth: Amounts = (both[:, 1] - both[:, 0]) * 1000 / window
        return growth

    def reached(self, name: SeriesName, value: int, moment: int) -> tuple[int, int] | None:
        """Between which two samples, before `moment`, a series passed `value`: when they were seen, in ms. None where all its
        samples are beyond it, or none is."""
        with self._lock:
            number = self._numbers.get(name)
            if number is None:
                return None
            self._sort_in()
            seen, values = self._all_of(number, moment)
        at = int(np.searchsorted(np.maximum.accumulate(values), value, side="right"))
        if at == 0 or at == len(values):
            return None
        return int(seen[at - 1]), int(seen[at])

    # Inside; the lock is held

    def _all_of(self, number: int, moment: int) -> tuple[Numbers, Numbers]:
        """All samples of one series up to a moment that are of its last life: behind the last fall of its value."""
        seen, values = [], []
        for block in self._blocks:
            keys = block.rows.keys
            first, end = np.searchsorted(keys, [number << BITS, number << BITS | min(moment, (1 << BITS) - 1)], "left")
            end += end < len(keys) and keys[end] == number << BITS | moment
            seen.append(keys[first:end] - (number << BITS))
            values.append(block.rows.values[first:end])
        when, what = np.concatenate(seen), np.concatenate(values)
        falls = np.flatnonzero(np.diff(what) < 0)
        begin = falls[-1] + 1 if len(falls) else 0
        return when[begin:], what[begin:]

    def _growth(self, names: Sequence[SeriesName], edges: Numbers, hold: int) -> Amounts:
        """(series, edges): how much each had grown by then. For `hold` ms after its last sample it is taken to stay."""
        found = np.full((len(names), len(edges)), np.nan)
        with self._lock:
            numbers = [self._numbers.get(name, NEVER) for name in names]
            rows = np.flatnonzero(np.array(numbers, np.int64) != NEVER)
            wanted = np.array(numbers, np.int64)[rows]
            if not len(wanted):
                return found
            self._sort_in()
            firsts = np.array([block.first for block in self._blocks], np.int64)
            places = np.searchsorted(firsts, edges, side="right") - 1
            after = _nothing(len(wanted))
            for at in range(len(self._blocks) - 1, -1, -1):
                block, those = self._blocks[at], np.flatnonzero(places == at)
                if len(those):
                    made = _growth_in(block, after, wanted, edges[those], hold)
                    found[np.ix_(rows, those)] = made
                after = _first_of(block, wanted, after)
        return found

    def _block_at(self, moment: int) -> _Block:
        for block in reversed(self._blocks):
            if block.first <= moment:
                return block
        return self._blocks[0]

    def _sort_in(self) -> None:
        """Takes what waits into the last block, and closes that when it is full."""
        if not self._pending:
            return
        parts, self._pending, self._waiting = self._pending, [], 0
        series, seen, values = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        block = self._blocks[-1]
        self._last = _wider(self._last, len(self._numbers))
        for other in self._blocks:
            other.before = _wider(other.before, len(self._numbers))
        seen = np.maximum(seen, block.first)  # the clock was set back, or a thread is very late
        order = np.argsort(series, kind="stable")
        series, seen, values = series[order], seen[order], values[order]
        starts = np.flatnonzero(np.diff(series, prepend=NEVER))
        known = series[starts]
        seen = _never_falling(series, seen, starts, self._last.seen[known])
        former = np.roll(values, 1)
        former[starts] = np.where(self._last.seen[known] == NEVER, values[starts], self._last.values[known])
        change = np.where((values < former) | (former < 0), 0, values - former)
        total = np.cumsum(change)
        base = self._last.grown[known] - (total[starts] - change[starts])
        grown = total + np.repeat(base, np.diff(starts, append=len(series)))
        ends = np.append(starts[1:], len(series)) - 1
        self._last.seen[known], self._last.values[known], self._last.grown[known] = (
            seen[ends],
            values[ends],
            grown[ends],
        )
        block.rows = _merged([block.rows, _Rows(series << BITS | seen, values, grown)])
        if len(block.rows.keys) >= self._size:
            self._close(block)

    def _close(self, block: _Block) -> None:
        times = block.rows.keys & ((1 << BITS) - 1)
        cut = int(times.max()) - LATE
        old = times < cut
        if cut <= block.first or not old.any():
            if len(block.rows.keys) < 4 * self._size:
                return  # all of it in a few seconds: a very large mesh
            cut = int(times.max()) + 1
            old = times < cut
        rest = _picked(block.rows, ~old)
        block.rows = _resting_left_out(_picked(block.rows, old))
        self._blocks.append(_Block(cut, rest, _state_after(block)))
        while sum(len(each.rows.keys) for each in self._blocks) > self._most and len(self._blocks) > 3:
            self._thin()

    def _thin(self) -> None:
        """Two neighbours that were thinned least become one, the oldest first."""
        closed = self._blocks[:-1]
        level = min(block.level for block in closed[:-1])
        at = next(i for i, block in enumerate(closed[:-1]) if block.level <= level)
        one, other = closed[at], closed[at + 1]
        level = max(one.level, other.level) + 1
        rows = _thinned(_merged([one.rows, other.rows]), 1_000 << level)
        self._blocks[at : at + 2] = [_Block(one.first, rows, one.before, level)]


def _no_rows() -> _Rows:
    return _Rows(*(np.zeros(0, np.int64) for _ in range(3)))


def _nothing(count: int) -> _State:
    return _State(np.full(count, NEVER, np.int64), np.zeros(count, np.int64), np.zeros(count, np.int64))


def _no_state() -> _State:
    return _nothing(0)


def _wider(state: _State, count: int) -> _State:
    more = count - len(state.seen)
    if more <= 0:
        return state
    return _State(*(np.concatenate(pair) for pair in zip(state, _nothing(more), strict=True)))


def _picked(rows: _Rows, which: npt.NDArray[np.bool_]) -> _Rows:
    return _Rows(rows.keys[which], rows.values[which], rows.grown[which])


def _merged(parts: Iterable[_Rows]) -> _Rows:
    there = [part for part in parts if len(part.keys)]
    if len(there) == 1:
        return there[0]
    keys = np.concatenate([part.keys for part in there])
    order = np.argsort(keys, kind="stable")
    return _Rows(
        keys[order],
        np.concatenate([part.values for part in there])[order],
        np.concatenate([part.grown for part in there])[order],
    )


def _never_falling(series: Numbers, seen: Numbers, starts: Numbers, before: Numbers) -> Numbers:
    """The times of each series, none before the one that came before it: a clock that was set back does not go back here."""
    floor = seen.copy()
    floor[starts] = np.maximum(floor[starts], before)
    wide = series << BITS
    risen: Numbers = np.maximum.accumulate(wide | floor) - wide  # a series of a higher number is above all before it
    return risen


def _resting_left_out(rows: _Rows) -> _Rows:
    """Without the samples between two that say the same: nothing is lost, as what lies between two samples is even."""
    series = rows.keys >> BITS
    same = (series[1:] == series[:-1]) & (rows.values[1:] == rows.values[:-1])
    kept = np.ones(len(series), np.bool_)
    kept[1:-1] = ~(same[:-1] & same[1:])
    return _picked(rows, kept)


def _thinned(rows: _Rows, step: int) -> _Rows:
    """The last sample of each series in each `step` ms, and its very first."""
    series, times = rows.keys >> BITS, rows.keys & ((1 << BITS) - 1)
    bucket = times // step
    last = np.ones(len(series), np.bool_)
    last[:-1] = (series[1:] != series[:-1]) | (bucket[1:] != bucket[:-1])
    last[np.flatnonzero(np.diff(series, prepend=NEVER))] = True
    return _picked(rows, last)


def _state_after(block: _Block) -> _State:
    """What each series was when a block ended."""
    wanted = np.arange(len(block.before.seen), dtype=np.int64)
    return _state_at(block, wanted, np.full(len(wanted), (1 << BITS) - 1))


def _state_at(block: _Block, wanted: Numbers, moments: Numbers) -> _State:
    """What each of these series was at its moment, all of which lie in the block."""
    rows, places = block.rows, np.searchsorted(block.rows.keys, wanted << BITS | moments, side="right") - 1
    here = places >= 0
    if len(rows.keys):
        here &= (rows.keys[places] >> BITS) == wanted
    else:
        here &= False
    state = _State(*(column[wanted].copy() for column in block.before))
    found = places[here]
    state.seen[here] = rows.keys[found] & ((1 << BITS) - 1)
    state.values[here] = rows.values[found]
    state.grown[here] = rows.grown[found]
    late = state.seen > moments  # in the block before, of a series that was clamped
    state.seen[late] = NEVER
    return state


def _first_of(block: _Block, wanted: Numbers, after: _State) -> _State:
    """The first sample of each of these series in the block; where it has none, that of `after`."""
    keys = block.rows.keys
    places = np.searchsorted(keys, wanted << BITS, side="left")
    here = places < len(keys)
    here[here] = (keys[places[here]] >> BITS) == wanted[here]
    found = places[here]
    state = _State(*(column.copy() for column in after))
    state.seen[here] = keys[found] & ((1 << BITS) - 1)
    state.values[here] = block.rows.values[found]
    state.grown[here] = block.rows.grown[found]
    return state


def _growth_in(block: _Block, after: _State, wanted: Numbers, edges: Numbers, hold: int) -> Amounts:
    """(series, edges): how much each had grown at edges that lie in the block; `after` are their first samples behind it."""
    shape = (len(wanted), len(edges))
    keys, grown = block.rows.keys, block.rows.grown
    asked = (wanted[:, None] << BITS | edges[None, :]).ravel()
    places = np.searchsorted(keys, asked, side="right")
    series = np.repeat(wanted, len(edges))
    left = places - 1
    has_left = left >= 0
    has_left[has_left] = (keys[left[has_left]] >> BITS) == series[has_left]
    has_right = places < len(keys)
    has_right[has_right] = (keys[places[has_right]] >> BITS) == series[has_right]
    mask = (1 << BITS) - 1
    low_time = np.repeat(block.before.seen[wanted], len(edges))
    low = np.repeat(block.before.grown[wanted], len(edges))
    low_time[has_left], low[has_left] = keys[left[has_left]] & mask, grown[left[has_left]]
    high_time = np.repeat(after.seen, len(edges))
    high = np.repeat(after.grown, len(edges))
    high_time[has_right], high[has_right] = keys[places[has_right]] & mask, grown[places[has_right]]
    when = np.tile(edges, len(wanted))
    between = np.maximum(high_time - low_time, 1)
    found = low + (high - low) * ((when - low_time) / between)
    ends = high_time == NEVER
    found[ends] = low[ends]
    unknown = (low_time == NEVER) | (ends & (when > low_time + hold))
    found[unknown] = np.nan
    shaped: Amounts = found.reshape(shape)
    return shaped
