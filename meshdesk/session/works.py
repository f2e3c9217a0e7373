"""What runs long: saving, sorting, opening, a download, a backlog. How far each is, how fast it goes, and how it is cancelled."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from meshdesk.model import wording

Unit = Literal["bytes", "records"]
SEEN_AFTER = 0.5  # s; what is done sooner is not worth a word
PACE_OVER = 5.0  # s over which a rate is taken: a disk pauses, and nobody believes an end that leaps about
PACE_LEAST = 0.5  # s before there is a rate


@dataclass(frozen=True, slots=True)
class Work:
    """One thing that runs, as it stands now."""

    text: str  # what runs: "Saving orders.meshcap"
    done: int = 0
    of: int = 0  # 0: not known
    unit: Unit = "bytes"
    rate: float | None = None  # per second; None: not known yet
    cancel: Callable[[], None] | None = field(default=None, compare=False)

    @property
    def share(self) -> float | None:
        """How much of it is done, 0 to 1; None where nobody knows how much there is."""
        return min(1.0, self.done / self.of) if self.of > 0 else None

    @property
    def left(self) -> float | None:
        """s until its end at this rate; None: not known. What is looked at to the end is still to be sorted, or to be closed."""
        return (self.of - self.done) / self.rate if self.rate and self.done < self.of else None

    @property
    def words(self) -> str:
        """How far it is, how fast it goes, and when it ends; "" where nothing of it is known.

        >>> Work("Saving", 1_200_000_000, 4_000_000_000, rate=310_000_000).words
        '1.2 of 4.0 GB, 310 MB/s, 9.0 s left'
        >>> Work("Sorting", 12_000, 300_000, "records").words
        '12,000 of 300,000 records'
        """
        parts = []
        if self.of > 0:
            parts.append(_share(self.done, self.of, self.unit))
        if self.of > 0 and self.done >= self.of:
            return f"{parts[0]}, nearly done"
        if self.rate:
            is_bytes = self.unit == "bytes"
            parts.append(f"{wording.size(round(self.rate))}/s" if is_bytes else wording.rate(self.rate))
        if self.left is not None:
            parts.append(f"{wording.span(self.left)} left")
        return ", ".join(parts)


class Pace:
    """A rate over the last seconds of a number that grows."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque(maxlen=200)  # 20 a second at most arrive

    def add(self, now: float, done: int) -> None:
        """`now` in s, of any clock that goes on."""
        if self._seen and done < self._seen[-1][1]:
            self._seen.clear()  # another step of the same work
        self._seen.append((now, done))
        while now - self._seen[0][0] > PACE_OVER and len(self._seen) > 2:
            self._seen.popleft()

    @property
    def rate(self) -> float | None:
        """Per second; None before there is one."""
        if not self._seen:
            return None
        (first, low), (last, high) = self._seen[0], self._seen[-1]
        return (high - low) / (last - first) if last - first >= PACE_LEAST and high > low else None


@dataclass(slots=True)
class _Begun:
    work: Work
    at: float
    pace: Pace = field(default_factory=Pace)


class Works:
    """What runs for one capture, each under a key of its own."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._begun: dict[str, _Begun] = {}
        self._clock = clock

    def begin(self, key: str, text: str, unit: Unit = "bytes", cancel: Callable[[], None] | None = None) -> None:
        """It runs from now on, or is something else now."""
        begun = self._begun.get(key)
        if begun is None:
            self._begun[key] = _Begun(Work(text, unit=unit, cancel=cancel), self._clock())
        elif begun.work.text != text:
            begun.work = Work(text, unit=unit, cancel=cancel or begun.work.cancel)

    def tell(self, key: str, done: int, of: int) -> None:
        """How far it is."""
        begun = self._begun.get(key)
        if begun is not None:
            begun.pace.add(self._clock(), done)
            was = begun.work
            begun.work = Work(was.text, done, of, was.unit, begun.pace.rate, was.cancel)

    def runs(self, key: str) -> bool:
        """It was begun, and has not ended."""
        return key in self._begun

    def end(self, key: str) -> None:
        self._begun.pop(key, None)

    def clear(self) -> None:
        self._begun.clear()

    @property
    def now(self) -> tuple[Work, ...]:
        """What has run long enough to be told, the oldest first."""
        since = self._clock() - SEEN_AFTER
        return tuple(begun.work for begun in self._begun.values() if begun.at <= since)


def _share(done: int, of: int, unit: Unit) -> str:
    """Of the same unit both: "1.2 of 4.0 GB", "0.4 of 4.0 GB", "12 of 80 MB"."""
    if unit == "records":
        return f"{wording.count(done)} of {wording.plural(of, 'record')}"
    whole = wording.size(of)
    number, name = whole.split()
    scale = 1000 ** wording.UNITS.index(name)
    shown = f"{done / scale:.1f}" if "." in number else f"{done / scale:.0f}"
    return f"{shown} of {whole}"
