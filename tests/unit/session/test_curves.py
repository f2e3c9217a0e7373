"""Curves are computed in a thread: what somebody chooses at once, what only goes on twice a second at most."""

import threading

from meshdesk.model.asked import HOUR, MINUTE, Asked
from meshdesk.model.curves import Curves
from meshdesk.session.curves import EVERY, SHARE, Computing, Content, CurveMaker, Made
from tests.programs.running import wait_until
from tests.unit.model.recording import BEGAN, SECONDS, recording
from tests.unit.model.shop import shop

END = BEGAN + SECONDS * 1_000
ASKED = Asked("topic", "records", END - MINUTE, END)


class Told:
    """Computes only when it is told to, and counts."""

    def __init__(self, took: float = 0.0) -> None:
        self.asked: list[Asked] = []
        self.may = threading.Semaphore(0)
        self._took = took

    def __call__(self, wish: tuple[Content, Asked]) -> Made:
        self.asked.append(wish[1])
        self.may.acquire()
        return Made(Computing()(wish).curves, self._took)


def content(revision: int = 0) -> Content:
    return Content(recording(), None, shop().now(), revision)


def made_of(maker: CurveMaker, of: Content, asked: Asked) -> Curves:
    found: list[Curves] = []

    def is_there() -> bool:
        drawn = maker.want(of, asked)
        if drawn is not None and drawn.asked == asked:
            found.append(drawn)
        return bool(found)

    wait_until(is_there, "the curves")
    return found[0]


def test_that_nothing_waits_and_the_curves_come() -> None:
    maker, of = CurveMaker(), content()
    assert maker.want(of, ASKED) is None
    drawn = made_of(maker, of, ASKED)
    assert [curve.title for curve in drawn.curves][:2] == ["sales.orders.placed.v1", "sales.baskets.v1"]
    wait_until(lambda: not maker.is_making, "rest")
    assert maker.want(of, ASKED) is drawn


def test_that_what_somebody_chooses_is_computed_at_once_and_what_goes_on_is_not() -> None:
    now, told, of = [0.0], Told(), content()
    maker = CurveMaker(told, clock=lambda: now[0])
    told.may.release(9)
    made_of(maker, of, ASKED)
    later = Asked("topic", "records", END - MINUTE + 1_000, END + 1_000)
    maker.want(content(1), later)
    assert told.asked == [ASKED]
    other = Asked("domain", "records", END - HOUR, END)
    assert made_of(maker, of, other).asked == other
    assert told.asked == [ASKED, other]
    now[0] += EVERY
    made_of(maker, content(2), Asked("domain", "records", END - HOUR + 1_000, END + 1_000))
    assert len(told.asked) == 3


def test_that_nothing_is_computed_where_nothing_is_new() -> None:
    now, told, of = [0.0], Told(), content()
    maker = CurveMaker(told, clock=lambda: now[0])
    told.may.release(9)
    made_of(maker, of, ASKED)
    for _ in range(5):
        now[0] += EVERY
        maker.want(of, ASKED)
    assert len(told.asked) == 1


def test_that_a_large_mesh_takes_a_share_of_a_core() -> None:
    now, told, of = [0.0], Told(took=2.0), content()
    maker = CurveMaker(told, clock=lambda: now[0])
    told.may.release(9)
    made_of(maker, of, ASKED)
    now[0] += 2.0 * SHARE - 0.1
    maker.want(content(1), ASKED)
    assert len(told.asked) == 1
    now[0] += 0.2
    maker.want(content(1), ASKED)
    wait_until(lambda: len(told.asked) == 2, "the next ones")


def test_that_while_curves_are_computed_the_newest_wish_waits() -> None:
    told, of = Told(), content()
    maker = CurveMaker(told)
    maker.want(of, ASKED)
    wait_until(lambda: told.asked, "the first to begin")
    wishes = [Asked("topic", "records", END - span, END) for span in (2 * MINUTE, 5 * MINUTE, HOUR)]
    for wish in wishes:
        assert maker.want(of, wish) is None
    told.may.release(9)
    made_of(maker, of, wishes[-1])
    assert told.asked == [ASKED, wishes[-1]]
