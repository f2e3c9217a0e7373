"""The list of records in time: a topic that is opened, sorted or filtered while the cursor is in the past."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from meshdesk.model.cursor import Cursor
from meshdesk.ui import records_in_time
from meshdesk.ui.views.records import RecordsView
from meshdesk.ui.window import Window
from tests.ui.memory import MemoryCapture, MemoryLists, MemorySession, capture, opened, turn, window_on

TOPIC = "orders.placed.v1"
BEGAN = 1_795_528_929_000  # the first record; they are 37 ms apart


def window_in_the_past(qtbot: QtBot, made: MemoryCapture, moment: int) -> tuple[Window, MemorySession]:
    session = MemorySession(made)
    window = window_on(session)
    qtbot.addWidget(window)
    session.look_at(Cursor.of(moment))
    window.open_topic(opened(made), TOPIC)
    return window, session


def wait(qtbot: QtBot, window: Window, session: MemorySession, is_so: Callable[[], bool]) -> None:
    def after_a_turn() -> bool:
        turn(session, window)
        return is_so()

    qtbot.waitUntil(after_a_turn, timeout=30_000)


def test_that_a_topic_that_is_opened_in_the_past_is_shown_as_of_then_and_does_not_follow(qtbot: QtBot) -> None:
    window, session = window_in_the_past(qtbot, capture(600), BEGAN + 37 * 250)
    records = window.frame.records
    wait(qtbot, window, session, lambda: records.table.moment == 250)
    assert not records.following
    session.look_at(Cursor())
    wait(qtbot, window, session, lambda: records.following)  # it is live
    assert records.table.moment is None


def test_that_a_moment_before_the_first_record_is_the_top_of_the_list(qtbot: QtBot) -> None:
    window, session = window_in_the_past(qtbot, capture(600), BEGAN - 1)
    table = window.frame.records.table
    wait(qtbot, window, session, lambda: table.moment == -1)
    assert table.span()[0] == 0


def test_that_another_order_has_the_moment_too_where_the_capture_knows_one(qtbot: QtBot) -> None:
    window, session = window_in_the_past(qtbot, capture(600), BEGAN + 37 * 250)
    records = window.frame.records
    wait(qtbot, window, session, lambda: records.table.moment == 250)
    records.hold("A-8")  # in every record
    wait(qtbot, window, session, lambda: records.list != TOPIC and records.table.moment == 250)


@pytest.mark.parametrize("state", ["live", "ended"])
def test_that_a_range_holds_while_topics_change(qtbot: QtBot, state: str) -> None:
    made = capture(600)
    if state == "ended":
        made.stop()
    window, session = window_in_the_past(qtbot, made, BEGAN)
    records = window.frame.records
    session.look_at(Cursor.of(BEGAN, BEGAN + 370))
    wait(qtbot, window, session, lambda: records.table.records.rows == 11)
    window.open_topic(opened(made), TOPIC)
    wait(qtbot, window, session, lambda: records.table.records.rows == 11)
    assert records.listing.between == (BEGAN, BEGAN + 370)


class Paints(QObject):
    """What of the list was painted: for each paint whether all of its rows were there."""

    def __init__(self, records: RecordsView) -> None:
        super().__init__(records)
        self.whole: list[bool] = []
        self._records = records
        records.table.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.whole.append(self._records.has_columns)
        return False


def test_that_while_the_cursor_is_dragged_no_row_blinks_and_the_list_is_painted_once_a_beat(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records_in_time, "PATIENCE", 60.0)
    made = capture(6_000)
    made.stop()
    window, session = window_in_the_past(qtbot, made, BEGAN)
    window.show()
    records = window.frame.records
    wait(qtbot, window, session, lambda: records.table.moment == 0)
    paints, seen = Paints(records), set()
    for step in range(1, 40):
        made.known.clear()  # nothing is at hand
        session.look_at(Cursor.of(BEGAN + 37 * 149 * step))
        before = len(paints.whole)
        session.beat()
        window.refresh()
        QApplication.processEvents()
        for _ in range(3):
            session.beat()
            window.refresh_in_between()
            QApplication.processEvents()
        assert len(paints.whole) <= before + 1
        seen.add(records.table.moment)
    assert all(paints.whole)
    assert len(seen) >= 30, "and it does go along"
    wait(qtbot, window, session, lambda: records.table.moment == 149 * 39 and records.is_complete)


def test_that_the_list_goes_to_the_moment_though_its_rows_cannot_be_had(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MemoryLists, "want", lambda *_, **__: None)
    window, session = window_in_the_past(qtbot, capture(600), BEGAN + 37 * 250)
    records = window.frame.records
    wait(qtbot, window, session, lambda: records.table.moment == 250)
    assert not records.has_columns


def test_that_another_topic_is_not_taken_to_a_place_in_the_one_before(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records_in_time, "PATIENCE", 60.0)
    made = capture(600)
    window, session = window_in_the_past(qtbot, made, BEGAN + 37 * 250)
    records = window.frame.records
    wait(qtbot, window, session, lambda: records.table.moment == 250)
    made.known.clear()
    session.look_at(Cursor.of(BEGAN + 37 * 500))
    window.refresh()
    session.beat()
    window.refresh_in_between()  # where it is is known, the rows there are on their way
    other = next(topic.name for topic in made.topics if topic.name != TOPIC)
    window.open_topic(opened(made), other)
    assert records.table.moment is None
    wait(qtbot, window, session, lambda: records.table.moment == -1)  # it has no records
