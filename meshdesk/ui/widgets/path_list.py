"""A row of a form that holds any number of folders, or of folders and files, each with a button that takes it out."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from meshdesk.ui import theme
from meshdesk.ui.widgets.controls import Button
from meshdesk.ui.widgets.field import Row, folder_of


class PathList(Row):
    """The paths in their order; `changed` when one came or went by hand."""

    changed = Signal()

    def __init__(self, name: str, button: str, files_button: str = "", kinds: str = "") -> None:
        """`files_button` adds files, too, of these `kinds` as QFileDialog takes them; "" for folders alone."""
        self._list = QWidget()
        self._column = QVBoxLayout(self._list)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self.add_button = Button(button, icon="folder-plus")
        self.add_files_button = Button(files_button, icon="plus")
        super().__init__(name, self._list)
        self._kinds = kinds
        self._list.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.line.setStretch(0, 1)
        self.line.setStretch(1, 0)
        self.paths: tuple[str, ...] = ()
        buttons = QHBoxLayout()
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.setSpacing(8)
        buttons.addWidget(self.add_button)
        buttons.addWidget(self.add_files_button)
        buttons.addStretch(1)
        self.add_files_button.setVisible(bool(files_button))
        self._column.addLayout(buttons)
        self.add_button.clicked.connect(self.choose)
        self.add_files_button.clicked.connect(self.choose_files)

    def set_paths(self, paths: tuple[str, ...]) -> None:
        """Shows these."""
        self.paths = paths
        self.say_error("")
        while self._column.count() > 1:
            item = self._column.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for place, path in enumerate(paths):
            entry = self._entry(path)
            self._column.insertWidget(place, entry)
            for control in entry.findChildren(QWidget):  # the Tab key comes by before the button below
                before = self.add_button.previousInFocusChain()
                if before is not None:
                    QWidget.setTabOrder(before, control)
            entry.show()
        self.updateGeometry()

    def choose(self) -> None:
        """Asks for a folder in the system's own window."""
        dialog = self._dialog(self.add_button)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.add)
        dialog.open()

    def choose_files(self) -> None:
        """Asks for files there."""
        dialog = self._dialog(self.add_files_button)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilter(self._kinds)
        dialog.filesSelected.connect(lambda paths: self.add(*paths))
        dialog.open()

    def add(self, *paths: str) -> None:
        """Those that are not there yet come last."""
        new = tuple(path for path in dict.fromkeys(paths) if path and path not in self.paths)
        if new:
            self.set_paths((*self.paths, *new))
            self.changed.emit()

    def remove(self, path: str) -> None:
        """It stays on the disk."""
        self.set_paths(tuple(one for one in self.paths if one != path))
        self.add_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def _dialog(self, button: Button) -> QFileDialog:
        dialog = QFileDialog(self, button.text(), str(folder_of(self.paths[-1] if self.paths else "")))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    def _entry(self, path: str) -> QWidget:
        entry = QWidget()
        row = QHBoxLayout(entry)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        edit = QLineEdit(path)
        edit.setReadOnly(True)
        edit.setAccessibleName(f"{'File or folder' if self._kinds else 'Folder'} {path}")
        edit.setFont(theme.font("mono"))
        remove = Button("", name=f"Take out {path}", icon="x", frame=False)
        remove.setToolTip(f"Take this {'path' if self._kinds else 'folder'} out; it stays on the disk")
        remove.clicked.connect(lambda: self.remove(path))
        row.addWidget(edit, 1)
        row.addWidget(remove)
        return entry
