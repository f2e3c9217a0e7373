"""How long after a jump into ten million rows the screen shows them, beside a move to rows that the window has at hand."""

import tempfile
from pathlib import Path

from tests.speed.captures import TOPIC, write_orders
from tests.speed.figures import figure, share
from tests.speed.window import in_window

COLUMNS = 33.0  # ms
PREVIEWS = 100.0  # ms


def main() -> None:
    """The figures jump.columns and jump.previews, p99 of 300 jumps in ms; jump.half, the median, is reported."""
    with tempfile.TemporaryDirectory(prefix="meshdesk-speed-") as home:
        capture = write_orders(Path(home) / "orders")
        took = in_window("jump", str(capture), TOPIC)
    columns, whole, near = (share(took[kind], 0.99) for kind in ("columns", "ms", "near"))
    figure("jump.columns", "ms", columns, near, "p99 <= 33 ms after the input", columns <= COLUMNS)
    figure("jump.previews", "ms", whole, near, "p99 <= 100 ms after the input", whole <= PREVIEWS)
    figure("jump.half", "ms", share(took["ms"], 0.5), share(took["near"], 0.5), "reported", None)


if __name__ == "__main__":
    main()
