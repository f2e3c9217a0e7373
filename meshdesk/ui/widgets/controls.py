"""Small controls: button, segments, tags, elided line, dot. Flat, 26 px high, drawn in the colours of the theme."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QFontMetricsF, QKeySequence, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QButtonGroup,
    QHBoxLayout,
    QMenu,
    QScrollBar,
    QSizePolicy,
    QWidget,
)

from meshdesk.ui import icons, theme

if TYPE_CHECKING:  # nothing is open before the first paint
    from meshdesk.session.opened import Opened

PAD = 10
GAP = 6
SEGMENT_PAD = 5  # beside the words of a segment, at least
TAG_HEIGHT = 20
TAG_PAD = 6
ARROW = "→"

# The dot of a state: its tone, and whether it is hollow, which says without colour that nothing is connected.
STATE_TONES = {
    "opening": ("third", True),
    "connecting": ("attention", True),
    "live": ("good", False),
    "ended": ("third", True),
    "failed": ("bad", False),
}


def tone_of(opened: "Opened") -> tuple[str, bool]:
    """The dot of a capture; a live one whose cluster does not answer is not connected for now."""
    return STATE_TONES["connecting" if opened.state == "live" and not opened.is_reached else opened.state]


class Button(QAbstractButton):
    """A flat button with an optional icon and a quieter lead before its text ("From" 15 min ago)."""

    def __init__(
        self, text: str, name: str = "", icon: str = "", lead: str = "", frame: bool = True, first: bool = False
    ) -> None:
        """`name` is what a screen reader says; without one it is lead and text. `first` is the one to press first."""
        super().__init__()
        self._icon = icon
        self._lead = lead
        self._frame = frame
        self._first = first
        self._menu: QMenu | None = None
        self._dot: QColor | None = None
        self.setText(text)
        self.setAccessibleName(name or f"{lead} {text}".strip())
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def say(self, text: str, lead: str | None = None) -> None:
        """Changes the text; the size follows only when it must."""
        if text == self.text() and lead in (None, self._lead):
            return
        self._lead = self._lead if lead is None else lead
        self.setText(text)
        self.setAccessibleName(f"{self._lead} {text}".strip() or self.accessibleName())
        self.updateGeometry()

    def set_icon(self, name: str) -> None:
        """Changes the icon; there was one before, so that the size stays."""
        self._icon = name
        self.update()

    def set_dot(self, shown: bool) -> None:
        self._dot = theme.colours().accent if shown else None
        self.updateGeometry()
        self.update()

    def set_menu(self, menu: QMenu) -> None:
        """Opens `menu` below the button when it is pressed."""
        self._menu = menu
        self.clicked.connect(self._open_menu)

    def sizeHint(self) -> QSize:
        width = 2 * PAD + self._text_width()
        if self._icon:
            width += icons.ICON + (GAP if self.text() else 0)
        if self._dot is not None:
            width += 8 + GAP
        if not self.text():
            width = theme.CONTROL
        return QSize(width, theme.CONTROL)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        c = theme.colours()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on = self.isChecked()
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        hot = self.isEnabled() and (self.underMouse() or self.isDown())
        if self._first and self.isEnabled():
            draw_box(painter, box, c.accent if hot else c.accent_text, c.text if self._keyboard() else None)
        elif on:
            draw_box(painter, box, c.accent_back, c.accent if self._keyboard() else None)
        elif self._frame or hot or self._keyboard():
            back = c.faint if hot else c.raised
            draw_box(painter, box, back, c.accent if self._keyboard() else (c.line if self._frame else None))
        colour = c.accent_text if on else (c.text if hot else c.second)
        if not self.isEnabled():
            colour = c.third
        elif self._first:
            colour = c.canvas
        self._draw_content(painter, colour)

    def _draw_content(self, painter: QPainter, colour: QColor) -> None:
        x = (self.width() - icons.ICON) / 2 if not self.text() else float(PAD)
        middle = self.height() / 2
        if self._icon:
            icons.draw(painter, self._icon, x, middle - icons.ICON / 2, icons.ICON, colour)
            x += icons.ICON + GAP
        if self._dot is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colours().accent)
            painter.drawEllipse(QPointF(x + 4, middle), 4, 4)
            x += 8 + GAP
        painter.setFont(theme.font("text"))
        metrics = QFontMetrics(theme.font("text"))
        base = baseline(metrics, self.height())
        if self._lead:
            painter.setPen(colour)
            painter.drawText(QPointF(x, base), self._lead)
            x += metrics.horizontalAdvance(self._lead + " ")
            painter.setPen(theme.colours().text if self.isEnabled() else colour)
        else:
            painter.setPen(colour)
        painter.drawText(QPointF(x, base), self.text())

    def _text_width(self) -> int:
        words = f"{self._lead} {self.text()}" if self._lead else self.text()
        return QFontMetrics(theme.font("text")).horizontalAdvance(words)

    def _keyboard(self) -> bool:
        return self.hasFocus()

    def _open_menu(self) -> None:
        """Below the button, and at the right of the window to its left: a menu does not leave its window."""
        menu = self._menu
        if menu is None:
            return
        below = self.rect().bottomLeft()
        wide = menu.sizeHint().width()
        if self.mapTo(self.window(), below).x() + wide > self.window().width():
            below.setX(self.width() - wide)
        menu.popup(self.mapToGlobal(below))


class Segments(QWidget):
    """Some choices of which one is on. `chosen` carries its place in the list."""

    chosen = Signal(int)

    def __init__(self, name: str, choices: Sequence[str]) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._group = QButtonGroup(self)
        self._buttons = [_Segment(text, f"{name}: {text}") for text in choices]
        for place, button in enumerate(self._buttons):
            self._group.addButton(button, place)
            row.addWidget(button)
        self._buttons[0].setChecked(True)
        self._group.idClicked.connect(self.chosen)

    @property
    def place(self) -> int:
        return self._group.checkedId()

    def choose(self, place: int | None) -> None:
        """Turns one on, or none, without telling anybody."""
        if place is not None:
            self._buttons[place].setChecked(True)
        elif self.place >= 0:
            self._group.setExclusive(False)  # else one of them stays on
            self._buttons[self.place].setChecked(False)
            self._group.setExclusive(True)

    def name_segment(self, place: int, text: str) -> None:
        button = self._buttons[place]
        if button.text() != text:
            button.setText(text)
            button.setAccessibleName(f"{self.accessibleName()}: {text}")
            button.updateGeometry()
            self._row.activate()  # at once: Qt lays out nothing later where the whole stays as wide

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        c = theme.colours()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        path = QPainterPath()
        path.addRoundedRect(frame, theme.RADIUS, theme.RADIUS)
        painter.fillPath(path, c.raised)
        painter.setClipPath(path)
        for button in self._buttons:
            if button.isChecked():
                painter.fillRect(button.geometry(), c.accent_back)
            painter.setPen(c.line)
            painter.drawLine(QPointF(button.x() - 0.5, 0), QPointF(button.x() - 0.5, self.height()))
        painter.setClipping(False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(c.line)
        painter.drawPath(path)


class _Segment(QAbstractButton):
    def __init__(self, text: str, name: str) -> None:
        super().__init__()
        self.setText(text)
        self.setAccessibleName(name)
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.toggled.connect(self._repaint_frame)

    def sizeHint(self) -> QSize:
        width = QFontMetrics(theme.font("text")).horizontalAdvance(self.text())
        return QSize(width + 2 * PAD, theme.CONTROL)

    def minimumSizeHint(self) -> QSize:
        """Where there is little room, the words keep theirs and the gaps beside them give way."""
        return QSize(self.sizeHint().width() - 2 * (PAD - SEGMENT_PAD), theme.CONTROL)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        c = theme.colours()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            painter.setPen(c.accent)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(2.5, 2.5, -2.5, -2.5), 4, 4)
        painter.setFont(theme.font("text"))
        painter.setPen(c.accent_text if self.isChecked() else (c.text if self.underMouse() else c.second))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())

    def _repaint_frame(self) -> None:
        frame = self.parentWidget()
        if frame is not None:
            frame.update()


class Tags(QWidget):
    """A row of tags with arrows between them, on as many lines as they need; the last one may stand out."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._words: tuple[str, ...] = ()
        self.setAccessibleName(name)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def say(self, words: tuple[str, ...]) -> None:
        if words == self._words:
            return
        self._words = words
        self.setAccessibleName(f"{self._name}: {f' {ARROW} '.join(words)}")
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        places = self._places(width)
        return places[-1][0].bottom().__ceil__() + 1 if places else 0

    def sizeHint(self) -> QSize:
        return QSize(200, self.heightForWidth(max(200, self.width())))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        c = theme.colours()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font("small"))
        metrics = QFontMetrics(theme.font("small"))
        last = len(self._words) - 1
        for place, (box, word) in enumerate(self._places(self.width())):
            stands_out = place == last and last > 0
            draw_box(painter, box, c.raised, c.accent if stands_out else c.line, 4)
            painter.setPen(c.accent_text if stands_out else c.second)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, word)
            if place < last:
                painter.setPen(c.third)
                painter.drawText(QPointF(box.right() + 5, box.top() + baseline(metrics, TAG_HEIGHT)), ARROW)

    def _places(self, width: int) -> list[tuple[QRectF, str]]:
        metrics = QFontMetrics(theme.font("small"))
        arrow = metrics.horizontalAdvance(ARROW) + 10
        places: list[tuple[QRectF, str]] = []
        x, y = 0.5, 0.5
        for word in self._words:
            shown = metrics.elidedText(word, Qt.TextElideMode.ElideRight, max(40, width - 2 * TAG_PAD - arrow))
            needed = metrics.horizontalAdvance(shown) + 2 * TAG_PAD
            if x > 1 and x + needed > width - 1:
                x, y = 0.5, y + TAG_HEIGHT + 4
            places.append((QRectF(x, y, needed, TAG_HEIGHT), shown))
            x += needed + arrow
        return places


