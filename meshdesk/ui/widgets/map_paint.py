"""How a picture of the mesh is painted: domains, the boxes in them, and what flows between. All of it in one pass."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log10
from typing import Literal, NamedTuple

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from meshdesk.model import wording
from meshdesk.model.graph import Box, Flow
from meshdesk.model.lag import Total
from meshdesk.model.late import BEHIND, FAR_BEHIND
from meshdesk.model.layout import HEAD, PAD
from meshdesk.model.routes import Route, routes
from meshdesk.session.pictures import Picture
from meshdesk.ui import theme
from meshdesk.ui.word_widths import fitted
from meshdesk.ui.word_widths import width_of as width_of_words

Evidence = Literal["both", "observed", "declared"]
Tone = Literal["observed", "attention", "bad", "declared"]
NATURAL = (
    0.9  # of the natural size: from here on words grow with the picture, below it they are as small as can be read
)
LEAST_HEIGHT = 13.0  # px of a box on the screen that has room for a line
TWO_LINES = 29.0  # px that have room for two
SIMPLE_BELOW = 0.3  # below it flows are straight and boxes have corners: nobody sees more
LARGE = 300  # boxes of a picture that is so simple as long as it is not read from near, to be painted within a frame
TINT = 0.08  # of a domain's hue on the canvas
TITLE_ROOM = 36  # px that a domain's title needs
LEAST_HEAD = 14.0  # px above the boxes of a domain that its title needs
ROOMY_HEAD = 26.0  # px above the boxes of a domain from which on its title is as large as elsewhere
BOLD = 2.4  # width of what is declared and observed, at least
WIDEST = 6.0
LEAST = 0.05  # records/s that are written
HEAD_LONG, HEAD_WIDE = 8.0, 7.0  # px of an arrow's head, in the picture
LATE_MOST = 60  # notes of lags: more find no room on a screen
LEAST_FOR_LAGS = 0.45  # of the natural size, from which on a lag stands on its line
NOTED_AT = (0.5, 0.4, 0.6, 0.3, 0.7)  # of a line's length: where a note may stand
FADED = 0.25  # what does not flow to or from the selected box, while one is selected


class Line(NamedTuple):
    """A flow as it is drawn, in the picture's own pixels."""

    flow: Flow
    topics: tuple[str, ...]  # that are read
    path: QPainterPath
    straight: QLineF
    around: QRectF
    head: QPolygonF  # an arrow's, at its end


class Style(NamedTuple):
    """How a flow is drawn."""

    evidence: Evidence
    tone: Tone
    width: int


class Class(NamedTuple):
    """The flows that are drawn with one pen."""

    is_mine: bool  # of the box that is selected
    style: Style
    lines: list[Line]
    straight: list[QLineF]


