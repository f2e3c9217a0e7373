"""The zone: local time or UTC, for every moment that is shown."""

import time
from collections.abc import Iterator

import pytest

from meshdesk.session.readings import Reading, recorded
from meshdesk.session.zone import in_zone, show_in, shown_in

NOON = 1_795_521_600_000  # 24 Nov 2026 12:00 UTC


@pytest.fixture(autouse=True)
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    show_in("local")
    monkeypatch.undo()
    time.tzset()


def test_that_a_moment_is_shown_in_the_zone_that_was_chosen() -> None:
    assert (shown_in(), f"{in_zone(NOON):%H:%M %Z}") == ("local", "13:00 CET")
    show_in("utc")
    assert (shown_in(), f"{in_zone(NOON):%H:%M %Z}") == ("utc", "12:00 UTC")


def test_that_the_phrase_of_a_recording_follows_and_names_utc() -> None:
    reading = Reading(began=NOON, ended=NOON + 480_000)
    assert recorded(reading) == "recorded 24 Nov 13:00 – 13:08"
    show_in("utc")
    assert recorded(reading) == "recorded 24 Nov 12:00 – 12:08 UTC"
