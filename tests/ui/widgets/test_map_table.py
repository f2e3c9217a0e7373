"""The table of the map: the same content, aligned, with what reads what."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from meshdesk.model.graph import graph
from meshdesk.ui.widgets.map_table import COLUMNS, MapTable
from tests.unit.model.shop import mesh_of, reads, shop, topic


def table_on(qtbot: QtBot) -> MapTable:
    table = MapTable()
    qtbot.addWidget(table)
    table.resize(1_000, 400)
    table.content.show(graph(shop().now(), "products"))
    table.content.show_rates({"sales.orders.placed.v1": 812.0})
    table.show()
    return table


def rows(table: MapTable) -> list[list[str]]:
    model = table.content
    return [[str(model.index(row, column).data()) for column in range(len(COLUMNS))] for row in range(model.rowCount())]


def test_that_every_box_is_a_row_with_what_it_reads_and_who_reads_it(qtbot: QtBot) -> None:
    table = table_on(qtbot)
    QAbstractItemModelTester(table.content)
    assert rows(table) == [
        ["Scores", "data product", "fraud", "1", "", "unknown", "Orders", "Consumers"],
        ["Consumers", "consumers", "fraud, inferred", "", "1", "", "Orders", ""],
        ["Orders", "data product", "sales", "1", "", "812/s", "", "Consumers, Consumers, Scores"],
        ["Other topics", "topics of no product", "sales", "1", "", "unknown", "", ""],
        ["Topics", "topics of no product", "unknown", "1", "", "unknown", "", "Consumers"],
        ["Consumers", "consumers", "unknown", "", "1", "", "Orders, Scores, Topics", ""],
    ]


def test_that_numbers_stand_at_the_right(qtbot: QtBot) -> None:
    model = table_on(qtbot).content
    sides = [model.index(0, column).data(Qt.ItemDataRole.TextAlignmentRole) for column in range(len(COLUMNS))]
    assert [bool(side & int(Qt.AlignmentFlag.AlignRight)) for side in sides] == [False] * 3 + [True] * 3 + [False] * 2


def test_that_keys_choose_and_open_and_what_is_chosen_elsewhere_is_marked_in_silence(qtbot: QtBot) -> None:
    table = table_on(qtbot)
    table.setFocus()
    with qtbot.waitSignal(table.chosen) as chosen:
        QTest.keyClick(table, Qt.Key.Key_Down)
    assert chosen.args == [table.content.boxes[table.currentIndex().row()].key]
    with qtbot.assertNotEmitted(table.chosen):
        table.choose("product orders")
    assert table.currentIndex().row() == 2
    with qtbot.waitSignal(table.opened) as opened:
        QTest.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == ["product orders"]
    table.choose("nothing")
    assert table.selectionModel().selectedRows() == []


def test_that_many_names_are_a_few_and_a_number_with_more_in_the_hover(qtbot: QtBot) -> None:
    table = table_on(qtbot)
    mesh = mesh_of(topic("o"), *[fact for number in range(9) for fact in reads(f"zz{number}", "o")])
    table.content.show(graph(mesh.now(), "topics"))
    row = next(at for at, box in enumerate(table.content.boxes) if box.key == "topic o")
    cell = table.content.index(row, COLUMNS.index("Read by"))
    assert cell.data() == "zz0, zz1, zz2, zz3, zz4, zz5 and 3 more"
    assert cell.data(Qt.ItemDataRole.ToolTipRole) == ", ".join(f"zz{number}" for number in range(9))
