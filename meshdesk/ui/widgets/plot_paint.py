"""How a plot is painted: its grid, all its curves in one pass, as lines or one upon the other, and what a pointer shows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shiboken6
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QImage, QPainter, QPen, QPolygonF

from meshdesk.model.asked import MINUTE, Of
from meshdesk.model.curves import Curve, Curves, Flags
from meshdesk.session.zone import shown_in
from meshdesk.ui import theme
from meshdesk.ui.time_axis import clock, ticks
from meshdesk.ui.widgets.controls import baseline, draw_box, draw_dot
from meshdesk.ui.widgets.plot_scale import (
    Scale,
    rate_on_axis,
    rate_words,
    rates_on,
    scale_of,
)
from meshdesk.ui.word_widths import width_of

LEFT, RIGHT, TOP, BOTTOM = 58, 16, 26, 26  # px around the curves
BETWEEN = 88  # px between two moments, so that their words do not touch
FADED = 0.22  # of the others while one curve is selected
BAND = 0.55  # of the areas that stand upon each other, so that the grid can be seen through
ROW = 21  # px of a line in the box of values
BOX_PAD = 12
MOST_AREAS = 255  # that are told apart; nobody is shown so many
BOX_NAME = 190  # px of a name in that box at most
ALONE = 2.0  # px that a curve is wide at least where one column is known alone


@dataclass(frozen=True, slots=True)
class Look:
    """What the painting depends on besides the curves."""

    size: QRectF
    start: int  # ms that are shown
    end: int
    is_log: bool = False
    is_stacked: bool = False
    choice: str = ""  # the key of the curve that is selected
    column: int | None = None  # that the crosshair is on
    range: tuple[int, int] | None = None  # ms
    moment: int | None = None  # ms; where the time cursor is
    has_focus: bool = False
    hues: Mapping[str, QColor] = field(default_factory=dict)  # by the keys of the curves


def scale_for(drawn: Curves, look: Look) -> Scale:
    """Where everything lies."""
    area = look.size.adjusted(LEFT, TOP, -RIGHT, -BOTTOM)
    rates = [curve.rates[~np.isnan(curve.rates)] for curve in drawn.curves]
    known = np.concatenate(rates) if rates else np.zeros(0)
    most = float(known.max(initial=0.0))
    if look.is_stacked:
        most = float(np.nan_to_num(stacked(drawn.curves))[-1:].max(initial=0.0))
    most = max(most, 10.0 if drawn.asked.of == "bytes" else 0.1)
    least = float(known[known > 0].min(initial=max(most, 1.0)))
    return scale_of(area, look.start, look.end, least, most, look.is_log and not look.is_stacked)


def stacked(curves: Sequence[Curve]) -> npt.NDArray[np.float64]:
    """(curves, columns): up to where each reaches on those below it; NaN where nothing is known of any."""
    rates = np.array([curve.rates for curve in curves])
    sums = np.cumsum(np.nan_to_num(rates), axis=0)
    sums[:, np.isnan(rates).all(axis=0)] = np.nan
    return sums


def paint(painter: QPainter, drawn: Curves, look: Look, scale: Scale) -> None:
    """All that stays while only the pointer moves."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    rates = np.array([curve.rates for curve in drawn.curves]).reshape(len(drawn.curves), len(drawn.edges) - 1)
    known = ~np.isnan(rates)
    _paint_grid(painter, drawn, look, scale)
    _paint_unknown(painter, drawn, scale, known.any(axis=0))
    painter.setClipRect(scale.area.adjusted(0, -2, 0, 1))
    if look.is_stacked:
        _paint_stack(painter, drawn, look, scale)
    else:
        last = [curve for curve in drawn.curves if curve.key == look.choice]
        lines = Lines(columns_of(drawn.edges, scale))
        keys = [curve.key for curve in drawn.curves]
        placed = list(zip(keys, heights_of(rates, scale), known.all(axis=1).tolist(), strict=True))[::-1]
        for key, ys, is_whole in sorted(placed, key=lambda one: one[0] == look.choice):
            is_chosen, hue = key == look.choice, look.hues[key]
            painter.setPen(
                QPen(theme.on_canvas(hue, FADED) if last and not is_chosen else hue, 1.6 if last and is_chosen else 1)
            )
            for line in lines.of(ys, is_whole):
                painter.drawPolyline(line)
    painter.setClipping(False)


