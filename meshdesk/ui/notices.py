"""Notices that never stand in the way: toasts that pass, and the bar with the newest trouble until it is closed."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer, QVariantAnimation, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QSizePolicy, QWidget

from meshdesk.model import wording
from meshdesk.ui import icons, theme
from meshdesk.ui.times import how_often
from meshdesk.ui.widgets.controls import Button, Line

if TYPE_CHECKING:  # nothing has gone wrong before the first paint
    from meshdesk.model.trouble import Trouble

TOAST_MS = 4_000
TOAST_WIDEST = 560
TROUBLE_BAR = 34


class Toast(QWidget):
    """One sentence above the foot of the window; it goes by itself. A new one takes the place of the old."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._text = ""
        self._shown = 0.0  # opacity
        self._wanted = 0.0
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._fade = QVariantAnimation(self)
        self._fade.setDuration(theme.FADE_MS)
        self._fade.valueChanged.connect(self._faded)
        self._fade.finished.connect(lambda: self._faded(self._wanted))  # Qt says no value that is the one of before
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(TOAST_MS)
        self._rest.timeout.connect(lambda: self._move_to(0.0))
        window.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        return self._text

    def say(self, text: str) -> None:
        self._text = text
        self.setAccessibleName(text)
        self._place()
        self.show()
        self.raise_()
        self._move_to(1.0)
        self._rest.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        c = theme.colours()
        painter.setOpacity(self._shown)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(c.raised)
        painter.setPen(c.line)
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme.CARD_RADIUS, theme.CARD_RADIUS
        )
        painter.setFont(theme.font("text"))
        painter.setPen(c.text)
        painter.drawText(
            self.rect().adjusted(16, 0, -16, 0), Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap, self._text
        )

    def _place(self) -> None:
        parent = self._window
        metrics = QFontMetrics(theme.font("text"))
        width = min(TOAST_WIDEST, parent.width() - 48, metrics.horizontalAdvance(self._text) + 36)
        lines = metrics.boundingRect(0, 0, width - 32, 1000, Qt.TextFlag.TextWordWrap, self._text).height()
        self.resize(width, max(36, lines + 18))
        self.move((parent.width() - width) // 2, parent.height() - theme.STATUS_LINE - self.height() - 16)

    def _move_to(self, opacity: float) -> None:
        self._fade.stop()
        self._wanted = opacity
        app = QApplication.instance()
        if isinstance(app, QApplication) and theme.moves(app):
            self._fade.setStartValue(self._shown)
            self._fade.setEndValue(opacity)
            self._fade.start()
        else:
            self._faded(opacity)

    def _faded(self, opacity: float) -> None:
        self._shown = opacity
        self.setVisible(opacity > 0 or self._wanted > 0)
        self.update()


class TroubleBar(QWidget):
    """The newest trouble as a sentence with its advice. Closing it hides what was said so far, not what comes."""

    closed = Signal()
    all_asked = Signal()  # the list of all troubles

    def __init__(self) -> None:
        super().__init__()
        self._seen: tuple[Trouble, ...] = ()
        self._closed_at = 0  # how many had happened when it was closed
        self.setFixedHeight(TROUBLE_BAR)
        self.setAccessibleName("Trouble")
        self._text = Line("Trouble")
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.earlier_button = Button("All trouble", frame=False)
        self.earlier_button.clicked.connect(self.all_asked)
        self.close_button = Button("", name="Close this trouble", icon="x", frame=False)
        self.close_button.clicked.connect(self._close)
        row = QHBoxLayout(self)
        row.setContentsMargins(36, 0, 6, 0)
        row.setSpacing(12)
        row.addWidget(self._text, 1)
        row.addWidget(self.earlier_button)
        row.addWidget(self.close_button)
        self.hide()

    @property
    def text(self) -> str:
        return self._text.text

    def refresh(self, troubles: "tuple[Trouble, ...]", are_listed: bool = False) -> None:
        """`are_listed`: all of them are on the screen as it is, which counts as closing it."""
        if are_listed:
            self._seen, self._closed_at = troubles, sum(trouble.count for trouble in troubles)
            self.hide()
            return
        if troubles is self._seen or troubles == self._seen:
            return
        self._seen = troubles
        happened = sum(trouble.count for trouble in troubles)
        if not troubles or happened <= self._closed_at:
            self.hide()
            return
        newest = troubles[-1]
        often = how_often(newest)
        self._text.say(
            (newest.text, "text", "text"),
            (f"  {often[0].upper()}{often[1:]}." if often else "", "text", "second"),
            (f"  {newest.advice}" if newest.advice else "", "text", "second"),
        )
        others = len(troubles) - 1
        self.earlier_button.say(f"and {wording.count(others)} earlier" if others else "All trouble")
        self.setToolTip(newest.sentence)
        self.setAccessibleDescription(newest.sentence)
        self.show()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        c = theme.colours()
        painter.fillRect(self.rect(), c.raised)
        painter.fillRect(0, self.height() - 1, self.width(), 1, c.line)
        bad = bool(self._seen) and self._seen[-1].severity == "bad"
        painter.fillRect(0, 0, 3, self.height() - 1, c.bad if bad else c.attention)
        icons.draw(painter, "triangle-alert", 13, (self.height() - 16) / 2, 16, c.bad_text if bad else c.attention_text)

    def _close(self) -> None:
        self._closed_at = sum(trouble.count for trouble in self._seen)
        self.hide()
        self.closed.emit()
