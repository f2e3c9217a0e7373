"""A raised box with an icon, a title and a sentence; what belongs to it stands below."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from meshdesk.ui import icons, theme
from meshdesk.ui.widgets.label import Label

PAD = 16
TEXT_LEFT = 48  # where the text begins, right of the icon
ICON = 18


class Card(QWidget):
    """What follows goes into `column`."""

    def __init__(self, icon: str, title: str, text: str) -> None:
        super().__init__()
        self._icon = icon
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(TEXT_LEFT, PAD - 2, PAD, PAD)
        self.column.setSpacing(4)
        self.column.addWidget(Label("strong", "text", title))
        self.column.addWidget(Label("text", "second", text))

    def add_buttons(self, *buttons: QWidget) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(0, 8, 0, 0)
        row.setSpacing(8)
        for button in buttons:
            row.addWidget(button)
        row.addStretch(1)
        self.column.addStretch(1)
        self.column.addLayout(row)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            draw_box(painter, self)
            icons.draw(painter, self._icon, PAD, PAD, ICON, theme.colours().accent)


def draw_box(painter: QPainter, widget: QWidget) -> None:
    """The raised box of a whole widget."""
    c = theme.colours()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(c.raised)
    painter.setPen(c.line)
    box = QRectF(widget.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
    painter.drawRoundedRect(box, theme.CARD_RADIUS, theme.CARD_RADIUS)
