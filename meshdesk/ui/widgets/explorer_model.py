"""The lines of all open captures as Qt asks for them, and which of them are folded."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter, eq, itemgetter
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from meshdesk.model.group import Group
from meshdesk.model.placing import Placing
from meshdesk.session.opened import Opened
from meshdesk.session.readings import Topic
from meshdesk.ui.widgets.explorer_lines import Entry, Part, fill, lines_of, parts_of
from meshdesk.ui.widgets.explorer_words import accessible, tip

Index = QModelIndex | QPersistentModelIndex
# What a line is, whatever its numbers say; and what a topic is in the folds.
LINE = itemgetter(*map(Entry._fields.index, ("kind", "opened", "text", "level", "folds", "is_folded")))
NAMED = attrgetter("name", "internal")


@dataclass(slots=True)
class _Known:
    """What was made of a capture, and what it was made of."""

    placing: Placing | None = None
    topics: tuple[Topic, ...] = ()
    parts: list[Part] = field(default_factory=list)
    groups: Mapping[str, Group] = field(default_factory=dict)
    folded: dict[str, bool] = field(default_factory=dict)  # what somebody has folded or unfolded


class TopicModel(QAbstractListModel):
    """The lines that pass the filter. Ten thousand topics take a few ms: names are compared, no row is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Entry] = []
        self.topics = 0  # all, whether or not they pass
        self.passing = 0
        self.groups = 0  # that pass
        self._captures: list[Opened] = []
        self._words: tuple[str, ...] = ()
        self._known: dict[int, _Known] = {}  # by number of the capture

    def show(self, captures: list[Opened], words: tuple[str, ...]) -> None:
        """All lines anew. A topic passes when every word, in any case and order, is in its name or in that of its product or
        domain."""
        self.beginResetModel()
        self._make(captures, words)
        self.endResetModel()

    def update(self, captures: list[Opened]) -> None:
        """New numbers under the same names; only where a line came or went Qt is to begin anew, which takes it some ms: what
        is in a fold that is closed may be others."""
        before = self.entries
        self._make(captures, self._words)
        if _are_same(LINE, before, self.entries):
            if before:
                self.dataChanged.emit(self.index(0), self.index(len(before) - 1))
            return
        now, self.entries = self.entries, before
        self.beginResetModel()
        self.entries = now
        self.endResetModel()

    def fold(self, row: int, folded: bool | None = None) -> None:
        """Folds, unfolds or (None) turns what is no topic and no group."""
        entry = self.entries[row]
        if not entry.is_fold or self._words:  # all that pass a filter are shown
            return
        if folded is None or folded != entry.is_folded:
            self._known[entry.opened.number].folded[entry.folds] = not entry.is_folded
            self.show(self._captures, self._words)

    def reveal(self, opened: Opened, topic: str) -> None:
        """Unfolds the domain and the product that a topic is in; what Kafka keeps for itself stays as it is."""
        known = self._known.get(opened.number)
        around = [] if known is None or self._words else _around(known.parts, topic)
        if known is not None and around:
            known.folded |= dict.fromkeys(around, False)
            self.show(self._captures, self._words)

    def is_folded(self, row: int) -> bool:
        return self.entries[row].is_folded

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
            return tip(entry)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return accessible(entry)
        return None

    def _make(self, captures: list[Opened], words: tuple[str, ...]) -> None:
        self._captures, self._words = captures, words
        self._known = {opened.number: self._known.get(opened.number, _Known()) for opened in captures}
        made = [
            lines_of(opened, self._parts(opened), opened.mesh.groups, self._words, self._known[opened.number].folded)
            for opened in self._captures
        ]
        self.topics = sum(len(opened.topics) for opened in self._captures)
        self.passing = sum(lines.topics for lines in made)
        self.groups = sum(lines.groups for lines in made)
        self.entries = [entry for lines in made for entry in lines.entries]

    def _parts(self, opened: Opened) -> list[Part]:
        """The folds of a capture, made when its names or where they belong have changed; filled when its numbers have."""
        known, placing = self._known[opened.number], opened.mesh.placing
        if known.topics is opened.topics and known.placing is placing:
            return known.parts
        if known.placing is not placing or not _are_same(NAMED, known.topics, opened.topics):
            known.placing, known.parts = placing, parts_of(opened.topics, placing)
        known.topics = opened.topics
        fill(known.parts, {topic.name: topic for topic in opened.topics})
        return known.parts


def _are_same(of: Callable[[Any], object], before: Sequence[object], after: Sequence[object]) -> bool:
    """Whether `of` gives the same for both, in their order. One after the other: of ten thousand nothing is kept, which takes
    1.7 ms for lines and not 4.2, and has Python's collector look through nothing (measured 2026-11)."""
    return len(before) == len(after) and all(map(eq, map(of, before), map(of, after)))


def _around(parts: Iterable[Part], topic: str) -> list[str]:
    """What the folds around a topic are remembered by, the outer first."""
    for part in parts:
        if part.kind != "internal" and topic in part.names:
            return [part.folds]
        if inner := _around(part.parts, topic):
            return [part.folds, *inner]
    return []
