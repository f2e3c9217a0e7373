"""What the window and its child programs hold in memory: ten million records collected, all of them scrolled, the tail followed."""

import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.speed.figures import figure
from tests.speed.kafka import fill, load, loaded_broker, make_topic
from tests.speed.processes import CHILDREN, Resident
from tests.speed.window import in_window

ROWS = 10_000_000
VALUE = 100  # bytes; so that all of them stay within the limit of a capture
RATE = 20_000  # records/s
FOLLOWED = 180.0  # s
LEAST_FOLLOWED = 0.9  # of what was produced, or nothing was measured
WINDOW = 350.0  # MB


def main() -> None:
    """The figures memory.window, and reported memory.collect, memory.look and memory.work, in MB resident at most."""
    with loaded_broker() as broker, tempfile.TemporaryDirectory(prefix="meshdesk-speed-") as home:
        topic, mark = make_topic(broker, "memory", 4), Path(home) / "mark"
        fill(broker, topic, ROWS, VALUE)
        resident = Resident()
        words = (broker.bootstrap, topic, str(ROWS), str(FOLLOWED), str(mark))
        with ExitStack() as loads:

            def seen(pid: int) -> None:
                resident.look(pid)
                if mark.exists():
                    mark.unlink()
                    loads.enter_context(load(broker, topic, RATE, FOLLOWED))

            report = in_window("scroll_and_follow", *words, seen=seen)
    if report["followed"] < LEAST_FOLLOWED * RATE * FOLLOWED:
        raise SystemExit(f"Only {report['followed']} records arrived while the tail was followed")
    held = resident.peak("window")
    figure("memory.window", "MB", held, None, "<= 350 MB resident", held <= WINDOW)
    for name in CHILDREN:
        figure(f"memory.{name}", "MB", resident.peak(name), None, "reported", None)


if __name__ == "__main__":
    main()
