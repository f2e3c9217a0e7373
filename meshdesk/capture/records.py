"""Records as Arrow: the columns that a capture stores, to and from bytes."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from meshdesk.capture.parts import Placed
from meshdesk.capture.reader import Capture
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

KEPT = 8 << 20  # bytes that a room keeps from one batch to the next: two sealed batches, where no record is large
HEADS = {False: RECORDS.serialize(), True: SEALED_RECORDS.serialize()}  # what makes a stream of a message, by `sealed`
FRONT = 64 * -(-max(head.size for head in HEADS.values()) // 64)  # bytes for it; Arrow wants a message to lie at a 64th


class Room:
    """Memory that one batch after the other is read into: fresh memory costs five times what reading does (Store.read_into)."""

    def __init__(self) -> None:
        self._memory = pa.allocate_buffer(0)
        self._run: tuple[Placed, ...] = ()
        self._length = 0

    def read(self, capture: Capture, *run: Placed) -> None:
        """Takes the bytes of a batch in, or of several, each of which lies `behind` the one before it. Raises CaptureError
        where they are gone."""
        first, last = run[0].batch, run[-1].batch
        needed = FRONT + last.position + last.length - first.position
        if not needed <= self._memory.size <= max(needed, KEPT):
            self._memory = pa.allocate_buffer(needed)
        room = memoryview(self._memory).cast("B")[FRONT:needed]
        self._length = capture.store.read_into(run[0].file, first.position, room)
        self._run = run

    def batch(self, only: Sequence[str] = ()) -> pa.RecordBatch:
        """The records that were read last (columns RECORDS, or only those named), until others are read. Raises CaptureError.

        A column that is not wanted is not decompressed: timestamps alone take a sixth of the time of whole records (measured).
        """
        if only:
            return next(self.batches(only))
        return self.stored().select(RECORDS.names) if self._run[0].sealed else self.stored()

    def batches(self, only: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """The same for each batch that was read. Behind one that is refused nothing is known of the others: they are to be read
        anew. To begin a stream for each takes a tenth of the time of a search (measured 2026-11)."""
        first = self._run[0]
        head, schema = HEADS[first.sealed], SEALED_RECORDS if first.sealed else RECORDS
        begin = FRONT - head.size
        memoryview(self._memory).cast("B")[begin:FRONT] = memoryview(head).cast("B")
        stream = self._memory.slice(begin, head.size + self._length)
        # Its own threads would make two of a column that is unpacked in half a millisecond.
        wanted = [schema.get_field_index(name) for name in only]
        options = pa.ipc.IpcReadOptions(included_fields=wanted, use_threads=False)
        with pa.ipc.open_stream(stream, options=options) as reader:
            for placed in self._run:
                entry = placed.batch
                _refuse_cut(self._length - (entry.position - first.batch.position), entry, placed.file)
                yield _checked(reader.read_next_batch, entry, placed.file).select(only)

    def stored(self) -> pa.RecordBatch:
        """The batch with all columns that it has: a sealed one has one more than records."""
        (placed,) = self._run
        schema = SEALED_RECORDS if placed.sealed else RECORDS
        return read_message(self._memory.slice(FRONT, self._length), placed.batch, schema, placed.file)


def is_behind(placed: Placed, before: Placed) -> bool:
    """Whether a batch begins where another ends, so that they are read together."""
    end = before.batch.position + before.batch.length
    return placed.file == before.file and placed.batch.position == end


def read_batch(capture: Capture, placed: Placed, only: Sequence[str] = ()) -> pa.RecordBatch:
    """The records of one batch (columns RECORDS, or only those named). Raises CaptureError where its bytes are gone or cut."""
    room = Room()
    room.read(capture, placed)
    return room.batch(only)


def read_numbered(capture: Capture, placed: Placed) -> tuple[pa.RecordBatch, Numbers]:
    """The records of one batch, and the row number of each, ascending. Raises CaptureError."""
    room = Room()
    room.read(capture, placed)
    batch = room.stored()
    if not placed.sealed:
        return batch, np.arange(placed.first_row, placed.first_row + batch.num_rows)
    return batch.select(RECORDS.names), placed.first_row + np.cumsum(batch.column("step").to_numpy(), dtype=np.int64)


def steps(numbers: Numbers, first_row: int) -> pa.Array:
    """The column `step` of rows with these numbers."""
    return pa.array(np.diff(numbers, prepend=first_row).astype(np.int32))


def read_message(data: bytes | pa.Buffer, entry: Any, schema: pa.Schema, name: str) -> pa.RecordBatch:
    """The Arrow batch in `data`, which `entry` says is `length` bytes with `rows` rows. Raises CaptureError."""
    _refuse_cut(len(data), entry, name)
    return _checked(lambda: pa.ipc.read_record_batch(pa.ipc.read_message(data), schema), entry, name)


def _refuse_cut(length: int, entry: Any, name: str) -> None:
    if length < entry.length:
        raise CaptureError(
            f"{name} was cut after it was written and lost {plural(entry.rows, 'row')} at byte {entry.position:,}. "
            "The rest of the capture can be read."
        )


def _checked(read: Callable[[], pa.RecordBatch], entry: Any, name: str) -> pa.RecordBatch:
    """The batch that `read` makes of bytes that may be damaged. Raises CaptureError."""
    try:
        batch = read()
        batch.validate(full=True)  # 35 µs for 10,000 rows; a wrong offset that is not found here ends the program
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
