"""The explorer: every open capture with its topics, a filter that answers at once, counts and rates."""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QMenu,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from meshdesk.model import wording
from meshdesk.session.opened import Opened, State
from meshdesk.session.readings import Topic
from meshdesk.ui import icons, theme
from meshdesk.ui.widgets.controls import Line, draw_dot, name_bars, tone_of
from meshdesk.ui.widgets.record_lines import CONTROLS

Index = QModelIndex | QPersistentModelIndex
Kind = Literal["capture", "topic", "internal"]
MARGIN = 12
BEATS_BETWEEN = 8  # counts and rates are read by people: four times a second is often enough
STEP = 14  # indent of one level
NUMBERS = 56  # width of the column of rates
RATE_LEAST = 44  # the room of a rate, so that names do not move while it changes: 999/s, 12.5 k/s


class Entry(NamedTuple):
    """One line: a capture, one of its topics, or the fold of the topics that Kafka keeps for itself."""

    kind: Kind
    opened: Opened
    text: str
    topic: Topic | None = None
    topics: int = 0  # of a capture or a fold: how many are in it

    @property
    def rate(self) -> str:
        """How fast records arrive in the topic; one of a capture at rest, and one that was deleted, has no rate."""
        if self.topic is None or self.topic.rate is None or not self.topic.partitions:
            return ""
        if self.opened.state != "live" or not self.opened.is_reached:
            return ""
        return wording.rate(self.topic.rate)

    @property
    def is_arriving(self) -> bool:
        return self.topic is not None and bool(self.topic.rate) and bool(self.rate)

    @property
    def amount(self) -> str:
        if self.topic is None:
            return wording.count(self.topics)
        return short(self.topic.rows) if self.topic.rows else ""


@dataclass(slots=True)
class _Folds:
    captures: set[int] = field(default_factory=set)  # id of the captures that are folded
    internal: set[int] = field(default_factory=set)  # id of the captures whose internal topics are unfolded


