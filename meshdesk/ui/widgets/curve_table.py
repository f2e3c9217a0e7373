"""The curves of a plot as a table: what each is called, how much it is at the crosshair, on average, and at most."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHeaderView, QTableView

from meshdesk.ui import theme
from meshdesk.ui.widgets.controls import draw_dot, draw_focus
from meshdesk.ui.widgets.plain_table import PAD, make_plain, paint_words, rows_on_screen
from meshdesk.ui.widgets.plot_scale import rate_words

if TYPE_CHECKING:
    from meshdesk.model.curves import Curve, Curves

Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("Name", "Domain", "Newest", "Mean", "Greatest")
VALUE = 2
NUMBERS = (2, 3, 4)
DOT = 12  # px
DOT_GAP = 6  # px between it and the name


class CurveModel(QAbstractTableModel):
    """A row a curve, in the order of the plot, and all together at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: list[str] = []  # of the rows
        self._curves: list[Curve] = []
        self._column: int | None = None
        self._made: dict[int, tuple[str, ...]] = {}  # by row, of those that were asked for: ten are on the screen
        self._hues: Mapping[str, QColor] = {}
        self.head = COLUMNS[VALUE]  # of the values
        self._drawn: Curves | None = None
        self._lasting: dict[int, tuple[str, str, str, str]] = {}  # of those what is the same wherever the pointer is

    def show(self, drawn: "Curves", column: int | None, hues: Mapping[str, QColor]) -> None:
        """The curves, with their values at a column of the plot; None: where the newest is known."""
        from meshdesk.ui.widgets.plot_paint import when  # it imports numpy, which is there once there are curves

        curves = [*drawn.curves, *((drawn.total,) if len(drawn.curves) > 1 else ())]
        is_same = drawn is self._drawn and hues == self._hues
        if not is_same or column != self._column:
            self._take(curves, drawn, column, hues, is_same)
        self.head = f"At {when(drawn, column)}" if column is not None else COLUMNS[VALUE]

    def _take(
        self,
        curves: "list[Curve]",
        drawn: "Curves",
        column: int | None,
        hues: Mapping[str, QColor],
        is_same: bool,
    ) -> None:
        """`is_same`: the curves are those of before, of which the pointer is on another column."""
        if not is_same:
            self._lasting = {}
        keys = [curve.key for curve in curves]
        is_other = keys != self.keys
        if is_other:
            self.beginResetModel()
        self._drawn, self._column, self._curves, self._hues, self._made = drawn, column, curves, hues, {}
        if is_other:
            self.keys = keys
            self.endResetModel()
        elif keys:
            first, last = (
                (VALUE, VALUE) if is_same else (0, len(COLUMNS) - 1)
            )  # a pointer that moves changes one column
            self.dataChanged.emit(self.index(0, first), self.index(len(keys) - 1, last))

    def row(self, row: int) -> tuple[str, ...]:
        """What a row says, column by column."""
        made = self._made.get(row)
        if made is None:
            assert self._drawn is not None  # as there are rows
            curve, lasting = self._curves[row], self._lasting.get(row)
            if lasting is None:
                lasting = self._lasting[row] = _lasting(curve, self._drawn)
            title, domain, mean, most = lasting
            made = self._made[row] = title, domain, _value(curve, self._drawn, self._column), mean, most
        return made

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """All of them."""
        return [self.row(row) for row in range(len(self.keys))]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        return 0 if parent.isValid() else len(self.keys)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object | None:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.head if section == VALUE else COLUMNS[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object | None:
        row, column = index.row(), index.column()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(column)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.row(row)[column]
        return None

    def hue(self, row: int) -> QColor | None:
        """Which one a curve has in the plot."""
        return self._hues.get(self.keys[row])

    def tone(self, row: int, column: int) -> QColor:
        """Of the words of a cell."""
        c = theme.colours()
        return c.second if column == 1 or self.row(row)[column] == "not known" else c.text


def _lasting(curve: "Curve", drawn: "Curves") -> tuple[str, str, str, str]:
    """Name, domain, mean and greatest of a curve."""
    title, domain, is_least = curve.title, curve.box.domain, bool(curve.is_least.any())
    if curve.mean is None:
        return title, domain, "–", "–"
    mean, greatest = (rate_words(one, drawn.asked.of, is_least) for one in (curve.mean, curve.greatest))
    return title, domain, mean, greatest


def _value(curve: "Curve", drawn: "Curves", column: int | None) -> str:
    """How much a curve is at a column, or where the newest of it is known."""
    at = curve.newest if column is None else column
    of = drawn.asked.of
    return rate_words(None, of) if at is None else rate_words(float(curve.rates[at]), of, bool(curve.is_least[at]))


def _side(column: int) -> int:
    side = Qt.AlignmentFlag.AlignRight if column in NUMBERS else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)


