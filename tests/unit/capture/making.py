"""Records for the tests of the capture: made, stored, and read back in a form that compares."""

import resource
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from meshdesk.capture.index import Batch, Span
from meshdesk.capture.manifest import create_capture
from meshdesk.capture.parts import Placed
from meshdesk.capture.reader import Capture, open_captures
from meshdesk.capture.records import RECORDS, read_batch, read_numbered
from meshdesk.capture.writer import Writer

OPENED: list[Capture] = []  # closed at the end of each test (conftest.py)
SEEN = 1_795_500_000_000  # ms; when the tests' records were read


class Rec(NamedTuple):
    """A record as the columns of a capture hold it."""

    partition: int
    offset: int
    timestamp: int = SEEN
    timestamp_type: int = 1
    key: bytes | None = None
    value: bytes | None = b"{}"
    headers: tuple[tuple[str, bytes | None], ...] | None = None
    leader_epoch: int = -1


def counted(number: int, size: int = 20) -> Rec:
    """Record `number` of an endless row of them: four partitions, and every value differs from every other."""
    value = None if number % 7 == 3 else b"%d " % number * max(1, size // 8)
    headers = (("n", b"%d" % number), ("n", None)) if number % 5 == 0 else None
    return Rec(number % 4, number // 4, SEEN + number, 1, b"key %d" % number, value, headers, number % 3)


def table(records: Sequence[Rec]) -> pa.RecordBatch:
    """The records as the columns RECORDS."""
    rows = [
        {
            **record._asdict(),
            "headers": None
            if record.headers is None
            else [{"name": name, "value": value} for name, value in record.headers],
        }
        for record in records
    ]
    return pa.RecordBatch.from_pylist(rows, schema=RECORDS)


def spans(topic: int, records: Sequence[Rec]) -> list[Span]:
    """What the records settle when nothing lies between them."""
    found: list[Span] = []
    for partition in sorted({record.partition for record in records}):
        offsets = [record.offset for record in records if record.partition == partition]
        found.append(Span(topic, partition, offsets[0], offsets[-1] + 1, len(offsets), offsets[0], offsets[-1]))
    return found


def write(writer: Writer, topic: int, records: Sequence[Rec], seen: int = SEEN) -> Batch:
    """One batch of them."""
    return writer.records(topic, table(records), spans(topic, records), seen)


def made_capture(
    folder: Path,
    batches: Mapping[str, Sequence[Sequence[Rec]]],
    segment_size: int = 128 << 20,
    title: str = "127.0.0.1:9092",
) -> Path:
    """A capture with these batches for each topic, one topic after the other."""
    create_capture(folder, "the tests", title)
    writer = Writer(folder, segment_size)
    for name, rows in batches.items():
        topic = writer.topic(name)
        for records in rows:
            write(writer, topic, records)
    writer.close()
    return folder


def opened(path: Path) -> Capture:
    """The only capture there."""
    (capture,) = open_captures(path)
    OPENED.append(capture)
    return capture


def recs(batch: pa.RecordBatch) -> list[Rec]:
    """The rows of a batch."""
    return [
        Rec(
            **{
                **row,
                "headers": None
                if row["headers"] is None
                else tuple((header["name"], header["value"]) for header in row["headers"]),
            }
        )
        for row in batch.to_pylist()
    ]


def rows_of(capture: Capture, batches: Sequence[Placed]) -> list[tuple[str, Rec]]:
    """(topic, record) of every row of these batches, as they lie."""
    return [(placed.topic, record) for placed in batches for record in recs(read_batch(capture, placed))]


def all_rows(capture: Capture) -> list[tuple[str, Rec]]:
    """(topic, record) of every row of the capture, in the order of its row numbers."""
    numbered: list[tuple[int, str, Rec]] = []
    for placed in capture.batches:
        batch, numbers = read_numbered(capture, placed)
        numbered += [(row, placed.topic, rec) for row, rec in zip(numbers.tolist(), recs(batch), strict=True)]
    numbered.sort(key=lambda row: row[0])
    return [(topic, rec) for _, topic, rec in numbered]


def place(capture: Capture, row: int) -> tuple[Placed, int]:
    """The batch that holds a row of a capture that is not sealed, and the row's place in it."""
    placed = [placed for placed in capture.batches if placed.first_row <= row and placed.batch.rows][-1]
    return placed, row - placed.first_row


@contextmanager
def disk_full_at(size: int) -> Iterator[None]:
    """No file grows beyond so many bytes: the system writes what fits and then says why not, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
