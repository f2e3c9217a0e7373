"""The throughput view: what is chosen is drawn, time goes on or stands still, a range is the window's, and the past is asked for."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from meshdesk.model.asked import BYS, HOUR, MINUTE, SPANS, By, step_for
from meshdesk.model.cursor import Cursor
from meshdesk.model.mesh import Mesh, fold
from meshdesk.model.sizes import Sizes
from meshdesk.model.tracks import Tracks
from meshdesk.session.readings import Reading
from meshdesk.session.zone import show_in
from meshdesk.ui.views.throughput import LIVE_SPAN, ThroughputView
from meshdesk.ui.widgets.curve_words import BY_TIME
from meshdesk.ui.window import Window
from tests.ui.memory import MemoryCapture, MemorySession, Topic, capture, turn, window_on
from tests.ui.test_accessibility import is_exclusive, path, usable
from tests.unit.model.recording import BEGAN, SECONDS, recording
from tests.unit.model.shop import shop
from tests.unit.model.test_curves import by_time

END = BEGAN + SECONDS * 1_000


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What time it is."""
    now = [END]
    monkeypatch.setattr("meshdesk.ui.views.throughput._now", lambda: now[0])
    return now


class Shown:
    """A window with the view on a recording of the shop."""

    def __init__(
        self, qtbot: QtBot, mesh: Mesh | None = None, tracks: Tracks | None = None, is_live: bool = False
    ) -> None:
        mesh = (mesh or shop()).now()
        self.made: MemoryCapture = capture(state="live" if is_live else "ended")
        self.made.mesh = mesh
        self.made.now = Reading(mesh=mesh, tracks=tracks or recording(), began=BEGAN, ended=END)
        self.made.topics = tuple(Topic(name=name) for name in sorted(mesh.topics))
        self.session = MemorySession(self.made)
        self.window: Window = window_on(self.session)
        qtbot.addWidget(self.window)
        self.window.show_view("throughput")
        view = self.window.pages.shown_view
        assert isinstance(view, ThroughputView)
        self.view = view
        self._qtbot = qtbot

    def titles(self, by: By, **asked: object) -> list[str]:
        """The names of the curves, once those that were asked for are there."""

        def is_there() -> bool:
            turn(self.session, self.window, 1)
            drawn = self.view.plot.drawn
            return drawn is not None and drawn.asked.by == by and all(
                getattr(drawn.asked, name) == wanted for name, wanted in asked.items()
            )  # fmt: skip

        self._qtbot.waitUntil(is_there, timeout=30_000)
        assert self.view.plot.drawn is not None
        return [curve.title for curve in self.view.plot.drawn.curves]


