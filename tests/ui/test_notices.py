"""Toasts that pass, and the trouble bar."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from meshdesk.model.trouble import Trouble
from meshdesk.ui import theme
from meshdesk.ui.notices import Toast, TroubleBar
from meshdesk.ui.times import moment

REGISTRY = Trouble("The registry does not answer.", "Start it.", "registry", "attention")
BROKER = Trouble("127.0.0.1:1 refused the connection.", "Check the port.", "127.0.0.1:1")


def bar_on(qtbot: QtBot) -> TroubleBar:
    bar = TroubleBar()
    qtbot.addWidget(bar)
    bar.resize(1_000, bar.height())
    return bar


def test_that_the_newest_trouble_is_shown_with_its_advice_and_how_many_came_before(qtbot: QtBot) -> None:
    bar = bar_on(qtbot)
    bar.refresh(())
    assert bar.isHidden()
    bar.refresh((REGISTRY, BROKER))
    assert not bar.isHidden()
    assert bar.text == "127.0.0.1:1 refused the connection.  Check the port."
    assert bar.earlier_button.text() == "and 1 earlier"
    bar.grab()


def test_that_repeated_trouble_is_counted(qtbot: QtBot) -> None:
    bar = bar_on(qtbot)
    bar.refresh((Trouble("It failed.", count=7),))
    assert bar.text == "It failed.  7 times."


def test_that_trouble_that_lasts_says_since_when_and_how_often_it_was_tried(qtbot: QtBot) -> None:
    bar = bar_on(qtbot)
    began = 1_795_528_929_000
    bar.refresh((Trouble("Nothing answers.", "Wait.", seen=began + 60_000, first=began, count=126, passes=True),))
    assert bar.text == f"Nothing answers.  Tried 126 times since {moment(began).clock[:8]}.  Wait."


def test_that_closing_hides_what_was_said_and_not_what_comes(qtbot: QtBot) -> None:
    bar = bar_on(qtbot)
    bar.refresh((REGISTRY,))
    bar.show()
    QTest.mouseClick(bar.close_button, Qt.MouseButton.LeftButton)
    assert bar.isHidden()
    bar.refresh((REGISTRY,))
    assert bar.isHidden()
    bar.refresh((REGISTRY, BROKER))
    assert not bar.isHidden()


def test_that_the_same_trouble_again_opens_the_bar_again(qtbot: QtBot) -> None:
    bar = bar_on(qtbot)
    bar.refresh((REGISTRY,))
    bar.close_button.click()
    bar.refresh((Trouble(REGISTRY.text, REGISTRY.advice, "registry", "attention", count=2),))
    assert not bar.isHidden()


def test_that_a_toast_comes_within_two_tenths_of_a_second_and_goes_by_itself(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(800, 600)
    window.show()
    toast = Toast(window)
    toast._rest.setInterval(50)
    assert theme.FADE_MS <= 200
    toast.say("Copied 3 records as text.")
    assert toast.isVisible()
    assert toast.accessibleName() == "Copied 3 records as text."
    assert toast.geometry().bottom() < 600
    qtbot.waitUntil(lambda: not toast.isVisible(), timeout=5_000)


def test_that_nothing_fades_where_less_motion_is_asked_for(
    qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(theme, "moves", lambda app: False)
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    toast = Toast(window)
    toast.say("Saved.")
    assert toast._shown == 1.0
    toast._move_to(0.0)
    assert not toast.isVisible()


def test_that_a_long_toast_stays_in_the_window(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(400, 300)
    window.show()
    toast = Toast(window)
    toast.say("long words " * 40)
    assert window.rect().contains(toast.geometry())
    window.resize(300, 300)
    QApplication.processEvents()
    assert toast.geometry().right() < 300


def test_that_a_toast_goes_that_had_to_go_before_it_was_seen(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(800, 600)
    window.show()
    toast = Toast(window)
    toast.say("Saved.")
    toast._move_to(0.0)  # before the first step of its way in
    qtbot.waitUntil(lambda: not toast.isVisible(), timeout=5_000)
