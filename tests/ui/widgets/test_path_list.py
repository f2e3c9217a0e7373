"""A list of folders, or of folders and files: added, taken out, each once, in their order."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from meshdesk.ui.widgets.controls import Button
from meshdesk.ui.widgets.path_list import PathList


def folders_on(qtbot: QtBot, *folders: str) -> PathList:
    made = PathList("Folders", "Add a folder…")
    qtbot.addWidget(made)
    made.set_paths(folders)
    made.resize(500, 300)
    made.show()
    return made


def shown(made: PathList) -> list[str]:
    return [edit.text() for edit in made.findChildren(QLineEdit) if edit.isVisible()]


def test_that_each_folder_stands_on_a_line_above_the_button(qtbot: QtBot) -> None:
    made = folders_on(qtbot, "/a", "/b")
    assert shown(made) == ["/a", "/b"]
    lines = [edit.mapTo(made, edit.rect().topLeft()).y() for edit in made.findChildren(QLineEdit) if edit.isVisible()]
    assert lines[0] < lines[1] < made.add_button.mapTo(made, made.add_button.rect().topLeft()).y()
    made.set_paths(("/c",))
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
    assert made.paths == ("/a", "/b")


def test_that_a_folder_is_taken_out_by_its_button(qtbot: QtBot) -> None:
    made = folders_on(qtbot, "/a", "/b", "/c")
    made.say_error("/b is gone.")
    (button,) = [one for one in made.findChildren(Button) if one.accessibleName() == "Take out /b"]
    with qtbot.waitSignal(made.changed):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert (made.paths, shown(made), made.error.text()) == (("/a", "/c"), ["/a", "/c"], "")
    assert made.focusWidget() is made.add_button


def test_that_files_are_added_together_where_files_are_wanted(qtbot: QtBot) -> None:
    assert not folders_on(qtbot).add_files_button.isVisible()
    made = PathList("Files", "Add a folder…", "Add files…", "Avro (*.avsc)")
    qtbot.addWidget(made)
    made.set_paths(("/schemas", "/b.avsc"))
    made.show()
    QTest.mouseClick(made.add_files_button, Qt.MouseButton.LeftButton)
    (dialog,) = made.findChildren(QFileDialog)
    assert (dialog.fileMode(), dialog.nameFilters()) == (QFileDialog.FileMode.ExistingFiles, ["Avro (*.avsc)"])
    with qtbot.waitSignal(made.changed):
        dialog.filesSelected.emit(["/a.avsc", "/b.avsc"])
    dialog.close()
    assert made.paths == ("/schemas", "/b.avsc", "/a.avsc")
    assert shown(made) == ["/schemas", "/b.avsc", "/a.avsc"]
