"""A capture opened for reading records: the Arrow batches behind its rows, and the schemas that it carries."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from meshdesk.capture.reader import Capture, Placed, open_captures
from meshdesk.capture.records import read_batch
from meshdesk.capture.store import CaptureError
from meshdesk.model.mesh import Mesh, fold
from meshdesk.model.record import Record, RecordName
from meshdesk.model.schema import Schema, SchemaState

CACHED_BYTES = 64 << 20  # Arrow batches kept: some 40 full ones, more than ±5 screens ever need


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
        self._batches: OrderedDict[int, pa.RecordBatch] = OrderedDict()
        self._held = 0
        self.refresh()

    def refresh(self) -> None:
        """Reads what was written since. Raises CaptureError."""
        self.capture.refresh()
        fold(self.mesh, self.capture.take_facts())

    def count(self, topic: str) -> int:
        """How many rows of that topic the capture holds."""
        rows = self.capture.topics.get(topic)
        return rows.rows if rows else 0

    def records(self, topic: str, first: int, count: int) -> Iterator[Record | Lost]:
        """Rows [first, first + count) of a topic, in the order in which they arrived."""
        for placed, start, stop in self.capture.topic_rows(topic, first, count):
            yield from self._records(placed, start, stop)

    def all(self, first: int = 0) -> Iterator[Record | Lost]:
        """Every row from number `first` on, over all topics."""
        while first < self.capture.rows:
            placed, start = self.capture.place(first)
            yield from self._records(placed, start, placed.batch.rows)
            first += placed.batch.rows - start

    def find(self, name: RecordName) -> int | None:
        """Which row of its topic the record is; None where the capture does not hold it."""
        rows = self.capture.topics.get(name.topic)
        for placed, first in zip(rows.batches, rows.firsts, strict=True) if rows else ():
            for span in placed.batch.spans:
                if span.partition == name.partition and span.first <= name.offset <= span.last:
                    at = self._within(placed, name)
                    if at is not None:
                        return first + at
        return None

    def by_id(self, id: int) -> Schema | SchemaState:
        """The schema of that id as the capture carries it (decode.contract.Schemas)."""
        known = self.mesh.schemas.get(id)
        if known is not None:
            return known
        if not self.mesh.registry:
            return SchemaState.NO_REGISTRY
        checked = self.mesh.checked.get("registry")
        return SchemaState.UNREACHABLE if checked and checked.failed else SchemaState.NOT_FETCHED

    def _within(self, placed: Placed, name: RecordName) -> int | None:
        try:
            batch = self._batch(placed)
        except CaptureError:
            return None
        here = (batch.column("partition").to_numpy() == name.partition) & (
            batch.column("offset").to_numpy() == name.offset
        )
        return int(here.argmax()) if here.any() else None

    def _records(self, placed: Placed, start: int, stop: int) -> Iterator[Record | Lost]:
        row = placed.first_row + start
        try:
            batch = self._batch(placed).slice(start, stop - start)
        except CaptureError as error:
            for number in range(stop - start):
                yield Lost(row + number, placed.topic, str(error))
            return
        columns = [column.to_pylist() for column in batch.columns]
        for number, (partition, offset, stamp, kind, key, value, headers, epoch) in enumerate(
            zip(*columns, strict=True)
        ):
            yield Record(
                row=row + number,
                topic=placed.topic,
                partition=partition,
                offset=offset,
                timestamp=stamp if kind else None,
                timestamp_type=kind,
                key=key,
                value=value,
                headers=tuple((header["name"], header["value"]) for header in headers or ()),
                leader_epoch=epoch if epoch >= 0 else None,
            )

    def _batch(self, placed: Placed) -> pa.RecordBatch:
        batch = self._batches.get(placed.first_row)
        if batch is None:
            batch = read_batch(self.capture, placed)
            self._batches[placed.first_row] = batch
            self._held += batch.nbytes
            while self._held > CACHED_BYTES and len(self._batches) > 1:
                self._held -= self._batches.popitem(last=False)[1].nbytes
        else:
            self._batches.move_to_end(placed.first_row)
        return batch


def open_rows(path: Path) -> list[Rows]:
    """The captures at `path`. Raises CaptureError."""
    return [Rows(capture) for capture in open_captures(path)]
