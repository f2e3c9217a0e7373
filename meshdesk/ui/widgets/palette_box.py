"""The palette: a field over the window and what it finds, for the keyboard alone. Escape or a press beside it closes it."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from meshdesk.ui.palette import Finder, Source, words_of
from meshdesk.ui.widgets.controls import Line
from meshdesk.ui.widgets.palette_list import ROW, PaletteList
from meshdesk.ui.widgets.popover import Popover

WIDE = 620
ROWS = 14  # that are seen at once in a window of the usual height
TOP = 5  # px below the top edge of the window: where the field of the top bar is
AROUND = 120  # px of a low window that are not for the list
HINT = "↑ ↓ choose    Tab next group    Enter go    Esc close"


class PaletteBox(Popover):
    """The field and the list below it, which is as high as what was found."""

    def __init__(self, window: QWidget, sources: Callable[[], Sequence[Source]]) -> None:
        """`sources` gives what can be found, each time it opens."""
        super().__init__(window)
        self._sources = sources
        self._finder = Finder(())
        self.setAccessibleName("Palette")
        self.field = _Field()
        self.field.setPlaceholderText("Find a topic, a connection, an action …")
        self.field.setAccessibleName("Find a topic, a connection or an action")
        self.list = PaletteList()
        self._nothing = Line()
        self._nothing.say(("Nothing has these letters.", "text", "second"))
        hint = Line()
        hint.say((HINT, "small", "second"))
        column = QVBoxLayout(self.inside)
        column.setContentsMargins(0, 5, 0, 5)
        column.setSpacing(6)
        for part, beside in ((self.field, 5), (self._nothing, 11), (self.list, 0), (hint, 11)):
            row = QVBoxLayout()
            row.setContentsMargins(beside, 0, beside, 0)
            row.addWidget(part)
            column.addLayout(row)
        self.field.textChanged.connect(self._find)
        self.field.pressed.connect(self._press)
        self.list.chosen.connect(self._take)

    def open(self) -> None:
        """Opens it empty, or closes it where it is open."""
        if self.isVisible():
            self.close_again()
            return
        self._finder = Finder(self._sources(), self._finder.names)
        self.field.clear()
        self._find("")
        self.open_on(self.field)
        QTimer.singleShot(0, self._prepare)  # once it stands on the screen

    def close_again(self) -> None:
        """Closes it; what was open may be closed meanwhile, but its names may be needed again."""
        if self.isVisible():
            self._finder = Finder([Source("", names.texts, print) for names in self._finder.names], self._finder.names)
            self.list.show_groups([], ())
        super().close_again()

    def _prepare(self) -> None:
        self._finder.prepare()

    def _find(self, text: str) -> None:
        self.list.show_groups(self._finder.find(text), words_of(text))
        self._nothing.setVisible(not self.list.found.rows)
        self.place()
        self._say_current()

    def _press(self, key: int) -> None:
        steps = {
            Qt.Key.Key_Down: lambda: self.list.step(1),
            Qt.Key.Key_Up: lambda: self.list.step(-1),
            Qt.Key.Key_PageDown: lambda: self.list.leaf(1),
            Qt.Key.Key_PageUp: lambda: self.list.leaf(-1),
            Qt.Key.Key_Tab: lambda: self.list.step_group(1),
            Qt.Key.Key_Backtab: lambda: self.list.step_group(-1),
            Qt.Key.Key_Return: self._take,
            Qt.Key.Key_Enter: self._take,
            Qt.Key.Key_Escape: self.close_again,
        }
        steps[Qt.Key(key)]()
        self._say_current()

    def _take(self) -> None:
        row = self.list.current
        if row is not None and row.hit is not None:
            hit = row.hit
            self.close_again()
            hit.source.do(hit.number)

    def _say_current(self) -> None:
        """The list never has the focus: a screen reader hears of the field which hit Return would take."""
        row = self.list.current
        words = [part for part in (row.text, row.note, row.group.source.group) if part] if row is not None else []
        self.field.setAccessibleDescription(", ".join(words))

    def place(self) -> None:
        """As high as what was found needs, within the window."""
        whole = self._window.size()
        most = max(3, (whole.height() - TOP - AROUND) // ROW)
        self.list.setFixedHeight(min(ROWS, most, len(self.list.found.rows)) * ROW)
        width = min(WIDE, whole.width() - 32)
        self.setGeometry((whole.width() - width) // 2, TOP, width, self.fitting())


class _Field(QLineEdit):
    """The keys that go through the list are not its own."""

    pressed = Signal(int)
    KEYS = (
        *(Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp, Qt.Key.Key_Tab, Qt.Key.Key_Backtab),
        *(Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape),
    )

    def event(self, event: QEvent) -> bool:
        """Before Qt takes the Tab key to go on to the next widget."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in self.KEYS:
            self.pressed.emit(event.key())
            return True
        return super().event(event)