class Line(QWidget):
    """One line of text, elided where it does not fit; the tool tip has all of it. Parts may differ in font and tone."""

    def __init__(self, name: str = "", elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
        super().__init__()
        self._name = name
        self._elide = elide
        self._parts: tuple[tuple[str, theme.FontName, str], ...] = ()
        self._right = False
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def say(self, *parts: tuple[str, theme.FontName, str]) -> None:
        """Each part is (text, font, colour of the theme); the last part that does not fit is elided.

        A line that takes what room there is asks for another only where its words do not fit: with each question Qt lays out
        the whole frame, 10 ms (measured), and lines that count say something else at each beat.
        """
        if parts == self._parts:
            return
        self._parts = parts
        whole = "".join(text for text, _, _ in parts)
        self.setAccessibleName(f"{self._name}: {whole}" if self._name else whole)
        if self.sizePolicy().horizontalPolicy() != QSizePolicy.Policy.Expanding or self._width() > self.width():
            self.updateGeometry()
        self.update()

    def align_right(self) -> None:
        self._right = True

    @property
    def text(self) -> str:
        return "".join(text for text, _, _ in self._parts)

    def sizeHint(self) -> QSize:
        return QSize(self._width() + 1, 20)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        whole = self._width()
        self.setToolTip(self.text if whole > self.width() else "")
        x = float(max(0, self.width() - whole)) if self._right else 0.0
        left = self.width() - x
        base = max((baseline(QFontMetrics(theme.font(font)), self.height()) for _, font, _ in self._parts), default=0.0)
        for place, (text, font, colour) in enumerate(self._parts):
            metrics = QFontMetrics(theme.font(font))
            rest = sum(QFontMetrics(theme.font(f)).horizontalAdvance(t) for t, f, _ in self._parts[place + 1 :])
            room = left - rest if self._elide == Qt.TextElideMode.ElideMiddle else left
            shown = metrics.elidedText(text, self._elide, int(max(room, min(left, 40))) + 1)
            painter.setFont(theme.font(font))
            painter.setPen(getattr(theme.colours(), colour))
            painter.drawText(QPointF(x, base), shown)
            advance = metrics.horizontalAdvance(shown)
            x += advance
            left -= advance
            if left <= 0:
                return

    def _width(self) -> int:
        return sum(QFontMetrics(theme.font(font)).horizontalAdvance(text) for text, font, _ in self._parts)


class Rule(QWidget):
    """A line of 1 px between parts."""

    def __init__(self, vertical: bool = False) -> None:
        super().__init__()
        if vertical:
            self.setFixedWidth(1)
        else:
            self.setFixedHeight(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme.colours().line)


def draw_dot(painter: QPainter, at: QPointF, colour: QColor, hollow: bool = False, radius: float = 4) -> None:
    """A state as a dot; hollow where nothing is connected, so that colour is not alone in saying it."""
    if hollow:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, 1.5))
        painter.drawEllipse(at, radius - 0.75, radius - 0.75)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(at, radius, radius)


