"""The map: it fits, pans and zooms, a box is chosen with a click or with keys, and a hover says how things are known."""

from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from meshdesk.model.graph import LEVELS, Level
from meshdesk.session.pictures import Picture, drawn
from meshdesk.ui.domain_hues import DomainHues
from meshdesk.ui.remembered import Remembered
from meshdesk.ui.widgets import map_paint, mesh_map
from meshdesk.ui.widgets.map_paint import note_of, paint_ground
from meshdesk.ui.widgets.mesh_map import LARGEST, SMALLEST, MeshMap
from tests.unit.model.shop import mesh_of, reads, shop, topic


def picture(level: Level = "products") -> Picture:
    return drawn(shop().now(), level, None)


def map_on(qtbot: QtBot, shown: Picture | None = None) -> MeshMap:
    widget = MeshMap(lambda about: f"words of {about}", DomainHues(Remembered(None)).of)
    qtbot.addWidget(widget)
    widget.resize(900, 700)
    widget.show()
    widget.show_picture(shown or picture())
    QApplication.processEvents()
    return widget


def middle(widget: MeshMap, key: str) -> QPoint:
    assert widget.picture is not None
    rect = widget.picture.layout.boxes[key]
    return widget.transform.map(QPointF(rect.x + rect.width / 2, rect.y + rect.height / 2)).toPoint()


def test_that_the_whole_picture_is_on_the_screen_and_follows_its_size(qtbot: QtBot) -> None:
    widget = map_on(qtbot)
    assert widget.picture is not None
    for size in ((900, 700), (400, 300), (1_600, 500)):
        widget.resize(*size)
        for key in widget.picture.layout.boxes:
            assert widget.rect().contains(middle(widget, key))
    assert widget.transform.m11() <= 1.0


def test_that_a_click_chooses_a_box_and_a_click_beside_it_chooses_none(qtbot: QtBot) -> None:
    widget = map_on(qtbot)
    with qtbot.waitSignal(widget.chosen) as chosen:
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=middle(widget, "product orders"))
    assert chosen.args == ["product orders"] == [widget.choice]
    assert "Selected: words of" in widget.accessibleDescription()
    with qtbot.waitSignal(widget.chosen):
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    assert widget.choice == ""


def test_that_a_double_click_and_the_return_key_open(qtbot: QtBot) -> None:
    widget = map_on(qtbot)
    with qtbot.waitSignal(widget.opened) as opened:
        QTest.mouseDClick(widget, Qt.MouseButton.LeftButton, pos=middle(widget, "product scores"))
    assert opened.args == ["product scores"]
    widget.choose("product orders")
    with qtbot.waitSignal(widget.opened) as opened:
        QTest.keyClick(widget, Qt.Key.Key_Return)
    assert opened.args == ["product orders"]


def test_that_a_drag_pans_and_chooses_nothing(qtbot: QtBot) -> None:
    widget = map_on(qtbot)
    start = middle(widget, "product orders")
    QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=start)
    for step in (20, 60, 90):
        QTest.mouseMove(widget, start + QPoint(step, step // 2))
    QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=start + QPoint(90, 45))
    assert middle(widget, "product orders") == start + QPoint(90, 45)
    assert widget.choice == ""


def test_that_zoom_keeps_the_point_below_the_pointer_and_has_ends(qtbot: QtBot) -> None:
    widget = map_on(qtbot)
    at = QPointF(middle(widget, "product orders"))
    for factor in (1.25, 1.25, 0.5, 2.0):
        widget.zoom(factor, at)
        assert (middle(widget, "product orders") - at.toPoint()).manhattanLength() <= 2
    for _ in range(60):
        widget.zoom(1.25)
    assert widget.transform.m11() == LARGEST
    for _ in range(90):
        QTest.keyClick(widget, Qt.Key.Key_Minus)
    assert widget.transform.m11() == SMALLEST
    widget.grab()
    QTest.keyClick(widget, Qt.Key.Key_0)
    assert SMALLEST < widget.transform.m11() <= 1.0


ARROWS = {
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Down: (0, 1),
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Up: (0, -1),
}


@pytest.mark.parametrize("level", LEVELS)
def test_that_arrow_keys_go_in_their_direction_and_reach_every_box(qtbot: QtBot, level: Level) -> None:
    shown = picture(level)
    widget = map_on(qtbot, shown)
    QTest.keyClick(widget, Qt.Key.Key_Down)
    reached, new = set[str](), [widget.choice]
    while new:
        box = new.pop()
        reached.add(box)
        for arrow, (x, y) in ARROWS.items():
            widget.choose(box)
            QTest.keyClick(widget, arrow)
            if widget.choice != box:
                here, there = shown.layout.boxes[box], shown.layout.boxes[widget.choice]
                assert (there.x - here.x) * x + (there.y - here.y) * y > 0
                if widget.choice not in reached:
                    new.append(widget.choice)
    assert reached == set(shown.layout.boxes)


def test_that_a_box_that_is_chosen_is_brought_to_the_screen_and_escape_lets_go_of_it(qtbot: QtBot) -> None:
    shown = picture()
    widget = map_on(qtbot, shown)
    widget.zoom(5)
    for box in shown.layout.boxes:
        widget.choose(box)
        assert widget.rect().contains(middle(widget, box))
    QTest.keyClick(widget, Qt.Key.Key_Escape)
    assert widget.choice == ""


def test_that_what_is_chosen_stays_so_in_a_picture_that_still_has_it(qtbot: QtBot) -> None:
    widget = map_on(qtbot)
    widget.choose("product orders")
    widget.zoom(1.5)
    before = widget.transform
    widget.show_picture(picture())
    assert (widget.choice, widget.transform) == ("product orders", before)
    widget.show_picture(picture("topics"))
    assert widget.choice == ""
    widget.show_picture(None)
    assert widget.picture is None
    widget.grab()


def test_that_a_hover_says_of_a_box_and_of_a_flow_what_is_known(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    widget = map_on(qtbot)
    said: list[str] = []
    monkeypatch.setattr("meshdesk.ui.widgets.mesh_map.QToolTip.showText", lambda _at, text, _widget: said.append(text))

    def told(at: QPoint) -> str:
        QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, at, widget.mapToGlobal(at)))
        return said.pop()

    assert "title='Orders'" in told(middle(widget, "product orders"))
    assert widget.picture is not None
    flow = next(flow for flow in widget.picture.graph.flows if flow.target == "product scores")
    source = widget.picture.layout.boxes[flow.source]
    spot = widget.transform.map(QPointF(source.right + 3, source.y + source.height / 2)).toPoint()
    assert "Flow(" in told(spot)
    assert told(QPoint(1, 1)) == ""


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("scale", [0.05, 0.4, 0.95, 2.5])
def test_that_every_level_is_painted_at_every_scale_and_shows_what_is_chosen(
    qtbot: QtBot, level: Level, scale: float
) -> None:
    shown = picture(level)
    widget = map_on(qtbot, shown)
    widget.show_rates({"sales.orders.placed.v1": 812.0, "lonely": 0.0})
    widget.zoom(scale / widget.transform.m11())
    plain = widget.grab().toImage()
    widget.choose(shown.graph.boxes[0].key)
    assert widget.grab().toImage() != plain


