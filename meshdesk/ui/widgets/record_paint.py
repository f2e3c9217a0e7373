"""How the cells of the record list are drawn: column by column, so that a clip and a font are set once for each."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from meshdesk.model import wording
from meshdesk.model.hits import around, hits_in
from meshdesk.model.node import Tones
from meshdesk.ui import icons, theme
from meshdesk.ui.widgets.record_lines import COLUMNS, FORMAT, HEADERS, KEY, NOT_YET, OFFSET, TIME, TOPIC, VALUE, Line
from meshdesk.ui.word_widths import fitted, width_of

PAD = 8  # left and right of a cell's text
CLOCK = 12  # characters of 14:02:09.806
DAY_GAP = 6  # between the day and the clock
HIT_ABOVE, HIT_BELOW = 13.0, 5.0  # px of the tone of a hit around its baseline
NAMES_FROM = 90  # a narrower column of headers shows their number alone

# The tones of a preview (model.node.Tone), as the colour of the theme that draws them; what has no tone is plain text.
TONES = {"name": "declared_text", "string": "good_text", "number": "accent_text", "null": "second"}


Words: TypeAlias = dict[
    str, list[tuple[QPointF, str]]
]  # by the name of their colour: where each begins, on its baseline


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of one column that are on the screen; None is a row that is on its way."""

    place: int
    x: int
    width: int
    top: int  # y of the first row
    lines: list[Line | None]
    word: str = ""  # whose hits are marked


def paint_cells(painter: QPainter, cells: Cells) -> None:
    """Draws one column; the clip of the painter is that column."""
    painter.setFont(theme.font(COLUMNS[cells.place].font))
    PAINTERS.get(cells.place, _paint_plain)(painter, cells)


def _paint_plain(painter: QPainter, cells: Cells) -> None:
    """One string, at the side of its column."""
    place, column = cells.place, COLUMNS[cells.place]
    metrics = QFontMetricsF(theme.font(column.font))
    step = width_of("0", "mono") if column.font == "mono" else 0.0
    y = cells.top + _baseline(metrics)
    left, right, room = float(cells.x + PAD), cells.x + cells.width - PAD, cells.width - 2 * PAD
    words: dict[tuple[str, bool], list[tuple[QPointF, str]]] = {}  # by their colour, and whether they are ASCII
    for line in cells.lines:
        if line is None:
            if place in (OFFSET, KEY):
                words.setdefault(("third", False), []).append((QPointF(left, y), NOT_YET))
        elif text := line.texts[place]:
            is_ascii = step > 0 and text.isascii()  # it needs no measuring
            advance = step * len(text) if is_ascii else width_of(text, column.font)
            if advance > room + 1:
                if place == KEY:
                    text, _ = _with_hit(text, (), cells.word, max(1, int(len(text) * room / advance)))
                cut = Qt.TextElideMode.ElideMiddle if place == TOPIC else Qt.TextElideMode.ElideRight
                text = fitted(text, column.font, room + 1, cut)  # names of topics differ at their ends
                advance = width_of(text, column.font)
            at = QPointF(right - advance if column.right else left, y)
            key = "second" if line.quiet[place] else column.colour, is_ascii
            if key in words:
                words[key].append((at, text))
            else:
                words[key] = [(at, text)]
        y += theme.LIST_ROW
    c = theme.colours()
    for (colour, is_ascii), placed in words.items():
        painter.setFont(theme.ascii_font() if is_ascii else theme.font(column.font))
        painter.setPen(getattr(c, colour))
        for at, text in placed:
            painter.drawText(at, text)
    if cells.word and place == KEY:
        painter.setFont(theme.font("mono"))
        for at, text in chain.from_iterable(words.values()):
            mark_hits(painter, metrics, at, text, cells.word)


