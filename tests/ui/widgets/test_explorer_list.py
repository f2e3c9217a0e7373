"""The list of the explorer: what a click and a key do on each kind of line."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from meshdesk.ui.widgets.explorer import Explorer
from meshdesk.ui.widgets.explorer_list import TopicList
from tests.ui.memory import MemoryCapture, Topic, opened
from tests.unit.model.facts import company


@pytest.fixture
def shown(qtbot: QtBot) -> TopicList:
    mesh = company()
    topics = tuple(Topic(name, 3, 10, 2.0) for name in sorted(mesh.topics))
    explorer = Explorer()
    qtbot.addWidget(explorer)
    explorer.resize(264, 600)
    explorer.show()
    explorer.refresh([opened(MemoryCapture("acme", topics=topics, mesh=mesh))])
    shown = explorer.list
    shown.setParent(explorer)
    qtbot.addWidget(explorer)
    shown.explorer = explorer  # type: ignore[attr-defined]  # it lives as long as the list is used
    return shown


def press(shown: TopicList, text: str, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    row = [entry.text for entry in shown.topics.entries].index(text)
    rect = shown.visualRect(shown.topics.index(row))
    QTest.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, modifier, rect.center())


def test_that_a_click_on_a_domain_or_product_folds_it_and_on_a_topic_opens_it(shown: TopicList) -> None:
    asked: list[str] = []
    shown.opened.connect(lambda _, topic: asked.append(topic))
    shown.added.connect(lambda _, topic: asked.append(f"+{topic}"))
    press(shown, "orders.placed.v1")
    press(shown, "baskets.changed.v1", Qt.KeyboardModifier.ControlModifier)
    press(shown, "Orders")
    assert "orders.placed.v1" not in [entry.text for entry in shown.topics.entries]
    press(shown, "Sales")
    assert "Orders" not in [entry.text for entry in shown.topics.entries]
    press(shown, "Sales")
    press(shown, "billing")  # nothing can be opened of a group yet
    assert asked == ["orders.placed.v1", "+baskets.changed.v1"]


def test_that_left_and_right_fold_a_domain_where_the_keys_are(shown: TopicList) -> None:
    row = [entry.text for entry in shown.topics.entries].index("Sales")
    shown.setCurrentIndex(shown.topics.index(row))
    QTest.keyClick(shown, Qt.Key.Key_Left)
    assert shown.topics.entries[row].is_folded
    assert shown.currentIndex().row() == row
    QTest.keyClick(shown, Qt.Key.Key_Right)
    assert not shown.topics.entries[row].is_folded
