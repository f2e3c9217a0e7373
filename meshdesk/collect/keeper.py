"""The keeper: a thread that keeps a growing capture small. It seals what is finished, and at the limit drops the oldest.

Of what is dropped the samples are kept, within a share of their own: a flood fills a capture in half a minute, and 500 topics
sampled for a day take 35 MB.
What nobody has looked at is not dropped while a backlog is read: reading pauses then, and says so.
"""

import shutil
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from meshdesk.capture.files import disk_used, files_of, generations_in, remove_file, size_of
from meshdesk.capture.index import Span
from meshdesk.capture.kept import join, keep, kept_from, to_join
from meshdesk.capture.names import PARTS, kept_of
from meshdesk.capture.parts import Generation, TopicKey
from meshdesk.capture.reader import open_captures
from meshdesk.capture.seal import DRAFT, seal
from meshdesk.capture.store import KEPT_FREE, SIZE_LIMIT, CaptureError
from meshdesk.capture.writer import SEGMENT_SIZE, Writer
from meshdesk.model.trouble import Trouble
from meshdesk.model.wording import size

EVERY = 0.5  # s between looks
GRACE = 2.0  # s between a word that files are not needed any more and their removal: readers look twice a second
SEGMENTS = 16  # a capture at its limit has at least so many generations: what is dropped at once is a sixteenth of it
SAMPLES = 8  # the samples of what is dropped have an eighth of the limit,
FILES_OF_SAMPLES = 16  # in about so many files, so that what goes behind it at once is small

Settled = tuple[tuple[TopicKey, int], Span]


