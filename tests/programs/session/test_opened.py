"""An open capture: what the window may ask of it, what it says when it goes wrong, and a collect program that dies."""

import os
import shutil
from contextlib import ExitStack
from pathlib import Path

import pytest

from meshdesk.demo.broker import Broker
from meshdesk.model.listing import Listing
from meshdesk.model.position import Position
from meshdesk.model.record import RecordName
from meshdesk.session import intake
from meshdesk.session import opened as session_opened
from meshdesk.session.connection import Connection
from meshdesk.session.opened import Opened
from meshdesk.session.session import Session
from tests.broker.collect.producing import New, produce
from tests.kafka import MakeTopic
from tests.programs.live import live_on
from tests.programs.running import SECONDS, gone, records_in
from tests.programs.session.serving import program, sentences, settle, shown, stopped, turn

NOBODY = Connection("127.0.0.1:1")


# A file


def test_that_a_stored_capture_opens_with_its_topics_its_numbers_and_when_it_was_recorded(
    session: Session, folder: Path
) -> None:
    opened = session.open_file(folder)
    assert (opened.state, opened.state_text, opened.title) == ("opening", "opening …", "c")
    settle(session)
    assert (opened.state, opened.title) == ("ended", "127.0.0.1:9092")
    assert opened.state_text.startswith("recorded ")
    assert {topic.name: topic.rows for topic in opened.topics} == {"t": 120, "u": 1}
    assert not any(topic.tailing for topic in opened.topics)
    assert (opened.lists.rows("t"), opened.lists.rows("nobody")) == (120, 0)
    assert (opened.status.rows, opened.status.rows_rate, opened.status.behind, opened.status.dropped) == (
        121,
        0,
        None,
        0,
    )
    assert opened.status.bytes == sum(record.size for record in records_in(folder))
    assert sentences(session) == []


# A file that is none, or is gone


def test_that_what_is_no_capture_is_said_once_and_every_question_to_it_ends(session: Session, tmp_path: Path) -> None:
    (tmp_path / "diary.meshcap").write_text("Dear diary")
    opened = session.open_file(tmp_path / "diary.meshcap")
    found: list[int | str | None] = []
    copied: list[str] = []
    saved: list[str] = []
    opened.lists.want("t", 0, 40)
    opened.chosen.select("t", 3)
    opened.lists.find(RecordName("t", 0, 0), found.append, lambda: found.append("failed"))
    opened.lists.copy("t", [1], True, copied.append)
    opened.save(tmp_path / "copy.meshcap", saved.append)
    settle(session)
    assert (opened.state, opened.state_text, opened.topics) == ("failed", "cannot be opened", ())
    assert len([said for said in sentences(session) if "is not a MeshDesk capture" in said]) == 1
    assert (found, copied) == (["failed"], [])
    assert ["is not a MeshDesk capture" in said for said in saved] == [True]
    assert not (tmp_path / "copy.meshcap").exists()


def test_that_damage_is_said_once_and_all_that_is_whole_is_shown(session: Session, folder: Path) -> None:
    with (folder / "index-1-000").open("ab") as index:
        index.write(b"torn")
    opened = session.open_file(folder)
    opened.lists.want("t", 0, 2)
    settle(session)
    (said,) = sentences(session)
    assert "in the middle of a write" in said
    opened.lists.want("t", 0, 2)
    settle(session)
    assert shown(opened, "t", 0, 2) == ["0", "1", "2"]
    assert session.troubles[0].count == 1


def test_that_reading_a_topic_of_a_file_asks_for_nothing(session: Session, folder: Path) -> None:
    opened = session.open_file(folder)
    settle(session)
    opened.tail("t", Position("beginning"))
    opened.read_to_end("t", Position("beginning"))
    opened.stop_tail("t")
    opened.stop()
    settle(session)
    assert (opened.state, opened.reading) == ("ended", frozenset())


def test_that_opening_is_a_work_that_can_be_cancelled(session: Session, folder: Path) -> None:
    opened = session.open_file(folder)
    assert opened.works.runs("opening")
    settle(session)
    assert not opened.works.runs("opening")
    assert session.works == ()
    other = session.open_file(folder)
    opening = other.works._begun["opening"].work  # before it has run long enough to be told
    assert opening.cancel is not None
    opening.cancel()
    assert session.captures == [opened]
    settle(session)


def test_that_a_backlog_is_told_until_reading_keeps_up(session: Session) -> None:
    opened = session.connect(Connection("127.0.0.1:1"))
    said = {"connected": True, "reading": ["orders", "payments"], "dropped": 0}
    assert opened.collect is not None
    with stopped(opened.collect.pid):  # it would say that it reads nothing
        opened._progress({**said, "behind": 900})
        assert not opened.works.runs("reading")  # a tail that keeps up
        for behind in (60_000, 30_000):
            opened._progress({**said, "behind": behind})
        turn(session, lambda: session.works, "the backlog to be told")
        (work,) = [work for work in session.works if work.text.startswith("Reading")]
        assert (work.unit, work.of) == ("records", 30_000)
        opened._progress({**said, "behind": 0})
        assert not opened.works.runs("reading")
    settle(session)


