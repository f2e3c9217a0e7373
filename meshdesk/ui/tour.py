"""The tour: five sentences on the demo's mesh, each beside the part of the window that it is about."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QWidget

from meshdesk.session.opened import Opened
from meshdesk.session.resources import RECORDED_DEMO, resource
from meshdesk.ui.widgets.callout import Callout, Ring

if TYPE_CHECKING:
    from meshdesk.ui.window import Window

DEMO_TITLES = ("Demo", "Demo mesh")
FROM_THE_END = 6  # the record that is taken apart lies so far above the newest: it stays on the screen for a while


@dataclass(frozen=True, slots=True)
class Step:
    """One sentence, the part that it is about, and what must be so before it is said."""

    sentence: str
    part: Callable[["Window"], QWidget]
    prepare: Callable[["Window", Opened], None]


class Tour:
    """One walk through the window. `refresh` is called at each beat until it is over."""

    def __init__(self, window: "Window") -> None:
        self.is_over = False
        self.step: int | None = None  # None until the demo is there
        self._window = window
        self._opened: Opened | None = next(filter(is_demo, window.session.captures), None)
        self.ring = Ring(window)
        self.callout = Callout(window)
        self.callout.next_asked.connect(self.next)
        self.callout.back_asked.connect(self.back)
        self.callout.skip_asked.connect(self.end)
        if self._opened is None:
            self._open()
        for part in (self.ring, self.callout):
            part.show()
            part.raise_()
        self.refresh()
        self.callout.skip_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def refresh(self) -> None:
        """Waits for the demo, then keeps the ring around what it is about, wherever that moves."""
        if self.is_over:
            return
        opened = self._opened
        if opened is not None and opened not in self._window.session.captures:
            self.end()  # somebody closed it
        elif self.step is None:
            self._wait()
        else:
            self._point()

    def next(self) -> None:
        if self.step is not None and self.step + 1 < len(STEPS):
            self._go(self.step + 1)
        elif self.step is not None:
            self.end()

    def back(self) -> None:
        if self.step:
            self._go(self.step - 1)

    def end(self) -> None:
        """Over: at the last step, skipped, or with Escape."""
        if not self.is_over:
            self.is_over = True
            for part in (self.callout, self.ring):
                part.hide()
                part.deleteLater()
            self._window.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open(self) -> None:
        window = self._window
        self._opened = window.opening.start_demo()
        if self._opened is None:
            self._open_recorded()

    def _open_recorded(self) -> None:
        self._opened = self._window.opening.open_file(resource(RECORDED_DEMO))

    def _wait(self) -> None:
        opened = self._opened
        if opened is not None and opened.state == "failed" and opened.path != resource(RECORDED_DEMO):
            self._open_recorded()  # a demo that cannot be started is said as trouble
        elif opened is not None and any(topic.records or topic.rows for topic in opened.topics):
            self._go(0)
            return
        self.callout.say("The tour of MeshDesk", "It begins as soon as the demo is there.", "", False)
        self._lay(None)

    def _go(self, step: int) -> None:
        assert self._opened is not None
        self.step = step
        STEPS[step].prepare(self._window, self._opened)
        last = step == len(STEPS) - 1
        self.callout.say(
            f"{step + 1} of {len(STEPS)}", STEPS[step].sentence, "Done" if last else "Next", can_go_back=step > 0
        )
        self._point()
        self.callout.next_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _point(self) -> None:
        assert self.step is not None
        part = STEPS[self.step].part(self._window)
        shown = part.isVisible() and part.width() > 0
        self._lay(QRect(part.mapTo(self._window, QPoint(0, 0)), part.size()) if shown else None)

    def _lay(self, part: QRect | None) -> None:
        self.ring.go_around(part)
        self.callout.point_at(part)


def is_demo(opened: Opened) -> bool:
    """It is the demo, live or recorded."""
    return opened.title in DEMO_TITLES or opened.path == resource(RECORDED_DEMO)


def _show_topics(window: "Window", opened: Opened) -> None:
    window.show_view("records")
    if not window.frame.explorer.isVisible():
        window.frame.toggle_explorer()
    window.frame.explorer.go_to(opened)


def _show_records(window: "Window", opened: Opened) -> None:
    """A topic of the demo is on the screen: the one that somebody chose meanwhile, or the liveliest."""
    window.show_view("records")
    if window.frame.records.opened is not opened or not window.frame.records.topic:
        own = [topic for topic in opened.topics if not topic.internal]
        window.open_topic(opened, max(own, key=lambda topic: (topic.rows, topic.records or 0)).name)


def _take_apart(window: "Window", opened: Opened) -> None:
    _show_records(window, opened)
    if not window.frame.inspector.isVisible():
        window.frame.toggle_inspector()
    table = window.frame.records.table
    if not table.chosen_count() and table.records.rows:
        table.choose(max(table.records.first, table.records.end - FROM_THE_END))


def _explorer(window: "Window") -> QWidget:
    return window.frame.explorer


def _list(window: "Window") -> QWidget:
    return window.frame.records.table


def _filter(window: "Window") -> QWidget:
    return window.frame.records.bar.filter


def _inspector(window: "Window") -> QWidget:
    return window.frame.inspector


def _find(window: "Window") -> QWidget:
    return window.top.find_button


STEPS = (
    Step(
        "These are the topics of the mesh, each with how fast it grows or how much of it was kept; a click reads one.",
        _explorer,
        _show_topics,
    ),
    Step(
        "Its records arrive here, every payload decoded, the newest at the bottom.",
        _list,
        _show_records,
    ),
    Step(
        "A word in this field leaves only the records that hold it, and a click on a column's head sorts them.",
        _filter,
        _show_records,
    ),
    Step(
        "The selected record is taken apart here: its fields, its bytes, and the schema that was used.",
        _inspector,
        _take_apart,
    ),
    Step(
        "Ctrl+K finds every topic, action and setting by a few letters of it, and F1 opens the help.",
        _find,
        _take_apart,
    ),
)
