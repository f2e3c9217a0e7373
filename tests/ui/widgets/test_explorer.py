"""The explorer: which topics it shows, how fast it filters, how it is used."""

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from meshdesk.model.lag import Commit, Lags
from meshdesk.session.pictures import Pictures
from meshdesk.ui.widgets.explorer import BEATS_BETWEEN, Explorer
from meshdesk.ui.widgets.explorer_model import TopicModel
from tests.ui.memory import MemoryCapture, Topic, capture, opened
from tests.unit.model.facts import SEEN, company

BUDGET_MS = 16  # of work: what other programs do meanwhile does not count


def lags(behind: int) -> Lags:
    """Of a group that reads three partitions."""
    keys = [("orders.placed.v1", n) for n in range(3)]
    commits = {"billing": dict.fromkeys(keys, Commit(1_000 - behind, SEEN))}
    return Lags(commits, {}, dict.fromkeys(keys, (SEEN, 1_000)), dict.fromkeys(keys, 0))


def names(model: TopicModel) -> list[str]:
    return [entry.text for entry in model.entries]


def explorer_on(qtbot: QtBot, *captures: MemoryCapture) -> Explorer:
    explorer = Explorer()
    qtbot.addWidget(explorer)
    explorer.resize(264, 600)
    explorer.show()
    explorer.refresh([opened(made) for made in captures])
    return explorer


def large() -> MemoryCapture:
    topics = tuple(
        Topic(f"domain-{k % 40:02d}.product-{k % 400:03d}.event-{k:05d}.v1", 6, k, 1.5 * k) for k in range(10_000)
    )
    return MemoryCapture("large", topics=topics)


def test_that_topics_stand_below_their_capture_and_internal_ones_are_folded(qtbot: QtBot) -> None:
    explorer = explorer_on(qtbot, capture())
    shown = names(explorer.list.topics)
    assert shown[0] == "acme-prod"
    assert shown[1] == "baskets.changed.v1"
    assert shown[-1] == "Internal"
    assert "__consumer_offsets" not in shown


def test_that_two_captures_stand_one_below_the_other(qtbot: QtBot) -> None:
    explorer = explorer_on(qtbot, capture(), capture(title="other"))
    assert [text for text in names(explorer.list.topics) if text in ("acme-prod", "other")] == ["acme-prod", "other"]


def test_that_every_word_of_the_filter_has_to_be_in_the_name(qtbot: QtBot) -> None:
    explorer = explorer_on(qtbot, capture())
    QTest.keyClicks(explorer.filter, "V1 ord")
    assert names(explorer.list.topics) == ["acme-prod", "orders.cancelled.v1", "orders.placed.v1"]
    explorer.filter.setText("consumer")
    assert names(explorer.list.topics) == ["acme-prod", "Internal", "__consumer_offsets"]
    explorer.filter.setText("no such topic")
    assert explorer._nothing.text == "No topic has these words in its name."


