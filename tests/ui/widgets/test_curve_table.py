"""The table of the curves: the same as in the plot, in words, with the sum of all."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from meshdesk.model.asked import MINUTE
from meshdesk.ui import theme
from meshdesk.ui.widgets.curve_table import COLUMNS, CurveTable
from tests.unit.model.recording import BEGAN
from tests.unit.model.test_curves import drawn


def table_on(qtbot: QtBot) -> CurveTable:
    table = CurveTable()
    qtbot.addWidget(table)
    table.resize(700, 300)
    table.show()
    made = drawn("product", start=BEGAN - MINUTE)
    table.show_curves(made, None, {"product orders": theme.domain_hue(0)})
    return table


def cells(table: CurveTable, row: int) -> list[object]:
    return [table.content.index(row, column).data() for column in range(len(COLUMNS))]


def head(table: CurveTable) -> object:
    return table.content.headerData(2, Qt.Orientation.Horizontal)


def test_that_each_curve_has_its_row_and_all_together_the_last(qtbot: QtBot) -> None:
    table = table_on(qtbot)
    assert cells(table, 0) == ["Orders", "sales", "30/s", "30/s", "30/s"]
    assert cells(table, table.content.rowCount() - 1) == ["Total", "", "54/s", "54/s", "54/s"]
    assert head(table) == "Newest"


def test_that_the_values_are_those_at_the_crosshair_and_unknown_is_the_word(qtbot: QtBot) -> None:
    table = table_on(qtbot)
    made = drawn("product", start=BEGAN - MINUTE)
    table.show_curves(made, made.column(BEGAN - 30_000), {})
    assert cells(table, 0)[2:] == ["not known", "30/s", "30/s"]
    assert str(head(table)).startswith("At ")


def test_that_a_row_that_is_selected_is_told_and_stays_so_when_the_rows_change(qtbot: QtBot) -> None:
    table = table_on(qtbot)
    with qtbot.waitSignal(table.chosen) as chosen:
        table.setCurrentIndex(table.content.index(1, 0))
    assert chosen.args == ["topics sales"]
    with qtbot.waitSignal(table.opened):
        QTest.keyClick(table, Qt.Key.Key_Return)
    table.show_curves(drawn("topic"), None, {})
    assert not table.selectionModel().hasSelection()
    table.show_curves(drawn("product"), None, {})
    assert table.currentIndex().row() == 1
    with qtbot.waitSignal(table.chosen) as chosen:
        QTest.keyClick(table, Qt.Key.Key_Escape)
    assert chosen.args == [""]
    assert not table.selectionModel().hasSelection()


def test_that_a_curve_that_is_chosen_elsewhere_is_selected_without_telling(qtbot: QtBot) -> None:
    table = table_on(qtbot)
    told: list[str] = []
    table.chosen.connect(told.append)
    table.choose("product scores")
    assert table.currentIndex().row() == 2
    assert told == []
    table.choose("not there")
    assert not table.selectionModel().hasSelection()


def test_that_it_says_how_high_its_rows_are(qtbot: QtBot) -> None:
    table = table_on(qtbot)
    assert table.wanted_height >= theme.LIST_ROW * (table.content.rowCount() + 1)


def test_that_a_curve_wears_its_hue_and_the_line_that_is_selected_is_marked(qtbot: QtBot) -> None:
    table = table_on(qtbot)
    table.choose("product scores")

    def colours(row: int, column: int) -> set[int]:
        box, picture = table.visualRect(table.content.index(row, column)), table.viewport().grab().toImage()
        return {picture.pixel(x, y) for x in range(box.left(), box.right()) for y in range(box.top(), box.bottom())}

    hue, selection = theme.domain_hue(0).rgb(), theme.colours().selection.rgb()
    assert [hue in colours(row, 0) for row in range(3)] == [True, False, False]
    assert [selection in colours(row, 3) for row in range(3)] == [False, False, True]


def test_that_a_pointer_that_moves_has_its_column_drawn_anew(qtbot: QtBot) -> None:
    table = table_on(qtbot)
    made = drawn("product", start=BEGAN - MINUTE)
    before = table.viewport().grab().toImage()
    table.show_curves(made, made.column(BEGAN - 30_000), {"product orders": theme.domain_hue(0)})
    after = table.viewport().grab().toImage()
    other = {
        column
        for column in range(len(COLUMNS))
        for box in [table.visualRect(table.content.index(0, column))]
        if any(
            before.pixel(x, y) != after.pixel(x, y)
            for x in range(box.left(), box.right())
            for y in range(box.top(), box.bottom())
        )
    }
    assert other == {2}
