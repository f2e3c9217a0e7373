"""What stands where there is nothing yet: why it is empty, the next step, and how far something long has come."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from meshdesk.ui import icons, theme
from meshdesk.ui.widgets.controls import Button

ICON = 28
WIDTH = 420


class ProgressBar(QWidget):
    """A thin bar; hidden while nobody knows how much there is to do. It moves only when something was done."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._share = 0.0
        self.setAccessibleName(name)
        self.setFixedHeight(4)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def say(self, done: int, of: int) -> None:
        share = min(1.0, done / of) if of > 0 else 0.0
        self.setVisible(of > 0)
        if share != self._share:
            self._share = share
            self.setAccessibleDescription(f"{share:.0%}")
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        c = theme.colours()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(c.faint)
        painter.drawRoundedRect(QRectF(self.rect()), 2, 2)
        painter.setBrush(c.accent)
        painter.drawRoundedRect(QRectF(0, 0, self.width() * self._share, self.height()), 2, 2)


class Empty(QWidget):
    """An icon, what is the case, what to do next, and perhaps a button that does it."""

    pressed = Signal()

    def __init__(self, icon: str, name: str) -> None:
        super().__init__()
        self._icon = icon
        self.setAccessibleName(name)
        self._title = _centred("strong")
        self._text = _centred("text")
        self.bar = ProgressBar(f"Progress of {name}")
        self.bar.setFixedWidth(WIDTH // 2)
        self.bar.hide()
        self.button = Button("Next")
        self.button.hide()
        self.button.clicked.connect(self.pressed)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(6)
        column.addStretch(2)
        column.addSpacing(ICON + 10)
        for widget in (self._title, self._text):
            column.addWidget(widget, 0)
        column.addSpacing(6)
        for part in (self.bar, self.button):
            column.addWidget(part, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)

    def say(self, title: str, text: str, button: str = "") -> None:
        self._title.setText(title)
        self._text.setText(text)
        self.button.say(button)
        self.button.setVisible(bool(button))

    @property
    def text(self) -> str:
        return f"{self._title.text()} {self._text.text()}".strip()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        x = (self.width() - ICON) / 2
        icons.draw(painter, self._icon, x, self._title.y() - ICON - 10, ICON, theme.colours().third)


def _centred(font: theme.FontName) -> QLabel:
    label = QLabel()
    label.setFont(theme.font(font))
    label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
