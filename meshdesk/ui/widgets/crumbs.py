"""Where the window is, as a path. Its last part is where one is; the others lead there."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from meshdesk.ui import theme
from meshdesk.ui.widgets.controls import baseline

SIGN = "›"
BETWEEN = 18  # px for the sign between two parts
PAD = 4  # beside the words of a part
LEAST = 32  # px of a part that has to give way


class Crumbs(QWidget):
    """A row of parts; `pressed` carries the place of a part in the row."""

    pressed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._parts: tuple[str, ...] = ()
        self._crumbs: list[_Crumb] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @property
    def text(self) -> str:
        return f"  {SIGN}  ".join(self._parts)

    def say(self, *parts: str) -> None:
        """The parts from the left."""
        if parts == self._parts:
            return
        self._parts = parts
        self.setAccessibleName(f"Place: {self.text}")
        while len(self._crumbs) < len(parts):
            self._crumbs.append(self._made(len(self._crumbs)))
        for place, crumb in enumerate(self._crumbs):
            crumb.setVisible(place < len(parts))
            if place < len(parts):
                crumb.say(parts[place], place == len(parts) - 1)
        self._arrange()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, theme.CONTROL)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setFont(theme.font("text"))
            painter.setPen(theme.colours().third)
            for crumb in self._crumbs[1 : len(self._parts)]:
                box = QRectF(crumb.x() - BETWEEN, 0, BETWEEN, self.height())
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, SIGN)

    def _made(self, place: int) -> "_Crumb":
        crumb = _Crumb(self)
        crumb.clicked.connect(lambda: self.pressed.emit(place))
        return crumb

    def _arrange(self) -> None:
        """Each part as wide as its words; where there is too little room the longest gives way first."""
        shown = self._crumbs[: len(self._parts)]
        widths = [crumb.sizeHint().width() for crumb in shown]
        over = sum(widths) + BETWEEN * (len(shown) - 1) - self.width()
        while over > 0 and any(width > LEAST for width in widths):
            longest = widths.index(max(widths))
            others = [width for place, width in enumerate(widths) if place != longest]
            less = min(over, widths[longest] - max([LEAST, *(width - 1 for width in others)]))
            widths[longest] -= max(1, less)
            over -= max(1, less)
        x = 0
        for crumb, width in zip(shown, widths, strict=True):
            crumb.setGeometry(x, 0, width, self.height())
            crumb.setToolTip(crumb.text() if width < crumb.sizeHint().width() else "")
            x += width + BETWEEN


class _Crumb(QAbstractButton):
    """One part of the path."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._is_here = False
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def say(self, words: str, is_here: bool) -> None:
        self.setText(words)
        self._is_here = is_here
        self.setAccessibleName(words if is_here else f"Go to {words}")
        self.setEnabled(not is_here)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus if is_here else Qt.FocusPolicy.TabFocus)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(QFontMetrics(self._font()).horizontalAdvance(self.text()) + 2 * PAD + 1, theme.CONTROL)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint(painter)

    def _font(self) -> QFont:
        return theme.font("strong" if self._is_here else "text")

    def _paint(self, painter: QPainter) -> None:
        c = theme.colours()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hot = self.isEnabled() and (self.underMouse() or self.isDown())
        if hot or self.hasFocus():
            painter.setPen(c.accent if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(c.faint if hot else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS, theme.RADIUS)
        metrics = QFontMetrics(self._font())
        words = metrics.elidedText(self.text(), Qt.TextElideMode.ElideMiddle, self.width() - 2 * PAD)
        painter.setFont(self._font())
        painter.setPen(c.text if self._is_here or hot else c.second)
        painter.drawText(QPointF(PAD, baseline(metrics, self.height())), words)
