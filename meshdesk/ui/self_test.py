"""The window's part of the self-test: one window, painted once on what is open."""

import os
import sys
import time

from PySide6.QtWidgets import QApplication

from meshdesk.session.session import Session
from meshdesk.ui import theme
from meshdesk.ui.app import has_display
from meshdesk.ui.messages import take_messages
from meshdesk.ui.remembered import Remembered
from meshdesk.ui.window import Window

COLOURS = 8  # a window that shows something has at least so many; a blank one has one
PATIENCE = 20.0  # s


def paint(session: Session) -> str:
    """Opens a window and paints it; a sentence of what is wrong, or ""."""
    if not has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"  # a server's installation is checked as well
    release = take_messages()
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    release()
    theme.load_fonts()
    theme.apply(app, "light")
    window = Window(Remembered(None), None)
    window.resize(1280, 720)
    window.attach(session)
    window.show()
    opened = session.captures[-1]
    window.open_topic(opened, opened.topics[0].name)
    until = time.monotonic() + PATIENCE
    calm = 0
    while calm < 5 and time.monotonic() < until:
        session.beat()
        window.refresh()
        app.processEvents()
        calm = calm + 1 if session.idle() else 0
    image = window.grab().toImage()
    window.close()
    step = range(0, min(image.width(), image.height()), 3)
    colours = {image.pixel(x, y) for x in step for y in step}
    return "" if len(colours) >= COLOURS else f"the window shows {len(colours)} colours; it is blank"