@dataclass(slots=True)
class Drawing:
    """A picture ready to be painted. Made once for each picture."""

    picture: Picture
    boxes: dict[str, tuple[Box, QRectF]] = field(default_factory=dict)
    domains: dict[str, QRectF] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    groups: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # of a domain
    hues: Mapping[str, QColor] = field(default_factory=dict)  # of the domains
    whole: QRectF = field(default_factory=QRectF)  # of boxes and flows
    late: list[tuple[Line, Tone, str]] = field(
        default_factory=list
    )  # those that are behind, and by how much; the worst first
    _styles: list[Style] = field(default_factory=list)  # of the lines
    _styled_by: tuple[object, object] = (None, None)  # rates and lags
    _classes: list[Class] = field(default_factory=list)
    _classed_by: tuple[object, str] = (None, "")  # styles, and the key of the box that is selected
    _in_domain: dict[str, list[tuple[Box, QRectF]]] = field(default_factory=lambda: defaultdict(list))
    shape: tuple[object, ...] = ()  # what stands where: two drawings of one shape differ in words and tones alone

    @classmethod
    def of(cls, picture: Picture, hue: Callable[[str], QColor]) -> "Drawing":
        """`hue` says which one a domain has."""
        drawing = cls(picture)
        layout = picture.layout
        drawing.hues = {domain: hue(domain) for domain in picture.graph.domains}
        drawing.domains = {domain: QRectF(*rect) for domain, rect in layout.domains.items()}
        for box in picture.graph.boxes:
            drawing.boxes[box.key] = (box, QRectF(*layout.boxes[box.key]))
            drawing._in_domain[box.domain].append(drawing.boxes[box.key])
            drawing.groups[box.domain] += len(box.groups)
        flows = picture.graph.flows
        drawing.lines = [_line(*one) for one in zip(flows, routes(flows, layout.boxes), strict=True)]
        drawing.whole = QRectF(*layout.whole)
        for line in drawing.lines:
            drawing.whole |= line.around
        ends = [(flow.source, flow.target) for flow in flows]
        homes = [box.domain for box in picture.graph.boxes]
        hues = {domain: tone.rgb() for domain, tone in drawing.hues.items()}
        drawing.shape = (picture.graph.level, layout.boxes, layout.domains, homes, ends, dict(drawing.groups), hues)
        return drawing

    def styles(self, rates: Mapping[str, float], behind: Mapping[tuple[str, str], Total]) -> list[Style]:
        """How each line is drawn; found anew only when rates or lags are others."""
        if self._styled_by[0] is not rates or self._styled_by[1] is not behind:
            self._styled_by = (rates, behind)
            self._styles = [
                Style(
                    line.flow.evidence, tone_of(line.flow, behind, rates), round(width_of(rate_of(line.topics, rates)))
                )
                for line in self.lines
            ]
            late = [
                (*worst_of(line.flow, behind, rates), line, style.tone)
                for line, style in zip(self.lines, self._styles, strict=True)
                if style.tone in ("attention", "bad")
            ]
            late.sort(key=lambda one: -one[0])
            self.late = [(line, tone, words_of(total)) for _, total, line, tone in late[:LATE_MOST]]
        return self._styles

    def classes(
        self, rates: Mapping[str, float], behind: Mapping[tuple[str, str], Total], chosen: str
    ) -> Sequence[Class]:
        """The lines by their pens, those of the selected box last; found anew only when rates, lags or the selection are others:
        not while the picture is moved."""
        styles = self.styles(rates, behind)
        if self._classed_by[0] is not styles or self._classed_by[1] != chosen:
            self._classed_by = (styles, chosen)
            lines: dict[tuple[bool, Style], list[Line]] = defaultdict(list)
            for line, style in zip(self.lines, styles, strict=True):
                lines[chosen in (line.flow.source, line.flow.target), style].append(line)
            self._classes = [
                Class(*key, those, [line.straight for line in those])
                for key, those in sorted(lines.items(), key=lambda item: item[0])
            ]
        return self._classes

    def boxes_in(self, shown: QRectF) -> list[tuple[Box, QRectF]]:
        """Those that lie in a part of the picture. Each is in its domain's rectangle, of which there are fewer."""
        found: list[tuple[Box, QRectF]] = []
        for domain, boxes in self._in_domain.items():
            around = self.domains.get(domain)
            if around is not None and shown.contains(around):
                found += boxes
            elif around is None or around.intersects(shown):
                found += [one for one in boxes if one[1].intersects(shown)]
        return found

    def hue(self, domain: str) -> QColor:
        return self.hues.get(domain, theme.colours().third)


def _line(flow: Flow, route: Route) -> Line:
    begin, leaving, coming, end = (QPointF(*point) for point in route)
    path = QPainterPath(begin)
    path.cubicTo(leaving, coming, end)
    back = HEAD_LONG if end.x() < coming.x() else -HEAD_LONG
    head = QPolygonF([end, end + QPointF(back, HEAD_WIDE / 2), end + QPointF(back, -HEAD_WIDE / 2)])
    around = path.boundingRect().adjusted(-1, -HEAD_WIDE / 2, 1, HEAD_WIDE / 2)
    return Line(flow, flow.topics, path, QLineF(begin, end), around, head)


@dataclass(frozen=True, slots=True)
class Look:
    """What the painting depends on besides the picture."""

    transform: QTransform
    size: QRectF  # of the widget
    rates: Mapping[str, float]  # records/s of a topic; one that is not known is not in it
    behind: Mapping[tuple[str, str], Total] = field(default_factory=dict)  # by group and topic
    chosen: str = ""
    hovered: str = ""
    has_focus: bool = False
    found: frozenset[str] = frozenset()  # boxes that hold the word that is looked for
    pixels: float = 1.0  # of the screen to one of the window

    @property
    def scale(self) -> float:
        return self.transform.m11()


def paint(painter: QPainter, drawing: Drawing, look: Look) -> None:
    """Draws the part of the picture that is on the screen."""
    paint_ground(painter, drawing, look)
    paint_words(painter, drawing, look)


