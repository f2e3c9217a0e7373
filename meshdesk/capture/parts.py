"""What a capture is made of, as a reader knows it: batches of records and of samples and where they lie, topics, generations."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from meshdesk.capture.index import SIZE, Batch, Dropped, SampleBatch, Span
from meshdesk.capture.names import kept_name, segment_name

Mark = tuple[int, int, int]  # a place among all samples: writer, generation, row of its samples


@dataclass(frozen=True, slots=True)
class Placed:
    """A batch, the file that holds it, and its place among all rows of the capture."""

    writer: int
    batch: Batch
    topic: str
    first_row: int  # of its first record; where it is sealed, of the generation's first
    sealed: bool = False

    @property
    def file(self) -> str:
        return segment_name(self.writer, self.batch.segment, "sealed" if self.sealed else "records")


@dataclass(frozen=True, slots=True)
class PlacedSamples:
    """A batch of samples and the file that holds it."""

    writer: int
    batch: SampleBatch
    generation: int
    first: int = 0  # the number of its first row among the samples of its generation
    sealed: bool = False
    kept: str = ""  # the file that keeps it, where its generation is dropped
    skip: int = 0  # rows at its front that were handed out before it was sealed or kept

    @property
    def file(self) -> str:
        return self.kept or segment_name(self.writer, self.batch.segment, "sealed" if self.sealed else "samples")

    @property
    def pieces(self) -> Sequence[tuple[int, int, int]]:
        """What it holds: (generation, rows [from, to) of its samples), in order."""
        return self.batch.kept or ((self.generation, self.first, self.first + self.batch.rows),)

    @property
    def end(self) -> Mark:
        """Behind its last row."""
        generation, _, end = self.pieces[-1]
        return self.writer, generation, end

    def rows_before(self, mark: Mark) -> int:
        """How many of its rows lie before a place."""
        writer, generation, number = mark
        if self.writer != writer:
            return self.batch.rows if self.writer < writer else 0
        before = (piece for piece in self.pieces if piece[:2] < (generation, number))
        return sum((min(end, number) if of == generation else end) - at for of, at, end in before)


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of samples whose generations are dropped."""

    writer: int
    first: int  # the first of those generations
    last: int
    samples: tuple[PlacedSamples, ...]  # none where it is damaged

    @property
    def name(self) -> str:
        return kept_name(self.writer, self.first, self.last)


@dataclass(frozen=True, slots=True)
class TopicKey:
    """A topic as a writer numbered it. A topic made again under its name has another id and is another history."""

    name: str
    topic_id: str


@dataclass(slots=True)
class Part:
    """The rows of one topic in one generation, in the order in which they arrived."""

    batches: list[Placed] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)  # row k of the part is in the batch with the last first ≤ k
    rows: int = 0
    bytes: int = 0

    def add(self, placed: Placed) -> None:
        self.batches.append(placed)
        self.firsts.append(self.rows)
        self.rows += placed.batch.rows
        self.bytes += placed.batch.payload


@dataclass(slots=True)
class Generation:
    """What a writer wrote between two rolls. Rows of a sealed one lie topic by topic; each knows its number."""

    writer: int
    number: int
    index: str  # the file that names its batches
    sealed: bool = False
    first_row: int | None = None  # as its index says; None: behind all before it (version 1)
    rows: int = 0
    position: int = SIZE  # how far its index has been read
    batches: list[Placed] = field(default_factory=list)
    samples: list[PlacedSamples] = field(default_factory=list)
    sample_rows: int = 0
    parts: dict[str, Part] = field(default_factory=dict)
    covered: list[Span] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)

    @property
    def name(self) -> tuple[int, int]:
        """What it is called: its writer and its number."""
        return self.writer, self.number


@dataclass(slots=True)
class TopicRows:
    """The rows of one topic over all generations, in the order in which they arrived: rows [first, rows) are there."""

    first: int = 0  # as many were dropped
    rows: int = 0
    bytes: int = 0
    parts: list[Part] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)  # row k of the topic is in the part with the last first ≤ k

    @property
    def count(self) -> int:
        """How many rows are there."""
        return self.rows - self.first
