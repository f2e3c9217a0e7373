"""The record list: a table that paints itself. Strings are made when a row arrives; painting only draws them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QToolTip, QWidget

from meshdesk.model import wording
from meshdesk.model.row import Row
from meshdesk.ui import icons, theme, times
from meshdesk.ui.remembered import Remembered

if TYPE_CHECKING:
    from meshdesk.session.opened import Opened

Index = QModelIndex | QPersistentModelIndex

LINES_KEPT = 4_000  # rows whose strings are kept: some twenty screens at 4K
NOT_YET = "…"
NULL = "∅"
TOMBSTONE = "∅ tombstone"
EMPTY = '""'
NOTHING = "–"  # a record whose bytes are gone has no place
PAD = 8  # left and right of a cell's text
VALUE_LEAST = 160
DAY_GAP = 6  # between the day and the clock
NAMES_FROM = 90  # a narrower column of headers shows their number alone

# Control characters and marks that turn the direction of what follows would break a line; each becomes one dot.
CONTROLS = dict.fromkeys((*range(32), *range(127, 160), 8232, 8233, *range(8234, 8239), *range(8294, 8298)), "·")

# The tones of decoded values, as the colour of the theme that draws them.
TONES = {
    "key": "declared_text",
    "string": "good_text",
    "enum": "good_text",
    "uuid": "good_text",
    "int": "accent_text",
    "float": "accent_text",
    "decimal": "accent_text",
    "boolean": "accent_text",
    "bytes": "second",
    "null": "second",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its label, its width at first, and how it is drawn."""

    name: str
    label: str
    width: int
    font: theme.FontName
    colour: str
    right: bool = False