def draw_focus(painter: QPainter, area: QAbstractScrollArea) -> None:
    """A line around a list that has the keyboard, where none of its rows could show that."""
    if area.hasFocus():
        painter.setClipping(False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(theme.colours().accent)
        painter.drawRect(area.viewport().rect().adjusted(0, 0, -1, -1))


def name_bars(area: QWidget, what: str) -> None:
    """Names the scroll bars of an area, also those of its headers."""
    for bar in area.findChildren(QScrollBar):
        sideways = bar.orientation() == Qt.Orientation.Horizontal
        bar.setAccessibleName(f"Scroll {what}{' sideways' if sideways else ''}")


def with_shortcut(text: str, keys: QKeySequence | str) -> str:
    """A tool tip that names the shortcut: "Copy  (Ctrl+C)"."""
    shown = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
    return f"{text}  ({shown})" if shown else text


def draw_box(painter: QPainter, box: QRectF, back: QColor, line: QColor | None, radius: float = theme.RADIUS) -> None:
    """A box with rounded corners; `line` None draws none around it."""
    painter.setBrush(back)
    painter.setPen(Qt.PenStyle.NoPen if line is None else line)
    painter.drawRoundedRect(box, radius, radius)


def baseline(metrics: QFontMetrics | QFontMetricsF, height: int) -> float:
    """Where text stands so that its capitals are in the middle of a line so high."""
    return round((height + metrics.capHeight()) / 2)
