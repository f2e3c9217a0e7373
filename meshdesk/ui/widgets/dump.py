"""Bytes as a dump: offset, hexadecimal, printable characters. Draws only the lines on the screen."""

import math

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
from meshdesk.ui.widgets.controls import draw_focus, name_bars

LINE = 18
PAD = 14
GAP = 8  # px between offset, bytes and text
RIGHT = 4
BYTES_A_LINE = (16, 12, 8, 4)  # as many as fit; 12 in the inspector as it is drawn


class Dump(QAbstractScrollArea):
    """Lines of (offset, bytes in hex, printable characters), as long as fit the width; copied as they were given."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[tuple[str, str, str], ...] = ()
        self._hex = ""  # of all bytes, three characters each
        self._printable = ""
        self._bytes_a_line = BYTES_A_LINE[0]
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
        self._hex = " ".join(in_hex for _, in_hex, _ in lines)
        self._printable = "".join(printable for _, _, printable in lines)
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
            draw_focus(painter, self)

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
        wide = min(self._bytes_a_line, len(self._printable)) * 3 - 1
        hex_left = left + step * self._offset_digits() + GAP
        y = 13.0 + 2
        for number in range(first, min(first + self.viewport().height() // LINE + 1, self._count())):
            offset, in_hex, printable = self.line(number)
            painter.setPen(c.third)
            painter.drawText(QPointF(left, y), offset)
            painter.setPen(c.text)
            painter.drawText(QPointF(hex_left, y), in_hex)
            painter.setPen(c.second)
            painter.drawText(QPointF(hex_left + step * wide + GAP, y), printable)
            y += LINE
        if self._cut and first + self.viewport().height() // LINE >= self._count():
            painter.drawText(QPointF(left, y), f"{wording.size(self._cut)} more are not shown")

    def line(self, number: int) -> tuple[str, str, str]:
        """One line as it is drawn."""
        first = number * self._bytes_a_line
        end = first + self._bytes_a_line
        return f"{first:0{self._offset_digits()}x}", self._hex[3 * first : 3 * end - 1], self._printable[first:end]

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
        bar = self.verticalScrollBar().sizeHint().width()
        room = needed = 0
        for self._bytes_a_line in BYTES_A_LINE:
            room = self.width() - (bar if self._count() + bool(self._cut) > page else 0)
            needed = self._needed()
            if needed <= room:
                break
        self.verticalScrollBar().setPageStep(page)
        self.verticalScrollBar().setRange(0, max(0, self._count() + bool(self._cut) - page))
        self.horizontalScrollBar().setPageStep(room)
        self.horizontalScrollBar().setRange(0, max(0, needed - room))

    def _count(self) -> int:
        """How many lines there are at this width."""
        return -(-len(self._printable) // self._bytes_a_line)

    def _needed(self) -> int:
        """The width of a whole line."""
        bytes_shown = min(self._bytes_a_line, len(self._printable))
        characters = self._offset_digits() + max(0, 3 * bytes_shown - 1) + bytes_shown
        return PAD + math.ceil(self._step() * characters) + 2 * GAP + RIGHT

    def _offset_digits(self) -> int:
        return max(4, len(f"{len(self._printable):x}"))

    def _step(self) -> float:
        return QFontMetricsF(theme.font("mono_small")).horizontalAdvance("0")
