"""A real window that is driven: in a process of its own, with the session and the child programs that users have.

What is done in it stands in acts.py. This module is what the window's process holds besides the program, so it is small.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeAlias

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from meshdesk.capture.store import SIZE_LIMIT
from meshdesk.session.opened import Opened
from meshdesk.ui import theme
from meshdesk.ui.options import Options
from meshdesk.ui.remembered import Remembered
from meshdesk.ui.running import Running
from meshdesk.ui.window import Window

STEP_MS = 1  # between two looks at whether what an act waits for is there
STEP_ASIDE_MS = 6  # a beat is 33; 33 steps in it took a twentieth of what is measured (2026-11)
SIZE = (1440, 900)
PATIENCE = 540.0  # s of a whole act
REPO = Path(__file__).resolve().parents[2]

Report: TypeAlias = dict[str, Any]
Act: TypeAlias = Generator[None, None, Report]


def in_window(
    act: str,
    *words: str,
    seen: Callable[[int], object] = lambda pid: None,
    limit: int = SIZE_LIMIT,
    patience: float = PATIENCE,
) -> Report:
    """Runs a function of acts.py in a window, whose captures stay below `limit` bytes; what it reports within so many seconds.

    `seen` is called with the window's pid several times a second.
    """
    program = f"from tests.speed import acts, window; window.drive(acts.{act}, {limit}, {patience})"
    with tempfile.TemporaryDirectory(prefix="meshdesk-speed-") as home:
        environment = {**os.environ, "MESHDESK_CAPTURES": str(Path(home) / "captures")}
        if sys.platform.startswith("linux") and not {"DISPLAY", "WAYLAND_DISPLAY"} & environment.keys():
            environment.setdefault("QT_QPA_PLATFORM", "offscreen")
        line = [sys.executable, "-c", program, *words]
        pipe = subprocess.PIPE
        with subprocess.Popen(line, env=environment, cwd=REPO, stdout=pipe, stderr=pipe) as window:
            while True:
                seen(window.pid)
                with suppress(subprocess.TimeoutExpired):
                    out, err = window.communicate(timeout=0.2)
                    break
    if window.returncode or not out:
        raise SystemExit(f"The window ended in the middle of “{act}”: {err.decode(errors='replace')[-2000:]}")
    report: Report = json.loads(out)
    return report


def drive(act: Callable[..., Act], limit: int = SIZE_LIMIT, patience: float = PATIENCE) -> None:
    """What the process of the window runs: the act, one step a millisecond, and then its report on stdout."""
    app = QApplication(sys.argv[:1])
    theme.load_fonts()
    theme.apply(app, "light")
    window = Window(Remembered(None), None)
    window.resize(*SIZE)
    window.show()
    app.processEvents()
    driven = Driven(Running(window, Options(capture_limit=limit), app.quit), window)
    steps = act(driven, *sys.argv[1:])
    until = time.monotonic() + patience
    reports: list[Report] = []

    def step() -> None:
        try:
            next(steps)
        except StopIteration as end:
            reports.append(end.value)
            app.quit()
        if time.monotonic() > until:
            sys.stderr.write(f"it took longer than {patience:.0f} s\n")
            app.quit()

    driven.steps.timeout.connect(step)
    driven.steps.start(STEP_MS)
    hook, sys.excepthook = sys.excepthook, lambda *error: (hook(*error), app.exit(1))
    code = app.exec()
    driven.running.end()
    if reports and not code:
        print(json.dumps(reports[0]), flush=True)


class Driven(QObject):
    """The window, what runs behind it, and when its list was last drawn whole."""

    def __init__(self, running: Running, window: Window) -> None:
        super().__init__()
        self.running, self.window, self.beat = running, window, running.beat
        self.table = window.frame.records.table
        self.whole = 0.0  # perf_counter at which the list had last been drawn with every row on the screen there
        self.columns = 0.0  # and with their columns at least
        self.table.viewport().installEventFilter(self)
        self.steps = QTimer(self)  # of the act
        self.steps.setTimerType(Qt.TimerType.PreciseTimer)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """While the work of the window's thread is measured: it is not seen when the list is drawn, and few steps are done."""
        self.table.viewport().removeEventFilter(self)
        self.steps.setInterval(STEP_ASIDE_MS)
        try:
            yield
        finally:
            self.steps.setInterval(STEP_MS)
            self.table.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        records = self.window.frame.records
        if event.type() == QEvent.Type.Paint and self.table.records.rows and records.has_columns:
            is_whole = records.is_complete
            # The event loop comes back when it has been drawn and handed over.
            QTimer.singleShot(0, lambda: self._drawn(is_whole))
        return False

    def _drawn(self, is_whole: bool) -> None:
        self.columns = time.perf_counter()
        self.whole = self.columns if is_whole else self.whole

    def open(self, folder: str) -> Generator[None, None, Opened]:
        """Opens a capture."""
        opened = self.window.session.open_file(Path(folder))
        while opened.state == "opening":
            yield
        if opened.state == "failed":
            raise SystemExit(f"{folder} could not be opened")
        return opened

    def calm(self) -> Generator[None, None, None]:
        """Until nothing is on its way."""
        while not (self.window.session.idle() and self.window.frame.records.is_complete):
            yield

    def stands_by(self) -> Generator[None, None, None]:
        """Waits until the look program's spare and the work program stand, which start after the first rows."""
        while len(self.window.session.pids["look"]) < 2 or not self.window.session.pids["work"]:
            yield
        yield from wait(1.0)


def wait(seconds: float) -> Generator[None, None, None]:
    """So many seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        yield
