"""The path in the top bar: its last part is where one is, the others lead there, and none leaves its room."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from meshdesk.ui.widgets.crumbs import Crumbs


def crumbs_on(qtbot: QtBot, width: int, *parts: str) -> tuple[Crumbs, list[QAbstractButton]]:
    crumbs = Crumbs()
    qtbot.addWidget(crumbs)
    crumbs.resize(width, 26)
    crumbs.show()
    crumbs.say(*parts)
    return crumbs, [part for part in crumbs.findChildren(QAbstractButton) if part.isVisible()]


def test_that_a_part_leads_there_and_the_last_one_nowhere(qtbot: QtBot) -> None:
    crumbs, (first, last) = crumbs_on(qtbot, 600, "acme-prod", "orders")
    with qtbot.waitSignal(crumbs.pressed) as pressed:
        QTest.keyClick(first, Qt.Key.Key_Space)
    assert pressed.args == [0]
    assert not last.isEnabled()
    assert last.focusPolicy() == Qt.FocusPolicy.NoFocus
    assert (first.accessibleName(), crumbs.accessibleName()) == ("Go to acme-prod", "Place: acme-prod  ›  orders")


@pytest.mark.parametrize("width", [70, 160, 400])
@pytest.mark.parametrize("parts", [("a" * 249, "b"), ("a", "b" * 249), ("a" * 249, "b" * 249, "c" * 249)])
def test_that_long_parts_give_way_and_short_ones_do_not(qtbot: QtBot, width: int, parts: tuple[str, ...]) -> None:
    crumbs, shown = crumbs_on(qtbot, width, *parts)
    crumbs.grab()
    right = 0
    for button in shown:
        assert button.x() >= right
        right = button.x() + button.width()
    least = sum(min(button.sizeHint().width(), 32) for button in shown) + 18 * (len(shown) - 1)
    assert right <= max(width, least)
    for button, words in zip(shown, parts, strict=True):
        assert len(words) > 1 or button.width() == button.sizeHint().width()
        assert bool(button.toolTip()) is (len(words) > 1)


def test_that_fewer_parts_leave_nothing_behind(qtbot: QtBot) -> None:
    crumbs, _ = crumbs_on(qtbot, 600, "a", "b", "c")
    crumbs.say("a")
    assert [part.text() for part in crumbs.findChildren(QAbstractButton) if part.isVisible()] == ["a"]
