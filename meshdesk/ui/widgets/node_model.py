"""The parts of a decoded value as Qt asks for them: which are here, which are to come, and how each is called and written.

Items are made when they are looked at, so fifty thousand cost no more than forty. What is shown of them is node_tree.py's.
"""

import json
import re
from html import escape

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from meshdesk.model.node import CONTAINERS, Node, is_page, is_to_come, more, path_at, visible

Index = QModelIndex | QPersistentModelIndex

CHUNK = 500  # children handed to Qt at a time; more follow when somebody scrolls there
LONG = 20  # characters of a value that may not be seen whole
TIP = 2_000  # characters of a value that a tool tip shows
SHOWN = 600  # characters of a value that are drawn; copying takes all of it
PLAIN_STEP = re.compile(r"[\w@#$:-]+")  # a name that stands in a path as it is; of XML an attribute, a text, a prefix


class Item:
    """A node at its place. Children are made when they are first asked for."""

    __slots__ = ("is_asked", "is_whole", "kids", "node", "parent", "row")

    def __init__(self, node: Node, parent: "Item | None", row: int) -> None:
        self.is_whole = False  # whether it is the value itself, which has no part
        self.node = node
        self.parent = parent
        self.row = row
        self.kids: list[Item] = []
        self.is_asked = False  # for the parts that are to come

    @property
    def lacks(self) -> bool:
        """Whether parts of it are to come."""
        return bool(self.node.children) and is_to_come(self.node.children[-1])

    def fetch(self, count: int) -> None:
        children = self.node.children
        for row in range(len(self.kids), min(len(children), count)):
            self.kids.append(Item(children[row], self, row))


