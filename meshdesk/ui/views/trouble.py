"""Trouble: everything that went wrong, newest first: what happened, to what, when, and what to do about it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from meshdesk.model import wording
from meshdesk.model.trouble import Trouble
from meshdesk.ui.widgets.controls import Button, Line, with_shortcut
from meshdesk.ui.widgets.empty import Empty
from meshdesk.ui.widgets.trouble_list import TroubleList, as_text
from meshdesk.ui.widgets.view_bar import lay_out_view, view_bar

if TYPE_CHECKING:
    from meshdesk.ui.window import Window

NAME = "trouble"
TITLE = "Trouble"
ICON = "triangle-alert"
IS_FRAMED = False
IS_AT_FOOT = False


def make(window: "Window") -> QWidget:
    view = TroubleView(window)
    view.said.connect(window.toast.say)
    return view


class TroubleView(QWidget):
    """The list, a field that filters it, and a button that copies it."""

    said = Signal(str)  # a sentence that passes

    def __init__(self, window: "Window") -> None:
        """`window` is asked for its troubles, at each beat on which they can be seen."""
        super().__init__()
        self._window = window
        self._seen: tuple[Trouble, ...] | None = None
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter")
        self.filter.setAccessibleName("Filter the troubles by a word")
        self.filter.setMaximumWidth(240)
        self.filter.textChanged.connect(lambda _text: self._show())
        self.copy_button = Button("Copy as text", icon="copy")
        self.copy_button.setToolTip(with_shortcut("Copy the selected trouble, or all that are shown", "Ctrl+C"))
        self.copy_button.clicked.connect(self.copy)
        self._count = Line()
        self._count.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.list = TroubleList()
        self.list.asked.connect(self.go_to)
        self._empty = Empty("circle-check", "No trouble")
        bar = view_bar(self._count, self.filter, self.copy_button, left=16)
        self._body = lay_out_view(self, TITLE, bar, self.list, self._empty)
        self._show()

    def refresh(self) -> None:
        """Asks the window for its troubles."""
        troubles = self._window.troubles
        if troubles != self._seen:
            self._seen = troubles
            self._show()

    def copy(self) -> None:
        """The selected trouble, or all that are shown, to the clipboard: a paragraph each."""
        troubles = self.list.chosen()
        if troubles:
            QGuiApplication.clipboard().setText("\n\n".join(map(as_text, troubles)))
            self.said.emit(f"Copied {wording.plural(len(troubles), 'trouble')} as text.")

    def go_to(self, trouble: Trouble) -> None:
        """Shows what a trouble is about: a topic or a capture that is open."""
        for opened in self._window.session.captures:
            if trouble.about in {topic.name for topic in opened.topics}:
                self._window.open_topic(opened, trouble.about)
                return
        for opened in self._window.session.captures:
            if trouble.about == opened.title:
                self._window.show_capture(opened)
                return
        self.said.emit("What this trouble is about is not open in this window.")

    def _reached(self, troubles: tuple[Trouble, ...]) -> frozenset[str]:
        """Of what they are about, what is open."""
        captures = self._window.session.captures
        names = {trouble.about for trouble in troubles}
        titles = {opened.title for opened in captures}
        return frozenset(names & titles).union(
            topic.name for opened in captures for topic in opened.topics if topic.name in names
        )

    def _show(self) -> None:
        troubles = tuple(reversed(self._seen or ()))
        words = self.filter.text().lower().split()
        shown = tuple(trouble for trouble in troubles if all(word in as_text(trouble).lower() for word in words))
        self.list.show_troubles(shown, self._reached(shown))
        many = wording.count(len(troubles)) if troubles else ""
        share = f"{wording.count(len(shown))} of {many}" if words and troubles else many
        self._count.say((f"{TITLE}  ", "title", "text"), (share, "text", "second"))
        self.copy_button.setEnabled(bool(shown))
        if troubles:
            self._empty.say("No trouble has these words", "Take a word out of the filter to see more.")
        else:
            self._empty.say("No trouble", "What goes wrong is listed here: what happened, to what, and what to do.")
        self._body.setCurrentWidget(self.list if shown else self._empty)
