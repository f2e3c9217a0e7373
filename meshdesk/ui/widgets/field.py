"""A field of a form: its name, what is typed, and beside it the sentence about what is wrong. Also for passwords and files."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from meshdesk.ui import theme
from meshdesk.ui.widgets.controls import Button
from meshdesk.ui.widgets.label import Label

NAME_WIDTH = 132  # px of the names of fields that stand beside them
STORED = "•••••••• in the keyring"


class Row(QWidget):
    """A name, a control, and below it a note or an error. The name stands beside the control, or above it."""

    def __init__(self, name: str, control: QWidget, beside: bool = True) -> None:
        super().__init__()
        self.control = control
        self.caption = Label("small" if not beside else "text", "second", name)
        self.caption.setBuddy(control)
        self.note = Label("small", "second")
        self.error = Label("small", "bad_text")
        for label in (self.note, self.error):
            label.hide()
        whole = QBoxLayout(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom, self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(12 if beside else 4)
        if beside:
            self.caption.setFixedWidth(NAME_WIDTH)
            self.caption.setMinimumHeight(theme.FIELD)
        self.line = QHBoxLayout()
        self.line.setSpacing(8)
        self.line.addWidget(control, 1 if isinstance(control, QLineEdit) else 0)
        if not isinstance(control, QLineEdit):
            self.line.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addLayout(self.line)
        column.addWidget(self.note)
        column.addWidget(self.error)
        whole.addWidget(self.caption, 0, Qt.AlignmentFlag.AlignTop)
        whole.addLayout(column, 1)

    def say_error(self, sentence: str) -> None:
        """What is wrong, or "" for nothing; a screen reader hears it with the control."""
        self.error.say(sentence)
        self.control.setAccessibleDescription(sentence or self.note.text())
        if self.control.property("wrong") != bool(sentence):
            self.control.setProperty("wrong", bool(sentence))
            self.control.style().unpolish(self.control)
            self.control.style().polish(self.control)


class Field(Row):
    """One line of text. `changed` when somebody typed; an error goes with that."""

    changed = Signal()

    def __init__(self, name: str, example: str = "", accessible: str = "", beside: bool = True) -> None:
        self.edit = QLineEdit()
        self.edit.setAccessibleName(accessible or name)
        self.edit.setPlaceholderText(example)
        self.edit.setFont(theme.font("mono"))
        super().__init__(name, self.edit, beside)
        self.edit.textEdited.connect(self._typed)

    @property
    def text(self) -> str:
        return self.edit.text()

    def set_text(self, text: str) -> None:
        self.edit.setText(text)
        self.edit.setCursorPosition(0)
        self.say_error("")

    def _typed(self) -> None:
        self.say_error("")
        self.changed.emit()


class PasswordField(Field):
    """What is typed is not shown unless somebody asks; that something is stored is said, without saying what."""

    def __init__(self, name: str, accessible: str = "") -> None:
        super().__init__(name, "", accessible)
        self.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self.edit.setInputMethodHints(Qt.InputMethodHint.ImhHiddenText | Qt.InputMethodHint.ImhSensitiveData)
        self.show_button = Button("", name=f"Show the {(accessible or name).lower()}", icon="eye", frame=False)
        self.show_button.setToolTip("Show what is typed")
        self.show_button.setCheckable(True)
        self.show_button.toggled.connect(self._show)
        self.line.addWidget(self.show_button)

    def set_stored(self, is_stored: bool) -> None:
        self.edit.setPlaceholderText(STORED if is_stored else "")
        self.note.say("Type to replace it." if is_stored else "")

    def clear(self) -> None:
        """Forgets what was typed."""
        self.edit.clear()
        self.show_button.setChecked(False)
        self.say_error("")

    def _show(self, shown: bool) -> None:
        self.edit.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self.show_button.set_icon("eye-off" if shown else "eye")
        self.show_button.setToolTip("Hide what is typed" if shown else "Show what is typed")


class FileField(Field):
    """The path of a file, typed or chosen."""

    def __init__(self, name: str, example: str, kinds: str, accessible: str = "") -> None:
        """`kinds` are the dialog's filters, as Qt writes them."""
        super().__init__(name, example, accessible)
        self._kinds = kinds
        self.choose_button = Button("Choose…", name=f"Choose the file: {accessible or name}")
        self.choose_button.clicked.connect(self.choose)
        self.line.addWidget(self.choose_button)

    def choose(self) -> None:
        """Asks for the file in the system's own window."""
        dialog = QFileDialog(self, self.edit.accessibleName(), str(folder_of(self.text)), self._kinds)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._chosen)
        dialog.open()

    def _chosen(self, path: str) -> None:
        self.set_text(path)
        self.changed.emit()


def folder_of(path: str) -> Path:
    """Where a dialog begins: beside what is named already, else at home."""
    folder = Path(path).expanduser().parent if path else Path.home()
    return folder if path and folder.is_absolute() else Path.home()
