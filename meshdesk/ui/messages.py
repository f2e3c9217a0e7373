"""What Qt itself says: into the log, and in a sentence where it can open no window and would abort the process."""

import os
import sys

from PySide6.QtCore import QtMsgType, qInstallMessageHandler

MEANINGLESS = "This plugin does not support"  # the offscreen platform says this of every window
NO_PLATFORM = "no Qt platform plugin could be initialized"  # the words of QGuiApplication before it aborts
ADVICE = (
    "Check DISPLAY, WAYLAND_DISPLAY and QT_QPA_PLATFORM. Where none of them is set, --screenshot writes a picture "
    "without a screen, and tail, read and collect work in the terminal."
)


def take_messages() -> None:
    """From now on. Before an application is made: what Qt warns of first is the reason why none can be."""
    reason = ""

    def take(kind: QtMsgType, _context: object, text: str) -> None:
        nonlocal reason
        if MEANINGLESS in text:
            return
        if kind == QtMsgType.QtFatalMsg and NO_PLATFORM in text:
            sys.stderr.write(f"No window can be opened: {reason or 'Qt has no screen'}. {ADVICE}\n")
            sys.stderr.flush()
            os._exit(1)  # Qt aborts behind this
        if kind == QtMsgType.QtWarningMsg:
            reason = reason or text.strip().rstrip(".")
        _log(kind, text)

    qInstallMessageHandler(take)


def _log(kind: QtMsgType, text: str) -> None:
    import logging  # Qt has seldom something to say

    levels = {QtMsgType.QtDebugMsg: logging.DEBUG, QtMsgType.QtInfoMsg: logging.INFO}
    logging.getLogger("meshdesk.ui").log(levels.get(kind, logging.WARNING), "Qt: %s", text)