PARTITION, OFFSET, TIME, KEY, VALUE, HEADERS, FORMAT, SIZE = range(8)
COLUMNS = (
    Column("partition", "P", 34, "mono", "second", right=True),
    Column("offset", "Offset", 88, "mono", "text", right=True),
    Column("time", "Time", 154, "mono", "second"),
    Column("key", "Key", 96, "mono", "text"),
    Column("value", "Value", 260, "mono", "text"),
    Column("headers", "Headers", 60, "text", "second"),
    Column("format", "Format", 72, "text", "second"),
    Column("size", "Size", 60, "text", "second", right=True),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A row as strings, one for each column, ready to be drawn."""

    row: Row
    texts: tuple[str, ...]
    day: str  # "24 Nov", drawn where it differs from the row above
    zone: str
    quiet: tuple[bool, ...]  # by column: drawn in the second colour, as it says that there is nothing


def line_of(row: Row) -> Line:
    """The strings of a row; control characters become dots."""
    moment = times.moment(row.timestamp)
    key = NULL if row.null_key else row.key.translate(CONTROLS) or EMPTY
    value = row.value.translate(CONTROLS) or EMPTY
    if row.null_value:
        value = NULL if row.null_key else TOMBSTONE
    headers = f"{wording.count(row.header_count)}  {row.headers.translate(CONTROLS)}" if row.header_count else ""
    texts = (
        str(row.partition) if row.partition >= 0 else NOTHING,
        wording.count(row.offset) if row.offset >= 0 else NOTHING,
        moment.clock,
        key,
        value,
        headers,
        row.format.translate(CONTROLS),
        wording.size(row.size),
    )
    quiet = tuple(
        (place == KEY and (row.null_key or not row.key)) or (place == VALUE and (row.null_value or not row.value))
        for place in range(len(COLUMNS))
    )
    return Line(row, texts, moment.day, moment.zone, quiet)


class RecordModel(QAbstractTableModel):
    """The rows of one topic of an open capture, as far as they were shown; grows once a refresh."""

    def __init__(self) -> None:
        super().__init__()
        self._opened: Opened | None = None
        self._topic = ""
        self._rows = 0
        self._lines: dict[int, Line] = {}
        self._zone = ""

    def show(self, opened: "Opened | None", topic: str, rows: int) -> None:
        """Begins anew with the first `rows` rows of a topic."""
        self.beginResetModel()
        self._opened, self._topic, self._rows = opened, topic, rows if opened else 0
        self._lines.clear()
        self.endResetModel()

    def grow(self, rows: int) -> None:
        """Shows the rows up to `rows`; fewer than before means that the capture began the topic anew."""
        if rows < self._rows:
            self.show(self._opened, self._topic, rows)
        elif rows > self._rows:
            self.beginInsertRows(QModelIndex(), self._rows, rows - 1)
            self._rows = rows
            self.endInsertRows()

    def line(self, k: int) -> Line | None:
        """The strings of row k, or None while it is on its way."""
        if self._opened is None:
            return None
        row = self._opened.row(self._topic, k)
        line = self._lines.get(k)
        if row is None or (line is not None and line.row is row):
            return line
        if len(self._lines) >= LINES_KEPT:
            self._lines.clear()
        line = self._lines[k] = line_of(row)
        return line

    @property
    def rows(self) -> int:
        return self._rows

    def set_zone(self, zone: str) -> None:
        """The zone of the times on the screen, shown in the header."""
        if zone and zone != self._zone:
            self._zone = zone
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, TIME, TIME)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        return 0 if parent.isValid() else self._rows

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
        if not index.isValid() or index.row() >= self._rows:
            return None
        line = self.line(index.row())
        if line is None:
            return None if role == Qt.ItemDataRole.ToolTipRole else NOT_YET
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip_of(line, index.column())
        return line.texts[index.column()]


def tip_of(line: Line, column: int) -> str | None:
    """What the pointer is told: the trouble of a row, the day of a time, what a column had to cut."""
    if line.row.trouble:
        return line.row.trouble
    if column == TIME and line.day:
        return f"{line.day} {line.texts[TIME]} {line.zone}"
    return line.texts[column] if column in (KEY, HEADERS) and line.texts[column] else None


class RecordTable(QTableView):
    """The list of records: keyboard, selection and screen readers are Qt's, the painting is its own (four times cheaper)."""

    left_the_end = Signal()  # the reader scrolled up or selected: following has to pause
    wants_the_end = Signal()  # the End key
    copy_asked = Signal(bool)  # as JSON?
    columns_changed = Signal()

    def __init__(self, remembered: Remembered) -> None:
        super().__init__()
        self._remembered = remembered
        self._own_scroll = False
        self._value_is_free = True  # the value column takes what is left, until somebody drags its edge
        self.records = RecordModel()
        self.setModel(self.records)
        self.setAccessibleName("Records")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        rows = self.verticalHeader()
        rows.setVisible(False)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(theme.LIST_ROW)
        rows.setDefaultSectionSize(theme.LIST_ROW)
        self._header = _Header(self)
        self.setHorizontalHeader(self._header)
        self._restore_columns()
        self._header.sectionResized.connect(self._column_dragged)
        self._header.sectionHandleDoubleClicked.connect(self._free_value)
        self._header.customContextMenuRequested.connect(self._open_columns)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.verticalScrollBar().setAccessibleName("Scroll records")
        self.horizontalScrollBar().setAccessibleName("Scroll columns")

    # What the view asks of it

    def show_topic(self, opened: "Opened | None", topic: str, rows: int) -> None:
        self._own_scroll = True
        self.records.show(opened, topic, rows)
        self._own_scroll = False

    def grow(self, rows: int, follow: bool) -> None:
        """Shows rows up to `rows`; stays at the newest when it follows."""
        self._own_scroll = True
        self.records.grow(rows)
        if follow:
            self.scrollToBottom()
        self._own_scroll = False

    def to_the_end(self) -> None:
        self._own_scroll = True
        self.scrollToBottom()
        self._own_scroll = False

    def span(self) -> tuple[int, int]:
        """The first and last row on the screen; (0, -1) where there is none."""
        rows = self.records.rows
        if rows == 0:
            return 0, -1
        first = max(0, self.rowAt(0))
        return first, min(rows - 1, first + self.viewport().height() // theme.LIST_ROW)

    def chosen(self) -> list[int]:
        """The selected rows in order."""
        rows: list[int] = []
        for part in self._chosen_parts():
            rows.extend(range(part.top(), part.bottom() + 1))
        return sorted(set(rows))

    def chosen_count(self) -> int:
        return sum(part.height() for part in self._chosen_parts())

    def _chosen_parts(self) -> list[QItemSelectionRange]:
        chosen = self.selectionModel().selection()
        return [chosen.at(place) for place in range(chosen.size())]

    def choose(self, k: int) -> None:
        """Selects row k alone and brings it to the middle."""
        index = self.records.index(k, 0)
        self._own_scroll = True
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(index, flags)
        self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
        self._own_scroll = False

    def columns_menu(self, menu: QMenu) -> None:
        """Fills a menu with one line for each column, ticked while it is shown."""
        for place, column in enumerate(COLUMNS):
            action = menu.addAction("Partition" if place == PARTITION else column.label)
            action.setCheckable(True)
            action.setChecked(not self.isColumnHidden(place))
            action.setEnabled(place != VALUE)
            action.toggled.connect(lambda shown, place=place: self.show_column(place, shown))

    def show_column(self, place: int, shown: bool) -> None:
        self.setColumnHidden(place, not shown)
        self._fit_value()
        self._keep_columns()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self.viewport()) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        c = theme.colours()
        width, height = self.viewport().width(), self.viewport().height()
        painter.fillRect(0, 0, width, height, c.canvas)
        first, last = self.span()
        if last < first:
            return
        lines = [self.records.line(k) for k in range(first, last + 1)]
        top = self.rowViewportPosition(first)
        self._paint_rows(painter, first, top, lines, width)
        for place, column in enumerate(COLUMNS):
            if self.isColumnHidden(place):
                continue
            x, wide = self.columnViewportPosition(place), self.columnWidth(place)
            if x >= width or x + wide <= 0:
                continue
            painter.setClipRect(x, 0, wide, height)
            painter.setFont(theme.font(column.font))
            _COLUMN_PAINTERS.get(place, _paint_plain)(painter, place, column, x, wide, top, lines)
        shown = next((line for line in lines if line is not None and line.zone), None)
        if shown is not None:
            self.records.set_zone(shown.zone)

    def _paint_rows(self, painter: QPainter, first: int, top: int, lines: list[Line | None], width: int) -> None:
        c = theme.colours()
        selection = self.selectionModel()
        some = selection.hasSelection()
        current = self.currentIndex().row() if self.hasFocus() else -1
        y = top
        for place, line in enumerate(lines):
            if some and selection.isRowSelected(first + place):
                painter.fillRect(0, y, width, theme.LIST_ROW - 1, c.selection)
            if line is not None and line.row.trouble:
                painter.fillRect(0, y, 3, theme.LIST_ROW - 1, c.attention)
            painter.fillRect(0, y + theme.LIST_ROW - 1, width, 1, c.faint)
            if first + place == current:
                painter.setPen(c.accent)
                painter.drawRect(0, y, width - 1, theme.LIST_ROW - 2)
            y += theme.LIST_ROW

    # Keyboard, wheel, menus

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if event.key() == Qt.Key.Key_End and plain:
            self.wants_the_end.emit()
            return
        if event.key() == Qt.Key.Key_Home and plain and self.records.rows:
            self.choose(0)  # Qt's own Home goes to the first column
            self.left_the_end.emit()
            return
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp) and not self.currentIndex().isValid():
            if self.records.rows:
                self.choose(self.records.rows - 1)
            return
        if event.key() == Qt.Key.Key_Escape:
            self.clearSelection()
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        some = self.selectionModel().hasSelection()
        for text, keys, as_json in (("Copy", "Ctrl+C", False), ("Copy as JSON", "Ctrl+Shift+C", True)):
            action = menu.addAction(f"{text}\t{keys}")
            action.setEnabled(some)
            action.triggered.connect(lambda _=False, as_json=as_json: self.copy_asked.emit(as_json))
        menu.addSeparator()
        self.columns_menu(menu.addMenu("Columns"))
        menu.popup(event.globalPos())

    def viewportEvent(self, event) -> bool:  # type: ignore[no-untyped-def]
        if isinstance(event, QHelpEvent):
            return self._show_tip(event)
        return super().viewportEvent(event)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        if not selected.isEmpty():
            self.left_the_end.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_value()

    def _show_tip(self, event: QHelpEvent) -> bool:
        index = self.indexAt(event.pos())
        text = index.data(Qt.ItemDataRole.ToolTipRole) if index.isValid() else None
        QToolTip.showText(event.globalPos(), text or "", self.viewport())
        return True

    def _scrolled(self, value: int) -> None:
        if not self._own_scroll and value < self.verticalScrollBar().maximum():
            self.left_the_end.emit()

    # Columns

    def _restore_columns(self) -> None:
        widths = self._remembered.numbers("records/widths")
        shown = self._remembered.numbers("records/shown")
        for place, column in enumerate(COLUMNS):
            known = widths[place] if len(widths) == len(COLUMNS) else column.width
            self.setColumnWidth(place, min(max(known, self._header.minimumSectionSize()), 2000))
            if len(shown) == len(COLUMNS) and place != VALUE:
                self.setColumnHidden(place, not shown[place])
        self._value_is_free = self._remembered.is_on("records/value_is_free", True)

    def _keep_columns(self) -> None:
        hidden = [self.isColumnHidden(place) for place in range(len(COLUMNS))]
        self._remembered.keep_numbers("records/shown", [0 if is_hidden else 1 for is_hidden in hidden])
        if not any(hidden):  # a hidden column has no width to remember
            self._remembered.keep_numbers("records/widths", [self.columnWidth(place) for place in range(len(COLUMNS))])
        self._remembered.keep("records/value_is_free", self._value_is_free)
        self.columns_changed.emit()

    def _column_dragged(self, place: int, _old: int, _new: int) -> None:
        if self._own_scroll or not self._header.is_dragged:
            return
        if place == VALUE:
            self._value_is_free = False
        else:
            self._fit_value()
        self._keep_columns()

    def _free_value(self, place: int) -> None:
        if place == VALUE:
            self._value_is_free = True
        else:
            self.setColumnWidth(place, COLUMNS[place].width)
        self._fit_value()
        self._keep_columns()

    def _fit_value(self) -> None:
        if not self._value_is_free:
            return
        others = sum(
            self.columnWidth(place)
            for place in range(len(COLUMNS))
            if place != VALUE and not self.isColumnHidden(place)
        )
        self.setColumnWidth(VALUE, max(VALUE_LEAST, self.viewport().width() - others))

    def _open_columns(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.columns_menu(menu)
        menu.popup(self._header.mapToGlobal(at))


class _Header(QHeaderView):
    """The header row: small semi-bold labels on the panel's colour, aligned as their columns are."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setAccessibleName("Columns")
        self.setMinimumSectionSize(28)
        self.setHighlightSections(False)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    @property
    def is_dragged(self) -> bool:
        """True while somebody holds the edge of a column."""
        return self.cursor().shape() == Qt.CursorShape.SplitHCursor

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), theme.LIST_ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self.viewport()) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        c = theme.colours()
        painter.fillRect(self.viewport().rect(), c.panel)
        painter.fillRect(0, self.height() - 1, self.viewport().width(), 1, c.line)
        painter.setFont(theme.font("label"))
        painter.setPen(c.second)
        metrics = QFontMetricsF(theme.font("label"))
        for place, column in enumerate(COLUMNS):
            if self.isSectionHidden(place):
                continue
            x, wide = self.sectionViewportPosition(place), self.sectionSize(place)
            text = str(self.model().headerData(place, Qt.Orientation.Horizontal))
            box = QRect(x + PAD, 0, wide - 2 * PAD, self.height() - 1)
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width() + 1)
            painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, shown)


# How each column is drawn: (painter, column, x, width, y of the first row, lines). The clip is the column.


def _paint_plain(
    painter: QPainter, place: int, column: Column, x: int, wide: int, top: int, lines: list[Line | None]
) -> None:
    c = theme.colours()
    plain: QColor = getattr(c, column.colour)
    metrics = QFontMetricsF(theme.font(column.font))
    base = top + _baseline(metrics)
    room = wide - 2 * PAD
    for line in lines:
        if line is None:
            painter.setPen(c.third)
            if place in (OFFSET, KEY):
                painter.drawText(QPointF(x + PAD, base), NOT_YET)
        else:
            text = line.texts[place]
            if text:
                painter.setPen(c.second if line.quiet[place] else plain)
                advance = metrics.horizontalAdvance(text)
                if advance > room + 1:
                    text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room + 1)
                    advance = metrics.horizontalAdvance(text)
                painter.drawText(QPointF(x + wide - PAD - advance if column.right else x + PAD, base), text)
        base += theme.LIST_ROW


def _paint_time(
    painter: QPainter, place: int, column: Column, x: int, wide: int, top: int, lines: list[Line | None]
) -> None:
    """The clock, and before it the day where it is another one than in the row above."""
    c = theme.colours()
    mono = QFontMetricsF(theme.font("mono"))
    small = QFontMetricsF(theme.font("small"))
    whole = _baseline(mono)
    clock_width = mono.horizontalAdvance("00:00:00.000")
    base = top + _baseline(mono)
    right = x + wide - PAD
    above = ""
    for line in lines:
        if line is not None:
            text = line.texts[TIME]
            painter.setPen(c.second)
            advance = clock_width if len(text) == 12 else mono.horizontalAdvance(text)
            painter.drawText(QPointF(max(x + PAD, right - advance), base), text)
            day = line.day.rsplit(" ", 1)[0]
            if (
                base >= whole
                and line.day != above
                and right - advance - small.horizontalAdvance(day) >= x + PAD + DAY_GAP
            ):
                painter.setFont(theme.font("small"))
                painter.setPen(c.third)
                painter.drawText(QPointF(x + PAD, base), day)
                painter.setFont(theme.font("mono"))
            above = line.day if base >= whole else ""  # a day cut by the edge is not read
        base += theme.LIST_ROW


def _paint_headers(
    painter: QPainter, place: int, column: Column, x: int, wide: int, top: int, lines: list[Line | None]
) -> None:
    """How many there are, and their names where the column is wide enough to read them."""
    c = theme.colours()
    metrics = QFontMetricsF(theme.font("text"))
    base = top + _baseline(metrics)
    room = wide - 2 * PAD
    painter.setPen(c.second)
    for line in lines:
        if line is not None and line.texts[HEADERS]:
            text = line.texts[HEADERS] if room >= NAMES_FROM else wording.count(line.row.header_count)
            painter.drawText(QPointF(x + PAD, base), metrics.elidedText(text, Qt.TextElideMode.ElideRight, room + 1))
        base += theme.LIST_ROW


def _paint_value(
    painter: QPainter, place: int, column: Column, x: int, wide: int, top: int, lines: list[Line | None]
) -> None:
    """The preview in the tones of its parts. Plain ASCII in the mono font needs no measuring."""
    c = theme.colours()
    metrics = QFontMetricsF(theme.font("mono"))
    step = metrics.horizontalAdvance("0")
    fits = max(1, int((wide - 2 * PAD) / step))
    base = top + _baseline(metrics)
    for line in lines:
        if line is None:
            painter.setPen(c.third)
            painter.drawText(QPointF(x + PAD, base), NOT_YET)
        elif line.quiet[VALUE]:
            painter.setPen(c.second)
            painter.drawText(QPointF(x + PAD, base), line.texts[VALUE])
        else:
            _draw_toned(painter, metrics, step, x + PAD, base, fits, line)
        base += theme.LIST_ROW


def _draw_toned(
    painter: QPainter, metrics: QFontMetricsF, step: float, x: float, y: float, fits: int, line: Line
) -> None:
    text = line.texts[VALUE]
    shown = text[: fits - 1] + NOT_YET if len(text) > fits else text
    measured = not text.isascii()  # other scripts are wider or narrower than the mono font's own
    right = x + step * fits
    c = theme.colours()
    for start, end, colour in _runs(line.row.tones, len(shown)):
        run = shown[start:end]
        painter.setPen(getattr(c, colour))
        if not measured:
            painter.drawText(QPointF(x, y), run)
            x += step * (end - start)
            continue
        advance = metrics.horizontalAdvance(run)
        if x + advance > right + 1:
            painter.drawText(QPointF(x, y), metrics.elidedText(run, Qt.TextElideMode.ElideRight, max(0.0, right - x)))
            return
        painter.drawText(QPointF(x, y), run)
        x += advance


def _runs(tones: tuple[tuple[int, int, str], ...], length: int) -> list[tuple[int, int, str]]:
    """The whole of 0..length as runs of one colour each; what has no tone is plain text."""
    runs: list[tuple[int, int, str]] = []
    at = 0
    for start, end, tone in tones:
        start, end = max(start, at), min(end, length)
        if start >= length:
            break
        if start > at:
            runs.append((at, start, "text"))
        if end > start:
            runs.append((start, end, TONES.get(tone, "text")))
            at = end
        else:
            at = max(at, start)
    if at < length:
        runs.append((at, length, "text"))
    return runs


def _paint_format(
    painter: QPainter, place: int, column: Column, x: int, wide: int, top: int, lines: list[Line | None]
) -> None:
    """The format's word; with a sign before it where the row is in trouble."""
    c = theme.colours()
    metrics = QFontMetricsF(theme.font("text"))
    base = top + _baseline(metrics)
    for line in lines:
        if line is not None:
            trouble = bool(line.row.trouble)
            left = x + PAD
            if trouble:
                icons.draw(painter, "triangle-alert", left, base - 11, 13, c.attention_text)
                left += 17
            painter.setPen(c.attention_text if trouble else c.second)
            room = x + wide - PAD - left
            painter.drawText(
                QPointF(left, base), metrics.elidedText(line.texts[FORMAT], Qt.TextElideMode.ElideRight, room + 1)
            )
        base += theme.LIST_ROW


_COLUMN_PAINTERS: dict[int, Callable[[QPainter, int, Column, int, int, int, list[Line | None]], None]] = {
    TIME: _paint_time,
    HEADERS: _paint_headers,
    VALUE: _paint_value,
    FORMAT: _paint_format,
}


def _baseline(metrics: QFontMetricsF) -> float:
    return round((theme.LIST_ROW - 1 + metrics.capHeight()) / 2)
