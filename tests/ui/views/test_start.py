"""The start page: three ways to begin, and a sentence beside what is wrong."""

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMenu, QWidget
from pytestqt.qtbot import QtBot

from meshdesk.model.address import registry_problem
from meshdesk.session.connection import Connection
from meshdesk.session.home import Orphan
from meshdesk.ui.views.start import StartView
from meshdesk.ui.widgets.controls import Button
from tests.ui.memory import MemoryCapture, Progress, opened


def start_on(qtbot: QtBot, has_demo: bool = True) -> StartView:
    start = StartView(has_demo)
    qtbot.addWidget(start)
    start.resize(1_000, 700)
    start.show()
    return start


def test_that_a_bootstrap_and_a_registry_are_asked_for_once_they_make_sense(qtbot: QtBot) -> None:
    start = start_on(qtbot)
    with qtbot.waitSignal(start.connect_asked) as asked:
        QTest.keyClicks(start.bootstrap, " localhost:9092 ")
        QTest.keyClicks(start.registry, "http://localhost:8081")
        QTest.keyClick(start.registry, Qt.Key.Key_Return)
    assert asked.args == [Connection("localhost:9092", "http://localhost:8081")]


@pytest.mark.parametrize(
    ("bootstrap", "said"),
    [
        ("", "Write where a broker listens"),
        ("localhost", "has no port"),
        ("::1", "has no port"),
        ("localhost:0", "“0” is no port"),
        ("localhost:99999", "“99999” is no port"),
        ("a:9092, b", "“b” has no port"),
        ("ht tp://x:1", "has no port"),
        ("a b:9092", "does not begin with a host name"),
        ("localhost:٣", "is no port"),
    ],
)
def test_that_a_wrong_bootstrap_is_said_beside_its_field(qtbot: QtBot, bootstrap: str, said: str) -> None:
    start = start_on(qtbot)
    start.bootstrap.setText(bootstrap)
    with qtbot.assertNotEmitted(start.connect_asked):
        QTest.mouseClick(start.connect_button, Qt.MouseButton.LeftButton)
    assert start.bootstrap_error.isVisible()
    assert said in start.bootstrap_error.text()
    assert start.bootstrap.accessibleDescription() == start.bootstrap_error.text()
    QTest.keyClicks(start.bootstrap, "x")
    assert not start.bootstrap_error.isVisible()


def test_that_a_connection_of_before_is_two_presses_away(qtbot: QtBot) -> None:
    start = start_on(qtbot)
    assert not start.recent_button.isVisible()
    start.show_recent([Connection("broker-1:9092", "http://localhost:8081"), Connection("localhost:9092")])
    assert start.recent_button.isVisible()
    (menu,) = start.findChildren(QMenu)
    assert [action.text() for action in menu.actions()] == [
        "broker-1:9092, registry http://localhost:8081",
        "localhost:9092",
    ]
    with qtbot.waitSignal(start.connect_asked) as asked:
        menu.actions()[0].trigger()
    assert asked.args == [Connection("broker-1:9092", "http://localhost:8081")]
    start.show_recent([])
    assert not start.recent_button.isVisible()


@pytest.mark.parametrize("wrong", ["localhost:8081", "ftp://x", "http://", "http:// x"])
def test_that_a_wrong_registry_is_said_beside_its_field(qtbot: QtBot, wrong: str) -> None:
    assert registry_problem(wrong)
    start = start_on(qtbot)
    start.bootstrap.setText("localhost:9092")
    start.registry.setText(wrong)
    start.connect_now()
    assert start.registry_error.text() == registry_problem(wrong)
    assert start.focusWidget() is start.registry


def test_that_the_keyboard_goes_from_brokers_to_connect_in_three_steps(qtbot: QtBot) -> None:
    start = start_on(qtbot)
    start.bootstrap.setFocus()
    for _ in range(2):
        QTest.keyClick(start.focusWidget(), Qt.Key.Key_Tab)
    assert start.focusWidget() is start.connect_button


