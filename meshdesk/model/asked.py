"""Which curves of throughput are asked for: of what, by what, and over which time. Pure; needs no numpy, as the window asks
before that is imported."""

from dataclasses import dataclass
from typing import Literal

from meshdesk.model.graph import Level

By = Literal["topic", "product", "domain", "total"]
Of = Literal["records", "bytes"]
BYS: tuple[By, ...] = ("topic", "product", "domain", "total")
LEVELS: dict[By, Level] = {"topic": "topics", "product": "products", "domain": "domains", "total": "domains"}

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000  # ms
SPANS = (MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, DAY, 7 * DAY)
STEPS = tuple(
    SECOND * s for s in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800)
)  # each divides the hour, so that columns stay where they are
COLUMNS = 360  # of a picture at most: where a curve has a point every other pixel, nobody sees it for its noise


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be drawn."""

    by: By
    of: Of
    start: int  # ms
    end: int
    is_still: bool = False  # it does not follow what is recorded
    before: tuple[str, ...] = ()  # keys of the curves on the screen: they stay as long as they are among the greatest
    most: int | None = None  # curves that stand alone; None: as many as anybody can tell apart


def step_for(span: int) -> int:
    """The width of a column, in ms, for a span in ms.

    >>> step_for(MINUTE), step_for(HOUR), step_for(7 * DAY)
    (1000, 10000, 1800000)
    """
    return next((step for step in STEPS if span <= step * COLUMNS), STEPS[-1])


def zoomed(start: int, end: int, factor: float, at: int) -> tuple[int, int]:
    """A span (ms) that is `factor` times as long, in which the moment `at` stays where it is; a minute to seven days.

    >>> zoomed(0, 10 * MINUTE, 0.5, 10 * MINUTE), zoomed(0, MINUTE, 0.5, 0)
    ((300000, 600000), (0, 60000))
    """
    span = max(SPANS[0], min(SPANS[-1], round((end - start) * factor)))
    first = round(at - (at - start) * span / (end - start))
    return first, first + span


def next_span(span: int, way: int) -> int:
    """The next of SPANS that is longer (`way` 1) or shorter (-1); the last one stays.

    >>> next_span(HOUR, 1) // HOUR, next_span(2 * HOUR, -1) // HOUR, next_span(MINUTE, -1) // MINUTE
    (6, 1, 1)
    """
    if way > 0:
        return next((other for other in SPANS if other > span), SPANS[-1])
    return next((other for other in reversed(SPANS) if other < span), SPANS[0])


def span_of(recorded: int) -> int:
    """The span in which all of a recording of so many ms is seen, as far as one goes.

    >>> span_of(45 * SECOND) // SECOND, span_of(65 * SECOND) // SECOND, span_of(90 * DAY) // DAY
    (60, 65, 7)
    """
    return max(SPANS[0], min(SPANS[-1], recorded))
