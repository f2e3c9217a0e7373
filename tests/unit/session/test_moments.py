"""A capture at a moment of its past: topics, mesh, rates and lags are those of then."""

import numpy as np

from meshdesk.model.fact import Fact
from meshdesk.model.lag import Lag
from meshdesk.model.mesh import Mesh, fold
from meshdesk.model.tracks import Tracks
from meshdesk.session.moments import Moments, reading_at
from meshdesk.session.readings import Reading, Topic
from tests.programs.running import wait_until

BEGAN = 1_795_000_000_000


def fact(kind: str, about: str, value: dict[str, object] | None, second: int) -> Fact:
    return Fact(kind, about, value, BEGAN + second * 1_000, "kafka")


def recording() -> Reading:
    """A minute: orders grows by 10 a second all the time and from second 30 on by 20; bills comes at 40; billing reads orders
    from second 20 on and stops at 50."""
    mesh = Mesh()
    fold(
        mesh,
        [
            fact("topic", "orders", {"partitions": 1}, 0),
            fact("group", "billing", {"members": []}, 20),
            fact("reads", "billing orders", {"assigned": 0, "committed": 1}, 20),
            fact("topic", "bills", {"partitions": 1}, 40),
        ],
    )
    tracks = Tracks()
    end, start, done = (tracks.number((of, "orders", 0)) for of in ("end", "beginning", "committed billing"))
    value = 0
    for second in range(61):
        value += 20 if second > 30 else 10
        tracks.add(np.array([end, start]), np.full(2, BEGAN + second * 1_000), np.array([value, 5]))
        if 20 <= second <= 50:
            tracks.add(np.array([done]), np.array([BEGAN + second * 1_000]), np.array([value - 3]))
    topics = (Topic("bills", 1, 0, 0.0, 0, False, False), Topic("orders", 1, 905, 20.0, 12, False, False))
    return Reading(topics=topics, mesh=mesh.now(), tracks=tracks, began=BEGAN, ended=BEGAN + 60_000)


def test_that_topics_rates_and_counts_are_those_of_the_moment() -> None:
    early, late = (reading_at(recording(), BEGAN + second * 1_000) for second in (25, 45))
    assert [(topic.name, topic.rate, topic.records) for topic in early.topics] == [("orders", 10.0, 255)]
    assert [(topic.name, topic.rate) for topic in late.topics] == [("bills", None), ("orders", 20.0)]
    assert next(topic for topic in early.topics).rows == 12  # what was read is in the list at any moment


def test_that_lag_is_that_of_the_moment_and_of_groups_that_were_there() -> None:
    now = recording()
    assert reading_at(now, BEGAN + 10_000).lags.groups == set()
    assert reading_at(now, BEGAN + 30_000).lags.of("billing") == {("orders", 0): Lag(3)}
    assert reading_at(now, BEGAN + 60_000).lags.of("billing") == {("orders", 0): Lag(203)}


def test_that_nothing_is_known_before_the_recording() -> None:
    before = reading_at(recording(), BEGAN - 1)
    assert (before.topics, before.mesh.groups, before.lags.groups) == ((), {}, set())


def test_that_a_capture_without_samples_has_its_topics_without_rates() -> None:
    mesh = Mesh()
    fold(mesh, [fact("topic", "orders", {"partitions": 1}, 0)])
    assert [topic.rate for topic in reading_at(Reading(mesh=mesh.now()), BEGAN).topics] == [None]


def test_that_what_is_now_stays_on_the_screen_until_the_moment_is_made_and_comes_back_at_once() -> None:
    moments, now = Moments(), recording()
    assert moments.want(now, None) is now
    assert moments.want(now, BEGAN + 25_000) is now
    wait_until(lambda: len(moments.want(now, BEGAN + 25_000).topics) == 1, "the moment")
    assert moments.want(now, BEGAN + 25_000) is moments.want(now, BEGAN + 25_000)
    assert not moments.is_busy
    assert moments.want(now, None) is now
