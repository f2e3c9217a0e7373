"""The topology view: three levels of one mesh, a table of the same, and ways from a box to what is in it."""

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from meshdesk.model.graph import LEVELS, Level
from meshdesk.model.mesh import Mesh, fold
from meshdesk.ui import theme
from meshdesk.ui.views.topology import TopologyView
from meshdesk.ui.window import Window
from meshdesk.ui.word_widths import fitted
from tests.ui.memory import MemoryCapture, MemorySession, Topic, capture, turn, window_on
from tests.unit.model.facts import company
from tests.unit.model.shop import reads, shop, topic


def view_on(qtbot: QtBot, mesh: Mesh | None = None) -> tuple[TopologyView, MemoryCapture, Window, MemorySession]:
    made = capture()
    made.mesh = (mesh or shop()).now()
    made.topics = tuple(
        Topic(name=name, partitions=3, records=10, rate=812.0, rows=0, tailing=False, internal=name.startswith("__"))
        for name in sorted(made.mesh.topics)
    )
    session = MemorySession(made)
    window = window_on(session)
    qtbot.addWidget(window)
    window.show_view("topology")
    turn(session, window)
    view = window.pages.shown_view
    assert isinstance(view, TopologyView)
    qtbot.waitUntil(lambda: shown(view, session, window) > 0, timeout=30_000)
    return view, made, window, session


def shown(view: TopologyView, session: MemorySession, window: Window) -> int:
    """How many boxes the map has, after a beat."""
    turn(session, window, 1)
    return len(view.map.picture.graph.boxes) if view.map.picture else 0


def go_to(qtbot: QtBot, view: TopologyView, level: Level, session: MemorySession, window: Window) -> None:
    """Until the map shows a level."""

    def is_there() -> bool:
        turn(session, window, 1)
        return view.map.picture is not None and view.map.picture.graph.level == level

    qtbot.waitUntil(is_there, timeout=30_000)


def test_that_each_level_shows_its_boxes_and_says_how_many(qtbot: QtBot) -> None:
    view, _, window, session = view_on(qtbot)
    counts = {}
    for place, level in enumerate(LEVELS):
        view.levels.chosen.emit(place)
        go_to(qtbot, view, level, session, window)
        counts[level] = view._count.accessibleName()
    assert counts == {
        "domains": "3 domains · 3 flows",
        "products": "6 boxes · 5 flows",
        "topics": "6 boxes · 4 flows · 1 declaration between products",
    }
    assert window.top.place.text.endswith("Topology")


def test_that_a_double_click_leads_from_a_product_to_its_topics_and_from_a_topic_to_its_records(qtbot: QtBot) -> None:
    view, _, window, session = view_on(qtbot)
    assert view.map.picture is not None
    rect = view.map.picture.layout.boxes["product orders"]
    at = view.map.transform.map(QPointF(rect.x + 9, rect.y + 9)).toPoint()
    QTest.mouseDClick(view.map, Qt.MouseButton.LeftButton, pos=at)
    go_to(qtbot, view, "topics", session, window)
    view.map.choose("topic sales.orders.placed.v1")
    view.map.setFocus()
    QTest.keyClick(view.map, Qt.Key.Key_Return)
    turn(session, window)
    assert window.pages.shown == "records"
    assert window.frame.records.topic == "sales.orders.placed.v1"
    window.places.back()
    turn(session, window)
    assert window.pages.shown == "topology"


def test_that_the_map_selects_where_the_opened_topic_is_and_the_same_on_another_level(qtbot: QtBot) -> None:
    view, _made, window, session = view_on(qtbot)
    opened = window.current
    assert opened is not None
    window.open_topic(opened, "sales.orders.placed.v1")
    window.show_view("topology")
    turn(session, window)
    assert view.map.choice == "product orders"
    assert view.about is not None
    assert view.about.title == "Orders"
    view.levels.chosen.emit(LEVELS.index("topics"))
    go_to(qtbot, view, "topics", session, window)
    assert view.map.choice == "topic sales.orders.placed.v1"
    view.map.choose("")
    view.levels.chosen.emit(LEVELS.index("products"))
    go_to(qtbot, view, "products", session, window)
    assert view.map.choice == "", "somebody wanted nothing to be selected"


def test_that_the_table_shows_the_same_and_both_select_the_same(qtbot: QtBot) -> None:
    view, _, window, session = view_on(qtbot)
    view.map.choose("product orders")
    assert view.table.content.rowCount() == 0, "nobody looks at it"
    QTest.mouseClick(view.table_button, Qt.MouseButton.LeftButton)
    turn(session, window)
    assert view.table.isVisible()
    assert not view.map.isVisible()
    row = view.table.currentIndex().row()
    assert view.table.content.boxes[row].key == "product orders"
    assert view.map.picture is not None
    assert view.table.content.boxes == view.map.picture.graph.boxes
    view.table.setCurrentIndex(view.table.content.index(0, 0))
    assert view.map.choice == view.table.content.boxes[0].key
    QTest.mouseClick(view.table_button, Qt.MouseButton.LeftButton)
    assert view.map.isVisible()


def test_that_the_table_lets_go_of_a_mesh_that_the_map_does_not_show_any_more(qtbot: QtBot) -> None:
    view, _, window, session = view_on(qtbot)
    QTest.mouseClick(view.table_button, Qt.MouseButton.LeftButton)
    turn(session, window)
    boxes = view.table.content.boxes
    assert boxes
    QTest.mouseClick(view.table_button, Qt.MouseButton.LeftButton)
    assert view.table.content.boxes is boxes, "it is the map's"
    other = capture()
    other.mesh = company().now()
    session.captures[:] = [other]  # the first one was closed

    def is_shown() -> bool:
        return shown(view, session, window) > 0 and view.map.picture is not None and view.map.picture.mesh is other.mesh

    qtbot.waitUntil(is_shown, timeout=30_000)
    assert view.table.content.boxes == ()
    QTest.mouseClick(view.table_button, Qt.MouseButton.LeftButton)
    assert view.map.picture is not None
    assert view.table.content.boxes == view.map.picture.graph.boxes


