"""The field above a view: a word that is looked for in it. It asks a moment after the last letter, or at once on Return."""

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy

MOMENT_MS = 300  # between the last letter and the question: a word that is being typed is not looked for
WIDE = 200
NARROW = 110


class FilterField(QLineEdit):
    """`asked` gives the word; the empty word shows all again. Escape empties it."""

    asked = Signal(str)

    def __init__(self, hint: str, name: str, tip: str) -> None:
        """`hint` stands in it while it is empty, `name` is for a screen reader, `tip` for the pointer."""
        super().__init__()
        self.setPlaceholderText(hint)
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.setClearButtonEnabled(False)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(NARROW)
        self._moment = QTimer(self)
        self._moment.setSingleShot(True)
        self._moment.setInterval(MOMENT_MS)
        self._moment.timeout.connect(self._ask)
        self.textEdited.connect(lambda _text: self._moment.start())
        self.returnPressed.connect(self._ask)

    def sizeHint(self) -> QSize:
        return QSize(WIDE, super().sizeHint().height())

    def clear_quietly(self) -> None:
        """Empties it without asking."""
        self._moment.stop()
        self.clear()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            self._ask()
        else:
            super().keyPressEvent(event)

    def _ask(self) -> None:
        self._moment.stop()
        self.asked.emit(self.text())