def paint_ground(painter: QPainter, drawing: Drawing, look: Look) -> None:
    """What stands while only numbers change: domains with their titles, flows and boxes."""
    is_simple = _is_simple(drawing, look)
    shown = look.transform.inverted()[0].mapRect(look.size)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, look.scale >= SIMPLE_BELOW)
    painter.setTransform(look.transform)
    if drawing.picture.graph.level != "domains":
        _paint_domains(painter, drawing, look, shown, is_simple)
    _paint_lines(painter, drawing, look, shown, is_simple)
    boxes = [] if _is_far(drawing, look) else drawing.boxes_in(shown)
    _paint_boxes(painter, drawing, look, boxes, is_simple)
    _paint_found(painter, drawing, look, shown)
    painter.resetTransform()
    if drawing.picture.graph.level != "domains":
        _paint_titles(painter, drawing, look, shown)


def ground_of(drawing: Drawing, look: Look) -> tuple[object, ...]:
    """What the ground depends on: as long as this is equal it looks the same."""
    styles = drawing.styles(look.rates, look.behind)
    return (drawing.shape, styles, look.transform, look.size, look.chosen, look.hovered, look.found, look.pixels)


def paint_words(painter: QPainter, drawing: Drawing, look: Look) -> None:
    """What is said of boxes and flows, upon the ground."""
    is_simple = _is_simple(drawing, look)
    shown = look.transform.inverted()[0].mapRect(look.size)
    boxes = [] if _is_far(drawing, look) else drawing.boxes_in(shown)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, look.scale >= SIMPLE_BELOW)
    if look.scale >= NATURAL:
        painter.setTransform(look.transform)
        for box, rect in boxes:
            _paint_words(painter, drawing, look, box, rect)
        painter.resetTransform()
    elif boxes and boxes[0][1].height() * look.scale >= LEAST_HEIGHT:  # all are of one size
        for box, rect in boxes:
            _paint_words(painter, drawing, look, box, look.transform.mapRect(rect))
    if not is_simple and look.scale >= LEAST_FOR_LAGS:
        _paint_lags(painter, drawing, look, [rect for _, rect in boxes])


def _is_simple(drawing: Drawing, look: Look) -> bool:
    """Whether flows are straight and boxes have corners."""
    return look.scale < SIMPLE_BELOW or (len(drawing.boxes) > LARGE and look.scale < NATURAL)


def _is_far(drawing: Drawing, look: Look) -> bool:
    """Whether a domain has no room for its title above its boxes: then it is one box itself, with its title in the middle."""
    return drawing.picture.graph.level != "domains" and HEAD * look.scale < LEAST_HEAD


def width_of(rate: float | None) -> float:
    """How wide a flow of so many records a second is: 1 px up to one a second, one more for each ten times as many.

    >>> width_of(None), width_of(0.0), width_of(1.0), width_of(1000.0)
    (1.0, 1.0, 1.0, 4.0)
    """
    return 1.0 if not rate or rate <= 1 else min(WIDEST, 1.0 + log10(rate))


def tone_of(flow: Flow, behind: Mapping[tuple[str, str], Total], rates: Mapping[str, float]) -> Tone:
    """By how long the group that is farthest behind is; where that is not known, by how long it would have to read on at the
    pace at which records arrive."""
    if not flow.reads:
        return "declared"
    worst = worst_of(flow, behind, rates)[0]
    return "bad" if worst >= FAR_BEHIND else "attention" if worst >= BEHIND else "observed"


def worst_of(
    flow: Flow, behind: Mapping[tuple[str, str], Total], rates: Mapping[str, float]
) -> tuple[float, Total | None]:
    """(s, the lag) of the group that is farthest behind."""
    totals = [(behind.get((one.group, one.topic)), rates.get(one.topic)) for one in flow.reads]
    late = [(_seconds(total, rate), total) for total, rate in totals]
    return max(late, key=lambda one: one[0], default=(0.0, None))


def words_of(total: Total | None) -> str:
    """A lag in a word or two: in time where that is known, else in records; "" where it is not known."""
    if total is None or total.offsets is None:
        return ""
    return wording.span(total.late.seconds) if total.late is not None else wording.plural(total.offsets, "record")


def _seconds(total: Total | None, rate: float | None) -> float:
    """A lag in seconds, as it is known, or of arriving records; where next to none arrive, each record counts as one."""
    if total is not None and total.late is not None:
        return total.late.seconds
    return (total.offsets or 0) / max(1.0, rate or 0.0) if total is not None else 0.0


def rate_of(topics: Sequence[str], rates: Mapping[str, float]) -> float | None:
    """Records a second of all of these together; None where of none it is known."""
    known = [rates[topic] for topic in topics if topic in rates]
    return sum(known) if known else None