def test_that_names_as_long_as_they_come_stay_in_their_boxes(qtbot: QtBot) -> None:
    long = "x" * 249
    mesh = mesh_of(topic(long), topic("s"), *reads("سلام " + "g" * 200, long, "s"))
    widget = map_on(qtbot, drawn(mesh.now(), "topics", None))
    box = widget.picture.layout.boxes[f"topic {long}"] if widget.picture else None
    assert box is not None
    image = widget.grab().toImage()
    right = widget.transform.map(QPointF(box.right + 2, box.y + box.height * 0.3)).toPoint()
    assert image.pixelColor(right) == image.pixelColor(right + QPoint(3, 0))


def test_that_a_note_says_how_much_is_in_a_box_and_no_rate_that_is_not_known() -> None:
    boxes = {box.key: box for box in picture("products").graph.boxes}
    assert note_of(boxes["product orders"], {}) == "1 topic"
    assert note_of(boxes["product orders"], {"sales.orders.placed.v1": 812.0}) == "1 topic · 812/s"
    assert note_of(boxes["product orders"], {"sales.orders.placed.v1": 0.0}) == "1 topic"
    assert note_of(boxes["groups "], {}) == "1 group"


@pytest.mark.parametrize("level", LEVELS)
def test_that_numbers_change_upon_what_stands_as_if_all_were_drawn_anew(qtbot: QtBot, level: Level) -> None:
    shown = picture(level)
    widget, topics = map_on(qtbot, shown), [name for box in shown.graph.boxes for name in box.topics]
    seen = []
    for rate in (1.0, 1.2, 70.0, 90.0, 5_000.0):  # some make flows wider, and some change words alone
        rates = dict.fromkeys(topics, rate)
        widget.show_rates(rates)
        anew = map_on(qtbot, shown)
        anew.show_rates(rates)
        seen.append(anew.grab().toImage())
        assert widget.grab().toImage() == seen[-1]
        assert widget.grab().toImage() == seen[-1]
    assert all(one != other for one, other in pairwise(seen))


def test_that_what_stands_is_drawn_once_while_numbers_change(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    grounds: list[object] = []

    def paint(*what: Any) -> None:
        grounds.append(what)
        paint_ground(*what)

    widget = map_on(qtbot)
    widget.grab()
    monkeypatch.setattr(mesh_map, "paint_ground", paint)
    monkeypatch.setattr(map_paint, "paint_ground", paint)
    for rate in range(3):
        widget.show_picture(picture())  # as it is at another moment
        widget.show_rates({"orders.placed": 2.0 + rate / 10})
        widget.grab()
    assert len(grounds) <= 1
    grounds.clear()
    for _ in range(3):
        widget.pan(QPointF(5, 0))
        widget.grab()
    assert len(grounds) == 3
    widget.choose("product orders")
    widget.grab()
    assert len(grounds) == 4
