"""Moments as the window shows them: local time with its zone."""

from datetime import datetime
from typing import NamedTuple

NO_TIME = "–"


class Moment(NamedTuple):
    """A timestamp in words: ("24 Nov 2026", "14:02:09.806", "CET"). Without one the clock is a dash, the rest empty."""

    day: str
    clock: str
    zone: str


def moment(ms: int | None) -> Moment:
    """`ms` since the epoch in local time; a number that no calendar holds stays a number."""
    if ms is None:
        return Moment("", NO_TIME, "")
    try:
        local = datetime.fromtimestamp(ms // 1000).astimezone()
    except (ValueError, OverflowError, OSError):
        return Moment("", f"{ms} ms", "")
    clock = f"{local.hour:02d}:{local.minute:02d}:{local.second:02d}.{ms % 1000:03d}"
    return Moment(f"{local.day} {local:%b} {local.year}", clock, local.tzname() or "")
