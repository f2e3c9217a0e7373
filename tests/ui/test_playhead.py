"""The playhead: one strip, about the capture that the window is about, and what follows when it is moved."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from meshdesk.model.cursor import Cursor
from meshdesk.model.fact import Checked, Fact
from meshdesk.model.mesh import Mesh, fold
from meshdesk.model.tracks import Tracks
from meshdesk.model.trouble import Trouble
from meshdesk.session.readings import Reading
from meshdesk.ui.window import Window
from tests.ui.memory import MemoryCapture, MemorySession, capture, opened, turn, window_on

BEGAN = 1_795_528_929_000  # as the records of tests/ui/memory.py
MINUTE = 60_000


def recording() -> Reading:
    mesh, tracks = Mesh(), Tracks()
    fold(
        mesh,
        [
            Fact("topic", "orders", {"partitions": 1}, BEGAN, "kafka"),
            Checked("kafka", BEGAN, BEGAN),
            Fact("topic", "bills", {"partitions": 1}, BEGAN + 30_000, "kafka"),
        ],
    )
    number = tracks.number(("end", "orders", 0))
    for second in range(61):
        tracks.add(np.array([number]), np.array([BEGAN + second * 1_000]), np.array([10 * second]))
    return Reading(mesh=mesh.now(), tracks=tracks, began=BEGAN, ended=BEGAN + MINUTE)


def window_with(qtbot: QtBot, *captures: MemoryCapture) -> tuple[Window, MemorySession]:
    session = MemorySession(*captures)
    window = window_on(session)
    qtbot.addWidget(window)
    window.open_topic(opened(captures[0]), "orders.placed.v1")
    turn(session, window)
    return window, session


def recorded(title: str = "acme-prod") -> MemoryCapture:
    return capture(600, title=title, state="ended", state_text="recorded", now=recording())


def wait(qtbot: QtBot, window: Window, session: MemorySession, is_so: Callable[[], bool]) -> None:
    """Beats until it is so."""

    def after_a_turn() -> bool:
        turn(session, window)
        return is_so()

    qtbot.waitUntil(after_a_turn, timeout=30_000)


def test_that_the_strip_shows_the_recording_with_what_changed_and_what_went_wrong(qtbot: QtBot) -> None:
    made = recorded()
    window, session = window_with(qtbot, made)
    session.say(Trouble("It failed.", about=made.title, seen=BEGAN + 40_000), Trouble("Another did.", about="other"))

    strip = window.playhead.strip
    said = ["topic bills appeared", "It failed."]
    wait(qtbot, window, session, lambda: [mark.text for mark in strip._marks] == said)
    assert window.playhead.strip.span == (BEGAN, BEGAN + MINUTE)


def test_that_moving_it_moves_the_cursor_of_the_session_and_the_list(qtbot: QtBot) -> None:
    window, session = window_with(qtbot, recorded())
    table = window.frame.records.table
    window.playhead.strip.go_to(BEGAN + 37 * 100)
    wait(qtbot, window, session, lambda: table.moment == 100)
    assert session.cursor == Cursor.of(BEGAN + 3_700)
    assert table.span()[1] in (100, 101)  # the newest of then is at the foot
    QTest.keyClick(window.playhead.strip, Qt.Key.Key_End)
    wait(qtbot, window, session, lambda: table.moment is None)
    assert session.cursor.is_live


def test_that_a_range_is_a_filter_of_the_list_and_is_taken_back(qtbot: QtBot) -> None:
    window, session = window_with(qtbot, recorded())
    records = window.frame.records
    all_of_them = records.table.records.rows
    window.playhead.move(Cursor.of(BEGAN, BEGAN + 370))
    wait(qtbot, window, session, lambda: records.table.records.rows == 11)
    assert "from " in records.bar.count.text
    window.playhead.move(Cursor())
    wait(qtbot, window, session, lambda: records.table.records.rows == all_of_them)
    assert records.listing.is_arrival


def test_that_another_capture_begins_with_its_whole_strip(qtbot: QtBot) -> None:
    other = recorded(title="other")
    window, session = window_with(qtbot, recorded(), other)
    window.playhead.strip.zoom(0.5)
    window.show_capture(opened(other))
    turn(session, window)
    assert window.playhead.strip.view is None
