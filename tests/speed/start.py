"""How long the window takes to show, from the start of its process, beside a bare PySide6 window started in turn.

Where `make package` has made a program, that one is measured, too; `python -m tests.speed.start PROGRAM` names another.
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.speed.figures import figure, in_turn

ROUNDS = 9
PACKAGED = Path(__file__).resolve().parents[2] / "dist" / "meshdesk" / "meshdesk"
GOAL = "<= 2 x a bare PySide6 window"

# Prints when the first widget is painted and ends at once; the clock began before the process did.
BARE = """
import os, sys, time
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QMainWindow
class Filter(QObject):
    def eventFilter(self, seen, event):
        if event.type() == QEvent.Type.Paint:
            sys.stdout.write(str(time.time()))
            sys.stdout.flush()
            os._exit(0)
        return False
app = QApplication([])
first = Filter()
app.installEventFilter(first)
window = QMainWindow()
window.resize(1440, 900)
window.show()
app.exec()
"""


def main(programs: Sequence[str]) -> None:
    """The figure start.window in seconds, and start.window.packaged for a program that was named."""
    lines = [[sys.executable, "-m", "meshdesk"], *([program] for program in programs)]
    runs = [lambda line=line: shown([*line, "--until-painted"]) for line in lines]
    *ours, bare = in_turn(ROUNDS, *runs, lambda: shown([sys.executable, "-c", BARE]))
    for name, taken in zip(("start.window", "start.window.packaged"), ours, strict=False):
        figure(name, "s", taken, bare, GOAL, taken <= 2 * bare)


def shown(line: Sequence[str]) -> float:
    """Seconds from the start of a process, which prints when its window was painted, to that."""
    # As a person starts it: with compiled modules beside the sources, also where a developer's shell forbids them.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    began = time.time()
    done = subprocess.run(line, env=environment, capture_output=True, timeout=60, text=True)
    if not done.stdout:
        raise SystemExit(f"no window was shown: {done.stderr[-2000:]}")
    return float(done.stdout) - began


if __name__ == "__main__":
    main(sys.argv[1:] or [str(PACKAGED)] * PACKAGED.exists())
