"""Strips: the total by time, what is not known is none, marks of the whole recording, and no more work than there is need."""

import numpy as np
import pytest

from meshdesk.model.fact import Checked, Fact
from meshdesk.model.mesh import Mesh, fold
from meshdesk.model.tracks import Tracks
from meshdesk.session.readings import Reading
from meshdesk.session.strips import EVERY, Strip, Strips
from tests.programs.running import wait_until

BEGAN = 1_795_000_000_000


def recording() -> Reading:
    """A minute: two partitions that grow by 10 and 30 a second, one of Kafka's own, and a topic that comes at second 30."""
    mesh, tracks = Mesh(), Tracks()
    fold(
        mesh,
        [
            Fact("topic", "orders", {"partitions": 2}, BEGAN, "kafka"),
            Checked("kafka", BEGAN, BEGAN),
            Fact("topic", "bills", {"partitions": 1}, BEGAN + 30_000, "kafka"),
        ],
    )
    numbers = [tracks.number(name) for name in (("end", "orders", 0), ("end", "orders", 1), ("end", "__own", 0))]
    for second in range(61):
        tracks.add(np.array(numbers), np.full(3, BEGAN + second * 1_000), np.array([10, 30, 1_000]) * second)
    return Reading(mesh=mesh.now(), tracks=tracks, began=BEGAN, ended=BEGAN + 60_000)


def strip_of(strips: Strips, now: Reading, start: int, end: int, parts: int) -> Strip:
    found: list[Strip] = []

    def is_there() -> bool:
        strip = strips.want(now, start, end, parts)
        found[:] = [strip] if strip is not None and (strip.start, strip.end) == (start, end) else []
        return bool(found)

    wait_until(is_there, "the strip")
    return found[0]


def test_that_a_strip_is_the_total_of_all_topics_but_kafkas_own_and_unknown_outside_of_the_recording() -> None:
    strip = strip_of(Strips(), recording(), BEGAN - 30_000, BEGAN + 60_000, 9)
    assert strip.rates[:3] == (None, None, None)
    assert strip.rates[3:] == pytest.approx([40.0] * 6)
    assert strip.peak == pytest.approx(40.0)
    assert (strip.began, strip.until) == (BEGAN, BEGAN + 60_000)
    assert [mark.text for mark in strip.marks] == ["topic bills appeared"]


def test_that_the_rate_at_a_moment_is_that_of_its_part() -> None:
    strip = strip_of(Strips(), recording(), BEGAN - 30_000, BEGAN + 60_000, 9)
    assert strip.rate_at(BEGAN + 5_000) == pytest.approx(40.0)
    assert strip.rate_at(BEGAN + 60_000) == pytest.approx(40.0)
    assert (strip.rate_at(BEGAN - 5_000), strip.rate_at(BEGAN + 61_000)) == (None, None)


def test_that_a_recording_without_samples_has_a_strip_without_rates() -> None:
    now = Reading(mesh=Mesh().now(), began=BEGAN, ended=BEGAN + 60_000)
    assert strip_of(Strips(), now, BEGAN, BEGAN + 60_000, 10).rates == ()


def test_that_a_strip_that_only_goes_on_is_made_once_a_second_and_one_that_is_zoomed_at_once() -> None:
    clock = [0.0]
    strips, now = Strips(lambda: clock[0]), recording()
    first = strip_of(strips, now, BEGAN, BEGAN + 50_000, 10)
    assert strips.want(now, BEGAN, BEGAN + 51_000, 10) is first
    assert not strips.is_busy
    clock[0] += EVERY + 100
    assert strip_of(strips, now, BEGAN, BEGAN + 52_000, 10) is not first
    assert strip_of(strips, now, BEGAN + 10_000, BEGAN + 20_000, 10).end == BEGAN + 20_000
