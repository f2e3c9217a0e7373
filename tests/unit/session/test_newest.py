"""Only the newest wish counts, one thing is made at a time, and what was made is handed over once."""

import gc
import threading
import weakref

import pytest

from meshdesk.session.newest import Newest
from tests.programs.running import wait_until


def test_that_the_thread_ends_when_nothing_was_wished_for_a_while_and_another_is_begun_then() -> None:
    newest: Newest[int, int] = Newest(lambda wish: wish * 2, "test of newest")

    def made() -> int:
        found: list[int] = []

        def is_there() -> bool:
            found.extend([one] if (one := newest.take()) is not None else [])
            return bool(found)

        wait_until(is_there, "what was made")
        return found[0]

    def threads() -> int:
        return sum(thread.name == "test of newest" for thread in threading.enumerate())

    for wish in (1, 2):
        newest.want(wish)
        assert made() == 2 * wish
        assert threads() == 1
    wait_until(lambda: threads() == 0, "the end of the thread")
    newest.want(3)
    assert made() == 6
    wait_until(lambda: threads() == 0, "the end of the thread")


def test_that_of_many_wishes_the_first_and_the_newest_are_made_one_after_the_other() -> None:
    begun: list[int] = []
    may = threading.Semaphore(0)

    def make(wish: int) -> str:
        begun.append(wish)
        may.acquire()
        return f"made of {wish}"

    newest = Newest(make, "test")
    for wish in range(5):
        newest.want(wish)
    wait_until(lambda: begun == [0], "the first to begin")
    assert newest.take() is None
    made: list[str] = []

    def all_made() -> bool:
        if (one := newest.take()) is not None:
            made.append(one)
        return len(made) == 2

    may.release(2)
    wait_until(all_made, "both")
    assert (made, begun) == (["made of 0", "made of 4"], [0, 4])
    assert not newest.is_busy
    assert newest.take() is None


def test_that_garbage_of_what_was_made_goes_where_it_was_made(request: pytest.FixtureRequest) -> None:
    """Not in the midst of what the window draws: its thread does not look for any here."""
    before = gc.get_threshold()
    request.addfinalizer(lambda: gc.set_threshold(*before))
    gc.set_threshold(1_000_000)
    left: list[weakref.ref[Circle]] = []

    def make(wish: int) -> int:
        left.append(weakref.ref(Circle()))
        return wish

    newest = Newest(make, "test")
    newest.want(1)
    wait_until(lambda: bool(left) and left[0]() is None, "the end of the garbage")


class Circle:
    """Garbage that nothing but the collector finds."""

    def __init__(self) -> None:
        self.itself = self
