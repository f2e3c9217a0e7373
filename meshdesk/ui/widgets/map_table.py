"""The content of the map as a table: what there is, how much flows, and what is read from it."""

from collections import defaultdict
from collections.abc import Mapping

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHeaderView, QTableView

from meshdesk.model import wording
from meshdesk.model.graph import Box, Graph
from meshdesk.ui.widgets.map_paint import rate_of
from meshdesk.ui.widgets.plain_table import make_plain

Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("Name", "Kind", "Domain", "Topics", "Groups", "Rate", "Reads", "Read by")
NUMBERS = (3, 4, 5)
KINDS = {
    "domain": "domain",
    "product": "data product",
    "topics": "topics of no product",
    "topic": "topic",
    "groups": "consumers",
    "group": "consumer group",
}
FEW = 6  # names in a cell; there is no more room for them


class MapModel(QAbstractTableModel):
    """A row a box, in the order of the map."""

    def __init__(self) -> None:
        super().__init__()
        self.boxes: tuple[Box, ...] = ()
        self._rates: Mapping[str, float] = {}
        self._reads: dict[str, list[str]] = {}
        self._read_by: dict[str, list[str]] = {}

    def show(self, graph: Graph) -> None:
        self.beginResetModel()
        self.boxes = graph.boxes
        titles = {box.key: box.title or "No domain known" for box in graph.boxes}
        reads, read_by = defaultdict(list), defaultdict(list)
        for flow in graph.flows:
            reads[flow.target].append(titles[flow.source])
            read_by[flow.source].append(titles[flow.target])
        self._reads, self._read_by = dict(reads), dict(read_by)
        self.endResetModel()

    def show_rates(self, rates: Mapping[str, float]) -> None:
        self._rates = rates
        if self.boxes:
            self.dataChanged.emit(self.index(0, 5), self.index(len(self.boxes) - 1, 5))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        return 0 if parent.isValid() else len(self.boxes)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object | None:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object | None:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(index.column())
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        return self._words(self.boxes[index.row()], index.column(), role == Qt.ItemDataRole.DisplayRole)

    def _side(self, column: int) -> int:
        side = Qt.AlignmentFlag.AlignRight if column in NUMBERS else Qt.AlignmentFlag.AlignLeft
        return int(side | Qt.AlignmentFlag.AlignVCenter)

    def _words(self, box: Box, column: int, is_short: bool) -> str:
        match COLUMNS[column]:
            case "Name":
                return box.title or "No domain known"
            case "Kind":
                return KINDS[box.kind]
            case "Domain":
                return (box.domain + (", inferred" if box.is_inferred else "")) if box.domain else "unknown"
            case "Topics":
                return wording.count(len(box.topics)) if box.topics else ""
            case "Groups":
                return wording.count(len(box.groups)) if box.groups else ""
            case "Rate":
                return wording.rate(rate_of(box.topics, self._rates)) if box.topics else ""
            case "Reads":
                return _list(self._reads.get(box.key, []), is_short)
        return _list(self._read_by.get(box.key, []), is_short)


def _list(names: list[str], is_short: bool) -> str:
    shown = names[:FEW] if is_short else names[: 5 * FEW]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")


class MapTable(QTableView):
    """The table; what is selected in it is selected in the map, and the other way round."""

    chosen = Signal(str)
    opened = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.content = MapModel()
        self.setModel(self.content)
        head = make_plain(self, "The mesh as a table", "the table", QHeaderView.ResizeMode.Interactive)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setStretchLastSection(True)
        for place, width in enumerate((170, 150, 160, 70, 74, 84, 200)):
            head.resizeSection(place, width)
        self.selectionModel().currentRowChanged.connect(self._told)
        self.doubleClicked.connect(lambda index: self.opened.emit(self.content.boxes[index.row()].key))

    def choose(self, key: str) -> None:
        """Selects the row of a box, without telling anybody."""
        place = next((at for at, box in enumerate(self.content.boxes) if box.key == key), -1)
        if place < 0:
            self.clearSelection()
            return
        if self.currentIndex().row() != place:
            self.selectionModel().blockSignals(True)
            self.setCurrentIndex(self.content.index(place, 0))
            self.selectionModel().blockSignals(False)
            self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.content.boxes[self.currentIndex().row()].key)
        else:
            super().keyPressEvent(event)

    def _told(self, current: QModelIndex) -> None:
        if current.isValid():
            self.chosen.emit(self.content.boxes[current.row()].key)
