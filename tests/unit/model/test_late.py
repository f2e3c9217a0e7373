"""Lag in time: from the samples of ends, from what was looked for, between two that are known, and unknown else."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.model import late as module
from meshdesk.model.fact import Fact
from meshdesk.model.late import KIND, Late, Point, Times, about, reached, value_of, within_of
from meshdesk.model.past import SOURCE
from meshdesk.model.tracks import Tracks
from tests.unit.model.facts import SEEN, mesh_of

KEY = ("orders", 3)


def tracks(*samples: tuple[int, int]) -> Tracks:
    """The end of one partition: when it was seen, and where it was."""
    made = Tracks()
    number = made.number(("end", *KEY))
    seen, values = (np.array(column, np.int64) for column in zip(*samples, strict=True))
    made.add(np.full(len(samples), number, np.int64), seen, values)
    return made


@given(st.lists(st.integers(0, 50), min_size=2, max_size=40), st.data())
def test_that_the_moment_lies_between_the_two_samples_between_which_the_end_passed(
    steps: list[int], data: st.DataObject
) -> None:
    samples = [(1_000 * n, sum(steps[: n + 1])) for n in range(len(steps))]
    end = samples[-1]
    if end[1] == samples[0][1]:
        return
    offset = data.draw(st.integers(samples[0][1], end[1] - 1))
    passed = next(n for n, (_, value) in enumerate(samples) if value > offset)
    for late in (Times().late(KEY, offset, end, samples), Times().late(KEY, offset, end, (), tracks(*samples))):
        assert late == Late((end[0] - 1_000 * passed + 500) / 1_000, 0.5)


def test_that_what_is_older_than_the_recording_is_what_was_looked_for_or_unknown() -> None:
    recorded = tracks((100_000, 50), (101_000, 60))
    ask = Times().late
    assert ask(KEY, 20, (101_000, 60), (), recorded) is None
    points = [Point(10, 40_000, 400), Point(20, 51_000, 400), Point(30, 52_000, 400)]
    assert ask(KEY, 20, (101_000, 60), (), recorded, points) == Late(50.0, 0.4)
    assert ask(KEY, 25, (101_000, 60), (), recorded, points) == Late(49.5, 0.9), "between two that are known"
    assert ask(KEY, 9, (101_000, 60), (), recorded, points) is None
    between = ask(KEY, 31, (101_000, 60), (), recorded, points)
    assert between is None, "somewhere in 48 s before the recording began says too little"


def test_that_an_offset_is_looked_for_once_and_only_so_many_in_a_pass() -> None:
    times = Times()
    recorded = tracks((0, 0), (1_000, 10), (2_000, 20))
    for _ in range(module.AT_ONCE + 9):
        assert times.late(KEY, 5, (9_000, 20), (), recorded) == Late(8.5, 0.5)
    for _ in range(module.AT_ONCE):
        times.late(KEY, 99, (9_000, 20), (), recorded)
    assert times.late(KEY, 15, (9_000, 20), (), recorded) is None
    times.begin()
    assert times.late(KEY, 15, (9_000, 20), (), recorded) == Late(7.5, 0.5)


def test_that_points_are_read_from_facts_in_the_order_of_offsets() -> None:
    points = [Point(30, 9_000, 500), Point(10, 5_000, 1_000)]
    fact = Fact(KIND, about(KEY), value_of(points), SEEN, SOURCE)
    assert reached(mesh_of(fact)) == {KEY: (points[1], points[0])}
    assert reached(mesh_of(fact, fact._replace(value=None))) == {}


def test_that_a_time_is_looked_for_to_a_second_or_to_a_fiftieth() -> None:
    assert [within_of(late) for late in (0, 30_000, 100_000, 3_600_000)] == [1_000, 1_000, 2_000, 72_000]
