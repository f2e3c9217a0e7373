"""Bytes as a dump: offset, hexadecimal, printable characters. Draws only the lines on the screen."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetricsF,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QMenu

from meshdesk.model import wording
from meshdesk.ui import theme
from meshdesk.ui.widgets.controls import name_bars

LINE = 18
PAD = 14
GAP = 2  # characters between offset, bytes and text


class Dump(QAbstractScrollArea):
    """Lines of (offset, bytes in hex, printable characters)."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[tuple[str, str, str], ...] = ()
        self._cut = 0
        self.setAccessibleName("Bytes")
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        name_bars(self, "bytes")

    def say(self, lines: tuple[tuple[str, str, str], ...], cut: int) -> None:
        """`cut` is how many bytes the lines leave out."""
        if lines is self._lines and cut == self._cut:
            return
        self._lines, self._cut = lines, cut
        self.setAccessibleDescription(f"{wording.plural(len(lines), 'line')} of bytes")
        self.verticalScrollBar().setValue(0)
        self._fit()
        self.viewport().update()

    @property
    def text(self) -> str:
        return "\n".join("  ".join(line) for line in self._lines)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self.viewport()) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        c = theme.colours()
        painter.fillRect(self.viewport().rect(), c.panel)
        painter.setFont(theme.font("mono_small"))
        step = self._step()
        left = PAD - self.horizontalScrollBar().value()
        first = self.verticalScrollBar().value()
        if not self._lines:
            painter.setFont(theme.font("text"))
            painter.setPen(c.second)
            painter.drawText(QPointF(PAD, LINE), "No bytes.")
            return
        wide = max(len(line[1]) for line in self._lines[:2])
        offsets = len(self._lines[-1][0])
        y = 13.0 + 2
        for offset, in_hex, printable in self._lines[first : first + self.viewport().height() // LINE + 1]:
            painter.setPen(c.third)
            painter.drawText(QPointF(left, y), offset)
            painter.setPen(c.text)
            painter.drawText(QPointF(left + step * (offsets + GAP), y), in_hex)
            painter.setPen(c.second)
            painter.drawText(QPointF(left + step * (offsets + wide + 2 * GAP), y), printable)
            y += LINE
        if self._cut and first + self.viewport().height() // LINE >= len(self._lines):
            painter.drawText(QPointF(left, y), f"{wording.size(self._cut)} more are not shown")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            bar = self.verticalScrollBar()
            bar.setValue(0 if event.key() == Qt.Key.Key_Home else bar.maximum())
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy the dump").triggered.connect(self.copy)
        menu.popup(event.globalPos())

    def copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text)

    def _fit(self) -> None:
        page = max(1, self.viewport().height() // LINE)
        lines = len(self._lines) + (1 if self._cut else 0)
        self.verticalScrollBar().setPageStep(page)
        self.verticalScrollBar().setRange(0, max(0, lines - page))
        needed = 0
        if self._lines:
            offset, in_hex, printable = self._lines[0]
            needed = round(self._step() * (len(offset) + len(in_hex) + len(printable) + 2 * GAP)) + 2 * PAD
        self.horizontalScrollBar().setPageStep(self.viewport().width())
        self.horizontalScrollBar().setRange(0, max(0, needed - self.viewport().width()))

    def _step(self) -> float:
        return QFontMetricsF(theme.font("mono_small")).horizontalAdvance("0")
