"""A plain table: rows of one height, one of which is selected whole, and names for a screen reader."""

from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView
from pytestqt.qtbot import QtBot

from meshdesk.ui import theme
from meshdesk.ui.widgets.plain_table import make_plain


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
