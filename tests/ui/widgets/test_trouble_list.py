"""The list of troubles: each row as high as its words need, when it happened, and what it says to a screen reader."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from meshdesk.model.trouble import Trouble
from meshdesk.session.troubles import KEPT
from meshdesk.ui.times import minute, moment
from meshdesk.ui.widgets.trouble_list import TroubleList, as_text, when

SEEN = 1_795_528_929_000
ONE = Trouble("It failed.", "Try again.", "orders", "bad", SEEN)
LONG = Trouble("many words " * 60, "a" * 900, "l" * 249, "attention", SEEN)


def list_on(qtbot: QtBot, width: int, *troubles: Trouble) -> TroubleList:
    shown = TroubleList()
    qtbot.addWidget(shown)
    shown.resize(width, 600)
    shown.show()
    shown.show_troubles(troubles)
    return shown


def test_that_when_is_the_last_time_and_since_when_it_was_repeated() -> None:
    day = moment(SEEN)
    assert when(ONE) == (f"{day.day} {day.clock[:8]} {day.zone}", "")
    often = Trouble("It failed.", seen=SEEN + 3_000, first=SEEN, count=1_204)
    assert when(often) == (
        f"{day.day} {moment(SEEN + 3_000).clock[:8]} {day.zone}",
        f"1,204 times since {day.clock[:8]}",
    )
    older = Trouble("It failed.", seen=SEEN, first=SEEN - 86_400_000, count=2)
    assert when(older)[1] == f"2 times since {minute(SEEN - 86_400_000)}"
    assert when(Trouble("It failed.")) == ("–", "")


def test_that_a_trouble_as_text_says_all_that_is_known(qtbot: QtBot) -> None:
    assert as_text(ONE).endswith(" · orders\nIt failed. Try again.")
    shown = list_on(qtbot, 900, ONE)
    assert shown.troubles.data(shown.troubles.index(0, 0), Qt.ItemDataRole.AccessibleTextRole) == (
        f"It failed. Try again., orders, {when(ONE)[0]}"
    )


@pytest.mark.parametrize("width", [420, 900, 3_000])
def test_that_a_row_is_as_high_as_its_words_need(qtbot: QtBot, width: int) -> None:
    shown = list_on(qtbot, width, ONE, LONG)
    assert shown.rowHeight(0) < 90
    before = shown.rowHeight(1)
    assert before > shown.rowHeight(0)
    shown.resize(width // 2, 600)
    assert shown.rowHeight(1) > before
    shown.grab()


def test_that_the_keys_go_through_as_many_as_there_can_be(qtbot: QtBot) -> None:
    shown = list_on(qtbot, 900, *(Trouble(f"Number {n}.", seen=SEEN) for n in range(KEPT)))
    shown.setFocus()
    QTest.keyClick(shown, Qt.Key.Key_End)
    assert [trouble.text for trouble in shown.chosen()] == [f"Number {KEPT - 1}."]
    shown.grab()
