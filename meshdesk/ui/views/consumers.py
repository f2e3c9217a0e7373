"""Consumers: every group of the mesh, how far behind it is, and whether it keeps up."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from meshdesk.model import wording
from meshdesk.model.lag import by_topic
from meshdesk.session.consumers import Told
from meshdesk.session.opened import Opened
from meshdesk.ui.about import About
from meshdesk.ui.about_group import about_group
from meshdesk.ui.retold import Retold
from meshdesk.ui.widgets.consumer_table import ConsumerTable
from meshdesk.ui.widgets.controls import Line, Segments
from meshdesk.ui.widgets.empty import Empty
from meshdesk.ui.widgets.view_bar import lay_out_view, view_bar

if TYPE_CHECKING:
    from meshdesk.ui.window import Window

NAME = "consumers"
TITLE = "Consumers"
ICON = "users"
IS_FRAMED = True
IS_AT_FOOT = False
MEASURES = ("Seconds", "Offsets")


def make(window: "Window") -> QWidget:
    view = ConsumersView(window)
    view.said.connect(window.toast.say)
    return view


class ConsumersView(QWidget):
    """The table of groups, and the bar above it."""

    said = Signal(str)  # a sentence that passes
    is_led = False  # nothing is selected unasked
    NOTHING = ("Nothing is selected", "Select a group to read about it.")

    def __init__(self, window: "Window") -> None:
        """`window` is asked for the capture that it is about, at each beat on which the view can be seen."""
        super().__init__()
        self._window = window
        self._shown: tuple[Opened | None, Told | None] = (None, None)
        self._choice = ""
        self._are_hours_next = False  # on the next beat the lines of the last hour are drawn
        self._retold = Retold(window.frame.wait_to_tell)
        self._title = Line()
        self._title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._title.say(("Lag", "strong", "text"))
        self.measures = Segments("Measure", MEASURES)
        self.measures.chosen.connect(self._measure)
        self._count = Line()
        self._count.align_right()
        self._count.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.table = ConsumerTable()
        self.table.chosen.connect(self._chosen)
        self.table.opened.connect(self.open)
        self.table.content.sorted.connect(lambda: self.table.choose(self._choice))
        self._empty = Empty(ICON, "No consumers")
        bar = view_bar(self._title, self.measures, self._count, gap=10)
        self._body = lay_out_view(self, TITLE, bar, self.table, self._empty)
        self._say()

    def refresh(self) -> bool:
        """Shows how the groups are by now, or at the moment that the time cursor is on, and a beat later their last hours;
        whether anything is drawn."""
        opened = self._window.current
        if self._are_hours_next and opened is self._shown[0]:
            self._are_hours_next = False
            self.table.content.tell_hours()
            return True
        told = None
        if opened is not None:
            told = opened.consumers.want(opened.mesh, opened.lags, opened.tracks, opened.moment, self.table.seen)
        if opened is not self._shown[0]:
            self._choice = ""
            self.table.forget()
        is_other = opened is not self._shown[0] or told is not self._shown[1]
        if is_other:
            self._shown = (opened, told)
            self.table.show_told(told, self._choice)
            self._say()
            self._are_hours_next = True
        return is_other

    def open(self, group: str) -> None:
        """The records of the first topic that a group reads."""
        opened = self._shown[0]
        row = self.table.content.row_of(group)
        topics = self.table.content.lines[row].topics if row >= 0 else ()
        there = opened.mesh.topics if opened is not None else {}
        topic = next((topic for topic in topics if topic in there), "")
        if opened is None or not topic:
            self.said.emit(f"It is not known which topics {group} reads.")
        else:
            self._window.open_topic(opened, topic)

    def choose(self, group: str) -> None:
        """Selects a group."""
        self._choice = group
        self.table.choose(group)

    @property
    def about(self) -> About | None:
        """What there is to say of the group that is selected; made anew when more is known."""
        opened, told = self._shown
        if opened is None or told is None or not self._choice:
            return None
        return self._retold.page((opened.number, self._choice), (told, opened.mesh.place), lambda: self._page(opened))

    def _page(self, opened: Opened) -> About:
        row = self.table.content.row_of(self._choice)
        line = self.table.content.lines[row] if row >= 0 else None
        parts = by_topic(dict(line.total.parts)) if line else {}
        return about_group(opened, self._choice, {(self._choice, topic): whole for topic, whole in parts.items()}, line)

    def say_times_anew(self) -> None:
        """Times are shown in another zone."""
        self._retold.forget()

    def _chosen(self, group: str) -> None:
        self._choice = group
        self._window.frame.leave_group()

    def _measure(self, place: int) -> None:
        self.table.measure(is_time=place == 0)

    def _say(self) -> None:
        opened, told = self._shown
        if told is not None and told.lines:
            self._body.setCurrentWidget(self.table)
            said = wording.plural(len(told.lines), "group")
            if told.attention:
                needs = "needs" if told.attention == 1 else "need"
                said += f" · {told.attention:,} {needs} attention"
            self._count.say((said, "text", "second"))
            return
        self._body.setCurrentWidget(self._empty)
        self._count.say()
        if opened is None or told is None:
            self._empty.say("The groups are being looked at.", "")
        elif not opened.mesh.is_known("kafka groups"):
            text = "The cluster has not said yet which groups it has."
            if opened.moment is not None:
                text = "At this moment the cluster had not been asked yet."
            self._empty.say("No groups of consumers are known.", text)
        else:
            self._empty.say(
                "There are no groups of consumers.",
                "A group is there as soon as somebody joins or commits in its name.",
            )
