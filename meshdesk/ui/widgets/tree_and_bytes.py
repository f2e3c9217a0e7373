"""A value as a tree with the bytes below it, linked: who selects a node sees its bytes, who selects a byte sees its node."""

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from meshdesk.model import wording
from meshdesk.model.node import Node
from meshdesk.model.row import Part
from meshdesk.ui.widgets.controls import Line, Rule
from meshdesk.ui.widgets.dump import LINE, Dump
from meshdesk.ui.widgets.node_tree import NodeTree

PAD = 14
LINES = 5  # of bytes below the tree; all of them have a page of their own
LEAST_TREE = 160  # height of the tree; where less of it would be left, the bytes are on their own page only


class BytesPane(QWidget):
    """What the bytes are, and their dump."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.heading = Line()
        self.many = Line()
        self.dump = Dump(name)
        row = QHBoxLayout()
        row.setContentsMargins(PAD, 0, PAD, 0)
        row.addWidget(self.heading, 1)
        row.addWidget(self.many)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(2)
        column.addLayout(row)
        column.addWidget(self.dump, 1)

    def minimumSizeHint(self) -> QSize:
        return self.dump.minimumSizeHint()

    def say(self, part: Part) -> None:
        """The bytes as they were received, or as they are once they are unpacked."""
        is_unpacked = part.unpacked is not None
        self.heading.say(("Bytes, unpacked" if is_unpacked else "Bytes", "label", "second"))
        shown = part.unpacked if is_unpacked else part.size
        size = wording.count(shown or 0)
        words = f"{size} of {wording.count(part.size or 0)} packed" if is_unpacked else size
        self.many.say((words, "small", "third"))
        self.dump.say(part.dump, part.cut)


class TreeAndBytes(QWidget):
    """The tree, and some lines of bytes where the format lets us know which are whose."""

    marked = Signal(object)  # the bytes of the node that is selected, (first, end); None for none

    def __init__(self) -> None:
        super().__init__()
        self.tree = NodeTree()
        self.bytes = BytesPane("Bytes of the value")
        self._rule = Rule()
        self._has_bytes = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)
        column.addWidget(self.tree, 1)
        column.addWidget(self._rule)
        column.addWidget(self.bytes)
        self.tree.picked.connect(self._mark)
        self.bytes.dump.chosen.connect(self.tree.pick)

    def say(self, part: Part, tree: Node) -> None:
        """Shows the part by a tree, which is its own or what stands for null."""
        self.tree.say(tree)
        self._mark(None)
        self._has_bytes = bool(part.dump) and _has_span(tree)
        self.bytes.say(part)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return self.tree.minimumSizeHint()  # the bytes give way

    def _mark(self, span: tuple[int, int] | None) -> None:
        self.bytes.dump.mark(span)
        self.marked.emit(span)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """As high as the bytes are, within some lines."""
        high = min(LINES, self.bytes.dump.lines) * LINE + 32
        fits = self._has_bytes and self.height() >= high + LEAST_TREE
        for part in (self._rule, self.bytes):
            part.setVisible(fits)
        self.bytes.setFixedHeight(high)


def _has_span(node: Node) -> bool:
    return node.span is not None or any(map(_has_span, node.children[:100]))
