"""Pages: every view says what the rail needs, is made when it is first shown, and is asked only while it is shown."""

import subprocess
import sys

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from meshdesk.session.resources import resource
from meshdesk.ui.pages import view_module
from meshdesk.ui.views import VIEWS
from tests.ui.memory import MemorySession, capture, opened, turn, window_on


@pytest.mark.parametrize("name", VIEWS)
def test_that_every_view_says_its_name_its_words_and_an_icon_that_is_there(name: str) -> None:
    module = view_module(name)
    assert (module.NAME, bool(module.TITLE)) == (name, True)
    assert (resource("icons") / f"{module.ICON}.svg").is_file()
    assert {type(module.IS_FRAMED), type(module.IS_AT_FOOT)} == {bool}


@pytest.mark.parametrize("name", VIEWS)
def test_that_every_view_can_be_shown_and_asked_what_is_new(qtbot: QtBot, name: str) -> None:
    session = MemorySession(capture())
    window = window_on(session)
    qtbot.addWidget(window)
    window.show_view(name)
    turn(session, window)
    assert window.pages.shown == name
    assert window.pages.isVisible()
    assert window.rail.buttons[name].isChecked()
    assert [other for other, button in window.rail.buttons.items() if button.isChecked()] == [name]
    assert window.grab().toImage().width() >= 1_440


def test_that_no_view_but_the_start_page_is_imported_before_the_first_paint() -> None:
    ask = "import meshdesk.ui.window, sys; print([n for n in sys.modules if n.startswith('meshdesk.ui.views.')])"
    ran = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "['meshdesk.ui.views.start']"


def test_that_a_view_of_what_is_open_needs_something_open(qtbot: QtBot) -> None:
    session = MemorySession()
    window = window_on(session)
    qtbot.addWidget(window)
    window.show_view("records")
    turn(session, window)
    assert window.pages.shown == "start"
    assert not window.rail.buttons["records"].isEnabled()
    session.captures.append(capture())
    turn(session, window)
    assert window.pages.shown == "records"  # it was asked for
    assert window.rail.buttons["records"].isEnabled()


def test_that_choosing_a_topic_leads_from_any_view_to_its_records(qtbot: QtBot) -> None:
    session = MemorySession(capture())
    window = window_on(session)
    qtbot.addWidget(window)
    window.show_view("trouble")
    window.open_topic(opened(session.captures[0]), "orders.placed.v1")
    turn(session, window)
    assert window.frame.records.isVisible()


class Windows(QObject):
    """Notes whatever is shown as a window of its own, were it for a moment."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.shown.append(type(watched).__name__)
        return False


def test_that_no_part_of_a_view_is_ever_shown_as_a_window_of_its_own(qtbot: QtBot, qapp: QApplication) -> None:
    windows = Windows()
    qapp.installEventFilter(windows)
    try:
        session = MemorySession(capture())
        window = window_on(session)
        qtbot.addWidget(window)
        for name in VIEWS:
            window.show_view(name)
            turn(session, window)
    finally:
        qapp.removeEventFilter(windows)
    assert windows.shown == ["Window"]
