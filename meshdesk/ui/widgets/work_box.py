"""What runs long, in a box above the status line: how far each is, how fast it goes, when it ends; each can be cancelled."""

from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from meshdesk.model import wording
from meshdesk.session.works import Work
from meshdesk.ui import theme
from meshdesk.ui.widgets.controls import Button, Line
from meshdesk.ui.widgets.empty import ProgressBar
from meshdesk.ui.widgets.popover import Popover

WIDE = 460
SHOWN = 4  # at once; the others when these are done
UNKNOWN = "How much there is to do is not known."


class WorkBox(Popover):
    """The list. It is told at each beat while it is open."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAccessibleName("What is running")
        title = Line()
        title.say(("Running", "label", "second"))
        self.close_button = Button("", name="Close the list of what is running", icon="x", frame=False)
        self.close_button.clicked.connect(self.close_again)
        self._rows: list[_Row] = []
        self._nothing = Line()
        self._nothing.say(("Nothing is running that takes long.", "text", "second"))
        self._more = Line()
        head = QHBoxLayout()
        head.addWidget(title, 1)
        head.addWidget(self.close_button)
        self._column = QVBoxLayout(self.inside)
        self._column.setContentsMargins(11, 3, 5, 9)
        self._column.setSpacing(8)
        self._column.addLayout(head)
        self._column.addWidget(self._nothing)
        self._column.addWidget(self._more)

    def toggle(self, works: tuple[Work, ...]) -> None:
        """Opens it with what runs now, or closes it."""
        if self.isVisible():
            self.close_again()
            return
        self.say(works)
        usable = [row.cancel_button for row in self._rows if not row.isHidden() and row.cancel_button.isEnabled()]
        self.open_on(usable[0] if usable else self.close_button)

    def say(self, works: tuple[Work, ...]) -> None:
        """What runs now."""
        while len(self._rows) < min(len(works), SHOWN):
            row = _Row()
            self._rows.append(row)
            self._column.insertWidget(len(self._rows), row)
        for place, row in enumerate(self._rows):
            row.setVisible(place < len(works))
            if place < len(works):
                row.say(works[place])
        more = len(works) - SHOWN
        self._more.say((f"and {wording.count(more)} more" if more > 0 else "", "small", "second"))
        self._more.setVisible(more > 0)
        self._nothing.setVisible(not works)
        if self.isVisible():
            self.place()

    def place(self) -> None:
        width = min(WIDE, self._window.width() - 24)
        height = self.fitting()
        foot = self._window.height() - theme.STATUS_LINE - 8
        self.setGeometry(self._window.width() - width - 12, foot - height, width, height)


class _Row(QWidget):
    """One work."""

    def __init__(self) -> None:
        super().__init__()
        self._work: Work | None = None
        self._text = Line()
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._words = Line()
        self._words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._bar = ProgressBar("Progress")
        self.cancel_button = Button("Cancel")
        self.cancel_button.clicked.connect(self._cancel)
        left = QVBoxLayout()
        left.setSpacing(3)
        for part in (self._text, self._bar, self._words):
            left.addWidget(part)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 4, 0)
        row.setSpacing(12)
        row.addLayout(left, 1)
        row.addWidget(self.cancel_button)

    def say(self, work: Work) -> None:
        if work.text != self._text.text:
            self.cancel_button.setEnabled(True)
        self._work = work
        self._text.say((work.text, "strong", "text"))
        self._words.say((work.words or UNKNOWN, "small", "second"))
        self._bar.say(work.done, work.of)
        self.cancel_button.setVisible(work.cancel is not None)
        self.cancel_button.setAccessibleName(f"Cancel: {work.text}")

    def _cancel(self) -> None:
        """Its end is said by who began it; until then it is not asked for twice."""
        if self._work is not None and self._work.cancel is not None:
            self.cancel_button.setEnabled(False)
            self._work.cancel()