class TopicModel(QAbstractListModel):
    """The lines that pass the filter. Ten thousand topics take a few ms: names are compared, no row is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Entry] = []
        self.topics = 0  # all, whether or not they pass
        self.passing = 0
        self._captures: list[Opened] = []
        self._words: tuple[str, ...] = ()
        self._folds = _Folds()
        self._shape: list[tuple[int, str, list[str]]] = []
        self._known: dict[int, tuple[tuple[Topic, ...], list[tuple[str, Entry]]]] = {}

    def show(self, captures: list[Opened], words: tuple[str, ...]) -> None:
        """All lines anew. A topic passes when its name holds every word, in any case and order."""
        self.beginResetModel()
        self._captures, self._words = captures, words
        ids = {id(opened) for opened in captures}
        # What was closed is let go of, with its rows; and another may come to have its id.
        self._known = {of: known for of, known in self._known.items() if of in ids}
        self._folds.captures &= ids
        self._folds.internal &= ids
        self.topics = sum(len(opened.topics) for opened in captures)
        self.entries = [entry for opened in captures for entry in self._of(opened)]
        self.passing = sum(entry.topics for entry in self.entries if entry.kind == "capture")
        self.endResetModel()

    def update(self, captures: list[Opened]) -> None:
        """New numbers under the same names; only where a name came or went all lines are made anew."""
        shape = [(id(opened), opened.title, [topic.name for topic in opened.topics]) for opened in captures]
        if shape != self._shape:
            self._shape = shape
            self.show(captures, self._words)
        elif self.entries:
            self._captures = captures
            self.entries = [entry for opened in captures for entry in self._of(opened)]
            self.dataChanged.emit(self.index(0), self.index(len(self.entries) - 1))

    def fold(self, row: int, folded: bool | None = None) -> None:
        """Folds, unfolds or (None) turns a capture or its internal topics."""
        entry = self.entries[row]
        if entry.kind == "topic" or self._words:  # all that pass a filter are shown
            return
        held = self._folds.captures if entry.kind == "capture" else self._folds.internal
        is_folded = self.is_folded(row)
        if folded is None or folded != is_folded:
            held.symmetric_difference_update({id(entry.opened)})
            self.show(self._captures, self._words)

    def is_folded(self, row: int) -> bool:
        entry = self.entries[row]
        if self._words:
            return False
        if entry.kind == "capture":
            return id(entry.opened) in self._folds.captures
        return entry.kind == "internal" and id(entry.opened) not in self._folds.internal

    def row_of(self, opened: Opened | None, topic: str) -> int:
        """The line of a topic, or -1 where it is folded away or filtered out."""
        for row, entry in enumerate(self.entries):
            if entry.topic is not None and entry.opened is opened and entry.topic.name == topic:
                return row
        return -1

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        if not index.isValid() or index.row() >= len(self.entries):
            return None
        entry = self.entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.text
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tip(entry)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            folded = "" if entry.kind == "topic" else (", folded" if self.is_folded(index.row()) else ", unfolded")
            return ", ".join(word for word in (entry.text, entry.rate, entry.amount) if word) + folded
        return None

    def _of(self, opened: Opened) -> list[Entry]:
        known = self._entries(opened)
        if self._words:
            for word in self._words:
                known = [pair for pair in known if word in pair[0]]
            passing = [entry for _, entry in known]
        else:
            passing = [entry for _, entry in known]
        head = Entry("capture", opened, opened.title.translate(CONTROLS), topics=len(passing))
        if id(opened) in self._folds.captures and not self._words:
            return [head]
        internal = [entry for entry in passing if entry.topic is not None and entry.topic.internal]
        if not internal:
            return [head, *passing]
        own = [entry for entry in passing if entry.topic is not None and not entry.topic.internal]
        fold = Entry("internal", opened, "Internal", topics=len(internal))
        return [head, *own, fold, *(internal if id(opened) in self._folds.internal or self._words else [])]

    def _entries(self, opened: Opened) -> list[tuple[str, Entry]]:
        """The lines of all topics with their names in lower case, made once for each answer of the capture."""
        held = self._known.get(id(opened))
        if held is None or held[0] is not opened.topics:
            made = [(topic.name.lower(), Entry("topic", opened, topic.name, topic)) for topic in opened.topics]
            held = self._known[id(opened)] = (opened.topics, made)
        return held[1]


def short(number: int) -> str:
    """A count in the little room beside a name.

    >>> short(812), short(9999), short(14200), short(1184024)
    ('812', '9,999', '14 k', '1.2 M')
    """
    if number < 10_000:
        return f"{number:,}"
    if number < 999_500:
        return f"{number / 1000:.0f} k"
    return f"{number / 1_000_000:.1f} M"


def _tip(entry: Entry) -> str:
    topic = entry.topic
    if topic is None:
        return entry.text
    parts = [topic.name, wording.plural(topic.partitions, "partition")]
    if topic.records is not None:
        parts.append(f"{wording.plural(topic.records, 'record')} in the topic")
    parts.append(f"{wording.plural(topic.rows, 'record')} captured")
    return "\n".join(parts)


class TopicList(QTableView):
    """The list below the filter; draws its lines itself. A table: a list would ask for every row."""

    opened = Signal(object, str)  # capture, topic
    added = Signal(object, str)  # the same, to be shown among what is open

    def __init__(self, topics: TopicModel) -> None:
        super().__init__()
        self.topics = topics
        self.words: tuple[str, ...] = ()
        self.open_topics: tuple[Opened | None, tuple[str, ...]] = (None, ())  # those in the work area
        self.setModel(topics)
        self.setAccessibleName("Topics")
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.horizontalHeader().setVisible(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        rows = self.verticalHeader()
        rows.setVisible(False)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(theme.TREE_ROW)
        rows.setDefaultSectionSize(theme.TREE_ROW)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        name_bars(self, "topics")

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self.viewport()) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        c = theme.colours()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, height = self.viewport().width(), self.viewport().height()
        painter.fillRect(0, 0, width, height, c.panel)
        top = self.rowAt(0)
        if top < 0:
            return
        y = self.rowViewportPosition(top)
        current = self.currentIndex().row() if self.hasFocus() else -1
        for row in range(top, len(self.topics.entries)):
            if y >= height:
                return
            entry = self.topics.entries[row]
            if self._is_open(entry):
                painter.fillRect(0, y, width, theme.TREE_ROW, c.selection)
            if row == current:
                painter.setPen(c.accent)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(QRectF(3.5, y + 0.5, width - 7, theme.TREE_ROW - 1), 4, 4)
            self._paint_entry(painter, entry, row, y, width)
            y += theme.TREE_ROW

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            self._use(index.row(), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().row()
        if row >= 0 and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._use(row, bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        elif row >= 0 and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._fold(row, event.key() == Qt.Key.Key_Left)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(self.viewport().mapFromGlobal(event.globalPos()))
        entry = self.topics.entries[index.row()] if index.isValid() else None
        if entry is None or entry.topic is None:
            return
        capture, topic = entry.opened, entry.topic
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Show its records").triggered.connect(lambda: self.opened.emit(capture, topic.name))
        add = menu.addAction("Show its records among the others\tCtrl+Click")
        add.triggered.connect(lambda: self.added.emit(capture, topic.name))
        stop = menu.addAction("Stop reading it")
        stop.setEnabled(topic.tailing and capture.state == "live")
        stop.triggered.connect(lambda: capture.stop_tail(topic.name))
        menu.addSeparator()
        menu.addAction("Copy its name").triggered.connect(lambda: QGuiApplication.clipboard().setText(topic.name))
        menu.popup(event.globalPos())

    def first_topic(self) -> int:
        """The line of the first topic that passes the filter; -1 where none does."""
        return next((row for row, entry in enumerate(self.topics.entries) if entry.topic is not None), -1)

    def use_first(self) -> None:
        """Opens the first topic that passes the filter."""
        row = self.first_topic()
        if row >= 0:
            self._use(row)

    def _use(self, row: int, adds: bool = False) -> None:
        entry = self.topics.entries[row]
        if entry.topic is None:
            self._fold(row, None)
        else:
            (self.added if adds else self.opened).emit(entry.opened, entry.topic.name)

    def _fold(self, row: int, folded: bool | None) -> None:
        self.topics.fold(row, folded)
        self.setCurrentIndex(self.topics.index(min(row, len(self.topics.entries) - 1)))

    def _is_open(self, entry: Entry) -> bool:
        opened, topics = self.open_topics
        return entry.topic is not None and entry.opened is opened and entry.topic.name in topics

    def _paint_entry(self, painter: QPainter, entry: Entry, row: int, y: int, width: int) -> None:
        c = theme.colours()
        x = float(MARGIN)
        middle = y + theme.TREE_ROW / 2
        if entry.kind != "topic":
            chevron = "chevron-right" if self.topics.is_folded(row) else "chevron-down"
            icons.draw(painter, chevron, x - 2, middle - 6, 12, c.third)
            x += 14
        else:
            x += STEP
        font = theme.font("strong" if entry.kind == "capture" else "text")
        metrics = QFontMetrics(font)
        base = y + round((theme.TREE_ROW + metrics.capHeight()) / 2)
        if entry.kind == "capture":
            tone, hollow = tone_of(entry.opened)
            draw_dot(painter, QPointF(x + 5, middle), getattr(c, tone), hollow, 3.5)
            x += 15
        right = self._paint_numbers(painter, entry, base, width, x + metrics.horizontalAdvance(entry.text) + 8)
        is_read = entry.topic is not None and entry.topic.tailing and entry.opened.state == "live"
        if is_read:
            draw_dot(painter, QPointF(x - 8, middle), c.accent, radius=2.5)
        name = metrics.elidedText(entry.text, Qt.TextElideMode.ElideMiddle, max(24, int(right - x - 8)))
        if self.words and entry.kind == "topic":
            self._paint_hits(painter, metrics, name, x, y)
        painter.setFont(font)
        strong = entry.kind == "capture" or self._is_open(entry)
        painter.setPen(c.text if strong else c.second)
        painter.drawText(QPointF(x, base), name)

    def _paint_numbers(self, painter: QPainter, entry: Entry, base: float, width: int, name_end: float) -> float:
        """Rate and count at the right, the count only where the name has room; gives where the name has to end."""
        c = theme.colours()
        metrics = QFontMetrics(theme.font("small"))
        painter.setFont(theme.font("small"))
        right = float(width - MARGIN)
        if entry.rate:
            painter.setPen(c.second)
            painter.drawText(QPointF(right - metrics.horizontalAdvance(entry.rate), base), entry.rate)
            right -= max(RATE_LEAST if entry.is_arriving else 0, metrics.horizontalAdvance(entry.rate))
        count = entry.amount
        if count:
            advance = metrics.horizontalAdvance(count)
            at = width - MARGIN - NUMBERS if entry.topic is not None and entry.opened.state == "live" else right
            if entry.topic is not None and name_end > at - advance:
                return right
            right = at
            painter.setPen(c.third)
            painter.drawText(QPointF(right - advance, base), count)
            right -= advance
        return right

    def _paint_hits(self, painter: QPainter, metrics: QFontMetrics, name: str, x: float, y: int) -> None:
        lowered = name.lower()
        for word in self.words:
            at = lowered.find(word)
            if at >= 0 and len(lowered) == len(name):
                left = x + metrics.horizontalAdvance(name[:at])
                wide = metrics.horizontalAdvance(name[at : at + len(word)])
                painter.fillRect(QRectF(left - 1, y + 5, wide + 2, theme.TREE_ROW - 10), theme.colours().hit)


class _Filter(QLineEdit):
    """The filter; Down goes to the list, Enter opens the first hit, Escape empties it."""

    down = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.down.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)


class Explorer(QWidget):
    """Filter box, heading and list of topics. `opened` says which topic of which capture somebody wants to see."""

    opened = Signal(object, str)
    added = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Explorer")
        self._captures: list[Opened] = []
        self._seen: list[tuple[int, State, int]] = []
        self._rests = 0
        self.filter = _Filter()
        self.filter.setPlaceholderText("Filter topics")
        self.filter.setAccessibleName("Filter topics")
        self.filter.setClearButtonEnabled(False)
        self._heading = Line()
        self._heading.say(("Topics", "label", "second"))
        self._number = Line("Topics")
        self.list = TopicList(TopicModel())
        self._nothing = Line("Topics")
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 8, 0, 0)
        box.setSpacing(0)
        self._number.align_right()
        self._nothing.setContentsMargins(12, 4, 12, 4)
        field = QHBoxLayout()
        field.setContentsMargins(12, 0, 12, 0)
        field.addWidget(self.filter)
        heading = QHBoxLayout()
        heading.setContentsMargins(12, 4, 12, 4)
        heading.addWidget(self._heading)
        heading.addWidget(self._number, 1)
        box.addLayout(field)
        box.addLayout(heading)
        box.addWidget(self._nothing)
        box.addWidget(self.list, 1)
        self.filter.textChanged.connect(self._filter)
        self.filter.returnPressed.connect(self.list.use_first)
        self.filter.down.connect(self._to_list)
        self.list.opened.connect(self.opened)
        self.list.added.connect(self.added)

    def refresh(self, captures: list[Opened]) -> None:
        """Asks the captures for their topics: at once when one changed its state, else four times a second."""
        seen = [(id(opened), opened.state, opened.revision) for opened in captures]
        self._rests -= 1
        if seen == self._seen or (self._rests > 0 and [s[:2] for s in seen] == [s[:2] for s in self._seen]):
            return
        self._seen = seen
        self._rests = BEATS_BETWEEN
        self._captures = list(captures)
        self.list.topics.update(self._captures)
        if not self.list.currentIndex().isValid():
            self.mark(*self.list.open_topics)
        self._say()

    def mark(self, opened: Opened | None, topics: tuple[str, ...]) -> None:
        """Shows which topics are open in the work area; the last one is where the arrow keys go on."""
        self.list.open_topics = (opened, topics)
        row = self.list.topics.row_of(opened, topics[-1]) if topics else -1
        if row >= 0:
            self.list.setCurrentIndex(self.list.topics.index(row))
        self.list.viewport().update()

    def go_to(self, opened: Opened) -> None:
        """Brings a capture and its first topics to the top of the list."""
        for row, entry in enumerate(self.list.topics.entries):
            if entry.kind == "capture" and entry.opened is opened:
                self.list.setCurrentIndex(self.list.topics.index(row))
                self.list.scrollTo(self.list.topics.index(row), QAbstractItemView.ScrollHint.PositionAtTop)

    def _filter(self, text: str) -> None:
        words = tuple(text.lower().split())
        self.list.words = words
        self.list.topics.show(self._captures, words)
        self.list.scrollToTop()
        self._say()

    def _say(self) -> None:
        model = self.list.topics
        shown = wording.count(model.topics)
        if self.list.words:
            shown = f"{wording.count(model.passing)} of {shown}"
        self._number.say((shown, "label", "second"))
        nothing = ""
        if self._captures and model.topics == 0:
            nothing = _why_empty(self._captures[-1])
        elif self.list.words and model.passing == 0:
            nothing = "No topic has these words in its name."
        self._nothing.say((nothing, "small", "second"))
        self._nothing.setVisible(bool(nothing))

    def _to_list(self) -> None:
        had_one = self.list.currentIndex().isValid()
        self.list.setFocus(Qt.FocusReason.TabFocusReason)
        if not had_one and self.list.topics.entries:
            self.list.setCurrentIndex(self.list.topics.index(max(0, self.list.first_topic())))


def _why_empty(opened: Opened) -> str:
    if opened.state in ("opening", "connecting"):
        return "Topics appear here once they are known."
    if opened.state == "failed":
        return "It could not be opened."
    return "There is no topic here."
