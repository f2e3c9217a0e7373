"""The records of one topic: the list, following it, holding it still, and where reading begins."""

import time
from bisect import bisect_left

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from meshdesk.model import wording
from meshdesk.model.position import Position
from meshdesk.model.record import RecordName
from meshdesk.session.opened import Opened
from meshdesk.session.readings import Topic
from meshdesk.ui import theme
from meshdesk.ui.remembered import Remembered
from meshdesk.ui.widgets.controls import Button, Line, Rule, with_shortcut
from meshdesk.ui.widgets.empty import Empty
from meshdesk.ui.widgets.record_table import RecordTable

NAME = "records"
SMALL_TOPIC = 10_000  # a topic with no more records is read from its beginning
COPY_MOST = 100_000  # more text than that no editor wants to see pasted
BEATS_A_PAINT = 2  # the list repaints at 15 Hz
LATE = 1.0  # s after which new rows are shown though their text is still on its way

MINUTE = 60_000
STARTS: tuple[tuple[str, Position], ...] = (
    ("the beginning", Position("beginning")),
    ("1 day ago", Position("ago", 24 * 60 * MINUTE)),
    ("1 h ago", Position("ago", 60 * MINUTE)),
    ("15 min ago", Position("ago", 15 * MINUTE)),
    ("now", Position("end")),
)


def start_for(records: int | None) -> tuple[str, Position]:
    """Where reading begins when nobody has said it: all of a small topic, of others what is recent."""
    return STARTS[0] if records is not None and records <= SMALL_TOPIC else STARTS[3]


