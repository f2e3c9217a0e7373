"""The records of one topic: the list, following it, holding it still, and where reading begins."""

import operator
import time
from bisect import bisect_left
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from meshdesk.model import wording
from meshdesk.model.listing import Listing, arrival, turned
from meshdesk.model.position import Position
from meshdesk.model.record import RecordName
from meshdesk.session.opened import Opened
from meshdesk.session.readings import Topic
from meshdesk.ui.beat import HURRY_MS
from meshdesk.ui.readers_place import ReadersPlace
from meshdesk.ui.record_words import no_topic, nothing_arrived, nothing_in, order_words, share
from meshdesk.ui.records_in_time import RecordsInTime
from meshdesk.ui.remembered import Remembered
from meshdesk.ui.widgets.empty import Empty
from meshdesk.ui.widgets.record_lines import COLUMNS, TIME
from meshdesk.ui.widgets.record_lines import Line as RowLine
from meshdesk.ui.widgets.record_table import RecordTable
from meshdesk.ui.widgets.records_bar import STARTS, RecordsBar, start_for
from meshdesk.ui.widgets.view_bar import lay_out_view

if TYPE_CHECKING:
    from meshdesk.ui.window import Window

NAME = "records"
TITLE = "Records"
ICON = "list"
IS_FRAMED = True
IS_AT_FOOT = False
COPY_MOST = 100_000  # more text than that no editor wants to see pasted
BEATS_A_PAINT = 2  # the list repaints at 15 Hz
LATE = 1.0  # s after which new rows are shown though their text is still on its way
UNSEEN_EVERY = 0.25  # s between two times that rows come into the list below the screen: Qt draws all of it anew, twice


def make(window: "Window") -> QWidget:
    """The frame's own: its inspector is about what is selected in this list."""
    return window.frame.records


