"""Coverage is a set of offsets, kept as few ranges: what it answers is what a set would answer."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from meshdesk.capture.coverage import Coverage

TOP = 40
RANGES = st.lists(st.tuples(st.integers(0, TOP), st.integers(0, TOP)), max_size=12)


def both(ranges: list[tuple[int, int]]) -> tuple[Coverage, set[int]]:
    """The ranges as coverage, and as the set of their offsets."""
    coverage, settled = Coverage(), set[int]()
    for begin, end in ranges:
        coverage.add(begin, end)
        settled |= set(range(begin, end))
    return coverage, settled


def runs(offsets: set[int]) -> list[tuple[int, int]]:
    """The set as few half-open ranges."""
    edges = [at for at in range(TOP + 2) if (at in offsets) != (at - 1 in offsets)]
    return list(zip(edges[::2], edges[1::2], strict=True))


@given(RANGES)
def test_that_ranges_are_disjoint_in_order_and_as_few_as_can_be(ranges: list[tuple[int, int]]) -> None:
    coverage, settled = both(ranges)
    assert list(coverage) == runs(settled)


@given(RANGES)
def test_that_the_order_in_which_offsets_are_settled_does_not_matter(ranges: list[tuple[int, int]]) -> None:
    assert list(both(ranges)[0]) == list(both(ranges[::-1])[0])


@given(RANGES, st.integers(0, TOP), st.integers(0, TOP))
def test_that_missing_names_what_is_not_settled(ranges: list[tuple[int, int]], begin: int, end: int) -> None:
    coverage, settled = both(ranges)
    assert coverage.missing(begin, end) == runs(set(range(begin, end)) - settled)


@given(RANGES, st.integers(0, TOP))
def test_that_reading_goes_on_at_the_first_offset_that_is_not_settled(
    ranges: list[tuple[int, int]], offset: int
) -> None:
    coverage, settled = both(ranges)
    assert coverage.end_of(offset) == next(at for at in itertools.count(offset) if at not in settled)


@given(RANGES, st.integers(0, TOP))
def test_that_the_next_range_is_the_first_that_begins_at_or_behind_an_offset(
    ranges: list[tuple[int, int]], offset: int
) -> None:
    coverage, settled = both(ranges)
    assert coverage.next_after(offset) == next((run for run in runs(settled) if run[0] >= offset), None)


def test_that_nothing_is_settled_at_first() -> None:
    coverage = Coverage()
    assert (list(coverage), coverage.missing(3, 5), coverage.end_of(3), coverage.next_after(0)) == (
        [],
        [(3, 5)],
        3,
        None,
    )
