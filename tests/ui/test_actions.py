"""Actions: each has words and keys, and the menu shows them all."""

from collections.abc import Iterator

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from tests.ui.memory import MemorySession, capture, window_on


def all_of(menu: QMenu) -> Iterator[QAction]:
    for action in menu.actions():
        below = action.menu()
        if isinstance(below, QMenu):
            yield from all_of(below)
        elif not action.isSeparator():
            yield action


def test_that_every_action_has_words_and_no_two_the_same_keys(qtbot: QtBot) -> None:
    window = window_on(MemorySession(capture()))
    qtbot.addWidget(window)
    actions = list(all_of(window.actions_.menu()))
    keys = [action.shortcut().toString() for action in actions if not action.shortcut().isEmpty()]
    assert len(keys) == len(set(keys)) >= 10
    assert all(action.text() for action in actions)
    wanted = {"Ctrl+C", "Ctrl+Shift+C", "Ctrl+F", "Ctrl+S", "Ctrl+O", "Ctrl+B", "Ctrl+I", "Ctrl+Q"}
    assert wanted <= {QKeySequence(key).toString() for key in keys}


def test_that_the_menu_has_room_on_a_small_screen(qtbot: QtBot) -> None:
    window = window_on(MemorySession(capture()))
    qtbot.addWidget(window)
    menu = window.actions_.menu()
    menu.aboutToShow.emit()  # the icons make it wider, and its lines no lower
    menus = [menu, *menu.findChildren(QMenu)]
    too_high = {
        each.title() or "the menu": each.sizeHint().height() for each in menus if each.sizeHint().height() > 560
    }
    assert len(menus) > 5
    assert too_high == {}  # px: a screen of 600 with a bar of the desktop; one that is higher stands in two columns


def test_that_what_cannot_be_done_now_is_shown_and_off(qtbot: QtBot) -> None:
    window = window_on(MemorySession())
    qtbot.addWidget(window)
    window.actions_.refresh()
    assert not window.actions_.save.isEnabled()
    assert not window.actions_.follow.isEnabled()
    made = capture()
    window = window_on(MemorySession(made))
    qtbot.addWidget(window)
    window.actions_.refresh()
    assert window.actions_.save.isEnabled()
    assert window.actions_.explorer.isChecked()


def test_that_the_theme_in_use_is_ticked(qtbot: QtBot) -> None:
    window = window_on(MemorySession(capture()))
    qtbot.addWidget(window)
    window.wear("dark")
    window.actions_.refresh()
    assert [action.text() for action in window.actions_.themes.actions() if action.isChecked()] == ["Dark"]
