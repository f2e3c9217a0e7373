"""Rates and counts from samples of offsets, however unevenly they come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.model.rates import WINDOW, Offsets, rates_of, records_of


def test_that_a_rate_needs_two_samples() -> None:
    offsets = sampled((0, 0, 100))
    assert rates_of(offsets) == {}
    offsets.add("end", "orders", 0, 2000, 300)
    assert rates_of(offsets) == {"orders": 100.0}


def test_that_a_topic_that_stands_still_has_the_rate_zero_and_not_an_unknown_one() -> None:
    assert rates_of(sampled((0, 0, 5), (0, 1000, 5))) == {"orders": 0.0}


@given(st.lists(st.integers(1, 3 * WINDOW), min_size=2, max_size=30), st.integers(0, 100_000))
def test_that_a_steady_topic_has_its_rate_however_unevenly_it_was_sampled(gaps: list[int], per_second: int) -> None:
    offsets = Offsets()
    at = 0
    for gap in gaps:
        at += gap
        offsets.add("end", "orders", 0, at, at * per_second)
    assert rates_of(offsets)["orders"] == pytest.approx(per_second * 1000)


@given(st.lists(st.integers(1, 3 * WINDOW), min_size=2, max_size=200))
def test_that_no_more_samples_are_kept_than_the_window_needs(gaps: list[int]) -> None:
    offsets = Offsets()
    at = 0
    for gap in gaps:
        at += gap
        offsets.add("end", "orders", 0, at, at)
        window = offsets.ends["orders", 0]
        assert len(window) <= 2 or window[1][0] > at - WINDOW
    assert len(offsets.ends["orders", 0]) >= 2


def test_that_a_burst_is_forgotten_once_it_lies_before_the_window() -> None:
    offsets = sampled((0, 0, 0), (0, 1000, 1_000_000))
    for second in range(2, 20):
        offsets.add("end", "orders", 0, second * 1000, 1_000_000)
    assert rates_of(offsets) == {"orders": 0.0}


def test_that_a_topic_made_again_under_its_name_begins_anew() -> None:
    offsets = sampled((0, 0, 5000), (0, 1000, 6000), (0, 2000, 10))
    assert rates_of(offsets) == {}
    offsets.add("end", "orders", 0, 3000, 20)
    assert rates_of(offsets) == {"orders": 10.0}


def test_that_a_clock_that_was_set_back_begins_anew() -> None:
    offsets = sampled((0, 3_600_000, 5000), (0, 3_601_000, 5100), (0, 0, 5200), (0, 1000, 5300))
    assert rates_of(offsets) == {"orders": 100.0}
    assert len(offsets.ends["orders", 0]) == 2


def test_that_a_partition_that_appears_later_adds_its_own_rate_once_it_is_known() -> None:
    offsets = sampled((0, 0, 0), (0, 1000, 100), (1, 1000, 7000))
    assert rates_of(offsets) == {"orders": 100.0}
    offsets.add("end", "orders", 1, 2000, 7050)
    offsets.add("end", "orders", 0, 2000, 200)
    assert rates_of(offsets) == {"orders": 150.0}


def test_that_records_are_counted_where_both_ends_of_a_partition_are_known() -> None:
    offsets = sampled((0, 0, 100), (1, 0, 50))
    assert records_of(offsets) == {}
    offsets.add("beginning", "orders", 0, 0, 40)
    assert records_of(offsets) == {"orders": 60}
    offsets.add("beginning", "orders", 1, 0, 0)
    assert records_of(offsets) == {"orders": 110}


def test_that_a_beginning_seen_later_than_the_end_does_not_make_a_count_negative() -> None:
    offsets = sampled((0, 0, 100))
    offsets.add("beginning", "orders", 0, 1000, 120)
    assert records_of(offsets) == {"orders": 0}


def test_that_samples_of_other_things_are_left_to_others() -> None:
    offsets = Offsets()
    offsets.add("committed", "orders", 0, 0, 100)
    assert (records_of(offsets), rates_of(offsets)) == ({}, {})


def sampled(*ends: tuple[int, int, int]) -> Offsets:
    """Offsets after samples of (partition, seen, end) of one topic."""
    offsets = Offsets()
    for partition, seen, end in ends:
        offsets.add("end", "orders", partition, seen, end)
    return offsets
