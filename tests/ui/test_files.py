"""Asking for files: dialogs that nobody waits for, in the folder of the last file."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from meshdesk.ui.files import NAME_MOST, Files, file_name
from meshdesk.ui.remembered import Remembered


def test_that_a_name_suits_every_system() -> None:
    assert file_name('a<b>:"c"|?*/\\d') == "a-b-c-d"
    assert len(file_name("x" * 5_000)) == NAME_MOST
    assert file_name("...") == "capture"


def test_that_a_dialog_begins_where_the_last_one_ended_and_survives_a_folder_that_is_gone(
    qtbot: QtBot, tmp_path: Path
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    files = Files(window, Remembered(tmp_path))
    chosen: list[Path] = []
    (tmp_path / "captures").mkdir()

    def dialog() -> QFileDialog:
        return window.findChildren(QFileDialog)[-1]

    def close() -> None:
        dialog().close()
        qtbot.waitUntil(lambda: not window.findChildren(QFileDialog))  # it watches its folder until it is gone

    files.ask_where("Save the capture as", "orders", chosen.append)
    dialog().fileSelected.emit(str(tmp_path / "captures" / "orders.meshcap"))
    close()
    assert chosen == [tmp_path / "captures" / "orders.meshcap"]
    files.ask_to_open(chosen.append)
    assert dialog().directory().absolutePath() == str(tmp_path / "captures")
    close()
    (tmp_path / "captures").rmdir()
    files.ask_to_open(chosen.append)
    assert dialog().directory().absolutePath() == str(Path.home())
    close()
