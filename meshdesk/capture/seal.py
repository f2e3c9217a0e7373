"""Sealing: a finished generation becomes one compressed file with large batches, under the same row numbers, while others read."""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, TypeVar

import numpy as np
import pyarrow as pa

from meshdesk.capture.index import NO_TIME, Batch, Entry, SampleBatch, Span, encode_entry, encode_header
from meshdesk.capture.names import segment_name
from meshdesk.capture.parts import Generation, Placed
from meshdesk.capture.reader import Capture
from meshdesk.capture.records import SEALED_RECORDS, payload_bytes, read_numbered, steps
from meshdesk.capture.samples import SAMPLES, differences, read_samples
from meshdesk.capture.sealed import trailer
from meshdesk.capture.store import CaptureError

ROWS = 10_000  # of a sealed batch: 9 M rows/s are read from such, 0.1 M/s from batches of one (measured)
BYTES = 4 << 20  # of its payload, whatever its rows: what one row on the screen costs to be read
SAMPLE_ROWS = 200_000  # of a sealed batch of samples; 5 ms to be read
DRAFT = ".part"  # behind the name of a file that is not whole yet
END_OF_STREAM = b"\xff\xff\xff\xff\0\0\0\0"  # Arrow columnar format, IPC streaming format

EntryOf = TypeVar("EntryOf", Batch, SampleBatch)


def seal(capture: Capture, generation: Generation) -> Path:
    """Writes the sealed file of a generation that is finished; its place.

    Raises CaptureError, where the generation is damaged, too: it is left as it is then, and all that is whole in it stays readable.
    """
    home = capture.store.path
    target = home / segment_name(*generation.name, "sealed")
    try:
        with sealing(target) as out:
            entries: list[Entry] = []
            entries += out.write(SEALED_RECORDS, _batches(capture, generation))
            entries += out.write(SAMPLES, _samples(capture, generation))
            entries += _joined(generation.covered)
            entries += generation.dropped[-1:]  # each one says all that the ones before it said
            out.end(generation.batches[0].first_row if generation.batches else generation.first_row or 0, entries)
    except OSError as error:
        raise CaptureError(
            f"A part of the capture in {home} cannot be compressed: {error.strerror}. Free some space; nothing is lost."
        ) from error
    return target


@contextmanager
def sealing(target: Path) -> Iterator["Out"]:
    """A file in the form of sealed ones, which appears under its name when all of it is on the disk, or not at all. Raises OSError."""
    draft = target.with_name(target.name + DRAFT)
    try:
        with draft.open("wb") as file:
            draft.chmod(0o600)
            yield Out(file)
            file.flush()
            os.fsync(file.fileno())  # the originals go when this has its name
        os.replace(draft, target)
    finally:
        with suppress(OSError):
            draft.unlink()


class Out:
    """A file that takes Arrow streams one after the other, and then their index."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.position = 0

    def write(self, schema: pa.Schema, messages: Iterable[tuple[bytes | pa.Buffer, EntryOf]]) -> Iterator[EntryOf]:
        """Writes a stream of batches, given as their messages; the entry of each with its place."""
        self._take(schema.serialize())
        for message, entry in messages:
            yield replace(entry, position=self.position, length=len(message))
            self._take(message)
        self._take(END_OF_STREAM)

    def end(self, first_row: int, entries: Iterable[Entry]) -> None:
        """Writes the index."""
        index = encode_header(first_row) + b"".join(map(encode_entry, entries))
        self._file.write(index + trailer(self.position, len(index)))

    def _take(self, data: bytes | pa.Buffer) -> None:
        self._file.write(data)
        self.position += len(data)


def _message(batch: pa.RecordBatch, compression: str) -> pa.Buffer:
    """The compressed message of one batch: what a stream has between its schema and its end."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema, options=pa.ipc.IpcWriteOptions(compression=compression)) as stream:
        stream.write_batch(batch)
    whole, head = sink.getvalue(), batch.schema.serialize().size
    return whole.slice(head, whole.size - head - len(END_OF_STREAM))


def _batches(capture: Capture, generation: Generation) -> Iterator[tuple[pa.Buffer, Batch]]:
    """The records topic by topic, joined."""
    of_topic: dict[int, list[Placed]] = defaultdict(list)
    for placed in generation.batches:
        of_topic[placed.batch.topic].append(placed)
    base = generation.batches[0].first_row if generation.batches else 0
    for places in of_topic.values():
        held: list[Placed] = []
        for placed in places:
            held.append(placed)
            rows, size = (sum(getattr(p.batch, of) for p in held) for of in ("rows", "payload"))
            if rows >= ROWS or size >= BYTES:
                yield _join(capture, held, base)
                held = []
        if held:
            yield _join(capture, held, base)


def _join(capture: Capture, places: Sequence[Placed], base: int) -> tuple[pa.Buffer, Batch]:
    read = [read_numbered(capture, placed) for placed in places]
    records = pa.concat_batches([batch for batch, _ in read])
    numbers = np.concatenate([rows for _, rows in read])
    whole = pa.record_batch([*records.columns, steps(numbers, base)], schema=SEALED_RECORDS)
    entries = [placed.batch for placed in places]
    times = [time for entry in entries for time in (entry.oldest, entry.newest) if time != NO_TIME]
    return _message(whole, "lz4"), Batch(
        segment=entries[0].segment,
        position=0,
        length=0,
        rows=whole.num_rows,
        topic=entries[0].topic,
        seen=entries[-1].seen,
        oldest=min(times, default=NO_TIME),
        newest=max(times, default=NO_TIME),
        payload=payload_bytes(records),
        spans=tuple(_joined(span for entry in entries for span in entry.spans)),
    )


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Ranges of the same partition that follow each other, made one."""
    found: list[Span] = []
    last: dict[tuple[int, int], int] = {}  # topic, partition: where in `found` its last range stands
    for span in spans:
        place = (span.topic, span.partition)
        at = last.get(place)
        before = found[at] if at is not None else None
        if at is not None and before is not None and before.end == span.begin and before.flags == span.flags:
            found[at] = replace(
                before,
                end=span.end,
                rows=before.rows + span.rows,
                first=before.first if before.rows else span.first,
                last=span.last if span.rows else before.last,
                end_seen=max(before.end_seen, span.end_seen),
            )
        else:
            last[place] = len(found)
            found.append(span)
    return found


def _samples(capture: Capture, generation: Generation) -> Iterator[tuple[pa.Buffer, SampleBatch]]:
    held: list[pa.RecordBatch] = []
    for placed, (_, batch) in zip(generation.samples, read_samples(capture, generation.samples), strict=True):
        if batch.num_rows != placed.batch.rows:
            raise CaptureError(f"{placed.file} is damaged at byte {placed.batch.position:,}; it stays as it is.")
        held.append(batch)
        if sum(part.num_rows for part in held) >= SAMPLE_ROWS:
            yield joined_samples(held, generation.number)
            held = []
    if held:
        yield joined_samples(held, generation.number)


def joined_samples(batches: Sequence[pa.RecordBatch], segment: int) -> tuple[pa.Buffer, SampleBatch]:
    """The message of one batch with all these samples, and its entry, but for its place."""
    whole = pa.concat_batches(batches)
    seen = whole.column("seen").to_numpy()
    entry = SampleBatch(segment, 0, 0, whole.num_rows, int(seen.min(initial=1 << 62)), int(seen.max(initial=0)))
    return _message(differences(whole), "zstd"), entry
