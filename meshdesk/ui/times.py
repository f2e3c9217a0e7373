"""Moments as the window shows them: local time or UTC, as was chosen, with the zone."""

import time
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from meshdesk.session.zone import in_zone, shown_in

if TYPE_CHECKING:  # nothing has gone wrong before the first paint
    from meshdesk.model.trouble import Trouble

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
    second = _second(ms // 1_000, (shown_in(), *time.tzname))
    if second is None:
        return Moment("", f"{ms} ms", "")
    return Moment(second.day, f"{second.clock}.{ms % 1_000:03d}", second.zone)


@lru_cache(maxsize=4_096)  # the records of a screen are of a few seconds; some 0.5 MB
def _second(seconds: int, _zone: tuple[str, ...]) -> Moment | None:
    """The words of a whole second since the epoch. `_zone` is what they depend on besides: the zone that is shown, and the
    system's. None: no calendar holds it."""
    try:
        local = in_zone(seconds * 1_000)
    except (ValueError, OverflowError, OSError):
        return None
    clock = f"{local.hour:02d}:{local.minute:02d}:{local.second:02d}"
    return Moment(f"{local.day} {local:%b} {local.year}", clock, local.tzname() or "")


def minute(ms: int) -> str:
    """A moment to the minute, as it stands in a sentence: "26 Nov 14:02"; with the zone where it is not that of every clock."""
    try:
        local = in_zone(ms)
    except (ValueError, OverflowError, OSError):
        return f"{ms} ms"
    return f"{local.day} {local:%b %H:%M}" + (" UTC" if shown_in() == "utc" else "")


def how_often(trouble: "Trouble") -> str:
    """How often it happened and since when; "" where it was once. What lasts happened once, and was tried so often since then."""
    if trouble.count == 1:
        return ""
    times = f"{'tried ' if trouble.passes else ''}{trouble.count:,} times"
    first, last = trouble.first or trouble.seen, trouble.seen
    if not first:
        return times
    return f"{times} since {moment(first).clock[:8] if moment(first).day == moment(last).day else minute(first)}"


def before_the_recording(began: int | None) -> str:
    """Why nothing is shown of a moment before the recording began (ms)."""
    since = "" if began is None else f" before {moment(began).clock[:8]}"
    return f"This mesh was not watched{since}; records that are older have their own timestamps in the list."
