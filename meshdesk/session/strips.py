"""What lies along the foot of the window: the total throughput of a capture by time, and what changed when. Made beside the window."""

import time
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from math import isnan

from meshdesk.model.asked import Asked
from meshdesk.model.marks import Mark, Marks
from meshdesk.session.curves import Computing, Content
from meshdesk.session.newest import Newest
from meshdesk.session.readings import Reading

EVERY = 1.0  # s; samples come no more often
REST = 4  # times as long as it took: a mesh of 10,000 partitions keeps a thread busy for a fifth of the time at most
SHORTEST = 10_000  # ms; of a strip: samples are a second apart


@dataclass(frozen=True, slots=True)
class Strip:
    """Rates and marks between two moments. Nobody changes it."""

    edges: tuple[int, ...]  # ms since the epoch, one more than there are rates
    rates: tuple[float | None, ...]  # records a second of all topics, between two edges; None: not known
    by_time: tuple[bool, ...]  # which of them were asked by time: nobody was there
    marks: tuple[Mark, ...]  # of the whole recording, in order
    began: int  # when the recording begins: nothing was observed before
    peak: float = field(init=False)  # the highest rate; 0 where none is known

    def __post_init__(self) -> None:
        object.__setattr__(self, "peak", max((rate for rate in self.rates if rate is not None), default=0.0))

    def rate_at(self, moment: int) -> float | None:
        """What the curve says there."""
        at = bisect_right(self.edges, moment) - 1
        if self.edges and moment == self.edges[-1]:
            at -= 1
        return self.rates[at] if 0 <= at < len(self.rates) else None


Wish = tuple[Reading, int, int]  # of what, from, to


class Strips:
    """The strip of one capture. Lives on the window's thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._making: Newest[Wish, tuple[Strip, float]] = Newest(_Maker(), "strip")
        self._newest: Strip | None = None
        self._wish: Wish | None = None
        self._due = 0.0

    @property
    def is_busy(self) -> bool:
        """Whether a strip is on its way."""
        return self._making.is_making

    def want(self, now: Reading, start: int, end: int) -> Strip | None:
        """The newest strip, perhaps of an earlier time; where it is, another one of this time is on its way."""
        made = self._making.take()
        if made is not None:
            self._newest, took = made
            self._due = self._clock() + max(EVERY, REST * took)
        wish = (now, start, end)
        before = self._wish
        is_other = before is None or now is not before[0] or wish[1:] != before[1:]  # readings take long to compare
        if is_other and (not self._goes_on(wish) or (not self.is_busy and self._clock() >= self._due)):
            self._wish = wish
            self._making.want(wish)
        return self._newest

    def _goes_on(self, wish: Wish) -> bool:
        """Whether it is the same strip a little later: there is no hurry. A reader who zooms waits for it."""
        if self._wish is None or self._newest is None:
            return False
        before, start, end = self._wish
        if before.tracks is None and wish[0].tracks is not None:  # a file was read to its end
            return False
        return start == wish[1] or end - start == wish[2] - wish[1]


class _Maker:
    """Makes one strip after the other; marks are gone on with. Only ever in one thread."""

    def __init__(self) -> None:
        self._marks = Marks()
        self._computing = Computing()

    def __call__(self, wish: Wish) -> tuple[Strip, float]:
        before = time.monotonic()
        reading, start, end = wish
        marks = tuple(self._marks.grow(reading.mesh))
        asked = Asked("total", "records", start, end)
        made = self._computing((Content(reading.tracks, None, reading.mesh, None), asked)).curves
        rates = tuple(None if isnan(rate) else rate for rate in made.total.rates.tolist())
        strip = Strip(tuple(made.edges.tolist()), rates, tuple(made.by_time.tolist()), marks, reading.began or start)
        return strip, time.monotonic() - before
