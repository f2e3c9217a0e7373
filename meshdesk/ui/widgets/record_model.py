"""The rows of the record list as Qt asks for them: which are there, and their strings, which are made once, when a row arrives."""

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from meshdesk.session.opened import Opened
from meshdesk.ui.widgets.record_lines import COLUMNS, NOT_YET, PARTITION, TIME, Line, line_of, tip_of

Index = QModelIndex | QPersistentModelIndex

LINES_KEPT = 4_000  # rows whose strings are kept: some twenty screens at 4K


class RecordModel(QAbstractTableModel):
    """The rows of one topic of an open capture, as far as they were shown; grows once a refresh."""

    def __init__(self) -> None:
        super().__init__()
        self._opened: Opened | None = None
        self._list = ""
        self._first = self._end = 0  # rows [first, end) of the list are there
        self._lines: dict[int, Line] = {}
        self._zone = ""

    def show(self, opened: Opened | None, name: str, end: int, first: int = 0) -> None:
        """Begins anew with rows [first, end) of a list: a topic's, or an order's."""
        self.beginResetModel()
        self._opened, self._list = opened, name
        self._first, self._end = (min(first, end), end) if opened else (0, 0)
        self._lines.clear()
        self.endResetModel()

    def grow(self, end: int, first: int = 0) -> None:
        """Shows rows [first, end): what was dropped goes at the top, what is new comes at the bottom.

        An end before the one of now means that the list began anew.
        """
        if end < self._end:
            self.show(self._opened, self._list, end, first)
            return
        gone = min(first, end) - self._first
        if gone > 0:
            if self._end > self._first:
                self.beginRemoveRows(QModelIndex(), 0, min(gone, self._end - self._first) - 1)
                self._first, self._end = self._first + gone, max(self._end, self._first + gone)
                self.endRemoveRows()
            else:
                self._first, self._end = self._first + gone, self._end + gone
        if end > self._end:
            self.beginInsertRows(QModelIndex(), self.rows, end - self._first - 1)
            self._end = end
            self.endInsertRows()

    def insert(self, at: int, length: int) -> None:
        """Rows came in at number `at`, before a row that is shown."""
        if self._first <= at < self._end:
            self.beginInsertRows(QModelIndex(), at - self._first, at - self._first + length - 1)
            self._end += length
            self._lines.clear()  # they are found by their numbers
            self.endInsertRows()

    @property
    def first(self) -> int:
        """The number, in the list, of the row at the top."""
        return self._first

    @property
    def end(self) -> int:
        """The number behind the last row's."""
        return self._end

    def line(self, at: int) -> Line | None:
        """The strings of the row at this place on the page, or None while it is on its way."""
        if self._opened is None:
            return None
        k = self._first + at
        row = self._opened.lists.row(self._list, k)
        line = self._lines.get(k)
        if row is None or (line is not None and line.row is row):
            return line
        if len(self._lines) >= LINES_KEPT:
            self._lines.clear()
        line = self._lines[k] = line_of(row)
        return line

    def drawn(self, at: int) -> Line | None:
        """The strings of the row as they were drawn last, whatever rows have come into the list since."""
        return self._lines.get(self._first + at)

    def say_anew(self) -> None:
        """The strings were made under other settings."""
        self._lines.clear()

    @property
    def rows(self) -> int:
        return self._end - self._first

    def set_zone(self, zone: str) -> None:
        """The zone of the times on the screen, shown in the header."""
        if zone and zone != self._zone:
            self._zone = zone
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, TIME, TIME)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        return 0 if parent.isValid() else self.rows

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return f"Time ({self._zone})" if section == TIME and self._zone else COLUMNS[section].label
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return "Partition" if section == PARTITION else COLUMNS[section].label
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return None
        if not index.isValid() or index.row() >= self.rows:
            return None
        line = self.line(index.row())
        if line is None:
            return None if role == Qt.ItemDataRole.ToolTipRole else NOT_YET
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip_of(line, index.column())
        return line.texts[index.column()]
