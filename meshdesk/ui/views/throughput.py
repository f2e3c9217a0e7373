"""Throughput: how much arrives by topic, product, domain or in total, over a minute to seven days, as curves and as a table."""

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QSplitter, QWidget

from meshdesk.model.asked import BYS, SECOND, SPANS, Asked, By, Of, span_of
from meshdesk.model.cursor import Cursor
from meshdesk.model.graph import Box
from meshdesk.model.shown_time import ShownTime
from meshdesk.session.curves import Content
from meshdesk.session.opened import Opened
from meshdesk.ui import theme
from meshdesk.ui.about import About
from meshdesk.ui.about_map import about_box
from meshdesk.ui.curve_hues import CurveHues
from meshdesk.ui.retold import Retold
from meshdesk.ui.widgets.controls import Button, Line, Rule, Segments, with_shortcut
from meshdesk.ui.widgets.curve_table import CurveTable
from meshdesk.ui.widgets.curve_words import how_many, to_be_known
from meshdesk.ui.widgets.empty import Empty
from meshdesk.ui.widgets.plot import Plot
from meshdesk.ui.widgets.view_bar import lay_out_view, plain_column, view_bar

if TYPE_CHECKING:
    from meshdesk.model.curves import Curves
    from meshdesk.ui.window import Window

NAME = "throughput"
TITLE = "Throughput"
ICON = "chart-line"
IS_FRAMED = True
IS_AT_FOOT = False
OFS: tuple[Of, ...] = ("records", "bytes")
LIVE_SPAN = SPANS[2]  # shown first of what is live
ASK_EVERY = 1.0  # s between two wishes for the past of what is on the screen
SILENT = 15_000  # ms after which samples are late: every partition has one within that time
FIRST_ROUND = 15_000  # ms from the first sample until every partition has one
MOST_MERGED = 8  # topics whose records are shown merged: more is another question
MOST_ASKED = 100  # topics whose past is asked for at once: those with a curve of their own come first
TABLE_MOST = 0.42  # of the height that the table takes at most
NOTE_FROM = 240  # px of height from which on there is room for a note
TABLE_FROM = 330  # px of height from which on the table has room below the plot


def make(window: "Window") -> QWidget:
    view = ThroughputView(window)
    view.said.connect(window.toast.say)
    return view


