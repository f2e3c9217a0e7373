"""How v2.meshcap was made, once: `python -m tests.captures.make_v2`. Format version 2.

The records, facts and samples of v1.meshcap, written by two writers in generations: the first is dropped, the next are sealed,
the last is as it was written. It is stored so that it opens for ever and is never made again.
"""

import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from meshdesk.capture.files import remove
from meshdesk.capture.index import Span
from meshdesk.capture.names import PARTS
from meshdesk.capture.pack import pack
from meshdesk.capture.parts import PlacedSamples
from meshdesk.capture.reader import Capture, open_captures
from meshdesk.capture.records import read_batch
from meshdesk.capture.samples import read_samples
from meshdesk.capture.seal import seal
from meshdesk.capture.writer import Writer

HERE = Path(__file__).parent
SEGMENT = 12_000  # bytes: some five generations


def main() -> None:
    """Writes v2.meshcap beside itself."""
    home = Path(tempfile.mkdtemp())
    (old,) = open_captures(HERE / "v1.meshcap")
    folder = home / "capture"
    folder.mkdir()
    manifest = {**old.store.manifest, "version": 2, "id": "00000000000000000000000000000002"}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1), "utf-8")
    half = len(old.batches) // 2
    for number, batches in enumerate((range(half), range(half, len(old.batches)))):
        writer = Writer(folder, SEGMENT)
        if number:  # what is dropped takes its samples along
            copy_samples(old, writer, old.samples)
        else:
            writer.facts(old.take_facts())
        for at in batches:
            copy_batch(old, at, writer)
        if number:
            drop_and_seal(folder, writer)
        writer.close()
    pack([folder], HERE / "v2.meshcap")
    old.close()
    shutil.rmtree(home)


def copy_batch(old: Capture, at: int, writer: Writer) -> None:
    placed = old.batches[at]
    topic = writer.topic(placed.topic, f"id of {placed.topic}")
    spans = [
        Span(topic, s.partition, s.begin, s.end, s.rows, s.first, s.last, s.end_seen, s.flags)
        for s in placed.batch.spans
    ]
    writer.records(topic, read_batch(old, placed), spans, placed.batch.seen)


def copy_samples(old: Capture, writer: Writer, samples: Sequence[PlacedSamples]) -> None:
    for number, batch in read_samples(old, samples):
        rows = []
        for row in batch.to_pylist():
            line = old.series[number, row["series"]]
            rows.append((row["seen"], writer.series(line["of"], line["name"], line["partition"]), row["value"]))
        writer.samples(rows)


def drop_and_seal(folder: Path, writer: Writer) -> None:
    (capture,) = open_captures(folder)
    first, *others = capture.generations
    writer.drop(first.name, first.rows, {name: part.rows for name, part in first.parts.items()})
    for generation in others[:-1]:
        seal(capture, generation)
        remove(folder, generation.name, PARTS)
    remove(folder, first.name)
    capture.close()


if __name__ == "__main__":
    main()
