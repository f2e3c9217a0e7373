"""Copy diagnosis, as a person does it: from the menu to the clipboard, without holding up the window."""

import time

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from meshdesk.session.session import Session
from meshdesk.ui.diagnosing import display
from meshdesk.ui.remembered import Remembered
from meshdesk.ui.window import Window


def test_that_the_action_puts_the_text_on_the_clipboard_and_says_so(qtbot: QtBot) -> None:
    session = Session()
    window = Window(Remembered(None), None)
    qtbot.addWidget(window)
    window.resize(1_280, 720)
    window.attach(session)
    window.show()
    try:
        QApplication.clipboard().setText("before")
        began = time.monotonic()
        window.actions_.diagnosis.trigger()
        assert time.monotonic() - began < 0.5
        assert window.toast.text == "The diagnosis is being written …"

        def is_copied() -> bool:
            session.beat()
            window.refresh()
            return QApplication.clipboard().text() != "before"

        qtbot.waitUntil(is_copied, timeout=30_000)
        text = QApplication.clipboard().text()
        assert text.startswith("Diagnosis of MeshDesk ")
        assert window.toast.text.startswith(f"Copied the diagnosis, {text.count(chr(10)):,} lines")
        assert all(line in text for line in display(window))
        assert window._diagnosing is None
    finally:
        session.close()
