"""A table that stands whole on a page: as high as its rows, with a tone for each cell, and keys that open a row."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from meshdesk.ui import theme
from meshdesk.ui.product_words import Cell
from meshdesk.ui.widgets.sheet import Sheet


def sheet(qtbot: QtBot, count: int) -> Sheet:
    made = Sheet("Ports", ("Port", "Rate"), (3, 1), (1,))
    qtbot.addWidget(made)
    made.show_rows([[Cell(f"topic {n}", tip="all of it"), Cell("8/s", "attention_text")] for n in range(count)])
    made.resize(400, made.sizeHint().height())
    made.show()
    return made


def test_that_it_is_as_high_as_its_rows_and_its_columns_fill_it(qtbot: QtBot) -> None:
    made = sheet(qtbot, 3)
    assert made.sizeHint().height() == 4 * theme.LIST_ROW + 2
    assert made.columnWidth(0) + made.columnWidth(1) == made.viewport().width()
    assert made.columnWidth(0) == 300


def test_that_a_cell_has_its_words_its_tone_its_side_and_a_tip(qtbot: QtBot) -> None:
    model = sheet(qtbot, 1).content
    first, second = model.index(0, 0), model.index(0, 1)
    assert (model.data(first), model.data(first, Qt.ItemDataRole.ToolTipRole)) == ("topic 0", "all of it")
    assert model.data(second, Qt.ItemDataRole.ForegroundRole) == theme.colours().attention_text
    assert model.data(second, Qt.ItemDataRole.ToolTipRole) == "8/s"
    aligned = model.data(second, Qt.ItemDataRole.TextAlignmentRole)
    assert isinstance(aligned, int)
    assert aligned & Qt.AlignmentFlag.AlignRight.value


def test_that_return_opens_the_row_that_is_selected(qtbot: QtBot) -> None:
    made = sheet(qtbot, 3)
    opened: list[int] = []
    made.opened.connect(opened.append)
    QTest.keyClick(made, Qt.Key.Key_Return)
    assert opened == []
    made.setCurrentIndex(made.content.index(1, 0))
    QTest.keyClick(made, Qt.Key.Key_Return)
    assert opened == [1]


def test_that_words_that_change_keep_what_is_selected(qtbot: QtBot) -> None:
    made = sheet(qtbot, 3)
    made.setCurrentIndex(made.content.index(1, 0))
    made.show_rows([[Cell(f"topic {n}"), Cell("9/s")] for n in range(3)])
    assert made.currentIndex().row() == 1
    made.show_rows([])
    assert made.sizeHint().height() == theme.LIST_ROW + 2
