"""Only the newest wish counts, one thing is made at a time, and what was made is handed over once."""

import threading

from meshdesk.session.newest import Newest
from tests.programs.running import wait_until


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
