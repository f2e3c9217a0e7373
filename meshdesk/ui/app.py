"""The window program: makes the application, shows the window, and runs until it is closed."""

import os
import signal
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

from meshdesk.session.folders import config_folder
from meshdesk.session.resources import resource
from meshdesk.session.settings import Settings
from meshdesk.ui import effects, theme
from meshdesk.ui.messages import take_messages
from meshdesk.ui.options import Options
from meshdesk.ui.remembered import Remembered
from meshdesk.ui.window import Window

if TYPE_CHECKING:  # imported after the first paint
    from meshdesk.ui import running

__all__ = ["Options", "run"]

PICTURE_SIZE = (1440, 900)
UNSEEN_MS = 500  # a window that is never painted (minimised from the start) gets its session all the same
SCALE = "QT_SCALE_FACTOR"
NO_DISPLAY = (
    "There is no display: neither DISPLAY nor WAYLAND_DISPLAY is set. Start MeshDesk on a desktop; "
    "without one, --screenshot writes a picture, and tail, read and collect work in the terminal."
)


def run(options: Options) -> int:
    """Runs the window until it is closed, or until the pictures are taken. Gives the exit code."""
    settings = Settings(_folder(options))
    scale = options.scale * settings.number("window_scale") / 100
    if scale != 1.0:
        os.environ[SCALE] = f"{scale * _scale_so_far():g}"  # read by Qt when the application is made
    if not has_display():
        if not options.takes_pictures:
            sys.stderr.write(f"{NO_DISPLAY}\n")
            return 1
        os.environ["QT_QPA_PLATFORM"] = "offscreen"  # pictures are the same there, pixel by pixel
    release = take_messages()
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    release()
    return _Program(app, options, settings).run()


class _Program:
    """One run: the window first, and what runs behind it after the first paint."""

    def __init__(self, app: QApplication, options: Options, settings: Settings) -> None:
        self._app = app
        self._options = options
        self._running: running.Running | None = None
        self._has_failed = False
        self._settings = settings
        remembered = Remembered(_folder(options))
        QGuiApplication.setApplicationDisplayName("MeshDesk")
        QGuiApplication.setDesktopFileName("meshdesk")
        QGuiApplication.setQuitOnLastWindowClosed(False)  # closing the window quits, once
        theme.load_fonts()
        _take_over(settings, remembered)
        effects.dress(app, settings, options.theme)
        self._window = Window(remembered, options.demo, settings)
        _size(self._window, options, remembered)

    def run(self) -> int:
        """Runs until the window is closed or the script has ended."""
        window = self._window
        hook = sys.excepthook
        sys.excepthook = self._excepthook
        both = (signal.SIGINT, signal.SIGTERM)
        signals = {number: signal.signal(number, lambda *_: window.close()) for number in both}
        window.closing.connect(self._app.quit)
        first_paint = _FirstPaint(self._app) if self._options.until_painted else None
        if first_paint is None:
            window.painted.connect(self._begin)
            QTimer.singleShot(UNSEEN_MS, self._begin)
        try:
            window.show()
            self._app.exec()
        finally:
            window.closing.disconnect(self._app.quit)
            if first_paint is None:
                window.painted.disconnect(self._begin)
            window.close()
            window.deleteLater()
            if self._running is not None:
                self._running.end()
            self._settings.close()
            sys.excepthook = hook
            for number, handler in signals.items():
                signal.signal(number, handler)
        if self._running is not None and self._running.sentence:
            sys.stderr.write(f"{self._running.sentence}\n")
        if self._running is None:
            return 0 if self._options.until_painted and not self._has_failed else 1
        return 1 if self._has_failed else self._running.code

    def _begin(self) -> None:
        """After the first paint: the session takes as long to import as the window took to be shown."""
        if self._running is None and not self._window.is_closed:
            from meshdesk.ui.running import Running  # after the first paint, see above

            QGuiApplication.setWindowIcon(QIcon(str(resource("app/meshdesk.svg"))))  # a plug-in is loaded to draw it
            self._running = Running(self._window, self._options, self._app.quit)

    def _excepthook(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """A mistake of ours costs a sentence in the trouble bar and a line in the log, never the window."""
        # None of these is needed before something goes wrong.
        import logging
        import traceback

        from meshdesk.model.trouble import Trouble

        if issubclass(kind, KeyboardInterrupt):
            self._window.close()
            return
        last = traceback.extract_tb(trace)[-1:] if trace else []
        where = f" ({Path(last[0].filename).name}, line {last[0].lineno})" if last else ""
        logging.getLogger("meshdesk.ui").error("a mistake in the window", exc_info=(kind, error, trace))
        text = f"MeshDesk made a mistake while drawing or acting: {kind.__name__}{where}."
        advice = "The window goes on; copy the log into a report to have it mended."
        if self._options.takes_pictures:  # nobody would see the trouble bar
            self._has_failed = True
            sys.stderr.write(f"{text}\n")
            self._app.quit()
        else:
            self._window.report(Trouble(text, advice, "window", "bad", time.time_ns() // 1_000_000))


class _FirstPaint(QObject):
    """For tests/speed/start.py: says when a widget is first painted, in s since the epoch; that is all of this run."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        app.installEventFilter(self)

    def eventFilter(self, seen: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            sys.stdout.write(f"{time.time()}\n")
            self._app.removeEventFilter(self)
            QTimer.singleShot(0, self._app.quit)  # not before the painting has ended
        return False


def _scale_so_far() -> float:
    """What the environment asks of Qt already; it holds on top of what was chosen."""
    try:
        return float(os.environ.get(SCALE, "1"))
    except ValueError:
        return 1.0


def has_display() -> bool:
    """False on a Linux without a screen, where Qt would abort the process."""
    named = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
    return named or not sys.platform.startswith("linux") or QApplication.instance() is not None


def _size(window: Window, options: Options, remembered: Remembered) -> None:
    if options.takes_pictures:
        window.setFixedSize(*(options.size or PICTURE_SIZE))  # a window manager has no say in the size of a picture
        return
    size = options.size or tuple(remembered.numbers("window/size"))
    screen = QGuiApplication.primaryScreen().availableGeometry()
    width, height = size if len(size) == 2 else PICTURE_SIZE
    window.resize(min(width, screen.width()), min(height, screen.height()))


def _folder(options: Options) -> Path | None:
    """Where settings and what is remembered lie; None for pictures, which must not depend on a person."""
    return None if options.takes_pictures else options.config or config_folder()


def _take_over(settings: Settings, remembered: Remembered) -> None:
    """An early MeshDesk remembered the appearance elsewhere; the settings own it now."""
    word = remembered.text("window/theme")
    if word in ("light", "dark") and not settings.is_stored:
        settings.choose("appearance", word)
    if word:
        remembered.forget("window/theme")
