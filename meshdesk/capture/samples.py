"""Samples as Arrow: what was measured once a second or so. Which topic and partition a series is stands in the names."""

from collections.abc import Iterator

import pyarrow as pa

from meshdesk.capture.reader import Capture, segment_name
from meshdesk.capture.records import read_message
from meshdesk.capture.store import CaptureError

SAMPLES = pa.schema(
    [
        pa.field("seen", pa.int64(), nullable=False),  # ms since the epoch, by collect's clock
        pa.field("series", pa.int32(), nullable=False),  # its number in the writer's names
        pa.field("value", pa.int64(), nullable=False),  # an offset
    ]
)
NO_SAMPLES = pa.record_batch([[], [], []], schema=SAMPLES)


def read_samples(capture: Capture, after: int = 0) -> Iterator[tuple[int, pa.RecordBatch]]:
    """(writer, samples) of every batch of samples from number `after` on.

    A batch whose bytes are gone comes as an empty one (Capture.damage says so): its records can still be read.
    """
    for placed in capture.samples[after:]:
        name = segment_name(placed.writer, placed.batch.segment, "samples")
        try:
            data = capture.store.read(name, placed.batch.position, placed.batch.length)
            batch = read_message(data, placed.batch, SAMPLES, name)
        except CaptureError:
            batch = NO_SAMPLES
        yield placed.writer, batch
