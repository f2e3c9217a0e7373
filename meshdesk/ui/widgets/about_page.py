"""The page of the inspector about what is no record: a title, rows of label and value, and below each how it is known."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QGuiApplication,
    QHelpEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QToolTip, QWidget

from meshdesk.ui import theme
from meshdesk.ui.about import About, Note, Row
from meshdesk.ui.domain_hues import DomainHues
from meshdesk.ui.widgets.controls import draw_dot, name_bars
from meshdesk.ui.widgets.explorer_paint import GROUP_TONES, paint_square
from meshdesk.ui.word_widths import width_of

PAD = 14
LABEL = 92  # width of the labels
GAP = 8  # between rows
SECTION = 16  # above a heading
NO_BREAK = "\u00a0"  # a number is not torn from its word
DOT = 14  # from a dot to its name
WIDTHS_KEPT = 4  # for which a page is laid out: with and without a scroll bar, and what Qt asks for besides
TEXTS_KEPT = 1_000  # of a page at two widths; one about a topic has 30, one about a product some hundreds

_Put = Callable[..., float]  # text, font, colour, x, y, width, tone of the first word; gives where it ends
_Text = tuple[str, theme.FontName, float, str, bool]  # text, font, width, tone of the first word, whether dark


class Piece(NamedTuple):
    """A text at its place; laid out once for a width."""

    layout: QTextLayout
    at: QPointF
    colour: str
    bottom: float


class Laid(NamedTuple):
    """A whole page, laid out for a width."""

    pieces: list[Piece]
    dots: list[tuple[float, str]]
    tips: list[tuple[float, float, str]]  # from where to where which sentence says how it is known
    square: float
    height: float


class AboutPage(QScrollArea):
    """Shows an `About`; scrolls where it is higher than its room."""

    def __init__(self, hues: DomainHues) -> None:
        super().__init__()
        self.setAccessibleName("About the topic")
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        name_bars(self, "about the topic")
        self.body = _Body(hues)
        self.setWidget(self.body)

    def say(self, about: About) -> None:
        """Shows this; what is the same already is not drawn again."""
        if about == self.body.about:
            return
        is_other = self.body.about is None or about.title != self.body.about.title
        self.body.say(about)
        self.setAccessibleDescription(about.spoken)
        if is_other:
            self.verticalScrollBar().setValue(0)

    def copy_name(self) -> str:
        """Copies the name of what it is about; a sentence that says so."""
        name = self.body.about.title if self.body.about is not None else ""
        QGuiApplication.clipboard().setText(name)
        return f"Copied {name}."


class _Body(QWidget):
    """All of it, drawn."""

    def __init__(self, hues: DomainHues) -> None:
        super().__init__()
        self.about: About | None = None
        self._hues = hues
        self._laid: dict[tuple[int, bool], Laid] = {}  # of this page, by width and theme: Qt asks for two or three
        # Texts of this page, and of the one before: while numbers move most of them are the same, and to lay one out takes 60 µs.
        self._texts: dict[_Text, tuple[QTextLayout, float]] = {}
        self._texts_before: dict[_Text, tuple[QTextLayout, float]] = {}
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.MinimumExpanding)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def say(self, about: About) -> None:
        self.about = about
        self._laid = {}
        self._texts, self._texts_before = {}, self._texts
        self.setAccessibleName(about.spoken)
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(self._lay(width).height)

    def sizeHint(self) -> QSize:
        width = max(240, self.width())
        return QSize(200, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(100, self.heightForWidth(max(240, self.width())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            y = event.pos().y()
            tips = self._lay(self.width()).tips
            sentence = next((text for top, bottom, text in tips if top <= y < bottom), "")
            QToolTip.showText(event.globalPos(), sentence, self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        if self.about is None:
            return
        c = theme.colours()
        laid = self._lay(self.width())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hue = self._hues.of(self.about.domain) if self.about.domain else c.third
        if self.about.has_domain:
            paint_square(painter, PAD, laid.square, hue, self.about.is_inferred or not self.about.domain)
        for piece in laid.pieces:
            painter.setPen(getattr(c, piece.colour))
            piece.layout.draw(painter, piece.at)
        for y, state in laid.dots:
            tone, hollow = GROUP_TONES.get(state, ("attention", False))
            draw_dot(painter, QPointF(PAD + 4, y), getattr(c, tone), hollow, 3.5)

    def _lay(self, width: int) -> Laid:
        """Everything at its place for a width, in the colours of now."""
        key = (width, theme.colours().is_dark)
        laid = self._laid.get(key)
        if laid is None:
            if len(self._laid) >= WIDTHS_KEPT:
                self._laid.clear()
            laid = self._laid[key] = self._lay_anew(width)
        return laid

    def _lay_anew(self, width: int) -> Laid:
        pieces, dots, tips = list[Piece](), list[tuple[float, str]](), list[tuple[float, float, str]]()
        if self.about is None:
            return Laid(pieces, dots, tips, 0.0, 0.0)
        put = partial(self._put, pieces)
        y = put(self.about.title, "title", "text", PAD, 12, width - 2 * PAD)
        top, indent = y + 2, 16 if self.about.has_domain else 0
        y = put(self.about.subtitle, "text", "second", PAD + indent, top, width - 2 * PAD - indent)
        square = top + QFontMetrics(theme.font("text")).height() / 2
        for section in self.about.sections:
            y += SECTION if section.heading else GAP + 2
            if section.heading:
                y = put(section.heading, "label", "second", PAD, y, width - 2 * PAD)
                y += 4
            label = _room_of(section.rows, width) if section.has_long_labels else LABEL
            for row in section.rows:
                top, y = y, _put_row(put, dots, row, y, width, label if row.label or not section.heading else 0)
                tips += [(top, y, note.whole) for note in row.notes if note.whole]
                y += GAP if row.notes else GAP // 2
            for note in section.notes:
                y = _put_note(put, note, PAD, y, width - 2 * PAD) + 2
        return Laid(pieces, dots, tips, square, y + PAD)

    def _put(
        self,
        pieces: list[Piece],
        text: str,
        font: theme.FontName,
        colour: str,
        x: float,
        y: float,
        width: float,
        first: str = "",
    ) -> float:
        """Adds a text of as many lines as it needs; gives where it ends. `first` is the tone of its first word."""
        key = (text, font, max(40.0, width), first, theme.colours().is_dark)
        known = self._texts.get(key) or self._texts_before.get(key) or _laid_out(*key[:4])
        if len(self._texts) < TEXTS_KEPT:
            self._texts[key] = known
        layout, high = known
        pieces.append(Piece(layout, QPointF(x, y), colour, y + high))
        return y + high


def _room_of(rows: tuple[Row, ...], width: int) -> int:
    """The width of labels that are names of settings: of the widest, but half of the page at most, where they wrap."""
    widest = max((round(width_of(row.label, "small")) for row in rows), default=0)
    return max(LABEL, min(widest + 14, width // 2))


def _put_row(put: _Put, dots: list[tuple[float, str]], row: Row, y: float, width: int, label: int) -> float:
    left = PAD + label if row.label or (row.state is None and not row.right) else PAD
    below_label = put(row.label, "small", "second", PAD, y + 1, label - 6) if row.label else y
    if row.state is not None:
        dots.append((y + QFontMetrics(theme.font("text")).height() / 2, row.state))
        left = PAD + DOT
    elif row.right and not row.label:
        left = PAD + DOT
    right = round(width_of(row.right, "small"))
    if row.right:
        put(row.right, "small", "second", width - PAD - right - 1, y + 1, right + 2)
    room = width - PAD - left - (right + 12 if row.right else 0)
    if row.value:
        y = put(row.value, "text", "second" if row.is_quiet else "text", left, y, room)
    for note in row.notes:
        y = _put_note(put, note, left, y, width - PAD - left)
    return max(y, below_label)


def _put_note(put: _Put, note: Note, x: float, y: float, width: float) -> float:
    """The phrase in small, its first word in the tone of the evidence."""
    text = note.text.replace(", line ", f", line{NO_BREAK}")
    colour = "attention_text" if note.is_conflict else "second"
    return put(text, "small", colour, x, y, width, f"{note.evidence}_text" if note.evidence else "")


def _laid_out(text: str, font: theme.FontName, width: float, first: str) -> tuple[QTextLayout, float]:
    """A text in lines of a width, and how high they are."""
    layout = QTextLayout(text, theme.font(font))
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    if first in ("declared_text", "observed_text", "authorised_text"):
        layout.setFormats([_toned(len(text.partition(" ")[0]), getattr(theme.colours(), first))])
    high = 0.0
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        line.setPosition(QPointF(0, high))
        high += line.height()
    layout.endLayout()
    return layout, high


def _toned(length: int, colour: QColor) -> QTextLayout.FormatRange:
    made = QTextLayout.FormatRange()
    form = QTextCharFormat()
    form.setForeground(colour)
    made.start, made.length, made.format = 0, length, form
    return made
