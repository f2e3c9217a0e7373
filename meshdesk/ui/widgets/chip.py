"""The chip of the connection in the top bar: its state as a dot, its name, the word production, what may be done."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from meshdesk.ui import theme
from meshdesk.ui.widgets.controls import baseline, draw_box, draw_dot

PRODUCTION = "production"
TEXT = 26  # where the text begins, right of the dot
END = 12
GAP = 7


class Chip(QWidget):
    """A rounded chip with a dot, a name and a quieter phrase, in a line of the connection's own colour."""

    HEIGHT = 26
    WIDEST = 460

    def __init__(self) -> None:
        super().__init__()
        self._tone = "third"
        self._hollow = False
        self._name = ""
        self._phrase = ""
        self._colour = ""
        self._is_production = False
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def say(
        self, name: str, phrase: str, tone: str, hollow: bool, colour: str = "", is_production: bool = False
    ) -> None:
        """The dot has the colour `tone`; a hollow one says the same without colour: nothing is connected.

        `colour` is the connection's own, as #rrggbb, or "".
        """
        words = f"{PRODUCTION} · {phrase}" if is_production else phrase
        said = (name, words, tone, hollow, colour, is_production)
        if said == (self._name, self._phrase, self._tone, self._hollow, self._colour, self._is_production):
            return
        self._name, self._phrase, self._tone, self._hollow, self._colour, self._is_production = said
        self.setAccessibleName(f"Connection: {name}, {words.replace(' · ', ', ')}")
        self.setToolTip(f"{name}  {words}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(theme.font("text"))
        texts = metrics.horizontalAdvance(self._name) + metrics.horizontalAdvance(self._phrase)
        return QSize(
            min(texts + TEXT + GAP + END + 2, self.WIDEST), self.HEIGHT
        )  # 2: each width is rounded its own way

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        c = theme.colours()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hue = theme.hue(self._colour, self._is_production)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        draw_box(painter, box, c.raised, c.line, self.HEIGHT / 2)
        if hue is not None:
            painter.setPen(QPen(hue, 2))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), self.HEIGHT / 2 - 1, self.HEIGHT / 2 - 1)
        draw_dot(painter, QPointF(15, self.height() / 2), getattr(c, self._tone), self._hollow)
        metrics = QFontMetrics(theme.font("text"))
        base = baseline(metrics, self.height())
        name, phrase = self.shown()
        painter.setFont(theme.font("text"))
        painter.setPen(c.text)
        painter.drawText(QPointF(TEXT, base), name)
        x = TEXT + metrics.horizontalAdvance(name) + GAP
        if self._is_production and phrase.startswith(PRODUCTION):
            painter.setPen(c.bad_text)
            painter.drawText(QPointF(x, base), PRODUCTION)
            x += metrics.horizontalAdvance(PRODUCTION)
            phrase = phrase.removeprefix(PRODUCTION)
        painter.setPen(c.second)
        painter.drawText(QPointF(x, base), phrase)

    def shown(self) -> tuple[str, str]:
        """Name and phrase as far as there is room: each has half of it, and what the other leaves; "production" is not cut."""
        metrics = QFontMetrics(theme.font("text"))
        room = self.width() - TEXT - END
        phrase_room = min(metrics.horizontalAdvance(self._phrase) + GAP, room // 2)
        if self._is_production:
            phrase_room = max(phrase_room, metrics.horizontalAdvance(f"{PRODUCTION} …") + GAP)
        name = metrics.elidedText(self._name, Qt.TextElideMode.ElideMiddle, room - phrase_room + 1)
        rest = room - metrics.horizontalAdvance(name) - GAP + 1
        return name, metrics.elidedText(self._phrase, Qt.TextElideMode.ElideRight, rest)
