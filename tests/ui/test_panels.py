"""F6 goes through the panels, there and back; one that is closed or has nothing to use is passed over."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from meshdesk.model.trouble import Trouble
from meshdesk.ui.window import Window
from tests.ui.memory import MemorySession, capture, opened, turn, window_on


def window_with_focus(qtbot: QtBot) -> tuple[Window, MemorySession]:
    session = MemorySession(capture())
    window = window_on(session)
    qtbot.addWidget(window)
    window.open_topic(opened(session.captures[0]), "orders.placed.v1")
    turn(session, window)
    window.frame.records.table.choose(3)
    turn(session, window)
    window.activateWindow()
    window.frame.explorer.list.setFocus()
    qtbot.waitUntil(window.frame.explorer.list.hasFocus)
    return window, session


def names(window: Window, steps: int, key: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> list[str]:
    panels: dict[str, QWidget] = {
        "rail": window.rail,
        "top": window.top,
        "trouble": window.trouble,
        "explorer": window.frame.explorer,
        "records": window.frame.records,
        "inspector": window.frame.inspector,
        "foot": window.status,
    }
    seen = []
    for _ in range(steps):
        QTest.keyClick(window, Qt.Key.Key_F6, key)
        focused = QApplication.focusWidget()
        assert focused is not None
        seen.append(next((n for n, panel in panels.items() if panel.isAncestorOf(focused)), type(focused).__name__))
    return seen


def test_that_f6_goes_through_the_panels_and_shift_f6_back(qtbot: QtBot) -> None:
    window, _ = window_with_focus(qtbot)
    assert names(window, 5) == ["records", "inspector", "rail", "top", "explorer"]
    assert window.frame.explorer.list.hasFocus()
    assert names(window, 2, Qt.KeyboardModifier.ShiftModifier) == ["top", "rail"]


def test_that_a_panel_that_is_closed_is_passed_over_and_the_foot_joins_with_its_trouble(qtbot: QtBot) -> None:
    window, session = window_with_focus(qtbot)
    window.actions_.inspector.trigger()
    session.say(Trouble("It failed."))
    turn(session, window)
    assert names(window, 5) == ["records", "foot", "rail", "top", "trouble"]


def test_that_a_view_that_takes_the_page_is_a_panel(qtbot: QtBot) -> None:
    window, session = window_with_focus(qtbot)
    window.show_view("trouble")
    turn(session, window)
    window.rail.buttons["trouble"].setFocus()
    assert names(window, 2)[0] == "top"
    focused = QApplication.focusWidget()
    assert focused is not None
    assert window.pages.shown_view.isAncestorOf(focused)
