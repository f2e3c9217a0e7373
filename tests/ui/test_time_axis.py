"""A time axis: round moments in the zone that was chosen, never more than there is room for."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.session.zone import show_in
from meshdesk.ui.time_axis import DAY, HOUR, MINUTE, SECOND, clock, ticks

NOON = 1_795_521_600_000  # 24 November 2026, 12:00 UTC


@pytest.fixture(autouse=True)
def utc() -> Iterator[None]:
    show_in("utc")
    yield
    show_in("local")


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (40 * SECOND, ["12:00:00", "12:00:10", "12:00:20", "12:00:30", "12:00:40"]),
        (HOUR, ["12:00", "12:15", "12:30", "12:45", "13:00"]),
        (DAY, ["12:00", "18:00", "25 Nov", "06:00", "12:00"]),
        (5 * DAY, ["25 Nov", "26 Nov"]),
    ],
)
def test_that_the_words_fit_the_span(span: int, words: list[str]) -> None:
    assert [text for _, text in ticks(NOON, NOON + span, 5)][: len(words)] == words


@given(st.integers(0, 4_000_000_000_000), st.integers(1, 400 * DAY), st.integers(1, 30))
def test_that_there_are_never_more_than_there_is_room_for_and_all_lie_within(start: int, span: int, most: int) -> None:
    found = ticks(start, start + span, most)
    assert len(found) <= most
    assert all(start <= moment <= start + span for moment, _ in found)


def test_that_no_span_has_no_ticks() -> None:
    assert ticks(NOON, NOON, 5) == []
    assert ticks(NOON, NOON + HOUR, 0) == []


def test_that_a_clock_has_its_day_where_the_axis_has_several() -> None:
    assert clock(NOON, HOUR) == "12:00:00"
    assert clock(NOON, DAY) == "24 Nov 12:00:00"
    assert MINUTE * 60 == HOUR
