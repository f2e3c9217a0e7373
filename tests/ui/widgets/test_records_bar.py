"""The bar above the list: it shows what it is told, and says what was pressed."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from meshdesk.model.position import Position
from meshdesk.ui.widgets.records_bar import STARTS, RecordsBar


def bar_on(qtbot: QtBot) -> RecordsBar:
    bar = RecordsBar()
    qtbot.addWidget(bar)
    bar.resize(900, 40)
    bar.show()
    return bar


def test_that_a_press_is_told_and_changes_nothing_by_itself(qtbot: QtBot) -> None:
    bar, told = bar_on(qtbot), list[str]()
    bar.follow_pressed.connect(lambda: told.append("follow"))
    bar.pause_pressed.connect(lambda: told.append("pause"))
    bar.again_pressed.connect(lambda: told.append("again"))
    for button in (bar.follow_button, bar.pause_button, bar.again_button):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert told == ["follow", "pause", "again"]
    assert bar.follow_button.text() == "Follow"


def test_that_each_start_is_told_with_its_position(qtbot: QtBot) -> None:
    bar, told = bar_on(qtbot), list[tuple[str, Position]]()
    bar.start_chosen.connect(lambda words, position: told.append((words, position)))
    for action in bar.findChildren(QMenu)[0].actions():
        action.trigger()
    assert tuple(told) == STARTS


def test_that_only_what_can_be_done_is_offered(qtbot: QtBot) -> None:
    bar = bar_on(qtbot)
    bar.say_following(may_follow=True, is_following=True)
    bar.say_pause(may_pause=True, is_paused=True, waiting=1_200)
    bar.say_again(is_offered=False)
    bar.say_start(may_choose=True, words="1 h ago")
    assert (bar.follow_button.text(), bar.pause_button.text()) == ("Following", "Paused · 1,200 new")
    assert not bar.again_button.isVisible()
    assert bar.from_button.text() == "1 h ago"
    bar.say_following(may_follow=False, is_following=False)
    bar.say_pause(may_pause=False, is_paused=False, waiting=0)
    bar.say_again(is_offered=True)
    bar.say_start(may_choose=False, words="")
    shown = [bar.follow_button, bar.pause_button, bar.from_button, bar.again_button]
    assert [button.isVisible() for button in shown] == [False, False, False, True]
