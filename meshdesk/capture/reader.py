"""Reading a capture: its index, names and facts, as far as they have been written. Payloads are read elsewhere (records.py).

Imports no Arrow, as the window reads with it before anything else.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from meshdesk.capture.coverage import Coverage
from meshdesk.capture.index import (
    SIZE,
    Batch,
    Dropped,
    Entry,
    NewerEntry,
    SampleBatch,
    Span,
    decode_entries,
    decode_header,
)
from meshdesk.capture.lines import Line, decode_lines
from meshdesk.capture.names import PARTS, generation_of, kept_name, kept_of, segment_name, writer_of
from meshdesk.capture.parts import Generation, Kept, Mark, Part, Placed, PlacedSamples, TopicKey, TopicRows
from meshdesk.capture.sealed import SealError, sealed_index
from meshdesk.capture.store import CaptureError, Store, open_stores
from meshdesk.model.fact import Checked, Fact, fact_from
from meshdesk.model.wording import plural

CHUNK = 4 << 20  # read at once of a growing file; 65,000 entries


@dataclass(slots=True)
class _Writer:
    number: int
    positions: dict[str, int] = field(default_factory=dict)  # how far its names and facts have been read
    topics: dict[int, TopicKey] = field(default_factory=dict)


class Capture:
    """What a capture holds, as of the last `refresh`. One thread at a time."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.generations: list[Generation] = []  # in the order of their rows
        self.kept: list[Kept] = []  # the samples of those before them, in order, too
        self.series: dict[tuple[int, int], Line] = {}  # (writer, number): what the samples of that number measure
        self.topics: dict[str, TopicRows] = {}
        self.coverage: dict[tuple[TopicKey, int], Coverage] = {}
        self.end_seen: dict[tuple[TopicKey, int], int] = {}
        self.rows = 0  # the number of the next row
        self.dropped = 0  # rows that went because of the size limit
        self._writers: dict[int, _Writer] = {}
        self._known: dict[tuple[int, int], Generation] = {}
        self._gone = (0, 0)  # generations up to this one were dropped; none has the writer 0
        self._kept_from = (0, 0)  # generations before this one: their samples, too
        self._unreadable: set[tuple[int, int]] = set()  # sealed ones that are damaged
        self._facts: list[Fact | Checked] = []
        self._taken: Mark = (0, 0, 0)  # samples before this place were handed out

    @property
    def id(self) -> str:
        return str(self.store.manifest.get("id", ""))

    @property
    def title(self) -> str:
        """What it was called when it was begun: a saved connection, or the servers."""
        return str(self.store.manifest.get("title", ""))

    @property
    def gone(self) -> tuple[int, int]:
        """The newest generation (writer, number) that was dropped; all before it were, too. No writer has the number 0."""
        return self._gone

    @property
    def batches(self) -> list[Placed]:
        """Every batch, generation by generation."""
        return [placed for generation in self.generations for placed in generation.batches]

    @property
    def samples(self) -> list[PlacedSamples]:
        """Every batch of samples, in the order in which they were written."""
        return [placed for part in self._with_samples() for placed in part.samples]

    def refresh(self) -> bool:
        """Reads what was written since; True where there was something. Raises CaptureError."""
        names, gone = self.store.names(), self._gone
        for name in names:
            if (writer := writer_of(name)) is not None:
                self._writers.setdefault(writer, _Writer(writer))
        is_shaped_anew = self._find_generations(names)
        if is_shaped_anew:
            self._reckon()
        news = [self._read(self._writers[number]) for number in sorted(self._writers)]
        if any(reckons for _, reckons in news):
            self._reckon()
        if self._gone != gone:  # what is kept of a generation is there before the word that it is dropped
            names = self.store.names()
        is_kept_anew = self._find_kept(names)
        return is_shaped_anew or is_kept_anew or any(read for read, _ in news)

    def take_facts(self) -> list[Fact | Checked]:
        """The facts that `refresh` found since the last call, in the order in which they were written."""
        facts, self._facts = self._facts, []
        return facts

    def take_samples(self, most: int | None = None) -> list[PlacedSamples]:
        """The batches of samples behind those of the calls before, at most so many; what was handed out does not come
        again when it is sealed, or kept of a dropped generation. They are to be read before the next `refresh`."""
        fresh: list[PlacedSamples] = []
        for placed in (placed for part in reversed(self._with_samples()) for placed in reversed(part.samples)):
            if placed.end <= self._taken:
                break
            fresh.append(replace(placed, skip=placed.rows_before(self._taken)))
        fresh = fresh[::-1][:most]
        if fresh:
            self._taken = fresh[-1].end
        return fresh

    def topic_rows(self, topic: str, first: int, count: int) -> Iterator[tuple[Placed, int, int]]:
        """Where rows [first, first + count) of a topic lie: (batch, from, to) in its rows, in order; dropped ones nowhere."""
        rows = self.topics.get(topic)
        if rows is None:
            return
        end = min(rows.rows, first + count)
        first = max(rows.first, first)
        at = bisect_right(rows.firsts, first) - 1
        while first < end:
            part, base = rows.parts[at], rows.firsts[at]
            number = bisect_right(part.firsts, first - base) - 1
            while first < end and number < len(part.batches):
                placed, batch_first = part.batches[number], base + part.firsts[number]
                yield placed, first - batch_first, min(placed.batch.rows, end - batch_first)
                first, number = batch_first + placed.batch.rows, number + 1
            at += 1

    def is_current(self, placed: Placed) -> bool:
        """Whether a batch still lies where it did as of the last `refresh`: its generation was neither sealed nor dropped."""
        key = (placed.writer, placed.batch.segment)
        known = self._known.get(key)
        return key > self._gone and (known is None or known.sealed == placed.sealed)

    def damage(self) -> str:
        """A sentence on what is torn or cut off, for a capture that nobody writes any more; "" where all is whole."""
        name = self.store.path.name
        torn = sum(self._unread(writer) for writer in self._writers.values())
        torn += sum(self._torn(generation) for generation in self.generations)
        sizes: dict[str, int] = {}
        cut = sum(placed.batch.rows for placed in self.batches if self._is_cut(placed, sizes)) + self._missing()
        if cut:
            return f"{plural(cut, 'record')} of {name} cannot be read: a part of the file is missing."
        if self._unreadable:
            return f"A part of {name} cannot be read: {segment_name(*min(self._unreadable), 'sealed')} is damaged."
        if torn:
            return f"{name} ends in the middle of a write; its last {plural(torn, 'byte')} are left out, all before is whole."
        if any(self._is_cut(placed, sizes) for placed in self.samples) or not all(kept.samples for kept in self.kept):
            return f"Some counts and rates of {name} are not shown: a part of the file is missing."
        return ""

    def close(self) -> None:
        self.store.close()

    # Generations

    def _find_generations(self, names: list[str]) -> bool:
        """Takes new generations and newly sealed ones in; True where there are any."""
        found = {}
        for name in names:  # in order, so that a sealed file comes behind the index that it replaces
            if (of := generation_of(name)) and of[:2] > self._gone:
                found[of[:2]] = (name, of[2])
        changed = False
        for key in sorted(found):
            name, sealed = found[key]
            known = self._known.get(key)
            if sealed and key not in self._unreadable and (known is None or not known.sealed):
                changed = self._take_sealed(key, name) or changed
            if key not in self._known and (not sealed or segment_name(*key, "index") in names):
                self._known[key] = Generation(*key, name if not sealed else segment_name(*key, "index"))
                changed = True
        if changed:
            self.generations = [self._known[key] for key in sorted(self._known)]
        return changed

    def _take_sealed(self, key: tuple[int, int], name: str) -> bool:
        try:
            first_row, data = sealed_index(self.store, name)
        except SealError:
            self._unreadable.add(key)
            return False
        entries, _ = sound_entries(self.store, data)
        before = self._known.get(key)
        generation = Generation(*key, name, sealed=True, first_row=first_row, position=0)
        self._known[key] = generation
        writer = self._writers[key[0]]
        self._read_names(writer)
        for entry in entries:
            self._take(writer, generation, entry)
        if before:
            self.store.forget([before.index, *(segment_name(*key, kind) for kind in PARTS)])
        return True

    def _reckon(self) -> None:
        """Counts rows anew over all generations, after one of them came, was sealed or was dropped."""
        first_of: dict[str, int] = {}
        for generation in self.generations:
            topics = self._writers[generation.writer].topics
            for dropped in generation.dropped:
                self._gone = max(self._gone, (dropped.writer, dropped.generation))
                self._kept_from = max(self._kept_from, dropped.samples)
                self.dropped = max(self.dropped, dropped.rows)
                for number, count in dropped.topics:
                    name = _key_of(topics, number).name
                    first_of[name] = max(count, first_of.get(name, 0))
        self._let_go()
        self.topics = {
            name: TopicRows(first_of.get(name, 0), first_of.get(name, 0)) for name in (*self.topics, *first_of)
        }
        self.rows = self.dropped
        for generation in self.generations:
            self.rows = max(self.rows, generation.first_row or 0) + generation.rows
            for name, part in generation.parts.items():
                rows = self.topics.setdefault(name, TopicRows())
                rows.parts.append(part)
                rows.firsts.append(rows.rows)
                rows.rows += part.rows
                rows.bytes += part.bytes

    def _let_go(self) -> None:
        """Forgets the generations that were dropped, and the files that were kept open of them."""
        gone = [known for key, known in self._known.items() if key <= self._gone]
        self._unreadable = {key for key in self._unreadable if key > self._gone}
        if gone:
            for generation in gone:
                del self._known[generation.name]
                self.store.forget([generation.index, *(segment_name(*generation.name, kind) for kind in PARTS)])
            self.generations = [self._known[key] for key in sorted(self._known)]
            self._settle_anew()

    def _find_kept(self, names: list[str]) -> bool:
        """Takes in the files of kept samples that count by now; True where they are others than before."""
        found = [of for name in names if (of := kept_of(name)) and self._kept_from <= (of[0], of[2]) <= self._gone]
        counting: list[tuple[int, int, int]] = []
        for writer, first, last in sorted(found, key=lambda of: (of[0], of[1], -of[2])):
            if not counting or (writer, last) > (counting[-1][0], counting[-1][2]):  # else a larger one took its place
                counting.append((writer, first, last))
        known = {(kept.writer, kept.first, kept.last): kept for kept in self.kept}
        if counting == list(known):
            return False
        self.kept = [known.pop(of) if of in known else self._read_kept(*of) for of in counting]
        self.store.forget([kept.name for kept in known.values()])
        return True

    def _read_kept(self, writer: int, first: int, last: int) -> Kept:
        name = kept_name(writer, first, last)
        try:
            entries, _ = sound_entries(self.store, sealed_index(self.store, name)[1])
        except SealError:
            return Kept(writer, first, last, ())
        batches = [entry for entry in entries if isinstance(entry, SampleBatch)]
        placed = [PlacedSamples(writer, batch, batch.segment, sealed=True, kept=name) for batch in batches]
        return Kept(writer, first, last, tuple(placed))

    def _with_samples(self) -> list[Kept | Generation]:
        return [*self.kept, *self.generations]

    def _settle_anew(self) -> None:
        self.coverage = {}
        for generation in self.generations:
            for _, span in self.settled_in(generation):
                self._settle(self._writers[generation.writer], span)

    def _missing(self) -> int:
        """Rows of generations that are not there though nobody dropped them."""
        missing, rows = 0, self.dropped
        for generation in self.generations:
            if generation.first_row is not None:
                missing += max(0, generation.first_row - rows)
                rows = max(rows, generation.first_row)
            rows += generation.rows
        return missing

    def _is_cut(self, placed: Placed | PlacedSamples, sizes: dict[str, int]) -> bool:
        if placed.file not in sizes:
            sizes[placed.file] = self.store.size(placed.file)
        return sizes[placed.file] < placed.batch.position + placed.batch.length

    def _unread(self, writer: _Writer) -> int:
        names = (f"{kind}-{writer.number}" for kind in ("names", "facts"))
        return sum(max(0, self.store.size(name) - writer.positions.get(name, 0)) for name in names)

    def _torn(self, generation: Generation) -> int:
        return 0 if generation.sealed else max(0, self.store.size(generation.index) - generation.position)

    # Reading on

    def _read(self, writer: _Writer) -> tuple[bool, bool]:
        """Reads on in all files of a writer: (whether there was something, whether rows must be counted anew)."""
        growing = [known for known in self._known.values() if known.writer == writer.number and not known.sealed]
        entries = [
            (generation, self._new_entries(generation)) for generation in sorted(growing, key=lambda g: g.number)
        ]
        # Names are written before the entries that use them, so they are read after them.
        names = self._read_names(writer)
        facts = [
            fact
            for lines in self._new_lines(writer, "facts")
            for line in lines
            if (fact := fact_from(line)) is not None
        ]
        reckons = False
        for generation, found in entries:
            behind = generation is not self.generations[-1]  # a later one is sealed and counted already
            for entry in found:
                self._take(writer, generation, entry)
                self._count(generation, entry)
                reckons = reckons or behind or isinstance(entry, Dropped)
        self._facts += facts
        return bool(names or facts or any(found for _, found in entries)), reckons

    def _new_entries(self, generation: Generation) -> list[Entry]:
        entries: list[Entry] = []
        size = self.store.size(generation.index)  # asked once: a writer that is quicker than we are cannot keep us here
        if size >= SIZE and generation.first_row is None and not generation.batches:
            generation.first_row = decode_header(self.store.read(generation.index, 0, SIZE))
        while generation.position < size:
            found, taken = sound_entries(self.store, self.store.read(generation.index, generation.position, CHUNK))
            if not taken:
                break
            entries += found
            generation.position += taken
        return entries

    def _new_lines(self, writer: _Writer, kind: str) -> Iterator[list[Line]]:
        """What was written since, a chunk at a time: of a large mesh all lines together are 500 MB."""
        name = f"{kind}-{writer.number}"
        position = writer.positions.get(name, 0)
        length = CHUNK
        size = self.store.size(name)
        while position < size:
            found, taken = decode_lines(self.store.read(name, position, length))
            if not taken and size - position <= length:
                break
            length = CHUNK if taken else length * 2  # one line longer than a chunk: a large schema
            position += taken
            writer.positions[name] = position
            yield found

    def _read_names(self, writer: _Writer) -> bool:
        lines = [line for found in self._new_lines(writer, "names") for line in found]
        for line in lines:
            if "topic" in line:
                writer.topics[int(line["topic"])] = TopicKey(str(line["name"]), str(line.get("id", "")))
            elif "series" in line:
                self.series[writer.number, int(line["series"])] = line
        return bool(lines)

    def _take(self, writer: _Writer, generation: Generation, entry: Entry) -> None:
        """Notes an entry in its generation."""
        if isinstance(entry, SampleBatch):
            generation.samples.append(
                PlacedSamples(writer.number, entry, generation.number, generation.sample_rows, generation.sealed)
            )
            generation.sample_rows += entry.rows
        elif isinstance(entry, Dropped):
            generation.dropped.append(entry)
        elif isinstance(entry, Span):
            generation.covered.append(entry)
            self._settle(writer, entry)
        else:
            key = _key_of(writer.topics, entry.topic)
            first = self.rows if generation.first_row is None else generation.first_row
            if generation.batches and not generation.sealed:
                first = generation.batches[-1].first_row + generation.batches[-1].batch.rows
            placed = Placed(writer.number, entry, key.name, first, generation.sealed)
            generation.batches.append(placed)
            generation.rows += entry.rows
            generation.parts.setdefault(key.name, Part()).add(placed)
            for span in entry.spans:
                self._settle(writer, span)

    def _count(self, generation: Generation, entry: Entry) -> None:
        """Takes what a growing generation has gained into the counts over all of them."""
        if isinstance(entry, Batch):
            placed = generation.batches[-1]
            part = generation.parts[placed.topic]
            rows = self.topics.setdefault(placed.topic, TopicRows())
            if not rows.parts or rows.parts[-1] is not part:
                rows.parts.append(part)
                rows.firsts.append(rows.rows)
            rows.rows += entry.rows
            rows.bytes += entry.payload
            self.rows = placed.first_row + entry.rows

    def settled_in(self, generation: Generation) -> Iterator[tuple[tuple[TopicKey, int], Span]]:
        """The ranges of offsets that a generation settles: ((topic, partition), range)."""
        topics = self._writers[generation.writer].topics
        spans = (span for placed in generation.batches for span in placed.batch.spans)
        for span in (*spans, *generation.covered):
            yield (_key_of(topics, span.topic), span.partition), span

    def key_of(self, placed: Placed) -> TopicKey:
        """The topic of a batch, and which one of that name it is."""
        return _key_of(self._writers[placed.writer].topics, placed.batch.topic)

    def _settle(self, writer: _Writer, span: Span) -> None:
        key = (_key_of(writer.topics, span.topic), span.partition)
        self.coverage.setdefault(key, Coverage()).add(span.begin, span.end)
        if span.end_seen >= 0:
            self.end_seen[key] = max(span.end_seen, self.end_seen.get(key, -1))


def _key_of(topics: dict[int, TopicKey], number: int) -> TopicKey:
    """The topic of that number; where its name is lost, the number is all that is known of it."""
    return topics.get(number, TopicKey(f"topic {number}", ""))


def sound_entries(store: Store, data: bytes) -> tuple[list[Entry], int]:
    """The whole entries at the front of `data`, and how many bytes they take. Raises CaptureError for newer ones."""
    try:
        return decode_entries(data)
    except NewerEntry as error:
        raise CaptureError(
            f"{store.path} holds entries that this MeshDesk does not know. Update MeshDesk to open it."
        ) from error


def open_captures(path: Path) -> list[Capture]:
    """The captures at `path` (a folder, or a .meshcap that may hold several), read as far as they go. Raises CaptureError."""
    captures = [Capture(store) for store in open_stores(path)]
    for capture in captures:
        capture.refresh()
    return captures
