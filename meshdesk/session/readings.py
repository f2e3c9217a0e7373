"""Reading a capture beside the window: a thread follows its index, facts and samples and folds them into a reading."""

import gc
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

from meshdesk.capture.files import disk_used
from meshdesk.capture.index import NO_TIME
from meshdesk.capture.parts import Generation, PlacedSamples
from meshdesk.capture.reader import Capture, open_captures
from meshdesk.capture.store import CaptureError
from meshdesk.model.lag import Commits, Lags
from meshdesk.model.late import reached
from meshdesk.model.mesh import Mesh, fold
from meshdesk.model.past import asked
from meshdesk.model.rates import Offsets, rates_of, records_of
from meshdesk.model.sizes import Sizes
from meshdesk.session.home import is_anothers
from meshdesk.session.zone import Zone, in_zone, shown_in

if TYPE_CHECKING:
    from meshdesk.model.tracks import Tracks

POLL = 0.5  # s between looks when nobody nudged; frames from collect nudge at most 20 times a second
RECENT = 120_000  # ms; of a capture that is opened no older samples are read
MANY = 30_000  # objects, more or less, from which on they are kept from the collector
MOST_SAMPLES_AT_ONCE = 1_000  # batches between two hand-overs
REMEMBERED_AT_ONCE = 10  # batches between two looks whether the capture was closed; a sealed one has 200,000 samples


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as the explorer shows it."""

    name: str
    partitions: int
    records: int | None  # end − beginning offsets; None: not known
    rate: float | None  # records per second arriving in the topic; None: not known
    rows: int  # captured
    tailing: bool
    internal: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """What a capture held at a moment. Handed over whole; nobody changes it."""

    topics: tuple[Topic, ...] = ()
    rows: dict[str, int] = field(default_factory=dict)  # by topic: the number of its next row
    firsts: dict[str, int] = field(default_factory=dict)  # by topic: rows before this one were dropped
    total: int = 0
    dropped: int = 0
    bytes: int = 0
    title: str = ""
    began: int | None = None  # ms; when the first record or sample was seen
    ended: int | None = None
    schemas: int = 0
    damage: str = ""
    disk: int = 0  # bytes that the capture takes on the disk
    beside: int = 0  # how many other captures the same file holds
    mesh: Mesh = field(default_factory=lambda: Mesh().now())  # as it was then; any moment before it can be had from it
    lags: Lags = field(default_factory=Lags)
    tracks: "Tracks | None" = None  # all samples, also those that come after this reading; None: there are none
    sizes: Sizes = field(default_factory=Sizes)  # bytes that were read, by time; as with tracks


@dataclass(frozen=True, slots=True)
class Told:
    """A reading, or why there is none, and whose it is."""

    number: int
    reading: Reading | None
    failed: str = ""


class Follower:
    """The thread of one capture."""

    def __init__(
        self, number: int, path: Path, grows: bool, told: "SimpleQueue[Told]", which: int = 0, is_ours: bool = True
    ) -> None:
        """`which` of the captures that a file holds; `is_ours`: this session has the lock on its folder, if it is one."""
        self._number, self._path, self._told, self._which, self._is_ours = number, path, told, which, is_ours
        self._nudge = threading.Event()
        self._stop = threading.Event()
        self._grows = grows
        self._asked = self._done = 0
        self._is_over = False  # it could not be read, and will not be looked at again
        self._thread = threading.Thread(target=self._run, name=f"capture {number}", daemon=True)
        self._thread.start()

    @property
    def settled(self) -> bool:
        """True once everything was handed over that was written before the last nudge."""
        return self._is_over or self._done >= self._asked

    def nudge(self) -> None:
        """There is something new to read."""
        self._asked += 1
        self._nudge.set()

    def rest(self) -> None:
        """Nobody writes the capture any more: one last look, which also says what is torn."""
        self._grows = False
        self.nudge()

    def stop(self) -> None:
        self._stop.set()
        self._nudge.set()

    def _run(self) -> None:
        try:
            with many_that_stay():
                captures = open_captures(self._path)
            try:
                self._follow(captures[self._which], len(captures) - 1)
            finally:
                for capture in captures:
                    capture.close()
        except (CaptureError, IndexError) as error:
            text = (
                str(error) if isinstance(error, CaptureError) else f"{self._path} holds no capture. Open another file."
            )
            self._give_up(text)
        except (
            Exception
        ) as error:  # the border of the thread: a mistake of ours, or an odd fact, costs this capture alone
            logging.getLogger("meshdesk.session").exception("a mistake in reading %s", self._path)
            self._give_up(
                f"{self._path} cannot be read: MeshDesk made a mistake with what is in it ({type(error).__name__}: "
                f"{str(error)[:120]}). Its records can still be had with meshdesk read; copy the diagnosis into a report."
            )

    def _give_up(self, why: str) -> None:
        self._told.put(Told(self._number, None, why))
        self._is_over = True

    def _follow(self, capture: Capture, beside: int) -> None:
        fold_ = _Fold(capture, beside)
        is_written = not self._is_ours and is_anothers(self._path)  # in the middle of a write there is no damage
        while not self._stop.is_set():
            asked, grows = self._asked, self._grows
            self._nudge.clear()
            with many_that_stay() if fold_.is_new else nullcontext():
                reading = fold_.read(damage=not grows and not is_written)
            if reading is not None:
                self._told.put(Told(self._number, reading))
            while fold_.remember() and not self._stop.is_set():
                pass
            if reading is not None and reading.tracks is not fold_.tracks:
                lags = replace(reading.lags, tracks=fold_.tracks)
                self._told.put(Told(self._number, replace(reading, tracks=fold_.tracks, lags=lags)))
            self._done = asked
            self._nudge.wait(POLL if grows else None)


class _Fold:
    """A capture, read and folded as far as it goes."""

    def __init__(self, capture: Capture, beside: int) -> None:
        self._capture, self._beside = capture, beside
        self._mesh = Mesh()
        self._offsets = Offsets()
        self._commits = Commits()
        self._lags = Lags()
        self._unremembered = capture.take_samples()  # samples that are not in the tracks yet
        self._samples = _recent(self._unremembered)
        self.tracks: Tracks | None = None
        self._sizes = Sizes()
        self._sized: dict[str, int] = {}  # by topic, up to which row its bytes are in the sizes
        self._numbers: dict[tuple[int, int], int] = {}  # of the tracks' series, by writer and the writer's number
        self.is_new = True  # nothing was read yet
        self._damage_told = False

    def read(self, damage: bool) -> Reading | None:
        """What the capture holds now; None where nothing is new."""
        news = self._capture.refresh() or self.is_new
        self.is_new = False
        tell_damage = damage and not self._damage_told
        if not (news or tell_damage):
            return None
        self._damage_told = self._damage_told or damage
        facts = self._capture.take_facts()
        fold(self._mesh, facts)
        self._commits.know(facts)
        if self._take_samples() or facts:
            lags = self._commits.lags(self._offsets)
            self._lags = replace(lags, points=reached(self._mesh.now()), tracks=self.tracks)
        return self._reading(self._capture.damage() if damage else "")

    def _take_samples(self) -> bool:
        """Whether there were any."""
        new = self._capture.take_samples(MOST_SAMPLES_AT_ONCE)
        self._unremembered += new
        now, self._samples = self._samples + new, []
        if not now:
            return False
        # Arrow takes 0.2 s to import; here, in a thread and after the first paint, nobody waits for it.
        from meshdesk.capture.samples import read_samples

        for writer, batch in read_samples(self._capture, now):
            for seen, series, value in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                line = self._capture.series.get((writer, series))
                if line is not None:
                    of, topic, partition = str(line["of"]), str(line["name"]), int(line["partition"])
                    self._offsets.add(of, topic, partition, seen, value)
                    self._commits.add(of, topic, partition, seen, value)
        return True

    def _take_sizes(self) -> None:
        """Takes in how large the records are that came since; the index says it, no record is looked at."""
        for name, topic in self._capture.topics.items():
            first = self._sized.get(name, 0)
            if topic.rows <= first:
                continue
            self._sized[name] = topic.rows
            for placed, begin, end in self._capture.topic_rows(name, first, topic.rows - first):
                batch = placed.batch
                if batch.oldest != NO_TIME and batch.rows:
                    ranges = [(span.partition, span.begin, span.end) for span in batch.spans]
                    amount = batch.payload * (end - begin) / batch.rows
                    self._sizes.add(name, batch.oldest, batch.newest, amount, ranges)

    def remember(self) -> bool:
        """Takes how large records are, and some of the samples into the tracks; whether there are more. Of a long recording all
        of them take seconds, for which nobody waits who only wants to know what is now."""
        self._take_sizes()
        if not self._unremembered:
            return False
        # As above, and numpy.
        import numpy as np

        from meshdesk.capture.samples import read_samples
        from meshdesk.model.tracks import Tracks

        if self.tracks is None:
            self.tracks = Tracks()
        now, self._unremembered = self._unremembered[:REMEMBERED_AT_ONCE], self._unremembered[REMEMBERED_AT_ONCE:]
        for writer, batch in read_samples(self._capture, now):
            seen, series, values = (column.to_numpy() for column in batch.columns)
            known, places = np.unique(series, return_inverse=True)
            self.tracks.add(np.array([self._number(writer, int(one)) for one in known], np.int64)[places], seen, values)
        return bool(self._unremembered)

    def _number(self, writer: int, series: int) -> int:
        """The number in the tracks of what a writer calls by this number."""
        known = self._numbers.get((writer, series))
        if known is None:
            assert self.tracks is not None
            line = self._capture.series.get((writer, series), {"of": "", "name": "", "partition": 0})
            name = str(line["of"]), str(line["name"]), int(line["partition"])
            known = self._numbers[writer, series] = self.tracks.number(name)
        return known

    def _reading(self, damage: str) -> Reading:
        capture, mesh = self._capture, self._mesh.now()
        known = mesh.topics
        _ = mesh.placing, mesh.groups, asked(mesh)  # made here, so that the window finds them ready
        rows = {name: topic.rows for name, topic in capture.topics.items()}
        firsts = {name: topic.first for name, topic in capture.topics.items() if topic.first}
        records, rates = records_of(self._offsets), rates_of(self._offsets)
        topics = tuple(
            Topic(
                name=name,
                partitions=known[name].partitions if name in known else 0,
                records=records.get(name),
                rate=rates.get(name),
                rows=rows.get(name, 0) - firsts.get(name, 0),
                tailing=False,
                internal=known[name].internal if name in known else name.startswith("__"),
            )
            for name in sorted(known.keys() | rows.keys())
        )
        seen = [moment for ends in (capture.generations[:1], capture.generations[-2:]) for moment in _seen(ends)]
        seen += [placed.batch.first_seen for kept in capture.kept[:1] for placed in kept.samples[:1]]
        return Reading(
            topics=topics,
            rows=rows,
            firsts=firsts,
            total=capture.rows - capture.dropped,
            dropped=capture.dropped,
            bytes=sum(topic.bytes for topic in capture.topics.values()),
            title=str(capture.store.manifest.get("title", "")) or mesh.bootstrap,
            began=min(seen, default=None),
            ended=max(seen, default=None),
            schemas=len(mesh.schemas),
            damage=damage,
            disk=_disk(capture.store.path),
            beside=self._beside,
            mesh=mesh,
            lags=self._lags,
            tracks=self.tracks,
            sizes=self._sizes,
        )


@contextmanager
def many_that_stay() -> Iterator[None]:
    """While a large mesh is read: hundreds of thousands of objects of which none is garbage. The collector would look at all
    of them again and again meanwhile, which doubles the time, and for a second each time it runs later on, with the window
    waiting."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        if gc.get_count()[0] > MANY:
            gc.freeze()
        gc.enable()


