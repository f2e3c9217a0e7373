"""The inspector: all about one record, and what to do where none is selected."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from meshdesk.model.node import Node
from meshdesk.model.row import Details
from meshdesk.ui import theme
from meshdesk.ui.widgets.inspector import BYTES, HEADERS, SCHEMA, TEXT, TREE, Inspector
from tests.ui.memory import details_of, row


def inspector_on(qtbot: QtBot, details: Details | None) -> Inspector:
    inspector = Inspector()
    qtbot.addWidget(inspector)
    inspector.resize(372, 800)
    inspector.show()
    inspector.refresh(details, 1)
    inspector.grab()
    return inspector


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
