"""Copy diagnosis: the text is written by a thread, and goes to the clipboard when it is there."""

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication

from meshdesk.model.wording import count
from meshdesk.session.diagnosis import Asked, asked, written
from meshdesk.session.parts import Inventory
from meshdesk.ui import theme

if TYPE_CHECKING:
    from meshdesk.ui.window import Window


class Diagnosing:
    """One diagnosis of one window; `refresh` is called at each beat until it is done."""

    def __init__(self, window: "Window") -> None:
        self.is_done = False
        self._window = window
        self._text: str | None = None
        told = asked(window.session, window.settings, window.troubles, display(window))
        threading.Thread(target=self._write, args=(told,), name="diagnosis", daemon=True).start()

    def refresh(self) -> None:
        if self._text is not None and not self.is_done:
            self.is_done = True
            QGuiApplication.clipboard().setText(self._text)
            lines = count(self._text.count("\n"))
            self._window.toast.say(
                f"Copied the diagnosis, {lines} lines without names and secrets. Read it before you send it."
            )

    def _write(self, told: Asked) -> None:
        self._text = written(told, Inventory(str(qVersion())).wait())


def display(window: "Window") -> list[str]:
    """The screens, and how the window is shown on them."""
    screens = [
        f"{screen.size().width()}x{screen.size().height()} at {screen.devicePixelRatio():g}, "
        f"{screen.logicalDotsPerInch():.0f} dpi"
        for screen in QGuiApplication.screens()
    ]
    looks = "dark" if theme.colours().is_dark else "light"
    return [
        f"platform {QGuiApplication.platformName()}",
        f"screens: {'; '.join(screens)}",
        f"window {window.width()}x{window.height()} at {window.devicePixelRatioF():g}, {looks}, {window.pages.shown}",
    ]
