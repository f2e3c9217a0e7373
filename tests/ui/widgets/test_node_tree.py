"""The tree of a value: lazily filled, copied by path and value."""

import time

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from meshdesk.model.node import Node
from meshdesk.ui.widgets.node_tree import CHUNK, NodeModel, NodeTree, path_of
from tests.ui.memory import tree


def tree_on(qtbot: QtBot, node: Node) -> NodeTree:
    shown = NodeTree()
    qtbot.addWidget(shown)
    shown.resize(372, 400)
    shown.show()
    shown.say(node)
    return shown


def at(model: NodeModel, *rows: int) -> QModelIndex:
    index = QModelIndex()
    for row in rows:
        index = model.index(row, 0, index)
    return index


def test_that_a_value_is_told_line_by_line() -> None:
    model = NodeModel()
    model.show(tree(0))
    assert [model.index(row, 0).data() for row in range(model.rowCount())] == [
        'order_id "A-88210"', "customer", "amount 412.90", 'currency "EUR"', "lines", "gift_note null",
        'placed_at "2026-11-23T14:02:09.771428Z"',
    ]  # fmt: skip


def test_that_a_value_without_parts_is_one_line() -> None:
    model = NodeModel()
    for node, line in (
        (Node("", "string", "paid"), '"paid"'),
        (Node("", "int", "7"), "7"),
        (Node("", "record", ""), "{}"),
    ):
        model.show(node)
        assert [model.index(row, 0).data() for row in range(model.rowCount())] == [line]


def test_that_the_model_keeps_qts_rules_while_it_is_filled() -> None:
    model = NodeModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show(Node("", "array", "", tuple(tree(k) for k in range(3 * CHUNK))))
    while model.canFetchMore(QModelIndex()):
        model.fetchMore(QModelIndex())
    assert model.rowCount() == 3 * CHUNK
    inner = at(model, 2)
    model.fetchMore(inner)
    assert model.rowCount(inner) == 7
    model.show(None)
    assert model.rowCount() == 0


@pytest.mark.parametrize("shape", ["wide", "deep", "both"])
def test_that_fifty_thousand_nodes_do_not_block(qtbot: QtBot, shape: str) -> None:
    leaf = Node("n", "int", "1")
    if shape == "wide":
        node = Node("", "array", "", (leaf,) * 50_000)
    elif shape == "deep":
        node = leaf
        for _ in range(400):
            node = Node("d", "record", "", (node,))
    else:
        node = Node("", "array", "", tuple(Node("", "record", "", (leaf,) * 50) for _ in range(1_000)))
    began = time.perf_counter()
    shown = tree_on(qtbot, node)
    shown.grab()
    assert time.perf_counter() - began < 0.25


def test_that_the_path_of_a_node_is_written_as_people_do() -> None:
    model = NodeModel()
    model.show(tree(0))
    model.fetchMore(at(model, 4))
    model.fetchMore(at(model, 4, 1))
    item = model.item(at(model, 4, 1, 0))
    assert item is not None
    assert path_of(item) == "lines[1].sku"


def test_that_value_and_path_are_copied_with_the_keyboard(qtbot: QtBot) -> None:
    shown = tree_on(qtbot, tree(0))
    shown.setCurrentIndex(at(shown.nodes, 1, 0))
    QTest.keyClick(shown, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "c-041877"
    QTest.keyClick(shown, Qt.Key.Key_C, Qt.KeyboardModifier.AltModifier)
    assert QGuiApplication.clipboard().text() == "customer.id"


def test_that_a_small_tree_is_unfolded_and_a_large_one_only_as_far_as_it_is_short(qtbot: QtBot) -> None:
    small = tree_on(qtbot, tree(0))
    assert small.isExpanded(at(small.nodes, 4, 1))
    items = Node("items", "array", "", (Node("", "int", "1"),) * 1_000)
    big = tree_on(qtbot, Node("", "record", "", (items, Node("few", "record", "", (Node("a", "int", "1"),)))))
    assert not big.isExpanded(at(big.nodes, 0))
    assert big.isExpanded(at(big.nodes, 1))
