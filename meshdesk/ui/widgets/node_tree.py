"""A decoded value as a tree on the screen: what is unfolded, seen, selected and copied of it. Its parts are node_model.py's, which
are asked for where somebody unfolds what holds them, or scrolls to where they would be."""

import re

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetricsF,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QStyledItemDelegate, QStyleOptionViewItem, QTreeView

from meshdesk.model import wording
from meshdesk.model.node import (
    CONTAINERS,
    Node,
    count_of,
    is_to_come,
    is_whole,
    pretty,
    shortened,
    visible,
)
from meshdesk.model.setting import MASKED
from meshdesk.ui import icons, theme
from meshdesk.ui.widgets.context_menu import context_menu
from meshdesk.ui.widgets.controls import draw_focus, name_bars
from meshdesk.ui.widgets.node_model import SHOWN, Index, Item, NodeModel, label_of, path_of, plain, rows_to, value_of
from meshdesk.ui.widgets.record_paint import mark_hits

UNFOLD = 60  # a tree is unfolded as far as it has no more lines than this: some two screens of the inspector
STEP = 16
LEFT = 28
PART_NOUNS = {"record": "field", "map": "entry", "array": "element"}
PART_NOUNS_MANY = {"map": "entries"}
TONES = {
    "string": "good_text",
    "enum": "good_text",
    "int": "accent_text",
    "float": "accent_text",
    "decimal": "accent_text",
    "boolean": "accent_text",
    "null": "second",
}
CUT = re.compile(r"… [\d,]+ more (character|byte)s?$")
LEFT_OUT = re.compile(r"… [\d,]+ more")  # in the text of a part
HALF = re.compile("[\ud800-\udfff]")
LONG_PATH = 120  # characters of a path that are said; copying takes all of it
NOTHING_CHOSEN = "Select a line of the tree first."
IS_MASKED = "This is a secret, which is masked. Choose “Reveal this secret” in the menu of its line first."


def _is_cut(node: Node) -> bool:
    """Whether something of it was left out (model/node.py, What was left out)."""
    return node.kind == "more" or CUT.search(node.text[-LONG_PATH:]) is not None or any(map(_is_cut, node.children))


def _is_masked(node: Node) -> bool:
    return node.note.endswith(MASKED)  # behind what the schema calls it


def _note(node: Node) -> str:
    """What stands at the right of a line: of a container how much is in it, of a value what its schema calls it."""
    if node.children:
        return wording.plural(count_of(node), PART_NOUNS.get(node.kind, "part"), PART_NOUNS_MANY.get(node.kind, ""))
    if node.span is None:
        return node.note
    first, end = node.span
    where = f"byte {first}" if end - first <= 1 else f"bytes {first}-{end - 1}"
    return f"{node.note} · {where}" if node.note else where


