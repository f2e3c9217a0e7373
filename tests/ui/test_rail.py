"""The rail: a button for each view with its keys, the arrow keys, the badge, and the explorer of a narrow window."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from meshdesk.model.trouble import Trouble
from meshdesk.ui import theme
from meshdesk.ui.rail import EXPLORER
from meshdesk.ui.views import VIEWS
from tests.ui.memory import MemorySession, capture, turn, window_on


def test_that_the_rail_offers_every_view_with_its_keys(qtbot: QtBot) -> None:
    session = MemorySession(capture())
    window = window_on(session)
    qtbot.addWidget(window)
    assert window.rail.width() == theme.RAIL
    assert [name for name in window.rail.buttons if name != EXPLORER] == list(VIEWS)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    for place, name in enumerate(VIEWS, 1):
        button = window.rail.buttons[name]
        keys = {"settings": "Ctrl+,", "help": "F1"}.get(name, f"Ctrl+{place}")
        assert button.toolTip().endswith(f"({keys})")
        assert button.accessibleName()
        key = {"settings": Qt.Key.Key_Comma, "help": Qt.Key.Key_F1}.get(name, Qt.Key(Qt.Key.Key_0 + place))
        with_control = Qt.KeyboardModifier.ControlModifier if "Ctrl" in keys else Qt.KeyboardModifier.NoModifier
        QTest.keyClick(window, key, with_control)
        turn(session, window)
        assert window.pages.shown == name
        window.show_view("records")
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        assert window.pages.shown == name
        assert button.isChecked()


def test_that_the_arrow_keys_go_through_the_rail(qtbot: QtBot) -> None:
    window = window_on(MemorySession(capture()))
    qtbot.addWidget(window)
    window.activateWindow()
    buttons = [button for name, button in window.rail.buttons.items() if name != EXPLORER]
    buttons[0].setFocus()
    qtbot.waitUntil(buttons[0].hasFocus)
    for before, button in zip(buttons, (*buttons[1:], buttons[0]), strict=True):
        QTest.keyClick(before, Qt.Key.Key_Down)
        assert button.hasFocus()
    QTest.keyClick(buttons[0], Qt.Key.Key_Up)
    assert buttons[-1].hasFocus()


def test_that_new_trouble_is_counted_until_somebody_has_looked(qtbot: QtBot) -> None:
    session = MemorySession(capture())
    window = window_on(session)
    qtbot.addWidget(window)
    button = window.rail.buttons["trouble"]
    assert button.badge == 0
    before = button.grab().toImage()
    session.say(Trouble("One."), Trouble("Two."))
    turn(session, window)
    assert button.badge == 2
    assert button.accessibleDescription() == "2 new"
    assert button.grab().toImage() != before
    window.show_view("trouble")
    window.show_view("records")
    turn(session, window)
    assert button.badge == 0
    session.say(Trouble("Three."))
    turn(session, window)
    assert button.badge == 1
    button.count(1_000)
    button.grab()


def test_that_a_narrow_window_has_its_explorer_on_the_rail(qtbot: QtBot) -> None:
    session = MemorySession(capture())
    window = window_on(session)
    qtbot.addWidget(window)
    button = window.rail.buttons[EXPLORER]
    assert not button.isVisible()
    window.resize(800, 700)
    turn(session, window)
    assert button.isVisible()
    assert not window.frame.explorer.isVisible()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    turn(session, window)
    assert window.frame.explorer.isVisible()
    assert button.isChecked()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    turn(session, window)
    assert not window.frame.explorer.isVisible()


def test_that_no_explorer_is_offered_while_nothing_is_open(qtbot: QtBot) -> None:
    session = MemorySession()
    window = window_on(session)
    qtbot.addWidget(window)
    window.frame.resize(640, 480)  # as Qt makes it before it is shown; a picture of the window tells it so
    window.grab()
    turn(session, window)
    assert not window.rail.buttons[EXPLORER].isVisible()
