"""The help: every page can be read and found offline, links lead on, and About shows versions and licences."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from meshdesk.session.handbook import PAGES
from meshdesk.session.settings import Settings
from meshdesk.ui.views.help import LOOKING, HelpView

KEYS = [("Open a capture…", "Ctrl+O"), ("Help", "F1")]


@pytest.fixture
def view(qtbot: QtBot, tmp_path: Path) -> HelpView:
    made = HelpView(Settings(tmp_path), lambda: KEYS)
    qtbot.addWidget(made)
    made.resize(1_100, 700)
    made.show()
    return made


def listed(view: HelpView) -> list[str]:
    return [str(view.list.item(n).data(Qt.ItemDataRole.UserRole)) for n in range(view.list.count())]


def test_that_every_page_is_opened_from_the_list_with_the_arrow_keys(view: HelpView) -> None:
    view.list.setFocus()
    seen = [view.page.toPlainText().splitlines()[0]]
    for _ in PAGES[1:]:
        QTest.keyClick(view.list, Qt.Key.Key_Down)
        seen.append(view.page.toPlainText().splitlines()[0])
    assert seen == [title for _, title in PAGES]


def test_that_links_lead_to_pages_to_settings_and_to_what_can_be_done(view: HelpView) -> None:
    asked: list[str] = []
    view.setting_asked.connect(asked.append)
    view.diagnosis_asked.connect(lambda: asked.append("diagnosis"))
    view.tour_asked.connect(lambda: asked.append("tour"))
    view.follow("captures.md")
    assert view.page.toPlainText().startswith("Captures")
    assert view.list.currentItem().text() == "Captures"
    for link in ("settings:times", "do:diagnosis", "do:tour", "http://127.0.0.1:1/"):
        view.follow(link)
    assert asked == ["times", "diagnosis", "tour"]


def test_that_a_word_leaves_the_pages_that_hold_it_and_return_goes_from_place_to_place(view: HelpView) -> None:
    QTest.keyClicks(view.field, "retention")
    names = listed(view)
    assert names
    assert set(names) < {name for name, _ in PAGES}
    assert view.shown == names[0]
    visited = []
    for _ in range(40):
        visited.append(view.shown)
        QTest.keyClick(view.field, Qt.Key.Key_Return)
    assert set(visited) == set(names)
    view.field.setText("zebra")
    assert view.list.item(0).text() == "No page holds this word."
    assert not view.list.item(0).flags() & Qt.ItemFlag.ItemIsEnabled
    QTest.keyClick(view.field, Qt.Key.Key_Escape)
    assert listed(view) == [name for name, _ in PAGES]


def test_that_the_keys_are_those_of_the_actions(view: HelpView) -> None:
    view.show_page("keys")
    assert "Ctrl+O\nOpen a capture…" in view.page.toPlainText()


def test_that_what_is_chosen_is_said_on_the_page_that_is_open(view: HelpView) -> None:
    view.show_page("captures")
    view._settings.choose("kept_free", 33)
    view.refresh()
    assert "33 %" in view.page.toPlainText()
    assert view.shown == "captures"


def test_that_about_shows_versions_and_a_licence_in_the_window(view: HelpView, qtbot: QtBot) -> None:
    view.show_page("about")
    assert LOOKING in view.page.toPlainText()

    def is_there() -> bool:
        view.refresh()
        return "pyarrow" in view.page.toPlainText()

    qtbot.waitUntil(is_there, timeout=30_000)
    assert "librdkafka" in view.page.toPlainText()
    view.follow("licence:JetBrains%20Mono")
    assert "SIL OPEN FONT LICENSE" in view.page.toPlainText()
    view.follow("licence:Qt")
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in view.page.toPlainText()
    QTest.keyClick(view.page, Qt.Key.Key_Escape)
    assert "What it is made of" in view.page.toPlainText()
    view.follow("licence:Qt")
    about = view.list.item(view.list.count() - 1)
    QTest.mouseClick(view.list.viewport(), Qt.MouseButton.LeftButton, pos=view.list.visualItemRect(about).center())
    assert "What it is made of" in view.page.toPlainText()