class RecordsView(QWidget):
    """The list of one topic's records and the bar above it."""

    said = Signal(str)  # a sentence that passes
    selected = Signal()
    topics_asked = Signal()  # there is none on the screen to choose from
    waits = Signal(
        int
    )  # rows that are on the screen are on their way: whether they are there is to be seen every so many ms

    def __init__(self, remembered: Remembered) -> None:
        super().__init__()
        self.opened: Opened | None = None
        self.listing = Listing(())  # what the list shows
        self.list = ""  # the name of that list (session/orders.py)
        self.following = False
        self.paused = False
        self._rests = 0
        self._coming = 0  # rows up to which new ones were asked for, while the list follows
        self._coming_until = 0.0
        self._unseen_from = 0.0  # monotonic: when rows may come in that are not to be seen
        self.are_topics_beside = True  # the explorer is on the screen
        self.first_read = "15m"  # where a topic that is opened is read from: a word of FIRST
        self._drawn: list[RowLine | None] = []  # the lines that were drawn last
        self._drawn_span: tuple[int, ...] = ()  # and which rows of how many they are
        self._starts: dict[tuple[int, str], str] = {}  # by capture and topic: the words of where reading began
        self.table = RecordTable(remembered)
        self._in_time = RecordsInTime(self)
        self._place = ReadersPlace(self)
        self._empty = Empty("mouse-pointer-click", "No records")
        self.bar = RecordsBar()
        self.bar.follow_pressed.connect(lambda: self.follow(not self.following))
        self.bar.pause_pressed.connect(self.pause)
        self.bar.again_pressed.connect(self.sort_again)
        self.bar.start_chosen.connect(self.read_from)
        self.bar.filter.asked.connect(self.hold)
        self._body = lay_out_view(self, "Records of a topic", self.bar, self.table, self._empty)
        self.table.left_the_end.connect(self._leave_the_end)
        self.table.wants_the_end.connect(self.go_to_the_end)
        self.table.copy_asked.connect(self.copy)
        self.table.selectionModel().selectionChanged.connect(self._select)
        self.table.head_clicked.connect(self.turn)
        self.table.scrolled.connect(self._scrolled)
        self._empty.pressed.connect(self._go_on)
        self._say()

    # What the window asks of it

    @property
    def topic(self) -> str:
        """The topic on the screen; "" where there is none."""
        return self.listing.topic

    def show_topic(self, opened: Opened | None, topic: str) -> None:
        """Shows a topic's rows, newest at the bottom; a live one is read from where it makes sense, and followed."""
        self._leave()
        self._give_up_order()
        self.opened, self.listing, self.list = opened, arrival(topic) if topic else Listing(()), topic
        self.bar.filter.clear_quietly()
        self.paused = False
        self._coming = 0
        known = self.facts
        if opened is not None and opened.state == "live" and known is not None and not known.tailing:
            words, position = start_for(known.records, self.first_read)
            self._starts[id(opened), topic] = words
            opened.tail(topic, position)
        self._place.begin(opened)
        self.table.show_list(
            opened, topic, *((opened.lists.rows(topic), opened.lists.first(topic)) if opened else (0, 0))
        )
        self.table.show_order(None, False)
        self.table.show_hits("")
        self.table.name_topics(False)
        self.following = self.is_live
        self._drawn_span = ()
        self.table.to_the_end()
        self._say()
        self.refresh()

    def choose(self, name: RecordName) -> None:
        """Selects one record of the topic on the screen; says so where the capture does not hold it."""
        if self.opened is not None:
            self.opened.lists.find(name, lambda k: self._found(name, k), lambda: None)

    def refresh(self) -> bool:
        """Asks the capture for rows: new ones at 15 Hz, and those on the screen that are still missing; whether the list has
        to be drawn."""
        opened = self.opened
        if opened is None:
            self._say_empty()
            return False
        self._go_along(opened)
        self._rests -= 1
        if self._rests > 0 and not self._in_time.is_left_behind(opened):
            return False
        is_drawn = self._refresh_rows(opened, is_in_between=False)
        self._say()
        return is_drawn or self._in_time.has_gone or self._in_time.is_going

    def give_way(self) -> None:
        """Something else is drawn until the next beat."""
        self._in_time.has_gone = True

    def refresh_in_between(self) -> None:
        """The same between two beats, as an answer has come that the reader waits for."""
        if self.opened is not None:
            self._go_along(self.opened)
            self._refresh_rows(self.opened, is_in_between=True)

    def _refresh_rows(self, opened: Opened, is_in_between: bool) -> bool:
        self._rests = BEATS_A_PAINT
        self._in_time.arrive(opened, is_in_between)
        if self._in_time.follow(opened):
            return True  # another list was begun, and was refreshed
        if not self.paused:
            end, begin = self._rows_to_show(opened), opened.lists.first(self.list)
            if (end, begin) != (self.table.records.end, self.table.records.first) and self._comes_in(end, begin):
                # What was still on its way when collecting ended is followed too.
                at_rest = not self.is_live and self.listing.is_arrival and self.table.is_at_the_end
                self.table.grow(end, self.following or at_rest, begin)
        self._want_rows(opened)
        if is_in_between and self._in_time.is_going:
            return False
        self._count_as_seen(opened, self._on_the_screen()[1])
        self._place.find(opened)
        is_drawn = self._draw_others(is_in_between)
        if self.following and not self.is_live:
            self.following = False
        return is_drawn

    def _want_rows(self, opened: Opened) -> None:
        """Asks for those that are on the screen, or will be."""
        first, last = self._on_the_screen()
        span = self._in_time.span
        if span is not None:
            first, last = span
        elif self._in_time.is_going:
            return  # what is on the screen is left as soon as it is known for what
        elif self._coming > self.table.records.end:
            first, last = max(0, self._coming - 1 - (last - first)), self._coming - 1
        if last >= first:
            opened.lists.want(self.list, first, last, is_passed=span is not None)

    def _comes_in(self, end: int, begin: int) -> bool:
        """Whether the list is given what is new of it now; what comes in below the screen may wait for a moment."""
        rows, now = self.table.records, time.monotonic()
        is_below = end > rows.end > self._on_the_screen()[1] + 1 and begin == rows.first
        if is_below and not self.following and now < self._unseen_from:
            return False
        self._unseen_from = now + UNSEEN_EVERY
        return True

    def _draw_others(self, is_in_between: bool) -> bool:
        """Has the list drawn where other lines are on the screen than those that were drawn; what was fetched ahead is on none.

        After a jump the lines come in three to five answers within some ms: between two beats it is drawn when the columns of
        all are there, and when all is, since a paint takes 2 ms.
        """
        lines = self._lines_on_the_screen()
        span = (*self._on_the_screen(), self.table.records.end)
        is_whole = all(line is not None and not line.row.is_bare for line in lines)
        is_part = not is_whole and not all(line is not None and line.row.is_bare for line in lines)
        is_other = span != self._drawn_span or not all(map(operator.is_, lines, self._drawn))
        is_drawn = is_other and not (is_in_between and is_part) and not self._in_time.is_going
        if is_drawn:
            self._drawn_span, self._drawn = span, lines
            self.table.viewport().update()
        if not self.following and not is_whole:
            self.hasten()
        return is_drawn

    def _count_as_seen(self, opened: Opened, last: int) -> None:
        """Rows up to the last on the screen; all, while the list is followed. Of a word that no record holds there are none,
        and its end is seen all the same."""
        opened.seen(self.list, opened.lists.rows(self.list) if self.following else last + 1)

    def _scrolled(self) -> None:
        """What is on the screen now is asked for at once; a beat later it would be there a beat later."""
        first, last = self._on_the_screen()
        if self.opened is not None and not self.following and last >= first:
            self.opened.lists.want(self.list, first, last, jumped=True)
        if not self._drawn_span or first > self._drawn_span[1] or last < self._drawn_span[0]:
            # Nothing of what was drawn is on the screen, so that Qt draws all of it at once: none is on its way to be drawn twice.
            self._drawn_span, self._drawn = (first, last, self.table.records.end), self._lines_on_the_screen()
        self.hasten()

    def hasten(self, ms: int = HURRY_MS) -> None:
        """A reader who scrolls or jumps sees the rows as soon as they can be had, not at the next repaint of a live list."""
        self._rests = 0
        self.waits.emit(ms)

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
        """True when no row on the screen is on its way, nor its key and value."""
        return all(line is not None and not line.row.is_bare for line in self._lines_on_the_screen())

    @property
    def has_columns(self) -> bool:
        """True when the columns of every row on the screen are there, if not what its key and value say."""
        return all(line is not None for line in self._lines_on_the_screen())

    def _lines_on_the_screen(self) -> list[RowLine | None]:
        first, last = self.table.span()
        return [self.table.records.line(k) for k in range(first, last + 1)]

    def _rows_to_show(self, opened: Opened) -> int:
        """How far the list goes. While it follows, new rows come once they can be drawn: none blinks in as “…”."""
        rows, shown = opened.lists.rows(self.list), self.table.records.end
        if not self.following or rows < shown:
            self._coming = 0
            return rows
        now = time.monotonic()
        if self._coming > shown:
            first, last = self._on_the_screen()
            unseen = range(max(shown, self._coming - 1 - (last - first)), self._coming)
            if now < self._coming_until and any(opened.lists.row(self.list, k) is None for k in unseen):
                return shown
            shown = self._coming
        self._coming, self._coming_until = rows, now + LATE
        return shown

    def _on_the_screen(self) -> tuple[int, int]:
        """The first and the last row on the screen, by their numbers in the list; the last is less where there is none."""
        first, last = self.table.span()
        return self.table.records.first + first, self.table.records.first + last

    # What the reader does

    def turn(self, place: int) -> None:
        """A click on a column's head: sorted by it, then the other way, then as the records arrived."""
        column = COLUMNS[place].by
        if column is None:
            self.said.emit("The format is found out record by record, so that records are not sorted by it.")
        elif self.opened is not None:
            self.show_listing(turned(self.listing, column))

    def hold(self, word: str) -> None:
        """Shows only the records that hold a word; "" shows all of them again."""
        if self.opened is not None and word != self.listing.word:
            self.show_listing(replace(self.listing, word=word))

    def add_topic(self, opened: Opened, topic: str) -> None:
        """Shows a topic's records among those on the screen, by time; one that is there already is taken out again."""
        if self.opened is not opened or not self.listing.topics:
            self.show_topic(opened, topic)
            return
        topics = self.listing.topics
        topics = tuple(other for other in topics if other != topic) if topic in topics else (*topics, topic)
        known = next((known for known in opened.topics if known.name == topic), None)
        if topic in topics and self.is_live and known is not None and not known.tailing:
            opened.tail(topic, start_for(known.records, self.first_read)[1])
        self.show_listing(replace(self.listing, topics=topics or (topic,)))

    def go_to_the_filter(self) -> None:
        if self.opened is not None:
            self.bar.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.bar.filter.selectAll()

    def show_listing(self, listing: Listing) -> None:
        """Shows the records in another order, or others of them; the selected one and the place stay."""
        opened = self.opened
        if opened is None:
            return
        was_newest = self.following or (self.table.records.rows > 0 and self.table.is_at_the_end)
        self._place.keep()
        self._give_up_order()
        self.listing, self.list = listing, opened.lists.arrange(listing)
        self._coming, self.paused = 0, False
        opened.lists.hold_still("")
        self._place.begin(opened)
        self.table.show_list(opened, self.list, opened.lists.rows(self.list), opened.lists.first(self.list))
        self.table.show_hits(listing.word)
        places = [place for place, column in enumerate(COLUMNS) if listing.by and column.by == listing.by]
        is_by_time = not places and len(listing.topics) > 1
        self.table.show_order(TIME if is_by_time else places[0] if places else None, listing.descending)
        self.table.name_topics(len(listing.topics) > 1)
        is_free = not self._place.has_record and (was_newest or not listing.is_merged)
        self.following = self.is_live and self._grows and is_free
        self._place.want_end(is_by_time and is_free)
        self._rests = 0
        self.refresh()

    def restore(self, listing: Listing) -> None:
        """Shows a topic's records as they were shown before, the word of the filter included."""
        self.bar.filter.setText(listing.word)
        self.show_listing(listing)

    def sort_again(self) -> None:
        """With what arrived since."""
        self.show_listing(self.listing)

    @property
    def _grows(self) -> bool:
        """Whether what arrives now comes into the list: at its end, or by its time."""
        order = self.opened.lists.order(self.list) if self.opened is not None else None
        return self.listing.is_live and not (order is not None and order.is_late)

    @property
    def _may_follow(self) -> bool:
        """Whether the list, or the topic as it arrives, has its newest record at the bottom."""
        return self.is_live and (self._grows or len(self.listing.topics) <= 1)

    def _go_along(self, opened: Opened) -> None:
        """With records that have come in among those of the list."""
        if self._place.go_along(opened):
            self._in_time.ask_again()
            self._rests = 0

    def _give_up_order(self) -> None:
        """An order that is not on the screen any more is not made to its end."""
        order = self.opened.lists.order(self.list) if self.opened else None
        if self.opened is not None and order is not None and not order.is_made:
            self.opened.lists.forget(order.name)

    def _go_on(self) -> None:
        """What the button of the empty page offers."""
        order = self.opened.lists.order(self.list) if self.opened is not None else None
        if self.opened is None:
            self.topics_asked.emit()
        elif order is not None and order.failed:
            self.sort_again()
        else:
            self.read_from(*STARTS[0])

    def _leave_the_end(self) -> None:
        self._place.want_end(False)
        self.follow(False)

    def follow(self, wanted: bool) -> None:
        wanted = wanted and self._may_follow
        if wanted and not self._grows and self.opened is not None:
            self._place.forget_record()
            self.table.clearSelection()
            self.show_listing(replace(self.listing, by=None, descending=False))
        if wanted and self.opened is not None:
            self.paused = False
            self.opened.lists.hold_still("")
            self.table.grow(self.opened.lists.rows(self.list), True, self.opened.lists.first(self.list))
            self.table.to_the_end()
        if wanted != self.following:
            self.following = wanted
        self._say()

    def go_to_the_end(self) -> None:
        """The End key: follow what is live; in a capture at rest, its last record."""
        if self._may_follow:
            self.follow(True)
        elif self.table.records.rows:
            self.table.choose(self.table.records.end - 1)

    def go_back_to_the_end(self) -> None:
        """The time cursor is back at the newest: so is the list, unless a record is selected."""
        if self.is_live:
            self.follow(True)
        elif not self.table.selectionModel().hasSelection():
            self.table.to_the_end()

    def pause(self) -> None:
        """Holds the list still while collecting goes on; pressed again, the list catches up."""
        self.paused = not self.paused
        if self.paused:
            self.following = False
        if self.opened is not None:
            self.opened.lists.hold_still(self.list if self.paused else "")
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
            self.opened.lists.copy(self.list, self.table.chosen(), as_json, lambda text: self._copied(text, copied))

    def _copied(self, text: str, sentence: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.said.emit(sentence)

    def _found(self, name: RecordName, k: int | None) -> None:
        if k is None:
            self.said.emit(f"This capture does not hold {name}.")
        else:
            self.follow(False)
            if not self.listing.is_arrival:
                self.bar.filter.clear_quietly()
                self.table.clearSelection()
                self.show_listing(arrival(self.topic))
            begin = self.opened.lists.first(self.list) if self.opened else 0
            self.table.grow(max(self.table.records.end, k + 1), False, begin)
            self.table.choose(k)

    def _select(self) -> None:
        if self.opened is not None:
            chosen = self.table.selectionModel().hasSelection()
            at = self.table.currentIndex().row()
            self.opened.chosen.select(self.list, self.table.records.first + at if chosen and at >= 0 else None)
        self._say()
        self.selected.emit()

    def _leave(self) -> None:
        if self.opened is not None:
            self.opened.chosen.select(self.list, None)

    # The bar and the empty page

    def _say(self) -> None:
        opened, live = self.opened, self.is_live
        waiting = opened.lists.rows(self.list) - self.table.records.end if opened else 0
        waiting += self._newer() if self.listing.is_merged else 0
        self.bar.say_following(self._may_follow, self.following)
        self.bar.say_pause(live and self._grows, self.paused, max(0, waiting))
        self.bar.say_again(not self._grows and self._newer() > 0)
        start = self._starts.get((id(opened), self.topic), "earlier") if opened is not None else ""
        self.bar.say_start(live and len(self.listing.topics) <= 1, start)
        self.bar.filter.setVisible(opened is not None)
        self._say_count()
        self._say_empty()

    def _say_count(self) -> None:
        rows, facts = self.table.records.rows, self.facts
        self.bar.setVisible(self.opened is not None)
        parts = wording.plural(facts.partitions, "partition") if facts is not None and facts.partitions else ""
        chosen = self.table.chosen_count()
        selected = f" · {wording.count(chosen)} selected" if chosen > 1 else ""
        lead = ("  " if self.is_live else "") + (self._share(rows) or wording.plural(rows, "record"))
        order = self.opened.lists.order(self.list) if self.opened is not None else None
        if order is not None:
            parts = order_words(self.listing, order, 0 if self._grows else self._newer())
        self.bar.count.say(
            (lead, "text", "text"), (f" · {parts}" if parts else "", "text", "second"), (selected, "text", "second")
        )

    def _share(self, rows: int) -> str:
        """How many of the records hold the word, which stands beside it; "" for all records."""
        opened, listing = self.opened, self.listing
        if opened is None or not listing.is_filtered:
            return ""
        return share(rows, sum(opened.lists.rows(topic) - opened.lists.first(topic) for topic in listing.topics))

    def _newer(self) -> int:
        """How many records arrived since the order on the screen was made."""
        opened = self.opened
        order = opened.lists.order(self.list) if opened else None
        if opened is None or order is None or not order.is_made:
            return 0
        return sum(opened.lists.rows(topic) for topic in self.listing.topics) - sum(order.ends)

    def _say_empty(self) -> None:
        opened = self.opened
        order = opened.lists.order(self.list) if opened else None
        if opened is None:
            words = no_topic(self.are_topics_beside)
        elif order is not None:
            words = nothing_in(self.listing, order)
        else:
            words = nothing_arrived(opened.state, opened.state_text, self._starts.get((id(opened), self.topic), ""))
        self._empty.say(*words)
        self._body.setCurrentWidget(self.table if self.table.records.rows else self._empty)
