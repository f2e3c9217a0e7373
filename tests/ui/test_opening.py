"""Opening, saving and closing: the dialogs wait for nobody, progress and end are said, and what was opened is shown."""

import gc
import weakref
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from meshdesk.session.connection import Connection
from meshdesk.session.works import Work
from meshdesk.ui.recent import recent
from meshdesk.ui.remembered import Remembered
from tests.ui.memory import MemorySession, capture, opened, turn, window_on, with_topic

TOPIC = "orders.placed.v1"


def test_that_saving_shows_progress_and_says_its_end(qtbot: QtBot, tmp_path: Path) -> None:
    made = capture()
    window, session = with_topic(qtbot, made)
    session.works = (Work("Saving orders.meshcap", 50, 100),)
    turn(session, window)
    assert window.status.work_button.text() == "Saving orders.meshcap"
    session.works = ()
    window.opening.save(opened(made), tmp_path / "orders.meshcap")
    turn(session, window)
    assert window.toast.text == "Saved orders.meshcap."


def test_that_asking_for_a_file_waits_for_nobody(qtbot: QtBot) -> None:
    window, _ = with_topic(qtbot, capture())
    window.opening.ask_for_file()
    window.opening.ask_where_to_save()
    dialogs = [child for child in window.findChildren(QWidget) if child.inherits("QFileDialog")]
    assert len(dialogs) == 2
    for dialog in dialogs:
        dialog.close()


def test_that_closing_the_only_capture_leads_back_to_the_start(qtbot: QtBot) -> None:
    window, session = with_topic(qtbot, capture())
    window.actions_.close.trigger()
    turn(session, window)
    assert session.captures == []
    assert window.start.isVisible()
    assert window.top.place.text == "MeshDesk"


def test_that_nothing_of_a_window_holds_a_capture_that_was_closed(qtbot: QtBot) -> None:
    session = MemorySession(capture(), capture(title="other"))
    window = window_on(session)
    qtbot.addWidget(window)
    for made in session.captures:
        window.open_topic(opened(made), TOPIC)
        turn(session, window)
    left = [weakref.ref(made) for made in session.captures]
    del made
    for _ in left:
        window.actions_.close.trigger()
        turn(session, window)
    gc.collect()
    assert session.captures == []
    assert [ref() for ref in left] == [None, None]


def test_that_what_is_opened_beside_others_is_what_the_window_shows_once_it_is_there(qtbot: QtBot) -> None:
    window, session = with_topic(qtbot, capture())
    window.show_start()
    turn(session, window)
    assert window.start.back_button.isVisible()
    window.start.back_button.click()
    turn(session, window)
    assert window.frame.records.topic == TOPIC
    window.show_start()
    QTest.keyClicks(window.start.bootstrap, "localhost:9092")
    QTest.keyClick(window.start.bootstrap, Qt.Key.Key_Return)
    turn(session, window)
    assert window.frame.records.topic == TOPIC  # while nothing is known of the other one
    session.captures[-1].state = "live"
    session.captures[-1].topics = session.captures[0].topics
    turn(session, window)
    assert window.current is opened(session.captures[-1])
    assert window.frame.records.topic == ""
    window.open_topic(opened(session.captures[0]), TOPIC)
    turn(session, window)
    assert window.frame.records.topic == TOPIC  # what the reader did since stands


def test_that_what_answered_is_offered_as_recent_and_what_never_did_is_not(qtbot: QtBot) -> None:
    remembered = Remembered(None)
    window, session = with_topic(qtbot, capture(), remembered)
    for address in ("mistyped:9092", "localhost:9092"):
        window.show_start()
        window.start.bootstrap.setText(address)
        window.start.connect_now()
        turn(session, window)
        assert recent(remembered) == []
    session.captures[-1].state = "live"
    session.captures[-1].topics = session.captures[0].topics
    turn(session, window)
    assert recent(remembered) == [Connection("localhost:9092")]
    window.show_start()
    assert window.start.recent_button.isVisible()


def test_that_a_save_proposes_a_name_and_the_folder_of_the_last_one(qtbot: QtBot, tmp_path: Path) -> None:
    window, _ = with_topic(qtbot, capture(title="broker-1:9092"))

    def dialog() -> QFileDialog:
        window.actions_.save.trigger()
        return window.findChildren(QFileDialog)[-1]

    first = dialog()
    assert [Path(name).name for name in first.selectedFiles()] == ["broker-1-9092.meshcap"]
    first.fileSelected.emit(str(tmp_path / "orders.meshcap"))
    first.close()
    second = dialog()
    assert second.directory().absolutePath() == str(tmp_path)
    second.close()
