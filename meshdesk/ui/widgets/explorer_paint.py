"""How a line of the explorer is drawn: its place, its sign, its name and its numbers."""

from collections.abc import Sequence
from math import isnan, nan

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen

from meshdesk.model.group import Group
from meshdesk.model.placing import Domain
from meshdesk.ui import icons, theme
from meshdesk.ui.domain_hues import DomainHues
from meshdesk.ui.widgets.controls import baseline, draw_dot, tone_of
from meshdesk.ui.widgets.explorer_lines import Entry, lateness
from meshdesk.ui.word_widths import fitted, width_of

MARGIN = 12
STEP = 14  # indent of one level
TREND = (44, 12)  # px: width and height of a domain's line
NUMBERS = 56  # width of the column of rates
RATE_LEAST = 44  # the room of a rate, so that names do not move while it changes: 999/s, 12.5 k/s
SQUARE = 9  # the sign of a domain
GROUP_TONES = {  # of a group's state, or of how late it is, and whether its dot is hollow
    "stable": ("good", False),
    "empty": ("third", True),
    "dead": ("bad", False),
    "": ("third", True),
    "behind": ("attention", False),
    "far behind": ("bad", False),
}


def paint_entry(
    painter: QPainter,
    entry: Entry,
    y: int,
    width: int,
    is_open: bool,
    words: tuple[str, ...],
    hues: DomainHues,
) -> None:
    """Draws one line; `is_open` says that its records are on the screen, `words` are marked where they are found."""
    c = theme.colours()
    middle = y + theme.TREE_ROW / 2
    x = _paint_sign(painter, entry, middle, hues)
    is_strong = entry.kind in ("capture", "domain", "unplaced")
    font: theme.FontName = "strong" if is_strong else "text"
    base = y + baseline(QFontMetrics(theme.font(font)), theme.TREE_ROW)
    advance = round(width_of(entry.text, font))
    right = _paint_numbers(painter, entry, base, width, x + advance + 8)
    trend_at = width - MARGIN - NUMBERS - TREND[0]
    if entry.trend and trend_at > x + advance + 8:
        hue = hues.of(entry.about.name) if isinstance(entry.about, Domain) else c.third
        _paint_trend(painter, QRectF(trend_at, middle - TREND[1] / 2, *TREND), entry.trend, hue)
    if entry.topic is not None and entry.topic.tailing and entry.opened.state == "live":
        draw_dot(painter, QPointF(x - 8, middle), c.accent, radius=2.5)
    name = shown_name(font, entry.text, entry.lead, max(24, int(right - x - 8)))
    if words and entry.kind not in ("capture", "internal", "consumers", "unplaced"):
        _paint_hits(painter, font, name, x, y, words)
    painter.setFont(theme.font(font))
    painter.setPen(c.text if is_strong or is_open or entry.kind == "product" else c.second)
    painter.drawText(QPointF(x, base), name)


def shown_name(font: theme.FontName, name: str, lead: int, room: int) -> str:
    """A name, shortened where it has no room (px): first by its `lead` characters, which say no more than its domain."""
    if width_of(name, font) <= room:
        return name
    return fitted("…" + name[lead:] if lead else name, font, room, Qt.TextElideMode.ElideMiddle)


def name_begins(entry: Entry) -> float:
    """Where the words of a fold begin, in px: before them is its chevron."""
    return MARGIN + STEP * max(0, entry.level - 1) + 14.0


def _paint_sign(painter: QPainter, entry: Entry, middle: float, hues: DomainHues) -> float:
    """The chevron of a fold and the sign of what it is; gives where the name begins."""
    c = theme.colours()
    x = float(MARGIN + STEP * entry.level)
    if entry.is_fold:
        x = MARGIN + STEP * max(0, entry.level - 1)
        if entry.topics or entry.kind != "product":
            icons.draw(painter, "chevron-right" if entry.is_folded else "chevron-down", x - 2, middle - 6, 12, c.third)
        x += 14
    if entry.kind == "capture":
        tone, hollow = tone_of(entry.opened)
        draw_dot(painter, QPointF(x + 5, middle), getattr(c, tone), hollow, 3.5)
        return x + 15
    if entry.kind in ("domain", "unplaced"):
        is_known = isinstance(entry.about, Domain) and not entry.about.is_inferred
        paint_square(painter, x, middle, hues.of(entry.text) if entry.kind == "domain" else c.third, not is_known)
        return x + 15
    if isinstance(entry.about, Group):
        late = entry.total.late.seconds if entry.total is not None and entry.total.late is not None else 0.0
        tone, hollow = GROUP_TONES.get(lateness(entry.about.state, late), ("attention", False))
        draw_dot(painter, QPointF(x + 4, middle), getattr(c, tone), hollow, 3.5)
        return x + 14
    return x


def paint_square(painter: QPainter, x: float, middle: float, colour: QColor, hollow: bool) -> None:
    """The sign of a domain; hollow where it is only inferred, so that colour is not alone in saying it."""
    painter.setPen(QPen(colour, 1.5) if hollow else Qt.PenStyle.NoPen)
    painter.setBrush(Qt.BrushStyle.NoBrush if hollow else colour)
    inset = 0.75 if hollow else 0.0
    box = QRectF(x, middle - SQUARE / 2, SQUARE, SQUARE).adjusted(inset, inset, -inset, -inset)
    painter.drawRoundedRect(box, 2, 2)


def _paint_numbers(painter: QPainter, entry: Entry, base: float, width: int, name_end: float) -> float:
    """Rate and count at the right, the count only where the name has room; gives where the name has to end."""
    c = theme.colours()
    painter.setFont(theme.font("small"))
    right = float(width - MARGIN)
    rate = entry.rate
    is_quiet = (
        entry.kind == "product" and entry.topics > 0 and not entry.is_folded
    )  # its topics stand below it, with theirs
    if rate and not is_quiet:
        advance = round(width_of(rate, "small"))
        painter.setPen(c.second)
        painter.drawText(QPointF(right - advance, base), rate)
        right -= max(RATE_LEAST if entry.is_arriving else 0, advance)
    count = "" if is_quiet or (rate and entry.topic is None) else entry.amount
    if count:
        advance = round(width_of(count, "small"))
        at = width - MARGIN - NUMBERS if entry.topic is not None and entry.opened.state == "live" else right
        if entry.topic is not None and name_end > at - advance:
            return right
        right = at
        painter.setPen(c.third)
        painter.drawText(QPointF(right - advance, base), count)
        right -= advance
    return right


def _paint_trend(painter: QPainter, box: QRectF, trend: Sequence[float], hue: QColor) -> None:
    """A line over the box's width; where nothing is known there is none."""
    step = box.width() / max(1, len(trend) - 1)
    painter.setPen(QPen(hue, 1.2))
    points: list[QPointF] = []
    for at, height in enumerate((*trend, nan)):
        if not isnan(height):
            points.append(QPointF(box.x() + at * step, box.bottom() - height * box.height()))
        elif points:
            painter.drawPolyline(points)
            points = []


def _paint_hits(painter: QPainter, font: theme.FontName, name: str, x: float, y: int, words: tuple[str, ...]) -> None:
    lowered = name.lower()
    for word in words:
        at = lowered.find(word)
        if at >= 0 and len(lowered) == len(name):
            left = x + width_of(name[:at], font)
            wide = width_of(name[at : at + len(word)], font)
            painter.fillRect(QRectF(left - 1, y + 5, wide + 2, theme.TREE_ROW - 10), theme.colours().hit)