class NodeTree(QTreeView):
    """The tree of a value, 22 px a line in the mono font."""

    picked = Signal(object)  # the bytes of the current node, (first, end); None where it has none
    bytes_wanted = Signal(object)  # the same, to be copied
    said = Signal(str)  # a sentence on what was copied, or why nothing was
    reveal_wanted = Signal(str)  # the name of a secret that is masked
    parts_wanted = Signal(object, int)  # the path to a container, and the number of the first part that is to come
    text_wanted = Signal(object)  # the path to a part that is to be copied, and is not all here

    def __init__(self) -> None:
        super().__init__()
        self.nodes = NodeModel()
        self._word = ""  # whose hits are marked
        self.nothing = ""  # what is said where there is no line
        self.setModel(self.nodes)
        self.nodes.lacking.connect(self.parts_wanted)
        self._seen: list[QPersistentModelIndex] = []  # containers whose last line was drawn, and which hold more
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._fetch_seen)
        self.setAccessibleName("Value as a tree")
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setIndentation(STEP)
        self.setRootIsDecorated(True)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setExpandsOnDoubleClick(True)
        self.setAnimated(False)
        self.setItemDelegate(_RowHeight(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        name_bars(self, "the tree")

    def say(self, tree: Node | None) -> None:
        """Shows a value, unfolded from the top as far as that makes no long list."""
        self.nodes.show(tree)
        self._unfold()

    def pick(self, at: int) -> None:
        """Selects the innermost node that holds a byte, or none where none does."""
        indexes = self.nodes.reach(self.nodes.path_at(at))
        for index in indexes[:-1]:
            self.expand(index)
        self.setCurrentIndex(indexes[-1] if indexes else QModelIndex())
        if indexes:
            self.scrollTo(indexes[-1])
        else:
            self.clearSelection()

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(
            plain(current) if current.isValid() else QModelIndex(),
            plain(previous) if previous.isValid() else QModelIndex(),
        )
        self.picked.emit(self._span(current))

    def _span(self, index: Index) -> tuple[int, int] | None:
        item = self.nodes.item(index) if index.isValid() else None
        return None if item is None else item.node.span

    def line(self) -> int | None:
        """The first byte of the current line, by which `pick` finds it again; None where it has none of its own."""
        item = self._current()
        return None if item is None or item.node.children or item.node.span is None else item.node.span[0]

    def show_hits(self, word: str) -> None:
        """Marks a word wherever it can be seen in a value."""
        if word != self._word:
            self._word = word
            self.viewport().update()

    def say_list(self, parts: tuple[Node, ...], nothing: str) -> None:
        """Shows some values, one below the other, or why there is none."""
        self.nothing = nothing
        self.setAccessibleDescription("" if parts else nothing)
        self.nodes.show(Node("", "record", "", parts), is_list=True)
        self._unfold()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self.viewport()) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        c = theme.colours()
        width, height = self.viewport().width(), self.viewport().height()
        painter.fillRect(0, 0, width, height, c.panel)
        if self.nothing and not self.nodes.rowCount():
            painter.setFont(theme.font("text"))
            painter.setPen(c.second)
            painter.drawText(QRect(14, 0, width - 28, theme.MONO_ROW), Qt.AlignmentFlag.AlignVCenter, self.nothing)
        index = self.indexAt(QRect(0, 0, 1, 1).topLeft())
        while index.isValid():
            box = self.visualRect(index)
            if box.y() >= height:
                break
            self._paint_line(painter, index, box.y(), width)
            around = index.parent()
            is_last = index.row() == self.nodes.rowCount(around) - 1
            if is_last and (self.nodes.canFetchMore(around) or self.nodes.lacks(around)):
                self._soon.start()
                self._seen.append(QPersistentModelIndex(around))
            index = self.indexBelow(index)
        if not self.currentIndex().isValid():
            draw_focus(painter, self)

    def _fetch_seen(self) -> None:
        """More of the containers whose end can be seen."""
        seen, self._seen = self._seen, []
        for around in seen:
            if self.nodes.canFetchMore(around):
                self.nodes.fetchMore(around)
            elif self.nodes.lacks(around):
                self.nodes.ask(around)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_value()
        elif event.key() == Qt.Key.Key_C and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.copy_bytes()
            else:
                self.copy_path()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if not self.currentIndex().isValid():
            return
        menu = context_menu(self)
        menu.addAction("Copy value\tCtrl+C").triggered.connect(self.copy_value)
        menu.addAction("Copy path\tAlt+C").triggered.connect(self.copy_path)
        copy_bytes = menu.addAction("Copy bytes\tAlt+Shift+C")
        copy_bytes.setEnabled(self._span(self.currentIndex()) is not None)
        copy_bytes.triggered.connect(self.copy_bytes)
        item = self._current()
        if item is not None and _is_masked(item.node):
            menu.addSeparator()
            menu.addAction("Reveal this secret").triggered.connect(self.reveal)
        menu.popup(event.globalPos())

    def copy_value(self) -> None:
        """The whole value of the current line to the clipboard, exact: a scalar's text, or JSON."""
        item = self._current()
        if item is None:
            self.said.emit(NOTHING_CHOSEN)
            return
        if _is_masked(item.node):
            self.said.emit(IS_MASKED)
            return
        if not is_to_come(item.node) and not is_whole(item.node):
            self.text_wanted.emit(rows_to(item))  # not all of it is here
            return
        self.copy_text(
            pretty(item.node) if item.node.kind in CONTAINERS or item.node.children else item.node.text,
            _is_cut(item.node),
        )

    def copy_text(self, text: str, is_cut: bool) -> None:
        """A value's text to the clipboard, and what was copied, said."""
        # Half of a pair of UTF-16 (JSON "\\ud800") is no character: a clipboard drops it without a word.
        shown = HALF.sub(lambda half: f"\\u{ord(half[0]):04x}", text)
        QGuiApplication.clipboard().setText(shown)
        words = f"Copied {wording.plural(len(text), 'character')}." if text else "Copied an empty value."
        words += "" if shown == text else " What is no character stands as its escape."
        self.said.emit(
            f"{words} It was too large to be shown whole: how much is left out stands in it." if is_cut else words
        )

    def copy_path(self) -> None:
        """Where the current line is in the value, to the clipboard."""
        item = self._current()
        text = "" if item is None else path_of(item)
        if not text:
            self.said.emit(NOTHING_CHOSEN if item is None else "This line is the whole value, which has no path.")
            return
        QGuiApplication.clipboard().setText(text)
        self.said.emit(f"Copied the path {visible(shortened(text, LONG_PATH))}.")

    def reveal(self) -> None:
        """Asks for the secret of the current line to be shown."""
        item = self._current()
        if item is not None:
            self.reveal_wanted.emit(item.node.name)

    def _current(self) -> Item | None:
        index = self.currentIndex()
        return self.nodes.item(index) if index.isValid() else None

    def copy_bytes(self) -> None:
        """Asks for the bytes of the current line to be copied: a tree knows where they are, and not what they are."""
        item = self._current()
        if item is None or _is_masked(item.node):
            self.said.emit(NOTHING_CHOSEN if item is None else IS_MASKED)
        else:
            self.bytes_wanted.emit(self._span(self.currentIndex()))

    def _unfold(self) -> None:
        """Level by level, while all lines together stay below UNFOLD."""
        lines = self.nodes.rowCount()
        level = [self.nodes.index(row, 0) for row in range(min(lines, UNFOLD))]
        while level:
            below: list[QModelIndex] = []
            for index in level:
                item = self.nodes.item(index)
                count = len(item.node.children) if item is not None and not item.lacks else 0
                if 0 < count <= UNFOLD - lines:
                    lines += count
                    self.nodes.fetchMore(index)
                    self.expand(index)
                    below.extend(self.nodes.index(row, 0, index) for row in range(count))
            level = below

    def _paint_line(self, painter: QPainter, index: QModelIndex, y: int, width: int) -> None:
        item = self.nodes.item(index)
        if item is None:
            return
        c = theme.colours()
        is_current = index == self.currentIndex()
        if is_current:
            painter.fillRect(0, y, width, theme.MONO_ROW, c.selection)
        x = float(LEFT + self._depth(item) * STEP)
        if item.node.children:
            icons.draw(
                painter, "chevron-down" if self.isExpanded(index) else "chevron-right", x - 16, y + 5, 12, c.third
            )
        metrics = QFontMetricsF(theme.font("mono"))
        base = y + round((theme.MONO_ROW + metrics.capHeight()) / 2)
        room = width - 12.0
        note = _note(item.node)
        if note and (is_current or item.node.children):
            small = QFontMetricsF(theme.font("small"))
            wide = small.horizontalAdvance(note)
            if x + wide + 80 < room:
                painter.setFont(theme.font("small"))
                painter.setPen(c.second if is_current else c.third)
                painter.drawText(QPointF(room - wide, base), note)
                room -= wide + 8
        painter.setFont(theme.font("mono"))
        label = visible(label_of(item)[:SHOWN])
        if label:
            painter.setPen(c.declared_text)
            label = metrics.elidedText(label, Qt.TextElideMode.ElideMiddle, max(30.0, (room - x) * 0.7))
            painter.drawText(QPointF(x, base), label)
            x += metrics.horizontalAdvance(label) + 8
        value = visible(value_of(item.node)[:SHOWN])
        painter.setPen(getattr(c, TONES.get(item.node.kind, "text")))
        value = metrics.elidedText(value, Qt.TextElideMode.ElideRight, max(0.0, room - x))
        painter.drawText(QPointF(x, base), value)
        mark_hits(painter, metrics, QPointF(x, base), value, self._word)

    @staticmethod
    def _depth(item: Item) -> int:
        depth, at = 0, item.parent
        while at is not None and at.parent is not None:
            depth, at = depth + 1, at.parent
        return depth


class _RowHeight(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, theme.MONO_ROW)