def _disk(path: Path) -> int:
    try:
        return disk_used(path) if path.is_dir() else path.stat().st_size
    except OSError:  # it is being closed
        return 0


def _seen(generations: Sequence[Generation]) -> Iterator[int]:
    """When the first and the last batch of each of these generations was written."""
    for generation in generations:
        yield from (placed.batch.seen for placed in (*generation.batches[:1], *generation.batches[-1:]))
        yield from (placed.batch.first_seen for placed in generation.samples[:1])
        yield from (placed.batch.last_seen for placed in generation.samples[-1:])


def _recent(samples: list[PlacedSamples]) -> list[PlacedSamples]:
    """Those of the last two minutes, which hold a round of the beginnings too."""
    last = max((placed.batch.last_seen for placed in samples), default=0)
    return [placed for placed in samples if placed.batch.last_seen >= last - RECENT]


def recorded(reading: Reading, local: Callable[[int], datetime] = in_zone) -> str:
    """When a capture was made, as a phrase; it names a zone that is not the one of every clock in the room."""
    if reading.began is None or reading.ended is None:
        return "recorded, empty"
    return _recorded(reading.began, reading.ended, local, shown_in())


@lru_cache(maxsize=16)  # captures that are open: two bars say it at each beat
def _recorded(first: int, last: int, local: Callable[[int], datetime], shown: Zone) -> str:
    began, ended = local(first), local(last)
    zone = " UTC" if shown == "utc" else ""
    if began.date() == ended.date():
        return f"recorded {began.day} {began:%b %H:%M}" + (
            f" – {ended:%H:%M}{zone}" if f"{began:%H:%M}" != f"{ended:%H:%M}" else zone
        )
    form = "%b %H:%M" if began.year == ended.year else "%b %Y %H:%M"
    return f"recorded {began.day} {began:{form}} – {ended.day} {ended:{form}}{zone}"
