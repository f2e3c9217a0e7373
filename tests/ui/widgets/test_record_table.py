"""The record list: what its cells say, how it grows, how it is used with the keyboard, what is remembered."""

from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel, QPoint, Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from meshdesk.ui import theme
from meshdesk.ui.remembered import Remembered
from meshdesk.ui.widgets.record_lines import (
    COLUMNS,
    FORMAT,
    HEADERS,
    KEY,
    NOT_YET,
    OFFSET,
    PARTITION,
    SIZE,
    TIME,
    VALUE,
    line_of,
)
from meshdesk.ui.widgets.record_paint import runs_of
from meshdesk.ui.widgets.record_table import LINES_KEPT, RecordModel, RecordTable
from tests.ui.memory import MemoryCapture, opened, row

TOPIC = "orders.placed.v1"


def capture_of(rows: int) -> MemoryCapture:
    made = MemoryCapture()
    made.add(*(row(k) for k in range(rows)))
    return made


def all_at_hand(made: MemoryCapture) -> None:
    made.known = {(TOPIC, k): held for k, held in enumerate(made.held[TOPIC])}


def table_on(qtbot: QtBot, rows: int, remembered: Remembered | None = None) -> tuple[RecordTable, MemoryCapture]:
    made = capture_of(rows)
    all_at_hand(made)
    table = RecordTable(remembered or Remembered(None))
    qtbot.addWidget(table)
    table.resize(804, 500)
    table.show()
    table.show_topic(opened(made), TOPIC, rows)
    return table, made


def picture(table: RecordTable) -> QImage:
    return table.grab().toImage()


def test_that_a_row_is_told_in_whole_numbers_a_clock_and_sizes_with_units() -> None:
    line = line_of(row(4, partition=2, offset=1184011, size=1500, headers="a, b", header_count=2))
    texts = dict(zip([column.name for column in COLUMNS], line.texts, strict=True))
    assert (texts["partition"], texts["offset"], texts["size"], texts["headers"]) == (
        "2",
        "1,184,011",
        "1.5 kB",
        "2  a, b",
    )
    assert line.texts[TIME].endswith(".148")
    assert line.texts[FORMAT] == "Avro 42"


def test_that_null_empty_and_a_tombstone_are_three_things() -> None:
    assert line_of(row(0, null_value=True)).texts[VALUE] == "∅ tombstone"
    assert line_of(row(0, null_key=True, null_value=True)).texts[KEY : VALUE + 1] == ("∅", "∅")
    assert line_of(row(0, key="", value="")).texts[KEY : VALUE + 1] == ('""', '""')


def test_that_control_characters_and_turning_marks_cannot_break_a_line() -> None:
    line = line_of(row(0, key="a\tb\nc\x00d", value="x\u202ey\x85\u2028z", tones=()))
    assert line.texts[KEY] == "a·b·c·d"
    assert line.texts[VALUE] == "x·y··z"


def test_that_a_record_whose_bytes_are_gone_has_no_place() -> None:
    line = line_of(row(0, partition=-1, offset=-1))
    assert (line.texts[PARTITION], line.texts[OFFSET]) == ("–", "–")


def test_that_tones_cover_the_text_whatever_they_say() -> None:
    assert runs_of(((2, 4, "name"), (3, 9, "string"), (8, 5, "number"), (20, 30, "name")), 10) == [
        (0, 2, "text"), (2, 4, "declared_text"), (4, 9, "good_text"), (9, 10, "text"),
    ]  # fmt: skip
    assert runs_of((), 3) == [(0, 3, "text")]


def test_that_the_model_keeps_qts_rules_while_it_grows_and_begins_anew(qtbot: QtBot) -> None:
    model = RecordModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    made = capture_of(300)
    model.show(opened(made), TOPIC, 10)
    for rows in (10, 11, 300, 40, 60):
        model.grow(rows)
        assert model.rowCount() == rows
    model.show(None, "", 0)
    assert model.rowCount() == 0


def test_that_rows_grow_in_one_step(qtbot: QtBot) -> None:
    model = RecordModel()
    model.show(opened(capture_of(5_000)), TOPIC, 100)
    with qtbot.waitSignal(model.rowsInserted) as inserted:
        model.grow(5_000)
    assert list(inserted.args[1:]) == [100, 4_999]


