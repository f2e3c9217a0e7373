"""The explorer: every open capture with its domains, products, topics and groups, and a filter that answers at once."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from meshdesk.model import wording
from meshdesk.session.opened import Opened, State
from meshdesk.ui.domain_hues import DomainHues
from meshdesk.ui.remembered import Remembered
from meshdesk.ui.widgets.controls import Line
from meshdesk.ui.widgets.explorer_list import TopicList
from meshdesk.ui.widgets.explorer_model import TopicModel

BEATS_BETWEEN = 8  # counts and rates are read by people: four times a second is often enough


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
    group_chosen = Signal(object, str)
    product_chosen = Signal(object, str)

    def __init__(self, hues: DomainHues | None = None) -> None:
        super().__init__()
        self.setAccessibleName("Explorer")
        self._captures: list[Opened] = []
        self._seen: list[tuple[int, State, int, int, int]] = []
        self._rests = 0
        self.filter = _Filter()
        self.filter.setPlaceholderText("Filter topics")
        self.filter.setAccessibleName("Filter topics")
        self.filter.setClearButtonEnabled(False)
        self._heading = Line()
        self._heading.say(("Topics", "label", "second"))
        self._number = Line("Topics")
        self.list = TopicList(TopicModel(), hues or DomainHues(Remembered(None)))
        self._nothing = Line("Topics")
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 8, 0, 0)
        box.setSpacing(0)
        self._number.align_right()
        self._number.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        field = QHBoxLayout()
        field.setContentsMargins(12, 0, 12, 0)
        field.addWidget(self.filter)
        heading = QHBoxLayout()
        heading.setContentsMargins(12, 4, 12, 4)
        heading.addWidget(self._heading)
        heading.addWidget(self._number, 1)
        box.addLayout(field)
        box.addLayout(heading)
        self._why = QWidget()
        why = QHBoxLayout(self._why)
        why.setContentsMargins(12, 4, 12, 4)
        why.addWidget(self._nothing)
        box.addWidget(self._why)
        box.addWidget(self.list, 1)
        self.filter.textChanged.connect(self._filter)
        self.filter.returnPressed.connect(self.list.use_first)
        self.filter.down.connect(self._to_list)
        self.list.opened.connect(self.opened)
        self.list.added.connect(self.added)
        self.list.group_chosen.connect(self.group_chosen)
        self.list.product_chosen.connect(self.product_chosen)

    def refresh(self, captures: list[Opened], has_turn: bool = True) -> bool:
        """Asks the captures for their topics: at once when one changed its state, else four times a second; whether it will be
        drawn. On a beat on which something else is drawn it has no turn, and leaves it for a later one: both together would be
        a long frame."""
        for opened in captures:
            if opened.mesh.groups:
                opened.pictures.behind(
                    opened.lags
                )  # where it was asked too early it is counted later, and then `counted` grows
            opened.trends.want(opened.now, opened.mesh, opened.moment)
        seen = [
            (id(opened), opened.state, opened.revision, opened.pictures.counted, opened.trends.revision)
            for opened in captures
        ]
        self._rests -= 1
        is_due = self._rests <= (0 if has_turn else -BEATS_BETWEEN)
        if seen == self._seen or (not is_due and [s[:2] for s in seen] == [s[:2] for s in self._seen]):
            return False
        self._seen = seen
        self._rests = BEATS_BETWEEN
        self._captures = list(captures)
        self.list.topics.update(self._captures)
        if not self.list.currentIndex().isValid():
            self._go_to_open()
        self._say()
        return True

    @property
    def is_overdue(self) -> bool:
        """It has given way for so long that it does so no more."""
        return self._rests <= 1 - BEATS_BETWEEN

    def mark(self, opened: Opened | None, topics: tuple[str, ...]) -> None:
        """Shows which topics are open in the work area, unfolding where the last one is; the arrow keys go on from there."""
        self.list.open_topics = (opened, topics)
        if opened is not None and topics and self.list.topics.row_of(opened, topics[-1]) < 0:
            self.list.topics.reveal(opened, topics[-1])
        self._go_to_open()
        self.list.viewport().update()

    def _go_to_open(self) -> None:
        opened, topics = self.list.open_topics
        row = self.list.topics.row_of(opened, topics[-1]) if topics else -1
        if row >= 0:
            self.list.setCurrentIndex(self.list.topics.index(row))

    def mark_group(self, opened: Opened | None, group: str) -> None:
        """Shows which group the inspector is about."""
        self.list.chosen_group = (opened, group)
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
        elif self.list.words and model.passing == 0 and model.groups == 0:
            nothing = "No topic has these words in its name."
        self._nothing.say((nothing, "small", "second"))
        self._why.setVisible(bool(nothing))

    def _to_list(self) -> None:
        had_one = self.list.currentIndex().isValid()
        self.list.setFocus(Qt.FocusReason.TabFocusReason)
        if not had_one and self.list.topics.entries:
            self.list.setCurrentIndex(self.list.topics.index(max(0, self.list.first_topic())))


def _why_empty(opened: Opened) -> str:
    if opened.moment is not None:
        return "Not observed then."
    if opened.state in ("opening", "connecting"):
        return "Topics appear here once they are known."
    if opened.state == "failed":
        return "It could not be opened."
    return "There is no topic here."
