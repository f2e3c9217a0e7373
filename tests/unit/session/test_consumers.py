"""The groups of a capture are told in a thread: at once at another moment, else no more often than samples come."""

from collections.abc import Callable

from meshdesk.model.lag import Commit, Lags
from meshdesk.session.consumers import EVERY, Consumers, Told
from tests.programs.running import wait_until
from tests.unit.model.facts import SEEN, company

MESH = company()


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def lags(committed: int) -> Lags:
    """Of one group."""
    key = ("orders.placed.v1", 0)
    return Lags({"billing": {key: Commit(committed, SEEN)}}, {}, {key: (SEEN, 100)}, {key: 0})


def until(consumers: Consumers, of: Lags, moment: int | None, claim: Callable[[Told], bool]) -> Told:
    found: list[Told] = []

    def holds() -> bool:
        told = consumers.want(MESH, of, None, moment, ())
        found[:] = [told] if told is not None else []
        return told is not None and claim(told)

    wait_until(holds, "the groups")
    return found[0]


def behind(told: Told) -> int | None:
    return next(line.total.offsets for line in told.lines if line.group == "billing")


def test_that_all_groups_are_told_and_how_many_need_attention() -> None:
    told = until(Consumers(), lags(40), None, lambda told: True)
    assert {line.group for line in told.lines} == {"billing", "old-report"}
    assert behind(told) == 60
    assert told.attention == sum(line.needs_attention for line in told.lines)


def test_that_they_are_told_anew_when_samples_may_have_come_and_not_before() -> None:
    clock = Clock()
    consumers = Consumers(clock)
    told = until(consumers, lags(40), None, lambda told: True)
    newer = lags(50)
    for _ in range(50):
        assert consumers.want(MESH, newer, None, None, ()) is told
    assert not consumers.is_busy
    clock.now += 10 * EVERY
    assert behind(until(consumers, newer, None, lambda told: behind(told) == 50)) == 50


def test_that_another_moment_is_told_at_once() -> None:
    clock = Clock()
    consumers = Consumers(clock)
    until(consumers, lags(40), None, lambda told: True)
    then = lags(10)
    told = until(consumers, then, SEEN, lambda told: told.moment == SEEN)
    assert behind(told) == 90
    assert consumers.want(MESH, then, None, None, ()) is told, "until what is now is there"
