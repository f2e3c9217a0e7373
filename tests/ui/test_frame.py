"""The frame: how its panels are arranged at any width, what it remembers of them."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from meshdesk.model.decode_as import About
from meshdesk.ui import theme
from meshdesk.ui.frame import Frame
from meshdesk.ui.remembered import Remembered
from meshdesk.ui.retold import LEAST
from meshdesk.ui.views.topology import TopologyView
from tests.ui.memory import MemorySession, capture, opened, turn, window_on, with_topic
from tests.ui.widgets.test_mesh_map import middle
from tests.unit.model.facts import company, product

TOPIC = "orders.placed.v1"


@pytest.mark.parametrize(
    ("width", "explorer", "below"),
    [(1_440, True, False), (1_100, True, False), (1_099, True, True), (899, False, True)],
)
def test_that_a_narrow_window_is_arranged_anew(qtbot: QtBot, width: int, explorer: bool, below: bool) -> None:
    window, session = with_topic(qtbot, capture())
    window.resize(width, 900)
    window.frame.records.table.choose(20)
    turn(session, window)
    assert window.frame.explorer.isVisible() is explorer
    assert (window.frame.inspector.mapTo(window, window.frame.inspector.rect().topLeft()).x() < width / 2) is below
    assert window.frame.records.table.viewport().height() > 100
    window.resize(1_440, 900)
    turn(session, window)
    assert window.frame.explorer.isVisible()
    assert window.frame.inspector.mapTo(window, window.frame.inspector.rect().topLeft()).x() > 900


def test_that_the_panels_are_as_drawn(qtbot: QtBot) -> None:
    window, _ = with_topic(qtbot, capture())
    assert (window.frame.explorer.width(), window.frame.inspector.width()) == (264, 372)
    assert window.frame.records.mapTo(window, window.frame.records.rect().topLeft()).y() == 44


def test_that_the_panels_are_as_drawn_when_the_start_page_was_shown_before(qtbot: QtBot) -> None:
    session = MemorySession()
    window = window_on(session)
    qtbot.addWidget(window)
    session.captures.append(capture())
    turn(session, window)
    assert (window.frame.explorer.width(), window.frame.inspector.width()) == (264, 372)


def test_that_panels_that_nobody_dragged_fit_the_window(qtbot: QtBot, tmp_path: Path) -> None:
    window, session = with_topic(qtbot, capture(), Remembered(tmp_path))
    window.resize(1_280, 720)
    turn(session, window)
    assert (window.frame.explorer.width(), window.frame.inspector.width()) == (256, 320)
    window.close()
    again, _ = with_topic(qtbot, capture(), Remembered(tmp_path))
    again.resize(1_440, 900)
    turn(session, again)
    assert (again.frame.explorer.width(), again.frame.inspector.width()) == (264, 372)


def test_that_half_of_a_low_window_is_left_to_the_list(qtbot: QtBot) -> None:
    window, session = with_topic(qtbot, capture())
    window.resize(800, 600)
    window.frame.records.table.choose(20)
    turn(session, window)
    strip = window.playhead.strip
    assert strip.height() == pytest.approx(theme.STRIP_LOW, abs=2)
    assert window.frame.records.height() == pytest.approx((window.frame.height() - strip.height()) / 2, abs=3)
    window.actions_.explorer.trigger()
    turn(session, window)
    assert window.frame.explorer.width() == 256


def test_that_in_a_small_window_the_inspector_is_folded_while_nothing_is_selected(qtbot: QtBot) -> None:
    window, session = with_topic(qtbot, capture(300))
    frame, table = window.frame, window.frame.records.table
    assert frame.inspector.isVisible()  # a large one has room to tell of the topic
    window.resize(1_000, 640)
    turn(session, window)
    assert not frame.inspector.isVisible()
    assert table.height() > frame.height() * 0.75
    row = table.span()[1] - 1
    table.choose(row)
    table.scrollToBottom()
    turn(session, window)
    assert frame.inspector.isVisible()
    assert table.span()[0] <= table.currentIndex().row() <= table.span()[1]
    QTest.keyClick(table, Qt.Key.Key_Escape)
    turn(session, window)
    assert not frame.inspector.isVisible()
    window.resize(1_280, 720)
    turn(session, window)
    assert frame.inspector.isVisible()


def test_that_what_somebody_opens_or_closes_in_a_small_window_stays_so(qtbot: QtBot, tmp_path: Path) -> None:
    window, session = with_topic(qtbot, capture(), Remembered(tmp_path))
    frame, table = window.frame, window.frame.records.table
    window.resize(1_000, 640)
    turn(session, window)
    window.actions_.inspector.trigger()
    turn(session, window)
    assert frame.inspector.isVisible()
    assert frame.inspector.about.isVisible()  # it tells of the topic
    table.choose(20)
    turn(session, window)
    table.clearSelection()
    turn(session, window)
    assert frame.inspector.isVisible()
    window.actions_.inspector.trigger()
    table.choose(20)
    turn(session, window)
    assert not frame.inspector.isVisible()
    window.close()
    again, session = with_topic(qtbot, capture(), Remembered(tmp_path))
    again.resize(1_000, 640)
    again.frame.records.table.choose(20)
    turn(session, again)
    assert not again.frame.inspector.isVisible()


def test_that_the_inspector_does_not_open_below_a_mouse_that_selects(qtbot: QtBot) -> None:
    window, session = with_topic(qtbot, capture(300))
    table, at = window.frame.records.table, QPoint(80, 60)
    window.resize(1_000, 640)
    turn(session, window)
    QTest.mousePress(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    turn(session, window)
    assert table.chosen_count() == 1
    assert not window.frame.inspector.isVisible()
    QTest.mouseRelease(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    turn(session, window)
    assert window.frame.inspector.isVisible()
    assert table.chosen_count() == 1


def test_that_in_a_small_window_the_map_has_all_of_it_until_somebody_selects_a_box(qtbot: QtBot) -> None:
    window, session = with_topic(qtbot, capture(30, mesh=company()))
    window.resize(1_000, 640)
    window.show_view("topology")
    view = window.pages.shown_view
    assert isinstance(view, TopologyView)

    def is_chosen() -> bool:
        turn(session, window, 1)
        return bool(view.map.choice)

    qtbot.waitUntil(is_chosen)  # where the topic is that was opened
    turn(session, window)
    assert not window.frame.inspector.isVisible()
    QTest.mouseClick(view.map, Qt.MouseButton.LeftButton, pos=middle(view.map, view.map.choice))
    turn(session, window)
    assert window.frame.inspector.isVisible()


def test_that_closed_panels_and_widths_are_remembered(qtbot: QtBot, tmp_path: Path) -> None:
    window, session = with_topic(qtbot, capture(), Remembered(tmp_path))
    window.actions_.inspector.trigger()
    window.frame._across.moveSplitter(333, 1)  # as a hand does
    turn(session, window)
    window.close()
    again, _ = with_topic(qtbot, capture(), Remembered(tmp_path))
    assert not again.frame.inspector.isVisible()
    assert again.frame.explorer.width() == pytest.approx(333, abs=2)
    again.actions_.inspector.trigger()
    assert again.frame.inspector.isVisible()


def test_that_finding_a_topic_opens_the_explorer(qtbot: QtBot) -> None:
    window, _ = with_topic(qtbot, capture())
    window.actions_.explorer.trigger()
    assert not window.frame.explorer.isVisible()
    window.actions_.find_topic.trigger()
    assert window.frame.explorer.isVisible()


def test_that_copying_takes_what_has_the_focus(qtbot: QtBot) -> None:
    made = capture(30)
    window, session = with_topic(qtbot, made)
    window.frame.records.table.choose(3)
    turn(session, window)
    window.frame.records.table.setFocus()
    window.frame.copy(False)
    turn(session, window)
    assert QGuiApplication.clipboard().text() == "0\t1184001"
    tree = window.frame.inspector.tree
    tree.setFocus()
    tree.setCurrentIndex(tree.nodes.index(0, 0))
    window.activateWindow()
    qtbot.waitUntil(lambda: tree.hasFocus(), timeout=5_000)
    window.frame.copy(False)
    assert QGuiApplication.clipboard().text() == "A-88213"


def test_that_the_inspector_tells_of_the_topic_while_no_record_is_selected_and_of_what_becomes_known_of_it(
    qtbot: QtBot,
) -> None:
    made = capture(30, mesh=company())
    window, session = with_topic(qtbot, made)
    inspector = window.frame.inspector
    assert inspector.about.isVisible()
    assert "Owner: Orders squad" in inspector.about.accessibleDescription()
    window.frame.records.table.choose(3)
    turn(session, window)
    assert not inspector.about.isVisible()
    assert inspector.title.text.startswith("Record")
    window.frame.records.table.clearSelection()
    made.mesh = company(product("orders", "orders", team={"name": "Another squad"}))

    def is_retold() -> bool:
        turn(session, window, 1)
        return "Owner: Another squad" in inspector.about.accessibleDescription()

    qtbot.waitUntil(is_retold)
    inspector.copy_value()
    assert QGuiApplication.clipboard().text() == TOPIC


def test_that_the_inspector_tells_on_a_beat_of_its_own_while_a_view_is_drawn_at_each(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = capture(30, mesh=company())
    window, session = with_topic(qtbot, made)
    turn(session, window)
    about, drawn = window.frame.inspector.about, list[bool]()

    def refresh() -> bool:
        drawn.append(True)
        return True

    monkeypatch.setattr(window.frame.records, "refresh", refresh)
    turn(session, window)
    made.mesh = company(product("orders", "orders", team={"name": "Another squad"}))
    beats = 0
    until = time.monotonic() + 10
    while "Owner: Another squad" not in about.accessibleDescription() and time.monotonic() < until:
        drawn.clear()
        turn(session, window, 1)
        beats += 1
    assert "Owner: Another squad" in about.accessibleDescription()
    assert drawn == [], "both on one beat"
    drawn.clear()
    turn(session, window, 5)
    assert len(drawn) >= 4, "there is nothing else to say"  # one may be the explorer's


def test_that_no_frame_is_given_away_for_a_page_of_an_inspector_that_is_closed(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = capture(30, mesh=company())
    window, session = with_topic(qtbot, made)
    inspector, ways = window.frame.inspector, list[bool]()
    window.frame.toggle_inspector()
    turn(session, window)
    monkeypatch.setattr(window.frame.records, "refresh", lambda: True)
    monkeypatch.setattr(window.frame.records, "give_way", lambda: ways.append(True))
    monkeypatch.setattr(window.frame.explorer, "refresh", lambda *_, **__: False)  # it is given frames of its own
    made.mesh = company(product("orders", "orders", team={"name": "Another squad"}))
    until = time.monotonic() + 3 * LEAST
    while time.monotonic() < until:
        turn(session, window, 1)
    assert ways == []
    window.frame.toggle_inspector()

    def is_told() -> bool:
        turn(session, window, 1)
        return "Owner: Another squad" in inspector.about.accessibleDescription()

    qtbot.waitUntil(is_told)
    assert ways == [True]


@pytest.mark.parametrize("then", ["a record", "a topic"])
def test_that_a_group_that_is_chosen_is_in_the_inspector_until_a_record_or_a_topic_is(qtbot: QtBot, then: str) -> None:
    made = capture(30, mesh=company())
    window, session = with_topic(qtbot, made)
    frame, about = window.frame, window.frame.inspector.about
    frame.records.table.choose(3)
    turn(session, window)
    frame.explorer.group_chosen.emit(opened(made), "billing")
    turn(session, window)
    assert about.isVisible()
    assert about.accessibleDescription().startswith("billing")
    assert frame.explorer.list.chosen_group[1] == "billing"
    if then == "a record":
        frame.records.table.choose(3)
    else:
        window.open_topic(opened(made), TOPIC)
    turn(session, window)
    assert frame.explorer.list.chosen_group[1] == ""
    assert about.isVisible() is (then == "a topic")
    assert then == "a record" or about.accessibleDescription().startswith(TOPIC)


def test_that_where_the_explorer_is_folded_away_the_empty_page_brings_it_back(qtbot: QtBot) -> None:
    session = MemorySession(capture())
    window = window_on(session)
    qtbot.addWidget(window)
    assert "on the left" in window.frame.records._empty.text
    window.resize(800, 600)
    turn(session, window)
    assert window.frame.records._empty.text == "No topic is open Choose one to see its records."
    window.frame.records._empty.pressed.emit()
    turn(session, window)
    assert window.frame.explorer.isVisible()
    assert "on the left" in window.frame.records._empty.text


def test_that_a_strip_lies_along_the_foot_of_all_panels_and_is_remembered(qtbot: QtBot, tmp_path: Path) -> None:
    def framed() -> tuple[Frame, QWidget]:
        frame, strip = Frame(Remembered(tmp_path)), QWidget()
        qtbot.addWidget(frame)
        frame.set_strip(strip)
        frame.resize(1_392, 830)
        frame.show()
        return frame, strip

    frame, strip = framed()
    assert (strip.height(), strip.width(), strip.mapTo(frame, QPoint()).x()) == (74, 1_392, 0)
    assert frame.inspector.mapTo(frame, frame.inspector.rect().bottomLeft()).y() < strip.y()
    frame._all.moveSplitter(700, 1)
    assert strip.height() == pytest.approx(129, abs=2)
    frame.toggle_strip()
    assert not strip.isVisible()
    assert frame.explorer.height() >= 828
    frame, strip = framed()
    assert not strip.isVisible()
    frame.toggle_strip()
    assert strip.height() == pytest.approx(129, abs=2)
    frame.resize(1_392, 200)
    assert frame.explorer.height() >= 90


def test_that_a_strip_that_is_closed_leaves_no_gap(qtbot: QtBot) -> None:
    window, session = with_topic(qtbot, capture())
    window.frame.toggle_strip()
    turn(session, window)
    assert window.frame.explorer.height() == pytest.approx(window.frame.height(), abs=1)  # the edge may stay


def test_that_a_secret_is_revealed_of_the_capture_that_is_shown(qtbot: QtBot) -> None:
    made = capture()
    window, _ = with_topic(qtbot, made)
    window.frame.inspector.tree.reveal_wanted.emit("database.password")
    assert made.revealed == ["database.password"]


def test_that_what_a_connection_is_decoded_as_is_remembered_for_it_and_no_other(qtbot: QtBot, tmp_path: Path) -> None:
    made = capture()
    window, _ = with_topic(qtbot, made, Remembered(tmp_path))
    about = About("topic", "value of orders.placed.v1")
    window.frame.inspector.schema_pane.wished.emit(about, "bytes")
    assert made.wishes == {about: "bytes"}
    window.close()
    again, other = capture(), capture(title="another / one")
    for kept in (again, other):
        window, _ = with_topic(qtbot, kept, Remembered(tmp_path))
        window.close()
    assert (again.wishes, other.wishes) == ({about: "bytes"}, {})
    window, _ = with_topic(qtbot, again, Remembered(tmp_path))
    window.frame.inspector.schema_pane.wished.emit(about, "")
    assert again.wishes == {}


def test_that_a_view_that_is_drawn_at_each_beat_leaves_some_to_the_explorer_and_none_has_both(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = capture()
    window, _ = with_topic(qtbot, made)
    frame, drawn = window.frame, list[str]()

    def view() -> bool:
        drawn.append("view")
        return True

    monkeypatch.setattr(frame.records, "refresh", view)
    frame.explorer.list.topics.dataChanged.connect(lambda *_: drawn.append("explorer"))
    for rows in range(64):
        made.topics = tuple(replace(topic, rows=rows) for topic in made.topics)
        made.revision += 1
        before = len(drawn)
        frame.refresh([opened(made)])
        assert len(drawn) == before + 1
    assert drawn.count("explorer") >= 3
    assert drawn.count("view") >= 58
