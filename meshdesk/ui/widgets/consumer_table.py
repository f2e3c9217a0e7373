"""The groups of a mesh as a table: who is how far behind, how that went in the last hour, and how it goes on."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSizeF,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen, QPixmap, QRegion, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTableView

from meshdesk.model.consuming import Line
from meshdesk.session.consumers import Hours, Told
from meshdesk.ui import theme
from meshdesk.ui.widgets.consumer_words import (
    BEHIND,
    COLUMNS,
    GROUP,
    HOUR,
    OFFSETS,
    RATES,
    READS,
    STATE,
    TONES,
    tip,
)
from meshdesk.ui.widgets.controls import draw_focus
from meshdesk.ui.widgets.plain_table import PAD, make_plain, paint_words, rows_on_screen
from meshdesk.ui.word_widths import width_of

Index = QModelIndex | QPersistentModelIndex
READS_LEAST, READS_SHARE = 96, 0.45  # a group's name has what it needs, as long as so much is left for what it reads
HOUR_WIDTH = 84
MEASURED = 200  # lines whose width is looked at: longer ones further down are cut
LONGEST = 80  # characters of a name that are looked at
Hour = Sequence[float | None]


class ConsumerModel(QAbstractTableModel):
    """A row a group, in the order that was asked for."""

    sorted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Line] = []
        self.told: Told | None = None
        self.column, self.is_descending = -1, False  # by what they are sorted; -1: what needs attention first
        self._words: dict[int, tuple[str, ...]] = {}  # by row, of those that were asked for; a table has 10,000 at most
        self._hours_told: Hours = {}  # of each group, as it is drawn

    def show(self, told: Told | None, seen: range = range(0)) -> None:
        """Other groups, or how they are now: then it is told which columns say something else in the rows that are seen, but for
        the hour's."""
        self.told = told
        if told is None or not self._hours_told:
            self._hours_told = told.hours if told is not None else {}
        before, self._words = self._words, {}
        lines = self._in_order(list(told.lines) if told is not None else [])
        if [line.group for line in lines] != [line.group for line in self.lines]:
            self.beginResetModel()
            self.lines = lines
            self.endResetModel()
        elif lines:
            self.lines = lines
            pairs = [(before.get(row), self.words(row)) for row in seen if row < len(lines)]
            for place in range(len(COLUMNS)):
                if any(old is None or old[place] != new[place] for old, new in pairs):
                    self.dataChanged.emit(self.index(0, place), self.index(len(lines) - 1, place))

    def tell_hours(self) -> None:
        """The last hour of each group is another one. Told on a beat of its own: its lines take as long to draw as all words."""
        self._hours_told = self.told.hours if self.told is not None else {}
        if self.lines:
            self.dataChanged.emit(self.index(0, HOUR), self.index(len(self.lines) - 1, HOUR))

    def forget_hours(self) -> None:
        """Another mesh may have groups of the same names."""
        self._hours_told = {}

    def sort_by(self, column: int) -> None:
        """By a column; once more the other way round, and a third time by what needs attention."""
        numbers = column in (BEHIND, OFFSETS, RATES, HOUR)
        if column == STATE or (column == self.column and self.is_descending != numbers):
            self.column, self.is_descending = -1, False
        elif column == self.column:
            self.is_descending = not self.is_descending
        else:
            self.column, self.is_descending = column, numbers
        self.show(self.told)
        self.sorted.emit()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)

    def _in_order(self, lines: list[Line]) -> list[Line]:
        if self.column < 0:
            return lines
        return sorted(lines, key=lambda line: _key(line, self.column), reverse=self.is_descending)

    def row_of(self, group: str) -> int:
        """Where a group stands; -1 where it is not there."""
        return next((row for row, line in enumerate(self.lines) if line.group == group), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object | None:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            arrow = f" {'↓' if self.is_descending else '↑'}" if section == self.column else ""
            return COLUMNS[section].title + arrow
        return _side(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object | None:
        line = self.lines[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self.words(index.row())[index.column()]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.words(index.row())[index.column()] or self._hour_words(line)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(line)
        return _side(index.column()) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def words(self, row: int) -> tuple[str, ...]:
        """What a line says, column by column."""
        words = self._words.get(row)
        if words is None:
            line = self.lines[row]
            words = self._words[row] = tuple(column.words(line) for column in COLUMNS)
        return words

    def hour(self, line: Line) -> Hour:
        """How far a group was behind in the last hour."""
        return self.told.hours.get(line.group, ()) if self.told is not None else ()

    def hour_drawn(self, line: Line) -> Hour:
        """The same as it was told last; of a group that is new by now, as it is."""
        return self._hours_told.get(line.group) or self.hour(line)

    def _hour_words(self, line: Line) -> str:
        known = [one for one in self.hour(line) if one is not None]
        return f"{min(known):,.0f} to {max(known):,.0f} records behind" if known else "unknown"


def _key(line: Line, column: int) -> tuple[float, str]:
    total, late = line.total, line.total.late
    number = {
        BEHIND: late.seconds if late is not None else -1.0 if total.offsets is None else float(total.offsets),
        OFFSETS: -1.0 if total.offsets is None else float(total.offsets),
        RATES: line.arriving if line.arriving is not None else -1.0,
        HOUR: -1.0 if total.offsets is None else float(total.offsets),
    }
    if column in number:
        return number[column], line.group
    return 0.0, f"{COLUMNS[column].words(line).lower()} {line.group}" if column == READS else line.group.lower()


def _side(column: int) -> int:
    side = Qt.AlignmentFlag.AlignRight if COLUMNS[column].is_number else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)


class ConsumerTable(QTableView):
    """The table. Its cells are drawn by themselves: a style takes three times as long."""

    chosen = Signal(str)  # a group
    opened = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._widths = [0] * len(COLUMNS)  # what each needs; they only grow: what moves cannot be read
        self.content = ConsumerModel()
        self.setModel(self.content)
        self._hour_pictures: dict[str, _HourPicture] = {}  # of the groups on the screen
        self._strong = BEHIND  # the measure of lag that is read; the other one stands back
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        head = make_plain(self, "Groups of consumers", "the groups", QHeaderView.ResizeMode.Fixed)
        head.setSectionsClickable(True)
        head.setMinimumSectionSize(40)
        head.sectionClicked.connect(self.content.sort_by)
        self.selectionModel().currentRowChanged.connect(self._told)
        self.doubleClicked.connect(lambda index: self.opened.emit(self.content.lines[index.row()].group))

    def show_told(self, told: Told | None, choice: str) -> None:
        """How the groups are, and which of them is selected; what is on the screen stays there."""
        at = self.verticalScrollBar().value()
        first, count, _ = rows_on_screen(self)
        self.content.show(told, range(first, first + count))
        self._measure_columns()
        self.choose(choice)
        self.verticalScrollBar().setValue(at)

    def measure(self, is_time: bool) -> None:
        """Which of the two measures of lag is read: it is drawn stronger, and stands first."""
        self._strong = BEHIND if is_time else OFFSETS
        head = self.horizontalHeader()
        first, second = (BEHIND, OFFSETS) if is_time else (OFFSETS, BEHIND)
        if head.visualIndex(first) > head.visualIndex(second):
            head.moveSection(head.visualIndex(first), head.visualIndex(second))
        self.fit()
        self.viewport().update()

    @property
    def choice(self) -> str:
        """The group that is selected; "" for none."""
        index = self.currentIndex()
        return self.content.lines[index.row()].group if 0 <= index.row() < len(self.content.lines) else ""

    @property
    def seen(self) -> tuple[str, ...]:
        """The groups on the screen."""
        lines = self.content.lines
        first = max(0, self.rowAt(0))
        last = self.rowAt(self.viewport().height() - 1)
        return tuple([line.group for line in lines[first : (last if last >= 0 else len(lines)) + 1]])

    def choose(self, group: str) -> None:
        """Selects a group without telling anybody; one that is not there leaves none selected."""
        row = self.content.row_of(group)
        if row < 0 and not self.currentIndex().isValid():
            return
        if row < 0:
            self.clearSelection()
            self.selectionModel().clearCurrentIndex()
        elif self.currentIndex().row() != row:
            self.selectionModel().blockSignals(True)
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.selectionModel().setCurrentIndex(self.content.index(row, 0), flags)
            self.selectionModel().blockSignals(False)
            self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.choice:
            self.opened.emit(self.choice)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def forget(self) -> None:
        """The groups of another mesh follow, whose columns may be narrower."""
        self._widths = [0] * len(COLUMNS)
        self.content.forget_hours()

    def _measure_columns(self) -> None:
        widths = []
        rows = [self.content.words(row) for row in range(min(MEASURED, len(self.content.lines)))]
        for place, column in enumerate(COLUMNS):
            font: theme.FontName = "strong" if place == GROUP else "text"
            words = {row[place][:LONGEST] for row in rows}
            needs = max([width_of(f"{column.title} ↓", "text"), *(width_of(one, font) for one in words)])
            widths.append(HOUR_WIDTH if place == HOUR else int(needs) + 2 * PAD + 2)
        widths = list(map(max, widths, self._widths))
        if widths != self._widths:
            self._widths = widths
            self.fit()

    def fit(self) -> None:
        """Shows the columns that there is room for; group and what it reads share what the others leave."""
        width, left = self.viewport().width(), self.viewport().width()
        for place, column in enumerate(COLUMNS):
            least = 0 if place == self._strong else column.least
            if place in (BEHIND, OFFSETS) and not least and place != self._strong:
                least = COLUMNS[OFFSETS].least
            self.setColumnHidden(place, width < least)
            if place not in (GROUP, READS) and width >= least:
                left -= self._widths[place]
                self.setColumnWidth(place, self._widths[place])
        reads = max(READS_LEAST, min(self._widths[READS], int(left * READS_SHARE)))
        wide = max(READS_LEAST, min(self._widths[GROUP], left - reads))
        self.setColumnWidth(GROUP, wide)
        self.setColumnWidth(READS, max(READS_LEAST, left - wide))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self.viewport()) as painter:
            self._paint(painter, event.region())
            if self.hasFocus():
                draw_focus(painter, self)

    def _paint(self, painter: QPainter, part: QRegion) -> None:
        """Column by column, so that clip and font are set once for each; those alone that lie in a part of the table: most say
        the same from one moment to the next."""
        c = theme.colours()
        width, height = self.viewport().width(), self.viewport().height()
        painter.fillRect(0, 0, width, height, c.canvas)
        first, count, top = rows_on_screen(self)
        lines = self.content.lines[first : first + count]
        for row in range(len(lines)):
            y = top + row * theme.LIST_ROW
            if self.selectionModel().isRowSelected(first + row):
                painter.fillRect(0, y, width, theme.LIST_ROW, c.selection)
            painter.fillRect(0, y + theme.LIST_ROW - 1, width, 1, c.faint)
        for place in range(len(COLUMNS)):
            if not self.isColumnHidden(place):
                box = QRectF(self.columnViewportPosition(place), top, self.columnWidth(place), theme.LIST_ROW)
                # A column that changed reaches a pixel into the next one.
                if not part.intersects(QRect(int(box.x()) + 1, 0, int(box.width()) - 2, height)):
                    continue
                painter.setClipRect(QRectF(box.x(), 0, box.width(), height))
                if place == HOUR:
                    self._paint_hours(painter, box, lines)
                else:
                    self._paint_words(painter, box, first, lines, place)
        painter.setClipping(False)

    def _paint_words(self, painter: QPainter, box: QRectF, first: int, lines: Sequence[Line], place: int) -> None:
        """A column; `box` is its cell in the first line, which is in row `first`."""
        font: theme.FontName = "strong" if place == GROUP else "text"
        cut = Qt.TextElideMode.ElideMiddle if place == GROUP else Qt.TextElideMode.ElideRight
        cells = [(self.content.words(row)[place], self._tone(line, place)) for row, line in enumerate(lines, first)]
        paint_words(painter, box, cells, font, COLUMNS[place].is_number, cut)

    def _tone(self, line: Line, place: int) -> QColor:
        c = theme.colours()
        if place == STATE:
            return getattr(c, TONES[line.state])  # type: ignore[no-any-return]
        if place == GROUP:
            return c.text
        is_known = line.total.offsets is not None and (
            place != BEHIND or line.total.late is not None or not line.total.offsets
        )
        return c.text if place == self._strong and is_known else c.second

    def _paint_hours(self, painter: QPainter, box: QRectF, lines: Sequence[Line]) -> None:
        """The lines of the last hour. One that says the same as before is a picture by now, of which only the place is new: in a
        table whose order has changed that spares half of the time."""
        ratio, pictures = self.devicePixelRatioF(), dict[str, _HourPicture]()
        y = box.y()
        for line in lines:
            hour, tone = self.content.hour_drawn(line), TONES[line.state].removesuffix("_text")
            colour: QColor = getattr(theme.colours(), tone)
            look = (colour.rgb(), box.width(), ratio)
            known = self._hour_pictures.get(line.group)
            if known is None or known.hour is not hour or known.look != look:
                known = _HourPicture(hour, look, _hour_picture(hour, colour, box.size(), ratio))
            pictures[line.group] = known
            painter.drawPixmap(QPointF(box.x(), y), known.picture)
            y += theme.LIST_ROW
        self._hour_pictures = pictures

    def _told(self, current: QModelIndex) -> None:
        if current.isValid():
            self.chosen.emit(self.content.lines[current.row()].group)


class _HourPicture(NamedTuple):
    """The line of a group's last hour as it was drawn: of what, in which colour, width and resolution."""

    hour: Hour
    look: tuple[int, float, float]
    picture: QPixmap


def _hour_picture(hour: Hour, colour: QColor, size: QSizeF, ratio: float) -> QPixmap:
    picture = QPixmap((size * ratio).toSize())
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    with QPainter(picture) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour, 1.2))
        for stretch in _stretches(QRectF(QPointF(), size).adjusted(PAD, 5, -PAD, -6), hour):
            painter.drawPolyline(stretch)
    return picture


def _stretches(box: QRectF, hour: Hour) -> list[list[QPointF]]:
    """Where the line of an hour goes, in stretches of which it is known: the most that a group was behind in this hour is its
    top, none is its foot."""
    known = [one for one in hour if one is not None]
    if len(known) < 2:
        return []
    x, y, wide, scale = box.x(), box.bottom(), box.width() / (len(hour) - 1), box.height() / max(*known, 1.0)
    gaps = [-1, *(at for at, one in enumerate(hour) if one is None), len(hour)]
    # One expression a stretch: point by point it took a quarter of the time that all of the table does.
    return [
        [QPointF(x + wide * at, y - scale * (one or 0.0)) for at, one in enumerate(hour[before + 1 : gap], before + 1)]
        for before, gap in pairwise(gaps)
        if gap > before + 1
    ]
