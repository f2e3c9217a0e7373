"""A capture opened for reading records: the Arrow batches behind its rows, and the schemas that it carries."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from meshdesk.capture.parts import Generation, Placed
from meshdesk.capture.reader import Capture, open_captures
from meshdesk.capture.records import NO_TIMESTAMP, Numbers, read_batch, read_numbered
from meshdesk.capture.store import CaptureError
from meshdesk.model.fact import Checked
from meshdesk.model.mesh import Mesh, fold
from meshdesk.model.record import Record, RecordName
from meshdesk.model.schema import Schema, SchemaName, SchemaState, is_fetched

CACHED_BYTES = 64 << 20  # Arrow batches kept: some 40 full ones, more than ±5 screens ever need
WINDOW = 5_000  # rows of a sealed generation that are merged at once
KINDS = (
    "cluster",
    "schema",
)  # the facts that decoding needs; the rest of a large mesh would take 200 MB in each program
DROPPED = "This record was dropped to keep the capture within its limit."


@dataclass(frozen=True, slots=True)
class Lost:
    """A row whose bytes are gone, and the sentence that says so."""

    row: int
    topic: str
    reason: str


class Rows:
    """The rows of one capture. `refresh` before asking for rows that may be new."""

    def __init__(self, capture: Capture) -> None:
        self.capture = capture
        self.mesh = Mesh()
        self._batches: OrderedDict[tuple[str, int], tuple[pa.RecordBatch, Numbers]] = OrderedDict()
        self._held = 0
        self.refresh()

    def refresh(self) -> None:
        """Reads what was written since. Raises CaptureError."""
        self.capture.refresh()
        fold(self.mesh, (fact for fact in self.capture.take_facts() if isinstance(fact, Checked) or fact.kind in KINDS))

    def count(self, topic: str) -> int:
        """How many rows of that topic the capture holds."""
        rows = self.capture.topics.get(topic)
        return rows.count if rows else 0

    def records(self, topic: str, first: int, count: int) -> Iterator[Record | Lost]:
        """Rows [first, first + count) of a topic, in the order in which they arrived; dropped ones come as lost."""
        at, end = max(0, first), first + count
        while True:
            try:
                while at < min(end, self._first_of(topic)):
                    yield Lost(-1, topic, DROPPED)
                    at += 1
                for placed, start, stop in self.capture.topic_rows(topic, at, end - at):
                    for record in self._records(placed, start, stop):
                        yield record
                        at += 1
            except _Moved:
                continue
            return

    def batches(
        self, topic: str, first: int, end: int, only: Sequence[str] = ()
    ) -> Iterator[tuple[int, pa.RecordBatch]]:
        """(row of the topic, the records from it on) for rows [first, end), batch by batch; lost ones are left out.

        `only` names the columns that are wanted, unless it is all of them.
        """
        at = first
        while True:
            try:
                for placed, start, stop in self.capture.topic_rows(topic, at, end - at):
                    at = max(at, self._first_of(topic))
                    batch = self._stored(placed, only)
                    if batch is not None:
                        yield at, batch.slice(start, stop - start)
                    at += stop - start
            except _Moved:
                continue
            return

    def lying(self, topic: str, first: int, end: int) -> Iterator[tuple[int, Placed, int, int]]:
        """(row of the topic, batch, from, to) where rows [first, end) lie, in order; dropped ones lie nowhere."""
        at = max(first, self._first_of(topic))
        for placed, start, stop in self.capture.topic_rows(topic, at, end - at):
            yield at, placed, start, stop
            at += stop - start

    def all(self, first: int = 0) -> Iterator[Record | Lost]:
        """Every row from number `first` on, over all topics."""
        at = first
        while True:
            try:
                for record in self._arrived(at):
                    yield record
                    at = record.row + 1
            except _Moved:
                continue
            return

    def find(self, name: RecordName) -> int | None:
        """Which row of its topic the record is; None where the capture does not hold it.

        Where a topic was made again, offsets came twice: it is the record of the topic that is there now.
        """
        while True:
            try:
                return self._find(name)
            except _Moved:
                continue

    def find_schema(self, name: SchemaName) -> Schema | SchemaState:
        """The schema of that name as the capture carries it (decode.contract.Schemas)."""
        return schema_in(self.mesh, name)

    def _find(self, name: RecordName) -> int | None:
        rows = self.capture.topics.get(name.topic)
        for part, base in zip(reversed(rows.parts), reversed(rows.firsts), strict=True) if rows else ():
            for placed, first in zip(reversed(part.batches), reversed(part.firsts), strict=True):
                for span in placed.batch.spans:
                    if span.partition == name.partition and span.first <= name.offset <= span.last:
                        at = self._within(placed, name)
                        if at is not None:
                            return base + first + at
        return None

    def _within(self, placed: Placed, name: RecordName) -> int | None:
        try:
            batch, _ = self._batch(placed)
        except CaptureError:
            return None
        here = (batch.column("partition").to_numpy() == name.partition) & (
            batch.column("offset").to_numpy() == name.offset
        )
        return int(here.argmax()) if here.any() else None

    def _arrived(self, first: int) -> Iterator[Record | Lost]:
        """The rows from number `first` on as they arrived; those of a sealed generation lie by topic and are merged."""
        for generation in list(self.capture.generations):
            if generation.sealed:
                yield from self._merged(generation, first)
                continue
            for placed in list(generation.batches):
                if placed.first_row + placed.batch.rows > first:
                    yield from self._records(placed, max(0, first - placed.first_row), placed.batch.rows)

    def _merged(self, generation: Generation, first: int) -> Iterator[Record | Lost]:
        """The rows of a sealed generation in the order of their numbers; behind them those whose numbers are lost, too."""
        begin = generation.first_row or 0
        end = begin + generation.rows
        whole: list[Placed] = []
        lost: list[Lost] = []
        for placed in generation.batches if first < end else ():
            try:
                self._batch(placed)
            except CaptureError as error:
                lost += [Lost(end - 1, placed.topic, str(error))] * placed.batch.rows
            else:
                whole.append(placed)
        for window in range(max(begin, first), end, WINDOW):
            merged: list[Record | Lost] = []
            for placed in whole:
                start, stop = np.searchsorted(self._batch(placed)[1], (window, window + WINDOW)).tolist()
                merged += self._records(placed, start, stop)
            yield from sorted(merged, key=lambda record: record.row)
        yield from lost

    def _records(self, placed: Placed, start: int, stop: int) -> Iterator[Record | Lost]:
        try:
            whole, numbers = self._batch(placed)
        except CaptureError as error:
            for number in range(start, stop):
                yield Lost(placed.first_row + number, placed.topic, str(error))
            return
        batch = whole.slice(start, stop - start)
        columns = [column.to_pylist() for column in batch.columns]
        for row, (partition, offset, stamp, kind, key, value, headers, epoch) in zip(
            numbers[start:stop].tolist(), zip(*columns, strict=True), strict=True
        ):
            yield Record(
                row=row,
                topic=placed.topic,
                partition=partition,
                offset=offset,
                timestamp=stamp if kind and stamp != NO_TIMESTAMP else None,
                timestamp_type=kind,
                key=key,
                value=value,
                headers=tuple((header["name"], header["value"]) for header in headers or ()),
                leader_epoch=epoch if epoch >= 0 else None,
            )

    def _first_of(self, topic: str) -> int:
        rows = self.capture.topics.get(topic)
        return rows.first if rows else 0

    def _stored(self, placed: Placed, only: Sequence[str]) -> pa.RecordBatch | None:
        """A batch that is looked at once and not kept; None where it is lost. Raises _Moved."""
        try:
            return read_batch(self.capture, placed, only)
        except CaptureError:
            self.refresh()
            if not self.capture.is_current(placed):
                raise _Moved from None
            return None

    def _batch(self, placed: Placed) -> tuple[pa.RecordBatch, Numbers]:
        """A batch and its row numbers. Raises CaptureError where it is lost, _Moved where it lies elsewhere by now."""
        key = (placed.file, placed.batch.position)
        found = self._batches.get(key)
        if found is None:
            try:
                found = read_numbered(self.capture, placed)
            except CaptureError:
                self.refresh()
                if not self.capture.is_current(placed):
                    raise _Moved from None
                raise
            self._batches[key] = found
            self._held += found[0].nbytes
            while self._held > CACHED_BYTES and len(self._batches) > 1:
                self._held -= self._batches.popitem(last=False)[1][0].nbytes
        else:
            self._batches.move_to_end(key)
        return found


class _Moved(Exception):
    """A batch was sealed or dropped while it was to be read: where its rows are must be asked anew."""


def schema_in(mesh: Mesh, name: SchemaName) -> Schema | SchemaState:
    """The schema of that name as facts have told it, or which of four reasons there is none."""
    if name.kind in ("subject", "type"):  # asked for with every payload, and of no registry
        return _in_files(mesh, name) or SchemaState.UNKNOWN_ID
    known = _in_files(mesh, name) or mesh.schemas.get(name.about)
    if known is not None:
        return known
    if not mesh.registry or not is_fetched(name, mesh.registry):
        return SchemaState.NO_REGISTRY
    checked = mesh.checked.get("registry")
    return SchemaState.UNREACHABLE if checked and checked.failed else SchemaState.NOT_FETCHED


def _in_files(mesh: Mesh, name: SchemaName) -> Schema | None:
    match name.kind:
        case "subject":
            return mesh.schema_files.of_subject(name.id)
        case "type":
            return mesh.schema_files.of_type(name.id)
        case "fingerprint":
            return mesh.schema_files.of_fingerprint(name.id)
    return None


def open_rows(path: Path) -> list[Rows]:
    """The captures at `path`. Raises CaptureError."""
    return [Rows(capture) for capture in open_captures(path)]
