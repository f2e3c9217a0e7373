"""The tree of a value: lazily filled, copied by path and value."""

import json
import time
from decimal import Decimal

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from meshdesk.model.node import Node, hexed, more, parts_at, shortened, within
from meshdesk.model.pages import paged
from meshdesk.model.setting import MASKED
from meshdesk.ui.widgets.node_tree import IS_MASKED, NodeTree
from tests.ui.memory import tree
from tests.ui.widgets.tables import at


def tree_on(qtbot: QtBot, node: Node) -> NodeTree:
    shown = NodeTree()
    qtbot.addWidget(shown)
    shown.resize(372, 400)
    shown.show()
    shown.say(node)
    return shown


def chosen(shown: NodeTree, place: int) -> str:
    """Opens the menu of the current line as the key of menus does, and chooses a line of it; its words."""
    corner = QPoint(5, 5)
    QApplication.sendEvent(shown, QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, corner, corner))
    (menu,) = [menu for menu in shown.findChildren(QMenu) if menu.isVisible()]
    action = menu.actions()[place]
    words = f"{action.text()}{'' if action.isEnabled() else ', off'}"
    action.trigger()
    menu.close()
    return words


def shaped(shape: str, size: int) -> Node:
    """A tree of some `size` nodes; the deep one has 400 levels at most."""
    leaf = Node("n", "int", "1")
    if shape == "wide":
        return Node("", "array", "", (leaf,) * size)
    if shape == "both":
        return Node("", "array", "", tuple(Node("", "record", "", (leaf,) * 50) for _ in range(size // 50)))
    node = leaf
    for _ in range(min(400, size)):
        node = Node("d", "record", "", (node,))
    return node


@pytest.mark.parametrize("shape", ["wide", "deep", "both"])
def test_that_a_tree_of_fifty_thousand_nodes_takes_no_longer_than_what_of_it_is_on_the_screen(
    qtbot: QtBot, shape: str
) -> None:
    took: dict[int, list[float]] = {100: [], 50_000: []}
    for size in (100, *3 * (100, 50_000)):  # what the first one loads is no part of it
        node = shaped(shape, size)
        began = time.thread_time()
        tree_on(qtbot, node).grab()
        took[size].append(time.thread_time() - began)
    assert min(took[50_000]) < 15 * min(took[100][1:])  # 500 times as long where each node were looked at


def test_that_value_and_path_are_copied_with_the_keyboard(qtbot: QtBot) -> None:
    shown = tree_on(qtbot, tree(0))
    shown.setCurrentIndex(at(shown.nodes, 1, 0))
    QTest.keyClick(shown, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "c-041877"
    QTest.keyClick(shown, Qt.Key.Key_C, Qt.KeyboardModifier.AltModifier)
    assert QGuiApplication.clipboard().text() == "customer.id"


def test_that_a_name_that_could_be_taken_for_another_path_stands_in_quotes_in_it(qtbot: QtBot) -> None:
    leaf = Node("", "array", "", (Node("", "int", "1"),))
    odd = tuple(Node(name, "record", "", (leaf,)) for name in ("a.b", 'say "x"', "[0]", "@id", "Größe"))
    shown = tree_on(qtbot, Node("", "record", "", odd))
    paths = []
    for row in range(len(odd)):
        shown.setCurrentIndex(at(shown.nodes, row, 0, 0))
        shown.copy_path()
        paths.append(QGuiApplication.clipboard().text())
    assert paths == [
        '["a.b"][""][0]', r'["say \"x\""][""][0]', '["[0]"][""][0]', '@id[""][0]', 'Größe[""][0]',
    ]  # fmt: skip


def test_that_who_copies_is_told_what_or_why_nothing(qtbot: QtBot) -> None:
    shown = tree_on(qtbot, Node("", "string", ""))
    said: list[str] = []
    shown.said.connect(said.append)
    for ask in (shown.copy_value, shown.copy_path, shown.copy_bytes):
        ask()
    assert said == ["Select a line of the tree first."] * 3
    shown.setCurrentIndex(at(shown.nodes, 0))
    said.clear()
    QGuiApplication.clipboard().setText("before")
    shown.copy_value()
    shown.copy_path()
    assert said == ["Copied an empty value.", "This line is the whole value, which has no path."]
    assert QGuiApplication.clipboard().text() == ""


def test_that_half_a_character_is_copied_as_its_escape_which_is_said(qtbot: QtBot) -> None:
    shown = tree_on(qtbot, Node("", "string", "a\ud800b"))
    shown.setCurrentIndex(at(shown.nodes, 0))
    with qtbot.waitSignal(shown.said) as said:
        shown.copy_value()
    assert QGuiApplication.clipboard().text() == r"a\ud800b"
    assert said.args == ["Copied 3 characters. What is no character stands as its escape."]


@pytest.mark.parametrize(
    ("node", "is_cut"),
    [
        (Node("", "string", shortened("abcdef", 4)), True),
        (Node("", "bytes", hexed(bytes(9), 4)), True),
        (Node("", "record", "", (Node("a", "array", "", (Node("", "int", "1"), more(7))),)), True),
        (Node("", "string", "… and 2 more characters of this play"), False),
    ],
)
def test_that_who_copies_what_was_cut_is_told_so(qtbot: QtBot, node: Node, is_cut: bool) -> None:
    shown = tree_on(qtbot, node)
    shown.setCurrentIndex(at(shown.nodes, 0))
    with qtbot.waitSignal(shown.said) as said:
        shown.copy_value()
    assert said.args[0].endswith("how much is left out stands in it.") == is_cut


def test_that_a_part_with_parts_is_copied_as_json_that_loses_nothing(qtbot: QtBot) -> None:
    parts = (Node("n", "int", "9223372036854775807"), Node("s", "string", 'a\u202e"\n'), Node("d", "decimal", "12.340"))
    shown = tree_on(qtbot, Node("", "record", "", (Node("p", "record", "", parts), Node("e", "array", ""))))
    shown.setCurrentIndex(at(shown.nodes, 0))
    QTest.keyClick(shown, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = json.loads(QGuiApplication.clipboard().text(), parse_float=Decimal)
    assert copied == {"n": 9223372036854775807, "s": 'a\u202e"\n', "d": Decimal("12.340")}
    assert str(copied["d"]) == "12.340"
    shown.setCurrentIndex(at(shown.nodes, 1))
    shown.copy_value()
    assert QGuiApplication.clipboard().text() == "[]"


def test_that_the_menu_copies_as_the_keys_do(qtbot: QtBot) -> None:
    shown = tree_on(qtbot, Node("", "record", "", (Node("n", "int", "5", span=(2, 4)), Node("m", "int", "6"))))
    wanted: list[object] = []
    shown.bytes_wanted.connect(wanted.append)

    def choose(row: int, place: int) -> str:
        shown.setCurrentIndex(at(shown.nodes, row))
        return chosen(shown, place)

    assert choose(0, 0) == "Copy value\tCtrl+C"
    assert QGuiApplication.clipboard().text() == "5"
    assert choose(0, 1) == "Copy path\tAlt+C"
    assert QGuiApplication.clipboard().text() == "n"
    assert (choose(0, 2), wanted) == ("Copy bytes\tAlt+Shift+C", [(2, 4)])
    assert choose(1, 2) == "Copy bytes\tAlt+Shift+C, off"


def test_that_a_secret_that_is_masked_is_not_copied_and_is_revealed_from_its_menu(qtbot: QtBot) -> None:
    secret = Node("database.password", "string", "••••••••", note=MASKED, span=(2, 4))
    shown = tree_on(qtbot, Node("", "record", "", (Node("properties", "record", "", (secret, Node("n", "int", "5"))),)))
    shown.setCurrentIndex(at(shown.nodes, 0, 0))
    QGuiApplication.clipboard().setText("before")
    said: list[str] = []
    wanted: list[object] = []
    shown.said.connect(said.append)
    shown.bytes_wanted.connect(wanted.append)
    shown.copy_value()
    shown.copy_bytes()
    assert (QGuiApplication.clipboard().text(), wanted) == ("before", [])
    assert said == [IS_MASKED] * 2
    with qtbot.waitSignal(shown.reveal_wanted) as named:
        assert chosen(shown, -1) == "Reveal this secret"
    assert named.args == ["database.password"]
    shown.setCurrentIndex(at(shown.nodes, 0, 1))
    assert chosen(shown, -1).startswith("Copy bytes")


def test_that_a_small_tree_is_unfolded_and_a_large_one_only_as_far_as_it_is_short(qtbot: QtBot) -> None:
    small = tree_on(qtbot, tree(0))
    assert small.isExpanded(at(small.nodes, 4, 1))
    items = Node("items", "array", "", (Node("", "int", "1"),) * 1_000)
    big = tree_on(qtbot, Node("", "record", "", (items, Node("few", "record", "", (Node("a", "int", "1"),)))))
    assert not big.isExpanded(at(big.nodes, 0))
    assert big.isExpanded(at(big.nodes, 1))


LINES = Node("lines", "array", "", tuple(Node(str(n), "record", "", (Node("n", "int", str(n)),)) for n in range(1_300)))
ORDER = Node("", "record", "", (LINES, Node("total", "int", "5")))


def answering(shown: NodeTree, whole: Node = ORDER) -> list[tuple[int, ...]]:
    """Whoever holds the whole tree, and what it was asked for."""
    asked: list[tuple[int, ...]] = []

    def answer(path: tuple[int, ...], first: int) -> None:
        asked.append((*path, first))
        shown.nodes.add(path, first, *parts_at(whole, path, first, 100_000))

    shown.parts_wanted.connect(answer)
    return asked


def test_that_parts_that_are_to_come_are_asked_for_when_they_are_unfolded(qtbot: QtBot) -> None:
    shown = tree_on(qtbot, within(ORDER, 300, most=3))
    asked = answering(shown)
    QTest.qWait(0)
    assert asked == []
    lines = at(shown.nodes, 0)
    assert shown.nodes.hasChildren(lines)
    shown.expand(lines)
    qtbot.waitUntil(lambda: asked == [(0, 3)])
    qtbot.wait(50)  # Qt lays it out anew, and nothing more is asked for
    assert asked == [(0, 3)]
    assert shown.nodes.rowCount(lines) == 504
    assert at(shown.nodes, 0, 503).data() == "… 797 more"
    assert shown.nodes.reach((0, 502, 0))[-1].data() == "n 502"
    assert at(shown.nodes, 1).data() == "total 5"


def test_that_the_rest_comes_as_somebody_scrolls_to_it_and_each_part_once(qtbot: QtBot) -> None:
    shown = tree_on(qtbot, within(ORDER, 300, most=3))
    QAbstractItemModelTester(shown.nodes, QAbstractItemModelTester.FailureReportingMode.Fatal)
    asked = answering(shown)
    lines = at(shown.nodes, 0)
    shown.expand(lines)

    def to_the_end() -> bool:
        shown.scrollToBottom()
        return shown.nodes.rowCount(lines) == 1_300

    qtbot.waitUntil(to_the_end)
    assert asked == [(0, 3), (0, 503), (0, 1_003)]
    assert [at(shown.nodes, 0, row).data() for row in (0, 1_299)] == ["0", "1299"]
    assert not shown.nodes.lacks(lines)


def test_that_an_answer_that_comes_twice_or_of_nothing_changes_nothing(qtbot: QtBot) -> None:
    shown = tree_on(qtbot, within(ORDER, 300, most=3))
    parts, left = parts_at(ORDER, (0,), 3, 100_000)
    for _ in range(2):
        shown.nodes.add((0,), 3, parts, left)
    shown.nodes.add((7, 7), 0, parts, left)
    shown.nodes.add((1,), 0, parts, left)
    assert shown.nodes.rowCount(at(shown.nodes, 0)) == 504
    shown.nodes.add((0,), 503, (), 0)
    assert at(shown.nodes, 0, 502).data() == "502"
    assert shown.nodes.rowCount(at(shown.nodes, 0)) == 503


def test_that_a_part_in_a_page_is_called_by_its_place_in_the_whole(qtbot: QtBot) -> None:
    later = tuple(
        Node(str(n), "record", "", (Node("n", "int", str(n)),), span=(n, n + 1)) for n in range(20_000, 20_300)
    )
    lines = Node("lines", "array", "", (Node("0", "int", "5"), more(20_299)), span=(0, 30_000))
    shown = tree_on(qtbot, Node("", "record", "", (paged(lines, 0),)))
    QAbstractItemModelTester(shown.nodes, QAbstractItemModelTester.FailureReportingMode.Fatal)
    asked: list[tuple[int, ...]] = []
    shown.parts_wanted.connect(lambda path, first: asked.append((*path, first)))
    page = at(shown.nodes, 0, 2)
    assert page.data() == "20,000 … 20,299"
    shown.expand(at(shown.nodes, 0))
    assert asked == []
    shown.expand(page)
    qtbot.waitUntil(lambda: asked == [(0, 2, 0)])
    shown.nodes.add((0, 2), 0, later, 0)
    shown.setCurrentIndex(shown.nodes.reach((0, 2, 7, 0))[-1])
    shown.copy_path()
    assert QGuiApplication.clipboard().text() == "lines[20007].n"
    shown.setCurrentIndex(page)
    shown.copy_path()
    assert QGuiApplication.clipboard().text() == "lines"
    shown.pick(20_008)
    assert shown.currentIndex() == at(shown.nodes, 0, 2, 8)
    wanted: list[tuple[int, ...]] = []
    shown.text_wanted.connect(wanted.append)
    shown.setCurrentIndex(at(shown.nodes, 0))
    shown.copy_value()
    assert wanted == [(0,)]


def test_that_what_is_not_all_here_is_asked_for_to_be_copied(qtbot: QtBot) -> None:
    shown = tree_on(qtbot, within(ORDER, 300, most=3))
    wanted: list[tuple[int, ...]] = []
    shown.text_wanted.connect(wanted.append)
    shown.setCurrentIndex(at(shown.nodes, 0))
    shown.copy_value()
    assert wanted == [(0,)]
    shown.setCurrentIndex(at(shown.nodes, 1))
    shown.copy_value()
    assert QGuiApplication.clipboard().text() == "5"
    assert wanted == [(0,)]


def test_that_a_byte_is_found_among_parts_that_came_later(qtbot: QtBot) -> None:
    parts = tuple(Node(str(n), "int", str(n), span=(n, n + 1)) for n in range(900))
    whole = Node("", "array", "", parts, span=(0, 900))
    shown = tree_on(qtbot, within(whole, 300, most=3))
    shown.nodes.add((), 3, *parts_at(whole, (), 3, 100_000))
    shown.pick(401)
    assert shown.currentIndex().row() == 401
    shown.pick(880)
    assert not shown.currentIndex().isValid()  # it is to come
