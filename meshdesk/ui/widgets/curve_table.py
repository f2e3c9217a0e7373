"""The curves of a plot as a table: what each is called, how much it is at the crosshair, on average, and at most."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from meshdesk.ui import theme
from meshdesk.ui.widgets.controls import draw_dot, name_bars
from meshdesk.ui.widgets.plot_scale import rate_words

if TYPE_CHECKING:
    from meshdesk.model.curves import Curve, Curves

Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("Name", "Domain", "Newest", "Mean", "Greatest")
VALUE = 2
NUMBERS = (2, 3, 4)
DOT = 12  # px


class CurveModel(QAbstractTableModel):
    """A row a curve, in the order of the plot, and all together at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[tuple[str, ...]] = []
        self.keys: list[str] = []
        self._hues: Mapping[str, QColor] = {}
        self._head = COLUMNS[VALUE]
        self._domains_inferred: frozenset[str] = frozenset()

    def show(self, drawn: "Curves", column: int | None, hues: Mapping[str, QColor]) -> None:
        """The curves, with their values at a column of the plot; None: where the newest is known."""
        from meshdesk.ui.widgets.plot_paint import when  # it imports numpy, which is there once there are curves

        curves = [*drawn.curves, *((drawn.total,) if len(drawn.curves) > 1 else ())]
        rows = [_row(curve, drawn, column) for curve in curves]
        head = f"At {when(drawn, column)}" if column is not None else COLUMNS[VALUE]
        keys = [curve.key for curve in curves]
        if keys != self.keys:
            self.beginResetModel()
            self.keys, self.rows, self._hues = keys, rows, hues
            self.endResetModel()
        elif rows != self.rows or hues != self._hues:
            self.rows, self._hues = rows, hues
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(COLUMNS) - 1))
        if head != self._head:
            self._head = head
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, VALUE, VALUE)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object | None:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._head if section == VALUE else COLUMNS[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object | None:
        row, column = index.row(), index.column()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(column)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.rows[row][column]
        if role == Qt.ItemDataRole.DecorationRole and column == 0:
            return _dot(self._hues.get(self.keys[row]))
        if role == Qt.ItemDataRole.ForegroundRole and (column == 1 or self.rows[row][column] == "not known"):
            return theme.colours().second
        return None


def _row(curve: "Curve", drawn: "Curves", column: int | None) -> tuple[str, ...]:
    from meshdesk.model.curves import mean_and_peak, newest  # as above

    at = newest(curve) if column is None else column
    of = drawn.asked.of
    value = rate_words(None, of) if at is None else rate_words(float(curve.rates[at]), of, bool(curve.is_least[at]))
    found = mean_and_peak(curve, drawn.edges)
    is_least = bool(curve.is_least.any())
    mean, most = (rate_words(one, of, is_least) for one in found) if found else ("–", "–")
    return curve.title, curve.box.domain, value, mean, most


def _side(column: int) -> int:
    side = Qt.AlignmentFlag.AlignRight if column in NUMBERS else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)


def _dot(hue: QColor | None) -> QIcon:
    """The hue of a curve; nothing for all together, which has none in the plot."""
    picture = QPixmap(2 * DOT, 2 * DOT)
    picture.setDevicePixelRatio(2)
    picture.fill(Qt.GlobalColor.transparent)
    if hue is not None:
        with QPainter(picture) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw_dot(painter, QPointF(DOT / 2, DOT / 2), hue)
    icon = QIcon(picture)
    icon.addPixmap(picture, QIcon.Mode.Selected)  # a hue means its curve: it is not tinted
    return icon


class CurveTable(QTableView):
    """The table; what is selected in it is selected in the plot, and the other way round."""

    chosen = Signal(str)
    opened = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.content = CurveModel()
        self._choice = ""
        self.setModel(self.content)
        self.setObjectName("plain")  # the theme's
        self.setAccessibleName("The curves as a table")
        self.setFont(theme.font("text"))
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setIconSize(QSize(DOT, DOT))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.LIST_ROW)
        head = self.horizontalHeader()
        head.setAccessibleName("Columns of the table")
        head.setHighlightSections(False)
        head.setFont(theme.font("label"))
        head.setFixedHeight(theme.LIST_ROW)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for place, width in enumerate((180, 120, 124, 108, 108)):
            head.resizeSection(place, width)
        name_bars(self, "the table")
        self.selectionModel().currentRowChanged.connect(self._told)
        self.doubleClicked.connect(lambda _: self.opened.emit())
        self.content.modelReset.connect(lambda: self.choose(self._choice))

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
        return theme.LIST_ROW * (len(self.content.rows) + 1) + 6

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