class NodeModel(QAbstractItemModel):
    """One column of nodes. A value without parts is one line; where parts are to come the last line says how many."""

    lacking = Signal(object, int)  # the path of rows to a container, and the number of the first part that is to come

    def __init__(self) -> None:
        super().__init__()
        self._root: Item | None = None
        self.shown = 0  # how many values were shown: what was asked for of an earlier one is of no use

    def show(self, tree: Node | None, is_list: bool = False) -> None:
        """A list of parts may have none; a value that has none is a line."""
        self.beginResetModel()
        self.shown += 1
        if tree is None:
            self._root = None
        else:
            is_line = not tree.children and not is_list
            shown = Node("", "record", "", (tree,)) if is_line else tree
            self._root = Item(shown, None, 0)
            self._root.fetch(CHUNK)
            for item in self._root.kids if is_line else ():
                item.is_whole = True
        self.endResetModel()

    def item(self, index: Index) -> Item | None:
        if not index.isValid():
            return self._root
        held = index.internalPointer()
        return held if isinstance(held, Item) else None

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008  Qt's own default
        item = self.item(parent)
        if item is None or column != 0 or not 0 <= row < len(item.kids):
            return QModelIndex()
        return self.createIndex(row, 0, item.kids[row])

    def parent(self, index: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        item = self.item(index) if index.isValid() else None
        if item is None or item.parent is None or item.parent.parent is None:
            return QModelIndex()
        return self.createIndex(item.parent.row, 0, item.parent)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        item = self.item(parent)
        return len(item.kids) if item is not None and parent.column() <= 0 else 0

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 1

    def hasChildren(self, parent: Index = QModelIndex()) -> bool:  # noqa: B008
        item = self.item(parent)
        return item is not None and bool(item.node.children)

    def canFetchMore(self, parent: Index) -> bool:
        item = self.item(parent)
        return item is not None and len(item.kids) < len(item.node.children)

    def lacks(self, parent: Index) -> bool:
        """Whether all lines of a container are made, parts of it are to come, and nobody has asked for them. Qt is not told: it
        would fetch all of them as soon as the container is unfolded."""
        item = self.item(parent)
        return item is not None and len(item.kids) == len(item.node.children) and item.lacks and not item.is_asked

    def ask(self, parent: Index) -> None:
        """Asks for the parts of a container that come next."""
        item = self.item(parent)
        if item is not None:
            item.is_asked = True
            self.lacking.emit(rows_to(item), len(item.kids) - 1)

    def fetchMore(self, parent: Index) -> None:
        item = self.item(parent)
        if item is None:
            return
        first, last = len(item.kids), min(len(item.node.children), len(item.kids) + CHUNK) - 1
        if last >= first:
            self.beginInsertRows(plain(parent), first, last)
            item.fetch(last + 1)
            self.endInsertRows()

    def add(self, path: tuple[int, ...], first: int, parts: tuple[Node, ...], left: int) -> None:
        """Parts that came of the container at a path: those from number `first` on, behind which so many are left."""
        indexes = self.reach(path)
        index = indexes[-1] if indexes else QModelIndex()
        item = self.item(index)
        if item is None or len(indexes) < len(path) or not item.lacks or first != len(item.node.children) - 1:
            return
        *known, rest = item.node.children
        rest = Node(rest.name, rest.kind, more(left).text, (), rest.note)
        while len(item.kids) <= len(known):  # also the line that says how many are to come
            self.fetchMore(index)
        last = item.kids.pop()
        item.kids.append(last)
        if parts:
            self.beginInsertRows(index, first, first + len(parts) - 1)
            made = [Item(part, item, first + at) for at, part in enumerate(parts)]
            item.node = with_children(item.node, (*known, *parts, rest))
            item.kids[first:first] = made
            last.row = first + len(parts)
            self.endInsertRows()
        last.node = rest
        if left and parts:
            item.is_asked = False
            here = self.index(last.row, 0, index)
            self.dataChanged.emit(here, here)
        else:
            self.beginRemoveRows(index, last.row, last.row)
            item.node = with_children(item.node, item.node.children[:-1])
            item.kids.pop()
            self.endRemoveRows()

    def reach(self, path: tuple[int, ...]) -> list[QModelIndex]:
        """The indexes along a path of rows, as far as the nodes are here; their lines are made."""
        found: list[QModelIndex] = []
        index = QModelIndex()
        for row in path:
            while row >= self.rowCount(index) and self.canFetchMore(index):
                self.fetchMore(index)
            index = self.index(row, 0, index)
            if not index.isValid():
                break  # it is to come
            found.append(index)
        return found

    def path_at(self, at: int) -> tuple[int, ...]:
        """Where the innermost node is that holds a byte; () where none does."""
        return _path_at(self._root, at) if self._root is not None else ()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        item = self.item(index) if index.isValid() else None
        if item is None:
            return None
        if role == Qt.ItemDataRole.ToolTipRole:
            text = value_of(item.node)
            return f"<p>{escape(visible(text[:TIP]))}</p>" if len(text) > LONG else None  # Qt breaks lines of rich text
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return visible(f"{label_of(item)} {value_of(item.node)[:SHOWN]}".strip())
        return None


def with_children(node: Node, children: tuple[Node, ...]) -> Node:
    """The same container of other parts."""
    return Node(node.name, node.kind, node.text, children, node.note, node.span)


def rows_to(item: Item) -> tuple[int, ...]:
    """The rows that lead from the value to a node."""
    rows: list[int] = []
    while item.parent is not None:
        rows.append(item.row)
        item = item.parent
    return tuple(reversed(rows))


def _path_at(item: Item, at: int) -> tuple[int, ...]:
    """As model.node.path_at, through the parts that came later."""
    for row, child in enumerate(item.node.children):
        kid = item.kids[row] if row < len(item.kids) else None
        if child.span is None or child.span[0] <= at < child.span[1]:
            below = _path_at(kid, at) if kid is not None else path_at(child, at)
            if below or child.span is not None:
                return (row, *below)
    return ()


def plain(index: Index) -> QModelIndex:
    return index if isinstance(index, QModelIndex) else index.model().index(index.row(), 0, index.parent())


def label_of(item: Item) -> str:
    """The name of a field, or the place of an element."""
    return item.node.name or (str(item.row) if item.parent is not None and item.parent.node.kind == "array" else "")


def value_of(node: Node) -> str:
    if node.children:
        return ""
    if node.kind in CONTAINERS:
        return "[]" if node.kind == "array" else "{}"
    if node.kind == "bytes":
        return f"0x{node.text}"
    return f'"{node.text}"' if node.kind in ("string", "enum") else node.text


def path_of(item: Item) -> str:
    """Where a node is, as people write it: `customer.lines[0].sku`; "" of the whole value.

    A name that could be taken for something else stands in quotes, as JSON writes it: `labels["a.b"][0]`.
    """
    steps: list[str] = []
    at: Item | None = item
    while at is not None and at.parent is not None and not at.is_whole:
        if not is_page(at.node):  # which is no step of its own
            steps.append(_step(at, at.parent))
        at = at.parent
    return "".join(reversed(steps)).removeprefix(".")


def _step(item: Item, parent: Item) -> str:
    if parent.node.kind == "array":
        return f"[{item.node.name if is_page(parent.node) else item.row}]"
    name = item.node.name
    return f".{name}" if PLAIN_STEP.fullmatch(name) else f"[{json.dumps(name)}]"
