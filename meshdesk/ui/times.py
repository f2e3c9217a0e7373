"""Moments as the window shows them: local time or UTC, as was chosen, with the zone."""

from typing import NamedTuple

from meshdesk.session.zone import in_zone, shown_in

NO_TIME = "–"


class Moment(NamedTuple):
    """A timestamp in words: ("24 Nov 2026", "14:02:09.806", "CET"). Without one the clock is a dash, the rest empty."""

    day: str
    clock: str
    zone: str


def moment(ms: int | None) -> Moment:
    """`ms` since the epoch in the zone that was chosen; a number that no calendar holds stays a number."""
    if ms is None:
        return Moment("", NO_TIME, "")
    try:
        local = in_zone(ms)
    except (ValueError, OverflowError, OSError):
        return Moment("", f"{ms} ms", "")
    clock = f"{local.hour:02d}:{local.minute:02d}:{local.second:02d}.{ms % 1000:03d}"
    return Moment(f"{local.day} {local:%b} {local.year}", clock, local.tzname() or "")


def minute(ms: int) -> str:
    """A moment to the minute, as it stands in a sentence: "26 Nov 14:02"; with the zone where it is not that of every clock."""
    try:
        local = in_zone(ms)
    except (ValueError, OverflowError, OSError):
        return f"{ms} ms"
    return f"{local.day} {local:%b %H:%M}" + (" UTC" if shown_in() == "utc" else "")


def before_the_recording(began: int | None) -> str:
    """Why nothing is shown of a moment before the recording began (ms)."""
    since = "" if began is None else f" before {moment(began).clock[:8]}"
    return f"This mesh was not watched{since}; records that are older have their own timestamps in the list."
