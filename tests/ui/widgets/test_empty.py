"""What stands where there is nothing: why, the next step, and progress where it is known."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from meshdesk.ui.widgets.empty import Empty, ProgressBar


def test_that_it_says_why_and_offers_the_next_step(qtbot: QtBot) -> None:
    empty = Empty("mouse-pointer-click", "No records")
    qtbot.addWidget(empty)
    empty.show()
    empty.say("No record since 15 min ago", "New ones appear here.", "Read from the beginning")
    assert empty.text == "No record since 15 min ago New ones appear here."
    with qtbot.waitSignal(empty.pressed):
        QTest.mouseClick(empty.button, Qt.MouseButton.LeftButton)
    empty.say("Nothing", "")
    assert not empty.button.isVisible()


def test_that_a_bar_stays_away_while_nobody_knows_how_much_there_is(qtbot: QtBot) -> None:
    bar = ProgressBar("Progress")
    qtbot.addWidget(bar)
    bar.say(5, 0)
    assert bar.isHidden()
    bar.say(12, 80)
    assert not bar.isHidden()
    assert bar.accessibleDescription() == "15%"
    bar.say(100, 80)
    assert bar.accessibleDescription() == "100%"
    bar.grab()
