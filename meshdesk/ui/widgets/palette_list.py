"""The list of the palette: labels of groups and the hits below them, with the letters that matched. It has no focus of its own."""

from typing import NamedTuple

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from meshdesk.model import wording
from meshdesk.ui import icons, theme
from meshdesk.ui.palette import Group, Hit, places
from meshdesk.ui.widgets.controls import baseline, name_bars

Index = QModelIndex | QPersistentModelIndex
ROW = 28
LEFT = 14
TEXT = 40  # where the words begin, right of the icon
RIGHT = 14
NOTE_MOST = 0.45  # of the width; what stands at the right never takes the words' place


class Row(NamedTuple):
    """A hit, or the label of a group, which has none."""

    group: Group
    hit: Hit | None = None

    @property
    def text(self) -> str:
        return self.hit.text if self.hit is not None else self.group.source.group

    @property
    def note(self) -> str:
        if self.hit is not None:
            return self.hit.source.note(self.hit.number)
        shown = len(self.group.hits)
        more = f"{wording.count(shown)} of " if shown < self.group.number else ""
        return f"{more}{wording.count(self.group.number)}"


class PaletteModel(QAbstractListModel):
    """The rows as they stand."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []

    def show(self, groups: list[Group]) -> None:
        self.beginResetModel()
        self.rows = [row for group in groups for row in (Row(group), *(Row(group, hit) for hit in group.hits))]
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (row.text, row.note) if part)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        is_hit = index.isValid() and self.rows[index.row()].hit is not None
        return super().flags(index) if is_hit else Qt.ItemFlag.ItemIsEnabled


class PaletteList(QTableView):
    """Draws its rows itself. A table: a list would ask for every row."""

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.found = PaletteModel()
        self.words: tuple[str, ...] = ()
        self.setModel(self.found)
        self.setAccessibleName("What was found")
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setShowGrid(False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keys are the field's
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalHeader().setVisible(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        rows = self.verticalHeader()
        rows.setVisible(False)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(ROW)
        rows.setDefaultSectionSize(ROW)
        name_bars(self, "what was found")

    def show_groups(self, groups: list[Group], words: tuple[str, ...]) -> None:
        """Shows what was found; the best hit is the current one."""
        self.words = words
        self.found.show(groups)
        self._go_to(1)
        self.scrollToTop()

    @property
    def current(self) -> Row | None:
        """The row that Return takes."""
        at = self.currentIndex().row()
        return self.found.rows[at] if 0 <= at < len(self.found.rows) else None

    def step(self, by: int) -> None:
        """To the next hit, or the one before; around the ends."""
        rows, at = self.found.rows, self.currentIndex().row()
        for _ in rows:
            at = (at + by) % len(rows)
            if rows[at].hit is not None:
                break
        self._go_to(at)

    def leaf(self, by: int) -> None:
        """A screen further, or back; not around the ends."""
        hits = [at for at, row in enumerate(self.found.rows) if row.hit is not None]
        wanted = self.currentIndex().row() + by * max(1, self.viewport().height() // ROW - 1)
        if hits:
            self._go_to(min(hits, key=lambda at: abs(at - wanted)))

    def step_group(self, by: int) -> None:
        """To the first hit of the next group, or of the one before; around the ends."""
        firsts = [at + 1 for at, row in enumerate(self.found.rows) if row.hit is None]
        if firsts:
            here = max((place for place, at in enumerate(firsts) if at <= self.currentIndex().row()), default=0)
            self._go_to(firsts[(here + by) % len(firsts)])

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and self.found.rows[index.row()].hit is not None:
            self.setCurrentIndex(index)
            self.chosen.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self.viewport()) as painter:
            self._paint(painter)

    def _go_to(self, row: int) -> None:
        if 0 <= row < len(self.found.rows):
            self.setCurrentIndex(self.found.index(row))
            above = row - 1 if self.found.rows[row - 1].hit is None else row
            self.scrollTo(self.found.index(above))
            self.scrollTo(self.found.index(row))

    def _paint(self, painter: QPainter) -> None:
        c = theme.colours()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, height = self.viewport().width(), self.viewport().height()
        painter.fillRect(0, 0, width, height, c.raised)
        first = self.rowAt(0)
        if first < 0:
            return
        y = self.rowViewportPosition(first)
        for at in range(first, len(self.found.rows)):
            if y >= height:
                return
            row = self.found.rows[at]
            if row.hit is None:
                self._paint_label(painter, row, y, width)
            else:
                if at == self.currentIndex().row():
                    painter.setPen(Qt.PenStyle.NoPen)
                    painter.setBrush(c.selection)
                    painter.drawRoundedRect(QRectF(6, y + 1, width - 12, ROW - 2), theme.RADIUS, theme.RADIUS)
                self._paint_hit(painter, row, row.hit, y, width)
            y += ROW

    def _paint_label(self, painter: QPainter, row: Row, y: int, width: int) -> None:
        painter.setPen(theme.colours().second)
        painter.setFont(theme.font("label"))
        base = y + 3 + baseline(QFontMetrics(theme.font("label")), ROW)
        painter.drawText(QPointF(LEFT, base), row.text)
        count = QFontMetrics(theme.font("label")).horizontalAdvance(row.note)
        painter.drawText(QPointF(width - RIGHT - count, base), row.note)

    def _paint_hit(self, painter: QPainter, row: Row, hit: Hit, y: int, width: int) -> None:
        c = theme.colours()
        usable = hit.source.is_usable(hit.number)
        icons.draw(painter, hit.source.icon(hit.number), LEFT, y + (ROW - 15) / 2, 15, c.second if usable else c.third)
        small, metrics = QFontMetrics(theme.font("small")), QFontMetrics(theme.font("text"))
        note = small.elidedText(row.note, Qt.TextElideMode.ElideMiddle, int(width * NOTE_MOST))
        at = width - RIGHT - small.horizontalAdvance(note)
        painter.setFont(theme.font("small"))
        painter.setPen(c.second if usable else c.third)
        painter.drawText(QPointF(at, y + baseline(small, ROW)), note)
        room = at - TEXT - 12 if note else width - RIGHT - TEXT
        shown = metrics.elidedText(hit.text, Qt.TextElideMode.ElideMiddle, int(room))
        if self.words and shown == hit.text:
            for first, last in _runs(places(shown, self.words)):
                left = TEXT + metrics.horizontalAdvance(shown[:first])
                wide = metrics.horizontalAdvance(shown[first : last + 1])
                painter.fillRect(QRectF(left - 0.5, y + 6, wide + 1, ROW - 12), c.hit)
        painter.setFont(theme.font("text"))
        painter.setPen(c.text if usable else c.third)
        painter.drawText(QPointF(TEXT, y + baseline(metrics, ROW)), shown)


def _runs(numbers: list[int]) -> list[tuple[int, int]]:
    """First and last of each run of numbers that follow each other."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs
