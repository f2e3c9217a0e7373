"""The list of troubles: a sentence, what to do, what it is about, and when; each as high as its words need."""

from textwrap import wrap

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from meshdesk.model.trouble import Trouble
from meshdesk.ui import icons, theme
from meshdesk.ui.times import how_often, moment
from meshdesk.ui.widgets.controls import draw_focus, name_bars
from meshdesk.ui.widgets.record_lines import CONTROLS

Index = QModelIndex | QPersistentModelIndex
LEFT = 44  # where the sentence begins, right of its sign
RIGHT = 16
WHEN = 190  # px for the times at the right
PAD = 11
GAP = 3
LINE = 18
ZERO_WIDTH = "\u200b"
SIGNS = {"bad": ("octagon-alert", "bad_text"), "attention": ("triangle-alert", "attention_text")}
WRAP = Qt.TextFlag.TextWordWrap
LONG_WORD = 40  # characters after which a line may break within a word: a topic has up to 249


def when(trouble: Trouble) -> tuple[str, str]:
    """When it happened: the last time, and how often since when ("" where it was once)."""
    last = moment(trouble.seen or None)
    return f"{last.day} {last.clock[:8]} {last.zone}".strip(), how_often(trouble)


def as_text(trouble: Trouble) -> str:
    """The trouble as a paragraph, for a report."""
    head = " · ".join(part for part in (*when(trouble), trouble.about) if part)
    return f"{head}\n{trouble.sentence}"


def breakable(text: str) -> str:
    """The text with places to break a line in the words that are too long for one."""
    words = [ZERO_WIDTH.join(wrap(word, LONG_WORD)) if len(word) > LONG_WORD else word for word in text.split(" ")]
    return " ".join(words)


class TroubleModel(QAbstractListModel):
    """The troubles that are shown, newest first."""

    def __init__(self) -> None:
        super().__init__()
        self.troubles: tuple[Trouble, ...] = ()

    def show(self, troubles: tuple[Trouble, ...]) -> None:
        self.beginResetModel()
        self.troubles = troubles
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        return 0 if parent.isValid() else len(self.troubles)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        if not index.isValid() or index.row() >= len(self.troubles):
            return None
        trouble = self.troubles[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return trouble.sentence
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (trouble.sentence, trouble.about, *when(trouble)) if part)
        return None


class TroubleList(QTableView):
    """Draws its rows itself. A table, whose rows may differ in height, and which screen readers know.

    `asked` carries a trouble: somebody wants to see what it is about (Return, or a double click).
    """

    asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._reached: frozenset[str] = frozenset()
        self.troubles = TroubleModel()
        self.setModel(self.troubles)
        self.setAccessibleName("Troubles, newest first")
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalHeader().setVisible(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().setVisible(False)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setMinimumSectionSize(LINE)
        self.verticalScrollBar().setSingleStep(LINE)
        name_bars(self, "the troubles")

    def show_troubles(self, troubles: tuple[Trouble, ...], reached: frozenset[str] = frozenset()) -> None:
        """Shows these; what was selected stays selected, wherever it is now. `reached`: what they are about, where Return leads
        to it."""
        if reached != self._reached:
            self._reached = reached
            self.viewport().update()
        if troubles == self.troubles.troubles:
            return
        chosen = {(trouble.text, trouble.about) for trouble in self._selected()}
        self.troubles.show(troubles)
        self._measure()
        for row, trouble in enumerate(troubles):
            if (trouble.text, trouble.about) in chosen:
                self.selectRow(row)

    def chosen(self) -> tuple[Trouble, ...]:
        """The selected ones; all that are shown where none is."""
        return self._selected() or self.troubles.troubles

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Home and End go to the ends of the list, where a table goes to those of a row."""
        ends = {
            QAbstractItemView.CursorAction.MoveHome: 0,
            QAbstractItemView.CursorAction.MoveEnd: len(self.troubles.troubles) - 1,
        }
        return self.troubles.index(ends[action]) if action in ends else super().moveCursor(action, modifiers)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._ask(self.currentIndex().row())
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._ask(self.indexAt(event.position().toPoint()).row())

    def _ask(self, row: int) -> None:
        if 0 <= row < len(self.troubles.troubles):
            self.asked.emit(self.troubles.troubles[row])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._measure()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self.viewport()) as painter:
            self._paint(painter)

    def _selected(self) -> tuple[Trouble, ...]:
        rows = sorted({index.row() for index in self.selectionModel().selectedRows()})
        return tuple(self.troubles.troubles[row] for row in rows)

    def _measure(self) -> None:
        """Each row is as high as its words need at this width."""
        for row, trouble in enumerate(self.troubles.troubles):
            self.setRowHeight(row, sum(height for *_, height in self._lines(trouble)) + 2 * PAD)

    def _lines(self, trouble: Trouble) -> list[tuple[str, theme.FontName, str, int]]:
        """(words, font, colour, height) of what stands at the left of a row."""
        width = max(80, self.viewport().width() - LEFT - WHEN - RIGHT)
        wanted: list[tuple[str, theme.FontName, str]] = [
            (trouble.text, "strong", "text"),
            (trouble.advice, "text", "text"),
            (trouble.about, "small", "accent_text" if trouble.about in self._reached else "second"),
        ]
        lines = []
        for words, font, colour in wanted:
            if words:
                clean = breakable(words.translate(CONTROLS))
                box = QFontMetrics(theme.font(font)).boundingRect(QRect(0, 0, width, 10_000), WRAP, clean)
                lines.append((clean, font, colour, max(LINE, box.height()) + GAP))
        return lines

    def _paint(self, painter: QPainter) -> None:
        c = theme.colours()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, height = self.viewport().width(), self.viewport().height()
        painter.fillRect(0, 0, width, height, c.canvas)
        first = max(0, self.rowAt(0))
        selected = {index.row() for index in self.selectionModel().selectedRows()}
        for row in range(first, len(self.troubles.troubles)):
            top = self.rowViewportPosition(row)
            if top >= height:
                break
            box = QRect(0, top, width, self.rowHeight(row))
            if row in selected:
                painter.fillRect(box, c.selection)
            painter.fillRect(0, box.bottom(), width, 1, c.faint)
            if row == self.currentIndex().row() and self.hasFocus():
                painter.setPen(c.accent)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(QRectF(box).adjusted(3.5, 2.5, -3.5, -3.5), 4, 4)
            self._paint_row(painter, self.troubles.troubles[row], box)
        if not self.currentIndex().isValid():
            draw_focus(painter, self)

    def _paint_row(self, painter: QPainter, trouble: Trouble, box: QRect) -> None:
        c = theme.colours()
        sign, tone = SIGNS[trouble.severity]
        icons.draw(painter, sign, 16, box.top() + PAD, 17, getattr(c, tone))
        y = box.top() + PAD
        for words, font, colour, high in self._lines(trouble):
            painter.setFont(theme.font(font))
            painter.setPen(getattr(c, colour))
            painter.drawText(QRect(LEFT, y, box.width() - LEFT - WHEN - RIGHT, high), WRAP, words)
            y += high
        last, often = when(trouble)
        painter.setFont(theme.font("small"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
        for place, (words, colour) in enumerate(((last, "second"), (often, "text"))):
            painter.setPen(getattr(c, colour))
            at = box.top() + PAD + place * (LINE + GAP)
            painter.drawText(QRect(box.width() - WHEN - RIGHT, at, WHEN, LINE), right, words)
