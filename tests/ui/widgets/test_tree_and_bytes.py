"""A tree and its bytes: who selects one sees the other."""

import struct
from collections import Counter

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from meshdesk.decode.contract import Payload
from meshdesk.explain.look import part_of
from meshdesk.model.node import Node
from meshdesk.model.row import Part
from meshdesk.model.schema import Schema, SchemaState
from meshdesk.ui import theme
from meshdesk.ui.widgets.node_model import CHUNK
from meshdesk.ui.widgets.tree_and_bytes import TreeAndBytes

LEAF = Node("c", "int", "7", span=(13, 14))
VALUE = Node(
    "",
    "record",
    "",
    (
        Node("a", "string", "AAA", span=(2, 5)),
        Node("b", "record", "", (LEAF, Node("d", "array", "", (Node("", "int", "1", span=(20, 30)),))), span=(10, 40)),
        Node("none", "null", "null"),
    ),
    span=(1, 60),
)
DUMP = tuple((f"{at:04x}", " ".join(f"{at + n:02x}" for n in range(12)), "." * 12) for at in range(0, 240, 12))


def part(tree: Node = VALUE, unpacked: int | None = None) -> Part:
    return Part(tree, ("Avro",), "Avro", 240, "", DUMP, 0, unpacked=unpacked)


def shown(qtbot: QtBot, said: Part, height: int = 500) -> TreeAndBytes:
    pane = TreeAndBytes()
    qtbot.addWidget(pane)
    pane.resize(372, height)
    pane.show()
    pane.say(said, said.tree)
    return pane


def marked(pane: TreeAndBytes) -> tuple[int, int] | None:
    """Which bytes of the dump are in the tone of hits, as far as it is on the screen."""
    dump = pane.bytes.dump
    image = dump.viewport().grab().toImage()
    scale = image.devicePixelRatio()
    seen: Counter[int] = Counter()
    for y in range(5, dump.viewport().height(), 6):
        for x in range(dump.viewport().width()):
            at = dump.byte_at(x, y)
            if at is not None and QColor(image.pixel(int(x * scale), int(y * scale))) == theme.colours().hit:
                seen[at] += 1
    found = [at for at, pixels in seen.items() if pixels > 9]  # a mark begins and ends between two of them
    return (min(found), max(found) + 1) if found else None


def current(pane: TreeAndBytes) -> str:
    item = pane.tree.nodes.item(pane.tree.currentIndex()) if pane.tree.currentIndex().isValid() else None
    return "" if item is None else item.node.name or str(item.row)


