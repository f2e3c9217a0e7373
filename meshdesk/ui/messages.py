"""What Qt itself says: into the log, and in a sentence where it can open no window and would abort the process."""

import os
import sys
from collections.abc import Callable

from PySide6.QtCore import QtMsgType, qInstallMessageHandler

MEANINGLESS = "This plugin does not support"  # the offscreen platform says this of every window
NO_PLATFORM = "no Qt platform plugin could be initialized"  # the words of QGuiApplication before it aborts
ADVICE = (
    "Check DISPLAY, WAYLAND_DISPLAY and QT_QPA_PLATFORM. Where none of them is set, --screenshot writes a picture "
    "without a screen, and tail, read and collect work in the terminal."
)


def take_messages() -> Callable[[], None]:
    """From now on. What Qt warns of before there is an application is held: the first of it is the reason why there can be
    none, and is said in one sentence. The function that is returned logs what was held, once there is one."""
    held: list[tuple[QtMsgType, str]] | None = []

    def take(kind: QtMsgType, _context: object, text: str) -> None:
        if MEANINGLESS in text:
            return
        if kind == QtMsgType.QtFatalMsg and NO_PLATFORM in text:
            reason = next((text.strip().rstrip(".") for kind, text in held or () if kind == QtMsgType.QtWarningMsg), "")
            sys.stderr.write(f"No window can be opened: {reason or 'Qt has no screen'}. {ADVICE}\n")
            sys.stderr.flush()
            os._exit(1)  # Qt aborts behind this
        if held is None:
            _log(kind, text)
        else:
            held.append((kind, text))

    def release() -> None:
        nonlocal held
        said, held = held or [], None
        for kind, text in said:
            _log(kind, text)

    qInstallMessageHandler(take)
    return release


def _log(kind: QtMsgType, text: str) -> None:
    import logging  # Qt has seldom something to say

    levels = {QtMsgType.QtDebugMsg: logging.DEBUG, QtMsgType.QtInfoMsg: logging.INFO}
    logging.getLogger("meshdesk.ui").log(levels.get(kind, logging.WARNING), "Qt: %s", text)