def _paint_time(painter: QPainter, cells: Cells) -> None:
    """The clock, and before it the day where it is another one than in the row above."""
    c = theme.colours()
    mono = QFontMetricsF(theme.font("mono"))
    whole = _baseline(mono)
    clock_width = width_of("00:00:00.000", "mono")
    base = cells.top + _baseline(mono)
    right = cells.x + cells.width - PAD
    painter.setFont(theme.ascii_font())
    above = ""
    for line in cells.lines:
        if line is not None:
            text = line.texts[TIME]
            painter.setPen(c.second)
            if len(text) != CLOCK:
                text = fitted(text, "mono", cells.width - 2 * PAD + 1)
            advance = clock_width if len(text) == CLOCK else width_of(text, "mono")
            painter.drawText(QPointF(max(cells.x + PAD, right - advance), base), text)
            day = line.day.rsplit(" ", 1)[0]
            if (
                base >= whole
                and line.day != above
                and right - advance - width_of(day, "small") >= cells.x + PAD + DAY_GAP
            ):
                painter.setFont(theme.font("small"))
                painter.setPen(c.third)
                painter.drawText(QPointF(cells.x + PAD, base), day)
                painter.setFont(theme.ascii_font())
            above = line.day if base >= whole else ""  # a day cut by the edge is not read
        base += theme.LIST_ROW


def _paint_headers(painter: QPainter, cells: Cells) -> None:
    """How many there are, and their names where the column is wide enough to read them."""
    c = theme.colours()
    metrics = QFontMetricsF(theme.font("text"))
    base = cells.top + _baseline(metrics)
    room = cells.width - 2 * PAD
    for line in cells.lines:
        if line is not None and line.texts[HEADERS]:
            text = line.texts[HEADERS] if room >= NAMES_FROM else wording.count(line.row.header_count)
            text = fitted(text, "text", room + 1)
            painter.setPen(c.second)
            painter.drawText(QPointF(cells.x + PAD, base), text)
            if cells.word and room >= NAMES_FROM:
                mark_hits(painter, metrics, QPointF(cells.x + PAD, base), text, cells.word)
        base += theme.LIST_ROW


def _paint_value(painter: QPainter, cells: Cells) -> None:
    """The preview in the tones of its parts, one colour after the other: to draw a word with another pen than the one before
    takes twice as long. ASCII in the mono font needs no measuring."""
    metrics = QFontMetricsF(theme.font("mono"))
    step = width_of("0", "mono")
    fits = max(1, int((cells.width - 2 * PAD) / step))
    base = cells.top + _baseline(metrics)
    plain, others = Words(), Words()
    hits: list[tuple[QPointF, str]] = []
    for line in cells.lines:
        at = QPointF(cells.x + PAD, base)
        if line is None:
            others.setdefault("third", []).append((at, NOT_YET))
        elif line.quiet[VALUE]:
            others.setdefault("second", []).append((at, line.texts[VALUE]))
        else:
            text, tones = _with_hit(line.texts[VALUE], line.row.tones, cells.word, fits)
            seen = text[: fits - 1] + NOT_YET if len(text) > fits else text
            if text.isascii():
                _lay_ascii(plain, step, at, seen, tones)
            else:
                _lay_measured(others, metrics, step * fits, at, seen, tones)
            if cells.word:
                hits.append((at, text[: fits - 1] if len(text) > fits else text))
        base += theme.LIST_ROW
    c = theme.colours()
    for font, words in ((theme.ascii_font(), plain), (theme.font("mono"), others)):
        painter.setFont(font)
        for colour, placed in words.items():
            painter.setPen(getattr(c, colour))
            for at, word in placed:
                painter.drawText(at, word)
    for at, text in hits:
        mark_hits(painter, metrics, at, text, cells.word)


def _with_hit(text: str, tones: Tones, word: str, fits: int) -> tuple[str, Tones]:
    """The text, or the part of it around its first hit where that has no room on the line."""
    hits = hits_in(text, word) if word and len(text) > fits else []
    return (text, tones) if not hits or hits[0][1] < fits else around(text, tones, hits[0][0], fits)


def _lay_ascii(words: Words, step: float, at: QPointF, text: str, tones: Tones) -> None:
    x, y = at.x(), at.y()
    for colour, start, run in apart(text, tones):
        words.setdefault(colour, []).append((QPointF(x + step * start, y), run))


