"""The list of the explorer: what a click and a key do on each kind of line."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from meshdesk.model.placing import PlacedProduct
from meshdesk.ui.widgets.explorer import Explorer
from meshdesk.ui.widgets.explorer_list import TopicList
from meshdesk.ui.widgets.explorer_paint import name_begins
from tests.ui.memory import MemoryCapture, Topic, opened
from tests.unit.model.facts import company


@pytest.fixture
def explorer(qtbot: QtBot) -> Explorer:
    mesh = company()
    topics = tuple(Topic(name, 3, 10, 2.0) for name in sorted(mesh.topics))
    explorer = Explorer()
    qtbot.addWidget(explorer)
    explorer.resize(264, 600)
    explorer.show()
    explorer.refresh([opened(MemoryCapture("acme", topics=topics, mesh=mesh))])
    return explorer


def press(
    shown: TopicList,
    text: str,
    modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    is_on_chevron: bool = False,
) -> None:
    row = [entry.text for entry in shown.topics.entries].index(text)
    place = shown.visualRect(shown.topics.index(row)).center()
    if is_on_chevron:
        place.setX(round(name_begins(shown.topics.entries[row])) - 6)
    QTest.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, modifier, place)


def test_that_a_click_folds_a_domain_and_chooses_a_product_topic_or_group(explorer: Explorer) -> None:
    shown = explorer.list
    asked: list[str] = []
    shown.opened.connect(lambda _, topic: asked.append(topic))
    shown.added.connect(lambda _, topic: asked.append(f"+{topic}"))
    shown.group_chosen.connect(lambda _, group: asked.append(f"group {group}"))
    press(shown, "orders.placed.v1")
    press(shown, "baskets.changed.v1", Qt.KeyboardModifier.ControlModifier)
    shown.product_chosen.connect(lambda _, product: asked.append(f"product {product}"))
    press(shown, "Orders")
    assert asked.pop() == f"product {product_of(shown, 'Orders')}"
    press(shown, "Orders", is_on_chevron=True)
    assert "orders.placed.v1" not in [entry.text for entry in shown.topics.entries]
    press(shown, "Sales")
    assert "Orders" not in [entry.text for entry in shown.topics.entries]
    press(shown, "Sales")
    press(shown, "billing")
    assert asked == ["orders.placed.v1", "+baskets.changed.v1", "group billing"]


def product_of(shown: TopicList, text: str) -> str:
    about = next(entry.about for entry in shown.topics.entries if entry.text == text)
    assert isinstance(about, PlacedProduct)
    return about.id


def test_that_left_and_right_fold_a_domain_where_the_keys_are(explorer: Explorer) -> None:
    shown = explorer.list
    row = [entry.text for entry in shown.topics.entries].index("Sales")
    shown.setCurrentIndex(shown.topics.index(row))
    QTest.keyClick(shown, Qt.Key.Key_Left)
    assert shown.topics.entries[row].is_folded
    assert shown.currentIndex().row() == row
    QTest.keyClick(shown, Qt.Key.Key_Right)
    assert not shown.topics.entries[row].is_folded
