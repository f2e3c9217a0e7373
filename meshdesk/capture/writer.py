"""Writing a capture: batches of one topic, their index, names, facts and samples. Each writer has files of its own."""

import os
import threading
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from meshdesk.capture.index import HEADER, NO_TIME, Batch, Entry, SampleBatch, Span, encode_entry
from meshdesk.capture.lines import Line, encode_line
from meshdesk.capture.reader import segment_name
from meshdesk.capture.records import RECORDS, payload_bytes
from meshdesk.capture.samples import SAMPLES
from meshdesk.capture.store import ROOM, CaptureError, Folder
from meshdesk.model.fact import Checked, Fact, fact_message

# Dropping the oldest and joining small batches go by whole segments; 128 MB is a second of flood.
SEGMENT_SIZE = 128 << 20
ENDLESS = 1 << 62  # a capture that becomes a file drops nothing and is never joined: one segment


class Writer:
    """Appends to a capture. Safe to use from several threads; each call is whole or raises CaptureError.

    A write that failed may have left a torn tail, behind which nothing is readable. So it was this writer's last:
    every later call raises CaptureError, and whoever goes on makes a new writer.
    """

    def __init__(self, folder: Path, segment_size: int = SEGMENT_SIZE) -> None:
        self._lock = threading.Lock()
        self._folder = folder
        self._over = ""  # why nothing can be written any more: the sentence
        self.number = _next_number(folder)
        self._topics: dict[tuple[str, str], int] = {}
        self._series: dict[str, int] = {}
        room = int(Folder(folder).manifest.get(ROOM, 0))
        self._records = _Segments(folder, self.number, "records", RECORDS, ENDLESS if room else segment_size, room)
        self._samples = _Segments(folder, self.number, "samples", SAMPLES, segment_size)
        self._index = self._names = self._facts = -1
        try:
            with _writing(folder):
                self._index = _append(folder / f"index-{self.number}")
                _write(self._index, HEADER)
                self._names = _append(folder / f"names-{self.number}")
                self._facts = _append(folder / f"facts-{self.number}")
        except CaptureError:
            self.close()
            raise

    def topic(self, name: str, topic_id: str = "") -> int:
        """The topic's number in this writer's files."""
        with self._lock:
            number = self._topics.get((name, topic_id))
            if number is None:
                number = len(self._topics)
                self._line(self._names, {"topic": number, "name": name, "id": topic_id})
                self._topics[name, topic_id] = number
            return number

    def series(self, of: str, topic: str, partition: int) -> int:
        """The number of a series of samples, such as the end offset ("end") of a partition."""
        with self._lock:
            key = f"{of} {topic} {partition}"
            number = self._series.get(key)
            if number is None:
                number = len(self._series)
                self._line(self._names, {"series": number, "of": of, "name": topic, "partition": partition})
                self._series[key] = number
            return number

    def records(self, topic: int, batch: pa.RecordBatch, spans: Sequence[Span], seen: int) -> Batch:
        """Stores records of one topic (columns as RECORDS) with the offsets that they settle, one span per partition."""
        oldest, newest = _times(batch)
        message = batch.serialize()
        with self._lock:
            with self._whole():
                segment, position = self._records.append(message)
            entry = Batch(
                segment,
                position,
                len(message),
                batch.num_rows,
                topic,
                seen,
                oldest,
                newest,
                payload_bytes(batch),
                tuple(spans),
            )
            self._entry(entry)
        return entry

    def cover(self, span: Span) -> None:
        """Settles offsets without records: a gap, an end that was seen, offsets lost to retention."""
        with self._lock:
            self._entry(span)

    def facts(self, facts: Iterable[Fact | Checked]) -> None:
        """Appends facts and checked lines, in one write."""
        data = b"".join(encode_line(fact_message(fact)) for fact in facts)
        with self._lock, self._whole():
            _write(self._facts, data)

    def samples(self, samples: Sequence[tuple[int, int, int]]) -> None:
        """Appends (seen ms, series, value) rows as one batch."""
        if not samples:
            return
        columns = zip(*samples, strict=True)
        arrays = [pa.array(column, field.type) for column, field in zip(columns, SAMPLES, strict=True)]
        message = pa.record_batch(arrays, schema=SAMPLES).serialize()
        with self._lock:
            with self._whole():
                segment, position = self._samples.append(message)
            seen = [sample[0] for sample in samples]
            self._entry(SampleBatch(segment, position, len(message), len(samples), min(seen), max(seen)))

    @property
    def checksum(self) -> int:
        """The crc32 of the records' segment, of a capture that will be packed in place."""
        return self._records.checksum

    def close(self) -> None:
        """Closes the files. What was written stays readable without it; nothing can be written behind it."""
        with self._lock:
            self._over = self._over or f"The capture in {self._folder} is closed; nothing more is written to it."
            for file in (self._index, self._names, self._facts):
                if file >= 0:
                    os.close(file)
            self._index = self._names = self._facts = -1
            self._records.close()
            self._samples.close()

    def _entry(self, entry: Entry) -> None:
        with self._whole():
            _write(self._index, encode_entry(entry))

    def _line(self, file: int, line: Line) -> None:
        with self._whole():
            _write(file, encode_line(line))

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """Around each write: refuses behind one that failed, whose torn bytes would hide all that follows."""
        if self._over:
            raise CaptureError(self._over)
        try:
            with _writing(self._folder):
                yield
        except CaptureError as error:
            self._over = str(error)
            raise


class _Segments:
    """A row of Arrow IPC streams, each begun anew when the last one is full."""

    def __init__(self, folder: Path, writer: int, kind: str, schema: pa.Schema, size: int, room: int = 0) -> None:
        self._place = (folder, writer, kind)
        self._room = room
        self.checksum = 0  # crc32 of the segment, kept only where a zip will need it
        self._head = schema.serialize()
        self._size = size  # a segment that has reached it is full: bytes
        self._number = -1
        self._position = size
        self._file = -1

    def append(self, message: pa.Buffer) -> tuple[int, int]:
        """Writes a message; (segment, position)."""
        if self._position >= self._size:
            self._begin()
        position = self._position
        _write(self._file, message)
        if self._room:
            self.checksum = zlib.crc32(message, self.checksum)
        self._position = position + len(message)
        return self._number, position

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
        self._file = -1

    def _begin(self) -> None:
        folder, writer, kind = self._place
        file = _append(folder / segment_name(writer, self._number + 1, kind))
        self.close()
        self._file, self._number = file, self._number + 1
        _write(file, bytes(self._room))
        _write(file, self._head)
        self.checksum = zlib.crc32(self._head)
        self._position = len(self._head)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Turns the system's errors while writing into a sentence."""
    try:
        yield
    except OSError as error:
        raise CaptureError(
            f"The capture in {folder} cannot be written: {error.strerror}. Free some space or choose another folder."
        ) from error


def _times(batch: pa.RecordBatch) -> tuple[int, int]:
    times = batch.column("timestamp").to_numpy()
    known = times[times >= 0]
    return (int(known.min()), int(known.max())) if len(known) else (NO_TIME, NO_TIME)


def _append(path: Path) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_BINARY", 0)
    return os.open(path, flags, 0o600)


def _write(file: int, data: bytes | pa.Buffer) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


def _next_number(folder: Path) -> int:
    with _writing(folder):
        taken = [int(path.name.rpartition("-")[2]) for path in folder.glob("index-*")]
    return max(taken, default=0) + 1
