"""Samples as Arrow: what was measured once a second or so. Which topic and partition a series is stands in the names.

Sealed, the three columns hold differences, which ZSTD makes small: `seen` and `series` to the row before, `value` to the row
before of the same series (2 bytes a sample of a topic that moves, next to none of one that rests).
"""

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa

from meshdesk.capture.parts import PlacedSamples
from meshdesk.capture.reader import Capture
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


def read_samples(capture: Capture, placed: Iterable[PlacedSamples]) -> Iterator[tuple[int, pa.RecordBatch]]:
    """(writer, samples) of each of these batches.

    A batch whose bytes are gone comes as an empty one (Capture.damage says so): its records can still be read.
    """
    for part in placed:
        try:
            data = capture.store.read(part.file, part.batch.position, part.batch.length)
            batch = read_message(data, part.batch, SAMPLES, part.file)
        except CaptureError:
            batch = NO_SAMPLES
        yield part.writer, (_summed(batch) if part.sealed else batch).slice(part.skip)


def differences(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The columns as a sealed generation stores them."""
    seen, series, value = (column.to_numpy() for column in batch.columns)
    order = np.argsort(series, kind="stable")
    grouped, groups = value[order], series[order]
    change = np.diff(grouped, prepend=0)
    starts = np.flatnonzero(np.diff(groups, prepend=-1))
    change[starts] = grouped[starts]
    changes = np.empty_like(change)
    changes[order] = change
    columns = [pa.array(np.diff(seen, prepend=0)), pa.array(np.diff(series, prepend=np.int32(0))), pa.array(changes)]
    return pa.record_batch(columns, schema=SAMPLES)


def _summed(batch: pa.RecordBatch) -> pa.RecordBatch:
    """What `differences` was given."""
    seen, series, value = (column.to_numpy() for column in batch.columns)
    series = np.cumsum(series, dtype=np.int32)
    order = np.argsort(series, kind="stable")
    total, groups = np.cumsum(value[order]), series[order]
    starts = np.flatnonzero(np.diff(groups, prepend=-1))
    before = total[starts] - value[order][starts]
    values = np.empty_like(total)
    values[order] = total - np.repeat(before, np.diff(starts, append=len(groups)))
    return pa.record_batch([pa.array(np.cumsum(seen)), pa.array(series), pa.array(values)], schema=SAMPLES)
