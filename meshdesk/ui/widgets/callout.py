"""A callout: a card beside a part of the window, with a ring around that part. The window stays usable below both."""

from typing import Literal

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from meshdesk.ui import theme
from meshdesk.ui.widgets.controls import PAD, Button
from meshdesk.ui.widgets.prose import Prose

WIDTH = 332
ARROW = 9  # px from the card to the tip of its arrow
GAP = 5  # px from the ring to that tip
EDGE = 8  # px that stay free at the edges of the window
CORNER = 18  # px between a corner of the card and its arrow, at least
RING = 3  # px outside the part that it goes around
SHADE = 0.38  # what the ring is not around stands back

Side = Literal["left", "right", "above", "below", "over"]


def placed(part: QRect, card: QSize, window: QRect) -> tuple[QRect, Side]:
    """Where a card goes beside a part of a window: at its right, its left, below, above; over it where none has room.

    The side is where the card is, seen from the part.

    >>> placed(QRect(0, 44, 264, 800), QSize(300, 120), QRect(0, 0, 1440, 900))[1]
    'right'
    """
    room = window.adjusted(EDGE, EDGE, -EDGE, -EDGE)
    far = GAP + RING
    middle = part.center()
    for side, x, y in (
        ("right", part.right() + far, min(part.top() + 40, middle.y() - card.height() // 2 + 40)),
        ("left", part.left() - far - card.width(), min(part.top() + 40, middle.y() - card.height() // 2 + 40)),
        ("below", middle.x() - card.width() // 2, part.bottom() + far),
        ("above", middle.x() - card.width() // 2, part.top() - far - card.height()),
    ):
        box = QRect(QPoint(x, y), card)
        beside = side in ("right", "left")
        if beside:
            box.moveTop(max(room.top(), min(box.top(), room.bottom() - card.height())))
        else:
            box.moveLeft(max(room.left(), min(box.left(), room.right() - card.width())))
        if room.contains(box):
            return box, side  # type: ignore[return-value]
    box = QRect(QPoint(0, 0), card)
    box.moveCenter(middle)
    box.moveBottom(min(part.bottom() - 24, room.bottom()))
    box.moveLeft(max(room.left(), min(box.left(), room.right() - card.width())))
    return box, "over"


class Ring(QWidget):
    """Lies over the whole window, takes no press and no key, and lets everything but one part stand back."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAccessibleName("What the tour points at")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.part: QRect | None = None
        self.hide()

    def go_around(self, part: QRect | None) -> None:
        """`part` in the window's own pixels; None for no part."""
        window = self.parentWidget()
        if window is not None and self.geometry() != window.rect():
            self.setGeometry(window.rect())
        if part != self.part:
            self.part = part
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        if self.part is None:
            return
        c = theme.colours()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QPainterPath()
        whole.addRect(QRectF(self.rect()))
        shade = theme.seen_through(c.canvas, SHADE)
        around = (
            QRectF(self.part).adjusted(-RING, -RING, RING, RING).intersected(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        )
        hole = QPainterPath()
        hole.addRoundedRect(around, theme.CARD_RADIUS, theme.CARD_RADIUS)
        painter.fillPath(whole.subtracted(hole), shade)
        pen = painter.pen()
        pen.setColor(c.accent)
        pen.setWidthF(2)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(hole)


class Callout(QWidget):
    """A sentence with the ways on: back, next, skip. Escape skips."""

    next_asked = Signal()
    back_asked = Signal()
    skip_asked = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._side: Side = "over"
        self._tip = 0  # along the side, where the arrow points
        self.step = Prose("label", "second")
        self.sentence = Prose("text", "text")
        self.next_button = Button("Next", first=True)
        self.back_button = Button("Back")
        self.skip_button = Button("Skip the tour", frame=False)
        self.next_button.clicked.connect(self.next_asked)
        self.back_button.clicked.connect(self.back_asked)
        self.skip_button.clicked.connect(self.skip_asked)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addSpacing(-PAD)  # the words of the quiet button stand below the sentence
        row.addWidget(self.skip_button)
        row.addStretch(1)
        row.addWidget(self.back_button)
        row.addWidget(self.next_button)
        column = QVBoxLayout(self)
        inside = ARROW + 14
        column.setContentsMargins(inside + 2, inside - 2, inside, inside - 2)
        column.setSpacing(6)
        column.addWidget(self.step)
        column.addWidget(self.sentence)
        column.addSpacing(6)
        column.addLayout(row)
        self.setTabOrder(self.next_button, self.back_button)
        self.setTabOrder(self.back_button, self.skip_button)
        self.setFixedWidth(WIDTH + 2 * ARROW)
        window.installEventFilter(self)
        self.hide()

    def say(self, step: str, sentence: str, next_words: str, can_go_back: bool) -> None:
        """`next_words` is "" while there is nothing to go on to."""
        self.step.say(step)
        self.sentence.say(sentence)
        self.setAccessibleName(f"{step}: {sentence}")
        self.next_button.say(next_words)
        self.next_button.setVisible(bool(next_words))
        self.back_button.setVisible(can_go_back)
        self.skip_button.setVisible(next_words != "Done")

    def point_at(self, part: QRect | None) -> None:
        """Goes beside a part of the window; out of the way, into its corner, where there is none."""
        window = self.parentWidget()
        if window is None:
            return
        layout = self.layout()
        height = layout.totalHeightForWidth(self.width()) if layout is not None else self.height()
        size = QSize(self.width(), height)
        if part is None:
            box = QRect(QPoint(0, 0), size)
            box.moveBottomRight(window.rect().bottomRight() - QPoint(EDGE, EDGE + theme.STATUS_LINE))
            side: Side = "over"
        else:
            box, side = placed(part, size, window.rect())
        tip = 0
        if part is not None and side in ("left", "right"):
            tip = max(ARROW + CORNER, min(size.height() - ARROW - CORNER, part.center().y() - box.top()))
        elif part is not None:
            tip = max(ARROW + CORNER, min(size.width() - ARROW - CORNER, part.center().x() - box.left()))
        if (box, side, tip) != (self.geometry(), self._side, self._tip):
            self._side, self._tip = side, tip
            self.setGeometry(box)
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        asked = {
            Qt.Key.Key_Escape: self.skip_asked,
            Qt.Key.Key_Return: self.next_asked,
            Qt.Key.Key_Enter: self.next_asked,
            Qt.Key.Key_Right: self.next_asked,
            Qt.Key.Key_Left: self.back_asked,
        }.get(Qt.Key(event.key()))
        if asked is not None:
            asked.emit()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What comes into the window later does not lie over it."""
        if event.type() == QEvent.Type.ChildAdded and self.isVisible():
            self.raise_()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        c = theme.colours()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(ARROW + 0.5, ARROW + 0.5, -ARROW - 0.5, -ARROW - 0.5)
        path = QPainterPath()
        path.addRoundedRect(box, theme.CARD_RADIUS, theme.CARD_RADIUS)
        tip = float(self._tip)
        far = {
            "right": (QPointF(box.left(), tip), QPointF(-ARROW, 0)),
            "left": (QPointF(box.right(), tip), QPointF(ARROW, 0)),
            "below": (QPointF(tip, box.top()), QPointF(0, -ARROW)),
            "above": (QPointF(tip, box.bottom()), QPointF(0, ARROW)),
        }.get(self._side)
        if far is not None:
            foot, out = far
            along = QPointF(-out.y(), out.x())
            arrow = QPainterPath()
            arrow.addPolygon(QPolygonF([foot + along - out / ARROW, foot + out, foot - along - out / ARROW]))
            arrow.closeSubpath()
            path = path.united(arrow)
        painter.setBrush(c.raised)
        painter.setPen(c.accent)
        painter.drawPath(path)
