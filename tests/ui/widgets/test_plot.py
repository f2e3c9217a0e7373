"""The plot: values at the pointer, a range by drag and by keys, zoom and pan, and all of it said in words."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from meshdesk.model.asked import MINUTE
from meshdesk.model.curves import Curves
from meshdesk.ui import theme
from meshdesk.ui.curve_hues import CurveHues
from meshdesk.ui.widgets.plot import Plot
from tests.unit.model.recording import BEGAN
from tests.unit.model.test_curves import END, drawn

SHIFT, CONTROL, NONE = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier(0)


def plot_on(qtbot: QtBot, made: Curves | None = None) -> Plot:
    plot = Plot()
    qtbot.addWidget(plot)
    plot.resize(900, 420)
    plot.show()
    made = made or drawn("product")
    hues = CurveHues(lambda domain: theme.domain_hue(["sales", "fraud"].index(domain))).of(made.curves)
    plot.show_curves(made, made.asked.start, made.asked.end, hues)
    QApplication.processEvents()
    return plot


def at(plot: Plot, moment: int, rate: float) -> QPoint:
    assert plot.scale is not None
    return QPointF(plot.scale.x(moment), plot.scale.y(rate)).toPoint()


def point(plot: Plot, where: QPoint) -> None:
    """As Qt tells it; a pointer moved on the display would need the window on top of all others, and mapped by now."""
    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(where), QPointF(plot.mapToGlobal(where)),
        Qt.MouseButton.NoButton, Qt.MouseButton.NoButton, NONE,
    )  # fmt: skip
    QApplication.sendEvent(plot, event)


def turn(plot: Plot, notches: int, sideways: bool = False) -> None:
    where = QPointF(at(plot, BEGAN + MINUTE, 20))
    by = QPoint(120 * notches, 0) if sideways else QPoint(0, 120 * notches)
    event = QWheelEvent(
        where, QPointF(plot.mapToGlobal(where.toPoint())), QPoint(), by, Qt.MouseButton.NoButton, NONE,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(plot, event)


def test_that_the_values_at_the_pointer_are_said_in_words(qtbot: QtBot) -> None:
    plot = plot_on(qtbot)
    point(plot, at(plot, BEGAN + 30_400, 20))
    assert plot.column == 30
    assert "Orders 30/s; sales: topics of no product 12/s" in plot.accessibleDescription()
    assert "Total 54/s" in plot.accessibleDescription()
    before = plot.grab().toImage()
    point(plot, at(plot, BEGAN + 90_400, 20))
    assert plot.grab().toImage() != before
    point(plot, QPoint(3, 3))
    assert plot.column is None


def test_that_a_drag_chooses_whole_columns_and_a_click_a_curve(qtbot: QtBot) -> None:
    plot = plot_on(qtbot)
    start, end = at(plot, BEGAN + 20_400, 50), at(plot, BEGAN + 40_600, 45)
    QTest.mousePress(plot, Qt.MouseButton.LeftButton, pos=start)
    for step in (0.3, 0.7, 1.0):
        QTest.mouseMove(plot, start + (end - start) * step)
    with qtbot.waitSignal(plot.ranged) as ranged:
        QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=end)
    assert ranged.args == [(BEGAN + 20_000, BEGAN + 41_000)]
    assert "Range: " in plot.accessibleDescription()
    with qtbot.waitSignal(plot.chosen) as chosen:
        QTest.mouseClick(plot, Qt.MouseButton.LeftButton, pos=at(plot, BEGAN + 60_000, 30))
    assert chosen.args == ["product orders"]
    assert "Selected: Orders." in plot.accessibleDescription()
    QTest.mouseClick(plot, Qt.MouseButton.LeftButton, pos=at(plot, BEGAN + 60_000, 22))
    assert plot.choice == ""


def test_that_a_click_on_an_area_chooses_it(qtbot: QtBot) -> None:
    plot = plot_on(qtbot)
    plot.show_as(True, False)
    QTest.mouseClick(plot, Qt.MouseButton.LeftButton, pos=at(plot, BEGAN + 60_000, 50))
    assert plot.choice == "product orders"
    QTest.mouseClick(plot, Qt.MouseButton.LeftButton, pos=at(plot, BEGAN + 60_000, 1))
    assert plot.choice == "topics "
    QTest.mouseClick(plot, Qt.MouseButton.LeftButton, pos=at(plot, BEGAN + 60_000, 58))
    assert plot.choice == ""


def test_that_a_double_click_goes_to_a_moment(qtbot: QtBot) -> None:
    plot = plot_on(qtbot)
    with qtbot.waitSignal(plot.went) as went:
        QTest.mouseDClick(plot, Qt.MouseButton.LeftButton, pos=at(plot, BEGAN + 60_000, 20))
    assert went.args is not None
    assert abs(went.args[0] - BEGAN - 60_000) < 1_000


def test_that_the_wheel_zooms_about_the_pointer_and_sideways_pans(qtbot: QtBot) -> None:
    plot = plot_on(qtbot)
    with qtbot.waitSignal(plot.zoomed) as zoomed:
        turn(plot, 1)
    assert zoomed.args is not None
    assert zoomed.args[0] < 1
    assert abs(zoomed.args[1] - BEGAN - MINUTE) < 1_000
    with qtbot.waitSignal(plot.panned) as panned:
        turn(plot, -1, sideways=True)
    assert panned.args is not None
    assert panned.args[0] > 0


def test_that_all_of_it_works_with_keys(qtbot: QtBot) -> None:
    plot = plot_on(qtbot)
    plot.setFocus()
    QTest.keyClick(plot, Qt.Key.Key_Home)
    assert plot.column == 0
    QTest.keyClick(plot, Qt.Key.Key_Right)
    QTest.keyClick(plot, Qt.Key.Key_Right, CONTROL)
    assert plot.column == 11
    QTest.keyClick(plot, Qt.Key.Key_Right, SHIFT)
    with qtbot.waitSignal(plot.ranged) as ranged:
        QTest.keyClick(plot, Qt.Key.Key_Right, SHIFT)
    assert ranged.args == [(BEGAN + 11_000, BEGAN + 14_000)]
    QTest.keyClick(plot, Qt.Key.Key_Down)
    QTest.keyClick(plot, Qt.Key.Key_Down)
    assert plot.choice == "topics sales"
    QTest.keyClick(plot, Qt.Key.Key_Up)
    assert plot.choice == "product orders"
    for key, signal in (
        (Qt.Key.Key_Plus, plot.stepped),
        (Qt.Key.Key_Minus, plot.stepped),
        (Qt.Key.Key_PageUp, plot.panned),
        (Qt.Key.Key_Space, plot.held),
        (Qt.Key.Key_M, plot.went),
        (Qt.Key.Key_Return, plot.opened),
        (Qt.Key.Key_End, plot.to_the_newest),
    ):
        with qtbot.waitSignal(signal):
            QTest.keyClick(plot, key)


def test_that_escape_leaves_the_range_then_the_curve_then_the_crosshair(qtbot: QtBot) -> None:
    plot = plot_on(qtbot)
    plot.show_cursor(BEGAN + 9_000, (BEGAN + 4_000, BEGAN + 9_000))
    plot.choose("product orders")
    plot.point_at(BEGAN + 5_000)
    left: list[object] = []
    plot.ranged.connect(left.append)
    steps: list[tuple[None, str, int | None]] = [(None, "product orders", 5), (None, "", 5), (None, "", None)]
    for wanted in steps:
        QTest.keyClick(plot, Qt.Key.Key_Escape)
        assert [plot.range, plot.choice, plot.column] == [*wanted]
    assert left == [None]


def test_that_the_crosshair_stays_at_its_moment_while_the_curves_move_on(qtbot: QtBot) -> None:
    plot = plot_on(qtbot)
    plot.point_at(BEGAN + 30_000)
    later = drawn("product", start=BEGAN + 20_000, end=END + 20_000)
    plot.show_curves(later, later.asked.start, later.asked.end, plot._hues)
    assert plot.column == 10
    plot.show_curves(None, BEGAN, END, {})
    assert [plot.column, plot.choice, plot.accessibleDescription()] == [None, "", ""]
    plot.grab()


@pytest.mark.parametrize("size", [(200, 110), (900, 420), (3_000, 1_800)])
def test_that_it_is_painted_at_every_size(qtbot: QtBot, size: tuple[int, int]) -> None:
    plot = plot_on(qtbot, drawn("topic", start=BEGAN - MINUTE))
    plot.resize(*size)
    plot.point_at(BEGAN + 30_000)
    for is_stacked, is_log in ((False, False), (True, False), (False, True)):
        plot.show_as(is_stacked, is_log)
        assert not plot.grab().isNull()
