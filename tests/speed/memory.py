"""What the window and its child programs hold in memory: ten million records collected, all of them scrolled, the tail followed."""

import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path

import psutil

from meshdesk.demo.broker import Broker
from tests.speed.figures import figure
from tests.speed.kafka import fill, load, loaded_broker, make_topic
from tests.speed.window import in_window

ROWS = 10_000_000
VALUE = 100  # bytes; so that all of them stay within the limit of a capture
RATE = 20_000  # records/s
FOLLOWED = 180.0  # s
LEAST_FOLLOWED = 0.9  # of what was produced, or nothing was measured
WINDOW = 350.0  # MB
CHILDREN = ("collect", "look", "work")


class Watch:
    """The largest resident size of each program, in MB; and when the mark is made, the load begins."""

    def __init__(self, broker: Broker, topic: str, mark: Path) -> None:
        self.peaks = dict.fromkeys(("window", *CHILDREN), 0.0)
        self.load = ExitStack()
        self._broker, self._topic, self._mark = broker, topic, mark
        self._loads = False

    def __call__(self, pid: int) -> None:
        with suppress(psutil.Error):
            window = psutil.Process(pid)
            self._see("window", window)
            for child in window.children():
                words = child.cmdline()
                for name in CHILDREN:
                    if name in words:
                        self._see(name, child)
        if self._mark.exists() and not self._loads:
            self._loads = True
            self.load.enter_context(load(self._broker, self._topic, RATE, FOLLOWED))

    def _see(self, name: str, process: psutil.Process) -> None:
        self.peaks[name] = max(self.peaks[name], process.memory_info().rss / 1e6)


def main() -> None:
    """The figures memory.window, and reported memory.collect, memory.look and memory.work, in MB resident at most."""
    with loaded_broker() as broker, tempfile.TemporaryDirectory(prefix="meshdesk-speed-") as home:
        topic, mark = make_topic(broker, "memory", 4), Path(home) / "mark"
        fill(broker, topic, ROWS, VALUE)
        watch = Watch(broker, topic, mark)
        words = (broker.bootstrap, topic, str(ROWS), str(FOLLOWED), str(mark))
        with watch.load:
            report = in_window("scroll_and_follow", *words, seen=watch)
    if report["followed"] < LEAST_FOLLOWED * RATE * FOLLOWED:
        raise SystemExit(f"Only {report['followed']} records arrived while the tail was followed")
    held = watch.peaks["window"]
    figure("memory.window", "MB", held, None, "<= 350 MB resident", held <= WINDOW)
    for name in CHILDREN:
        figure(f"memory.{name}", "MB", watch.peaks[name], None, "reported", None)


if __name__ == "__main__":
    main()
