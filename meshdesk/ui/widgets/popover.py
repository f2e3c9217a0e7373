"""A box over the window that closes with Escape or a press beside it, which does nothing else, and gives the focus back."""

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from meshdesk.ui import theme

EDGE = 3  # px from the edge of the box to a square that lies within its round corners


class Popover(QWidget):
    """A child of the window. Who makes one says in `place` where it lies."""

    closed = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._before: QWidget | None = None  # what had the focus
        # Opaque and within the round corners: what changes in it does not have all that lies below drawn anew.
        self.inside = QWidget()
        self.inside.setAutoFillBackground(True)
        self.inside.setBackgroundRole(QPalette.ColorRole.Light)
        around = QVBoxLayout(self)
        around.setContentsMargins(EDGE, EDGE, EDGE, EDGE)
        around.addWidget(self.inside)
        window.installEventFilter(self)
        self.hide()

    def open_on(self, first: QWidget) -> None:
        """Shows it with the focus in `first`."""
        self._before = QApplication.focusWidget()
        self.place()
        self.show()
        self.raise_()
        first.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._window.windowHandle().installEventFilter(self)

    def close_again(self) -> None:
        """Closes it; what had the focus has it again."""
        if not self.isVisible():
            return
        self.hide()
        self._window.windowHandle().removeEventFilter(self)
        if self._before is not None and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)
        self._before = None
        self.closed.emit()

    def place(self) -> None:
        """Sets its geometry within the window."""

    def fitting(self) -> int:
        """The height that what stands in it needs now: Qt would find out later."""
        for part in (self.inside, self):
            layout = part.layout()
            if layout is not None:
                layout.activate()
        return self.sizeHint().height()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._window and self.isVisible():
            self.place()
        # A widget over all of the window would catch it as well, and have all of the window drawn when the box opens.
        is_press = event.type() == QEvent.Type.MouseButtonPress and watched is not self._window
        if is_press and isinstance(event, QMouseEvent) and not self.geometry().contains(event.position().toPoint()):
            self.close_again()
            return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_again()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press into the box is none on what lies below."""

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            c = theme.colours()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(c.raised)
            painter.setPen(c.line)
            box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(box, theme.CARD_RADIUS, theme.CARD_RADIUS)
