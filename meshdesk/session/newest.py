"""Work beside the window of which only the newest wish counts: one at a time, in a thread that ends when there is none left.

What is made are thousands of objects at once. Python's collector looks through them in the thread that made them: left to itself
it does so in the midst of whatever the window draws, 1 ms in each frame while the time strip is dragged (measured 2026-11).
It frees the circles of all threads, and so it does wherever something is made. An object of Qt's in one would end in a thread
that is not its own: there is none, which tests/ui/test_collector.py looks after.
"""

import gc
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

Wish = TypeVar("Wish")
Made = TypeVar("Made")

LINGER = 1.0  # s that the thread waits for a next wish: to start one keeps the window waiting, 5 ms where another works


class Newest(Generic[Wish, Made]):
    """Makes things of wishes. Lives on the window's thread; `make` runs in another."""

    def __init__(self, make: Callable[[Wish], Made], name: str) -> None:
        """`name` is the thread's."""
        self._make, self._name = make, name
        self._waiting: list[Wish] = []  # none or one
        self._begun: SimpleQueue[Wish] = SimpleQueue()
        self._done: SimpleQueue[Made] = SimpleQueue()
        self._lock = threading.Lock()
        self._has_thread = False
        self.is_busy = False

    @property
    def is_making(self) -> bool:
        """Whether something is on its way; what is done and waits to be taken is not."""
        return self.is_busy and self._done.empty()

    def want(self, wish: Wish) -> None:
        """Has something made; a wish that waits until another is done is forgotten for a newer one."""
        self._waiting = [wish]
        self._begin()

    def take(self) -> Made | None:
        """What was made since the last call; None where it is not done. Then the next wish is begun."""
        try:
            made = self._done.get_nowait()
        except Empty:
            return None
        self.is_busy = False
        self._begin()
        return made

    def _begin(self) -> None:
        if not self._waiting or self.is_busy:
            return
        self.is_busy = True
        with self._lock:
            self._begun.put(self._waiting.pop())
            starts, self._has_thread = not self._has_thread, True
        if starts:
            threading.Thread(target=self._run, name=self._name, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                self._done.put(self._make(self._begun.get(timeout=LINGER)))
                if gc.isenabled():  # else a large mesh is being read, of which nothing is garbage
                    gc.collect(1)
            except Empty:
                with self._lock:
                    if self._begun.empty():
                        self._has_thread = False
                        return
