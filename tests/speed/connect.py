"""How soon the palette answers each key in a mesh of ten thousand topics."""

import tempfile
from pathlib import Path

from tests.speed.captures import write_names
from tests.speed.figures import figure, share
from tests.speed.window import in_window

TOPICS = 10_000
ROUNDS = 40  # words typed and taken back: some 600 keys
KEY = 16.0  # ms; a frame of a screen


def main() -> None:
    """The figure connect.palette, in ms."""
    palette()


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
