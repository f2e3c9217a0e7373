"""How long the window takes to show, from the start of its process, beside a bare PySide6 window started in turn."""

import os
import subprocess
import sys
import time

from tests.speed.figures import figure, in_turn

ROUNDS = 9

# Both print when the first widget is painted and end at once; the clock began before the process did.
FIRST_PAINT = """
import os, sys, time
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication
class Filter(QObject):
    def eventFilter(self, seen, event):
        if event.type() == QEvent.Type.Paint:
            sys.stdout.write(str(time.time() - float(os.environ["BEGAN"])))
            sys.stdout.flush()
            os._exit(0)
        return False
app = QApplication([])
first = Filter()
app.installEventFilter(first)
"""
BARE = """
from PySide6.QtWidgets import QMainWindow
window = QMainWindow()
window.resize(1440, 900)
window.show()
app.exec()
"""
OURS = """
from meshdesk.program import main
main([])
"""


def main() -> None:
    """The figure start.window, in seconds."""
    ours, bare = in_turn(ROUNDS, lambda: _shown(OURS), lambda: _shown(BARE))
    figure("start.window", "s", ours, bare, "<= 2 x a bare PySide6 window", ours <= 2 * bare)


def _shown(program: str) -> float:
    # As a person starts it: with compiled modules beside the sources, also where a developer's shell forbids them.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["BEGAN"] = str(time.time())
    done = subprocess.run(
        [sys.executable, "-c", FIRST_PAINT + program], env=environment, capture_output=True, timeout=60, text=True
    )
    if not done.stdout:
        raise SystemExit(f"no window was shown: {done.stderr[-2000:]}")
    return float(done.stdout)


if __name__ == "__main__":
    main()
