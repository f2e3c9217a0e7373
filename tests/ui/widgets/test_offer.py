"""An offer is answered with one of its two buttons, also by keyboard."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from meshdesk.ui.widgets.offer import Offer


def test_that_each_answer_is_told(qtbot: QtBot) -> None:
    offer = Offer("signpost", "Do you want it?", "Yes", "Not now")
    qtbot.addWidget(offer)
    offer.show()
    told: list[str] = []
    offer.taken.connect(lambda: told.append("taken"))
    offer.declined.connect(lambda: told.append("declined"))
    QTest.mouseClick(offer.take_button, Qt.MouseButton.LeftButton)
    QTest.keyClick(offer.decline_button, Qt.Key.Key_Space)
    assert told == ["taken", "declined"]
    assert offer.accessibleName() == "Do you want it?"