# Live, without a broker


def test_that_a_connection_that_finds_nobody_says_so_and_can_be_stopped(session: Session) -> None:
    opened = session.connect(NOBODY)
    assert (opened.state, opened.state_text, opened.title) == ("connecting", "connecting …", "127.0.0.1:1")
    turn(session, lambda: any("127.0.0.1:1" in said for said in sentences(session)), "a word on the closed port")
    assert opened.state == "connecting"
    opened.stop()
    turn(session, lambda: opened.collect is None, "the end of collect")
    settle(session)
    assert (opened.state, opened.state_text) == ("ended", "recorded, empty")


def test_that_a_capture_that_cannot_be_read_any_more_stops_collecting(session: Session) -> None:
    opened = session.connect(NOBODY)
    assert opened.collect is not None
    pid, live = opened.collect.pid, opened.folder
    assert live is not None
    turn(session, lambda: (live / "index-1-000").exists(), "the first file")
    shutil.rmtree(live)
    turn(session, lambda: opened.state == "failed", "the sentence")
    assert any("is gone" in said for said in sentences(session))
    turn(session, lambda: opened.collect is None and gone(pid), "the end of collect")
    settle(session)


# Live


def test_that_a_topic_that_is_read_is_shown_counted_and_stopped(
    session: Session, broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic = make_topic(2)
    produce(broker.bootstrap, topic, [New(b"%d" % n, partition=n % 2) for n in range(100)])
    opened = live_on(session, broker)
    assert opened.state_text == "read-only"
    turn(session, lambda: any(known.name == topic for known in opened.topics), "the topic to be known")
    opened.tail(topic, Position("beginning"))
    assert not opened.idle
    turn(session, lambda: opened.status.rows == 100 and opened.status.behind == 0, "all rows")
    turn(session, lambda: opened.reading == {topic}, "the topic being read")
    assert [known.name for known in opened.topics if known.tailing] == [topic]
    opened.lists.want(topic, 0, 99)
    settle(session)
    assert sorted(map(int, shown(opened, topic, 0, 99))) == list(range(100))
    opened.stop_tail(topic)
    turn(session, lambda: not opened.reading, "no topic being read")
    opened.stop()
    turn(session, lambda: opened.state == "ended" and opened.collect is None, "the end")
    settle(session)
    assert (opened.status.rows, opened.status.behind, opened.status.rows_rate) == (100, None, 0.0)
    assert not any(known.tailing for known in opened.topics)
    assert sentences(session) == []


def test_that_a_pause_at_the_limit_is_said_until_it_is_over_and_what_is_dropped_makes_no_rate_negative(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic = make_topic()
    produce(broker.bootstrap, topic, [New(os.urandom(2_000)) for _ in range(5_000)])
    session = Session(tmp_path / "captures", capture_limit=2_000_000)
    rates: list[float] = []

    def paused() -> bool:
        rates.append(opened.status.rows_rate)
        return bool(opened.status.paused)

    try:
        opened = live_on(session, broker)
        opened.tail(topic, Position("beginning"))
        turn(session, paused, "reading to be paused")
        turn(session, lambda: any("is paused" in said for said in sentences(session)), "the pause to be said")
        opened.looked(topic, 5_000)
        turn(session, lambda: not paused() and opened.status.behind == 0, "the end")
        assert not any("is paused" in said for said in sentences(session))
        assert opened.status.dropped
        turn(session, lambda: not paused() and opened.status.rows_rate == 0, "rest")
        assert min(rates) >= 0
    finally:
        session.close()


@pytest.mark.parametrize(("word", "hits"), [("needle", 100), ("nobody", 0)])
def test_that_a_search_in_a_backlog_pauses_at_the_limit_until_its_hits_were_seen_and_none_is_dropped_unseen(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path, word: str, hits: int
) -> None:
    topic = make_topic()
    rare = {n: b"needle %d" % n for n in range(0, 5_000, 50)}
    produce(broker.bootstrap, topic, [New(rare.get(n, b"") + os.urandom(2_000)) for n in range(5_000)])
    session = Session(tmp_path / "captures", capture_limit=2_000_000)
    try:
        opened = live_on(session, broker)
        name = opened.lists.arrange(Listing((topic,), word=word))
        opened.tail(topic, Position("beginning"))
        order = opened.lists.order(name)
        assert order is not None

        def has_looked() -> bool:
            return order.is_made and order.ends == [opened.lists.rows(topic)] != [0]

        turn(session, lambda: opened.status.paused and has_looked(), "the pause, and all that is there looked through")
        assert opened.status.dropped == 0
        assert order.rows or not hits
        turn(session, lambda: any("is paused" in said for said in sentences(session)), "the pause to be said")
        opened.seen(name, order.rows - 1)
        assert opened.status.paused, "not all of its hits were seen"

        def sees() -> bool:
            opened.seen(name, order.rows)
            is_paused = opened.status.paused and opened.status.dropped and opened.lists.rows(topic) > order.ends[0]
            return opened.status.behind == 0 or bool(is_paused)

        with ExitStack() as held:
            for pid in session.pids["work"]:
                held.enter_context(stopped(pid))
            turn(session, sees, "another pause, as what arrives is not looked through by now")
            assert opened.status.dropped <= order.ends[0]
        turn(session, lambda: sees() and order.ends == [5_000], "the end")
        assert (order.rows, opened.status.dropped > 0) == (hits, True)
    finally:
        session.close()


# A collect program that says once that nothing answers when row 1 was seen, pauses at row 2 and 4, and goes on at 3 and 5.
SAYS = """
from meshdesk.pipes import Pipes

pipes = Pipes()
paused = ""
while (message := pipes.messages.get()) is not None:
    k = message.get("k", 0)
    if k == 1:
        silence = {"text": "Nothing answers.", "about": "127.0.0.1:1", "severity": "attention"}
        pipes.send({"is": "trouble", "passes": True, **silence})
    elif k:
        paused = "" if k % 2 else "Reading is paused: it is full."
    pipes.send({"is": "progress", "connected": True, "reading": [], "paused": paused})
"""


@pytest.fixture
def says(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    program(tmp_path / "says.py", SAYS, monkeypatch)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    opened = session.connect(NOBODY)
    turn(session, lambda: opened.state == "live", "to be connected")
    return opened


def test_that_a_silence_of_which_nothing_more_is_said_is_taken_back(
    session: Session, says: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_opened, "PASSED", 0.3)
    says.looked("t", 1)
    turn(session, lambda: sentences(session) == ["Nothing answers."], "the silence to be said")
    turn(session, lambda: not sentences(session), "the silence to be taken back")


def test_that_a_pause_that_lasts_is_said_and_taken_back_at_the_word_that_it_is_over(
    session: Session, says: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "PAUSED", 0.3)
    says.looked("t", 2)
    turn(session, lambda: says.status.paused, "the pause")
    assert sentences(session) == [], "it may be over in a moment"
    turn(session, lambda: sentences(session) == ["Reading is paused: it is full."], "the pause to be said")
    says.looked("t", 3)
    turn(session, lambda: not says.status.paused, "the end of the pause")
    assert sentences(session) == []


def test_that_a_pause_that_is_over_in_a_moment_is_not_said(
    session: Session, says: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "PAUSED", SECONDS)
    for k in (2, 4):
        says.looked("t", k)
        turn(session, lambda: says.status.paused, "the pause")
        says.looked("t", k + 1)
        turn(session, lambda: not says.status.paused, "its end")
        assert sentences(session) == []
    monkeypatch.setattr(intake, "PAUSED", 0.0)
    session.beat()
    assert sentences(session) == [], "nothing of it is left"


def test_that_a_cluster_that_stops_answering_is_shown_so_until_it_answers_again(
    session: Session, fresh_broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_opened, "PASSED", 4.0)  # a client that has had a connection tries again sooner
    opened = live_on(session, fresh_broker)
    fresh_broker.kill()
    turn(session, lambda: opened.state_text == "does not answer", "the silence to be seen")
    turn(session, lambda: any("Nothing answers" in said for said in sentences(session)), "the silence to be said")
    assert opened.state == "live"
    fresh_broker.resume()
    turn(session, lambda: opened.state_text == "read-only", "an answer")
    turn(session, lambda: not sentences(session), "the trouble to be taken back")


def test_that_nobody_is_said_to_keep_trying_once_collecting_has_ended(session: Session, fresh_broker: Broker) -> None:
    opened = live_on(session, fresh_broker)
    fresh_broker.kill()
    turn(session, lambda: any("keeps trying" in said for said in sentences(session)), "the silence to be said")
    opened.stop()
    turn(session, lambda: opened.state == "ended", "the end of collecting")
    silent = f"Nothing answers at {fresh_broker.bootstrap}. Check the host and the port, and whether the broker runs."
    assert sentences(session) == [silent]


def test_that_a_topic_that_is_not_there_is_refused_and_nothing_waits_for_it(session: Session, broker: Broker) -> None:
    opened = live_on(session, broker)
    opened.tail("no.such.topic", Position("beginning"))
    turn(session, lambda: any("There is no topic no.such.topic" in said for said in sentences(session)), "the sentence")
    settle(session)
    assert opened.state == "live"
