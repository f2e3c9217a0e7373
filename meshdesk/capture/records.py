"""Records as Arrow: the columns that a capture stores, to and from bytes."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from meshdesk.capture.reader import Capture, Placed
from meshdesk.capture.store import CaptureError
from meshdesk.model.wording import plural

NO_TIMESTAMP = -1  # Kafka's own word for none; a producer may write it, and then the type says create time

RECORDS = pa.schema(
    [
        pa.field("partition", pa.int32(), nullable=False),
        pa.field("offset", pa.int64(), nullable=False),
        pa.field("timestamp", pa.int64(), nullable=False),  # ms since the epoch; −1 where the record has none
        pa.field("timestamp_type", pa.int8(), nullable=False),  # Kafka's: 0 none, 1 create time, 2 log append time
        pa.field("key", pa.binary()),
        pa.field("value", pa.binary()),
        pa.field("headers", pa.list_(pa.struct([("name", pa.string()), ("value", pa.binary())]))),
        pa.field("leader_epoch", pa.int32(), nullable=False),  # −1 unknown
    ]
)


STEP = pa.field("step", pa.int32(), nullable=False)
SEALED_RECORDS = RECORDS.append(
    STEP
)  # how many rows lie between a record and the one before it in its batch; they compress to nothing

Numbers: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.int64]]"


def read_batch(capture: Capture, placed: Placed, only: Sequence[str] = ()) -> pa.RecordBatch:
    """The records of one batch (columns RECORDS, or only those named). Raises CaptureError where its bytes are gone or cut.

    A column that is not wanted is not decompressed: timestamps alone take half the time of whole records (measured).
    """
    batch = _stored(capture, placed, only)
    return batch.select(only or RECORDS.names) if placed.sealed or only else batch


def read_numbered(capture: Capture, placed: Placed) -> tuple[pa.RecordBatch, Numbers]:
    """The records of one batch, and the row number of each, ascending. Raises CaptureError."""
    batch = _stored(capture, placed)
    if not placed.sealed:
        return batch, np.arange(placed.first_row, placed.first_row + batch.num_rows)
    return batch.select(RECORDS.names), placed.first_row + np.cumsum(batch.column("step").to_numpy(), dtype=np.int64)


def steps(numbers: Numbers, first_row: int) -> pa.Array:
    """The column `step` of rows with these numbers."""
    return pa.array(np.diff(numbers, prepend=first_row).astype(np.int32))


def _stored(capture: Capture, placed: Placed, only: Sequence[str] = ()) -> pa.RecordBatch:
    data = capture.store.read(placed.file, placed.batch.position, placed.batch.length)
    return read_message(data, placed.batch, SEALED_RECORDS if placed.sealed else RECORDS, placed.file, only)


def read_message(data: bytes, entry: Any, schema: pa.Schema, name: str, only: Sequence[str] = ()) -> pa.RecordBatch:
    """The Arrow batch in `data`, which `entry` says is `length` bytes with `rows` rows. Raises CaptureError."""
    if len(data) < entry.length:
        raise CaptureError(
            f"{name} was cut after it was written and lost {plural(entry.rows, 'row')} at byte {entry.position:,}. "
            "The rest of the capture can be read."
        )
    try:
        batch = _columns(data, schema, only) if only else pa.ipc.read_record_batch(pa.ipc.read_message(data), schema)
        batch.validate(full=True)  # 0.7 ms for 10,000 rows; a wrong offset that is not found here ends the program
    except (pa.ArrowException, OSError, EOFError, StopIteration) as error:
        raise CaptureError(
            f"{name} is damaged at byte {entry.position:,} and lost {plural(entry.rows, 'row')}. "
            "The rest of the capture can be read."
        ) from error
    if batch.num_rows != entry.rows:
        raise CaptureError(
            f"{name} holds other rows at byte {entry.position:,} than its index says; they are not shown. "
            "The rest of the capture can be read."
        )
    return batch


def _columns(data: bytes, schema: pa.Schema, only: Sequence[str]) -> pa.RecordBatch:
    """Some columns of the message; Arrow leaves columns out only where it reads a stream."""
    options = pa.ipc.IpcReadOptions(included_fields=[schema.get_field_index(name) for name in only])
    head = schema.serialize()
    # Of Arrow's own memory: Python's would go back to the system after each batch, which costs more than the rest.
    whole = pa.allocate_buffer(head.size + len(data))
    room = memoryview(whole).cast("B")
    room[: head.size], room[head.size :] = memoryview(head).cast("B"), data
    with pa.ipc.open_stream(whole, options=options) as stream:
        return stream.read_next_batch()


def payload_bytes(batch: pa.RecordBatch) -> int:
    """Bytes of keys, values and headers (names in UTF-8 and values) as received."""
    headers = batch.column("headers")
    total = _bytes_in(batch.column("key")) + _bytes_in(batch.column("value"))
    if headers.null_count == len(headers):
        return total
    pairs = headers.flatten()
    return total + _bytes_in(pairs.field(0)) + _bytes_in(pairs.field(1))


def _bytes_in(column: pa.Array) -> int:
    if len(column) == 0:
        return 0
    offsets = column.buffers()[1]
    if offsets is None:
        return 0
    places = memoryview(offsets).cast("i")
    return int(places[column.offset + len(column)] - places[column.offset])
