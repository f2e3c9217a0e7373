"""Partitions that stand at an offset which the broker has not: where they begin and end is asked, and nobody waits for it."""

from collections.abc import Callable
from dataclasses import dataclass

from meshdesk.collect.client import Bounds
from meshdesk.collect.reading import Place

ASK_AGAIN = 1.0  # s until a broker that did not say where a partition begins is asked once more


@dataclass(slots=True)
class _Lost:
    asked: Bounds | None  # None: to be asked again
    due: float = 0.0  # when


class OutOfRange:
    """Which they are, and what was asked about them. All methods are called by one thread."""

    def __init__(self, ask: Callable[[str, int], Bounds]) -> None:
        """`ask` asks where a partition begins and ends, and does not wait."""
        self._ask = ask
        self._lost: dict[Place, _Lost] = {}

    def add(self, place: Place) -> None:
        self._lost[place] = _Lost(self._ask(*place))

    def forget(self, place: Place) -> None:
        """It is read from another offset, or no more."""
        self._lost.pop(place, None)

    def ask_again(self, place: Place, now: float) -> None:
        """What was answered is of no use; `now` is monotonic, in s."""
        self._lost[place] = _Lost(None, now + ASK_AGAIN)

    def answered(self, now: float) -> list[tuple[Place, Bounds]]:
        """Those whose answer has come, which is an error where it cannot be had; others are asked for where that is due."""
        found = []
        for place, lost in self._lost.items():
            if lost.asked is None and now >= lost.due:
                lost.asked = self._ask(*place)
            elif lost.asked is not None and lost.asked.done:
                found.append((place, lost.asked))
        return found
