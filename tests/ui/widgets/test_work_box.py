"""What runs long: how far, how fast, when it ends; each can be cancelled once; the box fits its window."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from meshdesk.session.works import Work
from meshdesk.ui.widgets.work_box import SHOWN, WorkBox
from meshdesk.ui.window import Window
from tests.ui.memory import MemorySession, capture, turn, window_on

cancelled: list[str] = []
SAVE = Work("Saving a.meshcap", 1_200_000_000, 4_000_000_000, rate=310_000_000, cancel=lambda: cancelled.append("save"))
SORT = Work("Sorting orders by key", 10, 40, "records", cancel=lambda: cancelled.append("sort"))
OPEN = Work("Opening b.meshcap")


def box_on(qtbot: QtBot, *works: Work) -> tuple[WorkBox, Window, MemorySession]:
    cancelled.clear()
    session = MemorySession(capture())
    session.works = works
    window = window_on(session)
    qtbot.addWidget(window)
    window.activateWindow()
    window.frame.explorer.filter.setFocus()
    qtbot.waitUntil(window.frame.explorer.filter.hasFocus)
    QTest.keyClick(window, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert window.work_box is not None
    return window.work_box, window, session


def test_that_each_says_how_far_it_is_how_fast_and_when_it_ends(qtbot: QtBot) -> None:
    box, _, _ = box_on(qtbot, SAVE, SORT, OPEN)
    shown = [(row._text.text, row._words.text) for row in box._rows]
    assert shown == [
        ("Saving a.meshcap", "1.2 of 4.0 GB, 310 MB/s, 9.0 s left"),
        ("Sorting orders by key", "10 of 40 records"),
        ("Opening b.meshcap", "How much there is to do is not known."),
    ]
    assert [row.cancel_button.isVisible() for row in box._rows] == [True, True, False]
    assert box._rows[0]._bar.accessibleDescription() == "30%"


def test_that_each_is_cancelled_with_the_keys_and_only_once(qtbot: QtBot) -> None:
    box, window, session = box_on(qtbot, SAVE, SORT)
    first, second = (row.cancel_button for row in box._rows)
    assert first.hasFocus()
    assert first.accessibleName() == "Cancel: Saving a.meshcap"
    QTest.keyClick(first, Qt.Key.Key_Space)
    turn(session, window)  # it still runs
    assert not first.isEnabled()
    QTest.keyClick(second, Qt.Key.Key_Space)
    assert cancelled == ["save", "sort"]
    session.works = (SORT,)
    turn(session, window)
    assert box._rows[0].cancel_button.isEnabled()  # another work has taken its place
    session.works = ()
    turn(session, window)
    assert box._nothing.isVisible()
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert window.frame.explorer.filter.hasFocus()


@pytest.mark.parametrize("size", [(640, 420), (3_840, 2_160)])
def test_that_many_and_long_ones_stay_within_the_window(qtbot: QtBot, size: tuple[int, int]) -> None:
    long = [Work(f"Saving {'l' * 240}{n}.meshcap", 1, 2, cancel=cancelled.clear) for n in range(9)]
    box, window, session = box_on(qtbot, *long)
    window.resize(*size)
    turn(session, window)
    assert window.rect().contains(box.geometry())
    assert sum(row.isVisible() for row in box._rows) == SHOWN
    assert box._more.text == "and 5 more"
    box.grab()


def test_that_the_status_line_opens_and_closes_it(qtbot: QtBot) -> None:
    box, window, session = box_on(qtbot, SAVE)
    turn(session, window)
    box.close_again()
    QTest.mouseClick(window.status.work_button, Qt.MouseButton.LeftButton)
    assert box.isVisible()
    window.actions_.works.trigger()
    assert not box.isVisible()
