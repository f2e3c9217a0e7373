"""The inspector: all about the record that is selected, else about the topic. Key or value as tree, text, bytes; headers, facts."""

import re
from dataclasses import replace

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetrics,
    QGuiApplication,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPlainTextEdit,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from meshdesk.model import wording
from meshdesk.model.hits import hits_in
from meshdesk.model.node import Node
from meshdesk.model.record import RecordName
from meshdesk.model.row import Details, Part
from meshdesk.ui import icons, theme, times
from meshdesk.ui.about import About
from meshdesk.ui.domain_hues import DomainHues
from meshdesk.ui.remembered import Remembered
from meshdesk.ui.widgets.about_page import AboutPage
from meshdesk.ui.widgets.context_menu import context_menu
from meshdesk.ui.widgets.controls import Line, Rule, Segments, Tags, name_bars
from meshdesk.ui.widgets.empty import Empty
from meshdesk.ui.widgets.node_tree import LEFT_OUT, NodeTree
from meshdesk.ui.widgets.record_lines import CONTROLS, NULL
from meshdesk.ui.widgets.schema_pane import SchemaPane
from meshdesk.ui.widgets.text_pane import TextPane
from meshdesk.ui.widgets.tree_and_bytes import BytesPane, TreeAndBytes

PAD = 14
LABEL_WIDTH = 92
TEXT_LOOKED = 100_000  # characters of a text in which hits are marked: some ms
HITS_MOST = 100  # marked in a text; Qt lays each out
FACT_LINE = 16
UNIT = re.compile(r"(?<=\d) (?=[kMGT]?B\b)")  # a number and its unit stay on one line
LEAST_HEIGHT = 160  # else it is what its facts had the last time, which in a small window leaves no room to a list
FACTS_MOST = 232  # height of the facts before they scroll
TREE, TEXT, HEADERS, BYTES, SCHEMA = range(5)
SET_BY = {"create": "set by the producer", "append": "set by the broker", "none": ""}

NO_RECORD = ("No record is selected", "Select one in the list to look into it.")


