"""The scales of a plot: where a moment and a rate lie on it, which rates a line is drawn for, and how they are written."""

from dataclasses import dataclass
from math import ceil, floor, isnan, log10

from PySide6.QtCore import QRectF

from meshdesk.model import wording
from meshdesk.model.asked import Of

NICE = (1.0, 2.0, 2.5, 5.0, 10.0)
LINES = 62  # px between two rates
DECADES = 6  # of a logarithmic scale at most: below that all is next to nothing


@dataclass(frozen=True, slots=True)
class Scale:
    """From time and rate to the widget's pixels and back."""

    area: QRectF
    start: int  # ms
    end: int
    high: float  # a second, at the upper edge
    low: float = 0.0  # at the lower edge; of a logarithmic scale more than 0

    @property
    def is_log(self) -> bool:
        return self.low > 0

    def x(self, moment: float) -> float:
        return self.area.left() + (moment - self.start) * self.area.width() / (self.end - self.start)

    def y(self, rate: float) -> float:
        if self.is_log:
            share = log10(max(rate, self.low) / self.low) / log10(self.high / self.low)
        else:
            share = rate / self.high
        return self.area.bottom() - share * self.area.height()

    def moment(self, x: float) -> int:
        """In ms; within what is shown."""
        share = (x - self.area.left()) / max(1.0, self.area.width())
        return round(self.start + max(0.0, min(1.0, share)) * (self.end - self.start))


def scale_of(area: QRectF, start: int, end: int, least: float, most: float, is_log: bool) -> Scale:
    """The scale for rates between `least` (greater than 0) and `most`, with round numbers at its edges."""
    if not is_log:
        lines = max(1, round(area.height() / LINES))
        step = nice(max(most, 0.1) * 1.02 / lines)
        return Scale(area, start, end, step * ceil(max(most, 0.1) * 1.02 / step))
    high = 10.0 ** ceil(log10(max(most, 1.0)) + 1e-9)
    low = 10.0 ** floor(log10(max(least, high / 10**DECADES)))
    return Scale(area, start, end, high, min(low, high / 10))


def nice(step: float) -> float:
    """The next round number.

    >>> nice(0.3), nice(23), nice(260), nice(1)
    (0.5, 25.0, 500.0, 1.0)
    """
    power = 10.0 ** floor(log10(step))
    return power * next(each for each in NICE if step <= each * power * 1.000001)


def rates_on(scale: Scale) -> list[float]:
    """The rates that a line is drawn for, the lowest first."""
    if scale.is_log:
        return [10.0**power for power in range(round(log10(scale.low)), round(log10(scale.high)) + 1)]
    step = nice(scale.high / max(1, round(scale.area.height() / LINES)))
    return [step * k for k in range(int(scale.high / step + 1e-6) + 1)]


def rate_on_axis(rate: float, of: Of) -> str:
    """A rate at its line; the unit stands once, above all of them.

    >>> rate_on_axis(0, "records"), rate_on_axis(2.5, "records"), rate_on_axis(1500, "records"), rate_on_axis(1500, "bytes")
    ('0', '2.5', '1.5 k', '1.5 kB')
    """
    if of == "bytes":
        return wording.size(round(rate))
    for least, unit in ((1e6, " M"), (1e3, " k")):
        if rate >= least:
            return f"{rate / least:g}{unit}"
    return f"{rate:g}"


def rate_words(rate: float | None, of: Of, is_least: bool = False) -> str:
    """A value: "812/s", "≥ 812/s" where it may be more, "not known".

    >>> rate_words(812, "records"), rate_words(0, "records"), rate_words(1500, "bytes", True), rate_words(None, "bytes")
    ('812/s', '0/s', '≥ 1.5 kB/s', 'not known')
    >>> rate_words(0.01, "records"), rate_words(0.3, "bytes")
    ('< 0.1/s', '< 1 B/s')
    """
    if rate is None or isnan(rate):
        return "not known"
    small = 1.0 if of == "bytes" else 0.05
    if 0 < rate < small and not is_least:
        return "< 1 B/s" if of == "bytes" else "< 0.1/s"
    said = f"{wording.size(round(rate))}/s" if of == "bytes" else wording.rate(rate).replace("–", "0/s")
    return f"≥ {said}" if is_least else said
