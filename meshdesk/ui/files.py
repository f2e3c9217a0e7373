"""Asking for files: where to open a capture from and where to save it to. Nobody is waited for."""

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from meshdesk.ui.remembered import Remembered

CAPTURES = "Captures (*.meshcap);;All files (*)"
NAME_MOST = 80  # characters of a proposed file name; systems take 255 bytes


def file_name(title: str) -> str:
    """A capture's title as the name of a file, on every system.

    >>> file_name("broker-1:9092,broker-2:9092"), file_name("orders.meshcap"), file_name("://")
    ('broker-1-9092-broker-2-9092', 'orders', 'capture')
    """
    words = re.sub(r"[^\w.-]+", "-", title.removesuffix(".meshcap"))[:NAME_MOST]
    return words.strip("-. ") or "capture"


class Files:
    """The dialogs of one window, which begin in the folder of the last file."""

    def __init__(self, window: QWidget, remembered: Remembered) -> None:
        self._window, self._remembered = window, remembered

    def ask_to_open(self, done: Callable[[Path], object]) -> None:
        from PySide6.QtWidgets import QFileDialog  # a class of Qt costs some ms when it is first named

        dialog = QFileDialog(self._window, "Open a capture", str(self._folder()), CAPTURES)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: done(self._chosen(name)))
        dialog.open()

    def ask_where(self, words: str, title: str, done: Callable[[Path], object]) -> None:
        """Asks where to save; proposes a name made of `title`."""
        from PySide6.QtWidgets import QFileDialog  # a class of Qt costs some ms when it is first named

        dialog = QFileDialog(self._window, words, str(self._folder()), CAPTURES)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("meshcap")
        dialog.selectFile(f"{file_name(title)}.meshcap")
        dialog.fileSelected.connect(lambda name: done(self._chosen(name)))
        dialog.open()

    def _folder(self) -> Path:
        """Where the last file was opened or saved."""
        folder = Path(self._remembered.text("window/folder") or Path.home())
        return folder if folder.is_dir() else Path.home()

    def _chosen(self, name: str) -> Path:
        path = Path(name)
        self._remembered.keep("window/folder", str(path.parent))
        return path