class Inspector(QWidget):
    """About one record. It is given the details, or None while they are on their way or nothing is selected; then it is
    about the topic, where there is one."""

    said = Signal(str)
    # Of the key or the value, the path to a container and the number of the first part to come, and what takes (parts, left).
    parts_wanted = Signal(str, object, int, object)
    text_wanted = Signal(str, object, object)  # the same of the text of a part, and what takes it

    def __init__(self, hues: DomainHues | None = None) -> None:
        super().__init__()
        self.setAccessibleName("Inspector")
        self.setMinimumSize(240, LEAST_HEIGHT)
        self._details: Details | None = None
        self._part: Part | None = None
        self.title = Line("Inspector")
        self.side = Segments("Part of the record", ("Key", "Value"))
        self.side.choose(1)
        self.chain = Tags("How it was read")
        self.note = _Note()
        self.tabs = Segments("Shown as", ("Tree", "Text", "Headers 0", "Bytes", "Schema"))
        self.value = TreeAndBytes()
        self.tree = self.value.tree
        self.text = TextPane("Value as text")
        self.headers = NodeTree()
        self.headers.setAccessibleName("Headers")
        self._bytes = BytesPane("Bytes")
        self.dump = self._bytes.dump
        self.schema = TextPane("Schema")
        self.schema_pane = SchemaPane(self.schema)
        self._pages = QStackedWidget()
        for page in (self.value, self.text, self.headers, self._bytes, self.schema_pane):
            self._pages.addWidget(page)
        self.facts = _Facts()
        self.facts.said.connect(self.said)
        self._empty = Empty("mouse-pointer-click", "No record is selected")
        self.say_empty(*NO_RECORD)
        self._whole = QStackedWidget()
        self._whole.addWidget(self._empty)
        self._whole.addWidget(self._lay_out())
        self.about = AboutPage(hues or DomainHues(Remembered(None)))
        self._whole.addWidget(self.about)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._whole)
        self._word = ""  # whose hits are marked
        self._page = TREE  # what somebody wants to see
        self.text.whole.connect(self._mark_text)
        self.tabs.chosen.connect(self._turn_to)
        self.side.chosen.connect(lambda _: self._show_part())
        self.value.marked.connect(self.dump.mark)
        self.dump.chosen.connect(self.tree.pick)
        self.tree.parts_wanted.connect(self._want_parts)
        self.tree.text_wanted.connect(self._want_text)
        self.tree.bytes_wanted.connect(lambda span: self.said.emit(self.dump.copy_bytes(span)))
        for tree in (self.tree, self.headers):
            tree.said.connect(self.said)

    def refresh(self, details: Details | None, selected: int, about: About | None = None) -> None:
        """Shows what is selected; while the details of another record are on their way the old ones stay. Where none is,
        it shows what there is to say `about` the topic."""
        if details is None and selected > 0 and self._details is not None:
            return
        if details is None and about is not None:
            self.about.say(about)
        self._whole.setCurrentIndex((0 if about is None else 2) if details is None else 1)
        if details is self._details:
            return
        is_same = self._details is not None and details is not None and _name(self._details) == _name(details)
        line = self.tree.line() if is_same else None
        self._details = details
        if details is not None:
            partition, offset = _place(details)
            self.title.say(("Record  ", "strong", "text"), (f"{partition} : {offset}", "mono", "second"))
            self.tabs.name_segment(HEADERS, f"Headers {wording.count(len(details.headers))}")
            headers = tuple(_header_node(name, part) for name, part in details.headers)
            self.headers.say_list(headers, "The record has no headers.")
            self.facts.say(details)
            self._show_part()
            if line is not None:  # it was read anew, as when a secret is revealed
                self.tree.pick(line)

    @property
    def details(self) -> Details | None:
        """What it shows of a record."""
        return self._details

    def say_empty(self, title: str, text: str) -> None:
        """What stands where nothing is selected: that it is so, and what to do."""
        self._empty.say(title, text)

    def say_times_anew(self) -> None:
        """Times are shown in another zone."""
        if self._details is not None:
            self.facts.say(self._details)

    def show_hits(self, word: str) -> None:
        """Marks the word that the list is filtered by: a record may hold it where the list has no room to show it."""
        if word != self._word:
            self._word = word
            self.tree.show_hits(word)
            self.headers.show_hits(word)
            self._mark_text()

    def _mark_text(self) -> None:
        """Hits in the text, in the tone of hits; the first ones, where there are many."""
        marks = []
        text = self.text.toPlainText()[:TEXT_LOOKED] if self._word else ""
        for start, end in hits_in(text, self._word)[:HITS_MOST]:
            mark = QTextEdit.ExtraSelection()
            cursor = self.text.textCursor()
            cursor.setPosition(_units(text, start))
            cursor.setPosition(_units(text, end), QTextCursor.MoveMode.KeepAnchor)
            mark.cursor = cursor
            mark.format = _hit_format()
            marks.append(mark)
        self.text.setExtraSelections(marks)

    def _turn_to(self, page: int) -> None:
        self._page = page
        self._pages.setCurrentIndex(page)

    def _open_page(self, part: Part) -> None:
        """The page that somebody chose; a text or bytes that no tree can show come as they are."""
        page = self._page
        if page == TREE and part.size and not part.tree.children:
            page = {"string": TEXT, "bytes": BYTES}.get(part.tree.kind, TREE)
        self.tabs.choose(page)
        self._pages.setCurrentIndex(page)

    @property
    def _role(self) -> str:
        return "key" if self.side.place == 0 else "value"

    def _want_parts(self, path: tuple[int, ...], first: int) -> None:
        nodes = self.tree.nodes
        shown = nodes.shown

        def take(parts: tuple[Node, ...], left: int) -> None:
            if nodes.shown == shown:
                nodes.add(path, first, parts, left)

        self.parts_wanted.emit(self._role, path, first, take)

    def _want_text(self, path: tuple[int, ...]) -> None:
        def take(text: str) -> None:
            self.tree.copy_text(text, LEFT_OUT.search(text) is not None)

        self.text_wanted.emit(self._role, path, take)

    def copy_value(self) -> None:
        """Copies what the focus is on: a node, the marked text, or the dump; of what is no record its name."""
        if self._whole.currentWidget() is self.about:
            self.said.emit(self.about.copy_name())
            return
        page = self._pages.currentWidget()
        if page is self.value and not self.value.bytes.dump.hasFocus():
            page = self.tree
        if isinstance(page, NodeTree):
            page.copy_value()
        elif page is self.schema_pane:
            self.schema.copy()
        elif isinstance(page, QPlainTextEdit):
            page.copy()
        else:
            self.said.emit(self.dump.copy())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_facts()

    def _fit_facts(self) -> None:
        """As high as the facts are, within a third of the inspector."""
        most = min(FACTS_MOST, self.height() // 3)
        self._facts_area.setFixedHeight(min(most, self.facts.heightForWidth(self.width())))

    def _show_part(self) -> None:
        details = self._details
        if details is None:
            return
        part = details.key if self.side.place == 0 else details.value
        self._part = part
        self.chain.say(part.chain or ((part.format,) if part.format else ()))
        self.chain.setVisible(bool(part.chain or part.format))
        self.note.say(part.trouble)
        self.value.say(part, part.tree if part.size is not None else Node("", "null", NULL))
        self.text.say(part.text if part.size is not None else NULL)
        self._mark_text()
        self._bytes.say(part)
        self.schema_pane.say(part, "key" if part is details.key else "value", details.decoders)
        self._open_page(part)
        self._fit_facts()

    def _lay_out(self) -> QWidget:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 10, 0, 0)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.setContentsMargins(PAD, 0, PAD, 0)
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        head.addWidget(self.title, 1)
        head.addWidget(self.side)
        column.addLayout(head)
        for part in (self.chain, self.note, self.tabs):
            row = QHBoxLayout()
            row.setContentsMargins(PAD, 0, PAD, 0)
            row.addWidget(part)
            if part is self.tabs:
                row.addStretch(1)
            column.addLayout(row)
        column.addWidget(self._pages, 1)
        column.addWidget(Rule())
        self._facts_area = QScrollArea()
        self._facts_area.setAccessibleName("Facts about the record")
        self._facts_area.setFrameShape(QScrollArea.Shape.NoFrame)
        self._facts_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        name_bars(self._facts_area, "facts")
        self._facts_area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._facts_area.setWidgetResizable(True)
        self._facts_area.setWidget(self.facts)
        column.addWidget(self._facts_area)
        column.setSpacing(8)
        return whole


