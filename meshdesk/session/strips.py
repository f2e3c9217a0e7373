"""What lies along the foot of the window: the total throughput of a capture by time, and what changed when. Made beside the window."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from math import isnan

from meshdesk.model.marks import Mark, Marks
from meshdesk.session.newest import Newest
from meshdesk.session.readings import Reading

EVERY = 1.0  # s; samples come no more often
REST = 4  # times as long as it took: a mesh of 10,000 partitions keeps a thread busy for a fifth of the time at most
SHORTEST = 10_000  # ms; of a strip: samples are a second apart
INTERNAL = "__"  # what Kafka keeps for itself is no traffic of the mesh


@dataclass(frozen=True, slots=True)
class Strip:
    """Rates and marks between two moments. Nobody changes it."""

    start: int  # ms since the epoch
    end: int
    rates: tuple[
        float | None, ...
    ]  # records a second of all topics, in so many equal parts of the time; None: not known
    marks: tuple[Mark, ...]  # of the whole recording, in order
    began: int  # when the recording begins: nothing was observed before
    until: int  # when its newest sample was seen
    peak: float = field(init=False)  # the highest rate; 0 where none is known

    def __post_init__(self) -> None:
        object.__setattr__(self, "peak", max((rate for rate in self.rates if rate is not None), default=0.0))

    def rate_at(self, moment: int) -> float | None:
        """What the curve says there."""
        if not self.rates or not self.start <= moment <= self.end:
            return None
        return self.rates[min(len(self.rates) - 1, (moment - self.start) * len(self.rates) // (self.end - self.start))]


Wish = tuple[Reading, int, int, int]  # of what, from, to, in how many parts


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

    def want(self, now: Reading, start: int, end: int, parts: int) -> Strip | None:
        """The newest strip, perhaps of an earlier time; where it is, another one of this time is on its way."""
        made = self._making.take()
        if made is not None:
            self._newest, took = made
            self._due = self._clock() + max(EVERY, REST * took)
        wish = (now, start, end, parts)
        if wish != self._wish and (not self._goes_on(wish) or (not self.is_busy and self._clock() >= self._due)):
            self._wish = wish
            self._making.want(wish)
        return self._newest

    def _goes_on(self, wish: Wish) -> bool:
        """Whether it is the same strip a little later: there is no hurry. A reader who zooms waits for it."""
        if self._wish is None or self._newest is None or not self._newest.rates:
            return False
        _, start, end, parts = self._wish
        return parts == wish[3] and (start == wish[1] or end - start == wish[2] - wish[1])


class _Maker:
    """Makes one strip after the other; marks are gone on with. Only ever in one thread."""

    def __init__(self) -> None:
        self._marks = Marks()

    def __call__(self, wish: Wish) -> tuple[Strip, float]:
        began = time.monotonic()
        reading, start, end, parts = wish
        marks = tuple(self._marks.grow(reading.mesh))
        span = reading.tracks.span if reading.tracks is not None else None
        strip = Strip(
            start, end, _rates(reading, start, end, parts), marks, reading.began or start, span[1] if span else start
        )
        return strip, time.monotonic() - began


def _rates(reading: Reading, start: int, end: int, parts: int) -> tuple[float | None, ...]:
    tracks = reading.tracks
    if tracks is None or end <= start or parts < 1:
        return ()
    import numpy as np  # here, in a thread and after the first paint, nobody waits for it

    edges = np.linspace(start, end, parts + 1).astype(np.int64)
    names = [("end", topic, partition) for topic, partition in tracks.keys("end") if not topic.startswith(INTERNAL)]
    if not names:
        return ()
    grown = tracks.grown(names, edges)
    known = ~np.isnan(grown).all(axis=0)
    total = np.where(known, np.nansum(grown, axis=0), np.nan) * 1000 / np.maximum(np.diff(edges), 1)
    return tuple(None if isnan(rate) else rate for rate in total.tolist())
