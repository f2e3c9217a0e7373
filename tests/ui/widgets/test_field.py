"""Fields of a form: an error is said and goes, a password stays hidden, a file is typed or chosen."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from meshdesk.ui.widgets.field import STORED, Field, FileField, PasswordField, folder_of


def test_that_an_error_stands_below_its_field_and_goes_with_the_first_letter(qtbot: QtBot) -> None:
    field = Field("Brokers", "localhost:9092")
    qtbot.addWidget(field)
    field.show()
    field.say_error("It has no port.")
    assert field.error.isVisible()
    assert field.error.y() > field.edit.y()
    assert field.edit.property("wrong") is True
    assert field.edit.accessibleDescription() == "It has no port."
    with qtbot.waitSignal(field.changed):
        QTest.keyClicks(field.edit, "x")
    assert (field.error.isVisible(), field.edit.property("wrong")) == (False, False)


def test_that_its_name_leads_to_it_beside_or_above(qtbot: QtBot) -> None:
    beside, above = Field("User"), Field("User", accessible="User to log in as", beside=False)
    for field in (beside, above):
        qtbot.addWidget(field)
        field.resize(400, 80)
        field.show()
        assert field.caption.buddy() is field.edit
    assert beside.edit.mapTo(beside, beside.edit.rect().topLeft()).x() > beside.caption.x() + 100
    assert above.edit.y() > above.caption.y()
    assert (beside.edit.accessibleName(), above.edit.accessibleName()) == ("User", "User to log in as")


def test_that_a_note_is_read_where_there_is_no_error(qtbot: QtBot) -> None:
    field = Field("Key")
    qtbot.addWidget(field)
    field.note.say("Empty where the certificate holds it.")
    field.say_error("It cannot be read.")
    assert field.edit.accessibleDescription() == "It cannot be read."
    field.say_error("")
    assert field.edit.accessibleDescription() == "Empty where the certificate holds it."


def test_that_a_password_is_hidden_until_it_is_shown_and_forgotten_when_it_is_cleared(qtbot: QtBot) -> None:
    field = PasswordField("Password")
    qtbot.addWidget(field)
    field.show()
    QTest.keyClicks(field.edit, "hunter2")
    assert (field.edit.echoMode(), field.edit.displayText() == "hunter2") == (QLineEdit.EchoMode.Password, False)
    QTest.mouseClick(field.show_button, Qt.MouseButton.LeftButton)
    assert field.edit.displayText() == "hunter2"
    field.clear()
    assert (field.text, field.edit.echoMode()) == ("", QLineEdit.EchoMode.Password)


def test_that_a_stored_password_is_said_and_not_shown(qtbot: QtBot) -> None:
    field = PasswordField("Password")
    qtbot.addWidget(field)
    field.show()
    field.set_stored(True)
    assert (field.text, field.edit.placeholderText()) == ("", STORED)
    assert "Type to replace it." in [label.text() for label in field.findChildren(QLabel) if label.isVisible()]
    field.set_stored(False)
    assert (field.text, field.edit.placeholderText()) == ("", "")


def test_that_a_file_is_chosen_without_waiting_for_it(qtbot: QtBot, tmp_path: Path) -> None:
    field = FileField("Authorities", "ca.pem", "All files (*)")
    qtbot.addWidget(field)
    field.set_text(str(tmp_path / "old.pem"))
    field.say_error("It is gone.")
    QTest.mouseClick(field.choose_button, Qt.MouseButton.LeftButton)
    (dialog,) = field.findChildren(QFileDialog)
    assert Path(dialog.directory().path()) == tmp_path
    with qtbot.waitSignal(field.changed):
        dialog.fileSelected.emit(str(tmp_path / "new.pem"))
    assert (field.text, field.error.text()) == (str(tmp_path / "new.pem"), "")
    dialog.close()


def test_that_a_dialog_begins_beside_what_is_named_or_at_home(tmp_path: Path) -> None:
    assert folder_of(str(tmp_path / "x.pem")) == tmp_path
    assert folder_of("") == folder_of("relative.pem") == Path.home()
    assert folder_of("~/certs/x.pem") == Path.home() / "certs"
