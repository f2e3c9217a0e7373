"""The table of groups: sorted as asked, fitted to its width, drawn by itself, and what is selected stays selected."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from meshdesk.model.consuming import Line, State
from meshdesk.model.lag import Total
from meshdesk.model.late import Late
from meshdesk.session.consumers import Told
from meshdesk.ui import theme
from meshdesk.ui.widgets import consumer_table
from meshdesk.ui.widgets.consumer_table import ConsumerTable
from meshdesk.ui.widgets.consumer_words import BEHIND, COLUMNS, GROUP, HOUR, OFFSETS, RATES, STATE


def line(group: str, behind: int, state: State = "steady") -> Line:
    total = Total(behind, 0, 1, 0, Late(behind / 10, 0.5))
    return Line(group, ("t",), ("Orders",), total, 10.0, 10.0, state)


def told(*lines: Line) -> Told:
    return Told(lines, 0, {one.group: (None, 0.0, 5.0, 9.0) for one in lines})


LINES = (line("stuck one", 900, "stuck"), line("a", 5), line("b", 50), line("c", 20))


def table_on(qtbot: QtBot, *lines: Line, width: int = 1_000) -> ConsumerTable:
    table = ConsumerTable()
    qtbot.addWidget(table)
    table.resize(width, 300)
    table.show_told(told(*(lines or LINES)), "")
    table.show()
    return table


def groups(table: ConsumerTable) -> list[str]:
    return [one.group for one in table.content.lines]


def test_that_a_click_on_a_column_sorts_and_a_third_one_sorts_as_before(qtbot: QtBot) -> None:
    table = table_on(qtbot)
    QAbstractItemModelTester(table.content)
    head = table.horizontalHeader()
    orders = []
    for column in (BEHIND, BEHIND, BEHIND, GROUP, GROUP, STATE):
        where = head.sectionViewportPosition(column) + 20
        QTest.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(where, 9))
        orders.append("".join(name[0] for name in groups(table)))
    assert orders == ["sbca", "acbs", "sabc", "abcs", "scba", "sabc"]
    assert str(table.content.headerData(GROUP, Qt.Orientation.Horizontal)) == "Group"


def test_that_the_sorted_column_says_so(qtbot: QtBot) -> None:
    table = table_on(qtbot)
    table.content.sort_by(OFFSETS)
    assert str(table.content.headerData(OFFSETS, Qt.Orientation.Horizontal)) == "Offsets ↓"
    table.content.sort_by(OFFSETS)
    assert str(table.content.headerData(OFFSETS, Qt.Orientation.Horizontal)) == "Offsets ↑"


def test_that_what_is_selected_stays_selected_when_the_groups_are_told_anew(qtbot: QtBot) -> None:
    table = table_on(qtbot)
    chosen: list[str] = []
    table.chosen.connect(chosen.append)
    QTest.mouseClick(
        table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualRect(table.content.index(1, 0)).center()
    )
    assert chosen == ["a"]
    table.show_told(told(*LINES[::-1], line("new", 7)), "a")
    assert (table.choice, chosen) == ("a", ["a"])
    table.show_told(told(LINES[0]), "a")
    assert table.choice == ""


def test_that_columns_give_way_where_there_is_no_room_and_the_measure_that_is_read_stays(qtbot: QtBot) -> None:
    table = table_on(qtbot)
    assert not any(table.isColumnHidden(place) for place in range(len(COLUMNS)))
    assert sum(table.columnWidth(place) for place in range(len(COLUMNS))) == table.viewport().width()
    table.resize(650, 300)
    assert [place for place in range(len(COLUMNS)) if table.isColumnHidden(place)] == [HOUR]
    table.resize(430, 300)
    assert [place for place in range(len(COLUMNS)) if table.isColumnHidden(place)] == [OFFSETS, RATES, HOUR]
    table.measure(is_time=False)
    assert [place for place in range(len(COLUMNS)) if table.isColumnHidden(place)] == [BEHIND, RATES, HOUR]
    table.resize(1_000, 300)
    head = table.horizontalHeader()
    assert head.visualIndex(OFFSETS) < head.visualIndex(BEHIND)


def test_that_the_last_hour_is_drawn_in_the_tone_of_the_state(qtbot: QtBot) -> None:
    table = table_on(qtbot)
    picture = table.grab().toImage()
    rows = [table.visualRect(table.content.index(row, HOUR)) for row in (0, 1)]
    top = table.viewport().y()
    tones = []
    for box in rows:
        pixels = {
            QColor(picture.pixel(x, y + top)).rgb()
            for x in range(box.left(), box.right())
            for y in range(box.top(), box.bottom())
        }
        tones.append(pixels)
    assert theme.colours().bad.rgb() in tones[0] or len(tones[0]) > 3
    assert tones[0] != tones[1]


def test_that_the_line_that_is_selected_is_marked_and_words_stand_at_the_side_of_their_column(qtbot: QtBot) -> None:
    table = table_on(qtbot)
    bare = table.viewport().grab().toImage()
    table.choose("b")
    picture = table.viewport().grab().toImage()
    row = table.content.row_of("b")
    for place in range(table.content.rowCount()):
        x, y = table.visualRect(table.content.index(place, GROUP)).topLeft().toTuple()
        assert (QColor(picture.pixel(x + 2, y + 2)) == theme.colours().selection) == (place == row)

    def inked(column: int) -> list[int]:
        box = table.visualRect(table.content.index(row, column))
        ground = bare.pixel(box.left() + 1, box.top() + 1)
        ink = [
            x
            for x in range(box.left(), box.right())
            if any(bare.pixel(x, y) != ground for y in range(box.top() + 1, box.bottom() - 1))
        ]
        return [ink[0] - box.left(), box.right() - ink[-1]]

    assert inked(GROUP)[0] < inked(GROUP)[1]
    assert inked(OFFSETS)[0] > inked(OFFSETS)[1]


def test_that_a_screen_reader_hears_each_cell_and_the_last_hour_in_words(qtbot: QtBot) -> None:
    table = table_on(qtbot)
    spoken = [
        str(table.content.index(0, place).data(Qt.ItemDataRole.AccessibleTextRole)) for place in range(len(COLUMNS))
    ]
    assert spoken == ["stuck one", "Orders", "1 m 30 s ± 0.5", "900", "10 / 10", "0 to 9 records behind", "stuck"]


def test_that_ten_thousand_groups_know_which_of_them_are_on_the_screen(qtbot: QtBot) -> None:
    table = table_on(qtbot, *[line(f"group-{n:05d}", n % 90) for n in range(10_000)])
    assert table.seen[0] == "group-00000"
    assert len(table.seen) <= 300 // theme.LIST_ROW + 1
    table.scrollToBottom()
    assert table.seen[-1] == "group-09999"
    at = table.verticalScrollBar().value()
    table.show_told(told(*[line(f"group-{n:05d}", n % 80) for n in range(10_001)]), "")
    assert table.verticalScrollBar().value() == at


def test_that_return_and_a_double_click_open_what_a_group_reads(qtbot: QtBot) -> None:
    table = table_on(qtbot)
    opened: list[str] = []
    table.opened.connect(opened.append)
    table.choose("b")
    QTest.keyClick(table, Qt.Key.Key_Return)
    row = table.visualRect(table.content.index(0, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=row)
    QTest.mouseDClick(
        table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualRect(table.content.index(0, 0)).center()
    )
    assert opened == ["b", "stuck one"]


def test_that_only_the_columns_that_say_something_else_are_drawn_again(qtbot: QtBot) -> None:
    table = table_on(qtbot)
    qtbot.waitExposed(table)
    table.grab()
    drawn: list[set[int]] = []
    table.content.dataChanged.connect(lambda first, last: drawn[-1].update(range(first.column(), last.column() + 1)))
    for lines in (LINES, (line("stuck one", 990, "stuck"), *LINES[1:]), (line("stuck one", 990), *LINES[1:])):
        drawn.append(set())
        table.show_told(told(*lines), "")
        table.content.tell_hours()
        anew = table_on(qtbot, *lines)
        assert table.grab().toImage() == anew.grab().toImage()
    assert drawn == [{HOUR}, {HOUR, BEHIND, OFFSETS}, {HOUR, STATE}]


def test_that_what_is_painted_of_a_table_are_its_changed_columns(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    table = table_on(qtbot)
    QApplication.processEvents()
    table.show_told(told(*LINES), "")  # of what had the focus nothing is selected any more
    painted: list[int] = []
    monkeypatch.setattr(
        consumer_table, "paint_words", lambda painter, box, *_: painted.append(table.columnAt(int(box.x())))
    )
    table.viewport().update()
    QApplication.processEvents()
    assert set(painted) == set(range(len(COLUMNS))) - {HOUR}
    painted.clear()
    table.show_told(told(line("stuck one", 990, "stuck"), *LINES[1:]), "")
    QApplication.processEvents()
    assert set(painted) == {BEHIND, OFFSETS}


def test_that_a_table_in_another_order_and_light_is_the_same_as_a_new_one(qtbot: QtBot, qapp: QApplication) -> None:
    table = table_on(qtbot)
    qtbot.waitExposed(table)
    before = table.grab().toImage()
    turned = (line("stuck one", 990), *LINES[1:])[::-1]
    table.show_told(told(*turned), "")
    assert table.grab().toImage() != before
    assert table.grab().toImage() == table_on(qtbot, *turned).grab().toImage()

    def hours(table: ConsumerTable) -> QImage:
        place = table.columnViewportPosition(HOUR)
        return table.viewport().grab(QRect(place, 0, table.columnWidth(HOUR), 100)).toImage()

    light = hours(table)
    theme.apply(qapp, "dark")
    try:
        assert light != hours(table) == hours(table_on(qtbot, *turned))
    finally:
        theme.apply(qapp, "light")