def test_that_rates_come_with_the_beat_and_a_new_topic_moves_nothing_of_other_domains(qtbot: QtBot) -> None:
    mesh = shop()
    view, made, window, session = view_on(qtbot, mesh)
    assert view.rates["sales.orders.placed.v1"] == 812.0
    assert view.map.picture is not None
    before = view.map.picture.layout
    fold(mesh, [topic("fraud.rules.v1"), *reads("fraud-alerts", "sales.baskets.v1")])
    made.mesh = mesh.now()
    qtbot.waitUntil(
        lambda: (
            shown(view, session, window) > 0
            and view.map.picture is not None
            and view.map.picture.mesh.place == made.mesh.place
        ),
        timeout=30_000,
    )
    after = view.map.picture.layout
    assert {key for key in before.boxes if after.boxes[key] != before.boxes[key]} <= {
        key for key in before.boxes if "fraud" in key or "scores" in key
    }


def test_that_the_inspector_tells_of_what_is_selected_and_what_to_do_where_nothing_is(qtbot: QtBot) -> None:
    view, _, window, session = view_on(qtbot)
    inspector = window.frame.inspector
    turn(session, window)
    assert inspector._empty.text == "Nothing is selected Select a box of the map to read about it."
    view.map.choose("product orders")
    turn(session, window)
    assert inspector.about.isVisible()
    assert "Orders" in inspector.about.accessibleDescription() + inspector.about.accessibleName()
    window.show_view("records")
    turn(session, window)
    assert inspector._empty.text.startswith("No record is selected")


def test_that_nothing_arrives_while_the_cluster_does_not_answer(qtbot: QtBot) -> None:
    view, made, _, _ = view_on(qtbot)
    assert view.rates
    made.is_reached = False
    assert view.rates == {}
    made.state = "ended"  # what was recorded has its last rates
    assert view.rates["sales.orders.placed.v1"] == 812.0


def test_that_a_mesh_of_which_nothing_is_known_says_so(qtbot: QtBot) -> None:
    made = capture()
    made.topics = made.topics[:1]
    session = MemorySession(made)
    window = window_on(session)
    qtbot.addWidget(window)
    window.show_view("topology")
    view = window.pages.shown_view
    assert isinstance(view, TopologyView)

    def said() -> str:
        turn(session, window, 1)
        return view._empty.text

    qtbot.waitUntil(lambda: said().startswith("No topics are known yet."), timeout=30_000)
    assert not view.table_button.isEnabled()


def test_that_a_word_marks_the_boxes_that_hold_it_on_each_level_and_return_goes_from_one_to_the_next(
    qtbot: QtBot,
) -> None:
    view, _, window, session = view_on(qtbot)
    view.map.setFocus()
    QTest.keyClick(view.map, Qt.Key.Key_Slash)
    assert window.focusWidget() is view.find_field
    plain = view.map.grab().toImage()
    QTest.keyClicks(view.find_field, "RE")
    qtbot.waitUntil(lambda: "with" in view._count.accessibleName(), timeout=30_000)
    assert view._count.accessibleName() == "2 of 6 boxes with “RE”"  # scores, and who scores
    assert view.map.grab().toImage() != plain
    chosen = []
    for _ in range(3):
        QTest.keyClick(view.find_field, Qt.Key.Key_Return)
        chosen.append(view.map.choice)
    assert len(set(chosen[:2])) == 2
    assert chosen[2] == chosen[0]
    view.levels.chosen.emit(0)
    go_to(qtbot, view, "domains", session, window)
    assert "of 3 domains with “RE”" in view._count.accessibleName()
    QTest.keyClick(view.find_field, Qt.Key.Key_Escape)
    assert view._count.accessibleName() == "3 domains · 3 flows"


def test_that_what_is_found_is_brought_near_enough_to_be_read(qtbot: QtBot) -> None:
    view, _, _, _ = view_on(qtbot)
    view.map.zoom(0.01)
    view.find_field.setText("orders")
    QTest.keyClick(view.find_field, Qt.Key.Key_Return)
    assert view.map.picture is not None
    rect = view.map.picture.layout.boxes[view.map.choice]
    at = view.map.transform.map(QPointF(rect.x, rect.y))
    assert view.map.transform.m11() == 1.0
    assert view.map.rect().contains(at.toPoint())


def test_that_a_word_that_no_box_holds_is_said_to_be_in_none(qtbot: QtBot) -> None:
    view, _, _, _ = view_on(qtbot)
    view.find_field.setText("nobody")
    QTest.keyClick(view.find_field, Qt.Key.Key_Return)
    assert view._count.accessibleName() == "0 of 6 boxes with “nobody”"
    assert view.map.choice == ""


@pytest.mark.parametrize("word", ["RE", "nobody"])
def test_that_in_the_narrowest_window_with_an_inspector_beside_it_how_many_boxes_were_found_can_be_read(
    qtbot: QtBot, word: str
) -> None:
    view, _, window, session = view_on(qtbot)
    window.resize(theme.NARROW, 760)
    turn(session, window)
    assert window.frame.inspector.isVisible()
    assert window.width() == theme.NARROW
    view.find_field.setText(word)
    QTest.keyClick(view.find_field, Qt.Key.Key_Return)
    turn(session, window)
    shown = fitted(view._count.text, "text", view._count.width())
    assert shown.startswith(view._count.text[: view._count.text.index(" with")])