class ThroughputView(QWidget):
    """The plot, the table of the same, and the bars above them."""

    said = Signal(str)  # a sentence that passes
    NOTHING = ("Nothing is selected", "Select a curve, or its row in the table, to read about it.")

    def __init__(self, window: "Window") -> None:
        """`window` is asked for the capture that it is about, at each beat on which the view can be seen."""
        super().__init__()
        self._window = window
        self._opened: Opened | None = None
        self._drawn: Curves | None = None
        self._time = ShownTime()
        self._cursor = Cursor()  # as of the last beat
        self._is_ahead = False  # of what the plot shows, until the next beat
        self._asked_at = 0.0  # monotonic: when the past was asked for
        self._retold = Retold(window.frame.wait_to_tell)
        self._followed: tuple[object, ...] = ()  # capture, topic and level that a curve was selected for
        self._led_to = ""  # the key of that curve
        self.by: By = "product"
        self.of: Of = "records"
        self._hues = CurveHues(window.frame.hues.of)
        self._make_controls()
        self.plot = Plot()
        self.table = CurveTable()
        self._parts = QSplitter(Qt.Orientation.Vertical)
        self._is_split_by_hand = False
        self._note, self._note_row = Line(), QWidget()
        self._empty = Empty(ICON, "No throughput")
        self._join()
        self._lay_out()
        self._say_still()

    # The beat

    def refresh(self) -> bool:
        """Asks for the newest curves, and for the past of what is on the screen; whether there are others, or values of another
        moment."""
        opened = self._window.current
        if opened is not self._opened:
            self._opened, self._drawn, self._time = opened, None, ShownTime()
            self.plot.show_curves(None, *self._time.at(0), {})
            self._say_still()
        tracks = opened.now.tracks if opened is not None else None
        recorded, newest = tracks.span if tracks is not None else None, self._newest
        if opened is None or tracks is None or recorded is None or newest is None:
            self._say_empty(opened)
            return False
        if not self._time.is_chosen:
            self._time.span = LIVE_SPAN if opened.state == "live" else span_of(recorded[1] - recorded[0])
        self._spans.choose(SPANS.index(self._time.span) if self._time.span in SPANS else None)
        cursor, before_it = self._window.session.cursor, self._cursor
        self._cursor = cursor
        if self._time.go_along(cursor, newest):
            self._show_values()
            self._say_still()
        self.plot.show_cursor(cursor.moment, cursor.range)
        self.records_button.setVisible(cursor.range is not None)
        start, end = self._time.at(newest)
        before = tuple(curve.key for curve in self._drawn.curves) if self._drawn is not None else ()
        asked = Asked(self.by, self.of, start, end, self._time.is_still, before)
        sizes = opened.now.sizes if self.of == "bytes" else None
        content = Content(tracks, sizes, opened.now.mesh, (tracks, tracks.revision))
        drawn = opened.curves.want(content, asked)
        if drawn is None:
            return False
        if not self._time.is_still and drawn.asked.end - drawn.asked.start == end - start:
            start, end = drawn.asked.start, drawn.asked.end  # as far as the curves go: they follow twice a second
        is_new, self._drawn = drawn is not self._drawn, drawn
        choice = self.plot.choice
        self.plot.show_curves(drawn, start, end, self._hues.of(drawn.curves))
        self._is_ahead = False
        self._follow(opened, drawn, choice)
        if is_new:
            self._show_values()
            self._say(drawn, recorded[0], recorded[1] if newest > recorded[1] else None)
            self._share_height()
        self._body.setCurrentWidget(self._parts)
        self._ask_past(opened, drawn, start, min(end, recorded[0] + FIRST_ROUND))
        return is_new or cursor != before_it

    def _ask_past(self, opened: Opened, drawn: "Curves", start: int, end: int) -> None:
        """What lies before the recording and on the screen. To ask again for what is known costs nothing."""
        now = time.monotonic()
        if (
            start >= end - FIRST_ROUND
            or self.of != "records"
            or opened.state != "live"
            or now - self._asked_at < ASK_EVERY
        ):
            return
        self._asked_at = now
        from meshdesk.model.curves import topics_on  # numpy, which is there once there are curves

        opened.ask_past(topics_on(drawn, MOST_ASKED), start, end)

    def _follow(self, opened: Opened, drawn: "Curves", choice: str) -> None:
        """Selects the curve of the topic that was opened last; on another level again, unless somebody selected something else.

        `choice` is what was selected before these curves were shown.
        """
        wanted = (opened.number, self._window.frame.topic_of(opened), drawn.asked.by)
        if wanted == self._followed:
            return
        is_another_level = wanted[:2] == self._followed[:2]
        self._followed = wanted
        if is_another_level and choice != self._led_to:
            return
        alone = (curve for curve in drawn.curves if curve.key not in ("other", "total"))
        self._led_to = next((curve.key for curve in alone if wanted[1] in curve.box.topics), "")
        self.plot.choose(self._led_to)

    # What can be done

    def show_by(self, by: By) -> None:
        """Shows a curve for each topic, product or domain, or one for all."""
        self.by = by
        self._bys.choose(BYS.index(by))
        self.refresh()

    def show_of(self, of: Of) -> None:
        """Shows records or bytes a second."""
        self.of = of
        self._ofs.choose(OFS.index(of))
        self.refresh()

    def show_span(self, span: int) -> None:
        """Shows so many ms, up to the newest or to where time stands still."""
        self._time.choose(span)
        self.refresh()

    def hold(self, is_held: bool) -> None:
        """Lets the picture stand still, or follow what is recorded."""
        self._time.hold(self._newest if is_held else None)
        self._say_still()
        self.refresh()

    def zoom(self, factor: float, at: int | None) -> None:
        """A shorter or longer span; the moment `at` (ms) stays where it is. What follows the newest goes on following. It is
        shown at the next beat: a wheel turns several notches in one."""
        if self._newest is not None:
            shown = self.plot.span
            if at is not None and self._is_ahead and shown[1] > shown[0]:  # what is at that place by now
                start, end = self._time.at(self._newest)
                at = start + round((at - shown[0]) * (end - start) / (shown[1] - shown[0]))
            self._time.zoom(factor, at, self._newest)
            self._is_ahead = True

    def step(self, way: int) -> None:
        """The next longer span (1) or the next shorter one (-1)."""
        self._time.step(way)
        self.refresh()

    def pan(self, share: float) -> None:
        """Goes a part of the span later or earlier, at the next beat; at the newest it follows again."""
        if self._newest is not None:
            self._time.pan(share, self._newest)
            self._say_still()
            self._is_ahead = True

    def open(self) -> None:
        """The records of the time that is chosen, or of the topic that is selected; of a domain or a product what is in it."""
        box = self._chosen_box
        if self.plot.range is None and box is not None and len(box.topics) > 1 and self.by in ("domain", "product"):
            self.show_by("product" if self.by == "domain" else "topic")
        else:
            self._show_records()

    def _show_records(self) -> None:
        """The records of what is selected, merged by time where it has several topics; else the list as it was."""
        opened, box = self._opened, self._chosen_box
        if opened is None or box is None or len(box.topics) > MOST_MERGED:
            self._window.show_view("records")
            return
        self._window.open_topic(opened, box.topics[0])
        for topic in box.topics[1:]:
            self._window.add_topic(opened, topic)

    @property
    def _chosen_box(self) -> Box | None:
        """What the selected curve is of."""
        curves = self._drawn.curves if self._drawn is not None else ()
        return next((curve.box for curve in curves if curve.key == self.plot.choice), None)

    @property
    def is_led(self) -> bool:
        """The curve that is selected is that of the topic that was opened."""
        return bool(self._led_to) and self.plot.choice == self._led_to

    @property
    def about(self) -> About | None:
        """What there is to say of what is selected; made anew when more is known of the mesh."""
        opened, drawn, key = self._opened, self._drawn, self.plot.choice
        if opened is None or drawn is None:
            return None
        behind, box = opened.pictures.behind(opened.lags), self._chosen_box
        if box is None or key in ("other", "total"):
            return None
        state = (opened.mesh.place, behind, opened.topics)
        return self._retold.page((opened.number, key, self.by), state, lambda: about_box(opened, box, behind))

    def say_times_anew(self) -> None:
        """Times are shown in another zone."""
        self._retold.forget()
        self.plot.say_times_anew()

    # Inside

    @property
    def _newest(self) -> int | None:
        """Where time has come to, in ms: when something was seen last, or now where that is long ago: a cluster is silent."""
        opened = self._opened
        span = opened.now.tracks.span if opened is not None and opened.now.tracks is not None else None
        if opened is None or span is None:
            return None
        now = _now() // SECOND * SECOND
        return now if opened.state == "live" and now - span[1] > SILENT else span[1]

    def _go_to(self, cursor: Cursor) -> None:
        self._window.playhead.move(cursor)

    def _show_values(self) -> None:
        """The table follows the curves, and the crosshair or where the window's cursor is."""
        drawn, column, moment = self._drawn, self.plot.column, self._time.cursor.moment
        if drawn is None:
            return
        if column is None and moment is not None:
            column = drawn.column(moment)
        self.table.show_curves(drawn, column, self._hues.of(drawn.curves))

    def _chosen(self, key: str) -> None:
        """Of the table; the sum has no curve of its own."""
        keys = {curve.key for curve in self._drawn.curves} if self._drawn is not None else set()
        self.plot.choose(key if key in keys else "")

    def _say(self, drawn: "Curves", began: int, silent: int | None) -> None:
        """What is on the screen, and what is to be known of it."""
        self._count.say((how_many(drawn), "text", "second"))
        self._note.say((to_be_known(drawn, began, silent), "small", "second"))
        self._show_note()

    def _show_note(self) -> None:
        """In a low window the plot has its room; what is not known still says so in it."""
        self._note_row.setVisible(bool(self._note.text) and self.height() >= NOTE_FROM)

    def _say_empty(self, opened: Opened | None) -> None:
        self._body.setCurrentWidget(self._empty)
        self._count.say()
        if opened is not None and opened.state == "live":
            self._empty.say("Nothing was measured yet.", "The first rates are there within some seconds.")
        elif opened is not None and not opened.idle:
            self._empty.say("The rates are being read.", "Of a long recording that takes some seconds.")
        else:
            self._empty.say(
                "This capture holds no rates.",
                "Rates are measured while a connection is live: connect to its cluster to see them.",
            )

    def _say_still(self) -> None:
        self.hold_button.setChecked(self._time.is_still)
        self.hold_button.say("Go on" if self._time.is_still else "Pause")

    def _make_controls(self) -> None:
        self._ofs = Segments("What", [f"{of}/s" for of in OFS])
        self._ofs.chosen.connect(lambda place: self.show_of(OFS[place]))
        self._bys = Segments("A curve for each", list(BYS))
        self._bys.choose(BYS.index(self.by))
        self._bys.chosen.connect(lambda place: self.show_by(BYS[place]))
        self._spans = Segments("How long", ["1 m", "5 m", "15 m", "1 h", "6 h", "24 h", "7 d"])
        self._spans.chosen.connect(lambda place: self.show_span(SPANS[place]))
        self._count = Line()
        self._count.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._styles = Segments("Curves", ["lines", "stacked"])
        self.log_button = Button("Log")
        self.log_button.setCheckable(True)
        self.log_button.setAccessibleName("Logarithmic scale")
        self.log_button.setToolTip("Logarithmic scale")
        self.records_button = Button("Records", icon="list")
        self.records_button.setToolTip(with_shortcut("The records of the time that is chosen", "Return"))
        self.records_button.hide()
        self.hold_button = Button("Pause", icon="pause")
        self.hold_button.setCheckable(True)
        self.hold_button.setToolTip(with_shortcut("Let the plot stand still", "Space"))

    def _join(self) -> None:
        self._styles.chosen.connect(lambda _: self._restyle())
        self.log_button.clicked.connect(lambda _: self._restyle())
        self.hold_button.clicked.connect(self.hold)
        self.records_button.clicked.connect(self._show_records)
        self._parts.splitterMoved.connect(self._keep_sizes)
        plot = self.plot
        plot.chosen.connect(self.table.choose)
        plot.chosen.connect(self._window.frame.leave_group)
        plot.pointed.connect(self._show_values)
        plot.ranged.connect(lambda range_: self._go_to(Cursor.of(*range_) if range_ else Cursor()))
        plot.went.connect(lambda moment: self._go_to(Cursor.of(moment)))
        plot.zoomed.connect(self.zoom)
        plot.stepped.connect(self.step)
        plot.panned.connect(self.pan)
        plot.opened.connect(self.open)
        plot.held.connect(lambda: self.hold(not self._time.is_still))
        plot.to_the_newest.connect(lambda: self.hold(False))
        self.table.chosen.connect(self._chosen)
        self.table.opened.connect(self.open)

    def _restyle(self) -> None:
        is_stacked = self._styles.place == 1
        self.log_button.setEnabled(not is_stacked)  # areas upon each other mean nothing on it
        self.plot.show_as(is_stacked, self.log_button.isChecked())

    def _lay_out(self) -> None:
        self._parts.setHandleWidth(1)
        self._parts.setChildrenCollapsible(False)
        upper = QWidget()
        inner = plain_column(upper)
        inner.addWidget(self.plot, 1)
        foot = QHBoxLayout(self._note_row)
        foot.setContentsMargins(14, 0, 14, 6)
        foot.addWidget(self._note)
        inner.addWidget(self._note_row)
        lower = QWidget()
        inner = plain_column(lower)
        inner.addWidget(Rule())
        inner.addWidget(view_bar(self._count, self.records_button, self._styles, self.log_button, self.hold_button))
        inner.addWidget(Rule())
        inner.addWidget(self.table, 1)
        for part, stretch in ((upper, 3), (lower, 2)):
            self._parts.addWidget(part)
            self._parts.setStretchFactor(self._parts.indexOf(part), stretch)
        self._body = lay_out_view(
            self, TITLE, view_bar(self._ofs, self._bys, None, self._spans), self._parts, self._empty
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.table.setVisible(event.size().height() >= TABLE_FROM)
        self._show_note()
        self._share_height()

    def _keep_sizes(self) -> None:
        """Somebody has drawn the line between plot and table."""
        self._is_split_by_hand = True

    def _share_height(self) -> None:
        """The table takes what its rows need, at most four tenths; the plot takes the rest."""
        if self._is_split_by_hand:
            return
        whole = self._parts.height()
        foot = theme.VIEW_BAR + 2 + (self.table.wanted_height if self.table.isVisibleTo(self) else 0)
        lower = min(foot, max(theme.VIEW_BAR + 2, round(whole * TABLE_MOST)))
        self._parts.setSizes([whole - lower, lower])


def _now() -> int:
    return time.time_ns() // 1_000_000
