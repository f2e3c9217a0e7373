"""Samples as Arrow: what was measured once a second or so. Which topic and partition a series is stands in the names."""

from collections.abc import Iterator

import pyarrow as pa

from meshdesk.capture.reader import Capture, segment_name
from meshdesk.capture.records import read_message

SAMPLES = pa.schema(
    [
        pa.field("seen", pa.int64(), nullable=False),  # ms since the epoch, by collect's clock
        pa.field("series", pa.int32(), nullable=False),  # its number in the writer's names
        pa.field("value", pa.int64(), nullable=False),  # an offset
    ]
)


def read_samples(capture: Capture, after: int = 0) -> Iterator[tuple[int, pa.RecordBatch]]:
    """(writer, samples) of every batch of samples from number `after` on. Raises CaptureError."""
    for placed in capture.samples[after:]:
        name = segment_name(placed.writer, placed.batch.segment, "samples")
        data = capture.store.read(name, placed.batch.position, placed.batch.length)
        yield placed.writer, read_message(data, placed.batch, SAMPLES, name)
