"""A row of a form that holds any number of folders, each with a button that takes it out."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from meshdesk.ui import theme
from meshdesk.ui.widgets.controls import Button
from meshdesk.ui.widgets.field import Row, folder_of


class FolderList(Row):
    """The folders in their order; `changed` when one came or went by hand."""

    changed = Signal()

    def __init__(self, name: str, button: str) -> None:
        self._list = QWidget()
        self._column = QVBoxLayout(self._list)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self.add_button = Button(button, icon="folder-plus")
        super().__init__(name, self._list)
        self._list.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.line.setStretch(0, 1)
        self.line.setStretch(1, 0)
        self.folders: tuple[str, ...] = ()
        self._column.addWidget(self.add_button)
        self.add_button.clicked.connect(self.choose)

    def set_folders(self, folders: tuple[str, ...]) -> None:
        """Shows these."""
        self.folders = folders
        self.say_error("")
        while self._column.count() > 1:
            item = self._column.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for place, folder in enumerate(folders):
            entry = self._entry(folder)
            self._column.insertWidget(place, entry)
            for control in entry.findChildren(QWidget):  # the Tab key comes by before the button below
                before = self.add_button.previousInFocusChain()
                if before is not None:
                    QWidget.setTabOrder(before, control)
            entry.show()
        self.updateGeometry()

    def choose(self) -> None:
        """Asks for a folder in the system's own window."""
        dialog = QFileDialog(self, self.add_button.text(), str(folder_of(self.folders[-1] if self.folders else "")))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.add)
        dialog.open()

    def add(self, folder: str) -> None:
        if folder and folder not in self.folders:
            self.set_folders((*self.folders, folder))
            self.changed.emit()

    def remove(self, folder: str) -> None:
        self.set_folders(tuple(one for one in self.folders if one != folder))
        self.add_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def _entry(self, folder: str) -> QWidget:
        entry = QWidget()
        row = QHBoxLayout(entry)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        edit = QLineEdit(folder)
        edit.setReadOnly(True)
        edit.setAccessibleName(f"Folder {folder}")
        edit.setFont(theme.font("mono"))
        remove = Button("", name=f"Take out {folder}", icon="x", frame=False)
        remove.setToolTip("Take this folder out; it stays on the disk")
        remove.clicked.connect(lambda: self.remove(folder))
        row.addWidget(edit, 1)
        row.addWidget(remove)
        return entry
