"""Writing a capture: batches of one topic, their index, names, facts and samples. Each writer has files of its own."""

import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
from isal import isal_zlib

from meshdesk.capture.index import NO_TIME, Batch, Dropped, Entry, SampleBatch, Span, encode_entry, encode_header
from meshdesk.capture.lines import Line, encode_line
from meshdesk.capture.names import segment_name, writer_of
from meshdesk.capture.reader import open_captures
from meshdesk.capture.records import RECORDS, payload_bytes
from meshdesk.capture.samples import SAMPLES
from meshdesk.capture.store import ROOM, CaptureError, Folder
from meshdesk.model.fact import Checked, Fact, fact_message

# Sealing and dropping go by whole generations; one is finished when one of its files has reached these bytes.
SEGMENT_SIZE = 64 << 20  # of records; half a second of flood, and what a seal holds in memory at most
INDEX_SIZE = 4 << 20  # 32,000 batches of one record, which readers keep as objects until they are sealed: 20 MB
SAMPLES_SIZE = 16 << 20  # half an hour of 500 topics
ENDLESS = 1 << 62  # a capture that becomes a file drops nothing and is never sealed: one generation


class Writer:
    """Appends to a capture. Safe to use from several threads; each call is whole or raises CaptureError.

    A write that failed may have left a torn tail, behind which nothing is readable. So it was this writer's last:
    every later call raises CaptureError, and whoever goes on makes a new writer.
    """

    def __init__(self, folder: Path, segment_size: int = SEGMENT_SIZE) -> None:
        """Behind all that earlier writers left; none of them writes any more."""
        self._lock = threading.Lock()
        self._folder = folder
        self._over = ""  # why nothing can be written any more: the sentence
        self._topics: dict[tuple[str, str], int] = {}
        self._series: dict[str, int] = {}
        self._room = int(Folder(folder).manifest.get(ROOM, 0))
        with _writing(folder):
            self.number, self._rows = _what_is_there(folder)
        self._size = ENDLESS if self._room else segment_size
        self._names = _File(folder / f"names-{self.number}")
        self._facts = _File(folder / f"facts-{self.number}")
        self._generation: _Generation | None = None
        self._number = -1
        try:
            with _writing(folder):
                self._names.begin()
                self._facts.begin()
                self._begin()
        except CaptureError:
            self.close()
            raise

    @property
    def generation(self) -> tuple[int, int]:
        """(writer, number) of the generation that grows; all before it are finished."""
        return self.number, self._number

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
            with self._whole() as generation:
                position = generation.records.append(message)
            entry = Batch(
                self._number,
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
            self._facts.append(data)

    def samples(self, samples: Sequence[tuple[int, int, int]]) -> None:
        """Appends (seen ms, series, value) rows as one batch."""
        if not samples:
            return
        columns = zip(*samples, strict=True)
        arrays = [pa.array(column, field.type) for column, field in zip(columns, SAMPLES, strict=True)]
        message = pa.record_batch(arrays, schema=SAMPLES).serialize()
        with self._lock:
            with self._whole() as generation:
                position = generation.samples.append(message)
            seen = [sample[0] for sample in samples]
            self._entry(SampleBatch(self._number, position, len(message), len(samples), min(seen), max(seen)))

    def drop(
        self, generation: tuple[int, int], rows: int, topics: Mapping[str, int], samples: tuple[int, int] = (0, 0)
    ) -> None:
        """Says that the oldest generation is dropped: `rows` in all and so many of each topic are gone by now, and the
        samples of dropped generations before (writer, number) `samples`.

        Readers let go of its files when they read this; the caller removes them.
        """
        counts = tuple((self.topic(name), count) for name, count in topics.items())
        with self._lock:
            self._entry(Dropped(*generation, rows, counts, samples))

    @property
    def checksum(self) -> int:
        """The crc32 of the records' file, of a capture that will be packed in place."""
        return self._generation.records.checksum if self._generation else 0

    def close(self) -> None:
        """Closes the files. What was written stays readable without it; nothing can be written behind it."""
        with self._lock:
            self._over = self._over or f"The capture in {self._folder} is closed; nothing more is written to it."
            self._names.close()
            self._facts.close()
            if self._generation:
                self._generation.close()

    def _entry(self, entry: Entry) -> None:
        with self._whole() as generation:
            generation.index.append(encode_entry(entry))
            if isinstance(entry, Batch):
                self._rows += entry.rows
            if generation.is_full(self._size):
                self._begin()

    def _begin(self) -> None:
        """Rolls: the generation that was written is finished, all that follows goes into a new one."""
        fresh = _Generation(self._folder, self.number, self._number + 1, self._rows, self._room)
        if self._generation:
            self._generation.close()
        self._generation, self._number = fresh, self._number + 1

    def _line(self, file: "_File", line: Line) -> None:
        with self._whole():
            file.append(encode_line(line))

    @contextmanager
    def _whole(self) -> Iterator["_Generation"]:
        """Around each write: refuses behind one that failed, whose torn bytes would hide all that follows."""
        if self._over or self._generation is None:
            raise CaptureError(self._over)
        try:
            with _writing(self._folder):
                yield self._generation
        except CaptureError as error:
            self._over = str(error)
            raise


class _Generation:
    """The files of one generation. Those of records and samples are made when the first batch comes."""

    def __init__(self, folder: Path, writer: int, number: int, first_row: int, room: int) -> None:
        self.records = _File(folder / segment_name(writer, number), RECORDS.serialize(), room)
        self.samples = _File(folder / segment_name(writer, number, "samples"), SAMPLES.serialize())
        self.index = _File(folder / segment_name(writer, number, "index"), encode_header(first_row))
        self.index.begin()

    def is_full(self, size: int) -> bool:
        limits = ((self.records, size), (self.index, min(size, INDEX_SIZE)), (self.samples, min(size, SAMPLES_SIZE)))
        return size < ENDLESS and any(file.position >= limit for file, limit in limits)

    def close(self) -> None:
        for file in (self.records, self.samples, self.index):
            file.close()


class _File:
    """A file that is only appended to, behind a head and, where it will become a zip, behind room for the zip's header."""

    def __init__(self, path: Path, head: bytes | pa.Buffer = b"", room: int = 0) -> None:
        self._path, self._head, self._room = path, head, room
        self.checksum = 0  # crc32, kept only where a zip will need it
        self.position = 0  # where the next bytes go, behind the room
        self._file = -1

    def begin(self) -> None:
        if self._file < 0:
            self._file = _append(self._path)
            _write(self._file, bytes(self._room))
            self._put(self._head)

    def append(self, data: bytes | pa.Buffer) -> int:
        """Writes at the end; the position. Raises CaptureError where the end is not where we left it."""
        self.begin()
        self._check()
        position = self.position
        self._put(data)
        return position

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
        self._file = -1

    def _check(self) -> None:
        """What is appended to a file that was cut lies elsewhere than the index says, and what goes into a removed one nowhere."""
        state = os.fstat(self._file)
        if state.st_nlink == 0 or state.st_size != self._room + self.position:
            raise CaptureError(
                f"{self._path} was changed or removed by another program while it was written. "
                "What is left of the capture can be read; connect again to go on."
            )

    def _put(self, data: bytes | pa.Buffer) -> None:
        _write(self._file, data)
        self.position += len(data)
        if self._room:
            self.checksum = isal_zlib.crc32(data, self.checksum)


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


def _what_is_there(folder: Path) -> tuple[int, int]:
    """(the number for a new writer, the number of the next row)."""
    numbers = [writer for path in folder.iterdir() if (writer := writer_of(path.name)) is not None]
    if not numbers:
        return 1, 0
    (capture,) = open_captures(folder)
    capture.close()
    return max(numbers) + 1, capture.rows
