"""When a capture was made, as a phrase."""

from datetime import UTC, datetime

from meshdesk.session.readings import Reading, recorded

DAY = 86_400_000
NOON = 1_795_521_600_000  # 24 Nov 2026 12:00 UTC


def utc(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def phrase(began: int | None, ended: int | None) -> str:
    return recorded(Reading(began=began, ended=ended), utc)


def test_that_a_capture_of_one_day_says_from_when_to_when() -> None:
    assert phrase(NOON, NOON + 5_400_000) == "recorded 24 Nov 12:00 – 13:30"


def test_that_a_capture_of_less_than_a_minute_says_one_time() -> None:
    assert phrase(NOON, NOON + 30_000) == "recorded 24 Nov 12:00"


def test_that_a_capture_over_midnight_says_both_days() -> None:
    assert phrase(NOON, NOON + DAY) == "recorded 24 Nov 12:00 – 25 Nov 12:00"


def test_that_a_capture_over_years_does_not_look_like_one_of_a_day() -> None:
    assert phrase(NOON, NOON + 365 * DAY) == "recorded 24 Nov 2026 12:00 – 24 Nov 2027 12:00"


def test_that_a_capture_without_anything_says_so() -> None:
    assert phrase(None, None) == "recorded, empty"