def _lay_measured(words: Words, metrics: QFontMetricsF, room: float, at: QPointF, text: str, tones: Tones) -> None:
    """Other scripts are wider or narrower than the mono font's own."""
    x, y = at.x(), at.y()
    right = x + room
    for start, end, colour in runs_of(tones, len(text)):
        run = text[start:end]
        advance = metrics.horizontalAdvance(run)
        if x + advance > right + 1:
            run = metrics.elidedText(run, Qt.TextElideMode.ElideRight, max(0.0, right - x))
            words.setdefault(colour, []).append((QPointF(x, y), run))
            return
        words.setdefault(colour, []).append((QPointF(x, y), run))
        x += advance


def apart(text: str, tones: Tones) -> list[tuple[str, int, str]]:
    """(colour, where it begins, text) of each colour of a text: spaces stand where it is of another one. In a font whose
    characters are all of one width that is the same picture as `runs_of` gives, with a third of the words to be drawn.

    >>> apart('{"a": 1}', ((1, 4, "name"), (6, 7, "number")))
    [('declared_text', 1, '"a"'), ('accent_text', 6, '1'), ('text', 0, '{   :  }')]
    """
    parts: dict[str, tuple[int, str]] = {}
    plain, at, length = "", 0, len(text)
    for first, last, tone in tones:
        if first >= length:
            break
        start, end, colour = max(first, at), min(last, length), TONES.get(tone)
        if colour is None or end <= start:
            continue
        plain += text[at:start].ljust(end - at)
        begin, before = parts.get(colour, (start, ""))
        parts[colour] = begin, before.ljust(start - begin) + text[start:end]
        at = end
    plain += text[at:]
    found = [(colour, begin, run) for colour, (begin, run) in parts.items()]
    return found if not plain or plain.isspace() else [*found, ("text", 0, plain)]


def mark_hits(painter: QPainter, metrics: QFontMetricsF, at: QPointF, text: str, word: str) -> None:
    """Each hit in a text that is drawn at `at` (its baseline) once more, as plain text on the tone of hits."""
    c = theme.colours()
    for start, end in hits_in(text, word):
        x = at.x() + metrics.horizontalAdvance(text[:start])
        wide = metrics.horizontalAdvance(text[start:end])
        painter.fillRect(QRectF(x - 1, at.y() - HIT_ABOVE, wide + 2, HIT_ABOVE + HIT_BELOW), c.hit)
        painter.setPen(c.text)
        painter.drawText(QPointF(x, at.y()), text[start:end])


def runs_of(tones: tuple[tuple[int, int, str], ...], length: int) -> list[tuple[int, int, str]]:
    """The whole of 0..length as runs of one colour each; what has no tone is plain text."""
    runs: list[tuple[int, int, str]] = []
    at = 0
    for first, last, tone in tones:
        start, end = max(first, at), min(last, length)
        if start >= length:
            break
        if start > at:
            runs.append((at, start, "text"))
        if end > start:
            runs.append((start, end, TONES.get(tone, "text")))
            at = end
        else:
            at = max(at, start)
    if at < length:
        runs.append((at, length, "text"))
    return runs


def _paint_format(painter: QPainter, cells: Cells) -> None:
    """The format's word; with a sign before it where the row is in trouble."""
    c = theme.colours()
    metrics = QFontMetricsF(theme.font("text"))
    base = cells.top + _baseline(metrics)
    for line in cells.lines:
        if line is not None:
            trouble = bool(line.row.trouble)
            left = cells.x + PAD
            if trouble:
                icons.draw(painter, "triangle-alert", left, base - 11, 13, c.attention_text)
                left += 17
            painter.setPen(c.attention_text if trouble else c.second)
            room = cells.x + cells.width - PAD - left
            painter.drawText(QPointF(left, base), fitted(line.texts[FORMAT], "text", room + 1))
        base += theme.LIST_ROW


def _baseline(metrics: QFontMetricsF) -> float:
    return round((theme.LIST_ROW - 1 + metrics.capHeight()) / 2)


PAINTERS: dict[int, Callable[[QPainter, Cells], None]] = {
    TIME: _paint_time,
    HEADERS: _paint_headers,
    VALUE: _paint_value,
    FORMAT: _paint_format,
}
