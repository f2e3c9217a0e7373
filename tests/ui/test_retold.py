"""A page of the inspector: another thing at once, the same one no more often than it is read."""

import math

from meshdesk.ui.about import About
from meshdesk.ui.retold import LEAST, Retold


def about(title: str) -> About:
    return About(title, "", False, "", ())


def test_that_another_thing_is_told_at_once_and_more_of_the_same_four_times_a_second() -> None:
    now = [100.0]
    retold, made = Retold(clock=lambda: now[0]), list[str]()

    def told(subject: str, state: object) -> str:
        def make() -> About:
            made.append(f"{subject} {len(made)}")
            return about(made[-1])

        page = retold.page((subject,), (state,), make)
        assert page is not None
        return page.title

    first, second = [1], [1]  # equal, and not the same: large mappings are not compared
    assert told("a", first) == "a 0"
    assert told("a", first) == told("a", second) == "a 0"
    assert told("b", second) == "b 1"
    now[0] += LEAST
    assert told("b", second) == "b 1"
    assert told("b", first) == "b 2"
    assert told("b", second) == "b 2"
    retold.forget()
    assert told("b", second) == "b 3"
    now[0] += LEAST
    assert told("b", 7.5) == "b 4"
    now[0] += LEAST
    assert told("b", float("7.5")) == "b 4"


def test_that_it_waits_while_something_else_is_drawn_and_not_for_long() -> None:
    now, wait = [100.0], [LEAST]
    retold = Retold(lambda: wait[0], lambda: now[0])

    def told(state: int, others: float) -> str:
        wait[0] = others
        page = retold.page(("a",), (state,), lambda: about(str(state)))
        assert page is not None
        return page.title

    assert told(1, math.inf) == "1"  # something else is told at once
    now[0] += LEAST
    assert told(2, math.inf) == told(2, LEAST) == "1"
    assert told(2, 0.0) == "2"
    now[0] += 2 * LEAST
    assert told(3, math.inf) == "2"
    assert told(3, LEAST) == "3"
