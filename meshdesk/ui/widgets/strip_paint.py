"""How the time strip is painted: the curve, what is hatched, what changed, the cursor and the way back to live."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from meshdesk.model import wording
from meshdesk.model.cursor import Cursor
from meshdesk.model.marks import Mark
from meshdesk.session.strips import Strip
from meshdesk.ui import theme
from meshdesk.ui.time_axis import clock, ticks
from meshdesk.ui.word_widths import width_of

LEFT, RIGHT = 62.0, 68.0  # px for the rate at the left and the way back to live at the right
TOP, FOOT = 16.0, 17.0  # for what changed, and for the clock
APART = 96  # px between two words of the clock
SIGN = 4.0  # half of the triangle of a change
GAP = 8.0  # px between the words of two changes


@dataclass(frozen=True, slots=True)
class Look:
    """All that is painted."""

    strip: Strip | None
    marks: Sequence[Mark]  # in the order of time
    cursor: Cursor
    span: tuple[int, int]
    is_live: bool
    pointed: int | None  # the moment under the mouse
    has_focus: bool

    def clock(self, moment: int) -> str:
        """A moment as the strip says it."""
        return clock(moment, self.span[1] - self.span[0])

    @property
    def is_moment(self) -> bool:
        """The cursor is at a moment, not live and no range."""
        return self.cursor.moment is not None and self.cursor.range is None

    @property
    def flag(self) -> str:
        """The clock of what is pointed at, else of the cursor; "" where it is live."""
        if self.pointed is not None:
            return self.clock(self.pointed)
        if self.cursor.range is not None:
            return " – ".join(map(self.clock, self.cursor.range))
        return "" if self.cursor.moment is None else self.clock(self.cursor.moment)

    def words(self) -> str:
        """Where the cursor is, as a sentence."""
        if self.cursor.range is not None:
            first, last = self.cursor.range
            return f"From {self.clock(first)} to {self.clock(last)}."
        if self.cursor.moment is not None:
            rate = self.strip.rate_at(self.cursor.moment) if self.strip else None
            return f"At {self.clock(self.cursor.moment)}, {_rate(rate)}."
        return "Live: the newest is shown." if self.is_live else "The end of the recording is shown."


def pill(widget: QWidget) -> QRectF:
    """Where the way back to live is."""
    return _pill(QRectF(widget.rect()))


def _pill(rect: QRectF) -> QRectF:
    return QRectF(rect.right() - RIGHT + 10, rect.top() + TOP - 4, RIGHT - 20, 20)


def ground(painter: QPainter, rect: QRectF, look: Look) -> list[QRectF]:
    """What stays while the cursor moves: the curve, what is hatched, what changed, the way back to the newest, and the clock;
    where its words stand."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    plot = _plot(rect)
    if plot.width() < 10 or plot.height() < 8:
        return []
    _paint_curve(painter, plot, look)
    _paint_hatched(painter, plot, look)
    _paint_marks(painter, plot, look)
    _paint_peak(painter, plot, look)
    _paint_pill(painter, _pill(rect), look)
    return _paint_axis(painter, plot, look)