class Columns(NamedTuple):
    """Where columns lie across, in px."""

    edges: npt.NDArray[np.float64]
    middles: npt.NDArray[np.float64]


def columns_of(edges: npt.NDArray[np.int64], scale: Scale) -> Columns:
    """Of columns that begin and end at these moments (ms)."""
    width = scale.area.width() / (scale.end - scale.start)
    xs = scale.area.left() + (edges - scale.start).astype(np.float64) * width
    return Columns(xs, (xs[:-1] + xs[1:]) / 2)


class Lines:
    """Lines of curves over the same columns. Curves that are known in the same ones share a polygon, of which only the heights are
    new for each."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._made: dict[tuple[int, int], tuple[QPolygonF, npt.NDArray[np.float64]]] = {}

    def of(self, ys: npt.NDArray[np.float64], is_whole: bool = False) -> Iterator[QPolygonF]:
        """Of a curve of these heights (px; NaN is not known, of which one that `is_whole` has none) a line for each part that is
        known without a gap, from its first edge to its last. Each is good until the next one is asked for."""
        for first, last in [(0, len(ys) - 1)] if is_whole else _runs(ys):
            polygon, heights = self._made.get((first, last)) or self._make(first, last)
            heights[1:-1] = ys[first : last + 1]
            heights[0], heights[-1] = ys[first], ys[last]
            yield polygon

    def _make(self, first: int, last: int) -> tuple[QPolygonF, npt.NDArray[np.float64]]:
        xs, count = self._columns.edges, last - first + 3
        polygon = QPolygonF()
        polygon.resize(count)
        # A view of Qt's own memory: points one by one would take ten times as long.
        pointer: Any = shiboken6.VoidPtr
        points = np.frombuffer(pointer(polygon.data(), count * 16, True), np.float64).reshape(-1, 2)
        points[1:-1, 0] = self._columns.middles[first : last + 1]
        points[0, 0], points[-1, 0] = xs[first], max(xs[last + 1], xs[first] + ALONE)
        made = self._made[first, last] = polygon, points[:, 1]
        return made


def _runs(ys: npt.NDArray[np.float64]) -> list[tuple[int, int]]:
    """The first and the last column of each part that is known without a gap."""
    known = (~np.isnan(ys)).nonzero()[0]
    if not len(known):
        return []
    first, last = int(known[0]), int(known[-1])
    if last - first == len(known) - 1:
        return [(first, last)]
    ends = (known[1:] - known[:-1] > 1).nonzero()[0]
    starts = [first, *known[ends + 1].tolist()]
    return list(zip(starts, [*known[ends].tolist(), last], strict=True))


def heights_of(rates: npt.NDArray[np.float64], scale: Scale) -> npt.NDArray[np.float64]:
    """Where rates, of one curve or of many, lie from above, in px."""
    if scale.is_log:
        shares = np.log10(np.maximum(rates, scale.low) / scale.low) / np.log10(scale.high / scale.low)
    else:
        shares = rates / scale.high
    heights: npt.NDArray[np.float64] = scale.area.bottom() - shares * scale.area.height()
    return heights


def _paint_grid(painter: QPainter, drawn: Curves, look: Look, scale: Scale) -> None:
    c, area = theme.colours(), scale.area
    for begin, end in runs(drawn.by_time):
        left, right = scale.x(int(drawn.edges[begin])), scale.x(int(drawn.edges[end]))
        box = QRectF(left, area.top(), right - left, area.height()) & area
        painter.fillRect(box, QBrush(c.faint, Qt.BrushStyle.BDiagPattern))
    painter.setFont(theme.font("small"))
    metrics = QFontMetricsF(painter.font())
    of: Of = drawn.asked.of
    rates = rates_on(scale)
    for rate in rates:
        y = round(scale.y(rate)) + 0.5
        # A smooth line takes ten times as long as the same row of pixels as a rectangle.
        painter.fillRect(QRectF(area.left(), y - 0.5, area.width(), 1), c.line if rate == rates[0] else c.faint)
        words = rate_on_axis(rate, of)
        painter.setPen(c.second)
        painter.drawText(QPointF(area.left() - 8 - width_of(words, "small"), y + metrics.capHeight() / 2), words)
    painter.setPen(c.third)
    unit = "bytes/s" if of == "bytes" else "records/s"
    painter.drawText(QPointF(14, area.top() - 11), unit)
    painter.setPen(c.second)
    for moment, words in ticks(scale.start, scale.end, max(1, int(area.width() / BETWEEN))):
        wide = width_of(words, "small")
        x = max(area.left() - 8, min(scale.x(moment) - wide / 2, look.size.right() - wide - 4))
        painter.drawText(QPointF(x, area.bottom() + 18), words)


def _paint_unknown(painter: QPainter, drawn: Curves, scale: Scale, there: Flags) -> None:
    """Says of wide gaps that they are some, and of what was asked by time that it was; `there` are the columns of which something
    is known."""
    c = theme.colours()
    metrics = QFontMetricsF(painter.font())
    painter.setPen(c.second)
    for columns, words, is_middle in ((~there, "not known", True), (drawn.by_time, "asked by time", False)):
        for begin, end in runs(columns):
            left = max(scale.area.left(), scale.x(int(drawn.edges[begin])))
            right = min(scale.area.right(), scale.x(int(drawn.edges[end])))
            wide = metrics.horizontalAdvance(words)
            if right - left > wide + 24:
                x = (left + right - wide) / 2 if is_middle else left + 8
                y = scale.area.center().y() if is_middle else scale.area.top() + 6 + metrics.capHeight()
                box = QRectF(x - 6, y - metrics.ascent() - 1, wide + 12, metrics.height() + 2)
                painter.fillRect(box, c.canvas)  # no line goes through words
                painter.drawText(QPointF(x, y), words)


def runs(flags: Flags) -> list[tuple[int, int]]:
    """Where they are set: [from, to) of each run."""
    changes = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(begin), int(end)) for begin, end in changes.reshape(-1, 2)]


def _paint_stack(painter: QPainter, drawn: Curves, look: Look, scale: Scale) -> None:
    """Areas as a picture of which each pixel names a curve: many polygons would take ten times as long."""
    if not drawn.curves:
        return
    sums = stacked(list(reversed(drawn.curves)))[::-1]  # the greatest lies on top, where its edge is the sum
    area, ratio = scale.area, painter.device().devicePixelRatioF()
    wide, high = max(1, int(area.width() * ratio)), max(1, int(area.height() * ratio))
    pixels = _named(drawn.edges, sums[:MOST_AREAS], scale, wide, high)
    image = QImage(pixels.data, wide, high, pixels.shape[1], QImage.Format.Format_Indexed8)
    tones = [theme.seen_through(theme.colours().canvas, 0.0)]
    for curve in drawn.curves[:MOST_AREAS]:
        is_other = bool(look.choice) and curve.key != look.choice
        tones.append(theme.seen_through(look.hues[curve.key], FADED if is_other else BAND))
    image.setColorTable([tone.rgba() for tone in tones])
    painter.drawImage(area, image)
    lines = Lines(columns_of(drawn.edges, scale))
    for curve, top in zip(drawn.curves, heights_of(sums, scale), strict=True):
        is_other = bool(look.choice) and curve.key != look.choice
        hue = look.hues[curve.key]
        painter.setPen(QPen(theme.seen_through(hue, FADED) if is_other else hue, 1))
        for line in lines.of(top):
            painter.drawPolyline(line)


def _named(
    edges: npt.NDArray[np.int64], sums: npt.NDArray[np.float64], scale: Scale, wide: int, high: int
) -> npt.NDArray[np.uint8]:
    """(pixels down, pixels across): the number, from 1, of the curve whose area it is in; 0 is none. The first one is on top:
    so in each pixel it is how many of them reach at least as high."""
    moments = scale.start + (np.arange(wide) + 0.5) * (scale.end - scale.start) / wide
    tops = np.full((len(sums), wide), -1.0)
    for begin, end in runs(~np.isnan(sums[0])):
        here = (moments >= edges[begin]) & (moments < edges[end])
        middles = (edges[begin:end] + edges[begin + 1 : end + 1]) / 2
        for number, top in enumerate(sums):
            tops[number, here] = np.interp(moments[here], middles, top[begin:end]) * (high / scale.high)
    across = -(-wide // 4) * 4  # each line begins at four bytes
    first = np.clip(np.ceil(high - tops - 0.5), 0, high).astype(np.int64)  # the uppermost pixel of each
    spots = first * across + np.arange(wide)
    begun = np.bincount(spots.ravel(), minlength=(high + 1) * across)[: high * across].reshape(high, across)
    return np.cumsum(begun.astype(np.uint8), axis=0, dtype=np.uint8)


# What moves with the pointer


def paint_pointer(painter: QPainter, drawn: Curves, look: Look, scale: Scale) -> None:
    """The range, the time cursor, the crosshair and its box, above all else."""
    c, area = theme.colours(), scale.area
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if look.range is not None:
        left, right = (max(area.left(), min(area.right(), scale.x(moment))) for moment in look.range)
        painter.fillRect(QRectF(left, area.top(), right - left, area.height()), theme.seen_through(c.accent, 0.16))
        painter.setPen(QPen(c.accent, 1))
        for x in (left, right):
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
    if look.moment is not None and look.start <= look.moment <= look.end:
        x = round(scale.x(look.moment)) + 0.5
        painter.setPen(QPen(c.accent, 1))
        painter.drawLine(QPointF(x, area.top() - 6), QPointF(x, area.bottom()))
    if look.column is not None and 0 <= look.column < len(drawn.edges) - 1:
        _paint_crosshair(painter, drawn, look, scale, look.column)
    if look.has_focus:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(c.accent)
        painter.drawRect(look.size.adjusted(0.5, 0.5, -0.5, -0.5))


def _paint_crosshair(painter: QPainter, drawn: Curves, look: Look, scale: Scale, column: int) -> None:
    c, area = theme.colours(), scale.area
    x = scale.x((int(drawn.edges[column]) + int(drawn.edges[column + 1])) / 2)
    if not area.left() <= x <= area.right():
        return
    pen = QPen(c.third, 1)
    pen.setDashPattern([3.0, 3.0])
    painter.setPen(pen)
    painter.drawLine(QPointF(round(x) + 0.5, area.top() - 4), QPointF(round(x) + 0.5, area.bottom()))
    tops = stacked(list(reversed(drawn.curves)))[::-1] if look.is_stacked else None
    for number, curve in enumerate(drawn.curves):
        rate = float(curve.rates[column])
        if not isnan(rate):
            at = float(tops[number, column]) if tops is not None else rate
            draw_dot(painter, QPointF(x, scale.y(at)), look.hues[curve.key], radius=3)
    _paint_box(painter, drawn, look, x, column)


def values(drawn: Curves, column: int) -> list[tuple[str, str, str]]:
    """(key, name, value in words) of each curve at a column, and of all together."""
    found = [
        (curve.key, curve.title, rate_words(float(curve.rates[column]), drawn.asked.of, bool(curve.is_least[column])))
        for curve in drawn.curves
    ]
    if len(drawn.curves) > 1:
        total = drawn.total
        said = rate_words(float(total.rates[column]), drawn.asked.of, bool(total.is_least[column]))
        found.append((total.key, total.title, said))
    return found


def when(drawn: Curves, column: int) -> str:
    """Of which moment a column is; with the zone where it is not that of every clock."""
    zone = " UTC" if shown_in() == "utc" else ""
    return clock(int(drawn.edges[column]), drawn.asked.end - drawn.asked.start) + zone


def _paint_box(painter: QPainter, drawn: Curves, look: Look, x: float, column: int) -> None:
    c = theme.colours()
    rows = _that_fit(values(drawn, column), look)
    small = QFontMetricsF(theme.font("small"))
    text = QFontMetricsF(theme.font("text"))
    names = [text.elidedText(name, Qt.TextElideMode.ElideMiddle, BOX_NAME) for _, name, _ in rows]
    wide_names = max(map(text.horizontalAdvance, names), default=0.0)
    wide_values = max((text.horizontalAdvance(value) for _, _, value in rows), default=0.0)
    note = "asked by time, in offsets" if bool(drawn.by_time[column]) else ""
    head = f"{when(drawn, column)} · over {_width(drawn, column)}"
    width = max(18 + wide_names + 20 + wide_values, small.horizontalAdvance(head), small.horizontalAdvance(note))
    width += 2 * BOX_PAD
    height = 2 * BOX_PAD + 18 + ROW * len(rows) + (20 if note else 0) - 4
    left = x + 12 if x + 12 + width < look.size.right() - 4 else x - 12 - width
    top = max(4.0, min(TOP + 14.0, look.size.bottom() - height - 4))
    box = QRectF(round(max(4.0, left)) + 0.5, round(top) + 0.5, width, height)
    draw_box(painter, box, c.raised, c.line, theme.CARD_RADIUS)
    painter.setFont(theme.font("small"))
    painter.setPen(c.second)
    y = box.top() + BOX_PAD
    painter.drawText(QPointF(box.left() + BOX_PAD, y + small.capHeight() + 1), head)
    y += 18
    painter.setFont(theme.font("text"))
    base = baseline(painter.fontMetrics(), ROW)
    for (key, _, value), name in zip(rows, names, strict=True):
        if key in look.hues:
            draw_dot(painter, QPointF(box.left() + BOX_PAD + 4, y + ROW / 2), look.hues[key], radius=3.5)
        is_chosen = key == look.choice
        painter.setFont(theme.font("strong" if is_chosen else "text"))
        painter.setPen(c.second if value == "not known" else c.text)
        painter.drawText(QPointF(box.left() + BOX_PAD + 18, y + base), name)
        painter.drawText(
            QPointF(box.right() - BOX_PAD - painter.fontMetrics().horizontalAdvance(value), y + base), value
        )
        y += ROW
    if note:
        painter.setFont(theme.font("small"))
        painter.setPen(c.second)
        painter.drawText(QPointF(box.left() + BOX_PAD, y + 4 + small.ascent()), note)


def _that_fit(rows: list[tuple[str, str, str]], look: Look) -> list[tuple[str, str, str]]:
    """As many as there is room for: the greatest, and the last, which is all together. The table has the others."""
    room = max(2, int((look.size.height() - 2 * BOX_PAD - 46) / ROW))
    if len(rows) <= room:
        return rows
    left = len(rows) - room + 1
    return [*rows[: room - 2], ("", f"{left:,} more", ""), rows[-1]] if room > 2 else rows[:room]


def _width(drawn: Curves, column: int) -> str:
    """How long a column is."""
    seconds = (int(drawn.edges[column + 1]) - int(drawn.edges[column])) / 1000
    return f"{seconds:.0f} s" if seconds < MINUTE / 1000 else f"{seconds / 60:.0f} min"
