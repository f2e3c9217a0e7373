"""A bar above the first page that offers something once: a sentence, yes, and not now."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from meshdesk.ui import icons, theme
from meshdesk.ui.widgets.controls import Button, Line

HEIGHT = 44


class Offer(QWidget):
    """It is answered with one of its buttons; who goes on without an answer sees it go with the first page."""

    taken = Signal()
    declined = Signal()

    def __init__(self, icon: str, sentence: str, take: str, decline: str) -> None:
        super().__init__()
        self._icon = icon
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName(sentence)
        self.take_button = Button(take, first=True)
        self.decline_button = Button(decline)
        self.take_button.clicked.connect(self.taken)
        self.decline_button.clicked.connect(self.declined)
        line = Line()
        line.say((sentence, "text", "text"))
        line.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(44, 0, 12, 1)
        row.setSpacing(8)
        row.addWidget(line, 1)
        row.addWidget(self.take_button)
        row.addWidget(self.decline_button)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            c = theme.colours()
            painter.fillRect(self.rect(), c.accent_back)
            painter.fillRect(0, self.height() - 1, self.width(), 1, c.line)
            icons.draw(painter, self._icon, 14, (self.height() - 19) / 2, 18, c.accent_text)