def note_of(box: Box, rates: Mapping[str, float]) -> str:
    """What stands below a box's title: how much is in it, and how fast that grows."""
    parts = []
    if box.topics and box.kind != "topic":
        parts.append(wording.plural(len(box.topics), "topic"))
    if box.groups and box.kind != "group":
        parts.append(wording.plural(len(box.groups), "group"))
    rate = rate_of(box.topics, rates)
    if rate is not None and rate >= LEAST:
        parts.append(wording.rate(rate))
    return " · ".join(parts)


def _paint_domains(painter: QPainter, drawing: Drawing, look: Look, shown: QRectF, is_simple: bool) -> None:
    for domain, rect in drawing.domains.items():
        if rect.intersects(shown):
            hue = drawing.hue(domain)
            painter.setPen(_pen(look, theme.on_canvas(hue, 0.5), 1.0))
            painter.setBrush(theme.on_canvas(hue, TINT))
            if is_simple:
                painter.drawRect(rect)
            else:
                painter.drawRoundedRect(rect, 10, 10)


def _paint_titles(painter: QPainter, drawing: Drawing, look: Look, shown: QRectF) -> None:
    """In the size of the window whatever the picture's is, as far as a domain has room for it."""
    colours = theme.colours()
    high = HEAD * look.scale  # of the room above the boxes
    name: theme.FontName = "strong" if high >= ROOMY_HEAD else "label"
    font, small, metrics = theme.font(name), theme.font("label"), QFontMetrics(theme.font(name))
    cap, tall = metrics.capHeight(), metrics.height()
    is_far = _is_far(drawing, look)
    for domain, rect in drawing.domains.items():
        on_screen = look.transform.mapRect(rect)
        if on_screen.width() < TITLE_ROOM or not rect.intersects(shown):
            continue
        pad = max(4.0, PAD * min(1.0, look.scale))
        middle = on_screen.center().y() if is_far else on_screen.y() + high / 2
        hue = drawing.hue(domain)
        room = on_screen.width() - 2 * pad - 16
        groups = wording.plural(drawing.groups[domain], "group") if drawing.groups.get(domain) else ""
        note = width_of_words(groups, "label") if groups else 0.0
        title = domain or "No domain known"
        if note + 12 + width_of_words(title, name) > room:
            note = 0.0
        title = fitted(title, name, int(room))
        base = middle + cap / 2
        left = on_screen.x() + pad
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.on_canvas(hue, TINT))  # flows run below words, not through them
        painter.drawRect(QRectF(left - 2, middle - tall / 2, width_of_words(title, name) + 20, tall))
        if note:
            painter.drawRect(QRectF(on_screen.right() - pad - note - 3, middle - tall / 2, note + 6, tall))
        painter.setBrush(hue)
        painter.drawEllipse(QPointF(left + 4, middle), 4, 4)
        painter.setFont(font)
        painter.setPen(colours.text)
        painter.drawText(QPointF(on_screen.x() + pad + 14, base), title)
        if note:
            painter.setFont(small)
            painter.setPen(colours.second)
            painter.drawText(QPointF(on_screen.right() - pad - note, base), groups)