class _Note(QWidget):
    """A sentence about what is wrong with the record, with a sign before it."""

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def say(self, text: str) -> None:
        self._text = text
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return _text_height(self._text, width - 44) + 16

    def sizeHint(self) -> QSize:
        return QSize(200, self.heightForWidth(max(200, self.width())))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        c = theme.colours()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(c.raised)
        painter.setPen(c.line)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS, theme.RADIUS)
        icons.draw(painter, "triangle-alert", 10, 9, 16, c.attention_text)
        painter.setFont(theme.font("small"))
        painter.setPen(c.text)
        painter.drawText(self.rect().adjusted(34, 8, -10, -8), Qt.TextFlag.TextWordWrap, self._text)


class _Facts(QWidget):
    """Rows of a label and a value."""

    said = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._name = ""
        self._rows: tuple[tuple[str, str], ...] = ()
        self.setAccessibleName("Facts about the record")
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def say(self, details: Details) -> None:
        partition, offset = _place(details)
        self._name = str(RecordName(details.topic, details.partition, details.offset))
        at = times.moment(details.timestamp)
        stamp = " ".join(word for word in (at.day, at.clock, at.zone) if word)
        by = SET_BY[details.timestamp_type] if details.timestamp is not None else ""
        parts = [
            f"{noun} {wording.size(part.size)}"
            for noun, part in (("key", details.key), ("value", details.value))
            if part.size is not None
        ]
        if rest := details.size - sum(part.size or 0 for part in (details.key, details.value)):
            parts.append(f"headers {wording.size(rest)}")
        self._rows = (
            ("Topic", details.topic.translate(CONTROLS)),
            ("Partition", partition),
            ("Offset", offset),
            ("Timestamp", f"{stamp} · {by}" if by else stamp),
            ("Leader epoch", "unknown" if details.leader_epoch is None else str(details.leader_epoch)),
            ("Size", f"{wording.size(details.size)} · {', '.join(parts)}" if parts else wording.size(details.size)),
        )
        self._fit()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._lay(width)[-1][0].bottom() + 10 if self._rows else 0

    def sizeHint(self) -> QSize:
        return QSize(200, self.heightForWidth(max(240, self.width())))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        c = theme.colours()
        painter.fillRect(self.rect(), c.panel)
        painter.setFont(theme.font("small"))
        metrics = QFontMetrics(theme.font("small"))
        for box, label, value in self._lay(self.width()):
            painter.setPen(c.second)
            shown = metrics.elidedText(label, Qt.TextElideMode.ElideRight, LABEL_WIDTH - 6)
            painter.drawText(QRect(PAD, box.y(), LABEL_WIDTH, box.height()), Qt.AlignmentFlag.AlignTop, shown)
            painter.setPen(c.text)
            if label == "Topic":
                shown = metrics.elidedText(value, Qt.TextElideMode.ElideMiddle, box.width())
                painter.drawText(box, Qt.AlignmentFlag.AlignTop, shown)
            else:
                painter.drawText(box, Qt.TextFlag.TextWordWrap, value)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = context_menu(self)
        menu.addAction("Copy the record's name").triggered.connect(self._copy_name)
        menu.popup(event.globalPos())

    def _copy_name(self) -> None:
        QGuiApplication.clipboard().setText(self._name)
        self.said.emit(f"Copied {self._name}.")

    def _fit(self) -> None:
        self.setAccessibleDescription("; ".join(f"{label}: {value}" for label, value in self._rows))
        self.updateGeometry()
        self.update()

    def _lay(self, width: int) -> list[tuple[QRect, str, str]]:
        """The places of all values: (box, label, value)."""
        left = PAD + LABEL_WIDTH
        room = max(60, width - left - PAD)
        y = 8
        placed: list[tuple[QRect, str, str]] = []
        for label, value in self._rows:
            shown = UNIT.sub("\u00a0", value)
            high = FACT_LINE if label == "Topic" else _text_height(shown, room)
            placed.append((QRect(left, y, room, high), label, shown))
            y += max(FACT_LINE, high) + 3
        return placed


def _units(text: str, at: int) -> int:
    """A place in a text as Qt counts it, in units of UTF-16."""
    return at if text.isascii() else len(text[:at].encode("utf-16-le", "surrogatepass")) // 2


def _hit_format() -> QTextCharFormat:
    form = QTextCharFormat()
    form.setBackground(theme.colours().hit)
    return form


def _name(details: Details) -> tuple[str, int, int, int]:
    return details.topic, details.partition, details.offset, details.row


def _place(details: Details) -> tuple[str, str]:
    """Partition and offset in words; a record whose bytes are gone has neither."""
    if details.partition < 0:
        return "–", "–"
    return str(details.partition), wording.count(details.offset)


def _header_node(name: str, part: Part) -> Node:
    return replace(part.tree, name=name or '""') if part.size is not None else Node(name or '""', "null", NULL)


def _text_height(text: str, width: int) -> int:
    box = QFontMetrics(theme.font("small")).boundingRect(0, 0, max(40, width), 10_000, Qt.TextFlag.TextWordWrap, text)
    return box.height()