class RecordsView(QWidget):
    """The list of one topic's records and the bar above it."""

    said = Signal(str)  # a sentence that passes
    selected = Signal()

    def __init__(self, remembered: Remembered) -> None:
        super().__init__()
        self.setAccessibleName("Records of a topic")
        self.opened: Opened | None = None
        self.topic = ""
        self.following = False
        self.paused = False
        self._rests = 0
        self._coming = 0  # rows up to which new ones were asked for, while the list follows
        self._coming_until = 0.0
        self._rows_painted = -1  # row_revision of the answers on the screen
        self._starts: dict[tuple[int, str], str] = {}  # by capture and topic: the words of where reading began
        self.table = RecordTable(remembered)
        self._empty = Empty("mouse-pointer-click", "No records")
        self._bar = self._make_bar()
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self._body = QStackedLayout()
        self._body.addWidget(self.table)
        self._body.addWidget(self._empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar)
        column.addWidget(Rule())
        column.addLayout(self._body, 1)
        self.table.left_the_end.connect(lambda: self.follow(False))
        self.table.wants_the_end.connect(self.go_to_the_end)
        self.table.copy_asked.connect(self.copy)
        self.table.selectionModel().selectionChanged.connect(self._select)
        self._empty.pressed.connect(lambda: self.read_from(*STARTS[0]))
        self._say()

    # What the window asks of it

    def show_topic(self, opened: Opened | None, topic: str) -> None:
        """Shows a topic's rows, newest at the bottom; a live one is read from where it makes sense, and followed."""
        self._leave()
        self.opened, self.topic = opened, topic
        self.paused = False
        self._coming = 0
        known = self.facts
        if opened is not None and opened.state == "live" and known is not None and not known.tailing:
            words, position = start_for(known.records)
            self._starts[id(opened), topic] = words
            opened.tail(topic, position)
        self.table.show_topic(opened, topic, opened.rows(topic) if opened else 0)
        self.following = self.is_live
        self._rows_painted = -1
        self.table.to_the_end()
        self._say()
        self.refresh()

    def choose(self, name: RecordName) -> None:
        """Selects one record of the topic on the screen; says so where the capture does not hold it."""
        if self.opened is not None:
            self.opened.find(name, lambda k: self._found(name, k))

    def refresh(self) -> None:
        """Asks the capture for rows: new ones at 15 Hz, and those on the screen that are still missing."""
        opened = self.opened
        if opened is None:
            return
        self._rests -= 1
        if self._rests > 0:
            return
        self._rests = BEATS_A_PAINT
        if not self.paused:
            rows = self._rows_to_show(opened)
            if rows != self.table.records.rows:
                # What was still on its way when collecting ended is followed too.
                self.table.grow(rows, self.following or (not self.is_live and self.table.is_at_the_end))
        first, last = self.table.span()
        if self._coming > self.table.records.rows:
            first, last = max(0, self._coming - 1 - (last - first)), self._coming - 1
        if last >= first:
            opened.want(self.topic, first, last)
        if opened.row_revision != self._rows_painted:
            self._rows_painted = opened.row_revision
            self.table.viewport().update()
        if self.following and not self.is_live:
            self.following = False
        self._say()

    @property
    def facts(self) -> Topic | None:
        """What is known of the topic on the screen."""
        if self.opened is None:
            return None
        topics = self.opened.topics
        place = bisect_left(topics, self.topic, key=lambda topic: topic.name)
        return topics[place] if place < len(topics) and topics[place].name == self.topic else None

    @property
    def is_live(self) -> bool:
        return self.opened is not None and self.opened.state == "live"

    @property
    def is_complete(self) -> bool:
        """True when no row on the screen is on its way."""
        first, last = self.table.span()
        return all(self.table.records.line(k) is not None for k in range(first, last + 1))

    def _rows_to_show(self, opened: Opened) -> int:
        """How far the list goes. While it follows, new rows come once they can be drawn: none blinks in as “…”."""
        rows, shown = opened.rows(self.topic), self.table.records.rows
        if not self.following or rows < shown:
            self._coming = 0
            return rows
        now = time.monotonic()
        if self._coming > shown:
            first, last = self.table.span()
            unseen = range(max(shown, self._coming - 1 - (last - first)), self._coming)
            if now < self._coming_until and any(opened.row(self.topic, k) is None for k in unseen):
                return shown
            shown = self._coming
        self._coming, self._coming_until = rows, now + LATE
        return shown

    # What the reader does

    def follow(self, wanted: bool) -> None:
        wanted = wanted and self.is_live
        if wanted:
            self.paused = False
            self.table.grow(self.opened.rows(self.topic) if self.opened else 0, True)
            self.table.to_the_end()
        if wanted != self.following:
            self.following = wanted
        self._say()

    def go_to_the_end(self) -> None:
        """The End key: follow what is live; in a capture at rest, its last record."""
        if self.is_live:
            self.follow(True)
        elif self.table.records.rows:
            self.table.choose(self.table.records.rows - 1)

    def pause(self) -> None:
        """Holds the list still while collecting goes on; pressed again, the list catches up."""
        self.paused = not self.paused
        if self.paused:
            self.following = False
        self._rests = 0
        self.refresh()
        self._say()

    def read_from(self, words: str, position: Position) -> None:
        if self.opened is not None and self.is_live:
            self._starts[id(self.opened), self.topic] = words
            self.opened.tail(self.topic, position)
            self.follow(True)

    def copy(self, as_json: bool) -> None:
        """The selected records to the clipboard, as tab-separated text or as JSON lines."""
        if self.opened is None:
            return
        count = self.table.chosen_count()
        if count == 0:
            self.said.emit("Select records to copy them.")
        elif count > COPY_MOST:
            self.said.emit(
                f"Select at most {wording.count(COPY_MOST)} records to copy them; save the capture to keep more."
            )
        else:
            form = "JSON" if as_json else "text"
            copied = f"Copied {wording.plural(count, 'record')} as {form}."
            self.opened.copy(self.topic, self.table.chosen(), as_json, lambda text: self._copied(text, copied))

    def _copied(self, text: str, sentence: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.said.emit(sentence)

    def _found(self, name: RecordName, k: int | None) -> None:
        if k is None:
            self.said.emit(f"This capture does not hold {name}.")
        else:
            self.follow(False)
            self.table.grow(max(self.table.records.rows, k + 1), False)
            self.table.choose(k)

    def _select(self) -> None:
        if self.opened is not None:
            chosen = self.table.selectionModel().hasSelection()
            self.opened.select(self.topic, self.table.currentIndex().row() if chosen else None)
        self._say()
        self.selected.emit()

    def _leave(self) -> None:
        if self.opened is not None:
            self.opened.select(self.topic, None)

    # The bar and the empty page

    def _make_bar(self) -> QWidget:
        bar = QWidget()
        bar.setFixedHeight(theme.VIEW_BAR)
        row = QHBoxLayout(bar)
        row.setContentsMargins(14, 0, 14, 0)
        row.setSpacing(8)
        self.follow_button = Button("Follow")
        self.follow_button.setCheckable(True)
        self.follow_button.setToolTip(with_shortcut("Stay at the newest record", "End"))
        self.follow_button.clicked.connect(lambda: self.follow(not self.following))
        self.pause_button = Button("Pause")
        self.pause_button.setCheckable(True)
        self.pause_button.setToolTip("Hold the list still; collecting goes on")
        self.pause_button.clicked.connect(self.pause)
        self._count = Line("Records")
        self._count.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.from_button = Button("15 min ago", lead="From")
        self.from_button.setToolTip("Where reading this topic begins")
        menu = QMenu(self)
        for words, position in STARTS:
            action = menu.addAction(f"From {words}")
            action.triggered.connect(lambda _=False, words=words, position=position: self.read_from(words, position))
        self.from_button.set_menu(menu)
        for part in (self.follow_button, self.pause_button, self._count, self.from_button):
            row.addWidget(part)
        return bar

    def _say(self) -> None:
        opened, live = self.opened, self.is_live
        for button in (self.follow_button, self.pause_button, self.from_button):
            button.setVisible(live)
        self.follow_button.setChecked(self.following)
        self.follow_button.set_dot(self.following)
        self.follow_button.say("Following" if self.following else "Follow")
        waiting = opened.rows(self.topic) - self.table.records.rows if opened else 0
        self.pause_button.setChecked(self.paused)
        self.pause_button.say(f"Paused · {wording.count(max(0, waiting))} new" if self.paused else "Pause")
        if opened is not None:
            self.from_button.say(self._starts.get((id(opened), self.topic), "earlier"))
        self._say_count()
        self._say_empty()

    def _say_count(self) -> None:
        rows, facts = self.table.records.rows, self.facts
        self._bar.setVisible(self.opened is not None)
        parts = wording.plural(facts.partitions, "partition") if facts is not None else ""
        chosen = self.table.chosen_count()
        selected = f" · {wording.count(chosen)} selected" if chosen > 1 else ""
        lead = ("  " if self.is_live else "") + wording.plural(rows, "record")
        self._count.say(
            (lead, "text", "text"), (f" · {parts}" if parts else "", "text", "second"), (selected, "text", "second")
        )

    def _say_empty(self) -> None:
        opened = self.opened
        if opened is None:
            self._empty.say("No topic is open", "Choose one on the left to see its records.")
        elif self.is_live:
            start = self._starts.get((id(opened), self.topic), "")
            since = (
                ""
                if start in ("", "the beginning")
                else f" since {start.removesuffix(' ago')}" + (" ago" if " ago" in start else "")
            )
            button = "" if start == "the beginning" else "Read from the beginning"
            self._empty.say(f"No record{since}", "New ones appear here as they arrive.", button)
        elif opened.state in ("opening", "connecting"):
            self._empty.say(opened.state_text, "")
        else:
            self._empty.say("No record of this topic", "The capture knows the topic and holds none of its records.")
        self._body.setCurrentWidget(self.table if self.table.records.rows else self._empty)