class CurveTable(QTableView):
    """The table; what is selected in it is selected in the plot, and the other way round."""

    chosen = Signal(str)
    opened = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.content = CurveModel()
        self._choice = ""
        self.setModel(self.content)
        head = make_plain(self, "The curves as a table", "the table", QHeaderView.ResizeMode.Interactive)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for place, width in enumerate((160, 110, 150, 100, 100)):
            head.resizeSection(place, width)
        self.selectionModel().currentRowChanged.connect(self._told)
        self.doubleClicked.connect(lambda _: self.opened.emit())
        self.content.modelReset.connect(lambda: self.choose(self._choice))

    def show_curves(self, drawn: "Curves", column: int | None, hues: Mapping[str, QColor]) -> None:
        """The curves, with their values at a column of the plot; None: where the newest is known."""
        before = self.content.head
        self.content.show(drawn, column, hues)
        if self.content.head != before:
            # By the model's own signal Qt would lay out and paint the whole table, which takes ten times as long.
            self.horizontalHeader().viewport().update()

    def choose(self, key: str) -> None:
        """Selects the row of a curve, without telling anybody."""
        self._choice = key
        place = self.content.keys.index(key) if key in self.content.keys else -1
        self.selectionModel().blockSignals(True)
        if place < 0:
            self.selectionModel().clear()
        elif self.currentIndex().row() != place:
            self.setCurrentIndex(self.content.index(place, 0))
        self.selectionModel().blockSignals(False)
        self.viewport().update()

    @property
    def wanted_height(self) -> int:
        """px that all of it takes."""
        return theme.LIST_ROW * (len(self.content.keys) + 1) + 6

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self.viewport()) as painter:
            self._paint(painter, event.rect())
            draw_focus(painter, self)

    def _paint(self, painter: QPainter, part: QRect) -> None:
        """What lies in a part of it: while the pointer moves one column changes."""
        c, content = theme.colours(), self.content
        painter.fillRect(part, c.canvas)
        first, count, top = rows_on_screen(self)
        last = min(first + count, len(content.keys))
        for row in range(first, last):
            if self.selectionModel().isRowSelected(row):
                y = top + (row - first) * theme.LIST_ROW
                painter.fillRect(QRect(0, y, self.viewport().width(), theme.LIST_ROW), c.selection)
        for place in range(len(COLUMNS)):
            box = QRectF(self.columnViewportPosition(place), top, self.columnWidth(place), theme.LIST_ROW)
            if box.right() < part.left() or box.left() > part.right():
                continue
            painter.setClipRect(QRectF(box.x(), part.y(), box.width(), part.height()))
            if place == 0:
                self._paint_dots(painter, box, range(first, last))
                box.adjust(DOT + DOT_GAP, 0, 0, 0)
            cells = [(content.row(row)[place], content.tone(row, place)) for row in range(first, last)]
            paint_words(painter, box, cells, is_number=place in NUMBERS)
        painter.setClipping(False)

    def _paint_dots(self, painter: QPainter, box: QRectF, rows: range) -> None:
        """The hues of curves; all together has none in the plot."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        at = QPointF(box.x() + PAD + DOT / 2, box.center().y())
        for row in rows:
            if (hue := self.content.hue(row)) is not None:
                draw_dot(painter, at, hue)
            at += QPointF(0, theme.LIST_ROW)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit()
        elif event.key() == Qt.Key.Key_Escape and self._choice:
            self.choose("")
            self.chosen.emit("")
        else:
            super().keyPressEvent(event)

    def _told(self, current: QModelIndex) -> None:
        if current.isValid():
            self._choice = self.content.keys[current.row()]
            self.chosen.emit(self._choice)
