"""Moments as text: the doctests of the module, and the same as Python's own where Python has them."""

import doctest
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode import moments
from meshdesk.decode.moments import day_of, timestamp


def test_that_the_examples_hold() -> None:
    assert doctest.testmod(moments).failed == 0


@given(st.integers(-62_135_596_800_000_000, 253_402_300_799_999_999))
def test_that_a_moment_is_pythons_own(micros: int) -> None:
    said = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
    assert timestamp(micros, 6) == said.strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


def test_that_what_no_calendar_has_is_none() -> None:
    assert timestamp(2**63, 0) is None
    assert day_of(-(10**9)) is None
