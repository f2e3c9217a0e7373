"""The parts of a value as Qt asks for them: line by line, by its rules, and how each is called."""

from PySide6.QtCore import QModelIndex
from PySide6.QtTest import QAbstractItemModelTester

from meshdesk.model.node import Node
from meshdesk.ui.widgets.node_model import CHUNK, NodeModel, path_of
from tests.ui.memory import tree
from tests.ui.widgets.tables import at

LINES = Node("lines", "array", "", tuple(Node(str(n), "record", "", (Node("n", "int", str(n)),)) for n in range(1_300)))
ORDER = Node("", "record", "", (LINES, Node("total", "int", "5")))


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


def test_that_the_path_of_a_node_is_written_as_people_do() -> None:
    model = NodeModel()
    model.show(tree(0))
    model.fetchMore(at(model, 4))
    model.fetchMore(at(model, 4, 1))
    item = model.item(at(model, 4, 1, 0))
    assert item is not None
    assert path_of(item) == "lines[1].sku"
