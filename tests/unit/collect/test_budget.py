"""A budget of look-ups: some at once, and so many a second after that."""

from threading import Event

from meshdesk.collect.budget import Budget, rest


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_that_what_is_there_at_once_is_not_waited_for_and_what_is_lent_is() -> None:
    clock = Clock()
    budget = Budget(at_once=100, a_second=10, clock=clock)
    assert budget.take(60) == budget.take(40) == 0.0
    assert budget.take(20) == 2.0
    clock.now += 2.0
    assert budget.take(0) == 0.0
    assert budget.take(1) == 0.1


def test_that_no_more_is_saved_than_may_be_asked_at_once() -> None:
    clock = Clock()
    budget = Budget(at_once=100, a_second=10, clock=clock)
    clock.now += 3_600.0
    assert budget.take(100) == 0.0
    assert budget.take(10) == 1.0


def test_that_who_waits_is_told_to_stop() -> None:
    stop = Event()
    assert rest(Budget(at_once=1, a_second=1), 1, stop)
    stop.set()
    assert not rest(Budget(at_once=1, a_second=1), 1_000, stop)
