"""A text of some lines in a font and a colour of the theme, in which the hits of a word are marked."""

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QSizePolicy, QWidget

from meshdesk.model.hits import hits_in
from meshdesk.ui import theme

WIDEST = 16_000  # px; a line of text that is wider is none


class Prose(QWidget):
    """Wraps at the width that it is given and is as high as it must be. A screen reader reads it whole."""

    def __init__(self, font: theme.FontName, colour: str, text: str = "") -> None:
        super().__init__()
        self._font: theme.FontName = font
        self._colour = colour
        self._word = ""
        self.text = ""
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.say(text)

    def say(self, text: str) -> None:
        if text != self.text:
            self.text = text
            self.setAccessibleName(text)
            self.updateGeometry()
            self.update()

    def mark(self, word: str) -> None:
        """Marks where `word` stands, in any case; "" marks nothing."""
        if word.lower() != self._word:
            self._word = word.lower()
            self.update()

    @property
    def hits(self) -> list[tuple[int, int]]:
        return hits_in(self.text, self._word)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._laid_out(width)[1] if self.text else 0

    def sizeHint(self) -> QSize:
        width = self._laid_out(WIDEST)[2] + 1
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(40, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setPen(getattr(theme.colours(), self._colour))
            self._laid_out(self.width())[0].draw(painter, QPointF(0, 0))

    def _laid_out(self, width: int) -> tuple[QTextLayout, int, int]:
        """The lines, and how high and how wide they are."""
        layout = QTextLayout(self.text, theme.font(self._font))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.setFormats([_marked(start, end) for start, end in self.hits])
        y = wide = 0.0
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            line.setPosition(QPointF(0, y))
            y += line.height()
            wide = max(wide, line.naturalTextWidth())
        layout.endLayout()
        return layout, y.__ceil__(), wide.__ceil__()


def _marked(start: int, end: int) -> QTextLayout.FormatRange:
    mark = QTextCharFormat()
    mark.setBackground(theme.colours().hit)
    mark.setForeground(theme.colours().text)
    made = QTextLayout.FormatRange()
    made.start, made.length, made.format = start, end - start, mark
    return made
