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


def strip_of(strips: Strips, now: Reading, start: int, end: int) -> Strip:
    found: list[Strip] = []

    def is_there() -> bool:
        strip = strips.want(now, start, end)
        found[:] = [strip] if strip is not None and not strips.is_busy else []
        return bool(found)

    wait_until(is_there, "the strip")
    return found[0]


def test_that_a_strip_is_the_total_of_all_topics_but_kafkas_own_and_unknown_outside_of_the_recording() -> None:
    strip = strip_of(Strips(), recording(), BEGAN - 30_000, BEGAN + 60_000)
    assert [strip.rate_at(BEGAN + second * 1_000) for second in (-20, -1)] == [None, None]
    assert [strip.rate_at(BEGAN + second * 1_000 + 500) for second in (1, 30, 58)] == pytest.approx([40.0] * 3)
    assert strip.peak == pytest.approx(40.0)
    assert strip.began == BEGAN
    assert not any(strip.by_time)
    assert [mark.text for mark in strip.marks] == ["topic bills appeared"]


def test_that_a_moment_outside_of_the_strip_has_no_rate() -> None:
    strip = strip_of(Strips(), recording(), BEGAN, BEGAN + 60_000)
    assert (strip.rate_at(BEGAN - 5_000), strip.rate_at(BEGAN + 90_000)) == (None, None)


def test_that_what_was_asked_by_time_stands_before_the_recording() -> None:
    now = recording()
    offsets = {"0": [0, 300, 600], "1": [0, 300, 600]}
    value = {"from": BEGAN - 120_000, "step": 60_000, "offsets": offsets, "why": ""}
    about = f"orders {BEGAN - 120_000} 60000"
    fold(Mesh(now.mesh.timeline), [Fact("past", about, value, BEGAN + 61_000, "kafka by time")])
    asked = Reading(mesh=Mesh(now.mesh.timeline).now(), tracks=now.tracks, began=BEGAN, ended=BEGAN + 60_000)
    strip = strip_of(Strips(), asked, BEGAN - 120_000, BEGAN + 60_000)
    assert strip.rate_at(BEGAN - 90_000) == pytest.approx(10.0)
    assert strip.by_time[0]
    assert not strip.by_time[-1]


def test_that_a_recording_without_samples_has_a_strip_without_rates() -> None:
    now = Reading(mesh=Mesh().now(), began=BEGAN, ended=BEGAN + 60_000)
    assert set(strip_of(Strips(), now, BEGAN, BEGAN + 60_000).rates) == {None}


def test_that_a_strip_that_only_goes_on_is_made_once_a_second_and_one_that_is_zoomed_at_once() -> None:
    clock = [0.0]
    strips, now = Strips(lambda: clock[0]), recording()
    first = strip_of(strips, now, BEGAN, BEGAN + 50_000)
    assert strips.want(now, BEGAN, BEGAN + 51_000) is first
    assert not strips.is_busy
    clock[0] += EVERY + 100
    assert strip_of(strips, now, BEGAN, BEGAN + 52_000) is not first
    assert strip_of(strips, now, BEGAN + 10_000, BEGAN + 20_000).edges[-1] == BEGAN + 20_000
