"""The records view: following, pausing, where reading begins, copying, and what it says while it is empty."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from meshdesk.model.position import Position
from meshdesk.model.record import RecordName
from meshdesk.ui.remembered import Remembered
from meshdesk.ui.views import records
from meshdesk.ui.views.records import BEATS_A_PAINT, RecordsView
from meshdesk.ui.widgets.record_lines import FORMAT, OFFSET
from meshdesk.ui.widgets.record_lines import TOPIC as TOPIC_COLUMN
from meshdesk.ui.widgets.records_bar import start_for
from tests.ui.memory import MemoryCapture, Topic, capture, opened, row

TOPIC = "orders.placed.v1"


def view_on(qtbot: QtBot, made: MemoryCapture, topic: str = TOPIC) -> RecordsView:
    view = RecordsView(Remembered(None))
    qtbot.addWidget(view)
    view.resize(804, 600)
    view.show()
    view.show_topic(opened(made), topic)
    beat(view, made)
    return view


def beat(view: RecordsView, made: MemoryCapture, beats: int = 6) -> None:
    for _ in range(beats):
        todo, made.todo = made.todo, []
        for do in todo:
            do()
        view.refresh()


def more(made: MemoryCapture, count: int, topic: str = TOPIC) -> None:
    first = made.lists.rows(topic)
    made.add(*(row(k, topic) for k in range(first, first + count)))


def test_that_new_records_are_followed_at_the_bottom(qtbot: QtBot) -> None:
    made = capture(200)
    view = view_on(qtbot, made)
    assert (view.following, view.bar.follow_button.text()) == (True, "Following")
    more(made, 500)
    beat(view, made)
    assert view.table.span()[1] == 699
    assert view.is_complete


def test_that_followed_rows_come_with_their_text(qtbot: QtBot) -> None:
    made = capture(200)
    view = view_on(qtbot, made)
    for _ in range(10):
        more(made, 7)
        for _ in range(BEATS_A_PAINT):
            view.refresh()
            assert view.is_complete
        beat(view, made, 1)
    assert view.table.records.rows > 200
    beat(view, made)
    assert view.table.records.rows == 270


def test_that_rows_whose_text_is_late_are_shown_as_late(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "LATE", 0.0)
    made = capture(200)
    view = view_on(qtbot, made)
    more(made, 7)
    for _ in range(3 * BEATS_A_PAINT):
        view.refresh()  # nobody answers
    assert view.table.records.rows == 207
    assert not view.is_complete


def known(made: MemoryCapture, ks: range, is_bare: bool = False) -> None:
    """Rows have arrived; bare ones have their columns alone."""
    for k in ks:
        made.known[TOPIC, k] = replace(made.held[TOPIC][k], is_bare=is_bare)
    made.lists.revision += 1


def test_that_what_was_fetched_ahead_is_not_drawn(qtbot: QtBot) -> None:
    made = capture(300)
    view = view_on(qtbot, made)
    view.table.verticalScrollBar().setValue(10)
    beat(view, made)
    first, last = view.table.span()
    drawn = [view.refresh() for _ in range(BEATS_A_PAINT)]
    known(made, range(last + 1, 300))
    drawn += [view.refresh() for _ in range(2 * BEATS_A_PAINT)]
    assert not any(drawn)
    known(made, range(first, first + 1))
    assert [view.refresh() for _ in range(BEATS_A_PAINT)].count(True) == 1


def test_that_rows_below_the_screen_come_in_some_times_a_second_and_at_once_where_they_are_seen(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = capture(500)
    view = view_on(qtbot, made)
    view.follow(False)
    view.table.verticalScrollBar().setValue(0)
    monkeypatch.setattr(records, "UNSEEN_EVERY", 1_000.0)
    for count in (510, 520, 530):
        more(made, 10)
        beat(view, made)
        assert view.table.records.rows == 510, f"of {count}"
    for end in (530, 540):
        view.table.to_the_end()
        more(made, end - made.lists.rows(TOPIC))
        beat(view, made)
        assert view.table.records.rows == end
    view.table.verticalScrollBar().setValue(0)
    monkeypatch.setattr(records, "UNSEEN_EVERY", 0.0)
    beat(view, made)
    more(made, 10)
    beat(view, made)
    assert view.table.records.rows == 540  # it still waits as long as it was to
    view.follow(True)
    beat(view, made)
    assert view.table.records.rows == 550


def test_that_between_two_beats_a_jump_is_drawn_when_all_columns_are_there_and_when_all_is(qtbot: QtBot) -> None:
    made = capture(2_000)
    view = view_on(qtbot, made)
    paints: list[int] = []

    class Paints(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                paints.append(1)
            return False

    counting = Paints()
    view.table.viewport().installEventFilter(counting)

    def drawn() -> bool:
        """Whether the list is drawn at a look between two beats."""
        view.refresh_in_between()
        QApplication.processEvents()
        found, paints[:] = bool(paints), []
        return found

    view.table.verticalScrollBar().setValue(500)
    drawn()
    first, last = view.table.span()
    half = (first + last) // 2
    known(made, range(first, half), is_bare=True)
    assert not drawn()
    known(made, range(half, last + 1), is_bare=True)
    assert drawn()
    known(made, range(first, half))
    assert not drawn()
    known(made, range(half, last + 1))
    assert drawn()
    assert not drawn()


def test_that_rows_on_their_way_are_drawn_once_after_a_jump_and_again_where_some_were_there_before_it(
    qtbot: QtBot,
) -> None:
    made = capture(2_000)
    view = view_on(qtbot, made)
    bar = view.table.verticalScrollBar()
    bar.setValue(500)
    assert view.refresh() is False  # Qt draws the rows that are on their way, and nothing has come since
    known(made, range(500, 540))
    assert view.refresh() is True
    first, last = view.table.span()
    made.known.pop((TOPIC, last))
    made.lists.revision += 1
    bar.setValue(first + 1)  # Qt moves what it has drawn, the row included that is not there any more
    assert view.refresh() is True


def test_that_only_rows_of_the_topic_are_listed_while_others_arrive_too(qtbot: QtBot) -> None:
    made = capture(10)
    view = view_on(qtbot, made)
    more(made, 90, "payments.failed.v1")
    more(made, 5)
    beat(view, made)
    assert view.table.records.rows == 15
    lines = [view.table.records.line(k) for k in range(15)]
    assert {line.row.topic for line in lines if line is not None} == {TOPIC}


def test_that_scrolling_up_stops_following_and_the_end_key_begins_it_again(qtbot: QtBot) -> None:
    made = capture(300)
    view = view_on(qtbot, made)
    view.table.verticalScrollBar().setValue(10)
    assert not view.following
    top = view.table.span()[0]
    more(made, 100)
    beat(view, made)
    assert view.table.span()[0] == top
    assert view.table.records.rows == 400
    QTest.keyClick(view.table, Qt.Key.Key_End)
    assert view.following
    assert view.table.span()[1] == 399


def test_that_selecting_a_record_stops_following_and_asks_for_its_details(qtbot: QtBot) -> None:
    made = capture(300)
    view = view_on(qtbot, made)
    QTest.mouseClick(view.table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(80, 60))
    beat(view, made)
    assert not view.following
    assert made.details is not None
    assert made.details.row == view.table.chosen()[0]
    view.bar.follow_button.click()
    assert view.following


def test_that_a_pause_holds_the_list_while_collecting_goes_on(qtbot: QtBot) -> None:
    made = capture(100)
    view = view_on(qtbot, made)
    view.bar.pause_button.click()
    more(made, 1_204)
    beat(view, made)
    assert view.table.records.rows == 100
    assert view.bar.pause_button.text() == "Paused · 1,204 new"
    view.bar.pause_button.click()
    beat(view, made)
    assert view.table.records.rows == 1_304
    assert view.bar.pause_button.text() == "Pause"


@pytest.mark.parametrize(
    ("known", "expected"),
    [(0, "the beginning"), (10_000, "the beginning"), (10_001, "15 min ago"), (None, "15 min ago")],
)
def test_that_a_small_topic_is_read_from_its_beginning_and_a_large_one_from_lately(
    qtbot: QtBot, known: int | None, expected: str
) -> None:
    assert start_for(known)[0] == expected
    made = MemoryCapture(topics=(Topic("a.v1", 3, known),))
    view = view_on(qtbot, made, "a.v1")
    assert made.tails == [("a.v1", start_for(known)[1])]
    assert view.bar.from_button.accessibleName() == f"From {expected}"


def test_that_a_topic_that_is_read_already_is_not_asked_for_again(qtbot: QtBot) -> None:
    made = capture(10)
    view_on(qtbot, made)
    assert made.tails == []


def test_that_a_capture_at_rest_is_only_shown(qtbot: QtBot) -> None:
    made = capture(100)
    made.stop()
    view = view_on(qtbot, made, "payments.failed.v1")
    assert made.tails == []
    assert not view.bar.follow_button.isVisible()
    assert not view.bar.from_button.isVisible()
    assert view._empty.text.startswith("No record of this topic")
    view.show_topic(opened(made), TOPIC)
    QTest.keyClick(view.table, Qt.Key.Key_End)
    assert view.table.chosen() == [99]


def test_that_another_beginning_can_be_asked_for(qtbot: QtBot) -> None:
    made = capture(10)
    view = view_on(qtbot, made)
    view.read_from("1 h ago", Position("ago", 3_600_000))
    assert made.tails == [(TOPIC, Position("ago", 3_600_000))]
    assert view.bar.from_button.text() == "1 h ago"
    assert view.following


def test_that_an_empty_live_topic_says_since_when_and_offers_the_beginning(qtbot: QtBot) -> None:
    made = MemoryCapture(topics=(Topic("a.v1", 3, 50_000),))
    view = view_on(qtbot, made, "a.v1")
    assert view._empty.text == "No record since 15 min ago New ones appear here as they arrive."
    view._empty.button.click()
    assert made.tails[-1] == ("a.v1", Position("beginning"))
    assert view._empty.text.startswith("No record New ones")


def test_that_what_arrives_after_the_end_of_collecting_is_followed_too(qtbot: QtBot) -> None:
    made = capture(100)
    view = view_on(qtbot, made)
    made.stop()
    beat(view, made)
    assert not view.following
    more(made, 50)
    beat(view, made)
    assert view.table.span()[1] == 149


@pytest.mark.parametrize(("as_json", "form"), [(False, "text"), (True, "JSON")])
def test_that_selected_records_are_copied_and_it_is_said(qtbot: QtBot, as_json: bool, form: str) -> None:
    made = capture(30)
    view = view_on(qtbot, made)
    view.table.choose(3)
    QTest.keyClick(view.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    said: list[str] = []
    view.said.connect(said.append)
    view.copy(as_json)
    beat(view, made)
    assert said == [f"Copied 2 records as {form}."]
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("{") is as_json


def test_that_copying_nothing_or_too_much_is_answered_with_a_sentence(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = capture(30)
    view = view_on(qtbot, made)
    said: list[str] = []
    view.said.connect(said.append)
    view.copy(False)
    monkeypatch.setattr(records, "COPY_MOST", 10)
    view.table.selectAll()
    view.copy(False)
    assert said == [
        "Select records to copy them.",
        "Select at most 10 records to copy them; save the capture to keep more.",
    ]


def test_that_a_record_is_found_by_its_name_or_said_to_be_missing(qtbot: QtBot) -> None:
    made = capture(300)
    view = view_on(qtbot, made)
    said: list[str] = []
    view.said.connect(said.append)
    view.choose(RecordName(TOPIC, 1, 1_184_030))
    beat(view, made)
    assert view.table.chosen() == [91]
    first, last = view.table.span()
    assert first <= 91 <= last
    view.choose(RecordName(TOPIC, 1, 7))
    beat(view, made)
    assert said == [f"This capture does not hold {TOPIC}[1]@7."]


def test_that_a_topic_that_begins_anew_is_listed_anew(qtbot: QtBot) -> None:
    made = capture(300)
    view = view_on(qtbot, made)
    made.held[TOPIC] = made.held[TOPIC][:20]
    made.known.clear()
    beat(view, made)
    assert view.table.records.rows == 20


# Orders and filters


def choose(view: RecordsView, made: MemoryCapture, k: int) -> None:
    view.follow(False)
    view.table.choose(k)
    beat(view, made)


def offsets(view: RecordsView) -> list[int]:
    """Of the rows at the top of the page."""
    lines = [view.table.records.line(at) for at in range(3)]
    return [line.row.offset for line in lines if line is not None]


def test_that_a_click_on_a_head_sorts_the_next_one_turns_and_the_third_gives_the_arrival_back(qtbot: QtBot) -> None:
    made = capture(200)
    view = view_on(qtbot, made)
    arrived = [row.offset for row in made.held[TOPIC]]
    header = view.table.horizontalHeader()
    for wanted in (sorted(arrived), sorted(arrived, reverse=True), arrived):
        x = header.sectionViewportPosition(OFFSET) + 20
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(x, 8))
        beat(view, made)
        view.table.scrollToTop()
        beat(view, made)
        assert offsets(view) == wanted[:3]
    assert view.list == TOPIC


def test_that_a_word_leaves_only_the_records_that_hold_it_and_escape_gives_all_back(qtbot: QtBot) -> None:
    made = capture(200)
    view = view_on(qtbot, made)
    word = made.held[TOPIC][57].key
    view.go_to_the_filter()
    QTest.keyClicks(view.bar.filter, word)
    QTest.keyClick(view.bar.filter, Qt.Key.Key_Return)
    beat(view, made)
    hits = [row for row in made.held[TOPIC] if word in row.key or word in row.value]
    assert 0 < view.table.records.rows == len(hits) < 200
    assert view.bar.count.text.strip() == f"{len(hits)} of 200 records"
    QTest.keyClick(view.bar.filter, Qt.Key.Key_Escape)
    beat(view, made)
    assert (view.list, view.table.records.rows) == (TOPIC, 200)


def test_that_a_word_nobody_holds_is_said_and_an_empty_page_offers_no_reading(qtbot: QtBot) -> None:
    made = capture(200)
    view = view_on(qtbot, made)
    view.hold("no such word")
    assert view._empty.text == "Looking …"
    beat(view, made)
    assert view._empty.text.startswith("No record holds “no such word”")


def test_that_what_arrives_behind_a_sorted_list_is_counted_and_can_be_sorted_in(qtbot: QtBot) -> None:
    made = capture(200)
    view = view_on(qtbot, made)
    view.turn(OFFSET)
    beat(view, made)
    assert (view.following, view.bar.again_button.isVisible(), view.bar.pause_button.isVisible()) == (
        False,
        False,
        False,
    )
    more(made, 5)
    beat(view, made)
    assert view.table.records.rows == 200
    assert "5 newer" in view.bar.count.text
    QTest.mouseClick(view.bar.again_button, Qt.MouseButton.LeftButton)
    beat(view, made)
    assert view.table.records.rows == 205
    view.follow(True)
    beat(view, made)
    assert (view.list, view.following) == (TOPIC, True)


def test_that_the_format_is_not_sorted_by_and_says_why(qtbot: QtBot) -> None:
    made = capture(20)
    view = view_on(qtbot, made)
    with qtbot.waitSignal(view.said) as said:
        view.turn(FORMAT)
    assert said.args == ["The format is found out record by record, so that records are not sorted by it."]
    assert view.list == TOPIC


# What was dropped, and what was looked at


def test_that_dropped_rows_go_at_the_top_and_the_selected_record_stays(qtbot: QtBot) -> None:
    made = capture(200)
    view = view_on(qtbot, made)
    choose(view, made, 150)
    made.firsts[TOPIC] = 120
    made.revision += 1
    beat(view, made)
    line = view.table.current_line()
    assert line is not None
    assert line.row is made.held[TOPIC][150]
    assert (view.table.records.rows, view.table.records.first, view.table.chosen()) == (80, 120, [150])


def test_that_rows_on_the_screen_count_as_seen_and_all_do_while_it_follows(qtbot: QtBot) -> None:
    made = capture(200)
    view = view_on(qtbot, made)
    assert made.looks[-1] == (TOPIC, 200)
    view.follow(False)
    made.looks.clear()
    view.table.scrollToTop()
    beat(view, made)
    assert made.looks[-1] == (TOPIC, view.table.span()[1] + 1)


def test_that_a_jump_asks_for_its_rows_at_once(qtbot: QtBot) -> None:
    made = capture(2_000)
    view = view_on(qtbot, made)
    view.follow(False)
    with qtbot.waitSignal(view.waits):
        view.table.verticalScrollBar().setValue(500)
    assert made.wanted[-1][1] == 500
    made.wanted.clear()
    view.refresh()  # the very next beat, whenever the list was painted last
    assert made.wanted[-1][1] == 500


# Several topics


def test_that_another_topic_is_merged_by_time_with_its_name_and_taken_out_again(qtbot: QtBot) -> None:
    made = capture(20)
    other = "payments.authorised.v3"
    made.add(*(row(k, other) for k in range(20)))
    view = view_on(qtbot, made)
    assert view.table.isColumnHidden(TOPIC_COLUMN)
    view.add_topic(opened(made), other)
    beat(view, made)
    assert (view.topic, view.table.records.rows) == ("", 40)
    assert not view.table.isColumnHidden(TOPIC_COLUMN)
    assert "2 topics by timestamp" in view.bar.count.text
    assert (view.bar.follow_button.isVisible(), view.bar.from_button.isVisible(), view.following) == (True, False, True)
    view.add_topic(opened(made), other)
    beat(view, made)
    assert (view.list, view.table.records.rows) == (TOPIC, 20)
    assert view.table.isColumnHidden(TOPIC_COLUMN)


OTHER = "payments.authorised.v3"


def merged_view(qtbot: QtBot, made: MemoryCapture) -> RecordsView:
    """A live list of two topics by time."""
    made.add(*(row(k, OTHER) for k in range(200)))
    view = view_on(qtbot, made)
    view.add_topic(opened(made), OTHER)
    beat(view, made)
    return view


def test_that_records_come_into_a_merged_list_and_the_newest_stay_on_the_screen(qtbot: QtBot) -> None:
    made = capture(200)
    view = merged_view(qtbot, made)
    assert view.following
    made.come_in(view.list, 395, row(200, OTHER), row(201, OTHER))
    made.come_in(view.list, 402, row(202, OTHER))
    beat(view, made)
    assert (view.table.records.rows, view.table.is_at_the_end, view.following) == (403, True, True)
    lines = [view.table.records.line(at) for at in range(394, 403)]
    assert [line.row for line in lines if line is not None] == made.held[view.list][394:]


def test_that_the_end_of_a_merged_list_is_seen_when_it_is_on_the_screen(qtbot: QtBot) -> None:
    made = capture(200)
    view = merged_view(qtbot, made)
    view.follow(False)
    view.table.scrollToTop()
    made.looks.clear()
    beat(view, made)
    assert made.looks[-1] == (view.list, view.table.span()[1] + 1)
    assert view.table.span()[1] < 200
    view.table.scrollToBottom()
    beat(view, made)
    assert made.looks[-1] == (view.list, 400)


def test_that_a_merged_list_can_be_held_still_and_says_how_many_wait(qtbot: QtBot) -> None:
    made = capture(200)
    view = merged_view(qtbot, made)
    view.pause()
    assert made.still == view.list
    more(made, 3)
    beat(view, made)
    assert "3 new" in view.bar.pause_button.text()
    view.pause()
    assert made.still == ""


def test_that_records_that_are_too_late_to_come_in_are_counted_and_can_be_sorted_in(qtbot: QtBot) -> None:
    made = capture(200)
    view = merged_view(qtbot, made)
    made.orders[view.list].is_late = True
    more(made, 3)
    beat(view, made)
    assert "3 newer" in view.bar.count.text
    assert view.bar.again_button.isVisible()
    assert not view.bar.pause_button.isVisible()
    view.sort_again()
    beat(view, made)
    assert view.table.records.rows == 403


def test_that_a_word_nobody_holds_stays_said_while_more_is_looked_through(qtbot: QtBot) -> None:
    made = capture(20)
    view = view_on(qtbot, made)
    view.hold("nobody")
    beat(view, made)
    order = made.orders[view.list]
    order.asked, order.of = 2, 40  # what arrived since is looked through
    beat(view, made, 2)
    assert view._empty.text.startswith("No record holds “nobody”")
    assert "looking" not in view.bar.count.text
    assert made.looks[-1] == (view.list, 0), "the end of a list without a row is seen: a backlog at its limit goes on"
