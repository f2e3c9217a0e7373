"""How the rate of each domain went of late: of all of them, up to the moment that is shown, not more often than anybody sees."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isnan

from meshdesk.model.asked import HOUR, MINUTE, Asked
from meshdesk.model.curves import TOP
from meshdesk.session.curves import Content
from meshdesk.session.readings import Reading
from meshdesk.session.trends import EVERY, LONGEST, POINTS, SHARE, Trend, Trends
from tests.programs.running import wait_until
from tests.unit.model.recording import BEGAN, SECONDS, recording
from tests.unit.model.shop import contract, mesh_of, shop, topic

END = BEGAN + SECONDS * 1_000


@dataclass
class Told:
    """Computes when it is told to, and counts."""

    took: float = 0.0
    asked: list[Asked] = field(default_factory=list)
    may: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def __call__(self, wish: tuple[Content, Asked]) -> tuple[Mapping[str, Trend], float]:
        self.asked.append(wish[1])
        self.may.acquire()
        return {"sales": (1.0,)}, self.took


def shown(trends: Trends, reading: Reading, moment: int | None = None) -> Mapping[str, Trend]:
    before = trends.revision

    def is_there() -> bool:
        trends.want(reading, reading.mesh, moment)
        return trends.revision > before

    wait_until(is_there, "the trends")
    return trends.shown


def test_that_every_domain_has_as_many_points_of_which_the_highest_is_one() -> None:
    found = shown(Trends(), Reading(mesh=shop().now(), tracks=recording(), began=BEGAN, ended=END))
    assert {"sales", "fraud"} <= found.keys()
    for trend in found.values():
        assert len(trend) == POINTS
        assert max(point for point in trend if not isnan(point)) == 1.0


def test_that_more_domains_than_there_are_curves_have_a_trend_and_one_without_records_lies_at_the_bottom() -> None:
    names = [f"domain{n:02d}" for n in range(TOP + 5)]
    mesh = mesh_of(*[topic(f"{name}.t") for name in names], *[contract(name, name, f"{name}.t") for name in names])
    rates = {f"{name}.t": 3 * at for at, name in enumerate(names)}
    found = shown(Trends(), Reading(mesh=mesh.now(), tracks=recording(rates), began=BEGAN, ended=END))
    assert found.keys() == set(names)
    assert {point for point in found["domain00"] if not isnan(point)} == {0.0}


def test_that_they_are_computed_once_a_second_at_most_and_a_slow_one_less_often() -> None:
    now, told = [0.0], Told(took=1.0)
    trends = Trends(told, lambda: now[0])
    reading = Reading(mesh=shop().now(), tracks=recording(), began=BEGAN, ended=END)
    trends.want(reading, reading.mesh, None)
    wait_until(lambda: told.asked, "the first")
    trends.want(reading, reading.mesh, END - MINUTE)  # meanwhile
    told.may.release()
    shown(trends, reading)
    now[0] = max(EVERY, SHARE * told.took) - 0.1
    trends.want(reading, reading.mesh, END - MINUTE)
    assert len(told.asked) == 1
    now[0] += 0.2
    trends.want(reading, reading.mesh, END)  # which is what is shown
    trends.want(reading, reading.mesh, END - MINUTE)
    wait_until(lambda: len(told.asked) == 2, "the second")
    told.may.release()
    shown(trends, reading)
    assert [asked.end for asked in told.asked] == [END, END - MINUTE]
    assert all(MINUTE <= asked.end - asked.start <= LONGEST == HOUR for asked in told.asked)


def test_that_a_capture_without_samples_has_none() -> None:
    trends = Trends()
    trends.want(Reading(mesh=shop().now()), shop().now(), None)
    assert (trends.is_making, trends.shown) == (False, {})
