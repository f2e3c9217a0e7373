"""The settings' view: each setting can be found, changed and put back, with the keyboard alone."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from meshdesk.session.settings import NOW, SETTINGS, Settings
from meshdesk.ui.views import settings as view_file
from meshdesk.ui.views.settings import SettingsView
from meshdesk.ui.widgets.controls import Segments
from meshdesk.ui.widgets.number_field import NumberField
from meshdesk.ui.widgets.prose import Prose


def view_on(qtbot: QtBot, settings: Settings) -> SettingsView:
    view = SettingsView(settings)
    qtbot.addWidget(view)
    view.resize(900, 700)
    view.show()
    QApplication.processEvents()
    return view


def found(view: SettingsView) -> list[str]:
    return [key for key, row in view.rows.items() if row.isVisible()]


def test_that_every_setting_is_shown_with_its_sentence_and_when_it_takes_effect(qtbot: QtBot) -> None:
    view = view_on(qtbot, Settings(None))
    assert list(view.rows) == [setting.key for setting in SETTINGS]
    texts = {prose.text for prose in view.findChildren(Prose)}
    for setting in SETTINGS:
        assert {setting.title, setting.sentence, setting.group} <= texts
        assert (setting.takes_effect == NOW) or setting.takes_effect in texts


def test_that_a_word_leaves_the_settings_that_hold_it_and_is_marked_in_them(qtbot: QtBot) -> None:
    view = view_on(qtbot, Settings(None))
    QTest.keyClicks(view.field, "DISK")
    assert found(view) == ["kept_free"]
    row = view.rows["kept_free"]
    assert [len(row.title.hits), len(row.sentence.hits)] == [1, 1]
    assert not view.groups[0].isVisible()
    view.field.setText("zebra")
    assert found(view) == []
    assert view.nothing.isVisible()
    assert "zebra" in view.nothing.text
    QTest.keyClick(view.field, Qt.Key.Key_Escape)
    assert found(view) == list(view.rows)
    assert not view.nothing.isVisible()


def test_that_a_choice_is_taken_and_put_back(qtbot: QtBot) -> None:
    settings = Settings(None)
    view = view_on(qtbot, settings)
    row = view.rows["times"]
    assert isinstance(row.control, Segments)
    assert not row.reset_button.isVisible()
    row.control.findChildren(QAbstractButton)[1].click()
    view.refresh()
    assert settings.word("times") == "utc"
    row.reset_button.click()
    view.refresh()
    assert settings.chosen == {}
    assert row.control.place == 0
    assert not row.reset_button.isVisible()


def test_that_one_of_many_choices_is_taken_from_a_menu_that_ticks_the_present_one(qtbot: QtBot) -> None:
    settings = Settings(None)
    view = view_on(qtbot, settings)
    control = view.rows["first_read"].control
    assert isinstance(control, view_file._Menu)
    control.choices.actions()[-1].trigger()
    view.refresh()
    assert settings.word("first_read") == "beginning"
    assert control.accessibleName() == "A topic is first read from: The beginning"
    assert [action.isChecked() for action in control.choices.actions()] == [False] * 4 + [True]


def test_that_a_number_out_of_bounds_is_said_in_its_row(qtbot: QtBot) -> None:
    settings = Settings(None)
    view = view_on(qtbot, settings)
    row = view.rows["kept_free"]
    assert isinstance(row.control, NumberField)
    row.control.selectAll()
    QTest.keyClicks(row.control, "80")
    QTest.keyClick(row.control, Qt.Key.Key_Return)
    assert row.wrong.isVisible()
    assert row.wrong.text == "“80” is not between 1 and 50 %."
    assert settings.chosen == {}
    row.control.selectAll()
    QTest.keyClicks(row.control, "20")
    QTest.keyClick(row.control, Qt.Key.Key_Return)
    assert not row.wrong.isVisible()
    assert settings.chosen == {"kept_free": 20}


def test_that_what_is_changed_elsewhere_is_shown(qtbot: QtBot) -> None:
    settings = Settings(None)
    view = view_on(qtbot, settings)
    settings.choose("appearance", "dark")
    settings.choose("capture_limit", 7.5)
    view.refresh()
    appearance, limit = view.rows["appearance"].control, view.rows["capture_limit"].control
    assert isinstance(appearance, Segments)
    assert isinstance(limit, NumberField)
    assert (appearance.place, limit.text()) == (2, "7.5")


def test_that_the_tab_key_reaches_every_control_and_what_has_it_is_on_the_screen(qtbot: QtBot) -> None:
    settings = Settings(None)
    settings.choose("kept_free", 20)
    view = view_on(qtbot, settings)
    view.resize(600, 300)
    view.activateWindow()
    qtbot.waitUntil(view.isActiveWindow)
    view.field.setFocus()
    reached: list[QWidget] = []
    for _ in range(60):
        focused = QApplication.focusWidget()
        if focused is None or focused in reached:
            break
        reached.append(focused)
        QApplication.processEvents()
        middle = focused.mapTo(view, focused.rect().center())
        assert view.rect().contains(middle), focused.accessibleName()
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    names = {widget.accessibleName() for widget in reached}
    assert "Share of the disk that stays free: back to default, 10 %" in names
    assert {
        "Appearance: As the system",
        "Less motion: No",
        "Size limit of a live capture, in GB",
        "Open the folder",
    } <= names


def test_that_the_folder_of_the_file_is_opened_or_said(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QUrl] = []

    def open_url(url: QUrl) -> bool:
        opened.append(url)
        return len(opened) == 1

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    view = view_on(qtbot, Settings(tmp_path))
    said: list[str] = []
    view.said.connect(said.append)
    view.folder_button.click()
    assert opened == [QUrl.fromLocalFile(str(tmp_path))]
    view.folder_button.click()
    assert said == [f"The settings are in {tmp_path}."]
    missing = view_on(qtbot, Settings(tmp_path / "none"))
    missing.said.connect(said.append)
    missing.folder_button.click()
    assert said[-1] == f"{tmp_path / 'none'} is made when the first setting is changed."
    assert any(str(tmp_path / "none" / "settings.toml") in prose.text for prose in missing.findChildren(Prose))
