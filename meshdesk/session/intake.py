"""What comes into a live capture, as its collect program says it: the numbers of the status line, a backlog and its pauses."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from meshdesk.model.frame import Message
from meshdesk.session.readings import Reading
from meshdesk.session.works import Works

PAUSED = 1.0  # s until a pause is said: shorter ones come and go while somebody looks through a backlog, and the bar with them
BACKLOG = 20_000  # records behind from which on it is told how far reading is: less is there before it is read
BACKLOG_OVER = 1_000  # behind so few a tail keeps up
READING = "reading"  # the key of a work
RATE_WINDOW = 2.0  # s over which the rate of captured rows is taken


@dataclass(frozen=True, slots=True)
class Status:
    """The numbers of the status line."""

    rows: int = 0
    rows_rate: float = 0.0  # captured per second
    behind: int | None = None
    dropped: int = 0
    bytes: int = 0
    disk: int = 0  # bytes that the capture takes
    paused: str = ""  # why nothing is read for now: a sentence


class Intake:
    """Of one capture, on the window's thread."""

    def __init__(
        self,
        works: Works,
        title: Callable[[], str],
        stop: Callable[[], None],
        say: Callable[[str], None],
        take_back: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`stop` ends reading. `say` says a sentence as trouble, and `take_back` what was said."""
        self.status = Status()
        self._works, self._title, self._stop, self._say, self._take_back = works, title, stop, say, take_back
        self._clock = clock
        self._read_at = 0  # rows that were captured when the backlog began
        self._counted: list[tuple[float, int]] = []
        self._paused_at = 0.0  # monotonic: since when reading is paused
        self._said = ""  # the pause that was said

    def hear(self, progress: Message, is_reading: bool) -> bool:
        """What a progress of the collect program says; whether anything is otherwise. `is_reading`: a topic is."""
        behind, paused = progress.get("behind"), str(progress.get("paused", ""))
        if paused != self.status.paused:
            self._end_pause()
            self._paused_at = self._clock()
        self._tell_backlog(behind if is_reading else None)
        before = self.status
        self.status = replace(before, behind=behind, dropped=int(progress.get("dropped", 0)), paused=paused)
        return self.status != before

    def beat(self) -> None:
        """Says a pause that lasts."""
        if self.status.paused and not self._said and self._clock() - self._paused_at > PAUSED:
            self._said = self.status.paused
            self._say(self._said)

    def count(self, reading: Reading, is_live: bool) -> None:
        """What is captured by now, and the rows per second over the last two seconds."""
        now = self._clock()
        self._counted = [(when, rows) for when, rows in self._counted if now - when <= RATE_WINDOW][-100:]
        self._counted.append((now, reading.total + reading.dropped))  # what was dropped did arrive
        (first, low), (last, high) = self._counted[0], self._counted[-1]
        rate = (high - low) / (last - first) if last > first and is_live else 0.0
        dropped = max(self.status.dropped, reading.dropped)
        self.status = replace(
            self.status, rows=reading.total, rows_rate=rate, bytes=reading.bytes, disk=reading.disk, dropped=dropped
        )

    def rest(self) -> None:
        """Nothing comes any more."""
        self._works.end(READING)
        self._end_pause()
        self.status = replace(self.status, behind=None, rows_rate=0.0, paused="")

    def _tell_backlog(self, behind: int | None) -> None:
        """Many records that are still to be read have an end in sight; a tail that keeps up has none."""
        read = self.status.rows + self.status.dropped
        if not behind or behind < BACKLOG_OVER:
            self._works.end(READING)
            return
        if not self._works.runs(READING):
            if behind < BACKLOG:
                return
            self._read_at = read
            self._works.begin(READING, f"Reading {self._title()}", "records", self._stop)
        self._works.tell(READING, read - self._read_at, read - self._read_at + behind)

    def _end_pause(self) -> None:
        said, self._said = self._said, ""
        if said:
            self._take_back(said)
