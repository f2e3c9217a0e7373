"""A plain table: rows of one height, one of which is selected whole, and names for a screen reader."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView
from pytestqt.qtbot import QtBot

from meshdesk.ui import theme
from meshdesk.ui.widgets.plain_table import PAD, make_plain, paint_words, rows_on_screen


def test_that_a_plain_table_has_rows_of_one_height_and_says_what_it_is(qtbot: QtBot) -> None:
    table = QTableView()
    qtbot.addWidget(table)
    model = QStandardItemModel(3, 2, table)
    table.setModel(model)
    head = make_plain(table, "Groups of consumers", "the groups", QHeaderView.ResizeMode.Fixed)
    assert [table.rowHeight(row) for row in range(3)] == [theme.LIST_ROW] * 3
    assert (table.accessibleName(), head.accessibleName()) == ("Groups of consumers", "Columns of the groups")
    assert head.sectionResizeMode(0) == QHeaderView.ResizeMode.Fixed
    table.selectRow(1)
    table.selectRow(2)
    assert [index.row() for index in table.selectionModel().selectedRows()] == [2]
    assert table.editTriggers() == QAbstractItemView.EditTrigger.NoEditTriggers


def test_that_it_knows_which_rows_are_on_the_screen(qtbot: QtBot) -> None:
    table = QTableView()
    qtbot.addWidget(table)
    table.setModel(QStandardItemModel(100, 1, table))
    make_plain(table, "Groups", "the groups", QHeaderView.ResizeMode.Fixed)
    table.resize(300, 10 * theme.LIST_ROW)
    table.show()
    first, count, top = rows_on_screen(table)
    assert (first, top) == (0, 0)
    assert 9 <= count <= 11
    table.scrollToBottom()
    first, count, top = rows_on_screen(table)
    assert first + count >= 100
    assert -theme.LIST_ROW < top <= 0


def test_that_words_keep_to_their_column(qtbot: QtBot) -> None:
    image = QImage(200, 3 * theme.LIST_ROW, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    black = QColor("black")
    cells = [("a", black), ("W" * 80, black), ("", black)]
    with QPainter(image) as painter:
        paint_words(painter, QRectF(20, 0, 160, theme.LIST_ROW), cells, is_number=True)
    for row in range(3):
        ys = range(row * theme.LIST_ROW, (row + 1) * theme.LIST_ROW)
        ink = [x for x in range(200) if any(image.pixelColor(x, y) != QColor("white") for y in ys)]
        assert all(20 + PAD - 2 <= x <= 180 - PAD + 1 for x in ink)
        assert bool(ink) == bool(cells[row][0])
        assert not ink or max(ink) > 180 - PAD - 14
