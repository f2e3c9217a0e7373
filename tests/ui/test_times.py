"""Moments in local time with their zone; what no calendar holds stays a number."""

import time
from collections.abc import Iterator

import pytest

from meshdesk.model.trouble import Trouble
from meshdesk.ui import times


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("berlin")
def test_that_a_moment_is_told_in_local_time_with_its_zone() -> None:
    assert times.moment(1795488211940) == ("24 Nov 2026", "03:43:31.940", "CET")
    assert times.moment(1783000000007).zone == "CEST"


@pytest.mark.parametrize("ms", [10**17, -(10**17)])
def test_that_a_moment_outside_the_calendar_is_a_number(ms: int) -> None:
    assert times.moment(ms) == ("", f"{ms} ms", "")


def test_that_no_timestamp_is_a_dash() -> None:
    assert times.moment(None) == ("", "–", "")


@pytest.mark.usefixtures("berlin")
def test_that_in_a_sentence_a_moment_is_told_to_the_minute() -> None:
    assert times.minute(1795488211940) == "24 Nov 03:43"
    assert times.minute(10**17) == f"{10**17} ms"


@pytest.mark.usefixtures("berlin")
def test_that_trouble_is_told_with_since_when_and_of_what_lasts_how_often_it_was_tried() -> None:
    seen = 1795488211940
    hour, day = seen - 3_600_000, seen - 86_400_000
    assert times.how_often(Trouble("It failed.", seen=seen)) == ""
    assert times.how_often(Trouble("It failed.", seen=seen, first=hour, count=3)) == "3 times since 02:43:31"
    assert times.how_often(Trouble("It failed.", seen=seen, first=day, count=3)) == "3 times since 23 Nov 03:43"
    lasting = Trouble("Nothing answers.", seen=seen, first=hour, count=1_260, passes=True)
    assert times.how_often(lasting) == "tried 1,260 times since 02:43:31"
    assert times.how_often(Trouble("It failed.", count=7)) == "7 times"
