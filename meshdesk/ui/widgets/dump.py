"""Bytes as a dump: offset, hexadecimal, printable characters. Draws only the lines on the screen."""

import math

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetricsF,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea

from meshdesk.model import wording
from meshdesk.ui import theme
from meshdesk.ui.widgets.context_menu import context_menu
from meshdesk.ui.widgets.controls import draw_focus, name_bars

LINE = 18
PAD = 14
GAP = 8  # px between offset, bytes and text
RIGHT = 4
STEPS: dict[int, tuple[int, int]] = {  # bytes and lines that a key goes on
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
}  # fmt: skip
BYTES_A_LINE = (16, 12, 8, 4)  # as many as fit; 12 in the inspector as it is drawn


class Dump(QAbstractScrollArea):
    """Lines of (offset, bytes in hex, printable characters), as long as fit the width; copied as they were given.

    Some bytes may be marked, and one be selected, by a click or by the arrow keys.
    """

    chosen = Signal(int)  # the byte that was selected

    def __init__(self, name: str = "Bytes") -> None:
        super().__init__()
        self._mark: tuple[int, int] | None = None
        self._at: int | None = None  # the byte that is selected
        self._is_choosing = False
        self._lines: tuple[tuple[str, str, str], ...] = ()
        self._hex = ""  # of all bytes, three characters each
        self._printable = ""
        self._bytes_a_line = BYTES_A_LINE[0]
        self._cut = 0
        self.setAccessibleName(name)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        name_bars(self, name.lower())

    def say(self, lines: tuple[tuple[str, str, str], ...], cut: int) -> None:
        """`cut` is how many bytes the lines leave out."""
        if lines is self._lines and cut == self._cut:
            return
        self._lines, self._cut = lines, cut
        self._mark = self._at = None
        self._hex = " ".join(in_hex for _, in_hex, _ in lines)
        self._printable = "".join(printable for _, _, printable in lines)
        self.setAccessibleDescription(f"{wording.plural(len(lines), 'line')} of bytes")
        self.verticalScrollBar().setValue(0)
        self._fit()
        self.viewport().update()

    @property
    def lines(self) -> int:
        """How many lines were given."""
        return len(self._lines)

    def mark(self, span: tuple[int, int] | None) -> None:
        """Marks the bytes [first, end) and scrolls there, unless it is this dump in which somebody selected them."""
        self._mark = span
        self.viewport().update()
        if span is None or self._is_choosing:
            return
        self._at = None
        self._show(span[0])

    def marked_hex(self, span: tuple[int, int] | None) -> str:
        """The bytes of a range as hex, without blanks; "" where they are not all here."""
        if span is None or span[1] > len(self._printable):
            return ""
        return self._hex[3 * span[0] : 3 * span[1]].replace(" ", "")

    def choose(self, at: int) -> None:
        """Selects one byte, the nearest that is there."""
        if not self._printable:
            return
        self._at = min(max(0, at), len(self._printable) - 1)
        self._show(self._at)
        self.viewport().update()
        self._is_choosing = True
        self.chosen.emit(self._at)
        self._is_choosing = False

    def _show(self, at: int) -> None:
        """Scrolls as far as it takes to see a byte."""
        bar, line = self.verticalScrollBar(), at // self._bytes_a_line
        if line < bar.value():
            bar.setValue(line)
        elif line >= bar.value() + bar.pageStep():
            bar.setValue(line - bar.pageStep() + 1)

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
            self._paint_marks(painter, number, y, hex_left, hex_left + step * wide + GAP)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(c.third)
            painter.drawText(QPointF(left, y), offset)
            painter.setPen(c.text)
            painter.drawText(QPointF(hex_left, y), in_hex)
            painter.setPen(c.second)
            painter.drawText(QPointF(hex_left + step * wide + GAP, y), printable)
            y += LINE
        if self._cut and first + self.viewport().height() // LINE >= self._count():
            painter.drawText(QPointF(left, y), f"{wording.size(self._cut)} more are not shown")

    def _paint_marks(self, painter: QPainter, number: int, y: float, hex_left: float, text_left: float) -> None:
        """Behind the bytes of a line: those that are marked, and a frame around the one that is selected."""
        c, step, top = theme.colours(), self._step(), y - 13
        begin, end = number * self._bytes_a_line, min((number + 1) * self._bytes_a_line, len(self._printable))
        first, last = (max(begin, self._mark[0]), min(end, self._mark[1])) if self._mark else (0, 0)
        if first < last:
            place, many = first - begin, last - first
            painter.fillRect(QRectF(hex_left + 3 * step * place - 1, top, step * (3 * many - 1) + 2, LINE), c.hit)
            painter.fillRect(QRectF(text_left + step * place, top, step * many, LINE), c.hit)
        if self._at is not None and begin <= self._at < end:
            place = self._at - begin
            painter.setPen(c.accent)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(hex_left + 3 * step * place - 1.5, top + 0.5, 2 * step + 2, LINE - 2))
            painter.drawRect(QRectF(text_left + step * place - 0.5, top + 0.5, step, LINE - 2))

    def byte_at(self, x: float, y: float) -> int | None:
        """Which byte is drawn at a place of the viewport, as hex or as a character; None where none is."""
        number = self.verticalScrollBar().value() + int((y - 2) // LINE)
        step = self._step()
        hex_left = PAD - self.horizontalScrollBar().value() + step * self._offset_digits() + GAP
        wide = min(self._bytes_a_line, len(self._printable))
        text_left = hex_left + step * (3 * wide - 1) + GAP
        place = (
            int((x - text_left) // step) if x >= text_left - GAP / 2 else int((x - hex_left + step / 2) // (3 * step))
        )
        at = number * self._bytes_a_line + place
        return at if 0 <= place < self._bytes_a_line and 0 <= at < len(self._printable) and y >= 2 else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        at = self.byte_at(event.position().x(), event.position().y())
        if at is not None and event.button() == Qt.MouseButton.LeftButton:
            self.choose(at)

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
        elif event.key() in STEPS and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            by, lines = STEPS[event.key()]
            begin = self._at if self._at is not None else self._mark[0] if self._mark else None
            self.choose(0 if begin is None else begin + by + lines * self._bytes_a_line)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = context_menu(self)
        if self.marked_hex(self._mark):
            menu.addAction("Copy the marked bytes\tCtrl+C").triggered.connect(self.copy)
        menu.addAction("Copy the dump").triggered.connect(self.copy_all)
        menu.popup(event.globalPos())

    def copy(self) -> str:
        """The marked bytes as hex to the clipboard, or the whole dump where none are; a sentence on what was copied."""
        in_hex = self.marked_hex(self._mark)
        if not in_hex:
            return self.copy_all()
        return self.copy_bytes(self._mark)

    def copy_bytes(self, span: tuple[int, int] | None) -> str:
        """The bytes of a range as hex to the clipboard; a sentence on what was copied, or why not."""
        in_hex = self.marked_hex(span)
        if span is not None and span[0] == span[1]:
            return "This line takes no bytes."  # as a null of Avro
        if not in_hex:
            return "The bytes of this line are not known." if span is None else "Not all of its bytes are shown here."
        QGuiApplication.clipboard().setText(in_hex)
        return f"Copied {wording.plural(len(in_hex) // 2, 'byte')} as hex."

    def copy_all(self) -> str:
        """The whole dump to the clipboard; a sentence that says so."""
        QGuiApplication.clipboard().setText(self.text)
        return "Copied the bytes as a dump."

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
