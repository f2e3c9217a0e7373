"""A box over the window: Escape and a press beside it close it, the focus goes back, and it follows the window's size."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from meshdesk.ui.widgets.popover import Popover


class Box(Popover):
    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.field = QLineEdit(self)

    def place(self) -> None:
        self.setGeometry(self._window.width() - 210, 10, 200, 100)


def window_and_box(qtbot: QtBot) -> tuple[QWidget, QLineEdit, Box]:
    window, below = QWidget(), QLineEdit()
    qtbot.addWidget(window)
    QVBoxLayout(window).addWidget(below)
    window.resize(600, 400)
    window.show()
    window.activateWindow()
    below.setFocus()
    qtbot.waitUntil(below.hasFocus)
    return window, below, Box(window)


def press(window: QWidget, x: int, y: int) -> None:
    QTest.mouseClick(window.windowHandle(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(x, y))


def test_that_escape_closes_it_and_the_focus_goes_back(qtbot: QtBot) -> None:
    _, below, box = window_and_box(qtbot)
    box.open_on(box.field)
    assert box.field.hasFocus()
    with qtbot.waitSignal(box.closed):
        QTest.keyClick(box.field, Qt.Key.Key_Escape)
    assert not box.isVisible()
    assert below.hasFocus()
    with qtbot.assertNotEmitted(box.closed):
        box.close_again()


def test_that_a_press_beside_it_closes_it_and_one_in_it_does_not(qtbot: QtBot) -> None:
    window, below, box = window_and_box(qtbot)
    below.setText("before")
    box.open_on(box.field)
    press(window, 450, 90)
    assert box.isVisible()
    press(window, 100, 200)
    assert not box.isVisible()
    press(window, 100, 200)  # nobody listens any more


def test_that_it_follows_the_window(qtbot: QtBot) -> None:
    window, _, box = window_and_box(qtbot)
    box.open_on(box.field)
    window.resize(900, 400)
    qtbot.waitUntil(lambda: box.x() == 690)
    assert box.grab().toImage().width() == 200
