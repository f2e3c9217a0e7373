"""What the inspector says of one thing, kept until more is known of it."""

import time
from collections.abc import Callable

from meshdesk.ui.about import About

LEAST = 0.25  # s between two pages of the same thing: numbers that change faster nobody reads, and a page takes some ms
PLAIN = (
    str,
    int,
    float,
)  # compared by what they say; everything else by whether it is the same object, which costs nothing

Parts = tuple[object, ...]


class Retold:
    """One page: of another thing it is made anew at once, of the same one four times a second at most."""

    def __init__(self, wait: Callable[[], float] = lambda: 0.0, clock: Callable[[], float] = time.monotonic) -> None:
        """`wait` says how long (s) it gives way to what else is drawn on this beat; not to be told what another thing is."""
        self._wait, self._clock = wait, clock
        self._about: About | None = None
        self._subject: Parts = ()
        self._state: Parts = ()
        self._next = 0.0

    def page(self, subject: Parts, state: Parts, make: Callable[[], About | None]) -> About | None:
        """What `make` gives; `subject` is what it is about, `state` all that it depends on besides."""
        is_same = _are_same(subject, self._subject)
        if not is_same or (not _are_same(state, self._state) and self._clock() >= self._next + self._wait()):
            self._subject, self._state, self._about = subject, state, make()
            self._next = self._clock() + LEAST
        return self._about

    def forget(self) -> None:
        """It is made anew at once: times are worded otherwise."""
        self._subject = ()


def _are_same(one: Parts, other: Parts) -> bool:
    return len(one) == len(other) and all(
        a is b or (isinstance(a, PLAIN) and a == b) for a, b in zip(one, other, strict=True)
    )
