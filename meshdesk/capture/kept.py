"""Kept samples: what stays of a generation when its records are dropped, in a file of its own, joined to larger ones by and by.

A file is in the form of a sealed one (sealed.py) without records. Each batch says which rows of which generations' samples it
holds, so that a reader that was handed some of them before is handed the rest.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from meshdesk.capture.index import Batch, SampleBatch
from meshdesk.capture.names import kept_name
from meshdesk.capture.parts import Generation, Kept, PlacedSamples
from meshdesk.capture.reader import Capture
from meshdesk.capture.records import SEALED_RECORDS
from meshdesk.capture.samples import SAMPLES, read_samples
from meshdesk.capture.seal import SAMPLE_ROWS, joined_samples, sealing
from meshdesk.capture.store import CaptureError

FILES = 16  # smaller ones than a whole one; when there are more, the newest are joined
PIECES = 10_000  # of generations in one batch; its entry has room for 65,535


def keep(capture: Capture, generation: Generation) -> None:
    """Writes the samples, if any, of a generation that is about to be dropped; readers turn to them when the drop is said.

    What is damaged of them is left out. Raises CaptureError.
    """
    if generation.samples:
        _write(capture, kept_name(generation.writer, generation.number, generation.number), generation.samples)


def join(capture: Capture, files: Sequence[Kept]) -> Path:
    """Writes one file for several of one writer that follow each other; it takes their place. Raises CaptureError."""
    name = kept_name(files[0].writer, files[0].first, files[-1].last)
    return _write(capture, name, [placed for kept in files for placed in kept.samples])


def to_join(capture: Capture, whole: int) -> list[Kept]:
    """The newest files, when too many are smaller than `whole` bytes; none otherwise.

    Only as many as are about as large as those behind them together: so a sample is written anew a few times, and not each time.
    """
    small: list[tuple[Kept, int]] = []
    for kept in reversed(capture.kept):
        size = capture.store.size(kept.name)
        if size >= whole or not kept.samples or kept.writer != capture.kept[-1].writer:
            break
        small.append((kept, size))
    if len(small) <= FILES:
        return []
    found: list[Kept] = []
    total = 0
    for kept, size in small:
        if len(found) >= 2 and (size > 2 * total or size + total > 2 * whole):
            break
        found.append(kept)
        total += size
    return found[::-1]


def kept_from(capture: Capture, dropped: Generation, share: int) -> tuple[int, int]:
    """(writer, generation) from which on samples stay, when those of `dropped` are kept as well and all may take so many bytes."""
    files = [(kept.writer, kept.first, kept.last) for kept in capture.kept]
    files.append((dropped.writer, dropped.number, dropped.number))
    found = dropped.writer, dropped.number + 1
    total = 0
    for writer, first, last in reversed(files):
        total += capture.store.size(kept_name(writer, first, last))
        if total > share:
            break
        found = writer, first
    return found


def _write(capture: Capture, name: str, samples: Sequence[PlacedSamples]) -> Path:
    target = capture.store.path / name
    try:
        with sealing(target) as out:
            no_records: list[Batch] = [*out.write(SEALED_RECORDS, ())]
            out.end(0, [*no_records, *out.write(SAMPLES, _joined(capture, samples))])
    except OSError as error:
        raise CaptureError(
            f"Counts and rates of the oldest part of the capture in {capture.store.path} cannot be kept: {error.strerror}. "
            "Free some space."
        ) from error
    return target


def _joined(capture: Capture, samples: Sequence[PlacedSamples]) -> Iterator[tuple[bytes | pa.Buffer, SampleBatch]]:
    held: list[pa.RecordBatch] = []
    pieces: list[tuple[int, int, int]] = []

    def flushed() -> Iterator[tuple[pa.Buffer, SampleBatch]]:
        if held:
            message, entry = joined_samples(held, pieces[0][0])
            yield message, replace(entry, kept=tuple(pieces))
        held.clear()
        pieces.clear()

    for placed in samples:
        if placed.sealed and (placed.batch.rows >= SAMPLE_ROWS or len(placed.pieces) >= PIECES):  # copied as it is
            yield from flushed()
            data = capture.store.read(placed.file, placed.batch.position, placed.batch.length)
            if len(data) == placed.batch.length:
                yield data, replace(placed.batch, kept=tuple(placed.pieces))
            continue
        for _, batch in read_samples(capture, [placed]):
            if batch.num_rows:
                held.append(batch)
                pieces += placed.pieces
        if len(pieces) >= PIECES or sum(batch.num_rows for batch in held) >= SAMPLE_ROWS:
            yield from flushed()
    yield from flushed()
