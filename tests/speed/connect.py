"""How soon a mesh of two thousand topics stands in the explorer, and the palette answers each key in one of ten thousand."""

import subprocess
import tempfile
import time
from pathlib import Path

from meshdesk.demo.broker import Broker
from tests.speed.captures import write_names
from tests.speed.figures import figure, median, share
from tests.speed.kafka import loaded_broker, make_topics
from tests.speed.window import in_window

MESH = 2_000  # topics
CONNECTED = 3  # times, of which the median counts
EXPLORER = 2.0  # s

TOPICS = 10_000
ROUNDS = 40  # words typed and taken back: some 600 keys
KEY = 16.0  # ms; a frame of a screen


def main() -> None:
    """The figures connect.explorer in s, beside kcat -L, which prints the same topics, and connect.palette in ms."""
    explorer()
    palette()


def explorer() -> None:
    """From the press of Connect until every topic stands in the explorer, with its programs already running."""
    with loaded_broker() as broker:
        make_topics(broker, [f"team-{number % 40}.domain.topic-{number}" for number in range(MESH)])
        theirs = median([_listed(broker) for _ in range(CONNECTED)])
        ours = median([float(in_window("connect", broker.bootstrap, str(MESH))["seconds"]) for _ in range(CONNECTED)])
        figure("connect.explorer", "s", ours, theirs, f"<= 2 s with {MESH:,} topics", ours <= EXPLORER)


def _listed(broker: Broker) -> float:
    """s that kcat takes; every topic must be there."""
    began = time.perf_counter()
    said = subprocess.run(["kcat", "-L", "-b", broker.bootstrap], capture_output=True, text=True, check=True).stdout
    took = time.perf_counter() - began
    if said.count(".domain.topic-") < MESH:
        raise SystemExit(f"kcat saw only {said.count('.domain.topic-')} topics")
    return took


def palette() -> None:
    """p99 from a key until what it found stands on the screen."""
    with tempfile.TemporaryDirectory(prefix="meshdesk-speed-") as home:
        took = in_window("palette", str(write_names(Path(home) / "mesh", TOPICS)), str(ROUNDS))
    if took["entries"] < TOPICS:
        raise SystemExit(f"only {took['entries']} topics were known")
    p99 = share(took["ms"], 0.99)
    figure("connect.palette", "ms", p99, None, f"p99 <= 16 ms with {took['entries']:,} topics", p99 <= KEY)


if __name__ == "__main__":
    main()