def click(pane: TreeAndBytes, at: int) -> None:
    """With the mouse on the hex of a byte, wherever it is drawn."""
    viewport = pane.bytes.dump.viewport()
    places = [
        QPoint(x, y)
        for y in range(4, viewport.height(), 6)
        for x in range(0, viewport.width(), 3)
        if pane.bytes.dump.byte_at(x, y) == at
    ]
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, places[len(places) // 3])


def test_that_the_bytes_of_the_node_that_is_selected_are_marked(qtbot: QtBot) -> None:
    pane = shown(qtbot, part())
    assert marked(pane) is None
    nodes = pane.tree.nodes
    for index, span in ((nodes.index(0, 0), (2, 5)), (nodes.index(0, 0, nodes.index(1, 0)), (13, 14))):
        with qtbot.waitSignal(pane.marked) as said:
            pane.tree.setCurrentIndex(index)
        assert said.args == [span]
        assert marked(pane) == span
    pane.tree.setCurrentIndex(nodes.index(2, 0))
    assert marked(pane) is None


def test_that_the_dump_scrolls_to_the_bytes(qtbot: QtBot) -> None:
    far = Node("", "record", "", (Node("near", "int", "1", span=(0, 1)), Node("far", "int", "2", span=(230, 234))))
    pane = shown(qtbot, part(far))
    pane.tree.setCurrentIndex(pane.tree.nodes.index(1, 0))
    assert marked(pane) == (230, 234)
    pane.tree.setCurrentIndex(pane.tree.nodes.index(0, 0))
    assert marked(pane) == (0, 1)


@pytest.mark.parametrize(
    ("at", "name", "span"),
    [(3, "a", (2, 5)), (13, "c", (13, 14)), (15, "b", (10, 40)), (25, "0", (20, 30)), (0, "", None), (6, "", None)],
)
def test_that_a_click_on_a_byte_selects_the_innermost_node_that_holds_it(
    qtbot: QtBot, at: int, name: str, span: tuple[int, int] | None
) -> None:
    pane = shown(qtbot, part())
    pane.tree.setCurrentIndex(pane.tree.nodes.index(2, 0))
    click(pane, at)
    assert current(pane) == name
    seen = marked(pane)
    assert (seen is None) if span is None else (seen is not None and span[0] <= seen[0] < seen[1] <= span[1])


def test_that_the_arrow_keys_go_from_byte_to_byte(qtbot: QtBot) -> None:
    pane = shown(qtbot, part())
    dump = pane.bytes.dump
    for _ in range(14):  # the first one selects byte 0
        QTest.keyClick(dump, Qt.Key.Key_Right)
    assert current(pane) == "c"
    QTest.keyClick(dump, Qt.Key.Key_Left)
    assert current(pane) == "b"
    with qtbot.waitSignal(dump.chosen) as said:
        QTest.keyClick(dump, Qt.Key.Key_Down)
    assert said.args == [12 + len(dump.line(0)[2])]
    with qtbot.waitSignal(dump.chosen) as said:
        QTest.keyClick(dump, Qt.Key.Key_Up)
    assert said.args == [12]


def test_that_a_node_far_down_a_long_list_is_found(qtbot: QtBot) -> None:
    count = 3 * CHUNK + 7
    long = Node("", "array", "", tuple(Node("", "int", "1", span=(n % 240, n % 240)) for n in range(count)))
    last = Node("", "int", "2", span=(200, 201))
    pane = shown(qtbot, part(Node("", "record", "", (Node("list", "array", "", (*long.children, last)),))))
    pane.tree.pick(200)
    assert current(pane) == str(count)
    assert pane.tree.visualRect(pane.tree.currentIndex()).isValid()


def test_that_another_record_takes_the_marks_away(qtbot: QtBot) -> None:
    pane = shown(qtbot, part())
    pane.tree.setCurrentIndex(pane.tree.nodes.index(0, 0))
    with qtbot.waitSignal(pane.marked) as said:
        pane.say(part(), VALUE)
    assert said.args == [None]
    assert marked(pane) is None


def test_that_unpacked_bytes_are_called_so_and_a_value_without_places_has_no_bytes_below(qtbot: QtBot) -> None:
    pane = shown(qtbot, part(unpacked=1_204))
    assert (pane.bytes.heading.text, pane.bytes.many.text) == ("Bytes, unpacked", "1,204 of 240 packed")
    pane.say(part(), VALUE)
    assert (pane.bytes.heading.text, pane.bytes.many.text) == ("Bytes", "240")
    assert pane.bytes.isVisible()
    pane.say(part(Node("", "record", "", (Node("a", "int", "1"),))), Node("", "record", "", (Node("a", "int", "1"),)))
    assert not pane.bytes.isVisible()


def test_that_a_low_window_keeps_the_tree(qtbot: QtBot) -> None:
    pane = shown(qtbot, part(), 200)
    assert not pane.bytes.isVisible()
    pane.resize(372, 500)
    assert pane.bytes.isVisible()


def test_that_a_real_record_is_linked_from_wire_to_tree(qtbot: QtBot) -> None:
    """Avro behind Confluent's prefix: {"n": long, "s": string}."""

    class One:
        def find_schema(self, _name: object) -> Schema | SchemaState:
            fields = '[{"name": "n", "type": "long"}, {"name": "s", "type": "string"}]'
            return Schema("r", 7, "AVRO", f'{{"type": "record", "name": "P", "fields": {fields}}}')

    data = b"\0" + struct.pack(">i", 7) + b"\x54\x06foo"
    said = part_of(Payload(data, "value", "t", ()), One())
    pane = shown(qtbot, said)
    click(pane, 7)
    assert (current(pane), marked(pane)) == ("s", (6, 10))
    with qtbot.waitSignal(pane.tree.bytes_wanted) as wanted:
        QTest.keyClick(pane.tree, Qt.Key.Key_C, Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier)
    assert pane.bytes.dump.copy_bytes(*wanted.args) == "Copied 4 bytes as hex."
    assert QGuiApplication.clipboard().text() == "06666f6f"
    assert pane.tree.nodes.parent(QModelIndex()) == QModelIndex()
