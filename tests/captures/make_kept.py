"""How kept.meshcap was made, once: `python -m tests.captures.make_kept`. Format version 2, with kept samples.

The records and samples of v1.meshcap in generations, most of which are dropped and their samples kept: of writer 1 in one
file that was joined, of writer 2 in files of their own and in generations. It is stored so that it opens for ever and is never
made again.
"""

import json
import shutil
import tempfile
from pathlib import Path

from meshdesk.capture.files import remove, remove_file
from meshdesk.capture.kept import join, keep
from meshdesk.capture.names import PARTS
from meshdesk.capture.pack import pack
from meshdesk.capture.reader import Capture, open_captures
from meshdesk.capture.seal import seal
from meshdesk.capture.writer import Writer
from tests.captures.make_v2 import HERE, copy_batch, copy_samples

SEGMENT = 3_000  # bytes: a generation for most batches


def main() -> None:
    """Writes kept.meshcap beside itself."""
    home = Path(tempfile.mkdtemp())
    (old,) = open_captures(HERE / "v1.meshcap")
    folder = home / "capture"
    folder.mkdir()
    manifest = {**old.store.manifest, "version": 2, "id": "00000000000000000000000000000003"}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1), "utf-8")
    for number in (1, 2):
        writer = Writer(folder, SEGMENT)
        samples = [placed for placed in old.samples if placed.writer == number]
        for at, placed in enumerate(old.batches):
            if placed.writer == number:
                copy_samples(old, writer, samples[:1])
                samples = samples[1:]
                copy_batch(old, at, writer)
        copy_samples(old, writer, samples)
        if number == 2:
            drop_and_keep(folder, writer)
        writer.close()
    pack([folder], HERE / "kept.meshcap")
    old.close()
    shutil.rmtree(home)


def drop_and_keep(folder: Path, writer: Writer) -> None:
    """Down to the last two generations, of which the first is sealed."""
    (capture,) = open_captures(folder)
    while len(capture.generations) > 2:
        oldest = capture.generations[0]
        keep(capture, oldest)
        counts = {name: rows.first for name, rows in capture.topics.items() if rows.first}
        counts |= {name: capture.topics[name].first + part.rows for name, part in oldest.parts.items()}
        writer.drop(oldest.name, capture.dropped + oldest.rows, counts, (1, 0))
        capture.refresh()
        remove(folder, oldest.name)
    join_first(folder, capture)
    seal(capture, capture.generations[0])
    remove(folder, capture.generations[0].name, PARTS)
    capture.close()


def join_first(folder: Path, capture: Capture) -> None:
    files = [kept for kept in capture.kept if kept.writer == 1]
    join(capture, files)
    for kept in files:
        remove_file(folder / kept.name)
    capture.refresh()


if __name__ == "__main__":
    main()
