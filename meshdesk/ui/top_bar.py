"""The top bar: back, forward, where the window is, find, the connection, and the menu."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeySequence, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from meshdesk.ui import icons, theme
from meshdesk.ui.widgets.chip import Chip
from meshdesk.ui.widgets.controls import Button, baseline, draw_box, with_shortcut
from meshdesk.ui.widgets.crumbs import Crumbs

FIND_SHARE = 0.3  # of the window's width; never more than as drawn
FIND_WORDS = 150  # px; a narrower field is its icon alone, as in a window in which path and chip need the room


class TopBar(QWidget):
    """44 px at the top, the line below it included."""

    back = Signal()
    forward = Signal()
    find_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Top bar")
        self.setFixedHeight(theme.TOP_BAR)
        self._colour, self._is_production = "", False
        self.back_button = Button("", name="Back", icon="chevron-left", frame=False)
        self.back_button.setToolTip(with_shortcut("Back", "Alt+Left"))
        self.forward_button = Button("", name="Forward", icon="chevron-right", frame=False)
        self.forward_button.setToolTip(with_shortcut("Forward", "Alt+Right"))
        self.place = Crumbs()
        self.find_button = FindButton()
        self.chip = Chip()
        self.chip.hide()
        self.menu_button = Button("", name="Menu", icon="ellipsis", frame=False)
        right = QWidget()
        right.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        end = QHBoxLayout(right)
        end.setContentsMargins(0, 0, 0, 0)
        end.setSpacing(8)
        end.addStretch(1)
        end.addWidget(self.chip)
        end.addWidget(self.menu_button)
        row = QHBoxLayout(self)
        row.setContentsMargins(11, 0, 10, 1)
        row.setSpacing(0)
        row.addWidget(self.back_button)
        row.addWidget(self.forward_button)
        row.addSpacing(4)
        row.addWidget(self.place, 1)
        row.addSpacing(12)
        row.addWidget(self.find_button)
        row.addSpacing(12)
        row.addWidget(right, 1)
        self.back_button.clicked.connect(self.back)
        self.forward_button.clicked.connect(self.forward)
        self.find_button.clicked.connect(self.find_asked)
        self.offer(False, False)

    def offer(self, back: bool, forward: bool) -> None:
        """Whether there is a way back, and one forward."""
        self.back_button.setEnabled(back)
        self.forward_button.setEnabled(forward)

    def wear(self, colour: str, is_production: bool) -> None:
        """A line at the top edge in the colour of the connection."""
        if (colour, is_production) != (self._colour, self._is_production):
            self._colour, self._is_production = colour, is_production
            self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = event.size().width()
        field = min(theme.FIND, round(width * FIND_SHARE))
        self.find_button.setFixedWidth(theme.FIELD + 6 if width < theme.SLIM else field)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            c = theme.colours()
            painter.fillRect(self.rect(), c.panel)
            painter.fillRect(0, self.height() - 1, self.width(), 1, c.line)
            hue = theme.hue(self._colour, self._is_production)
            if hue is not None:
                painter.fillRect(0, 0, self.width(), theme.STRIPE, hue)


class FindButton(QAbstractButton):
    """Looks like a field; a press opens the palette, which has the real one."""

    WORDS = "Find a topic, a connection, an action …"
    KEYS = "Ctrl+K"

    def __init__(self) -> None:
        super().__init__()
        self.setText(self.WORDS)
        self.setAccessibleName("Find a topic, a connection or an action")
        self.setToolTip(with_shortcut("Find anything", self.KEYS))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        return QSize(theme.FIND, theme.FIELD)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        c = theme.colours()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hot = self.underMouse() or self.isDown()
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        draw_box(painter, box, c.raised if hot else c.canvas, c.accent if self.hasFocus() else c.line)
        middle = self.height() / 2
        if self.width() < FIND_WORDS:
            icons.draw(painter, "search", (self.width() - 16) / 2, middle - 8, 16, c.second)
            return
        icons.draw(painter, "search", 9, middle - 7, 14, c.second)
        keys = QKeySequence(self.KEYS).toString(QKeySequence.SequenceFormat.NativeText)
        small = QFontMetrics(theme.font("small"))
        key_box = QRectF(self.width() - small.horizontalAdvance(keys) - 18, 4.5, small.horizontalAdvance(keys) + 12, 19)
        draw_box(painter, key_box, c.panel, c.line, 4)
        painter.setFont(theme.font("small"))
        painter.setPen(c.second)
        painter.drawText(key_box, Qt.AlignmentFlag.AlignCenter, keys)
        metrics = QFontMetrics(theme.font("text"))
        room = int(key_box.left() - 30 - 8)
        painter.setFont(theme.font("text"))
        words = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        painter.drawText(QPointF(30, baseline(metrics, self.height())), words)
