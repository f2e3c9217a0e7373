"""How the rate of each domain went of late, for a line beside its name. Computed beside the window."""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from meshdesk.model.asked import HOUR, MINUTE, SECOND, Asked
from meshdesk.model.mesh import Mesh
from meshdesk.session.curves import Computing, Content, Made
from meshdesk.session.newest import Newest
from meshdesk.session.readings import Reading

if TYPE_CHECKING:  # as in curves.py
    from meshdesk.model.curves import Curves

SHORTEST, LONGEST = MINUTE, HOUR  # ms: as long as was recorded, within these
POINTS = 30  # of a trend: it is some 40 px wide
MOST = 1_000  # domains that have one: a mesh of more is nobody's
EVERY = 1.0  # s
SHARE = 20  # so many times as long as they took, nothing is computed

Trend = tuple[float, ...]  # the oldest first; 1 is the highest of them, NaN is not known
Make = Callable[[tuple[Content, Asked]], tuple[Mapping[str, Trend], float]]


class Trends:
    """Those of one capture. Lives on the window's thread."""

    def __init__(self, make: Make | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        """`make` computes them, and says how long (s) it took; None is the usual way."""
        self._clock = clock
        self._making = Newest(make or _Made(), "trends")
        self._of: tuple[object, ...] = ()  # what is computed, or was
        self._next = 0.0
        self.shown: Mapping[str, Trend] = {}  # by domain, "" for what is of none that is known
        self.revision = 0  # grows when others are shown

    @property
    def is_making(self) -> bool:
        """Whether others are on their way."""
        return self._making.is_making

    def want(self, now: Reading, mesh: Mesh, moment: int | None) -> None:
        """Has them computed up to a moment (ms), or up to what was seen last; not more often than once a second."""
        if (made := self._making.take()) is not None:
            self.shown, took = made
            self.revision += 1
            self._next = self._clock() + max(EVERY, SHARE * took)
        span = now.tracks.span if now.tracks is not None else None
        if span is None or self._making.is_busy or self._clock() < self._next:
            return
        end = (span[1] if moment is None else moment) // SECOND * SECOND
        of = (end, mesh.place)
        if of != self._of:
            self._of = of
            content = Content(now.tracks, None, mesh, None)
            start = max(end - LONGEST, min(span[0], end - SHORTEST))
            self._making.want((content, Asked("domain", "records", start, end, is_still=True, most=MOST)))


class _Made:
    """Computes one after the other, in a thread."""

    def __init__(self) -> None:
        self._compute = Computing()

    def __call__(self, wish: tuple[Content, Asked]) -> tuple[Mapping[str, Trend], float]:
        made: Made = self._compute(wish)
        return trends_of(made.curves), made.took


def trends_of(curves: "Curves") -> dict[str, Trend]:
    """By domain; one of which nothing is known has none."""
    import numpy as np  # as above

    found: dict[str, Trend] = {}
    for curve in curves.curves:
        parts = np.array_split(curve.rates, POINTS)
        means = [float(np.mean(known)) if len(known := part[~np.isnan(part)]) else float("nan") for part in parts]
        highest = max((mean for mean in means if mean == mean), default=None)  # noqa: PLR0124 (NaN is not itself)
        if highest is not None:
            found[curve.box.domain] = tuple(mean / highest if highest else mean for mean in means)
    return found
