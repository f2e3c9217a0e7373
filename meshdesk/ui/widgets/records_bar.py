"""The bar above the list of records: following it, holding it still, where reading begins, the filter, and how many there are."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QWidget

from meshdesk.model import wording
from meshdesk.model.position import Position
from meshdesk.ui import theme
from meshdesk.ui.widgets.controls import Button, Line, with_shortcut
from meshdesk.ui.widgets.filter_field import FilterField

MINUTE = 60_000  # ms
SMALL_TOPIC = 10_000  # a topic with no more records is read from its beginning
STARTS: tuple[tuple[str, Position], ...] = (
    ("the beginning", Position("beginning")),
    ("1 day ago", Position("ago", 24 * 60 * MINUTE)),
    ("1 h ago", Position("ago", 60 * MINUTE)),
    ("15 min ago", Position("ago", 15 * MINUTE)),
    ("now", Position("end")),
)


FIRST: dict[str, tuple[str, Position]] = dict(zip(("beginning", "1d", "1h", "15m", "now"), STARTS, strict=True))


def start_for(records: int | None, first: str = "15m") -> tuple[str, Position]:
    """Where reading begins when nobody has said it: all of a small topic, of others what the setting says (FIRST)."""
    return STARTS[0] if records is not None and records <= SMALL_TOPIC else FIRST[first]


class RecordsBar(QWidget):
    """It shows what it is told, and says what was pressed."""

    follow_pressed = Signal()
    pause_pressed = Signal()
    again_pressed = Signal()
    start_chosen = Signal(str, object)  # its words, and the Position

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(theme.VIEW_BAR)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 14, 0)
        row.setSpacing(8)
        self.follow_button = Button("Follow")
        self.follow_button.setCheckable(True)
        self.follow_button.setToolTip(with_shortcut("Stay at the newest record", "End"))
        self.follow_button.clicked.connect(lambda: self.follow_pressed.emit())
        self.pause_button = Button("Pause")
        self.pause_button.setCheckable(True)
        self.pause_button.setToolTip("Hold the list still; collecting goes on")
        self.pause_button.clicked.connect(lambda: self.pause_pressed.emit())
        self.count = Line("Records")
        self.count.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.from_button = Button("15 min ago", lead="From")
        self.from_button.setToolTip("Where reading this topic begins")
        menu = QMenu(self)
        for words, position in STARTS:
            action = menu.addAction(f"From {words}")
            action.triggered.connect(lambda _=False, start=(words, position): self.start_chosen.emit(*start))
        self.from_button.set_menu(menu)
        self.filter = FilterField(
            "Filter by a word",
            "Filter the records by a word in key, value or headers",
            with_shortcut("Only records that hold this word in key, value or headers", "Ctrl+Shift+F"),
        )
        self.again_button = Button("Sort again")
        self.again_button.setToolTip("Sort once more, with the records that arrived since")
        self.again_button.clicked.connect(lambda: self.again_pressed.emit())
        for part in (
            *(self.follow_button, self.pause_button, self.count),
            *(self.again_button, self.filter, self.from_button),
        ):
            row.addWidget(part)

    def say_following(self, may_follow: bool, is_following: bool) -> None:
        """Whether the list may stay at the newest, and does."""
        self.follow_button.setVisible(may_follow)
        self.follow_button.setChecked(is_following)
        self.follow_button.set_dot(is_following)
        self.follow_button.say("Following" if is_following else "Follow")

    def say_pause(self, may_pause: bool, is_paused: bool, waiting: int) -> None:
        """Whether the list may be held still, and is; how many records wait to come into it."""
        self.pause_button.setVisible(may_pause)
        self.pause_button.setChecked(is_paused)
        self.pause_button.say(f"Paused · {wording.count(waiting)} new" if is_paused else "Pause")

    def say_again(self, is_offered: bool) -> None:
        """Whether sorting once more is offered."""
        self.again_button.setVisible(is_offered)

    def say_start(self, may_choose: bool, words: str) -> None:
        """Whether it may be chosen where reading begins, and where it has begun; "": it has not."""
        self.from_button.setVisible(may_choose)
        if words:
            self.from_button.say(words)
