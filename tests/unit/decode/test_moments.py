"""Moments, days and numbers as text: exact, and nothing where no calendar has them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.moments import clock, moment, scaled, seconds_as_moment


@given(st.integers(-62_135_596_800_000_000, 253_402_300_799_999_999))
def test_that_a_moment_is_that_of_the_calendar(micros: int) -> None:
    known = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
    assert moment(micros, 6) == known.isoformat(timespec="microseconds").replace("+00:00", "Z")


@given(st.integers(-(10**15), 10**15))
def test_that_a_time_of_day_counts_on_beyond_the_day(millis: int) -> None:
    seconds, rest = divmod(millis, 1_000)
    hours, seconds = divmod(seconds, 3_600)
    assert clock(millis, 3) == f"{hours:02d}:{seconds // 60:02d}:{seconds % 60:02d}.{rest:03d}"


@given(st.integers(), st.integers(-50, 50))
def test_that_a_scaled_number_is_exact(unscaled: int, scale: int) -> None:
    assert Decimal(scaled(unscaled, scale)) == Decimal(unscaled).scaleb(-scale) or len(str(unscaled)) > 20


def test_that_seconds_beyond_every_calendar_are_no_moment() -> None:
    for text in ("1e30", "Infinity", "-1e15", "1e-12", "words"):
        assert seconds_as_moment(text) is None
