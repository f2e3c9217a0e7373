"""The time that a plot shows: it goes on with the newest until somebody holds, pans or is led away, and comes back."""

from hypothesis import given
from hypothesis import strategies as st

from meshdesk.model.asked import HOUR, MINUTE, SPANS
from meshdesk.model.cursor import Cursor
from meshdesk.model.shown_time import ShownTime

NEWEST = 1_795_500_000_000


def test_that_it_goes_on_with_the_newest_until_it_is_held() -> None:
    time = ShownTime(MINUTE)
    assert time.at(NEWEST + 7) == (NEWEST + 7 - MINUTE, NEWEST + 7)
    time.hold(NEWEST)
    assert time.at(NEWEST + 7) == (NEWEST - MINUTE, NEWEST)
    time.hold(None)
    assert not time.is_still


@given(st.floats(0.2, 5), st.integers(0, HOUR), st.booleans())
def test_that_a_zoom_keeps_what_goes_on_going_and_what_is_still_where_it_is(
    factor: float, back: int, still: bool
) -> None:
    time = ShownTime(HOUR, NEWEST - MINUTE if still else None)
    before = time.at(NEWEST)
    time.zoom(factor, before[1] - back, NEWEST)
    start, end = time.at(NEWEST)
    assert SPANS[0] <= end - start <= SPANS[-1]
    assert time.is_still == still
    assert end == NEWEST or (still and start <= before[1] - back <= end)


def test_that_a_pan_to_the_newest_goes_on_with_it() -> None:
    time = ShownTime(HOUR)
    time.pan(-1.0, NEWEST)
    assert time.at(NEWEST) == (NEWEST - 2 * HOUR, NEWEST - HOUR)
    time.pan(0.5, NEWEST)
    assert time.is_still
    time.pan(0.5, NEWEST)
    assert not time.is_still


def test_that_it_goes_along_with_the_cursor_only_where_its_moment_is_not_seen() -> None:
    time = ShownTime(HOUR)
    assert time.go_along(Cursor.of(NEWEST - MINUTE), NEWEST)
    assert not time.is_still
    assert not time.go_along(Cursor.of(NEWEST - MINUTE), NEWEST)
    time.go_along(Cursor.of(NEWEST - 5 * HOUR), NEWEST)
    start, end = time.at(NEWEST)
    assert start < NEWEST - 5 * HOUR < end
    time.go_along(Cursor(), NEWEST)
    assert not time.is_still


def test_that_what_a_person_holds_stays_so_when_the_cursor_goes_back() -> None:
    time = ShownTime(HOUR)
    time.go_along(Cursor.of(NEWEST - 5 * HOUR), NEWEST)
    time.pan(-0.5, NEWEST)
    held = time.at(NEWEST)
    time.go_along(Cursor(), NEWEST)
    assert time.at(NEWEST) == held
