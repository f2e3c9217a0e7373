"""The steps of a test on the way to a cluster, each with its state and its sentence."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from meshdesk.model.step import Step
from meshdesk.ui import icons, theme
from meshdesk.ui.widgets.label import Label

# By state: the icon, its colour, and the word that a screen reader says.
STATES = {
    "running": ("loader-circle", "accent", "running"),
    "passed": ("circle-check", "good", "passed"),
    "failed": ("circle-x", "bad", "failed"),
    "skipped": ("circle-minus", "third", "not tried"),
}
NAMES = {
    "name": "Name",
    "tcp": "Port",
    "tls": "TLS",
    "login": "Login",
    "metadata": "Topics",
    "registry": "Schema registry",
    "schemas": "Schema files",
    "catalogues": "Catalogues",
}
ICON_LEFT = 28  # px from an icon's left edge to the words


class Steps(QWidget):
    """A list of steps; each keeps its place while it runs."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Steps of the test")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(12)
        self.rows: list[StepRow] = []

    def show_steps(self, steps: Sequence[Step]) -> None:
        """Shows these, in their order."""
        while len(self.rows) < len(steps):
            row = StepRow()
            self.rows.append(row)
            self._column.addWidget(row)
        for row, step in zip(self.rows, steps, strict=False):
            row.say(step)
        for place, row in enumerate(self.rows):
            row.setVisible(place < len(steps))


class StepRow(QWidget):
    """One step."""

    def __init__(self) -> None:
        super().__init__()
        self._icon, self._tone = "loader-circle", "accent"
        self.title = Label("strong", "text")
        self.text = Label("small", "second")
        self.advice = Label("small", "text")
        for label in (self.text, self.advice):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words = QVBoxLayout()
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(2)
        for label in (self.title, self.text, self.advice):
            words.addWidget(label)
        row = QHBoxLayout(self)
        row.setContentsMargins(ICON_LEFT, 0, 0, 0)
        row.addLayout(words, 1)

    def say(self, step: Step) -> None:
        self._icon, self._tone, word = STATES[step.state]
        title = NAMES[step.name]
        self.title.say(title)
        self.text.say(step.text)
        self.advice.say(step.advice)
        self.setAccessibleName(f"{title}: {word}. {step.text} {step.advice}".strip())
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            icons.draw(painter, self._icon, 0, 1, icons.ICON, getattr(theme.colours(), self._tone))
