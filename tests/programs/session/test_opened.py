"""An open capture: what the window may ask of it, what it says when it goes wrong, and a collect program that dies."""

import json
import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from meshdesk.demo.broker import Broker
from meshdesk.demo.registry import Schema, SchemaRegistry
from meshdesk.model.decode_as import about_record, about_topic
from meshdesk.model.listing import Listing
from meshdesk.model.position import Position
from meshdesk.model.record import RecordName
from meshdesk.session import opened as session_opened
from meshdesk.session.connection import Connection
from meshdesk.session.opened import Opened
from meshdesk.session.session import Session
from tests.broker.collect.listening import closed_port
from tests.broker.collect.producing import New, produce
from tests.kafka import MakeTopic
from tests.programs.live import live_on
from tests.programs.running import gone, records_in
from tests.programs.session.serving import program, sentences, settle, stand_by, stopped, turn
from tests.unit.capture.making import SEEN, Rec, made_capture

NOBODY = Connection("127.0.0.1:1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two topics: t with the values 0, 1 … 119, and u."""
    t = [Rec(k % 2, k // 2, SEEN + k * 60_000, value=b"%d" % k) for k in range(120)]
    return made_capture(tmp_path / "c", {"t": [t[:60], t[60:]], "u": [[Rec(0, 0)]]})


def shown(opened: Opened, topic: str, first: int, last: int) -> list[str]:
    rows = [opened.row(topic, k) for k in range(first, last + 1)]
    return [row.value for row in rows if row is not None]


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
    assert (opened.rows("t"), opened.rows("nobody")) == (120, 0)
    assert (opened.status.rows, opened.status.rows_rate, opened.status.behind, opened.status.dropped) == (
        121,
        0,
        None,
        0,
    )
    assert opened.status.bytes == sum(record.size for record in records_in(folder))
    assert sentences(session) == []


def test_that_the_rows_that_are_wanted_come_and_those_of_another_topic_are_not_among_them(
    session: Session, folder: Path
) -> None:
    opened = session.open_file(folder)
    settle(session)
    before = opened.row_revision
    opened.want("t", 50, 70)
    settle(session)
    assert opened.row_revision > before
    assert shown(opened, "t", 50, 70) == [str(k) for k in range(50, 71)]
    assert opened.row("u", 0) is None


def test_that_only_the_newest_selection_is_shown(session: Session, folder: Path) -> None:
    opened = session.open_file(folder)
    settle(session)
    for k in (3, 90, 7):
        opened.select("t", k)
        assert opened.details is None
    settle(session)
    assert opened.details is not None
    assert opened.details.value.text == "7"
    opened.select("t", 8)
    opened.select("t", None)  # the answer to the one before is still on its way
    settle(session)
    assert opened.details is None


def test_that_parts_and_texts_of_the_selected_record_are_fetched_and_of_no_other(
    session: Session, tmp_path: Path
) -> None:
    value = json.dumps({"lines": list(range(2_000))}).encode()
    folder = made_capture(tmp_path / "large", {"t": [[Rec(0, 0, value=value), Rec(0, 1, value=b"[1]")]]})
    opened = session.open_file(folder)
    settle(session)
    came: list[object] = []
    opened.fetch_parts("value", (0,), 3, lambda parts, left: came.append((parts[0].text, left)))
    opened.select("t", 0)
    opened.fetch_parts("value", (0,), 700, lambda parts, left: came.append((parts[0].text, left)))
    opened.fetch_text("value", (0, 1_999), came.append)
    settle(session)
    assert came == [("700", 800), "1999"]
    opened.fetch_text("value", (0,), came.append)
    opened.select("t", 1)
    settle(session)
    assert len(came) == 2  # the reader has gone on


def test_that_rows_details_and_copies_are_decoded_as_somebody_asks_and_back(session: Session, folder: Path) -> None:
    opened = session.open_file(folder)
    settle(session)
    opened.select("t", 7)
    opened.want("t", 0, 9)
    settle(session)
    plain = shown(opened, "t", 5, 8)
    wishes = {about_topic("t", "value"): "bytes", about_record(RecordName("t", 1, 3), "value"): "text"}
    for asked, values, text in ((wishes, ["0x35", "0x36", "7", "0x38"], "7"), ({}, plain, "7")):
        opened.want("t", 0, 9)  # what is on its way when somebody asks is asked for again
        opened.set_wishes(asked)
        settle(session)
        assert shown(opened, "t", 5, 8) == values
        assert opened.details is not None
        assert (opened.details.value.text, bool(opened.details.value.choice.asked)) == (text, bool(asked))
        copied: list[str] = []
        opened.copy("t", [8], True, copied.append)
        settle(session)
        assert json.loads(copied[0])["chain"] == (["as asked", "bytes"] if asked else ["UTF-8 text"])
    assert sentences(session) == []


def test_that_a_secret_of_connect_is_revealed_by_name_as_long_as_its_record_is_selected(
    session: Session, tmp_path: Path
) -> None:
    value = b'{"properties": {"name": "a", "a.password": "hunter2", "b.password": "swordfish"}}'
    records = [Rec(0, k, SEEN, key=b"connector-a", value=value) for k in range(2)]
    opened = session.open_file(made_capture(tmp_path / "c", {"connect-configs": [records]}))
    settle(session)
    opened.want("connect-configs", 0, 1)

    def said() -> list[str]:
        settle(session)
        assert opened.details is not None
        return [part.text for part in opened.details.value.tree.children[0].children]

    opened.reveal("a.password")  # of nothing, as nothing is selected
    opened.select("connect-configs", 0)
    assert said() == ["a", "••••••••", "••••••••"]
    opened.reveal("b.password")
    assert said() == ["a", "••••••••", "swordfish"]
    opened.reveal("a.password")
    opened.reveal("a.password")
    assert said() == ["a", "hunter2", "swordfish"]
    assert not any("hunter2" in one for one in shown(opened, "connect-configs", 0, 1))
    opened.select("connect-configs", 1)
    assert said() == ["a", "••••••••", "••••••••"]
    opened.select("connect-configs", 0)
    assert said() == ["a", "••••••••", "••••••••"]
    assert sentences(session) == []


def test_that_a_record_that_is_not_there_is_said_unless_the_reader_has_gone_on(session: Session, folder: Path) -> None:
    opened = session.open_file(folder)
    settle(session)
    opened.select("t", 5_000)
    opened.select("t", 1)
    settle(session)
    assert sentences(session) == []
    opened.select("t", 5_000)
    settle(session)
    assert sentences(session) == ["That record is not in the capture any more."]


def test_that_a_record_is_found_by_its_name(session: Session, folder: Path) -> None:
    opened = session.open_file(folder)
    found: list[int | str | None] = []
    for name in (RecordName("t", 1, 20), RecordName("t", 1, 60), RecordName("t", 7, 0), RecordName("nobody", 0, 0)):
        opened.find(name, found.append, lambda: found.append("failed"))
    settle(session)
    assert found == [41, None, None, None]
    assert sentences(session) == []


def test_that_records_are_copied_as_text_and_as_json(session: Session, folder: Path) -> None:
    opened = session.open_file(folder)
    copied: list[str] = []
    opened.copy("t", [3, 1], False, copied.append)
    opened.copy("t", [119], True, copied.append)
    settle(session)
    assert [line.split("\t")[4] for line in copied[0].splitlines()] == ["3", "1"]
    assert '"offset": 59' in copied[1]


# A file that is none, or is gone


def test_that_what_is_no_capture_is_said_once_and_every_question_to_it_ends(session: Session, tmp_path: Path) -> None:
    (tmp_path / "diary.meshcap").write_text("Dear diary")
    opened = session.open_file(tmp_path / "diary.meshcap")
    found: list[int | str | None] = []
    copied: list[str] = []
    saved: list[str] = []
    opened.want("t", 0, 40)
    opened.select("t", 3)
    opened.find(RecordName("t", 0, 0), found.append, lambda: found.append("failed"))
    opened.copy("t", [1], True, copied.append)
    opened.save(tmp_path / "copy.meshcap", saved.append)
    settle(session)
    assert (opened.state, opened.state_text, opened.topics) == ("failed", "cannot be opened", ())
    assert len([said for said in sentences(session) if "is not a MeshDesk capture" in said]) == 1
    assert (found, copied) == (["failed"], [])
    assert ["is not a MeshDesk capture" in said for said in saved] == [True]
    assert not (tmp_path / "copy.meshcap").exists()


def test_that_a_question_to_a_capture_that_is_gone_is_said_and_costs_no_program(session: Session, folder: Path) -> None:
    opened = session.open_file(folder)
    found: list[int | str | None] = []
    opened.find(RecordName("t", 0, 0), found.append, lambda: found.append("failed"))
    opened.copy("t", [0], False, lambda _text: None)
    settle(session)  # both programs have it open
    stand_by(session)
    pids = session.pids
    shutil.rmtree(folder)
    opened.find(RecordName("t", 0, 0), found.append, lambda: found.append("failed"))
    settle(session)
    assert found == [0, "failed"]
    (said,) = sentences(session)
    assert "is gone" in said
    copied: list[str] = []
    opened.copy("t", [1], True, copied.append)
    settle(session)
    assert copied == []  # a sentence is no record: it does not belong on the clipboard
    assert session.pids == pids


def test_that_damage_is_said_once_and_all_that_is_whole_is_shown(session: Session, folder: Path) -> None:
    with (folder / "index-1-000").open("ab") as index:
        index.write(b"torn")
    opened = session.open_file(folder)
    opened.want("t", 0, 2)
    settle(session)
    (said,) = sentences(session)
    assert "in the middle of a write" in said
    opened.want("t", 0, 2)
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


# Saving


def test_that_a_saved_capture_holds_the_same_and_the_progress_ends_with_it(
    session: Session, folder: Path, tmp_path: Path
) -> None:
    opened = session.open_file(folder)
    said: list[str] = []
    opened.save(tmp_path / "saved.meshcap", said.append)
    assert (opened.works.runs("save 1"), opened.is_saving) == (True, True)
    settle(session)
    assert said == [""]
    assert (opened.works.runs("save 1"), opened.is_saving) == (False, False)
    assert records_in(tmp_path / "saved.meshcap") == records_in(folder)


@pytest.mark.parametrize("where", ["missing/folder/x.meshcap", "a folder", "c"])
def test_that_a_place_where_nothing_can_be_written_is_said_and_the_capture_can_be_saved_elsewhere(
    session: Session, folder: Path, tmp_path: Path, where: str
) -> None:
    (tmp_path / "a folder").mkdir()
    opened = session.open_file(folder)
    stand_by(session)
    said: list[str] = []
    opened.save(tmp_path / where, said.append)
    pids = session.pids
    opened.save(tmp_path / "good.meshcap", said.append)
    settle(session)
    assert said[0].startswith(f"{tmp_path / where} cannot be written: ")
    assert said[1] == ""
    assert session.pids == pids
    assert len(records_in(tmp_path / "good.meshcap")) == 121
    assert not list(tmp_path.rglob("*.part"))


def test_that_a_save_whose_program_is_killed_is_written_by_the_next_one(
    session: Session, folder: Path, tmp_path: Path
) -> None:
    opened = session.open_file(folder)
    settle(session)
    said: list[str] = []
    opened.save(tmp_path / "saved.meshcap", said.append)
    with stopped(session.pids["save"][0]) as saving:
        saving.kill()
        settle(session)
    assert said == [""]
    assert records_in(tmp_path / "saved.meshcap") == records_in(folder)


def test_that_a_save_that_is_cancelled_leaves_nothing_and_keeps_no_sort_waiting(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, draft = tmp_path / "saved.meshcap", tmp_path / "saved.meshcap.part"
    monkeypatch.setattr("meshdesk.session.opened.draft_of", lambda _target: draft)
    os.mkfifo(draft)
    reader = os.open(draft, os.O_RDONLY | os.O_NONBLOCK)
    big = made_capture(tmp_path / "big", {"t": [[Rec(0, k, value=b"x" * 10_000) for k in range(5_000)]]})
    opened = session.open_file(big)
    settle(session)
    said: list[str] = []
    opened.save(target, said.append)
    turn(session, lambda: any(writes(pid, target) for pid in session.pids["save"]), "the save to be under way")
    turn(session, lambda: session.works, "the save to be told")
    (work,) = session.works
    assert work.text == "Saving saved.meshcap"
    name = opened.arrange(Listing(("t",), "value"))
    turn(session, lambda: (order := opened.order(name)) is not None and order.is_made, "the sort, beside the save")
    assert said == []
    assert work.cancel is not None
    work.cancel()
    os.set_blocking(reader, True)
    while os.read(reader, 1 << 20):  # the save goes on, as far as the next look at whether it is wanted
        session.beat()
    os.close(reader)
    settle(session)
    assert said == ["Saving was cancelled; nothing was written."]
    assert session.works == ()
    assert not list(tmp_path.glob("saved*"))
    opened.save(target, said.append)
    settle(session)
    assert said[1] == ""


def test_that_a_save_whose_programs_are_all_killed_fails_in_a_sentence_and_leaves_no_part_behind(
    session: Session, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, draft = tmp_path / "saved.meshcap", tmp_path / "saved.meshcap.part"
    monkeypatch.setattr("meshdesk.session.opened.draft_of", lambda _target: draft)
    os.mkfifo(draft)
    reader = os.open(draft, os.O_RDONLY | os.O_NONBLOCK)  # reads nothing: the save stands still
    big = made_capture(tmp_path / "big", {"t": [[Rec(0, k, value=b"x" * 10_000) for k in range(50)]]})
    opened = session.open_file(big)
    settle(session)
    said: list[str] = []
    opened.save(target, said.append)
    for _ in range(2):  # once may be anybody's doing, twice is this save's
        turn(session, lambda: any(writes(pid, target) for pid in session.pids["save"]), "the save to be under way")
        before = session.pids["save"]
        os.kill(before[0], signal.SIGKILL)
        turn(session, lambda before=before: session.pids["save"] != before, "its end")  # type: ignore[misc]
    os.close(reader)
    turn(session, lambda: said, "the sentence")
    assert said == ["The work program ended: it was killed by signal 9."]
    assert not list(tmp_path.glob("saved*"))
    opened.save(target, said.append)
    settle(session)
    assert said[1] == ""


def writes(pid: int, target: Path) -> bool:
    with suppress(OSError):
        return any(str(file.readlink()) == f"{target}.part" for file in Path(f"/proc/{pid}/fd").iterdir())
    return False


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


def test_that_a_sort_that_is_cancelled_is_no_trouble_and_can_be_begun_again(session: Session, tmp_path: Path) -> None:
    big = made_capture(tmp_path / "big", {"t": [[Rec(0, k, value=b"%d" % k) for k in range(20_000)]]})
    opened = session.open_file(big)
    stand_by(session)
    with stopped(session.pids["work"][0]):
        name = opened.arrange(Listing(("t",), "value"))
        turn(session, lambda: session.works, "the sort to be told")
        (work,) = session.works
        assert work.text == "Sorting t by value"
        assert work.cancel is not None
        work.cancel()
    settle(session)
    order = opened.order(name)
    assert order is not None
    assert order.failed == "It was cancelled."
    assert sentences(session) == []
    again = opened.arrange(Listing(("t",), "value"))
    settle(session)
    assert again != name
    assert opened.rows(again) == 20_000


def test_that_a_backlog_is_told_until_reading_keeps_up(session: Session) -> None:
    opened = session.connect(Connection("127.0.0.1:1"))
    said = {"connected": True, "reading": ["orders", "payments"], "dropped": 0}
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
    opened.want(topic, 0, 99)
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


SHORT_PAUSE = """
from meshdesk.pipes import Pipes

pipes = Pipes()
while (message := pipes.messages.get()) is not None:
    if message.get("do") == "looked":
        pause = {"text": "Reading is paused: it is full.", "about": "127.0.0.1:1", "severity": "attention"}
        pipes.send({"is": "trouble", "passes": True, **pause})
    pipes.send({"is": "progress", "connected": True, "reading": [], "paused": ""})
"""


def test_that_a_pause_that_was_over_before_it_was_said_is_taken_back_too(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_opened, "PASSED", 0.3)
    program(tmp_path / "short.py", SHORT_PAUSE, monkeypatch)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    opened = session.connect(NOBODY)
    turn(session, lambda: opened.state == "live", "to be connected")
    opened.looked("t", 1)
    turn(session, lambda: sentences(session) == ["Reading is paused: it is full."], "the pause to be said")
    turn(session, lambda: not sentences(session), "the pause to be taken back")


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


def test_that_records_on_the_screen_are_decoded_anew_once_the_registry_that_was_away_answers(
    session: Session, broker: Broker, make_topic: MakeTopic
) -> None:
    topic, port = make_topic(), closed_port()
    produce(broker.bootstrap, topic, [New(b"\0\0\0\0\1\x54", partition=0)])
    opened = session.connect(Connection(broker.bootstrap, registry=f"http://127.0.0.1:{port}"))
    opened.tail(topic, Position("beginning"))
    turn(session, lambda: opened.status.rows == 1, "the row")
    opened.want(topic, 0, 0)
    opened.select(topic, 0)

    def said() -> str:
        row, details = opened.row(topic, 0), opened.details
        return f"{row.value} {row.trouble} / {details.value.text}" if row is not None and details is not None else ""

    turn(session, lambda: "registry cannot be reached" in said(), "why the record is not decoded")
    with SchemaRegistry(port) as registry:
        registry.store.register(f"{topic}-value", Schema('"long"'))
        turn(session, lambda: said() == "42  / 42", "the record to be decoded")
    settle(session)


def test_that_a_topic_that_is_not_there_is_refused_and_nothing_waits_for_it(session: Session, broker: Broker) -> None:
    opened = live_on(session, broker)
    opened.tail("no.such.topic", Position("beginning"))
    turn(session, lambda: any("There is no topic no.such.topic" in said for said in sentences(session)), "the sentence")
    settle(session)
    assert opened.state == "live"
