"""What a slow day costs: topics with a record a second each, and the offsets of 500 topics asked for every second."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa

from meshdesk.capture.files import disk_used
from meshdesk.capture.manifest import create_capture
from meshdesk.capture.writer import Writer
from meshdesk.model.fact import Fact
from tests.speed.captures import BATCH, BEGAN, PARTITIONS, orders, seal_finished, spans
from tests.speed.figures import figure, median
from tests.speed.window import in_window

DAY = 86_400  # s
TOPICS = 30
SAMPLED = 500  # topics
OPENED = 3  # times, of which the median counts
SIZE = 1.5  # x the same records in bulk
OPEN = 0.5  # s
SAMPLES = 120.0  # MB


def main() -> None:
    """The figures slow.size in MB, slow.open in s, slow.samples in MB; all of sealed captures."""
    with tempfile.TemporaryDirectory(prefix="meshdesk-speed-") as home:
        bulk = _written(Path(home) / "bulk", _in_bulk())
        slow = _written(Path(home) / "slow", _one_by_one())
        size, least = disk_used(slow) / 1e6, disk_used(bulk) / 1e6
        figure("slow.size", "MB", size, least, "<= 1.5 x in bulk", size <= SIZE * least)
        ours = median([_opened(slow) for _ in range(OPENED)])
        figure("slow.open", "s", ours, median([_opened(bulk) for _ in range(OPENED)]), "<= 0.5 s", ours <= OPEN)
        sampled = disk_used(_sampled(Path(home) / "samples")) / 1e6
        figure("slow.samples", "MB", sampled, None, "<= 120 MB", sampled <= SAMPLES)


def _opened(folder: Path) -> float:
    return float(in_window("look_in", str(folder), _topic(0))["seconds"])


def _in_bulk() -> Iterator[tuple[int, pa.RecordBatch]]:
    """(topic, records of it) one topic after the other, in batches as they come where much arrives."""
    for topic in range(TOPICS):
        for first in range(0, DAY, BATCH):
            yield topic, orders(np.arange(first, min(DAY, first + BATCH)))


def _one_by_one() -> Iterator[tuple[int, pa.RecordBatch]]:
    """The same, second by second."""
    for first in range(0, DAY, BATCH):
        batch = orders(np.arange(first, min(DAY, first + BATCH)))
        for at in range(batch.num_rows):
            record = batch.take([at])  # not a slice, of which Arrow would write more than its rows
            for topic in range(TOPICS):
                yield topic, record


def _written(folder: Path, batches: Iterator[tuple[int, pa.RecordBatch]]) -> Path:
    """A capture of these batches, sealed while it is written, as the keeper does it."""
    create_capture(folder, "the speed scripts", "127.0.0.1:9092")
    writer = Writer(folder)
    fields = {"id": "", "partitions": PARTITIONS, "internal": False}
    writer.facts([Fact("topic", _topic(number), fields, BEGAN, "kafka") for number in range(TOPICS)])
    topics = [writer.topic(_topic(number)) for number in range(TOPICS)]
    with _sealing(folder, writer) as seal:
        for number, batch in batches:
            seen = int(batch.column("timestamp")[0].as_py())
            writer.records(topics[number], batch, spans(topics[number], batch), seen)
            seal()
    return folder


def _sampled(folder: Path) -> Path:
    """A capture of the end offsets of topics, which move at rates from one record in a minute to a thousand a second."""
    create_capture(folder, "the speed scripts", "127.0.0.1:9092")
    writer = Writer(folder)
    chance = np.random.default_rng(5)
    series = [writer.series("end", _topic(number), 0) for number in range(SAMPLED)]
    rates = np.exp(chance.uniform(np.log(1 / 60), np.log(1000), SAMPLED))
    ends = chance.integers(1_000_000_000, size=SAMPLED)
    with _sealing(folder, writer) as seal:
        for second in range(DAY):
            ends += chance.poisson(rates)
            seen = BEGAN + 1000 * second + int(chance.integers(20))
            writer.samples(list(zip([seen] * SAMPLED, series, ends.tolist(), strict=True)))
            seal()
    return folder


@contextmanager
def _sealing(folder: Path, writer: Writer) -> Iterator[Callable[[], None]]:
    """Gives what seals the generations that are finished by now; at the end all of them."""
    growing = writer.generation

    def seal() -> None:
        nonlocal growing
        if writer.generation != growing:
            growing = writer.generation
            seal_finished(folder, growing)

    yield seal
    writer.close()
    seal_finished(folder)


def _topic(number: int) -> str:
    return f"slow-{number}"


if __name__ == "__main__":
    main()
