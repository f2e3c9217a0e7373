"""Bytes by time: all that was read is in the sum, however it is thinned, and what was not read is not known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.model.sizes import Sizes

BEGAN = 1_795_500_000_000
batches = st.lists(
    st.tuples(st.integers(0, 3_000), st.integers(0, 2_000), st.integers(0, 10_000)), min_size=1, max_size=80
)


def seconds(count: int) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return BEGAN + 1_000 * np.arange(count + 1, dtype=np.int64)


@given(batches, st.integers(4, 200))
def test_that_all_bytes_are_in_the_sum_however_few_pieces_are_kept(said: list[tuple[int, int, int]], most: int) -> None:
    sizes, when = Sizes(most), BEGAN
    begin, end = BEGAN + 1_000_000, BEGAN
    for offset, (wait, span, amount) in enumerate(said):
        when += wait
        sizes.add("t", when, when + span, amount, [(0, offset, offset + 1)])
        begin, end = min(begin, when), max(end, when + span + 1)
    total = sizes.grown("t", np.array([begin, end], np.int64))
    assert total.tolist() == pytest.approx([sum(amount for _, _, amount in said)])


def test_that_a_batch_is_spread_over_the_time_of_its_records() -> None:
    sizes = Sizes()
    sizes.add("t", BEGAN, BEGAN + 9_999, 10_000, [(0, 0, 100)])
    assert sizes.grown("t", seconds(10)).tolist() == pytest.approx([1_000] * 10)


def test_that_a_quiet_time_between_records_is_zero_and_time_around_them_is_not_known() -> None:
    sizes = Sizes()
    sizes.add("t", BEGAN + 1_000, BEGAN + 1_999, 500, [(0, 0, 5)])
    sizes.add("t", BEGAN + 5_000, BEGAN + 5_999, 700, [(0, 5, 9)])
    grown = sizes.grown("t", seconds(8))
    assert np.isnan(grown[[0, 6, 7]]).all()
    assert grown[1:6].tolist() == pytest.approx([500, 0, 0, 0, 700])


def test_that_what_was_skipped_is_not_known() -> None:
    sizes = Sizes()
    sizes.add("t", BEGAN, BEGAN + 999, 500, [(0, 0, 5), (1, 0, 2)])
    sizes.add("t", BEGAN + 5_000, BEGAN + 5_999, 700, [(0, 90, 95)])  # read anew from elsewhere
    grown = sizes.grown("t", seconds(6))
    assert np.isnan(grown[1:5]).all()
    assert grown[[0, 5]].tolist() == pytest.approx([500, 700])


def test_that_records_that_were_joined_with_some_that_are_known_go_on() -> None:
    sizes = Sizes()
    sizes.add("t", BEGAN, BEGAN + 1_999, 500, [(0, 0, 5)])
    sizes.add("t", BEGAN + 3_000, BEGAN + 3_999, 700, [(0, 2, 9)])  # sealed: its first ones were told of before
    assert not np.isnan(sizes.grown("t", seconds(4))).any()
    sizes.add("t", BEGAN + 9_000, BEGAN + 9_999, 700, [(0, 0, 2)])  # from the beginning again
    assert np.isnan(sizes.grown("t", seconds(10))[4:9]).all()


def test_that_of_a_column_of_which_half_was_read_the_rate_is_that_of_this_half() -> None:
    sizes = Sizes()
    sizes.add("t", BEGAN, BEGAN + 5_999, 6_000, [(0, 0, 5)])
    assert sizes.grown("t", np.array([BEGAN, BEGAN + 10_000], np.int64)).tolist() == pytest.approx([10_000])
    assert np.isnan(sizes.grown("t", np.array([BEGAN, BEGAN + 20_000], np.int64))).all()


def test_that_nothing_is_known_of_a_topic_that_is_not_read() -> None:
    sizes = Sizes()
    assert sizes.topics() == []
    assert np.isnan(sizes.grown("t", seconds(3))).all()
