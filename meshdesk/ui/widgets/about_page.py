"""The page of the inspector about what is no record: a title, rows of label and value, and below each how it is known."""

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

PAD = 14
LABEL = 92  # width of the labels
GAP = 8  # between rows
SECTION = 16  # above a heading
NO_BREAK = "\u00a0"  # a number is not torn from its word
DOT = 14  # from a dot to its name


class Piece(NamedTuple):
    """A text at its place; laid out once for a width."""

    layout: QTextLayout
    at: QPointF
    colour: str
    bottom: float


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
        self._pieces: list[Piece] = []
        self._dots: list[tuple[float, str]] = []
        self._tips: list[tuple[float, float, str]] = []  # from where to where which sentence says how it is known
        self._square = 0.0
        self._laid_for = -1
        self._height = 0.0
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.MinimumExpanding)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def say(self, about: About) -> None:
        self.about = about
        self._laid_for = -1
        self.setAccessibleName(about.spoken)
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        self._lay(width)
        return round(self._height)

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
            sentence = next((text for top, bottom, text in self._tips if top <= y < bottom), "")
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
        self._lay(self.width())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hue = self._hues.of(self.about.domain) if self.about.domain else c.third
        if self.about.has_domain:
            paint_square(painter, PAD, self._square, hue, self.about.is_inferred or not self.about.domain)
        for piece in self._pieces:
            painter.setPen(getattr(c, piece.colour))
            piece.layout.draw(painter, piece.at)
        for y, state in self._dots:
            tone, hollow = GROUP_TONES.get(state, ("attention", False))
            draw_dot(painter, QPointF(PAD + 4, y), getattr(c, tone), hollow, 3.5)

    def _lay(self, width: int) -> None:
        """Places everything for a width, in the colours of now."""
        if self._laid_for == width or self.about is None:
            return
        self._laid_for = width
        self._pieces, self._dots, self._tips = [], [], []
        y = self._put(self.about.title, "title", "text", PAD, 12, width - 2 * PAD)
        top, indent = y + 2, 16 if self.about.has_domain else 0
        y = self._put(self.about.subtitle, "text", "second", PAD + indent, top, width - 2 * PAD - indent)
        self._square = top + QFontMetrics(theme.font("text")).height() / 2
        for section in self.about.sections:
            y += SECTION if section.heading else GAP + 2
            if section.heading:
                y = self._put(section.heading, "label", "second", PAD, y, width - 2 * PAD)
                y += 4
            label = _room_of(section.rows, width) if section.has_long_labels else LABEL
            for row in section.rows:
                top, y = y, self._put_row(row, y, width, label if row.label or not section.heading else 0)
                self._tips += [(top, y, note.whole) for note in row.notes if note.whole]
                y += GAP if row.notes else GAP // 2
            for note in section.notes:
                y = self._put_note(note, PAD, y, width - 2 * PAD) + 2
        self._height = y + PAD

    def _put_row(self, row: Row, y: float, width: int, label: int) -> float:
        left = PAD + label if row.label or (row.state is None and not row.right) else PAD
        below_label = self._put(row.label, "small", "second", PAD, y + 1, label - 6) if row.label else y
        if row.state is not None:
            self._dots.append((y + QFontMetrics(theme.font("text")).height() / 2, row.state))
            left = PAD + DOT
        elif row.right and not row.label:
            left = PAD + DOT
        right = QFontMetrics(theme.font("small")).horizontalAdvance(row.right)
        if row.right:
            self._put(row.right, "small", "second", width - PAD - right - 1, y + 1, right + 2)
        room = width - PAD - left - (right + 12 if row.right else 0)
        if row.value:
            y = self._put(row.value, "text", "second" if row.is_quiet else "text", left, y, room)
        for note in row.notes:
            y = self._put_note(note, left, y, width - PAD - left)
        return max(y, below_label)

    def _put_note(self, note: Note, x: float, y: float, width: float) -> float:
        """The phrase in small, its first word in the tone of the evidence."""
        text = note.text.replace(", line ", f", line{NO_BREAK}")
        colour = "attention_text" if note.is_conflict else "second"
        return self._put(text, "small", colour, x, y, width, f"{note.evidence}_text" if note.evidence else "")

    def _put(
        self, text: str, font: theme.FontName, colour: str, x: float, y: float, width: float, first: str = ""
    ) -> float:
        """A text of as many lines as it needs; gives where it ends. `first` is the tone of its first word."""
        layout = QTextLayout(text, theme.font(font))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        if first in ("declared_text", "observed_text", "authorised_text"):
            layout.setFormats([_toned(len(text.partition(" ")[0]), getattr(theme.colours(), first))])
        high = 0.0
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(40.0, width))
            line.setPosition(QPointF(0, high))
            high += line.height()
        layout.endLayout()
        self._pieces.append(Piece(layout, QPointF(x, y), colour, y + high))
        return y + high


def _room_of(rows: tuple[Row, ...], width: int) -> int:
    """The width of labels that are names of settings: of the widest, but half of the page at most, where they wrap."""
    measured = QFontMetrics(theme.font("small"))
    widest = max((measured.horizontalAdvance(row.label) for row in rows), default=0)
    return max(LABEL, min(widest + 14, width // 2))


def _toned(length: int, colour: QColor) -> QTextLayout.FormatRange:
    made = QTextLayout.FormatRange()
    form = QTextCharFormat()
    form.setForeground(colour)
    made.start, made.length, made.format = 0, length, form
    return made
