"""The palette: opened, typed into, walked through and closed by keys alone; a press beside it closes it and does no more."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from meshdesk.ui.widgets.palette_box import PaletteBox
from meshdesk.ui.window import Window
from tests.ui.memory import MemorySession, capture, turn, window_on

TOPIC = "orders.placed.v1"


def palette_on(qtbot: QtBot, width: int = 1_440, height: int = 900) -> tuple[PaletteBox, Window, MemorySession]:
    session = MemorySession(capture())
    window = window_on(session)
    qtbot.addWidget(window)
    window.resize(width, height)
    window.activateWindow()
    window.top.menu_button.setFocus()
    qtbot.waitUntil(window.top.menu_button.hasFocus)
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert window.palette_box is not None
    return window.palette_box, window, session


def test_that_a_topic_is_found_and_opened_with_the_keys(qtbot: QtBot) -> None:
    box, window, session = palette_on(qtbot)
    assert box.field.hasFocus()
    QTest.keyClicks(box.field, "opv")
    assert box.field.accessibleDescription() == f"{TOPIC}, Topics"
    QTest.keyClick(box.field, Qt.Key.Key_Return)
    turn(session, window)
    assert not box.isVisible()
    assert window.frame.records.topic == TOPIC
    assert window.frame.records.table.hasFocus()


def test_that_the_arrow_keys_choose_and_the_letters_stay(qtbot: QtBot) -> None:
    box, _, _ = palette_on(qtbot)
    QTest.keyClicks(box.field, "pay")
    first = box.list.current
    QTest.keyClick(box.field, Qt.Key.Key_Down)
    second = box.list.current
    assert first is not None
    assert second is not None
    assert (first.text, second.text) == ("payments.failed.v1", "payments.failed.dlq")
    QTest.keyClick(box.field, Qt.Key.Key_Up)
    QTest.keyClick(box.field, Qt.Key.Key_Backtab)
    QTest.keyClick(box.field, Qt.Key.Key_PageDown)
    assert box.field.hasFocus()
    assert box.field.text() == "pay"


def test_that_escape_and_the_same_keys_again_close_it_and_give_the_focus_back(qtbot: QtBot) -> None:
    box, window, _ = palette_on(qtbot)
    QTest.keyClicks(box.field, "x")
    QTest.keyClick(box.field, Qt.Key.Key_Escape)
    assert not box.isVisible()
    assert window.top.menu_button.hasFocus()
    window.actions_.palette.trigger()
    assert box.field.text() == ""
    window.actions_.palette.trigger()
    assert not box.isVisible()
    assert window.top.menu_button.hasFocus()


def test_that_a_press_beside_it_closes_it_and_does_nothing_else(qtbot: QtBot) -> None:
    box, window, session = palette_on(qtbot)
    at = window.rail.buttons["trouble"].mapTo(window, QPoint(10, 10))
    inside = box.mapTo(window, QPoint(4, 4))
    QTest.mouseClick(window.windowHandle(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, inside)
    assert box.isVisible()
    QTest.mouseClick(window.windowHandle(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    turn(session, window)
    assert not box.isVisible()
    assert window.pages.shown == "records"


def test_that_nothing_found_is_said_and_return_does_nothing(qtbot: QtBot) -> None:
    box, _, _ = palette_on(qtbot)
    QTest.keyClicks(box.field, "zzzz")
    assert box._nothing.isVisible()
    QTest.keyClick(box.field, Qt.Key.Key_Return)
    assert box.isVisible()
    for _ in range(4):
        QTest.keyClick(box.field, Qt.Key.Key_Backspace)
    assert not box._nothing.isVisible()


@pytest.mark.parametrize("size", [(640, 420), (1_280, 720), (3_840, 2_160)])
def test_that_it_fits_its_rows_and_the_window(qtbot: QtBot, size: tuple[int, int]) -> None:
    box, window, session = palette_on(qtbot, *size)
    turn(session, window)
    tall = box.height()
    assert window.rect().contains(box.geometry())
    QTest.keyClicks(box.field, "opv")
    assert box.height() < tall
    assert box.list.height() == 2 * 28
    window.resize(700, 500)
    turn(session, window)
    assert window.rect().contains(box.geometry())
    window.grab()


def test_that_the_find_field_of_the_top_bar_opens_it(qtbot: QtBot) -> None:
    box, window, _ = palette_on(qtbot)
    box.close_again()
    QTest.mouseClick(window.top.find_button, Qt.MouseButton.LeftButton)
    assert box.isVisible()