def test_that_a_row_on_its_way_is_an_ellipsis_and_then_itself() -> None:
    made = capture_of(3)
    model = RecordModel()
    model.show(opened(made), TOPIC, 3)
    index = model.index(1, OFFSET)
    assert index.data() == NOT_YET
    all_at_hand(made)
    assert index.data() == "1,184,000"


def test_that_a_row_that_is_read_anew_is_told_anew() -> None:
    made = capture_of(1)
    model = RecordModel()
    model.show(opened(made), TOPIC, 1)
    made.known[TOPIC, 0] = row(0, value="bytes", trouble="Schema 42 is not fetched yet.")
    assert model.index(0, VALUE).data() == "bytes"
    made.known[TOPIC, 0] = row(0, value="decoded")
    assert model.index(0, VALUE).data() == "decoded"


def test_that_the_strings_kept_are_bounded() -> None:
    made = capture_of(LINES_KEPT + 500)
    all_at_hand(made)
    model = RecordModel()
    model.show(opened(made), TOPIC, made.rows(TOPIC))
    for k in range(made.rows(TOPIC)):
        model.line(k)
    assert len(model._lines) <= LINES_KEPT


def test_that_the_trouble_of_a_row_is_its_tool_tip() -> None:
    made = capture_of(1)
    made.known[TOPIC, 0] = row(0, trouble="Schema 42 is not in the registry.")
    model = RecordModel()
    model.show(opened(made), TOPIC, 1)
    assert model.index(0, SIZE).data(Qt.ItemDataRole.ToolTipRole) == "Schema 42 is not in the registry."


def test_that_a_screen_reader_finds_a_table_with_the_texts_of_its_cells(qtbot: QtBot) -> None:
    table, _ = table_on(qtbot, 5)
    reader = QAccessible.queryAccessibleInterface(table)
    assert reader.role() == QAccessible.Role.Table
    assert reader.text(QAccessible.Text.Name) == "Records"
    texts = [reader.child(place).text(QAccessible.Text.Name) for place in range(reader.childCount())]
    assert {"1,184,001", "c-015838", "Avro 42"} <= set(texts)


def test_that_selecting_and_scrolling_up_leave_the_end_and_growing_does_not(qtbot: QtBot) -> None:
    table, made = table_on(qtbot, 400)
    table.to_the_end()
    with qtbot.assertNotEmitted(table.left_the_end):
        made.add(*(row(k) for k in range(400, 450)))
        table.grow(450, follow=True)
    assert table.span()[1] == 449
    with qtbot.waitSignal(table.left_the_end):
        table.verticalScrollBar().setValue(0)
    with qtbot.waitSignal(table.left_the_end):
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(100, 30))


