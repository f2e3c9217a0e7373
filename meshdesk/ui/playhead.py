"""The strip of the window and the session's time cursor: what the strip shows, and what follows when it is moved."""

import time
from operator import attrgetter
from typing import TYPE_CHECKING

from meshdesk.model.cursor import Cursor
from meshdesk.model.marks import Mark
from meshdesk.session.opened import Opened
from meshdesk.ui.widgets.time_strip import TimeStrip

if TYPE_CHECKING:
    from meshdesk.ui.window import Window

LIVE_STEP = 500  # ms by which the end of a live strip moves on
LEAST_PAST = 15_000  # ms before the recording that are worth a question
ASK_EVERY = 1.0  # s
MOST_ASKED = 100  # topics whose past is asked for, the busiest first: collect keeps that of 200


class Playhead:
    """One strip for all captures of a window: it is about the one that the window is about."""

    def __init__(self, window: "Window") -> None:
        self._window = window
        self.strip = TimeStrip()
        self._of: int | None = None  # which capture it was about
        self._marks_of: tuple[object, object] = (None, None)
        self._marks: tuple[Mark, ...] = ()
        self._ask_at = 0.0  # monotonic
        self.strip.moved.connect(self.move)
        self.strip.zoomed.connect(self.refresh)

    def refresh(self) -> None:
        """Shows the strip of the capture that the window is about."""
        opened = self._window.current
        if opened is None or not self.strip.isVisible():
            return
        if opened.number != self._of:
            self._of, self.strip.view = opened.number, None
        began, end = opened.now.began, _end(opened)
        if began is None or end is None:
            self.strip.show_strip(None, (), self._window.session.cursor)
            return
        self.strip.show_whole(began, end, opened.state == "live")
        strip = opened.strips.want(opened.now, *self.strip.span)
        self._ask_past(opened, began)
        troubles = self._window.session.troubles
        if (strip, troubles) != self._marks_of:
            self._marks_of = (strip, troubles)
            names = opened.names
            told = [
                Mark(one.first or one.seen, "trouble", one.text, one.about) for one in troubles if one.about in names
            ]
            marks = strip.marks if strip else ()
            self._marks = tuple(sorted((*marks, *told), key=attrgetter("seen"))) if told else marks
        self.strip.show_strip(strip, self._marks, self._window.session.cursor)

    def _ask_past(self, opened: Opened, began: int) -> None:
        """What arrived before the recording, where the strip reaches so far back. To ask again for what is known is free."""
        start, now = self.strip.span[0], time.monotonic()
        if start < began - LEAST_PAST and opened.state == "live" and now >= self._ask_at:
            self._ask_at = now + ASK_EVERY
            busiest = sorted(opened.now.topics, key=lambda topic: -(topic.rate or 0.0))
            opened.ask_past([topic.name for topic in busiest if not topic.internal][:MOST_ASKED], start, began)

    def move(self, cursor: Cursor) -> None:
        """Somebody moved the cursor: the strip shows it at once, every view at its next beat."""
        self._window.session.look_at(cursor)
        self.strip.show_cursor(cursor)


def _end(opened: Opened) -> int | None:
    """Where the strip ends: now, or the end of the recording."""
    if opened.state == "live":
        return time.time_ns() // 1_000_000 // LIVE_STEP * LIVE_STEP
    return opened.now.ended
