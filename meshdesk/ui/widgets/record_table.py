"""The record list: a table that paints itself, its columns, keys and menus. Its rows and their strings are record_model.py's."""

import time

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QToolTip, QWidget

from meshdesk.session.opened import Opened
from meshdesk.ui import theme, times
from meshdesk.ui.remembered import Remembered
from meshdesk.ui.widgets.context_menu import context_menu
from meshdesk.ui.widgets.controls import draw_focus, name_bars
from meshdesk.ui.widgets.record_lines import (
    COLUMNS,
    DAY_WIDTH,
    PARTITION,
    TIME,
    TOPIC,
    VALUE,
    Line,
)
from meshdesk.ui.widgets.record_model import RecordModel
from meshdesk.ui.widgets.record_paint import PAD, Cells, paint_cells

VALUE_LEAST = 130


class RecordTable(QTableView):
    """The list: keyboard, selection, screen readers are Qt's; the painting is its own (a quarter of the cost)."""

    left_the_end = Signal()  # the reader scrolled up or selected: following has to pause
    wants_the_end = Signal()  # the End key
    copy_asked = Signal(bool)  # as JSON?
    head_clicked = Signal(int)  # a column
    scrolled = Signal()  # other rows are on the screen than those that the view has brought there
    columns_changed = Signal()

    def __init__(self, remembered: Remembered) -> None:
        super().__init__()
        self._remembered = remembered
        self._own_scroll = False
        self._is_led = False  # to the moment of the time cursor, whose rows the view has asked for
        self._makes_room = False  # for days in the column of times
        self._word = ""  # whose hits are marked
        self._moment: int | None = None  # the row that the time cursor is on; -1 is before the first
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
        self._header.setSectionsClickable(True)
        self._header.sectionClicked.connect(self.head_clicked)
        self._header.sectionResized.connect(self._column_dragged)
        self._header.sectionHandleDoubleClicked.connect(self._free_value)
        self._header.customContextMenuRequested.connect(self._open_columns)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # Qt need not fill what is painted over
        name_bars(self, "records")

    # What the view asks of it

    def show_list(self, opened: Opened | None, name: str, end: int, first: int = 0) -> None:
        self._own_scroll = True
        self._moment = None
        self.records.show(opened, name, end, first)
        self._own_scroll = False

    def name_topics(self, shown: bool) -> None:
        """Shows which topic each record is of; only where they are of several."""
        if self.isColumnHidden(TOPIC) == shown:
            self.setColumnHidden(TOPIC, not shown)
            self._fit_value()

    def show_order(self, place: int | None, descending: bool) -> None:
        """Marks the column by which the rows are sorted; None where they are as they arrived."""
        self._header.order = None if place is None else (place, descending)
        self._header.viewport().update()

    def show_hits(self, word: str) -> None:
        """Marks a word wherever it can be seen in keys, values and headers; "" marks nothing."""
        if word != self._word:
            self._word = word
            self.viewport().update()

    def grow(self, end: int, follow: bool, first: int = 0) -> None:
        """Shows rows [first, end) of the list; stays at the newest when it follows."""
        self._own_scroll = True
        self.records.grow(end, first)
        if follow:
            self.scrollToBottom()
        self._own_scroll = False

    def insert(self, at: int, length: int) -> None:
        """Rows came in at number `at` of the list: what is on the screen stays where it is, and so does what is selected."""
        place = at - self.records.first
        is_above = self.records.rows > 0 and place <= self.span()[0]
        if self._moment is not None and at <= self._moment:
            self._moment += length
        self._own_scroll = True
        self.records.insert(at, length)
        if is_above:
            self.verticalScrollBar().setValue(self.verticalScrollBar().value() + length)
        self._own_scroll = False

    def show_moment(self, k: int | None) -> None:
        """Row k of the list is at the moment of the time cursor: it comes to the foot, with a line below it. With -1 the moment
        is before the first row; None: no row is."""
        self._moment = k
        if k is not None:
            self._is_led = True
            self.verticalScrollBar().setValue(self.span_at(k)[0] - self.records.first)
            self._is_led = False
        self.viewport().update()

    def span_at(self, k: int) -> tuple[int, int]:
        """The numbers of the first and the last row on the screen once row k is at the moment of the time cursor; the last is
        less where there is no row."""
        records, fit = self.records, self.fit
        at = max(0, min(k - records.first, records.rows - 1))
        top = max(0, min(at + 1 - fit, records.rows - fit)) if k >= 0 else 0
        return records.first + top, records.first + min(records.rows - 1, top + fit)

    @property
    def fit(self) -> int:
        """How many rows there is room for."""
        return self.viewport().height() // theme.LIST_ROW

    @property
    def moment(self) -> int | None:
        """The row that the time cursor is on."""
        return self._moment

    def to_the_end(self) -> None:
        self._own_scroll = True
        self.scrollToBottom()
        self._own_scroll = False

    @property
    def is_at_the_end(self) -> bool:
        bar = self.verticalScrollBar()
        return bar.value() == bar.maximum() and not self.selectionModel().hasSelection()

    def span(self) -> tuple[int, int]:
        """The first and last row on the screen; (0, -1) where there is none."""
        rows = self.records.rows
        if rows == 0:
            return 0, -1
        first = max(0, self.rowAt(0))
        return first, min(rows - 1, first + self.fit)

    def current_line(self) -> Line | None:
        """The row that the reader is at."""
        index = self.currentIndex()
        return self.records.line(index.row()) if index.isValid() and index.row() < self.records.rows else None

    def line_before(self) -> Line | None:
        """The row that the reader was at before rows came into the list at places that nobody knows."""
        index = self.currentIndex()
        return self.records.drawn(index.row()) if index.isValid() else None

    def chosen(self) -> list[int]:
        """The selected rows in order, by their numbers in the list."""
        rows: list[int] = []
        for part in self._chosen_parts():
            rows.extend(range(part.top(), part.bottom() + 1))
        return sorted({self.records.first + at for at in rows})

    def chosen_count(self) -> int:
        return sum(part.height() for part in self._chosen_parts())

    def _chosen_parts(self) -> list[QItemSelectionRange]:
        chosen = self.selectionModel().selection()
        return [chosen.at(place) for place in range(chosen.size())]

    def choose(self, k: int) -> None:
        """Selects row k of the list alone and brings it to the middle."""
        index = self.records.index(k - self.records.first, 0)
        self._own_scroll = True
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(index, flags)
        self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
        self._own_scroll = False

    def show_current(self) -> None:
        """Brings the selected row back where there is less room by now."""
        if self.selectionModel().hasSelection():
            self._own_scroll = True
            self.scrollTo(self.currentIndex())
            self._own_scroll = False

    def columns_menu(self, menu: QMenu) -> None:
        """Fills a menu with one line for each column, ticked while it is shown."""
        for place, column in enumerate(COLUMNS[:TOPIC]):
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
        for place in range(len(COLUMNS)):
            if self.isColumnHidden(place):
                continue
            x, wide = self.columnViewportPosition(place), self.columnWidth(place)
            if x >= width or x + wide <= 0:
                continue
            painter.setClipRect(x, 0, wide, height)
            paint_cells(painter, Cells(place, x, wide, top, lines, self._word))
        self._paint_moment(painter, first, top, last, width)
        if not self.currentIndex().isValid():
            draw_focus(painter, self)
        shown = next((line for line in lines if line is not None and line.zone), None)
        if shown is not None:
            self.records.set_zone(shown.zone)
        if self.columnWidth(TIME) == COLUMNS[TIME].width and not self._makes_room:
            today = times.moment(time.time_ns() // 1_000_000).day
            if any(line is not None and line.day not in ("", today) for line in lines):
                self._makes_room = True
                QTimer.singleShot(0, self, self._make_room_for_days)  # Qt lays out no column while it paints

    def _make_room_for_days(self) -> None:
        """A clock alone would say too little; the column stays as wide from then on, or as somebody drags it."""
        self._makes_room = False
        self._own_scroll = True
        self.setColumnWidth(TIME, DAY_WIDTH)
        self._fit_value()
        self._own_scroll = False

    def _paint_rows(self, painter: QPainter, first: int, top: int, lines: list[Line | None], width: int) -> None:
        c = theme.colours()
        selection = self.selectionModel()
        some = selection.hasSelection()
        current = self.currentIndex().row() if self.hasFocus() else -1
        for y in range(top + theme.LIST_ROW - 1, top + len(lines) * theme.LIST_ROW, theme.LIST_ROW):
            painter.fillRect(0, y, width, 1, c.faint)  # as lines they take five times as long
        y = top
        for place, line in enumerate(lines):
            if some and selection.isRowSelected(first + place):
                painter.fillRect(0, y, width, theme.LIST_ROW - 1, c.selection)
            if line is not None and line.row.trouble:
                painter.fillRect(0, y, 3, theme.LIST_ROW - 1, c.attention)
            if first + place == current:
                painter.setPen(c.accent)
                painter.drawRect(0, y, width - 1, theme.LIST_ROW - 2)
            y += theme.LIST_ROW

    def _paint_moment(self, painter: QPainter, first: int, top: int, last: int, width: int) -> None:
        """The line below the row that the time cursor is on."""
        if self._moment is None:
            return
        at = self._moment - self.records.first if self._moment >= 0 else -1
        if first - 1 <= at <= last:
            y = top + (at - first + 1) * theme.LIST_ROW
            painter.setClipping(False)
            painter.fillRect(0, max(0, y - 2), width, 2, theme.colours().accent)

    # Keyboard, wheel, menus

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if event.key() == Qt.Key.Key_End and plain:
            self.wants_the_end.emit()
            return
        if event.key() == Qt.Key.Key_Home and plain and self.records.rows:
            self.choose(self.records.first)  # Qt's own Home goes to the first column
            self.left_the_end.emit()
            return
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp) and not self.currentIndex().isValid():
            if self.records.rows:
                self.choose(self.records.end - 1)
            return
        if event.key() == Qt.Key.Key_Escape:
            self.clearSelection()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt would go to the first row, which may be far above what is on the screen: no row is current until a key is."""
        had_none = not self.currentIndex().isValid()
        super().focusInEvent(event)
        if had_none:
            self.selectionModel().clearCurrentIndex()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = context_menu(self)
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
        if self._is_led:
            return
        self.scrolled.emit()
        if not self._own_scroll and value < self.verticalScrollBar().maximum():
            self.left_the_end.emit()

    # Columns

    def _restore_columns(self) -> None:
        widths = self._remembered.numbers("records/widths")
        shown = self._remembered.numbers("records/shown")
        for place, column in enumerate(COLUMNS):
            known = widths[place] if len(widths) == len(COLUMNS) else column.width
            self.setColumnWidth(place, min(max(known, self._header.minimumSectionSize()), 2000))
            is_shown = shown[place] if len(shown) == len(COLUMNS) else column.is_shown
            self.setColumnHidden(place, not is_shown and place != VALUE)
        self.setColumnHidden(TOPIC, True)
        self._header.moveSection(self._header.visualIndex(TOPIC), 0)
        self._value_is_free = self._remembered.is_on("records/value_is_free", True)

    def _keep_columns(self) -> None:
        hidden = [self.isColumnHidden(place) for place in range(len(COLUMNS))]
        self._remembered.keep_numbers("records/shown", [0 if is_hidden else 1 for is_hidden in hidden])
        known = self._remembered.numbers("records/widths")
        before = known if len(known) == len(COLUMNS) else [column.width for column in COLUMNS]
        widths = [  # a hidden column has none: it comes back as wide as it was
            before[place] if is_hidden else self.columnWidth(place) for place, is_hidden in enumerate(hidden)
        ]
        self._remembered.keep_numbers("records/widths", widths)
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
        menu = context_menu(self)
        self.columns_menu(menu)
        menu.popup(self._header.mapToGlobal(at))


class _Header(QHeaderView):
    """The header row: small semi-bold labels on the panel's colour, aligned as their columns are."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.order: tuple[int, bool] | None = None  # the column that the rows are sorted by, and whether descending
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
            if self.order is not None and self.order[0] == place:
                text = f"{text} {'↓' if self.order[1] else '↑'}"
                painter.setPen(c.accent_text)
            else:
                painter.setPen(c.second)
            box = QRect(x + PAD, 0, wide - 2 * PAD, self.height() - 1)
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width() + 1)
            painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, shown)
