"""The window program: makes the application, opens what was named, and runs until the window is closed."""

import json
import logging
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from meshdesk.model.trouble import Trouble
from meshdesk.session.connection import Connection
from meshdesk.session.session import Session
from meshdesk.ui import theme
from meshdesk.ui.beat import Beat
from meshdesk.ui.remembered import Remembered, config_folder
from meshdesk.ui.script import PATIENCE, TOUR_PATIENCE, Script, arrive, picture, tour
from meshdesk.ui.theme import Choice
from meshdesk.ui.window import Window

LOG = logging.getLogger("meshdesk.ui")
PICTURE_SIZE = (1440, 900)
QT_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks of the window."""

    files: tuple[Path, ...] = ()
    connections: tuple[Connection, ...] = ()
    through: tuple[str, ...] | None = None  # a verb that prepares a mesh and says where it is (the demo)
    through_title: str = "Demo"
    demo: tuple[str, ...] | None = None  # the verb that the start page offers; None where there is no demo
    view: str = ""  # a name of ui.views.VIEWS; "" is the view that fits
    select: str = ""  # a topic, or a record as topic[partition]@offset
    size: tuple[int, int] | None = None  # of the window, in device-independent pixels
    scale: float = 1.0
    theme: Choice | None = None  # None: as it was left
    screenshot: Path | None = None  # write this picture and leave
    screenshots: Path | None = None  # a bounded run without anybody: pictures into this folder
    seconds: float = 20.0  # how long that run lasts once records can arrive
    beat_report: Path | None = None  # figures of the beat, as JSON, at the end
    config: Path | None = None  # the folder of what is remembered; None: the platform's


def run(options: Options) -> int:
    """Runs the window until it is closed, or until the pictures are taken. Gives the exit code."""
    if options.scale != 1.0:
        os.environ["QT_SCALE_FACTOR"] = f"{options.scale:g}"  # read by Qt when the application is made
    qInstallMessageHandler(_log_qt)
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    session = Session()
    try:
        return _run(app, session, options)
    finally:
        session.close()


def _run(app: QApplication, session: Session, options: Options) -> int:
    takes_pictures = options.screenshot is not None or options.screenshots is not None
    QGuiApplication.setApplicationDisplayName("MeshDesk")
    QGuiApplication.setQuitOnLastWindowClosed(False)  # closing the window quits, once
    QGuiApplication.setDesktopFileName("meshdesk")
    remembered = Remembered(None if takes_pictures else options.config or config_folder())
    theme.load_fonts()
    theme.apply(app, options.theme or _remembered_theme(remembered))
    window = Window(session, remembered, options.demo)
    _size(window, options, remembered, takes_pictures)
    _open(session, options)
    if options.view == "start":
        window.show_start()
    script = _script(window, options)
    beat = Beat(session, lambda: _beat(app, window, script))
    hook = sys.excepthook
    sys.excepthook = _excepthook(window)
    signals = {number: signal.signal(number, lambda *_: window.close()) for number in (signal.SIGINT, signal.SIGTERM)}
    window.closing.connect(app.quit)
    try:
        window.show()
        beat.start()
        app.exec()
    finally:
        beat.stop()
        window.closing.disconnect(app.quit)
        window.close()
        window.deleteLater()
        sys.excepthook = hook
        for number, handler in signals.items():
            signal.signal(number, handler)
        if options.beat_report is not None:
            options.beat_report.write_text(json.dumps(beat.report()) + "\n", encoding="utf-8")
    if not takes_pictures or script is None:
        return 0
    if script.sentence:
        sys.stderr.write(f"{script.sentence}\n")
    return 1 if script.code is None else script.code


def _open(session: Session, options: Options) -> None:
    for path in options.files:
        session.open_file(path)
    for connection in options.connections:
        session.connect(connection)
    if options.through is not None:
        session.open_through(options.through, options.through_title)


def _script(window: Window, options: Options) -> Script | None:
    if options.screenshot is not None:
        return Script(picture(window, options.screenshot, options.view, options.select), PATIENCE)
    if options.screenshots is not None:
        return Script(tour(window, options.screenshots, options.seconds), TOUR_PATIENCE)
    if options.select:
        return Script(arrive(window, options.select), TOUR_PATIENCE)
    return None


def _beat(app: QApplication, window: Window, script: Script | None) -> None:
    window.refresh()
    if script is None or script.code is not None:
        return
    script.step()
    if script.code is None:
        return
    if window.is_for_pictures:
        app.quit()
    elif script.sentence:
        window.toast.say(script.sentence)


def _size(window: Window, options: Options, remembered: Remembered, takes_pictures: bool) -> None:
    if takes_pictures:
        window.is_for_pictures = True
        window.setFixedSize(*(options.size or PICTURE_SIZE))  # a window manager has no say in the size of a picture
        return
    size = options.size or tuple(remembered.numbers("window/size"))
    screen = QGuiApplication.primaryScreen().availableGeometry()
    width, height = size if len(size) == 2 else PICTURE_SIZE
    window.resize(min(width, screen.width()), min(height, screen.height()))


def _remembered_theme(remembered: Remembered) -> theme.Choice:
    word = remembered.text("window/theme")
    return next((choice for choice in theme.CHOICES if choice == word), "system")


def _excepthook(
    window: Window,
) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    """A mistake of ours costs a sentence in the trouble bar and a line in the log, never the window."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            window.close()
            return
        last = traceback.extract_tb(trace)[-1:] if trace else []
        where = f" ({Path(last[0].filename).name}, line {last[0].lineno})" if last else ""
        LOG.error("a mistake in the window", exc_info=(kind, error, trace))
        text = f"MeshDesk made a mistake while drawing or acting: {kind.__name__}{where}."
        advice = "The window goes on; copy the log into a report to have it mended."
        window.report(Trouble(text, advice, "window", "bad", time.time_ns() // 1_000_000))

    return hook


def _log_qt(kind: QtMsgType, _context: object, text: str) -> None:
    if "propagateSizeHints" not in text:  # the offscreen plugin says this of every window; it means nothing
        LOG.log(QT_LEVELS.get(kind, logging.WARNING), "Qt: %s", text)
