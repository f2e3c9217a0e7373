"""Storing beside reading: while a batch is on its way to the disk, the next is taken from the client.

Compressing nothing and copying much, a write spends its time outside the interpreter: beside it the client's messages
become columns. With records of 1 kB that takes a quarter off the whole (measured 2026-11).
"""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pyarrow as pa

from meshdesk.capture.index import Batch, Span
from meshdesk.capture.writer import Writer


class Storing:
    """One writer's batches, one at a time on a thread of their own. All methods are called by one thread."""

    def __init__(self, writer: Writer) -> None:
        self.rows = 0  # records stored by now
        self.bytes = 0  # of their keys, values and headers
        self._writer = writer
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="storing")
        self._batch: Future[Batch] | None = None  # on its way

    @property
    def is_idle(self) -> bool:
        """Whether all that was put is stored."""
        return self._batch is None

    def put(self, topic: int, batch: pa.RecordBatch, spans: Sequence[Span], seen: int) -> None:
        """Stores as Writer.records does, behind the batch before this one. Raises CaptureError where that one failed."""
        self.settle()
        self._batch = self._thread.submit(self._writer.records, topic, batch, spans, seen)

    def settle(self) -> None:
        """Waits until all is stored. Raises CaptureError."""
        batch, self._batch = self._batch, None
        if batch is not None:
            stored = batch.result()
            self.rows += stored.rows
            self.bytes += stored.payload

    def close(self) -> None:
        """Ends the thread behind what is on its way. Raises CaptureError where that failed."""
        try:
            self.settle()
        finally:
            self._thread.shutdown()
