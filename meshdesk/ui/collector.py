"""When Python's collector looks for garbage: a little at a time, and all of it when nobody does anything.

Left to itself it looks through everything whenever there is a quarter more of it, in the middle of whatever somebody does: 10 to
26 ms each second while the time strip is dragged, 40 to 50 ms with the modules and widgets among it (measured 2026-11).
"""

import gc
import time
from collections.abc import Callable

# s from the start, and from the first capture on, until all is loaded that stays as long as the program: 90,000 objects of
# modules and widgets, which are looked through no more.
LOADED = 5.0
FEW = 700  # objects more, after which the newest are looked through, 0.2 ms; Python's own choice
# The same while the time cursor moves, as then a moment is made at each beat, and what is new is looked through where it is made
# (session/newest.py). Of all that a drag makes nothing was garbage that only the collector finds (measured 2026-11).
FEW_AT_EACH_MOMENT = 10_000
OFTEN = 4  # such looks, after which those are that were left, 0.5 ms; with Python's own ten it was up to 5
NEVER = 1_000_000  # of those, after which all is: it is done here
CALM = 15  # beats on which nothing was under way, half a second, after which all is looked through
EVERY = 10.0  # s between two times
LATEST = 120.0  # s after which it is done though something is under way: a topic that is followed is never at rest


class Collector:
    """Stands in for the collector's own choice of a moment, from when it is made until `end`. Asked at each beat."""

    def __init__(
        self,
        is_busy: Callable[[], bool],
        moves: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`is_busy` says whether something is under way that somebody waits for or looks at, `moves` whether the time cursor
        has moved since it was asked last."""
        self._is_busy, self._moves, self._clock = is_busy, moves, clock
        self._before = gc.get_threshold()
        self._collected_at = clock()
        self._calm = 0  # beats in a row
        self._still = CALM  # beats in a row on which the cursor stood still
        self._is_moved = False
        self._freeze_at: float | None = None
        gc.set_threshold(FEW, OFTEN, NEVER)
        self.load()

    def load(self) -> None:
        """Something is being loaded that stays."""
        self._freeze_at = self._clock() + LOADED

    def beat(self) -> None:
        """Does what is due."""
        now = self._clock()
        self._still = 0 if self._moves() else self._still + 1
        if (self._still < CALM) != self._is_moved:
            self._is_moved = not self._is_moved
            gc.set_threshold(FEW_AT_EACH_MOMENT if self._is_moved else FEW, OFTEN, NEVER)
        if self._freeze_at is not None and now >= self._freeze_at:
            self._freeze_at = None
            gc.freeze()
        if now - self._collected_at < EVERY:
            return
        self._calm = 0 if self._still == 0 or self._is_busy() else self._calm + 1
        if self._calm >= CALM or now - self._collected_at >= LATEST:
            gc.collect()
            self._collected_at, self._calm = now, 0

    def end(self) -> None:
        """The collector chooses for itself again."""
        gc.unfreeze()
        gc.set_threshold(*self._before)
