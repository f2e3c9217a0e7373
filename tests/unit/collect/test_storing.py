"""Storing beside reading: batches land in their order, are counted when they are there, and a disk that is full is said."""

import threading
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest

from meshdesk.capture.index import Batch, Span
from meshdesk.capture.manifest import create_capture
from meshdesk.capture.store import CaptureError
from meshdesk.capture.writer import Writer
from meshdesk.collect.storing import Storing
from tests.unit.capture.making import SEEN, all_rows, counted, disk_full_at, opened, spans, table


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty capture."""
    create_capture(tmp_path / "capture", "the tests", "")
    return tmp_path / "capture"


class SlowWriter(Writer):
    """Writes when it is let."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.let = threading.Event()

    def records(self, topic: int, batch: pa.RecordBatch, spans: Sequence[Span], seen: int) -> Batch:
        assert self.let.wait(30.0)
        return super().records(topic, batch, spans, seen)


def put(storing: Storing, topic: int, numbers: range) -> None:
    records = [counted(number) for number in numbers]
    storing.put(topic, table(records), spans(topic, records), SEEN)


def test_that_batches_are_stored_in_the_order_in_which_they_were_put(folder: Path) -> None:
    writer = Writer(folder)
    storing = Storing(writer)
    topic = writer.topic("orders")
    for first in range(0, 2000, 40):
        put(storing, topic, range(first, first + 40))
    storing.close()
    writer.close()
    assert all_rows(opened(folder)) == [("orders", counted(number)) for number in range(2000)]


def test_that_the_caller_goes_on_while_a_batch_is_written_and_counts_it_only_when_it_is_there(folder: Path) -> None:
    writer = SlowWriter(folder)
    storing = Storing(writer)
    assert storing.is_idle
    put(storing, writer.topic("orders"), range(10))  # comes back although nothing can be written yet
    assert not storing.is_idle
    assert (storing.rows, opened(folder).rows) == (0, 0)
    writer.let.set()
    storing.settle()
    assert storing.is_idle
    assert (storing.rows, opened(folder).rows) == (10, 10)
    assert storing.bytes == sum(
        len(record.key or b"") + len(record.value or b"") + sum(len(n) + len(v or b"") for n, v in record.headers or ())
        for record in map(counted, range(10))
    )
    storing.close()
    writer.close()


def test_that_a_full_disk_is_said_by_the_next_call_and_by_the_last(folder: Path) -> None:
    writer = Writer(folder)
    storing = Storing(writer)
    topic = writer.topic("orders")
    with disk_full_at(4096):
        put(storing, topic, range(1000))
        with pytest.raises(CaptureError, match="cannot be written"):
            put(storing, topic, range(1000, 1010))
    assert storing.is_idle
    put(storing, topic, range(1000, 1010))  # the writer refuses all that follows
    with pytest.raises(CaptureError, match="cannot be written"):
        storing.close()
    assert storing.rows == 0
    writer.close()