def front(painter: QPainter, rect: QRectF, look: Look, words: Sequence[QRectF]) -> None:
    """What stands before it: the cursor, and the rate there. `words` is what `ground` gave: those of the clock that the words of
    the cursor would touch are covered."""
    colours = theme.colours()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    plot = _plot(rect)
    if plot.width() < 10 or plot.height() < 8:
        return
    told = look.flag
    flag = _flag_box(plot, look, told) if told else None
    if flag is not None:
        for box in words:
            if box.left() <= flag.right() + GAP and box.right() >= flag.left() - GAP:
                painter.fillRect(box.toAlignedRect(), colours.panel)
    _paint_cursor(painter, plot, look, flag, told)
    _paint_rate(painter, plot, look)
    if look.has_focus:
        painter.setPen(QPen(colours.accent, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(1.5, 1.5, -1.5, -1.5), 4, 4)


def _plot(rect: QRectF) -> QRectF:
    return QRectF(rect.left() + LEFT, rect.top() + TOP, rect.width() - LEFT - RIGHT, rect.height() - TOP - FOOT)


def _x(plot: QRectF, look: Look, moment: int) -> float:
    start, end = look.span
    return plot.left() + (moment - start) / max(1, end - start) * plot.width()


def _paint_axis(painter: QPainter, plot: QRectF, look: Look) -> list[QRectF]:
    colours = theme.colours()
    painter.setFont(theme.font("small"))
    metrics = QFontMetricsF(painter.font())
    painter.setPen(colours.second)
    boxes = []
    for moment, words in ticks(*look.span, max(1, int(plot.width() // APART))):
        x, wide = _x(plot, look, moment), metrics.horizontalAdvance(words)
        left = min(max(x - wide / 2, plot.left()), plot.right() - wide)
        painter.drawText(QPointF(left, plot.bottom() + 13), words)
        boxes.append(QRectF(left, plot.bottom() + 1, wide, FOOT - 2))
    painter.setPen(QPen(colours.line, 1))
    painter.drawLine(QPointF(plot.left(), plot.bottom()), QPointF(plot.right(), plot.bottom()))
    return boxes


def _paint_curve(painter: QPainter, plot: QRectF, look: Look) -> None:
    """Each stretch of which the rate is known, as an area below a line."""
    strip = look.strip
    if strip is None or not strip.rates or strip.peak <= 0:
        return
    colours = theme.colours()
    scale = (plot.height() - 2) / strip.peak
    painter.save()
    painter.setClipRect(plot.adjusted(0, -2, 0, 0))
    stretch: list[QPointF] = []
    is_by_time = False
    for number, rate in enumerate((*strip.rates, None)):
        goes_on = rate is not None and (not stretch or strip.by_time[number] == is_by_time)
        if not goes_on:
            _paint_stretch(painter, plot, stretch, colours.second if is_by_time else colours.accent)
            stretch = []
        if rate is not None:
            is_by_time = strip.by_time[number]
            x = _x(plot, look, (strip.edges[number] + strip.edges[number + 1]) // 2)
            stretch.append(QPointF(x, plot.bottom() - rate * scale))
    painter.restore()


def _paint_stretch(painter: QPainter, plot: QRectF, line: list[QPointF], tone: QColor) -> None:
    if not line:
        return
    area = [QPointF(line[0].x(), plot.bottom()), *line, QPointF(line[-1].x(), plot.bottom())]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.seen_through(tone, 0.18))
    painter.drawPolygon(QPolygonF(area))
    painter.setPen(QPen(tone, 1.2))
    painter.drawPolyline(QPolygonF(line))


def _paint_hatched(painter: QPainter, plot: QRectF, look: Look) -> None:
    """What was before the recording: nobody observed the mesh then."""
    strip = look.strip
    if strip is None or strip.began <= look.span[0]:
        return
    colours = theme.colours()
    edge = min(_x(plot, look, strip.began), plot.right())
    area = QRectF(plot.left(), plot.top(), edge - plot.left(), plot.height())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(colours.line, Qt.BrushStyle.BDiagPattern))
    painter.drawRect(area)
    painter.setPen(QPen(colours.second, 1, Qt.PenStyle.DotLine))
    painter.drawLine(QPointF(edge, plot.top()), QPointF(edge, plot.bottom()))
    painter.setFont(theme.font("small"))
    words = "asked by time" if any(strip.by_time) else "not observed"
    wide = QFontMetricsF(painter.font()).horizontalAdvance(words)
    if wide + 12 < area.width():
        box = QRectF(area.center().x() - wide / 2 - 5, area.center().y() - 9, wide + 10, 18)
        painter.fillRect(box, colours.panel)
        painter.setPen(colours.second)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)


def _paint_marks(painter: QPainter, plot: QRectF, look: Look) -> None:
    """A sign for each change, or for several that are in one place; words where there is room, the newest first."""
    colours = theme.colours()
    start, end = look.span
    left, scale = plot.left(), plot.width() / max(1, end - start)
    first, last = _first(look.marks, start), _first(look.marks, end + 1)
    troubles = [mark.seen for mark in look.marks[first:last] if mark.kind == "trouble"]
    places: list[Sequence[Mark]] = []  # a strip has 200 of them, and an hour of a large mesh 20,000 changes
    while first < last:
        place = (left + (look.marks[first].seen - start) * scale) // 6
        until = start + ((place + 1) * 6 - left) / scale
        beyond = bisect_left(look.marks, until, first + 1, last, key=lambda mark: mark.seen)
        places.append(look.marks[first:beyond])
        first = beyond
    painter.setFont(theme.font("small"))
    metrics = QFontMetricsF(painter.font())
    free = plot.right() + 4
    for marks in reversed(places):
        x = _x(plot, look, marks[-1].seen)
        is_trouble = bisect_left(troubles, marks[0].seen) < bisect_right(troubles, marks[-1].seen)
        tone = colours.bad if is_trouble else colours.attention
        painter.setPen(QPen(colours.line, 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tone)
        y = plot.top() - 5
        corners = [QPointF(x - SIGN, y + SIGN), QPointF(x + SIGN, y + SIGN), QPointF(x, y - SIGN)]
        painter.drawPolygon(QPolygonF(corners))
        is_one = len(marks) == 1 or marks[0].kind == "older"  # what is left out counts more than what stands beside it
        words = marks[0].text if is_one else f"{len(marks)} changes"
        room = free - (x + SIGN + 4)
        if room > 48:
            painter.setPen(colours.second)
            shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, min(room, 240))
            painter.drawText(QPointF(x + SIGN + 4, y + 4), shown)
        free = x - SIGN - GAP


def _first(marks: Sequence[Mark], moment: int) -> int:
    return bisect_left(marks, moment, key=lambda mark: mark.seen)


def _paint_cursor(painter: QPainter, plot: QRectF, look: Look, flag: QRectF | None, told: str) -> None:
    colours = theme.colours()
    if look.pointed is not None:
        x = _x(plot, look, look.pointed)
        painter.setPen(QPen(colours.third, 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
    if look.cursor.range is not None:
        first, last = (_x(plot, look, moment) for moment in look.cursor.range)
        back = theme.seen_through(colours.accent, 0.22)
        painter.fillRect(QRectF(QPointF(first, plot.top()), QPointF(last, plot.bottom())).intersected(plot), back)
        for x in (first, last):
            _line(painter, plot, x, colours.accent)
    elif look.cursor.moment is not None:
        _line(painter, plot, _x(plot, look, look.cursor.moment), colours.accent)
    else:
        _line(painter, plot, plot.right(), colours.good if look.is_live else colours.second)
    if flag is not None:
        painter.setFont(theme.font("small"))
        is_only_pointed = look.pointed is not None
        painter.setPen(QPen(colours.line, 1) if is_only_pointed else Qt.PenStyle.NoPen)
        painter.setBrush(colours.raised if is_only_pointed else colours.accent)
        painter.drawRoundedRect(flag, 3, 3)
        painter.setPen(colours.text if is_only_pointed else colours.canvas)
        metrics = QFontMetricsF(painter.font())
        base = flag.top() + (flag.height() - metrics.height()) / 2 + metrics.ascent()
        painter.drawText(QPointF(flag.center().x() - width_of(told, "small") / 2, base), told)


def _line(painter: QPainter, plot: QRectF, x: float, tone: QColor) -> None:
    if plot.left() - 1 <= x <= plot.right() + 1:
        painter.setPen(QPen(tone, 2))
        painter.drawLine(QPointF(x, plot.top() - 4), QPointF(x, plot.bottom()))


def _flag_box(plot: QRectF, look: Look, told: str) -> QRectF:
    """Where the words of the cursor, or of what is pointed at, stand at the foot of their line."""
    wide = width_of(told, "small") + 12
    middle = look.pointed if look.pointed is not None else look.cursor.moment or 0
    if look.pointed is None and look.cursor.range is not None:
        middle = sum(look.cursor.range) // 2
    left = min(max(_x(plot, look, middle) - wide / 2, plot.left()), plot.right() - wide)
    return QRectF(left, plot.bottom() + 1, wide, FOOT - 2)


def _paint_peak(painter: QPainter, plot: QRectF, look: Look) -> None:
    """At the left what the top of the curve means."""
    strip = look.strip
    if strip is None or not strip.rates:
        return
    if plot.height() >= 30 or not look.is_moment:  # else there is room for one of them
        painter.setFont(theme.font("small"))
        painter.setPen(theme.colours().second)
        area = QRectF(0, plot.top() - 3, LEFT - 10, plot.height() + 3)
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, wording.rate(strip.peak))


def _paint_rate(painter: QPainter, plot: QRectF, look: Look) -> None:
    """Away from live the rate of that moment, at the left."""
    strip = look.strip
    if strip is None or not strip.rates or look.cursor.moment is None or not look.is_moment:
        return
    words, font = wording.rate(strip.rate_at(look.cursor.moment)), theme.font("small")
    painter.setFont(font)
    painter.setPen(theme.colours().accent_text)
    # Words at a point take a third of what words in a box do.
    painter.drawText(
        QPointF(LEFT - 10 - width_of(words, "small"), plot.bottom() - QFontMetricsF(font).descent()), words
    )


def _paint_pill(painter: QPainter, box: QRectF, look: Look) -> None:
    """The newest: filled where it is shown, an outline to press where it is not."""
    colours = theme.colours()
    words = "LIVE" if look.is_live else "END"
    is_there = look.cursor.is_live
    tone = colours.good if look.is_live else colours.second
    painter.setPen(QPen(tone, 1.4))
    painter.setBrush(tone if is_there else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
    painter.setFont(theme.font("badge"))
    text = colours.good_text if look.is_live else colours.second
    painter.setPen(colours.canvas if is_there else text)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)


def _rate(rate: float | None) -> str:
    return "rate unknown" if rate is None else f"{wording.rate(rate)} in all" if rate >= 0.05 else "no traffic"
