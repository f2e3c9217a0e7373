"""A field for a number with its unit. The arrow keys step; what is no number, or too large, is answered with a sentence."""

import re

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy

from meshdesk.session.settings import Number
from meshdesk.ui import theme

PAD = 8
UNIT_GAP = 6


def number_in(text: str, decimals: int) -> float | None:
    """The number that somebody typed, with or without commas between thousands; None where it is none.

    A comma may as well be the decimal one where there are decimals:

    >>> number_in("100,000", 0), number_in("2.5", 1), number_in("2,5", 1), number_in("2,5", 0), number_in("1e3", 0)
    (100000.0, 2.5, 2.5, None, None)
    """
    word = text.strip().replace("\u202f", "").replace(" ", "")
    if decimals and re.fullmatch(rf"\d+,\d{{1,{decimals}}}", word):
        word = word.replace(",", ".")
    return float(word.replace(",", "")) if re.fullmatch(r"(\d+|\d{1,3}(,\d{3})+)(\.\d+)?", word) else None


class NumberField(QLineEdit):
    """`chosen` carries a number that is allowed, `wrong` the reason why another is not ("" once it is mended)."""

    chosen = Signal(float)
    wrong = Signal(str)

    def __init__(self, name: str, kind: Number) -> None:
        super().__init__()
        self._kind = kind
        self._value = kind.least
        self.setAccessibleName(f"{name}, in {kind.unit}")
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.returnPressed.connect(self.commit)
        self.textEdited.connect(lambda _: self._say_wrong(""))

    def show_value(self, value: float) -> None:
        self._value = value
        self.setText(self._kind.plain(value))
        self._say_wrong("")

    def commit(self) -> None:
        """Takes what stands in the field."""
        value = number_in(self.text(), self._kind.decimals)
        problem = "is no number" if value is None else self._kind.problem(value)
        if problem or value is None:
            self._say_wrong(f"“{self.text()}” {problem}.")
        elif value != self._value:
            self.show_value(value)
            self.chosen.emit(value)
        else:
            self.show_value(value)

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(theme.font("text"))
        digits = metrics.horizontalAdvance(self._kind.plain(self._kind.most))
        return QSize(digits + self._unit_width() + 3 * PAD + 4, theme.FIELD)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: 10, Qt.Key.Key_PageDown: -10}
        if event.key() in steps:
            self._step(steps[Qt.Key(event.key())])
        elif event.key() == Qt.Key.Key_Escape and self.isModified():
            self.show_value(self._value)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.commit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setTextMargins(0, 0, self._unit_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self) as painter:
            painter.setFont(theme.font("text"))
            painter.setPen(theme.colours().second)
            inside = self.rect().adjusted(0, 0, -PAD - 1, 0)
            painter.drawText(inside, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._kind.unit)

    def _step(self, steps: int) -> None:
        value = self._value + steps * self._kind.step
        value = round(min(max(value, self._kind.least), self._kind.most), self._kind.decimals)
        self.setText(self._kind.plain(value))
        self.commit()

    def _unit_width(self) -> int:
        return QFontMetrics(theme.font("text")).horizontalAdvance(self._kind.unit) + UNIT_GAP

    def _say_wrong(self, sentence: str) -> None:
        self.setAccessibleDescription(sentence)
        if self.property("wrong") != bool(sentence):
            self.setProperty("wrong", bool(sentence))
            self.style().unpolish(self)
            self.style().polish(self)
        self.wrong.emit(sentence)
