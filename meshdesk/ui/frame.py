"""The frame around an open capture: explorer, work area, inspector, and how they are arranged at any width."""

import json
import math
import time
from typing import TYPE_CHECKING, Protocol, cast
from urllib.parse import quote

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QSplitter, QSplitterHandle, QStackedWidget, QWidget

from meshdesk.model import decode_as
from meshdesk.model.placing import Placing
from meshdesk.session.opened import Opened
from meshdesk.ui import theme
from meshdesk.ui.about import About, about_topic, topic_of
from meshdesk.ui.about_group import about_group
from meshdesk.ui.domain_hues import DomainHues
from meshdesk.ui.remembered import Remembered
from meshdesk.ui.retold import LEAST, Retold
from meshdesk.ui.views.records import RecordsView
from meshdesk.ui.widgets.explorer import Explorer
from meshdesk.ui.widgets.inspector import NO_RECORD, Inspector

if TYPE_CHECKING:
    from collections.abc import Callable

    from meshdesk.model.node import Node


class Drawn(Protocol):
    """What stands in the work area."""

    def refresh(self) -> bool:
        """Asks for what is new; whether anything is, which will be drawn."""


class Telling(Protocol):
    """A view that stands in the frame, but for the records."""

    @property
    def about(self) -> About | None:
        """What the inspector is to say of what is selected in it."""

    @property
    def is_led(self) -> bool:
        """What is selected in it is where the topic is that was opened, and nobody has selected it."""

    def say_times_anew(self) -> None: ...

    NOTHING: tuple[str, str]  # what it says where nothing is: that it is so, and what to do


