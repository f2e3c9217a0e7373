"""The record list: what its cells say, how it grows, how it is used with the keyboard, what is remembered."""

import time
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from meshdesk.ui.remembered import Remembered
from meshdesk.ui.widgets.record_lines import (
    COLUMNS,
    DAY_WIDTH,
    FORMAT,
    HEADERS,
    KEY,
    TIME,
    VALUE,
)
from meshdesk.ui.widgets.record_table import RecordTable
from tests.ui.memory import MemoryCapture, opened, row
from tests.ui.widgets.tables import TOPIC, capture_of, table_on


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
    first.show_column(HEADERS, True)
    for column, width in ((KEY, 177), (FORMAT, 99)):
        first.setColumnWidth(column, width)
    first._keep_columns()
    first.show_column(FORMAT, False)
    second, _ = table_on(qtbot, 3, Remembered(tmp_path))
    assert not second.isColumnHidden(HEADERS)
    assert second.isColumnHidden(FORMAT)
    assert second.columnWidth(KEY) == 177
    second.show_column(FORMAT, True)
    assert second.columnWidth(FORMAT) == 99


def test_that_the_value_column_takes_what_the_others_leave(qtbot: QtBot) -> None:
    table, _ = table_on(qtbot, 3)
    table.resize(1300, 400)
    assert sum(table.columnWidth(place) for place in range(len(COLUMNS))) == table.viewport().width()
    assert table.isColumnHidden(HEADERS)
    before = table.columnWidth(VALUE)
    table.show_column(HEADERS, True)
    assert table.columnWidth(VALUE) == before - COLUMNS[HEADERS].width


def test_that_the_column_of_times_makes_room_for_days_only_where_there_is_another_than_today(qtbot: QtBot) -> None:
    now = time.time_ns() // 1_000_000
    for timestamp, width in ((now, COLUMNS[TIME].width), (now - 3 * 86_400_000, DAY_WIDTH)):
        made = MemoryCapture()
        made.add(*(row(k, timestamp=timestamp) for k in range(9)))
        made.known = {("orders.placed.v1", k): held for k, held in enumerate(made.held["orders.placed.v1"])}
        table = RecordTable(Remembered(None))
        qtbot.addWidget(table)
        table.resize(804, 500)
        table.show()
        table.show_list(opened(made), "orders.placed.v1", 9)
        table.grab()
        QApplication.processEvents()
        assert table.columnWidth(TIME) == width


def test_that_the_keyboard_that_comes_to_a_list_at_its_end_goes_on_from_there(qtbot: QtBot) -> None:
    made = capture_of(500)
    table = RecordTable(Remembered(None))
    qtbot.addWidget(table)
    table.resize(804, 500)
    table.show()
    table.show_list(opened(made), TOPIC, 500)
    table.to_the_end()
    table.activateWindow()
    table.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(table.hasFocus)
    assert not table.currentIndex().isValid()
    QTest.keyClick(table, Qt.Key.Key_Up)
    assert table.chosen() == [499]