def test_that_every_level_is_drawn_and_the_table_says_the_same(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    first = {}
    for place, by in enumerate(BYS):
        shown.view._bys.chosen.emit(place)
        first[by] = shown.titles(by)[0]
        assert shown.view.table.content.rows[0][0] == first[by]
    assert first == {"topic": "sales.orders.placed.v1", "product": "Orders", "domain": "sales", "total": "Total"}
    assert shown.view._count.text == "all topics together"
    assert shown.window.top.place.text.endswith("Throughput")


def test_that_a_recording_is_shown_whole_at_first_and_any_span_can_be_chosen(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    shown.titles("product", start=BEGAN, end=END)
    assert shown.view._spans.place == -1  # it is as long as none of them
    shown.view._spans.chosen.emit(SPANS.index(HOUR))
    shown.titles("product", start=END - HOUR, end=END)
    assert "nothing is known of the time before" in shown.view._note.text


def test_that_live_curves_follow_until_they_stand_still_and_go_on(qtbot: QtBot) -> None:
    tracks = recording()
    shown = Shown(qtbot, tracks=tracks, is_live=True)
    shown.titles("product", start=END - LIVE_SPAN, end=END)
    QTest.mouseClick(shown.view.hold_button, Qt.MouseButton.LeftButton)
    shown.titles("product", is_still=True, end=END)
    assert shown.view.hold_button.text() == "Go on"
    later = recording(seconds=10, began=END + 1_000)
    for (topic, number), (seen, value) in later.at(END + 20_000, "end").items():
        add(tracks, topic, number, seen, value)
    turn(shown.session, shown.window)
    assert shown.view.plot.drawn is not None
    assert shown.view.plot.drawn.asked.end == END
    shown.view.plot.held.emit()
    shown.titles("product", is_still=False, end=END + 11_000)
    assert shown.view.hold_button.text() == "Pause"


def add(tracks: Tracks, topic: str, partition: int, seen: int, value: int) -> None:
    tracks.add(np.array([tracks.number(("end", topic, partition))]), np.array([seen]), np.array([value + 9_000]))


def test_that_of_a_cluster_that_is_silent_the_gap_grows(qtbot: QtBot, clock: list[int]) -> None:
    shown = Shown(qtbot, is_live=True)
    shown.titles("product", end=END)
    clock[0] = END + MINUTE
    shown.titles("product", start=END + MINUTE - LIVE_SPAN, end=END + MINUTE)
    assert shown.view._note.text.startswith("Nothing was seen since")
    drawn = shown.view.plot.drawn
    assert drawn is not None
    assert drawn.column(END - 1_000) is not None
    silent = drawn.total.rates[drawn.edges[:-1] >= END]
    assert len(silent) * step_for(LIVE_SPAN) == MINUTE
    assert np.isnan(silent).all()


def test_that_pan_and_zoom_keep_to_the_recording(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    shown.titles("product")
    shown.view.show_span(MINUTE)
    shown.view.plot.panned.emit(-0.5)
    shown.titles("product", is_still=True, start=END - 90_000, end=END - 30_000)
    shown.view.plot.zoomed.emit(2.0, END - 60_000)
    shown.titles("product", start=END - 2 * MINUTE, end=END)
    shown.view.plot.panned.emit(5.0)
    shown.titles("product", is_still=False, end=END)
    shown.view.plot.stepped.emit(1)
    shown.titles("product", start=END - 5 * MINUTE)


def test_that_a_wheel_that_turns_far_within_a_beat_is_shown_once_and_zooms_around_the_pointer(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    shown.titles("product")
    shown.view.show_span(5 * MINUTE)
    shown.view.hold(True)
    shown.titles("product", is_still=True, start=END - 5 * MINUTE)
    plot, at = shown.view.plot, END - 5 * MINUTE + 75_000  # the pointer is a quarter from the left
    before = plot.span
    for _ in range(2):
        plot.zoomed.emit(0.5, at)  # as a wheel does: of what it sees
        assert plot.span == before
    turn(shown.session, shown.window, 1)
    assert plot.span == (at - 75_000 // 4, at - 75_000 // 4 + 75_000)


def test_that_a_range_is_the_windows_and_leads_to_the_records_of_that_time(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    shown.titles("product")
    assert not shown.view.records_button.isVisible()
    shown.view.plot.ranged.emit((BEGAN + 5_000, BEGAN + 9_000))
    turn(shown.session, shown.window)
    assert shown.session.cursor == Cursor.of(BEGAN + 5_000, BEGAN + 9_000)
    assert shown.view.plot.range == (BEGAN + 5_000, BEGAN + 9_000)
    shown.view.show_by("domain")
    shown.titles("domain")
    shown.view.plot.choose("domain sales")
    QTest.mouseClick(shown.view.records_button, Qt.MouseButton.LeftButton)
    turn(shown.session, shown.window)
    assert shown.window.pages.shown == "records"
    assert set(shown.window.frame.records.listing.topics) == {"sales.orders.placed.v1", "sales.baskets.v1"}
    shown.window.show_view("throughput")
    shown.view.plot.ranged.emit(None)
    assert shown.session.cursor.is_live
    shown.view.plot.went.emit(BEGAN + 7_000)
    assert shown.session.cursor.moment == BEGAN + 7_000


def test_that_the_cursor_of_another_view_is_shown_here(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    shown.titles("product")
    before = shown.view.plot.grab().toImage()
    shown.session.look_at(Cursor.of(BEGAN + 30_000))
    turn(shown.session, shown.window)
    assert shown.view.plot.grab().toImage() != before
    head = shown.view.table.content.headerData(2, Qt.Orientation.Horizontal)
    assert str(head).endswith(":30")  # the table has the values of that moment


def test_that_the_plot_goes_along_where_the_cursor_leads_and_back(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    shown.titles("product")
    shown.view.show_span(MINUTE)
    shown.session.look_at(Cursor.of(BEGAN + 20_000))
    shown.titles("product", is_still=True, start=BEGAN - 10_000, end=BEGAN + 50_000)
    assert shown.view.hold_button.text() == "Go on"
    shown.session.look_at(Cursor.of(BEGAN + 40_000))  # which is on the screen
    turn(shown.session, shown.window)
    shown.titles("product", start=BEGAN - 10_000)
    shown.session.look_at(Cursor())
    shown.titles("product", is_still=False, end=END)


def test_that_times_are_said_anew_in_another_zone(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    shown.titles("product")
    shown.view.plot.point_at(BEGAN + 30_000)
    assert "UTC" not in shown.view.plot.accessibleDescription()
    show_in("utc")
    shown.window.say_times_anew()
    assert ":30 UTC: Orders 30/s" in shown.view.plot.accessibleDescription()


def test_that_what_is_selected_is_so_in_plot_and_table_and_the_inspector_tells_of_it(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    shown.titles("product")
    turn(shown.session, shown.window)
    assert shown.window.frame.inspector._empty.text.startswith("Nothing is selected")
    shown.view.table.setCurrentIndex(shown.view.table.content.index(0, 0))
    assert shown.view.plot.choice == "product orders"
    turn(shown.session, shown.window)
    about = shown.window.frame.inspector.about
    assert about.isVisible()
    assert "Orders" in about.accessibleDescription() + about.accessibleName()
    shown.view.table.setCurrentIndex(shown.view.table.content.index(shown.view.table.content.rowCount() - 1, 0))
    assert shown.view.plot.choice == ""  # all together have no curve among those of the products


def test_that_the_curve_of_the_opened_topic_is_selected_on_each_level_until_somebody_selects_another(
    qtbot: QtBot,
) -> None:
    shown = Shown(qtbot)
    opened = shown.window.current
    assert opened is not None
    shown.window.open_topic(opened, "sales.orders.placed.v1")
    shown.window.show_view("throughput")
    shown.titles("product")
    assert shown.view.plot.choice == "product orders"
    shown.view.show_by("domain")
    shown.titles("domain")
    assert shown.view.plot.choice == "domain sales"
    shown.view.plot.choose("domain fraud")
    turn(shown.session, shown.window)
    shown.view.show_by("product")
    shown.titles("product")
    assert shown.view.plot.choice == ""
    shown.window.open_topic(opened, "sales.baskets.v1")
    shown.window.show_view("throughput")
    turn(shown.session, shown.window)
    assert shown.view.plot.choice == "topics sales"


def test_that_return_leads_from_a_domain_to_its_products_to_topics_and_to_records(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    shown.view.show_by("domain")
    shown.titles("domain")
    for wanted in ("domain sales", "topics sales"):
        shown.view.plot.choose(wanted)
        by = shown.view.by
        shown.view.plot.opened.emit()
        if by == "domain":
            shown.titles("product")
    turn(shown.session, shown.window)
    assert shown.window.frame.records.topic == "sales.baskets.v1"
    assert shown.window.pages.shown == "records"


def test_that_the_past_of_what_is_on_the_screen_is_asked_for_and_drawn_with_its_mark(qtbot: QtBot) -> None:
    mesh = shop()
    shown = Shown(qtbot, mesh=mesh, is_live=True)
    shown.titles("product")
    qtbot.waitUntil(lambda: bool(shown.made.past), timeout=30_000)
    topics, start, _ = shown.made.past[-1]
    assert topics[0] == "sales.orders.placed.v1"
    assert "__consumer_offsets" not in topics
    assert start <= END - LIVE_SPAN
    fold(mesh, [by_time("lonely", BEGAN - HOUR, 5 * MINUTE, *(600 * n for n in range(13)))])
    shown.made.now = replace(shown.made.now, mesh=mesh.now())

    def is_drawn() -> bool:
        turn(shown.session, shown.window, 1)
        return shown.view.plot.drawn is not None and bool(shown.view.plot.drawn.by_time.any())

    qtbot.waitUntil(is_drawn, timeout=30_000)
    assert shown.view._note.text.startswith(BY_TIME)


def test_that_bytes_are_shown_of_what_is_read_and_why_of_nothing_else(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    sizes = Sizes()
    sizes.add("lonely", BEGAN, END, 120_000, [(0, 0, 5)])
    shown.made.now = replace(shown.made.now, sizes=sizes)
    shown.view._ofs.chosen.emit(1)
    shown.view.show_by("topic")
    shown.titles("topic", of="bytes")
    assert "of topics that are read: 1 of 4." in shown.view._note.text
    values = {row[0]: row[2:] for row in shown.view.table.content.rows}
    assert values["lonely"][1] == "1.0 kB/s"
    assert values["fraud.scores.v1"] == ("not known", "–", "–")


def test_that_a_capture_without_samples_says_so(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    shown.made.now = replace(shown.made.now, tracks=None)
    turn(shown.session, shown.window)
    assert shown.view._empty.text.startswith("This capture holds no rates.")
    shown.made.idle = False
    turn(shown.session, shown.window)
    assert shown.view._empty.text.startswith("The rates are being read.")
    shown.made.state = "live"
    turn(shown.session, shown.window)
    assert shown.view._empty.text.startswith("Nothing was measured yet.")


@pytest.mark.parametrize("size", [(1_440, 900), (1_280, 720), (820, 560)])
def test_that_the_plot_keeps_its_room_at_every_size_of_the_window(qtbot: QtBot, size: tuple[int, int]) -> None:
    shown = Shown(qtbot)
    shown.titles("product")
    shown.window.resize(*size)
    turn(shown.session, shown.window)
    assert shown.view.plot.height() >= 150
    assert shown.view.plot.height() >= shown.view.table.height() or not shown.view.table.isVisible()


def test_that_areas_have_no_logarithmic_scale(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    shown.titles("product")
    plain = shown.view.plot.grab().toImage()
    QTest.mouseClick(shown.view.log_button, Qt.MouseButton.LeftButton)
    logarithmic = shown.view.plot.grab().toImage()
    shown.view._styles._buttons[1].click()
    assert not shown.view.log_button.isEnabled()
    assert len({bytes(image.constBits()) for image in (plain, logarithmic, shown.view.plot.grab().toImage())}) == 3


def test_that_the_tab_key_reaches_everything_in_it_and_all_of_it_has_a_name(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    shown.titles("product")
    shown.view.plot.ranged.emit((BEGAN + 5_000, BEGAN + 9_000))
    turn(shown.session, shown.window)
    wanted = {
        widget
        for widget in shown.view.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and usable(widget)
    }
    assert {shown.view.plot, shown.view.table, shown.view.records_button} <= wanted
    assert [path(widget) for widget in wanted if not widget.accessibleName()] == []
    shown.window.activateWindow()
    shown.view.plot.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(shown.view.plot.hasFocus)
    reached: set[QWidget] = set()
    at: QWidget | None = shown.view.plot
    while at is not None and at not in reached:
        reached.add(at)
        at.focusNextChild()
        at = QApplication.focusWidget()
    assert [path(widget) for widget in wanted - reached if not is_exclusive(widget)] == []