def test_that_the_keyboard_goes_everywhere(qtbot: QtBot) -> None:
    table, _ = table_on(qtbot, 200)
    table.to_the_end()
    QTest.keyClick(table, Qt.Key.Key_Up)
    assert table.chosen() == [199]
    QTest.keyClick(table, Qt.Key.Key_Up)
    QTest.keyClick(table, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert table.chosen() == [197, 198]
    QTest.keyClick(table, Qt.Key.Key_PageUp)
    assert table.chosen()[0] < 190
    QTest.keyClick(table, Qt.Key.Key_Home)
    assert table.chosen() == [0]
    QTest.keyClick(table, Qt.Key.Key_PageDown)
    assert table.chosen()[0] > 5
    with qtbot.waitSignal(table.wants_the_end):
        QTest.keyClick(table, Qt.Key.Key_End)
    QTest.keyClick(table, Qt.Key.Key_Escape)
    assert table.chosen() == []


def test_that_rows_are_selected_one_by_one_and_in_ranges(qtbot: QtBot) -> None:
    table, _ = table_on(qtbot, 50)

    def click(k: int, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        at = QPoint(60, table.rowViewportPosition(k) + 5)
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, keys, at)

    click(2)
    click(5, Qt.KeyboardModifier.ShiftModifier)
    assert (table.chosen(), table.chosen_count()) == ([2, 3, 4, 5], 4)
    click(9, Qt.KeyboardModifier.ControlModifier)
    click(3, Qt.KeyboardModifier.ControlModifier)
    assert table.chosen() == [2, 4, 5, 9]


def test_that_the_selection_stays_with_its_rows_while_more_arrive(qtbot: QtBot) -> None:
    table, made = table_on(qtbot, 100)
    table.choose(40)
    made.add(*(row(k) for k in range(100, 900)))
    table.grow(900, follow=False)
    assert table.chosen() == [40]


def test_that_widths_and_hidden_columns_are_remembered(qtbot: QtBot, tmp_path: Path) -> None:
    first, _ = table_on(qtbot, 3, Remembered(tmp_path))
    first.setColumnWidth(KEY, 177)
    first._keep_columns()
    first.show_column(HEADERS, False)
    second, _ = table_on(qtbot, 3, Remembered(tmp_path))
    assert second.isColumnHidden(HEADERS)
    assert second.columnWidth(KEY) == 177


def test_that_the_value_column_takes_what_the_others_leave(qtbot: QtBot) -> None:
    table, _ = table_on(qtbot, 3)
    table.resize(1300, 400)
    assert sum(table.columnWidth(place) for place in range(len(COLUMNS))) == table.viewport().width()
    before = table.columnWidth(VALUE)
    table.show_column(HEADERS, False)
    assert table.columnWidth(VALUE) > before


@pytest.mark.parametrize(
    "hard",
    [
        {"key": "k" * 80, "value": "x" * 160, "headers": "h" * 60, "format": "Protobuf delimited 1234", "tones": ()},
        {"key": "مفتاح طويل جدا " * 5, "value": "שלום עולם " * 16, "tones": ((0, 80, "string"),)},
        {"key": "中文" * 40, "value": "\U0001f389\u0301 e" * 40, "tones": ((0, 500, "name"),)},
        {"timestamp": 10**17, "offset": 9_223_372_036_854_775_807, "partition": 2_147_483_647, "size": 10**12},
        {
            "trouble": "Schema 42 is not in the registry.",
            "value": "\x00" * 160,
            "key": "\n" * 80,
            "tones": ((5, 2, "?"),),
        },
    ],
    ids=["long", "right to left", "wide", "large numbers", "controls"],
)
def test_that_no_record_draws_outside_its_cells(qtbot: QtBot, hard: dict[str, object]) -> None:
    table, made = table_on(qtbot, 3)
    plain = picture(table)
    made.known[TOPIC, 2] = row(2, **hard)  # the last row: no day of a row below depends on it
    drawn = picture(table)
    top, bottom = 3 * theme.LIST_ROW, 4 * theme.LIST_ROW
    differing = {
        y for y in range(plain.height()) for x in range(plain.width()) if plain.pixel(x, y) != drawn.pixel(x, y)
    }
    assert differing
    assert top <= min(differing)
    assert max(differing) < bottom
    for place in (OFFSET, TIME, KEY, VALUE, FORMAT):
        left = table.columnViewportPosition(place)
        edge = [drawn.pixelColor(x, y) for x in (left, left + 2) for y in range(top + 2, bottom - 2)]
        assert all(colour in (theme.LIGHT.canvas, theme.LIGHT.attention) for colour in edge), COLUMNS[place].name


def test_that_a_row_in_trouble_is_marked_by_shape_and_colour(qtbot: QtBot) -> None:
    table, made = table_on(qtbot, 2)
    plain = picture(table)
    made.known[TOPIC, 0] = row(0, trouble="Schema 42 is not in the registry.")
    drawn = picture(table)
    assert drawn.pixelColor(1, theme.LIST_ROW + 10) == theme.LIGHT.attention
    sign = range(table.columnViewportPosition(FORMAT) + 8, table.columnViewportPosition(FORMAT) + 22)
    assert any(plain.pixel(x, theme.LIST_ROW + 12) != drawn.pixel(x, theme.LIST_ROW + 12) for x in sign)


def test_that_the_model_is_a_qt_model_of_eight_columns() -> None:
    model = RecordModel()
    assert isinstance(model, QAbstractItemModel)
    assert [model.headerData(place, Qt.Orientation.Horizontal) for place in range(8)] == [
        "P", "Offset", "Time", "Key", "Value", "Headers", "Format", "Size",
    ]  # fmt: skip
    model.set_zone("CET")
    assert model.headerData(TIME, Qt.Orientation.Horizontal) == "Time (CET)"
