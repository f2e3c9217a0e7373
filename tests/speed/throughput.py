"""How long a frame of the throughput view takes: an hour of samples at one a second of 50 topics, each with a curve of its own."""

import tempfile
from pathlib import Path

import numpy as np

from meshdesk.capture.manifest import create_capture
from meshdesk.capture.writer import Writer
from meshdesk.model.fact import Checked, Fact
from tests.speed.captures import BEGAN
from tests.speed.figures import figure, share
from tests.speed.window import in_window

TOPICS = 50
SECONDS = 3_600
MANY, MANY_SECONDS = (
    1_000,
    300,
)  # topics of six partitions, reported: how long curves of a large mesh take in their thread
FRAME = 16.0  # ms


def main() -> None:
    """The figures throughput.frame, throughput.lines, throughput.stacked and throughput.pointer in ms, and throughput.curves in s."""
    with tempfile.TemporaryDirectory(prefix="meshdesk-speed-") as home:
        took = in_window("throughput", str(_recording(Path(home) / "hour", TOPICS, 1, SECONDS)), str(TOPICS))
        size = f"of {took['curves']} curves of {took['columns']} columns"
        frame = share(took["frames"], 0.99)
        goal = f"p99 <= 16 ms of work {size}, other ones on {took['moved']} of {len(took['frames'])} beats"
        figure("throughput.frame", "ms", frame, None, goal, frame <= FRAME)
        lines = share(took["lines"], 0.99)
        figure("throughput.lines", "ms", lines, None, "reported, the clock of a paint, all drawn anew", None)
        stacked = share(took["stacked"], 0.99)
        figure("throughput.stacked", "ms", stacked, None, "reported, the same one upon the other", None)
        pointer = share(took["pointer"], 0.99)
        figure("throughput.pointer", "ms", pointer, None, "reported, while the pointer moves", None)
        beat = share(took["beats"], 0.99)
        figure("throughput.beat", "ms", beat, None, "p99 <= 16 ms of a beat while curves arrive", beat <= FRAME)
        figure("throughput.curves", "s", max(took["made"]), None, "reported, in a thread", None)
        took = in_window("throughput", str(_recording(Path(home) / "many", MANY, 6, MANY_SECONDS)), "10")
        figure(
            "throughput.many.curves", "s", max(took["made"]), None, f"reported, {MANY:,} topics × 6 partitions", None
        )


def _recording(folder: Path, topics: int, partitions: int, seconds: int) -> Path:
    """A capture of so many topics whose end offsets were sampled once a second, at rates that go up and down."""
    create_capture(folder, "the speed scripts", "127.0.0.1:9092")
    writer = Writer(folder)
    names = [f"domain-{k % 10}.event-{k:04d}.v1" for k in range(topics)]
    facts = [Fact("topic", name, {"partitions": partitions, "internal": False}, BEGAN, "kafka") for name in names]
    writer.facts([*facts, Checked("kafka", BEGAN, BEGAN)])
    series = [writer.series("end", name, partition) for name in names for partition in range(partitions)]
    waves = 1 + 0.5 * np.sin(np.arange(seconds)[:, None] / 200 + np.arange(len(series)))
    grown = np.random.default_rng(3).poisson(waves * (50 + 15 * np.arange(len(series)) % 900)).cumsum(axis=0).tolist()
    for second in range(seconds):
        writer.samples([(BEGAN + 1_000 * second, *sample) for sample in zip(series, grown[second], strict=True)])
    writer.close()
    return folder


if __name__ == "__main__":
    main()
