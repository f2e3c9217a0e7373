"""Python's collector looks through everything when nobody does anything, and now and then in any case."""

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from meshdesk.ui.collector import CALM, EVERY, LATEST, LOADED, Collector
from meshdesk.ui.files import Files
from meshdesk.ui.remembered import Remembered
from meshdesk.ui.views import VIEWS
from meshdesk.ui.window import Window
from tests.ui.memory import MemorySession, capture, turn, with_topic
from tests.unit.model.facts import company


class Circle:
    """Garbage that nothing but the collector finds, once it has been looked through before."""

    def __init__(self) -> None:
        self.itself = self


class Desk:
    """A collector, its clock in s, whether anything is under way, and whether the time cursor moves."""

    def __init__(self) -> None:
        self.now, self.is_busy, self.moves = 0.0, False, False
        self.collector = Collector(lambda: self.is_busy, lambda: self.moves, lambda: self.now)

    def beat(self, times: int = 1) -> None:
        for _ in range(times):
            self.collector.beat()


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.collector.end()


def old_garbage(desk: Desk) -> "weakref.ref[Circle]":
    """A circle that came after all was loaded, and is among what is looked through seldom, as it has outlived two looks."""
    desk.now = LOADED
    desk.beat()
    circle = Circle()
    gc.collect(1)
    gc.collect(1)
    return weakref.ref(circle)


def test_that_garbage_goes_once_nothing_was_under_way_for_half_a_second(desk: Desk) -> None:
    garbage = old_garbage(desk)
    desk.now = EVERY - 0.1
    desk.beat(CALM * 2)
    assert garbage() is not None
    desk.now, desk.is_busy = EVERY + 0.1, True
    desk.beat(CALM * 2)
    assert garbage() is not None
    desk.is_busy = False
    desk.beat(CALM - 1)
    assert garbage() is not None
    desk.beat()
    assert garbage() is None


def test_that_half_a_second_is_meant_without_a_break(desk: Desk) -> None:
    garbage = old_garbage(desk)
    desk.now = EVERY + 0.1
    for _ in range(10):
        desk.is_busy = False
        desk.beat(CALM - 1)
        desk.is_busy = True
        desk.beat()
    assert garbage() is not None


def test_that_garbage_goes_in_the_end_though_something_is_always_under_way(desk: Desk) -> None:
    garbage = old_garbage(desk)
    desk.is_busy = True
    desk.now = LATEST - 0.1
    desk.beat(CALM * 2)
    assert garbage() is not None
    desk.now = LATEST
    desk.beat()
    assert garbage() is None


def test_that_by_itself_the_collector_never_looks_through_everything(desk: Desk) -> None:
    before = gc.get_stats()[2]["collections"]
    kept = [[number] for number in range(200_000)]
    assert gc.get_stats()[2]["collections"] == before
    del kept


def test_that_a_frame_of_a_drag_is_not_held_up_by_what_is_looked_through_where_it_was_made(desk: Desk) -> None:
    def looks() -> int:
        """How often the newest objects are looked through while a window makes as many as in some frames."""
        before = gc.get_stats()[0]["collections"]
        kept = [[number] for number in range(5_000)]
        del kept
        return int(gc.get_stats()[0]["collections"] - before)

    desk.beat()
    assert looks() > 0
    desk.moves = True
    desk.beat()
    gc.collect(1)  # as the thread does that has made the moment
    assert looks() == 0
    desk.moves = False
    desk.beat(CALM - 1)
    gc.collect(1)
    assert looks() == 0
    desk.beat()
    assert looks() > 0


def test_that_garbage_waits_while_the_cursor_moves(desk: Desk) -> None:
    garbage = old_garbage(desk)
    desk.now, desk.moves = EVERY + 0.1, True
    desk.beat(CALM * 2)
    assert garbage() is not None
    desk.moves = False
    desk.beat(CALM)
    assert garbage() is None


def test_that_what_is_loaded_is_looked_through_no_more_until_the_end(desk: Desk) -> None:
    desk.now = LOADED - 0.1
    desk.beat()
    assert gc.get_freeze_count() == 0
    desk.now = LOADED
    desk.beat()
    assert gc.get_freeze_count() > 1_000
    desk.collector.load()
    loaded = [Circle() for _ in range(1_000)]
    desk.now += LOADED
    desk.beat()
    assert not set(map(id, loaded)) & set(map(id, gc.get_objects()))  # which leaves out what is frozen


def test_that_afterwards_the_collector_chooses_for_itself_again() -> None:
    before = gc.get_threshold()
    made = Desk()
    assert gc.get_threshold() != before
    made.collector.end()
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_that_what_somebody_opens_and_closes_leaves_no_object_of_qts_to_the_collector(
    qtbot: QtBot, tmp_path: Path
) -> None:
    window, session = with_topic(qtbot, capture(30, mesh=company()), Remembered(tmp_path))
    files = Files(window, Remembered(tmp_path))
    use(qtbot, window, session, files)  # what is made once is made
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        use(qtbot, window, session, files)
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
        left = [type(one).__name__ for one in gc.garbage if isinstance(one, QObject)]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert left == [], "the collector may run in a thread that is not theirs"


def use(qtbot: QtBot, window: Window, session: MemorySession, files: Files) -> None:
    """Opens and closes all views, menus at the pointer, the palette, the tour, a dialog, another capture and a theme."""
    for name in VIEWS:
        window.show_view(name)
        turn(session, window, 2)
        if name == "records":
            window.frame.records.table.choose(3)
            turn(session, window)
        for widget in (one for one in window.findChildren(QWidget) if one.isVisible()):
            open_menus(widget)
    window.actions_.palette.trigger()
    turn(session, window, 2)
    window.actions_.tour.trigger()
    turn(session, window, 2)
    QTest.keyClick(window, Qt.Key.Key_Escape)
    files.ask_where("Save the capture as", "orders", lambda _: None)
    (dialog,) = window.findChildren(QFileDialog)
    dialog.close()
    qtbot.waitUntil(lambda: not window.findChildren(QFileDialog))
    session.captures.append(capture())
    turn(session, window, 2)
    session.captures.pop()
    turn(session, window, 2)
    window.wear("dark")
    window.wear("light")


def open_menus(widget: QWidget) -> None:
    """Asks for a menu at some places of a widget, and closes those that come."""
    if widget.contextMenuPolicy() != Qt.ContextMenuPolicy.DefaultContextMenu:
        return
    for y in range(8, min(widget.height(), 200), 24):
        at = QPoint(24, y)
        QApplication.sendEvent(widget, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, widget.mapToGlobal(at)))
        if (popup := QApplication.activePopupWidget()) is not None:
            popup.close()
