"""Text of any length in the mono font, to be read and copied. It is laid out piece by piece: ten thousand lines at once take
Qt two beats."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QPalette, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

from meshdesk.ui import theme
from meshdesk.ui.widgets.controls import name_bars

PAD = 14
TAB = 4  # characters
PIECE = 30_000  # characters that are laid out at once: 4 ms (measured 2026-11); more than a reader sees before the rest is there


class TextPane(QPlainTextEdit):
    """Shows the beginning of a text at once, and the rest between other events."""

    whole = Signal()  # all of a long text stands there

    def __init__(self, name: str) -> None:
        super().__init__()
        self._rest = ""
        self._soon = QTimer(self)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._go_on)
        self.setAccessibleName(name)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setFont(theme.font("mono"))
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.document().setDocumentMargin(PAD)
        self.setTabStopDistance(TAB * QFontMetrics(self.font()).horizontalAdvance(" "))
        self.viewport().setBackgroundRole(QPalette.ColorRole.Window)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        name_bars(self, name.lower())

    @property
    def is_whole(self) -> bool:
        """Whether all of the text stands there."""
        return not self._rest

    def say(self, text: str) -> None:
        """Shows a text from its beginning, instead of what was shown."""
        self.setPlainText(text[:PIECE])
        self._rest = text[PIECE:]
        if self._rest:
            self._soon.start()
        else:
            self._soon.stop()

    def _go_on(self) -> None:
        piece, self._rest = self._rest[:PIECE], self._rest[PIECE:]
        end = QTextCursor(self.document())
        end.movePosition(QTextCursor.MoveOperation.End)
        end.insertText(piece)
        if not self._rest:
            self._soon.stop()
            self.whole.emit()
