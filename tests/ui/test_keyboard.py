"""The whole way of a person who has no mouse: from a topic that is looked for to a capture that is saved, on a real session."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from meshdesk.session.session import Session
from meshdesk.ui.remembered import Remembered
from meshdesk.ui.views import VIEWS
from meshdesk.ui.window import Window
from tests.programs.running import records_in
from tests.ui.stored import TOPIC, packed, settle

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    made = Session(tmp_path / "captures")
    yield made
    made.close()


class Keys:
    """Presses keys on whatever has them, as a keyboard does, and waits for what the session answers."""

    def __init__(self, window: Window, session: Session) -> None:
        self._window, self._session = window, session

    @property
    def on(self) -> QWidget:
        focused = QApplication.focusWidget()
        assert focused is not None, "no widget has the keys"
        return focused

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE, times: int = 1) -> None:
        for _ in range(times):
            QTest.keyClick(self.on, key, modifiers)
        settle(self._session, self._window)

    def type(self, words: str) -> None:
        QTest.keyClicks(self.on, words)

    def find(self, words: str) -> None:
        """Ctrl+K, the words, Return."""
        self.press(Qt.Key.Key_K, CONTROL)
        self.type(words)
        self.press(Qt.Key.Key_Return)

    def tab_to(self, wanted: QWidget) -> None:
        for _ in range(60):
            if wanted.hasFocus():
                return
            QTest.keyClick(self.on, Qt.Key.Key_Tab)
        raise AssertionError(f"the Tab key does not lead to {wanted.accessibleName()}")


@pytest.fixture
def window(qtbot: QtBot, session: Session, tmp_path: Path) -> Window:
    """On a capture of 400 orders, before anybody has pressed a key."""
    session.open_file(packed(tmp_path / "c", tmp_path / "c.meshcap", 400))
    made = Window(Remembered(None), None)
    qtbot.addWidget(made)
    made.resize(1_280, 720)
    made.attach(session)
    made.show()
    made.activateWindow()
    made.setFocus()
    qtbot.waitUntil(made.hasFocus)
    settle(session, made)
    return made


def save_as(keys: Keys, qtbot: QtBot, window: Window, target: Path) -> None:
    """Ctrl+S, the name, Return."""

    def dialogs() -> list[QFileDialog]:
        return [child for child in window.findChildren(QFileDialog) if child.isVisible()]

    keys.press(Qt.Key.Key_S, CONTROL)
    dialogs()[0].activateWindow()
    qtbot.waitUntil(lambda: dialogs()[0].isAncestorOf(keys.on))
    keys.press(Qt.Key.Key_A, CONTROL)
    keys.type(str(target))
    keys.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not dialogs())
    window.activateWindow()


def test_that_the_main_way_can_be_gone_with_keys_alone(
    qtbot: QtBot, session: Session, window: Window, tmp_path: Path
) -> None:
    keys, records, inspector = Keys(window, session), window.frame.records, window.frame.inspector

    keys.find("opv1")  # a topic
    assert records.topic == TOPIC
    assert records.table.hasFocus()
    keys.press(Qt.Key.Key_Home, CONTROL)
    keys.press(Qt.Key.Key_Down, times=3)  # through the list
    assert records.table.chosen() == [3]
    assert inspector.title.text == "Record  0 : 1"

    keys.press(Qt.Key.Key_F6)  # into the inspector
    assert inspector.isAncestorOf(keys.on)
    keys.tab_to(inspector.tree)
    keys.press(Qt.Key.Key_Home)
    keys.press(Qt.Key.Key_Down)
    keys.press(Qt.Key.Key_C, CONTROL)
    assert QApplication.clipboard().text() != ""

    keys.press(Qt.Key.Key_F, CONTROL | SHIFT)  # a word that records hold
    keys.type("A-88213")
    keys.press(Qt.Key.Key_Return)
    assert records.table.records.rows == 1
    keys.press(Qt.Key.Key_Escape)
    assert records.table.records.rows > 400

    keys.find("sort by key")
    assert records.listing.by == "key"
    keys.find("sort by key")
    assert records.listing.descending

    save_as(keys, qtbot, window, tmp_path / "saved.meshcap")
    settle(session, window)
    assert window.toast.text == "Saved saved.meshcap."
    assert records_in(tmp_path / "saved.meshcap") == records_in(tmp_path / "c.meshcap")

    for name, shortcut in zip(VIEWS, window.actions_.view_keys(), strict=True):  # every view, and back
        QTest.keySequence(keys.on, shortcut)
        settle(session, window)
        assert window.pages.shown == name
    keys.press(Qt.Key.Key_Left, ALT, times=len(VIEWS) - 1)
    assert window.pages.shown == VIEWS[0]
    keys.press(Qt.Key.Key_Escape)
    assert (window.pages.shown, records.topic) == ("records", TOPIC)
    keys.press(Qt.Key.Key_W, CONTROL)
    assert window.pages.shown == "start"


def test_that_the_menu_opens_with_the_keys_and_says_every_shortcut(qtbot: QtBot, session: Session) -> None:
    window = Window(Remembered(None), None)
    qtbot.addWidget(window)
    window.attach(session)
    window.show()
    window.activateWindow()
    window.top.menu_button.setFocus()
    qtbot.waitUntil(window.top.menu_button.hasFocus)
    QTest.keyClick(window.top.menu_button, Qt.Key.Key_Space)
    menu = QApplication.activePopupWidget()
    assert menu is not None
    QTest.keyClick(menu, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is None)
