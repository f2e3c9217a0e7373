"""The inspector: all about one record, and what to do where none is selected."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from meshdesk.decode.chain import decode
from meshdesk.explain.look import part_of
from meshdesk.model.frame import FrameReader, Message, encode
from meshdesk.model.node import CONTAINERS, Node, parts_at, within
from meshdesk.model.row import Details, details_frame, details_from
from meshdesk.ui import theme
from meshdesk.ui.widgets.inspector import BYTES, HEADERS, SCHEMA, TEXT, TREE, Inspector
from meshdesk.ui.widgets.node_model import NodeModel
from tests.ui.memory import details_of, row
from tests.unit.decode.golden import PAYLOADS, case, payload, schemas_of


def inspector_on(qtbot: QtBot, details: Details | None) -> Inspector:
    inspector = Inspector()
    qtbot.addWidget(inspector)
    inspector.resize(372, 800)
    inspector.show()
    inspector.refresh(details, 1)
    inspector.grab()
    return inspector


def decoded_frame(message: Message) -> Message:
    """A message as it comes out of the pipe."""
    (came,) = FrameReader().feed(encode(message))
    return came


def lines_of(nodes: NodeModel, parent: QModelIndex | None = None) -> Iterator[QModelIndex]:
    """All lines of a tree from the top."""
    above = parent or QModelIndex()
    while nodes.canFetchMore(above):
        nodes.fetchMore(above)
    for number in range(nodes.rowCount(above)):
        index = nodes.index(number, 0, above)
        yield index
        yield from lines_of(nodes, index)


def turn_to(inspector: Inspector, page: int) -> None:
    inspector.tabs.choose(page)
    inspector.tabs.chosen.emit(page)


def test_that_without_a_record_it_says_what_to_do(qtbot: QtBot) -> None:
    inspector = inspector_on(qtbot, None)
    assert inspector._empty.isVisible()
    assert inspector._empty.text == "No record is selected Select one in the list to look into it."


def test_that_it_tells_the_record_its_chain_and_its_facts(qtbot: QtBot) -> None:
    inspector = inspector_on(qtbot, details_of(row(4, partition=2, offset=1184011)))
    assert inspector.title.text == "Record  2 : 1,184,011"
    assert inspector.chain.accessibleName() == "How it was read: Confluent id 42 → Avro"
    facts = inspector.facts.accessibleDescription()
    for said in (
        "Topic: orders.placed.v1",
        "set by the producer",
        "Leader epoch: 4",
        "Size: 194 B · key 8 B, value 231 B",
    ):
        assert said in facts
    assert not inspector.note.isVisible()


def test_that_key_and_value_change_places(qtbot: QtBot) -> None:
    inspector = inspector_on(qtbot, details_of(row(0, key="c-000042")))
    inspector.side.choose(0)
    inspector.side.chosen.emit(0)
    assert inspector.tree.nodes.index(0, 0).data() == '"c-000042"'
    assert inspector.text.toPlainText() == "c-000042"


def test_that_null_is_told_as_null_everywhere(qtbot: QtBot) -> None:
    inspector = inspector_on(qtbot, details_of(row(0, null_value=True)))
    assert inspector.tree.nodes.index(0, 0).data() == "∅"
    assert inspector.text.toPlainText() == "∅"


def test_that_headers_bytes_and_schema_have_their_pages(qtbot: QtBot) -> None:
    inspector = inspector_on(qtbot, details_of(row(0)))
    turn_to(inspector, HEADERS)
    assert [inspector.headers.nodes.index(n, 0).data() for n in range(2)] == [
        'traceparent "00-4bf92f"',
        'ce_type "00-4bf92f"',
    ]
    turn_to(inspector, BYTES)
    assert inspector.dump.text.startswith("0000  07 08 09")
    turn_to(inspector, SCHEMA)
    assert inspector.schema.toPlainText().startswith(
        "Read as\nConfluent id 42 → Avro\n\nSchema\norders.placed.v1-value version 3, id 42\n\n"
    )
    inspector.grab()


def test_that_trouble_and_what_was_tried_are_told(qtbot: QtBot) -> None:
    details = details_of(row(0, trouble="Schema 42 is not in the registry. Check the subject."))
    tried = (("Avro", "Schema 42 is not known."), ("JSON", "Byte 0 is no JSON."))
    inspector = inspector_on(qtbot, replace(details, value=replace(details.value, tried=tried)))
    assert inspector.note.isVisible()
    assert inspector.note.accessibleName().startswith("Schema 42 is not in the registry.")
    assert inspector.schema.toPlainText().endswith(
        "\n\nTried before\nAvro: Schema 42 is not known.\nJSON: Byte 0 is no JSON."
    )


def test_that_the_old_record_stays_while_the_new_one_is_on_its_way(qtbot: QtBot) -> None:
    inspector = inspector_on(qtbot, details_of(row(0)))
    inspector.refresh(None, 1)
    assert inspector.title.isVisible()
    inspector.refresh(None, 0)
    assert inspector._empty.isVisible()


def test_that_the_line_that_is_selected_stays_so_where_the_record_is_read_anew(qtbot: QtBot) -> None:
    details = details_of(row(0))
    inspector = inspector_on(qtbot, details)
    inspector.tree.setCurrentIndex(inspector.tree.nodes.index(2, 0))
    inspector.refresh(replace(details, value=replace(details.value, trouble="It was read anew.")), 1)
    assert inspector.tree.currentIndex() == inspector.tree.nodes.index(2, 0)
    inspector.refresh(details_of(row(1)), 1)
    assert not inspector.tree.currentIndex().isValid()


def test_that_a_record_whose_bytes_are_gone_says_so(qtbot: QtBot) -> None:
    inspector = inspector_on(qtbot, details_of(row(0, partition=-1, offset=-1, timestamp=None)))
    assert inspector.title.text == "Record  – : –"


def test_that_the_value_of_a_node_is_copied(qtbot: QtBot) -> None:
    inspector = inspector_on(qtbot, details_of(row(0)))
    inspector.tree.setCurrentIndex(inspector.tree.nodes.index(2, 0))
    with qtbot.waitSignal(inspector.said) as said:
        inspector.copy_value()
    assert said.args == ["Copied 6 characters."]
    assert QGuiApplication.clipboard().text() == "412.90"
    turn_to(inspector, TEXT)
    QTest.keyClick(inspector.text, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    inspector.copy_value()
    assert QGuiApplication.clipboard().text().startswith("{")


def test_that_the_node_that_is_selected_has_its_bytes_marked_on_their_own_page_too(qtbot: QtBot) -> None:
    inspector = inspector_on(qtbot, details_of(row(0)))
    inspector.tree.setCurrentIndex(inspector.tree.nodes.index(2, 0))
    turn_to(inspector, BYTES)
    with qtbot.waitSignal(inspector.said) as said:
        inspector.copy_value()
    assert said.args == ["Copied 4 bytes as hex."]
    assert QGuiApplication.clipboard().text() == bytes(range(28, 32)).hex()
    inspector.dump.choose(3)
    assert not inspector.tree.currentIndex().isValid()
    inspector.dump.choose(22)
    assert inspector.tree.currentIndex() == inspector.tree.nodes.index(2, 0)


@pytest.mark.parametrize("width", [240, 372, 900])
def test_that_hard_records_fit_at_any_width(qtbot: QtBot, width: int) -> None:
    details = details_of(row(0, topic="t" * 249, trouble="Trouble " * 60))
    wild = Node("", "record", "", (Node("ن" * 300, "string", "שלום \u202e" * 200), Node("n" * 500, "int", "9" * 400)))
    value = replace(details.value, tree=wild, chain=("x" * 200, "Avro"), tried=(("decoder", "why " * 100),) * 20)
    inspector = inspector_on(qtbot, replace(details, value=value))
    inspector.resize(width, 500)
    inspector.grab()
    assert inspector.minimumSizeHint().width() <= 372
    assert inspector.tabs.width() <= 372


def test_that_a_text_comes_as_text_and_bytes_as_a_dump_until_somebody_wants_the_tree(qtbot: QtBot) -> None:
    plain = details_of(row(0))
    text = replace(plain, value=replace(plain.value, tree=Node("", "string", "line one")))
    data = replace(plain, value=replace(plain.value, tree=Node("", "bytes", "00ff")))
    inspector = inspector_on(qtbot, text)
    for details, page in ((text, TEXT), (data, BYTES), (plain, TREE), (text, TEXT)):
        inspector.refresh(details, 1)
        assert (inspector.tabs.place, inspector._pages.currentIndex()) == (page, page)
    turn_to(inspector, TREE)
    assert inspector.tree.isVisible()
    turn_to(inspector, HEADERS)
    inspector.refresh(data, 1)
    assert inspector.tabs.place == HEADERS  # what was chosen stays


def test_that_no_headers_are_said_and_the_sizes_add_up(qtbot: QtBot) -> None:
    inspector = inspector_on(qtbot, replace(details_of(row(0, size=300)), headers=()))
    turn_to(inspector, HEADERS)
    assert inspector.headers.accessibleDescription() == "The record has no headers."
    assert inspector.headers.nodes.rowCount() == 0
    assert "Size: 300 B · key 8 B, value 231 B, headers 61 B" in inspector.facts.accessibleDescription()
    inspector.grab()


def test_that_a_value_too_long_for_its_line_is_told_whole(qtbot: QtBot) -> None:
    inspector = inspector_on(qtbot, details_of(row(0)))
    inspector.tree.say(Node("", "string", "<b>" + "long " * 30))
    tip = inspector.tree.nodes.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert tip.startswith("<p>&quot;&lt;b&gt;long long")
    inspector.tree.say(Node("", "string", "short"))
    assert inspector.tree.nodes.index(0, 0).data(Qt.ItemDataRole.ToolTipRole) is None


def test_that_the_words_of_the_tabs_keep_their_room_in_a_narrow_inspector(qtbot: QtBot) -> None:
    inspector = inspector_on(qtbot, details_of(row(0)))
    inspector.resize(320, 600)
    inspector.tabs.name_segment(HEADERS, "Headers 203")
    QApplication.processEvents()
    metrics = QFontMetrics(theme.font("text"))
    for button in inspector.tabs.findChildren(QAbstractButton):
        assert button.width() >= metrics.horizontalAdvance(button.text()) + 8


def test_that_the_word_of_the_filter_is_marked_in_tree_and_text(qtbot: QtBot) -> None:
    inspector = inspector_on(qtbot, details_of(row(0)))

    def marked() -> bool:
        image = inspector.tree.grab().toImage()
        hit = theme.colours().hit
        return any(image.pixelColor(x, y) == hit for y in range(image.height()) for x in range(image.width()))

    assert not marked()
    inspector.show_hits("a-88210")
    assert marked()
    (mark,) = inspector.text.extraSelections()
    assert mark.cursor.selectedText() == "A-88210"
    party = replace(details_of(row(0)).value, text="\U0001f389 für A-88210")
    inspector.refresh(replace(details_of(row(0)), value=party), 1)
    assert [m.cursor.selectedText() for m in inspector.text.extraSelections()] == ["A-88210"]
    inspector.show_hits("")
    assert not marked()
    assert inspector.text.extraSelections() == []


# Real payloads of each format, and of what is hard in them the text that has to be copied, as their writers were given it.
HARD = {
    "confluent-avro/extremes": {
        "long_max": "9223372036854775807", "past_double": "9007199254740993", "nan": "NaN", "ninf": "-Infinity",
        "nzero": "-0.0", "tiny": "5e-324", "emoji": "🚚 Ærø",
    },
    "confluent-avro/logical-types": {"amount": "12.340", "fee": "-0.0150", "settled": "2026-03-01T12:00:01.123456Z"},
    "confluent-protobuf/scalars-extremes": {
        "f_uint64": "18446744073709551615", "f_sint64": "-9223372036854775808", "f_float": "-Infinity",
        "zigzags[2]": "-9223372036854775808", "doubles[2]": "NaN", "by_number.-5": "minus five", "f_bytes": "00ff0a0d",
    },
    "confluent-json/big-integer": {"cents": "9223372036854775807", "weight_kg": "0.1"},
    "messagepack/every-width": {"u64": "18446744073709551615", "nan": "NaN", "arr16[17]": "17"},
    "cbor/tags": {"big": "1180591620717411303424", "dec": "12.340", "at": "2026-03-01T12:00:01.123456Z"},
    "compressed-value/gzip-avro-container": {"[2].cents": "2000", "[1].order_id": "O-1"},
}  # fmt: skip


@pytest.mark.parametrize("name", HARD)
def test_that_every_part_of_a_real_value_is_copied_exactly_with_its_path_and_its_bytes(qtbot: QtBot, name: str) -> None:
    stored = case(PAYLOADS / f"{name}.json")
    wanted = payload(stored, "value")
    plain, part = details_of(row(0)), part_of(wanted, schemas_of(stored))
    details = details_from(decoded_frame(details_frame(replace(plain, value=part))))
    inspector = inspector_on(qtbot, details)
    unpacked = decode(wanted, schemas_of(stored)).unpacked
    data = (wanted.data or b"") if unpacked is None else unpacked
    found, without_bytes = {}, []

    def copied(ask: Callable[[], None]) -> str:
        QGuiApplication.clipboard().clear()
        ask()
        return QGuiApplication.clipboard().text()

    for index in lines_of(inspector.tree.nodes):
        inspector.tree.setCurrentIndex(index)
        node = inspector.tree.nodes.item(index).node  # type: ignore[union-attr]
        path = copied(inspector.tree.copy_path)
        if node.kind not in CONTAINERS:
            found[path] = copied(inspector.copy_value)
            assert found[path] == node.text
        in_hex = copied(inspector.tree.copy_bytes)
        if node.span is None:
            without_bytes.append(path)
        assert in_hex == ("" if node.span is None else data[slice(*node.span)].hex())
    assert found | HARD[name] == found
    assert without_bytes == []


def test_that_parts_that_are_to_come_are_asked_for_of_the_side_that_is_shown_and_taken_once(qtbot: QtBot) -> None:
    lines = Node("lines", "array", "", tuple(Node(str(n), "int", str(n)) for n in range(900)))
    whole = Node("", "record", "", (lines,))
    details = details_of(row(0))
    part = replace(details.value, tree=within(whole, 200, most=2))
    inspector = inspector_on(qtbot, replace(details, value=part, key=part))
    asked: list[tuple[str, tuple[int, ...], int]] = []
    takers: list[Callable[[tuple[Node, ...], int], None]] = []

    def note(role: str, path: tuple[int, ...], first: int, take: Callable[[tuple[Node, ...], int], None]) -> None:
        asked.append((role, path, first))
        takers.append(take)

    inspector.parts_wanted.connect(note)
    tree = inspector.tree
    tree.expand(tree.nodes.index(0, 0))
    qtbot.waitUntil(lambda: len(asked) == 1)
    inspector.side.choose(0)
    inspector.side.chosen.emit(0)
    takers[0](*parts_at(whole, (0,), 2, 100_000))  # of the value, which is not shown any more
    tree.expand(tree.nodes.index(0, 0))
    qtbot.waitUntil(lambda: len(asked) == 2)
    assert tree.nodes.rowCount(tree.nodes.index(0, 0)) == 3
    takers[1](*parts_at(whole, (0,), 2, 100_000))
    assert asked == [("value", (0,), 2), ("key", (0,), 2)]
    assert tree.nodes.rowCount(tree.nodes.index(0, 0)) == 503


def test_that_a_part_that_is_not_all_here_is_copied_once_its_text_came(qtbot: QtBot) -> None:
    whole = Node(
        "", "record", "", (Node("lines", "array", "", tuple(Node(str(n), "int", str(n)) for n in range(900))),)
    )
    details = details_of(row(0))
    inspector = inspector_on(qtbot, replace(details, value=replace(details.value, tree=within(whole, 200, most=2))))
    inspector.text_wanted.connect(lambda role, path, take: take(f"{role} {path}"))
    said: list[str] = []
    inspector.said.connect(said.append)
    inspector.tree.setCurrentIndex(inspector.tree.nodes.index(0, 0))
    inspector.copy_value()
    assert QGuiApplication.clipboard().text() == "value (0,)"
    assert said == ["Copied 10 characters."]
