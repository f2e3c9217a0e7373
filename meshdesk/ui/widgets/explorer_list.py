"""The list of the explorer: which line a click or a key is about, and what it does."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from meshdesk.model.group import Group
from meshdesk.model.placing import PlacedProduct
from meshdesk.session.opened import Opened
from meshdesk.ui import theme
from meshdesk.ui.domain_hues import DomainHues
from meshdesk.ui.widgets.context_menu import context_menu
from meshdesk.ui.widgets.controls import name_bars
from meshdesk.ui.widgets.explorer_lines import Entry
from meshdesk.ui.widgets.explorer_model import TopicModel
from meshdesk.ui.widgets.explorer_paint import name_begins, paint_entry


class TopicList(QTableView):
    """The list below the filter; draws its lines itself. A table: a list would ask for every row."""

    opened = Signal(object, str)  # capture, topic
    added = Signal(object, str)  # the same, to be shown among what is open
    group_chosen = Signal(object, str)  # capture, group
    product_chosen = Signal(object, str)  # capture, id

    def __init__(self, topics: TopicModel, hues: DomainHues) -> None:
        super().__init__()
        self.topics = topics
        self._hues = hues
        self.words: tuple[str, ...] = ()
        self.open_topics: tuple[Opened | None, tuple[str, ...]] = (None, ())  # those in the work area
        self.chosen_group: tuple[Opened | None, str] = (None, "")  # the one that the inspector is about
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
            paint_entry(painter, entry, y, width, self._is_open(entry), self.words, self._hues)
            y += theme.TREE_ROW

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            entry = self.topics.entries[index.row()]
            if entry.is_fold and event.position().x() < name_begins(entry):  # its chevron
                self._fold(index.row(), None)
            else:
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
        menu = context_menu(self)
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
        if entry.topic is not None:
            (self.added if adds else self.opened).emit(entry.opened, entry.topic.name)
        elif isinstance(entry.about, Group):
            self.group_chosen.emit(entry.opened, entry.about.id)
        elif isinstance(entry.about, PlacedProduct):
            self.product_chosen.emit(entry.opened, entry.about.id)
        else:
            self._fold(row, None)

    def _fold(self, row: int, folded: bool | None) -> None:
        self.topics.fold(row, folded)
        self.setCurrentIndex(self.topics.index(min(row, len(self.topics.entries) - 1)))

    def _is_open(self, entry: Entry) -> bool:
        if isinstance(entry.about, Group):
            return self.chosen_group == (entry.opened, entry.about.id)
        opened, topics = self.open_topics
        return entry.topic is not None and entry.opened is opened and entry.topic.name in topics