def _paint_lines(painter: QPainter, drawing: Drawing, look: Look, shown: QRectF, is_simple: bool) -> None:
    """In classes of one pen each; those of the selected box last, upon the others."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    colours = theme.colours()
    for mine, (evidence, name, width), every, straight in drawing.classes(look.rates, look.behind, look.chosen):
        tone = getattr(colours, name)
        faded = bool(look.chosen) and not mine
        pen = _pen(
            look, theme.on_canvas(tone, FADED) if faded else tone, max(width, BOLD) if evidence == "both" else width
        )
        if evidence == "declared":
            pen.setDashPattern([4.0, 3.0])
        painter.setPen(pen)
        if is_simple:
            painter.drawLines(straight)  # also those that are not on the screen: Qt leaves them out in less time
        else:
            lines = [line for line in every if line.around.intersects(shown)]
            for line in lines:
                painter.drawPath(line.path)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(pen.color())
            for line in lines:
                painter.drawConvexPolygon(line.head)
            painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_lags(painter: QPainter, drawing: Drawing, look: Look, boxes: Sequence[QRectF]) -> None:
    """By how much a flow is behind, on its line, where no box and no other such note stands."""
    colours, font = theme.colours(), theme.font("label")
    metrics = QFontMetrics(font)
    taken = [look.transform.mapRect(rect) for rect in boxes]
    painter.setFont(font)
    for line, tone, words in drawing.late:
        if not words or (look.chosen and look.chosen not in (line.flow.source, line.flow.target)):
            continue
        size = QRectF(0, 0, width_of_words(words, "label") + 14, metrics.height() + 4)
        spots = [look.transform.map(line.path.pointAtPercent(part)) for part in NOTED_AT]
        plates = [size.translated(spot - size.center()) for spot in spots]
        plates += [
            plate.translated(size.width() / 2 - 4, 0) for plate in plates
        ]  # beside a line that runs near to boxes
        plate = next((plate for plate in plates if not any(plate.intersects(other) for other in taken)), None)
        if plate is None:  # the hover says it
            continue
        taken.append(plate)
        painter.setPen(QPen(getattr(colours, tone), 1.0))
        painter.setBrush(colours.raised)
        painter.drawRoundedRect(plate, plate.height() / 2, plate.height() / 2)
        painter.setPen(getattr(theme.colours(), f"{tone}_text", colours.text))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, words)


def _paint_boxes(
    painter: QPainter, drawing: Drawing, look: Look, boxes: Sequence[tuple[Box, QRectF]], is_simple: bool
) -> None:
    colours = theme.colours()
    by_domain: dict[str, list[QRectF]] = defaultdict(list)
    for box, rect in boxes:
        by_domain[box.domain].append(rect)
    painter.setBrush(colours.raised)
    for domain, rects in by_domain.items():
        painter.setPen(_pen(look, theme.on_canvas(drawing.hue(domain), 0.4), 1.0))
        if is_simple:
            painter.drawRects(rects)
        else:
            for rect in rects:
                painter.drawRoundedRect(rect, theme.RADIUS, theme.RADIUS)
    for key, colour, width in ((look.hovered, colours.second, 1.0), (look.chosen, colours.accent, 2.0)):
        if key in drawing.boxes:
            painter.setPen(_pen(look, colour, width))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(drawing.boxes[key][1], theme.RADIUS, theme.RADIUS)


def _paint_found(painter: QPainter, drawing: Drawing, look: Look, shown: QRectF) -> None:
    """As hits are marked in a list; also where the boxes are too far away to be drawn."""
    colours = theme.colours()
    for key in look.found:
        rect = drawing.boxes[key][1] if key in drawing.boxes else QRectF()
        if rect.intersects(shown):
            painter.setPen(_pen(look, colours.accent if key == look.chosen else colours.attention, 2.0))
            painter.setBrush(colours.hit)
            painter.drawRoundedRect(rect, theme.RADIUS, theme.RADIUS)


def _paint_words(painter: QPainter, drawing: Drawing, look: Look, box: Box, rect: QRectF) -> None:
    """A title, and below it or, in a low box, at its right, how much is in it."""
    colours = theme.colours()
    is_natural, is_low = look.scale >= NATURAL, rect.height() < TWO_LINES
    font: theme.FontName = "text" if is_natural and not is_low else "small" if is_natural else "label"
    note_font: theme.FontName = "small" if is_natural else "label"
    cap, note_cap = (QFontMetrics(theme.font(one)).capHeight() for one in (font, note_font))
    pad = 10.0 if is_natural else max(5.0, 10 * look.scale)
    left, right = rect.x() + pad, rect.right() - pad
    line = rect.center().y() if is_low else rect.y() + rect.height() * 0.34
    if box.kind in ("domain", "group", "groups"):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(drawing.hue(box.domain) if box.kind == "domain" else colours.observed)
        painter.drawEllipse(QPointF(left + 3, line), 3.5, 3.5)
        left += 12
    note, taken = note_of(box, look.rates), 0.0
    painter.setFont(theme.font(note_font))
    painter.setPen(colours.second)
    if not is_low:
        below = fitted(note, note_font, int(right - left))
        painter.drawText(QPointF(left, rect.y() + rect.height() * 0.7 + note_cap / 2), below)
    elif note and box.kind == "topic":
        width = width_of_words(note, note_font)
        if width * 2 < right - left:
            painter.drawText(QPointF(right - width, line + note_cap / 2), note)
            taken = width + 8
    painter.setFont(theme.font(font))
    painter.setPen(colours.text)
    mode = Qt.TextElideMode.ElideMiddle if box.kind in ("topic", "group") else Qt.TextElideMode.ElideRight
    title = fitted(box.title or "No domain known", font, int(right - left - taken), mode)
    painter.drawText(QPointF(left, line + cap / 2), title)


def _pen(look: Look, colour: QColor, width: float) -> QPen:
    """As wide in the window whatever the picture's size is; Qt counts such a width in the screen's pixels."""
    pen = QPen(colour, width * look.pixels)
    pen.setCosmetic(True)
    return pen