@dataclass(frozen=True, slots=True)
class Limit:
    """How large a capture may grow, and how much of the disk is left to others."""

    bytes: int = SIZE_LIMIT
    kept_free: float = KEPT_FREE

    @property
    def segment_size(self) -> int:
        """Of the generations, so that dropping one is a small step."""
        return min(SEGMENT_SIZE, max(1 << 16, self.bytes // SEGMENTS))

    @property
    def samples_size(self) -> int:
        """Of all samples whose records were dropped."""
        return self.bytes // SAMPLES


class Keeper:
    """Keeps one capture. Owned by the collector, which stops reading while `pause` says something."""

    def __init__(
        self,
        folder: Path,
        writer: Writer,
        limit: Limit,
        may_drop: Callable[[str, int, int], bool],
        report: Callable[[Trouble], None],
        every: float = EVERY,
        grace: float = GRACE,
    ) -> None:
        """`may_drop(topic, end, rows)`: whether the rows of a topic before number `end` may go, where it has those before number
        `rows`. Called from the keeper's thread."""
        self.pause = ""  # why nothing more may be read for now: a sentence; "" while there is room
        self.dropped = 0  # rows
        self.disk = 0  # bytes that the capture takes
        self._folder, self._writer, self._limit, self._may_drop, self._report = folder, writer, limit, may_drop, report
        self._every, self._grace = every, grace
        (self._capture,) = open_captures(folder)
        self._unsealable: set[tuple[int, int]] = set()
        self._leaving: dict[str, float] = {}  # files that go: not before when
        self._forgotten: list[Settled] = []
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._nudged = threading.Event()
        self._growing = (0, 0)  # the generation that is written; all before it are finished, and read to their ends
        self.dropped = self._capture.dropped
        self._leave_what_is_over()
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)
        self._thread.start()

    def take_forgotten(self) -> list[Settled]:
        """The ranges of offsets that went with dropped generations since the last call: they may be read again."""
        with self._lock:
            forgotten, self._forgotten = self._forgotten, []
        return forgotten

    def nudge(self) -> None:
        """A generation was finished: there is something to seal, and the limit may be near."""
        self._nudged.set()

    def stop(self) -> None:
        """Ends the thread. The writer is closed only behind this."""
        self._stop.set()
        self._nudged.set()
        self._thread.join()

    def finish(self, seconds: float) -> None:
        """Within so many seconds, seals all that is left of a capture that nobody writes any more."""
        self.stop()
        until = time.monotonic() + seconds
        self._try(self._capture.refresh)
        while time.monotonic() < until and self._seal_one(self._capture.generations):
            pass
        self._leaving = dict.fromkeys(self._leaving, 0.0)
        self._remove()
        self._capture.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._nudged.wait(self._every)
            self._nudged.clear()
            if not self._stop.is_set():
                self._try(self._look)

    def _try(self, step: Callable[[], object]) -> None:
        try:
            step()
        except CaptureError as error:
            self._report(Trouble(str(error), about=str(self._folder), severity="attention", seen=_now()))

    def _look(self) -> None:
        # Asked before the refresh: what is finished by then has been read to its end behind it.
        self._growing = self._writer.generation
        self._capture.refresh()
        self._remove()
        self._keep_within()
        growing = self._growing
        while not self._stop.is_set() and self._seal_one([g for g in self._capture.generations if g.name < growing]):
            self._keep_within()

    # Sealing

    def _seal_one(self, finished: list[Generation]) -> bool:
        """Seals the oldest of these that is not sealed; True where there was one."""
        for generation in finished:
            if generation.sealed or generation.name in self._unsealable or not (generation.rows or generation.samples):
                continue
            try:
                seal(self._capture, generation)
            except CaptureError as error:
                self._unsealable.add(generation.name)
                self._report(Trouble(str(error), about=str(self._folder), severity="attention", seen=_now()))
                return True
            self._leave(files_of(generation.name, PARTS))
            self._capture.refresh()
            return True
        return False

    # The limit

    def _keep_within(self) -> None:
        self.disk = disk_used(self._folder)
        free = shutil.disk_usage(self._folder)
        tight = free.free + size_of(self._folder, self._leaving) < self._limit.kept_free * free.total
        while tight or disk_used(self._folder) - size_of(self._folder, self._leaving) > self._limit.bytes:
            oldest = next((g for g in self._capture.generations if g.name < self._growing), None)
            if oldest is None or not self._may_go(oldest):
                self.pause = self._why(tight)
                return
            tight = False  # looked at again when its files are gone
            self._drop(oldest)
        self.pause = ""

    def _may_go(self, generation: Generation) -> bool:
        topics = self._capture.topics
        ends = {name: topics[name].first + part.rows for name, part in generation.parts.items()}
        answers = [
            self._may_drop(name, end, topics[name].rows) for name, end in ends.items()
        ]  # each hears of the limit
        return all(answers)

    def _drop(self, generation: Generation) -> None:
        capture = self._capture
        counts = {name: rows.first for name, rows in capture.topics.items() if rows.first}
        counts |= {name: capture.topics[name].first + part.rows for name, part in generation.parts.items()}
        settled = list(capture.settled_in(generation))
        self._try(lambda: keep(capture, generation))  # before the word: always there, under one name or the other
        samples_from = kept_from(capture, generation, self._limit.samples_size)
        self._writer.drop(generation.name, (generation.first_row or 0) + generation.rows, counts, samples_from)
        self._leave(files_of(generation.name))
        capture.refresh()
        self._try(self._join)
        self._leave_what_is_kept_elsewhere()
        self.dropped = capture.dropped
        with self._lock:
            self._forgotten += settled

    def _join(self) -> None:
        while files := to_join(self._capture, self._limit.samples_size // FILES_OF_SAMPLES):
            join(self._capture, files)
            self._capture.refresh()

    def _why(self, tight: bool) -> str:
        if tight:
            return (
                f"Reading is paused: less than {self._limit.kept_free:.0%} of the disk is free. "
                "Free some space, or save what is there and close this capture."
            )
        return (
            f"Reading is paused: the capture has reached its limit of {size(self._limit.bytes)}. "
            "It goes on as you look through the oldest records, which are dropped then; or save it and begin anew."
        )

    # Files that are not needed any more

    def _leave_what_is_over(self) -> None:
        """What an earlier program could not remove: files of sealed and of dropped generations."""
        for generation in self._capture.generations:
            if generation.sealed:
                self._leave(files_of(generation.name, PARTS), 0.0)
        for name in generations_in(self._folder):
            if name <= self._capture.gone:
                self._leave(files_of(name), 0.0)
        self._leave_what_is_kept_elsewhere()
        self._leave((path.name for path in self._folder.glob(f"*.arrow{DRAFT}")), 0.0)

    def _leave_what_is_kept_elsewhere(self) -> None:
        """Files of kept samples that were joined, or went beyond their share."""
        counting = {kept.name for kept in self._capture.kept}
        kept = [(name, of) for name in self._capture.store.names() if (of := kept_of(name))]
        self._leave(name for name, of in kept if name not in counting and (of[0], of[2]) <= self._capture.gone)

    def _leave(self, names: Iterable[str], grace: float | None = None) -> None:
        """Lets files go when readers had the time to let go of them."""
        due = time.monotonic() + (self._grace if grace is None else grace)
        for name in names:
            self._leaving.setdefault(name, due)

    def _remove(self) -> None:
        """Again later where the system refuses."""
        now = time.monotonic()
        self._leaving = {
            name: due for name, due in self._leaving.items() if due > now or not remove_file(self._folder / name)
        }


def _now() -> int:
    return time.time_ns() // 1_000_000
