"""A budget of look-ups: some at once, and so many a second after that."""

import time
from collections.abc import Callable
from threading import Event

AT_ONCE = 20_000  # look-ups: the past of 30 topics of 12 partitions in 50 steps; a second of a small broker
A_SECOND = 2_000  # a tenth of one core of a broker


class Budget:
    """Of one thread."""

    def __init__(
        self, at_once: int = AT_ONCE, a_second: int = A_SECOND, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._a_second, self._clock = at_once, a_second, clock
        self._left, self._as_of = float(at_once), clock()

    def take(self, cost: int) -> float:
        """Takes so many look-ups; how long (s) to wait before they are asked. What costs more than all of it is lent."""
        now = self._clock()
        self._left = min(self._most, self._left + (now - self._as_of) * self._a_second)
        self._as_of = now
        self._left -= cost
        return max(0.0, -self._left / self._a_second)


def rest(budget: Budget, cost: int, stop: Event) -> bool:
    """Waits until so many look-ups may be asked; False where `stop` was set meanwhile."""
    return not stop.wait(budget.take(cost))
