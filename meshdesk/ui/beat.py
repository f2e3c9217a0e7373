"""The beat: one timer that drives the screen. It empties the session's queues, then asks the views to refresh."""

import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, Qt, QTimer

BEAT_MS = 33
HURRY_MS = (
    1  # between two looks for rows that are on the screen and on their way: a beat for nothing would keep them off
)
KEPT = 20_000  # beats kept for the figures: about eleven minutes, 160 kB each


class Measured:
    """The newest durations of one kind, in ms, and their figures."""

    def __init__(self, kept: int = KEPT) -> None:
        self._values: deque[float] = deque(maxlen=kept)
        self.count = 0  # of all that were ever added

    def add(self, ms: float) -> None:
        self._values.append(ms)
        self.count += 1

    @property
    def newest(self) -> float:
        """What was added last; 0.0 where nothing was."""
        return self._values[-1] if self._values else 0.0

    def clear(self) -> None:
        self._values.clear()
        self.count = 0

    def quantile(self, share: float) -> float:
        """The value that `share` of the kept ones do not exceed (nearest rank); 0.0 while there are none.

        >>> measured = Measured()
        >>> for ms in range(1, 101):
        ...     measured.add(ms)
        >>> measured.quantile(0.5), measured.quantile(0.99), measured.quantile(1.0)
        (50, 99, 100)
        """
        ordered = sorted(self._values)
        return ordered[max(0, -(-len(ordered) * round(share * 1000) // 1000) - 1)] if ordered else 0.0

    @property
    def p50(self) -> float:
        return self.quantile(0.5)

    @property
    def p99(self) -> float:
        return self.quantile(0.99)

    @property
    def max(self) -> float:
        return self.quantile(1.0)

    def figures(self) -> dict[str, float]:
        return {"count": self.count, "p50": round(self.p50, 3), "p99": round(self.p99, 3), "max": round(self.max, 3)}


class Beats(Protocol):
    """What is driven: the session first, then what shows it."""

    def beat(self) -> None: ...

    @property
    def has_news(self) -> bool:
        """Whether something has arrived that the next beat takes."""


class Beat(QObject):
    """Every 33 ms: `session.beat()`, then `refresh()`. Missed beats are counted and skipped, never queued."""

    def __init__(
        self,
        session: Beats,
        refresh: Callable[[], None],
        refresh_in_between: Callable[[], None] | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """`refresh_in_between` stands for `refresh` on a beat that somebody who waits has more: it shows what is waited for."""
        super().__init__()
        self.lateness = Measured()  # how long after its due time a beat began, ms
        self.work = Measured()  # how long the session and the views took in a beat, ms
        self.skipped = 0  # beats whose time had passed before they could begin
        self._session = session
        self._refresh = refresh
        self._refresh_in_between = refresh_in_between or refresh
        self._clock = clock
        self._due = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self.once)
        self._soon = QTimer(self)
        self._soon.setTimerType(Qt.TimerType.PreciseTimer)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._between)

    def start(self) -> None:
        self._due = self._clock() + BEAT_MS / 1000
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()
        self._soon.stop()

    def hurry(self, ms: int = HURRY_MS) -> None:
        """Somebody waits for an answer: one beat more, as soon as it has arrived, which is looked at every so many ms. The others
        come when they would have come, and with the next one of them the waiting ends."""
        if self._timer.isActive() and not self._soon.isActive():
            self._soon.start(ms)

    def once(self) -> None:
        """One beat, now."""
        self._soon.stop()
        began = self._clock()
        late = max(0.0, began - self._due)
        missed = int(late * 1000 // BEAT_MS)
        self.skipped += missed
        self._due = (began if missed else self._due) + BEAT_MS / 1000  # as QTimer: a missed grid is left for a new one
        self.lateness.add(late * 1000)
        self._work(began, self._refresh)

    def _between(self) -> None:
        if self._session.has_news:
            self._work(self._clock(), self._refresh_in_between)
        else:
            self._soon.start()

    def _work(self, began: float, refresh: Callable[[], None]) -> None:
        try:
            self._session.beat()
            refresh()
        finally:
            self.work.add((self._clock() - began) * 1000)

    def report(self) -> dict[str, object]:
        """The figures as JSON: lateness and work in ms, beats skipped."""
        return {
            "beat_ms": BEAT_MS,
            "lateness_ms": self.lateness.figures(),
            "work_ms": self.work.figures(),
            "skipped": self.skipped,
        }
