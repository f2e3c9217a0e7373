"""Reading a capture: its index, names and facts, as far as they have been written. Payloads are read elsewhere (records.py).

Imports no Arrow, as the window reads with it before anything else.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from meshdesk.capture.coverage import Coverage
from meshdesk.capture.index import SIZE, Batch, Entry, NewerEntry, SampleBatch, Span, decode_entries
from meshdesk.capture.lines import Line, decode_lines
from meshdesk.capture.store import CaptureError, Store, open_stores
from meshdesk.model.fact import Checked, Fact, fact_from
from meshdesk.model.wording import plural

CHUNK = 4 << 20  # read at once of a growing file; 65,000 entries


@dataclass(frozen=True, slots=True)
class Placed:
    """A batch and its place among all rows of the capture."""

    writer: int
    batch: Batch
    topic: str
    first_row: int


@dataclass(frozen=True, slots=True)
class PlacedSamples:
    writer: int
    batch: SampleBatch


@dataclass(frozen=True, slots=True)
class TopicKey:
    """A topic as a writer numbered it. A topic made again under its name has another id and is another history."""

    name: str
    topic_id: str


@dataclass(slots=True)
class TopicRows:
    """The rows of one topic, in the order in which they arrived."""

    batches: list[Placed] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)  # row k of the topic is in the batch with the last first ≤ k
    rows: int = 0
    bytes: int = 0


@dataclass(slots=True)
class _Writer:
    number: int
    positions: dict[str, int] = field(default_factory=dict)  # how far each of its files has been read
    topics: dict[int, TopicKey] = field(default_factory=dict)


class Capture:
    """What a capture holds, as of the last `refresh`. One thread at a time."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.batches: list[Placed] = []
        self.samples: list[PlacedSamples] = []
        self.series: dict[tuple[int, int], Line] = {}  # (writer, number): what the samples of that number measure
        self.topics: dict[str, TopicRows] = {}
        self.coverage: dict[tuple[TopicKey, int], Coverage] = {}
        self.end_seen: dict[tuple[TopicKey, int], int] = {}
        self.rows = 0
        self._firsts: list[int] = []
        self._writers: dict[int, _Writer] = {}
        self._facts: list[Fact | Checked] = []

    @property
    def id(self) -> str:
        return str(self.store.manifest.get("id", ""))

    def refresh(self) -> bool:
        """Reads what was written since; True where there was something. Raises CaptureError."""
        for name in self.store.names():
            if match := re.fullmatch(r"(?:index|facts|names)-(\d+)", name):
                self._writers.setdefault(int(match[1]), _Writer(int(match[1])))
        news = [self._read(self._writers[number]) for number in sorted(self._writers)]
        return any(news)

    def take_facts(self) -> list[Fact | Checked]:
        """The facts that `refresh` found since the last call, in the order in which they were written."""
        facts, self._facts = self._facts, []
        return facts

    def place(self, row: int) -> tuple[Placed, int]:
        """The batch that holds a row, and the row's place in it. Raises IndexError."""
        if not 0 <= row < self.rows:
            raise IndexError(row)
        placed = self.batches[bisect_right(self._firsts, row) - 1]
        return placed, row - placed.first_row

    def topic_rows(self, topic: str, first: int, count: int) -> Iterator[tuple[Placed, int, int]]:
        """Where rows [first, first + count) of a topic lie: (batch, from, to) in its rows, in order."""
        rows = self.topics.get(topic)
        if rows is None:
            return
        first, end = max(0, first), min(rows.rows, first + count)
        at = bisect_right(rows.firsts, first) - 1
        while first < end:
            placed = rows.batches[at]
            start = first - rows.firsts[at]
            stop = min(placed.batch.rows, end - rows.firsts[at])
            yield placed, start, stop
            first, at = rows.firsts[at] + placed.batch.rows, at + 1

    def damage(self) -> str:
        """A sentence on what is torn or cut off, for a capture that nobody writes any more; "" where all is whole."""
        torn = sum(self._unread(writer) for writer in self._writers.values())
        sizes: dict[str, int] = {}
        cut = sum(placed.batch.rows for placed in self.batches if self._is_cut(placed, "records", sizes))
        if cut:
            return f"{plural(cut, 'record')} of {self.store.path.name} cannot be read: a part of the file is missing."
        if torn:
            name = self.store.path.name
            return f"{name} ends in the middle of a write; its last {plural(torn, 'byte')} are left out, all before is whole."
        if any(self._is_cut(placed, "samples", sizes) for placed in self.samples):
            return f"Some counts and rates of {self.store.path.name} are not shown: a part of the file is missing."
        return ""

    def close(self) -> None:
        self.store.close()

    def _is_cut(self, placed: Placed | PlacedSamples, kind: str, sizes: dict[str, int]) -> bool:
        name = segment_name(placed.writer, placed.batch.segment, kind)
        if name not in sizes:
            sizes[name] = self.store.size(name)
        return sizes[name] < placed.batch.position + placed.batch.length

    def _unread(self, writer: _Writer) -> int:
        names = (f"{kind}-{writer.number}" for kind in ("index", "names", "facts"))
        return sum(max(0, self.store.size(name) - writer.positions.get(name, 0)) for name in names)

    def _read(self, writer: _Writer) -> bool:
        entries = self._new_entries(writer)
        # Names are written before the entries that use them, so they are read after them.
        names = self._new_lines(writer, "names")
        facts = self._new_lines(writer, "facts")
        for line in names:
            self._name(writer, line)
        for entry in entries:
            self._take(writer, entry)
        self._facts += [fact for line in facts if (fact := fact_from(line))]
        return bool(entries or names or facts)

    def _new_entries(self, writer: _Writer) -> list[Entry]:
        name = f"index-{writer.number}"
        position = writer.positions.get(name, SIZE)
        entries: list[Entry] = []
        size = self.store.size(name)  # asked once: a writer that is quicker than we are cannot keep us here
        while position < size:
            found, taken = sound_entries(self.store, self.store.read(name, position, CHUNK))
            if not taken:
                break
            entries += found
            position += taken
        writer.positions[name] = position
        return entries

    def _new_lines(self, writer: _Writer, kind: str) -> list[Line]:
        name = f"{kind}-{writer.number}"
        position = writer.positions.get(name, 0)
        lines: list[Line] = []
        length = CHUNK
        size = self.store.size(name)
        while position < size:
            found, taken = decode_lines(self.store.read(name, position, length))
            if not taken and size - position <= length:
                break
            length = CHUNK if taken else length * 2  # one line longer than a chunk: a large schema
            lines += found
            position += taken
        writer.positions[name] = position
        return lines

    def _name(self, writer: _Writer, line: Line) -> None:
        if "topic" in line:
            writer.topics[int(line["topic"])] = TopicKey(str(line["name"]), str(line.get("id", "")))
        elif "series" in line:
            self.series[writer.number, int(line["series"])] = line

    def _take(self, writer: _Writer, entry: Entry) -> None:
        if isinstance(entry, SampleBatch):
            self.samples.append(PlacedSamples(writer.number, entry))
            return
        if isinstance(entry, Span):
            self._settle(writer, entry)
            return
        key = writer.topics.get(entry.topic, TopicKey(f"topic {entry.topic}", ""))
        placed = Placed(writer.number, entry, key.name, self.rows)
        self.batches.append(placed)
        self._firsts.append(self.rows)
        self.rows += entry.rows
        rows = self.topics.setdefault(key.name, TopicRows())
        rows.batches.append(placed)
        rows.firsts.append(rows.rows)
        rows.rows += entry.rows
        rows.bytes += entry.payload
        for span in entry.spans:
            self._settle(writer, span)

    def _settle(self, writer: _Writer, span: Span) -> None:
        key = (writer.topics.get(span.topic, TopicKey(f"topic {span.topic}", "")), span.partition)
        self.coverage.setdefault(key, Coverage()).add(span.begin, span.end)
        if span.end_seen >= 0:
            self.end_seen[key] = max(span.end_seen, self.end_seen.get(key, -1))


def sound_entries(store: Store, data: bytes) -> tuple[list[Entry], int]:
    """The whole entries at the front of `data`, and how many bytes they take. Raises CaptureError for newer ones."""
    try:
        return decode_entries(data)
    except NewerEntry as error:
        raise CaptureError(
            f"{store.path} holds entries that this MeshDesk does not know. Update MeshDesk to open it."
        ) from error


def segment_name(writer: int, segment: int, kind: str = "records") -> str:
    """The file that holds a writer's segment."""
    return f"{kind}-{writer}-{segment:03d}.arrow"


def open_captures(path: Path) -> list[Capture]:
    """The captures at `path` (a folder, or a .meshcap that may hold several), read as far as they go. Raises CaptureError."""
    captures = [Capture(store) for store in open_stores(path)]
    for capture in captures:
        capture.refresh()
    return captures
