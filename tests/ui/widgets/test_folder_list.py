"""A list of folders: added, taken out, each once, in their order."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from meshdesk.ui.widgets.controls import Button
from meshdesk.ui.widgets.folder_list import FolderList


def folders_on(qtbot: QtBot, *folders: str) -> FolderList:
    made = FolderList("Folders", "Add a folder…")
    qtbot.addWidget(made)
    made.set_folders(folders)
    made.resize(500, 300)
    made.show()
    return made


def shown(made: FolderList) -> list[str]:
    return [edit.text() for edit in made.findChildren(QLineEdit) if edit.isVisible()]


def test_that_each_folder_stands_on_a_line_above_the_button(qtbot: QtBot) -> None:
    made = folders_on(qtbot, "/a", "/b")
    assert shown(made) == ["/a", "/b"]
    lines = [edit.mapTo(made, edit.rect().topLeft()).y() for edit in made.findChildren(QLineEdit) if edit.isVisible()]
    assert lines[0] < lines[1] < made.add_button.mapTo(made, made.add_button.rect().topLeft()).y()
    made.set_folders(("/c",))
    assert shown(made) == ["/c"]


def test_that_a_folder_is_added_once_and_without_waiting_for_it(qtbot: QtBot) -> None:
    made = folders_on(qtbot, "/a")
    QTest.mouseClick(made.add_button, Qt.MouseButton.LeftButton)
    (dialog,) = made.findChildren(QFileDialog)
    with qtbot.waitSignal(made.changed):
        dialog.fileSelected.emit("/b")
    dialog.close()
    with qtbot.assertNotEmitted(made.changed):
        made.add("/a")
        made.add("")
    assert made.folders == ("/a", "/b")


def test_that_a_folder_is_taken_out_by_its_button(qtbot: QtBot) -> None:
    made = folders_on(qtbot, "/a", "/b", "/c")
    made.say_error("/b is gone.")
    (button,) = [one for one in made.findChildren(Button) if one.accessibleName() == "Take out /b"]
    with qtbot.waitSignal(made.changed):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert (made.folders, shown(made), made.error.text()) == (("/a", "/c"), ["/a", "/c"], "")
    assert made.focusWidget() is made.add_button
