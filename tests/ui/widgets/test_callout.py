"""The callout: beside its part at any size of the window, a ring that takes no press, and the ways on by keyboard."""

import itertools

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from meshdesk.ui import theme
from meshdesk.ui.widgets.callout import Callout, Ring, placed

CARD = QSize(350, 140)
WINDOW = QRect(0, 0, 1_280, 720)
PARTS = {
    "right": QRect(48, 44, 264, 600),
    "left": QRect(960, 44, 320, 600),
    "below": QRect(100, 8, 1_080, 30),
    "above": QRect(0, 696, 1_280, 24),
    "over": QRect(0, 0, 1_280, 720),
}


@pytest.mark.parametrize("side", PARTS)
def test_that_a_card_is_beside_its_part_and_covers_none_of_it(side: str) -> None:
    box, found = placed(PARTS[side], CARD, WINDOW)
    assert found == side
    assert WINDOW.contains(box)
    assert side == "over" or not box.intersects(PARTS[side])


@pytest.mark.parametrize(("width", "height"), list(itertools.product((640, 1_280, 3_840), (420, 720, 2_160))))
def test_that_a_card_stays_within_the_window_whatever_its_size(width: int, height: int) -> None:
    window = QRect(0, 0, width, height)
    for part in (
        QRect(0, 0, width // 4, height),
        QRect(width - 30, height - 30, 30, 30),
        QRect(0, height - 24, width, 24),
    ):
        assert window.contains(placed(part, CARD, window)[0])


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(1_000, 600)
    made.show()
    return made


def test_that_what_lies_below_the_ring_is_pressed_through_it(window: QWidget) -> None:
    pressed: list[bool] = []
    button = QPushButton("below", window)
    button.setGeometry(100, 100, 120, 40)
    button.clicked.connect(lambda: pressed.append(True))
    button.show()
    ring = Ring(window)
    ring.go_around(button.geometry())
    ring.show()
    assert ring.geometry() == window.rect()
    assert window.childAt(QPoint(150, 120)) is button
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert pressed == [True]


def test_that_the_ring_is_drawn_around_the_part_and_the_rest_stands_back(window: QWidget) -> None:
    window.setStyleSheet("background: black")
    ring = Ring(window)
    ring.go_around(QRect(200, 200, 100, 100))
    ring.show()
    image = window.grab().toImage()
    assert image.pixelColor(250, 250).lightness() == 0
    assert image.pixelColor(600, 400).lightness() > 20
    edge = {image.pixelColor(250, y).name() for y in range(194, 201)}
    assert theme.colours().accent.name() in edge


def test_that_the_keyboard_goes_on_back_and_out(window: QWidget) -> None:
    callout = Callout(window)
    asked: list[str] = []
    callout.next_asked.connect(lambda: asked.append("next"))
    callout.back_asked.connect(lambda: asked.append("back"))
    callout.skip_asked.connect(lambda: asked.append("skip"))
    callout.say("1 of 2", "A sentence.", "Next", True)
    callout.show()
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Escape):
        QTest.keyClick(callout, key)
    for button in (callout.next_button, callout.back_button, callout.skip_button):
        QTest.keyClick(button, Qt.Key.Key_Space)
    assert asked == ["next", "next", "back", "skip", "next", "back", "skip"]
    assert callout.accessibleName() == "1 of 2: A sentence."


def test_that_the_card_is_as_high_as_its_sentence_needs(window: QWidget) -> None:
    callout = Callout(window)
    callout.show()
    heights = []
    for sentence in ("Short.", "A longer sentence that goes on for several lines. " * 4):
        callout.say("1 of 2", sentence, "Next", False)
        callout.point_at(QRect(0, 0, 200, 600))
        QApplication.processEvents()
        heights.append(callout.height())
        assert callout.sentence.height() >= callout.sentence.heightForWidth(callout.sentence.width())
    assert heights[1] > heights[0] + 40