def test_that_a_new_connection_waits_for_the_session(qtbot: QtBot) -> None:
    start = start_on(qtbot)
    assert not start.new_button.isVisible()
    start.open_saved("acme")  # asked before there is anything that could answer
    start.write_new()
    assert start.is_home
    assert not start.is_asking


def test_that_short_cards_stand_side_by_side_where_there_is_room(qtbot: QtBot) -> None:
    start = start_on(qtbot)
    assert start.demo_button.mapTo(start, QPoint()).y() == start.open_button.mapTo(start, QPoint()).y()
    start.resize(500, 700)
    qtbot.waitUntil(lambda: start.demo_button.mapTo(start, QPoint()).y() > start.open_button.mapTo(start, QPoint()).y())


def test_that_the_demo_is_offered_live_or_as_a_recording(qtbot: QtBot) -> None:
    for has_demo, words in ((True, "Start the demo"), (False, "Open the demo")):
        start = start_on(qtbot, has_demo)
        assert start.demo_button.isVisible()
        assert start.demo_button.accessibleName() == words


def test_that_progress_is_shown_while_something_is_prepared_and_the_reason_where_it_failed(qtbot: QtBot) -> None:
    start = start_on(qtbot)
    made = MemoryCapture("Demo", "connecting", "connecting …", progress=Progress("Downloading Kafka", 12, 80))
    start.show_progress(opened(made))
    assert start.progress_text.text() == "Demo: Downloading Kafka"
    assert start.progress.accessibleDescription() == "15%"
    assert not start.demo_button.isEnabled()
    made.state, made.state_text, made.progress = "failed", "cannot be opened", None
    start.refresh()
    assert start.progress_text.text() == "Demo: cannot be opened"
    assert start.demo_button.isEnabled()
    start.show_progress(None)
    assert not start.progress_text.isVisible()


def test_that_what_was_left_behind_is_offered_with_what_it_is(qtbot: QtBot, tmp_path: Path) -> None:
    start = start_on(qtbot)
    left = tuple(Orphan(tmp_path / f"{n}", f"kafka-{n}:9092", 1_795_528_929_000, 1_234, 5_600_000) for n in range(5))
    start.show_orphans(left)
    buttons = {button.accessibleName(): button for button in start.findChildren(Button)}
    assert sum(name.startswith("Recover") for name in buttons) == 3  # the newest
    text = " ".join(label.text() for label in start.findChildren(QLabel))
    assert "kafka-0:9092" in text
    assert "1,234 records, 5.6 MB." in text
    with qtbot.waitSignal(start.recover_asked) as asked:
        QTest.mouseClick(buttons["Recover the capture of kafka-1:9092"], Qt.MouseButton.LeftButton)
    assert asked.args == [left[1]]
    with qtbot.waitSignal(start.delete_asked) as asked:
        QTest.mouseClick(buttons["Delete the capture of kafka-0:9092"], Qt.MouseButton.LeftButton)
    assert asked.args == [left[0]]
    at: QWidget | None = start.back_button
    chain: list[str] = []
    while at is not None and at is not start.bootstrap:  # as the Tab key goes
        at = at.nextInFocusChain()
        if isinstance(at, Button) and at in buttons.values():
            chain.append(at.accessibleName())
    wanted = [f"{verb} the capture of kafka-{n}:9092" for n in range(3) for verb in ("Recover", "Delete")]
    assert [name for name in chain if name.endswith(":9092")] == wanted  # from the top to the bottom
    start.show_orphans(())
    qtbot.waitUntil(lambda: not [b for b in start.findChildren(Button) if b.accessibleName().startswith("Recover")])


def test_that_the_first_paint_does_not_pay_for_what_is_saved() -> None:
    late = ["keyring", "tomlkit", "secretstorage", "meshdesk.session.book", "meshdesk.ui.views.connection_form"]
    late += ["meshdesk.session.profiles", "meshdesk.ui.views.connecting", "meshdesk.ui.widgets.connection_list"]
    line = f"import sys, meshdesk.ui.window; print([name for name in {late} if name in sys.modules])"
    asked = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, check=True)
    assert asked.stdout == "[]\n"
