"""Python's collector looks through everything when nobody does anything, and now and then in any case."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from meshdesk.ui.collector import CALM, EVERY, LATEST, LOADED, Collector


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
