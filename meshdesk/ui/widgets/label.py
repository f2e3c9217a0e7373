"""Words on a page: text in a colour of the theme, also after the theme has changed."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QLabel

from meshdesk.ui import theme


class Label(QLabel):
    """Wraps where it must. `colour` is a name of the theme's."""

    def __init__(self, font: theme.FontName, colour: str, text: str = "") -> None:
        super().__init__(text)
        self._colour = colour
        self.setFont(theme.font(font))
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)

    def say(self, text: str) -> None:
        """Shows the text; there is no room kept for an empty one."""
        if text != self.text():
            self.setText(text)
        self.setVisible(bool(text))

    def paintEvent(self, event: QPaintEvent) -> None:
        wanted = getattr(theme.colours(), self._colour)
        palette = self.palette()
        if palette.color(self.foregroundRole()) != wanted:
            palette.setColor(self.foregroundRole(), wanted)
            self.setPalette(palette)
        super().paintEvent(event)
