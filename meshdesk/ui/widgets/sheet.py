"""A small table that stands whole on a page: it has no scroll bar of its own, its page has."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QHeaderView, QSizePolicy, QTableView

from meshdesk.ui import theme
from meshdesk.ui.product_words import Cell
from meshdesk.ui.widgets.plain_table import make_plain

Index = QModelIndex | QPersistentModelIndex


class SheetModel(QAbstractTableModel):
    """Rows of cells."""

    def __init__(self, columns: Sequence[str], numbers: Sequence[int]) -> None:
        super().__init__()
        self.columns, self.numbers = columns, numbers
        self.rows: list[list[Cell]] = []

    def show(self, rows: list[list[Cell]]) -> None:
        """Other rows, or other words in them."""
        if rows == self.rows:
            return
        if len(rows) == len(self.rows):
            self.rows = rows
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(self.columns) - 1))
            return
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object | None:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section]
        return self._side(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object | None:
        cell = self.rows[index.row()][index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return cell.text
        if role == Qt.ItemDataRole.ToolTipRole:
            return cell.tip or cell.text
        if role == Qt.ItemDataRole.ForegroundRole:
            tone: object = getattr(theme.colours(), cell.tone)
            return tone
        return self._side(index.column()) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def _side(self, column: int) -> int:
        side = Qt.AlignmentFlag.AlignRight if column in self.numbers else Qt.AlignmentFlag.AlignLeft
        return int(side | Qt.AlignmentFlag.AlignVCenter)


class Sheet(QTableView):
    """The table. Columns share its width as `shares` says."""

    opened = Signal(int)  # a row

    def __init__(self, name: str, columns: Sequence[str], shares: Sequence[int], numbers: Sequence[int] = ()) -> None:
        super().__init__()
        self._shares = shares
        self.content = SheetModel(columns, numbers)
        self.setModel(self.content)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        make_plain(self, name, name.lower(), QHeaderView.ResizeMode.Fixed)
        self.doubleClicked.connect(lambda index: self.opened.emit(index.row()))

    def show_rows(self, rows: list[list[Cell]]) -> None:
        """What it holds; it is as high as that."""
        before = len(self.content.rows)
        self.content.show(rows)
        if len(rows) != before:
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(300, theme.LIST_ROW * (len(self.content.rows) + 1) + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(100, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        whole, left = sum(self._shares), self.viewport().width()
        for place, share in enumerate(self._shares):
            wide = left if place == len(self._shares) - 1 else self.viewport().width() * share // whole
            self.setColumnWidth(place, wide)
            left -= wide

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the page scrolls

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex().row())
        else:
            super().keyPressEvent(event)