def test_that_a_key_in_the_filter_is_answered_within_a_frame_among_ten_thousand_topics(qtbot: QtBot) -> None:
    explorer = explorer_on(qtbot, large())
    took = []
    for text in ("e", "ev", "eve", "event", "event-0", "event-00", "event-001", "event-00", "event", ""):
        began = time.thread_time()
        explorer.filter.setText(text)
        explorer.list.grab()
        took.append((time.thread_time() - began) * 1000)
    assert sorted(took)[len(took) // 2] < BUDGET_MS
    assert explorer.list.topics.passing == 10_000


def test_that_new_numbers_change_no_line_and_new_names_do(qtbot: QtBot) -> None:
    made = capture()
    explorer = explorer_on(qtbot, made)
    before = names(explorer.list.topics)
    with qtbot.assertNotEmitted(explorer.list.topics.modelReset):
        made.topics = tuple(Topic(topic.name, 6, 1, 5.0, 77, False, topic.internal) for topic in made.topics)
        explorer.list.topics.update([opened(made)])
    assert names(explorer.list.topics) == before
    assert explorer.list.topics.entries[1].amount == "77"
    made.topics = (*made.topics, Topic("zz.new.v1"))
    made.revision += 1
    explorer.list.topics.update([opened(made)])
    assert "zz.new.v1" in names(explorer.list.topics)


def test_that_numbers_wait_while_something_else_is_drawn_and_not_for_long(qtbot: QtBot) -> None:
    made = capture()
    explorer = explorer_on(qtbot, made)

    def beats(rows: int, has_turn: bool) -> int:
        """How many it takes until so many rows are shown."""
        made.topics = tuple(Topic(topic.name, 6, 1, 5.0, rows) for topic in made.topics)
        made.revision += 1
        for beat in range(1, 10 * BEATS_BETWEEN):
            explorer.refresh([opened(made)], has_turn)
            if explorer.list.topics.entries[1].amount == str(rows):
                return beat
        return 0

    beats(1, has_turn=True)
    assert beats(2, has_turn=True) == BEATS_BETWEEN
    assert beats(3, has_turn=False) == 2 * BEATS_BETWEEN


def test_that_the_model_keeps_qts_rules(qtbot: QtBot) -> None:
    model = TopicModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    made = opened(capture())
    model.update([made])
    model.fold(len(model.entries) - 1)
    model.show([made], ("orders",))
    model.fold(0, True)
    model.show([], ())
    assert model.rowCount() == 0


def test_that_a_capture_at_rest_has_no_rates(qtbot: QtBot) -> None:
    made = capture()
    made.stop()
    explorer = explorer_on(qtbot, made)
    placed = explorer.list.topics.entries[explorer.list.topics.row_of(opened(made), "orders.placed.v1")]
    assert (placed.rate, placed.amount) == ("", "60")


def test_that_click_and_enter_open_a_topic_and_arrows_only_go_there(qtbot: QtBot) -> None:
    explorer = explorer_on(qtbot, capture())
    asked: list[str] = []
    explorer.opened.connect(lambda _, topic: asked.append(topic))
    rect = explorer.list.visualRect(explorer.list.topics.index(1))
    QTest.mouseClick(explorer.list.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert asked == ["baskets.changed.v1"]
    QTest.keyClick(explorer.list, Qt.Key.Key_Down)
    assert asked == ["baskets.changed.v1"]
    QTest.keyClick(explorer.list, Qt.Key.Key_Return)
    assert asked == ["baskets.changed.v1", "fraud.scored.v2"]


def test_that_enter_in_the_filter_opens_the_first_hit_and_down_goes_to_the_list(qtbot: QtBot) -> None:
    explorer = explorer_on(qtbot, capture())
    with qtbot.waitSignal(explorer.opened) as asked:
        QTest.keyClicks(explorer.filter, "failed")
        QTest.keyClick(explorer.filter, Qt.Key.Key_Return)
    assert asked.args[1] == "payments.failed.dlq"
    QTest.keyClick(explorer.filter, Qt.Key.Key_Down)
    assert explorer.list.currentIndex().data() == "payments.failed.dlq"
    QTest.keyClick(explorer.filter, Qt.Key.Key_Escape)
    assert explorer.filter.text() == ""


def test_that_left_and_right_fold_and_unfold(qtbot: QtBot) -> None:
    explorer = explorer_on(qtbot, capture())
    model = explorer.list.topics
    explorer.list.setCurrentIndex(model.index(len(model.entries) - 1))
    QTest.keyClick(explorer.list, Qt.Key.Key_Right)
    assert "__consumer_offsets" in names(model)
    explorer.list.setCurrentIndex(model.index(0))
    QTest.keyClick(explorer.list, Qt.Key.Key_Left)
    assert names(model) == ["acme-prod"]


@pytest.mark.parametrize("name", ["a" * 249, "نص.عربي.طويل." * 15, "中文" * 80])
def test_that_a_long_name_leaves_its_numbers_room(qtbot: QtBot, name: str) -> None:
    made = MemoryCapture("acme", topics=(Topic(name, 3, 10, 812.0, 3_000),))
    explorer = explorer_on(qtbot, made)
    with_name = explorer.list.grab().toImage()
    made.topics = (Topic("a", 3, 10, 812.0, 0),)
    explorer.list.topics.update([opened(made)])
    short_name = explorer.list.grab().toImage()
    right = range(explorer.list.viewport().width() - 12 - 36, explorer.list.viewport().width())
    assert all(with_name.pixel(x, y) == short_name.pixel(x, y) for x in right for y in range(26, 52))


def test_that_what_passes_a_filter_is_not_folded_away_and_the_down_key_goes_to_the_first_hit(qtbot: QtBot) -> None:
    explorer = explorer_on(qtbot, capture())
    model = explorer.list.topics
    model.fold(0)
    assert names(model) == ["acme-prod"]
    QTest.keyClicks(explorer.filter, "orders")
    shown = names(model)
    assert len(shown) == 4
    assert not model.is_folded(0)
    model.fold(0)  # does nothing: it could not be seen
    assert names(model) == shown
    QTest.keyClick(explorer.filter, Qt.Key.Key_Down)
    assert model.entries[explorer.list.currentIndex().row()].text == "orders.amended.v2"
    explorer.filter.clear()
    assert names(model) == ["acme-prod"]


def test_that_what_is_not_heard_of_any_more_has_no_rate(qtbot: QtBot) -> None:
    made = MemoryCapture(topics=(Topic("deleted", partitions=0, rate=12.0), Topic("orders", rate=12.0)))
    explorer = explorer_on(qtbot, made)
    assert [entry.rate for entry in explorer.list.topics.entries] == ["", "", "12/s"]
    made.is_reached = False
    assert [entry.rate for entry in explorer.list.topics.entries] == ["", "", ""]


def test_that_a_lag_that_was_asked_for_too_early_is_shown_when_it_is_counted(qtbot: QtBot) -> None:
    """As in a file whose playhead was moved: nothing else comes that would have the lines made anew."""
    now = [0.0]
    made = MemoryCapture("acme", mesh=company(), lags=lags(20), pictures=Pictures(clock=lambda: now[0]))
    explorer = explorer_on(qtbot, made)

    def shows(offsets: int) -> bool:
        for _ in range(BEATS_BETWEEN):
            explorer.refresh([opened(made)])
        totals = [entry.total for entry in explorer.list.topics.entries if entry.total is not None]
        return offsets in [total.offsets for total in totals]

    qtbot.waitUntil(lambda: shows(60), timeout=30_000)
    made.lags = lags(10)
    made.revision += 1
    assert not shows(30)  # lags are counted once a second
    now[0] = 10.0
    qtbot.waitUntil(lambda: shows(30), timeout=30_000)