class Frame(QWidget):
    """Three panels with lines between them that can be dragged. Widths and what is closed are remembered."""

    said = Signal(str)  # a sentence that passes

    def __init__(self, remembered: Remembered) -> None:
        super().__init__()
        self._remembered = remembered
        self._is_narrow = False
        self._is_slim = False
        self._shape: tuple[bool, bool, bool] | None = None  # narrow, slim, roomy: what the sizes were set for
        self.hues = DomainHues(remembered)
        self._placings: list[Placing] = []  # whose domains have their hues, each in the order of names
        self.explorer = Explorer(self.hues)
        self.records = RecordsView(remembered)
        self.inspector = Inspector(self.hues)
        self._is_drawn = False  # the view, on the last beat
        self._has_to_tell = False  # a page of the inspector, on the last beat
        self._tell_at = 0.0  # monotonic: when a view that is drawn at each beat leaves the next one to that
        self._wait = 0.0  # s that a page of the inspector gives way to what else is drawn on this beat
        self._retold = Retold(self.wait_to_tell)  # of the topic on the screen, or of a group
        self._group: tuple[Opened | None, str] = (None, "")  # the one that was chosen last
        self._recalled: dict[int, str] = {}  # under which name it was looked up what was asked for, by capture
        self._across = _Splitter(Qt.Orientation.Horizontal)
        self._down = _Splitter(Qt.Orientation.Vertical)
        self._work = QStackedWidget()  # the views that stand in the frame
        self._work.addWidget(self.records)
        self._down.addWidget(self._work)
        for part in (self.explorer, self._down, self.inspector):
            self._across.addWidget(part)
        self._across.setStretchFactor(1, 1)
        self._down.setStretchFactor(0, 1)
        self.explorer.setVisible(remembered.is_on("window/explorer", True))
        self._wants_inspector = remembered.is_on("window/inspector", True)
        # Somebody has opened it in a small window, where it is folded while nothing is selected.
        self._is_pinned = False
        self._has_choice = False  # something is selected
        self.inspector.setVisible(self._wants_inspector)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self._all = _Splitter(Qt.Orientation.Vertical)
        self._all.addWidget(self._across)
        self._all.setStretchFactor(0, 1)
        row.addWidget(self._all)
        self.strip: QWidget | None = None
        self.records.said.connect(self.said)
        self.records.topics_asked.connect(self.find_topic)
        self.records.selected.connect(self.leave_group)
        self.explorer.group_chosen.connect(self.show_group)
        self.inspector.said.connect(self.said)
        self.inspector.schema_pane.said.connect(self.said)
        self.inspector.schema_pane.wished.connect(self._decode_as)
        self.inspector.tree.reveal_wanted.connect(self._reveal)
        self.inspector.parts_wanted.connect(self._fetch_parts)
        self.inspector.text_wanted.connect(self._fetch_text)
        self._across.splitterMoved.connect(self.keep_sizes)
        self._down.splitterMoved.connect(self.keep_sizes)
        self._all.splitterMoved.connect(self.keep_sizes)

    def set_strip(self, strip: QWidget) -> None:
        """Puts a strip along the foot of all panels; it can be dragged and closed as they can."""
        self.strip = strip
        self._all.addWidget(strip)
        self._all.setStretchFactor(1, 0)
        strip.setVisible(self._remembered.is_on("window/strip", True))
        self._shape = None  # the next size that Qt gives is its first with the strip
        self._set_strip_height()

    def refresh(self, captures: list[Opened]) -> None:
        """Lets the panels ask what is new."""
        for opened in captures:
            self._recall_wishes(opened)
        placings = [opened.now.mesh.placing for opened in captures]  # ready: they are made beside the window
        if placings != self._placings:
            self._placings = placings
            self.hues.know(domain.name for placing in placings for domain in placing.domains)
        self.records.are_topics_beside = self.explorer.isVisible()
        # A view that is drawn at each beat, as while the time is dragged, leaves one of sixteen to the explorer, and another one
        # to a page of the inspector that has something else to say.
        is_listed = self._is_drawn and self.explorer.is_overdue and self.explorer.refresh(captures)
        is_told = self._is_drawn and not is_listed and self._has_to_tell and time.monotonic() >= self._tell_at
        if is_told:
            self._tell_at = time.monotonic() + 2 * LEAST
        if is_listed or is_told:
            self.records.give_way()
        is_drawn = self._is_drawn = not (is_listed or is_told) and cast(Drawn, self._work.currentWidget()).refresh()
        is_listed = is_listed or self.explorer.refresh(captures, has_turn=not (is_drawn or is_told))
        self._has_to_tell = False
        self._wait = math.inf if is_listed or is_drawn or not self.inspector.isVisible() else 0.0
        self._mark()
        self.inspector.show_hits(self.records.listing.word)
        shown = self.records.opened
        details = shown.chosen.details if shown is not None else None
        view = self._work.currentWidget()
        self.inspector.say_empty(*(NO_RECORD if view is self.records else cast(Telling, view).NOTHING))
        if self._group[0] is not None and self._group[0] in captures:
            has_choice = True
            self.inspector.refresh(None, 0, self._of_group(self._group[0], self._group[1]))
        elif view is not self.records:
            telling = cast(Telling, view)
            about = telling.about
            has_choice = about is not None and not telling.is_led
            self.inspector.refresh(None, 0, about)
        else:
            chosen = self.records.table.chosen_count()
            has_choice = chosen > 0
            self.inspector.refresh(details, chosen, None if details else self._of_topic())
        if has_choice != self._has_choice and QApplication.mouseButtons() == Qt.MouseButton.NoButton:
            self._has_choice = has_choice  # not below a mouse that selects
            self._show_inspector()

    def wait_to_tell(self) -> float:
        """How long (s) a page of the inspector that has something else to say gives way on this beat: to whatever else is drawn,
        as all of it together would be a long frame; and for as long as the inspector is closed."""
        self._has_to_tell = self.inspector.isVisible()  # for a page that nobody sees no frame is given away
        return self._wait

    def _decode_as(self, about: decode_as.About, decoder: str) -> None:
        """Somebody wants something to be read by another decoder; that holds for the connection, from now on."""
        opened = self.records.opened
        if opened is not None:
            opened.lists.set_wishes(decode_as.with_wish(opened.lists.wishes, about, decoder))
            self._remembered.keep(_wishes_of(opened), json.dumps(decode_as.wishes_message(opened.lists.wishes)))

    def _reveal(self, name: str) -> None:
        """Somebody wants to see a secret of the record that is selected."""
        if self.records.opened is not None:
            self.records.opened.chosen.reveal(name)

    def _fetch_parts(self, role: decode_as.Role, path: tuple[int, ...], first: int, done: object) -> None:
        """Parts of the tree in the inspector, which may still be that of a record that was selected before."""
        opened = self.records.opened
        if opened is not None and opened.chosen.details is self.inspector.details:
            opened.chosen.fetch_parts(role, path, first, cast("Callable[[tuple[Node, ...], int], None]", done))

    def _fetch_text(self, role: decode_as.Role, path: tuple[int, ...], done: object) -> None:
        opened = self.records.opened
        if opened is not None and opened.chosen.details is self.inspector.details:
            opened.chosen.fetch_text(role, path, cast("Callable[[str], None]", done))

    def _recall_wishes(self, opened: Opened) -> None:
        """What was asked for when this connection was open before, once its name is known."""
        if self._recalled.get(opened.number) == opened.title:
            return
        self._recalled[opened.number] = opened.title
        try:
            opened.lists.set_wishes(decode_as.wishes_from(json.loads(self._remembered.text(_wishes_of(opened), "[]"))))
        except ValueError:  # somebody wrote into the file
            opened.lists.set_wishes({})

    def show_group(self, opened: Opened, group: str) -> None:
        """The inspector tells of a group, until a topic is opened or a record selected; none is selected meanwhile."""
        self.records.table.clearSelection()
        self._group = (opened, group)
        self.explorer.mark_group(opened, group)
        if not self._wants_inspector:
            self.toggle_inspector()

    def leave_group(self) -> None:
        """Something else is selected: the inspector tells of that."""
        if self._group[0] is not None:
            self._group = (None, "")
            self.explorer.mark_group(None, "")

    def _of_group(self, opened: Opened, group: str) -> About | None:
        behind = opened.pictures.behind(opened.lags)
        subject, state = (opened.number, "group", group), (opened.mesh.place, behind)
        return self._retold.page(subject, state, lambda: about_group(opened, group, behind))

    def _of_topic(self) -> About | None:
        """What there is to say of the topic on the screen; made anew when more is known of the mesh, its rate or its readers."""
        opened, topics = self.records.opened, self.records.listing.topics
        if opened is None or len(topics) != 1:
            return None
        behind, facts = opened.pictures.behind(opened.lags), topic_of(opened, topics[0])
        state = (opened.mesh.place, behind, facts.records if facts else None, facts.rate if facts else None)
        subject = (opened.number, "topic", topics[0])
        return self._retold.page(subject, state, lambda: about_topic(opened, topics[0], behind))

    def say_times_anew(self) -> None:
        """Times are shown in another zone."""
        self._retold.forget()
        self.records.table.records.say_anew()
        self.records.table.viewport().update()
        self.inspector.say_times_anew()
        for view in (self._work.widget(place) for place in range(self._work.count())):
            if view is not self.records:
                cast(Telling, view).say_times_anew()

    def topic_of(self, opened: Opened | None) -> str:
        """The topic of a capture whose records are in the list; "" where that is none, or several."""
        topics = self.records.listing.topics if self.records.opened is opened else ()
        return topics[0] if len(topics) == 1 else ""

    @property
    def is_slim(self) -> bool:
        """The explorer is folded into the rail."""
        return self._is_slim

    def show_view(self, view: QWidget) -> None:
        """Brings a view to the work area."""
        if self._work.indexOf(view) < 0:
            self._work.addWidget(view)
        self._work.setCurrentWidget(view)

    def show_topic(self, opened: Opened | None, topic: str) -> None:
        self.leave_group()
        self.records.show_topic(opened, topic)
        self._mark()

    def _mark(self) -> None:
        """The explorer shows which topics are in the list."""
        wanted = (self.records.opened, self.records.listing.topics)
        if wanted != self.explorer.list.open_topics:
            self.explorer.mark(*wanted)

    def copy(self, as_json: bool) -> None:
        """Copies what has the focus: a part of the inspector, or the selected records."""
        focused = QApplication.focusWidget()
        if focused is not None and self.inspector.isAncestorOf(focused) and not as_json:
            self.inspector.copy_value()
        else:
            self.records.copy(as_json)

    def filter_records(self) -> None:
        self.records.go_to_the_filter()

    def find_topic(self) -> None:
        if not self.explorer.isVisible():
            self.toggle_explorer()
        self.explorer.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.explorer.filter.selectAll()

    def toggle_explorer(self) -> None:
        shown = not self.explorer.isVisible()
        self.explorer.setVisible(shown)
        if not self._is_slim:
            self._remembered.keep("window/explorer", shown)

    def toggle_inspector(self) -> None:
        """Opens it, also where it is folded, or closes it until it is opened again."""
        shown = not self.inspector.isVisible()
        self._wants_inspector, self._is_pinned = shown, shown and self._is_narrow
        self._remembered.keep("window/inspector", shown)
        self._show_inspector()

    def _show_inspector(self) -> None:
        """In a small window it lies below the work area, and is folded there while nothing is selected."""
        is_folded = self._is_narrow and not (self._has_choice or self._is_pinned)
        shown = self._wants_inspector and not is_folded
        if shown == self.inspector.isVisibleTo(self):
            return
        self.inspector.setVisible(shown)
        if self._is_narrow and shown:
            self._set_sizes(self.width())
            self.records.table.show_current()

    def toggle_strip(self) -> None:
        if self.strip is not None:
            shown = not self.strip.isVisible()
            self.strip.setVisible(shown)
            self._remembered.keep("window/strip", shown)
            self._set_strip_height()

    def keep_sizes(self) -> None:
        """Remembers the widths of what is open, when somebody has dragged an edge: else they fit the window."""
        keep = self._remembered.keep_numbers
        if self.strip is not None and self.strip.isVisible():
            keep("window/strip_height", [self.strip.height()])
        if self.explorer.isVisible():
            keep("window/explorer_width", [self.explorer.width()])
        if self.inspector.isVisible() and self._is_narrow:
            keep("window/inspector_height", [self.inspector.height()])
        elif self.inspector.isVisible():
            keep("window/inspector_width", [self.inspector.width()])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(event.size().width())

    def _arrange(self, width: int) -> None:
        """Below 1100 px the inspector lies under the work area, below 900 px the explorer folds away.

        Qt gives a frame behind another page some size first and its own when it is shown: sizes are set for each shape.
        """
        whole = width + theme.RAIL  # of the window
        shape = (whole < theme.NARROW, whole < theme.SLIM, whole >= theme.DRAWN_FOR)
        if shape == self._shape:
            return
        self._shape = shape
        narrow, slim, _ = shape
        if narrow != self._is_narrow:
            self._is_narrow, self._is_pinned = narrow, False
            (self._down if narrow else self._across).addWidget(self.inspector)
            self.inspector.setVisible(False)
            self._show_inspector()
        if slim != self._is_slim:
            self._is_slim = slim
            self.explorer.setVisible(not slim and self._remembered.is_on("window/explorer", True))
        self._set_sizes(width)
        self._set_strip_height()

    def _set_strip_height(self) -> None:
        if self.strip is not None:
            self._all.setSizes([self.height() - self._strip_height, self._strip_height])

    @property
    def _strip_height(self) -> int:
        """As somebody left it; else as drawn, lower in a low window. 0 where it is closed."""
        if self.strip is None or not self.strip.isVisibleTo(self):
            return 0
        is_low = self.height() < theme.LOW
        return min(self._kept("strip_height", theme.STRIP_LOW if is_low else theme.STRIP, 40), self.height() // 2)

    def _set_sizes(self, width: int) -> None:
        """The panels as somebody left them; else as drawn, narrower in a window that is narrower than the drawing."""
        roomy = width + theme.RAIL >= theme.DRAWN_FOR
        left = self._kept("explorer_width", theme.EXPLORER if roomy else theme.EXPLORER_SMALL)
        if self._is_narrow:
            self._across.setSizes([left, max(200, width - left)])
            high = self.height() - self._strip_height
            below = min(self._kept("inspector_height", theme.INSPECTOR_BELOW), high // 2)
            self._down.setSizes([high - below, below])
        else:
            right = self._kept("inspector_width", theme.INSPECTOR if roomy else theme.INSPECTOR_SMALL)
            self._across.setSizes([left, max(200, width - left - right), right])

    def _kept(self, name: str, otherwise: int, least: int = 120) -> int:
        numbers = self._remembered.numbers(f"window/{name}")
        return min(max(numbers[0], least), 1600) if numbers else otherwise


class _Splitter(QSplitter):
    """Parts with a line of 1 px between them that can be dragged."""

    def __init__(self, orientation: Qt.Orientation) -> None:
        super().__init__(orientation)
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)

    def createHandle(self) -> QSplitterHandle:
        return _Handle(self.orientation(), self)


class _Handle(QSplitterHandle):
    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.contentsRect(), theme.colours().line)


def _wishes_of(opened: Opened) -> str:
    """Under which name it is remembered what a connection's records shall be decoded as."""
    return f"decode_as/{quote(opened.title, safe='')}"
