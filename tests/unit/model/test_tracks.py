"""Samples by time: held against a plain reckoning of the same samples, in one block and in many."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.model.tracks import LATE, Tracks

BEGAN = 1_795_000_000_000
NAMES = [("end", "orders", 0), ("end", "orders", 1), ("committed billing", "orders", 0)]

steps = st.lists(
    st.tuples(st.integers(0, len(NAMES) - 1), st.integers(0, 20_000), st.integers(-3, 50)), min_size=1, max_size=120
)


def filled(said: list[tuple[int, int, int]], **limits: int) -> Tracks:
    """Tracks of samples (which series, when, what), one at a time."""
    tracks = Tracks(**limits)
    for name in NAMES:
        tracks.number(name)
    for series, seen, value in said:
        tracks.add(np.array([series]), np.array([seen]), np.array([value]))
    return tracks


def told(steps: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Samples in the order of time, whose values rise and sometimes fall; those of one series are a ms apart at least."""
    when, values, found = BEGAN, [0] * len(NAMES), []
    last: dict[int, int] = {}
    for series, wait, rise in steps:
        when = last[series] = max(when + wait, last.get(series, 0) + 1)
        values[series] = max(0, values[series] + rise)
        found.append((series, when, values[series]))
    return found


def growth(said: list[tuple[int, int, int]], series: int, moment: int) -> float | None:
    """How much a series had grown at a moment; None where that lies outside its samples."""
    points: dict[int, int] = {}
    before, total = None, 0
    for which, seen, value in said:
        if which == series:
            total += max(0, value - before) if before is not None else 0
            before = value
            points[seen] = total
    times = sorted(points)
    if not times or moment < times[0] or moment > times[-1]:
        return None
    return float(np.interp(moment, times, [points[time] for time in times]))


@given(steps, st.integers(1, 40), st.integers(0, 2_000_000))
def test_that_a_moment_is_what_was_sampled_last_before_it(
    steps: list[tuple[int, int, int]], block: int, later: int
) -> None:
    said = told(steps)
    tracks, moment = filled(said, block=block), BEGAN + later
    for series, (of, topic, partition) in enumerate(NAMES):
        before = [(seen, value) for which, seen, value in said if which == series and seen <= moment]
        found = tracks.at(moment, of).get((topic, partition))
        assert (found is None) == (not before)
        if found is not None:
            assert found[1] == before[-1][1]
            assert found[0] <= before[-1][0]  # samples between two that say the same are not kept


@given(steps, st.integers(1, 40), st.lists(st.integers(0, 2_000_000), min_size=2, max_size=9))
def test_that_a_series_grows_evenly_between_two_samples_and_is_unknown_outside_of_them(
    steps: list[tuple[int, int, int]], block: int, later: list[int]
) -> None:
    said = told(steps)
    edges = sorted({BEGAN + each for each in later})
    found = filled(said, block=block).grown(NAMES, np.array(edges, np.int64))
    for series in range(len(NAMES)):
        known = [growth(said, series, edge) for edge in edges]
        for at, (low, high) in enumerate(pairwise(known)):
            if low is None or high is None:
                assert np.isnan(found[series, at])
            else:
                assert found[series, at] == pytest.approx(high - low, abs=1e-6)


def test_that_what_grew_is_still_known_when_the_samples_are_thinned() -> None:
    said = [(second % 2, BEGAN + second * 1_000, 7 * second) for second in range(6_000)]
    tracks = filled(said, most=600, block=100)
    assert sum(len(block.rows.keys) for block in tracks._blocks) <= 800
    edges = np.array([BEGAN + 1_000, BEGAN + 5_998_000], np.int64)
    assert tracks.grown(NAMES[:2], edges)[0, 0] == pytest.approx(7 * 5_997)
    assert tracks.at(BEGAN + 5_999_000, "end")["orders", 1] == (BEGAN + 5_999_000, 7 * 5_999)
    assert tracks.at(BEGAN - 1, "end") == {}


def test_that_a_topic_made_again_grows_from_nothing_and_a_commit_that_is_no_more_does_not_grow() -> None:
    said = [(0, BEGAN, 100), (0, BEGAN + 1_000, 5), (0, BEGAN + 2_000, 9)]
    said += [(2, BEGAN, -1), (2, BEGAN + 1_000, 1_000), (2, BEGAN + 2_000, 1_004)]
    edges = np.array([BEGAN, BEGAN + 1_000, BEGAN + 2_000], np.int64)
    assert filled(said).grown([NAMES[0], NAMES[2]], edges).tolist() == [[0, 4], [0, 4]]


def test_that_a_clock_set_back_keeps_the_order_in_which_was_written() -> None:
    said = [(0, BEGAN + 60_000, 10), (0, BEGAN, 20), (0, BEGAN + 61_000, 30)]
    assert filled(said).at(BEGAN + 60_000, "end")["orders", 0] == (BEGAN + 60_000, 20)
    assert filled(said).at(BEGAN + 61_000, "end")["orders", 0] == (BEGAN + 61_000, 30)


def test_that_a_rate_stays_for_some_seconds_after_the_last_sample_and_is_unknown_then() -> None:
    tracks = filled([(0, BEGAN + second * 1_000, 100 * second) for second in range(11)])
    assert tracks.rates(NAMES[:1], BEGAN + 10_000, 5_000).tolist() == [100]
    assert tracks.rates(NAMES[:1], BEGAN + 12_500, 5_000).tolist() == [50]
    assert np.isnan(tracks.rates(NAMES[:1], BEGAN + 60_000, 5_000)).all()
    assert np.isnan(tracks.rates([("end", "nobody", 0)], BEGAN + 10_000, 5_000)).all()


def test_that_it_is_found_when_a_series_passed_a_value() -> None:
    said = [(0, BEGAN + second * 1_000, 100 * second) for second in range(11)]
    tracks = filled(said, block=3)
    assert tracks.reached(NAMES[0], 250, BEGAN + 10_000) == (BEGAN + 2_000, BEGAN + 3_000)
    assert tracks.reached(NAMES[0], 300, BEGAN + 10_000) == (BEGAN + 3_000, BEGAN + 4_000)
    assert tracks.reached(NAMES[0], 1_000, BEGAN + 10_000) is None  # nothing is beyond it
    assert tracks.reached(NAMES[0], 700, BEGAN + 5_000) is None  # not yet
    assert tracks.reached(("end", "nobody", 0), 1, BEGAN) is None


def test_that_a_late_thread_is_still_in_time() -> None:
    tracks = filled([(0, BEGAN, 1), (0, BEGAN + LATE * 2, 2), (0, BEGAN + LATE * 2 + 1_000, 3)], block=3)
    tracks.add(np.array([1]), np.array([BEGAN + LATE + 2_000]), np.array([7]))
    assert tracks.at(BEGAN + LATE + 2_000, "end")["orders", 1] == (BEGAN + LATE + 2_000, 7)
