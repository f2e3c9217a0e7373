"""The marks of a time axis: round moments in the zone that was chosen, as close as there is room for their words."""

from functools import lru_cache

from meshdesk.session.zone import in_zone, shown_in

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
STEPS = (
    *(SECOND * n for n in (1, 2, 5, 10, 15, 30)),
    *(MINUTE * n for n in (1, 2, 5, 10, 15, 30)),
    *(HOUR * n for n in (1, 2, 3, 6, 12)),
    *(DAY * n for n in (1, 2, 7, 14, 28)),
)


def ticks(start: int, end: int, most: int) -> list[tuple[int, str]]:
    """At most `most` moments from `start` to `end` (ms since the epoch), each with its words: a clock, or a day."""
    return _ticks(start, end, most, shown_in())


@lru_cache(maxsize=16)  # an axis is painted at each frame of a drag, and is the same then
def _ticks(start: int, end: int, most: int, _zone: str) -> list[tuple[int, str]]:
    if end <= start or most < 1:
        return []
    step = next((step for step in STEPS if (end - start) / step <= most), None)
    if step is None:
        return []
    offset = in_zone(start).utcoffset()
    shift = int(offset.total_seconds()) * 1_000 if offset is not None else 0
    first = -(-(start + shift) // step) * step - shift
    return [(ms, _words(ms, step)) for ms in range(first, end + 1, step)][:most]


def _words(ms: int, step: int) -> str:
    local = in_zone(ms)
    if step >= DAY or (step >= HOUR and local.hour == 0 and local.minute == 0):
        return f"{local.day} {local:%b}"
    return f"{local:%H:%M:%S}" if step < MINUTE else f"{local:%H:%M}"


def clock(ms: int, span: int) -> str:
    """A moment on an axis of `span` ms: to the second, or with its day where the axis has several."""
    local = in_zone(ms)
    return f"{local.day} {local:%b %H:%M:%S}" if span >= DAY else f"{local:%H:%M:%S}"
