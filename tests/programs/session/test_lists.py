"""The lists of an open capture: rows come, are found, copied and sorted, and are read as somebody asks and as schemas come."""

import json
import shutil
from pathlib import Path

import pytest

from meshdesk.demo.broker import Broker
from meshdesk.demo.registry import Schema, SchemaRegistry
from meshdesk.model.decode_as import about_record, about_topic
from meshdesk.model.listing import Listing
from meshdesk.model.position import Position
from meshdesk.model.record import RecordName
from meshdesk.session.connection import Connection
from meshdesk.session.session import Session
from tests.broker.collect.listening import closed_port
from tests.broker.collect.producing import New, produce
from tests.kafka import MakeTopic
from tests.programs.session.serving import sentences, settle, shown, stand_by, stopped, turn
from tests.unit.capture.making import SEEN, Rec, made_capture


@pytest.fixture
def session(lasting_session: Session) -> Session:
    return lasting_session


def test_that_the_rows_that_are_wanted_come_and_those_of_another_topic_are_not_among_them(
    session: Session, folder: Path
) -> None:
    opened = session.open_file(folder)
    settle(session)
    before = opened.lists.revision
    opened.lists.want("t", 50, 70)
    settle(session)
    assert opened.lists.revision > before
    assert shown(opened, "t", 50, 70) == [str(k) for k in range(50, 71)]
    assert opened.lists.row("u", 0) is None


def test_that_rows_details_and_copies_are_decoded_as_somebody_asks_and_back(session: Session, folder: Path) -> None:
    opened = session.open_file(folder)
    settle(session)
    opened.chosen.select("t", 7)
    opened.lists.want("t", 0, 9)
    settle(session)
    plain = shown(opened, "t", 5, 8)
    wishes = {about_topic("t", "value"): "bytes", about_record(RecordName("t", 1, 3), "value"): "text"}
    for asked, values, text in ((wishes, ["0x35", "0x36", "7", "0x38"], "7"), ({}, plain, "7")):
        opened.lists.want("t", 0, 9)  # what is on its way when somebody asks is asked for again
        opened.lists.set_wishes(asked)
        settle(session)
        assert shown(opened, "t", 5, 8) == values
        assert opened.chosen.details is not None
        assert (opened.chosen.details.value.text, bool(opened.chosen.details.value.choice.asked)) == (text, bool(asked))
        copied: list[str] = []
        opened.lists.copy("t", [8], True, copied.append)
        settle(session)
        assert json.loads(copied[0])["chain"] == (["as asked", "bytes"] if asked else ["UTF-8 text"])
    assert sentences(session) == []


def test_that_a_record_is_found_by_its_name(session: Session, folder: Path) -> None:
    opened = session.open_file(folder)
    found: list[int | str | None] = []
    for name in (RecordName("t", 1, 20), RecordName("t", 1, 60), RecordName("t", 7, 0), RecordName("nobody", 0, 0)):
        opened.lists.find(name, found.append, lambda: found.append("failed"))
    settle(session)
    assert found == [41, None, None, None]
    assert sentences(session) == []


def test_that_a_moment_comes_with_the_rows_that_are_on_the_screen_then_in_each_order_of_time(
    session: Session, folder: Path
) -> None:
    opened = session.open_file(folder)
    settle(session)
    both = opened.lists.arrange(Listing(("t", "u")))
    by_time = opened.lists.arrange(Listing(("t",), "timestamp", descending=True))
    by_key = opened.lists.arrange(Listing(("t",), "key"))
    settle(session)
    found: list[int | None] = []
    moment = SEEN + 40 * 60_000 + 7
    for name, at, first in (("t", 40, 31), (both, 41, 32), (by_time, 79, 70)):
        opened.lists.at_moment(name, moment, 10, found.append)
        settle(session)
        assert found.pop() == at
        there = [k for k in range(opened.lists.rows(name)) if opened.lists.row(name, k) is not None]
        assert there == list(range(first, first + 11))
        assert shown(opened, name, at, at) == ["40"]
    opened.lists.at_moment("t", SEEN - 1, 10, found.append)  # before all of it: its beginning
    opened.lists.at_moment(by_key, moment, 10, found.append)  # not in the order of time
    settle(session)
    assert found == [None, None]
    assert shown(opened, "t", 0, 10) == [str(k) for k in range(11)]
    assert opened.lists.row(by_key, 0) is None


def test_that_records_are_copied_as_text_and_as_json_with_where_they_are_from(session: Session, folder: Path) -> None:
    opened = session.open_file(folder)
    copied: list[str] = []
    opened.lists.copy("t", [3, 1], False, copied.append)
    opened.lists.copy("t", [119], True, copied.append)
    settle(session)
    assert [line.split("\t")[4] for line in copied[0].splitlines()] == ["3", "1"]
    assert {tuple(line.split("\t")[7:]) for line in copied[0].splitlines()} == {("t", "127.0.0.1:9092")}
    line = json.loads(copied[1])
    assert (line["topic"], line["offset"], line["capture"]) == ("t", 59, "127.0.0.1:9092")
    assert line["capture_id"] == str(json.loads((folder / "manifest.json").read_text())["id"])


def test_that_a_question_to_a_capture_that_is_gone_is_said_and_costs_no_program(session: Session, folder: Path) -> None:
    opened = session.open_file(folder)
    found: list[int | str | None] = []
    opened.lists.find(RecordName("t", 0, 0), found.append, lambda: found.append("failed"))
    opened.lists.copy("t", [0], False, lambda _text: None)
    settle(session)  # both programs have it open
    stand_by(session)
    pids = session.pids
    shutil.rmtree(folder)
    opened.lists.find(RecordName("t", 0, 0), found.append, lambda: found.append("failed"))
    settle(session)
    assert found == [0, "failed"]
    (said,) = sentences(session)
    assert "is gone" in said
    copied: list[str] = []
    opened.lists.copy("t", [1], True, copied.append)
    settle(session)
    assert copied == []  # a sentence is no record: it does not belong on the clipboard
    assert session.pids == pids


def test_that_a_sort_that_is_cancelled_is_no_trouble_and_can_be_begun_again(session: Session, tmp_path: Path) -> None:
    big = made_capture(tmp_path / "big", {"t": [[Rec(0, k, value=b"%d" % k) for k in range(20_000)]]})
    opened = session.open_file(big)
    stand_by(session)
    with stopped(session.pids["work"][0]):
        name = opened.lists.arrange(Listing(("t",), "value"))
        turn(session, lambda: session.works, "the sort to be told")
        (work,) = session.works
        assert work.text == "Sorting t by value"
        assert work.cancel is not None
        work.cancel()
    settle(session)
    order = opened.lists.order(name)
    assert order is not None
    assert order.failed == "It was cancelled."
    assert sentences(session) == []
    again = opened.lists.arrange(Listing(("t",), "value"))
    settle(session)
    assert again != name
    assert opened.lists.rows(again) == 20_000


def test_that_records_on_the_screen_are_decoded_anew_once_the_registry_that_was_away_answers(
    session: Session, broker: Broker, make_topic: MakeTopic
) -> None:
    topic, port = make_topic(), closed_port()
    produce(broker.bootstrap, topic, [New(b"\0\0\0\0\1\x54", partition=0)])
    opened = session.connect(Connection(broker.bootstrap, registry=f"http://127.0.0.1:{port}"))
    opened.tail(topic, Position("beginning"))
    turn(session, lambda: opened.status.rows == 1, "the row")
    opened.lists.want(topic, 0, 0)
    opened.chosen.select(topic, 0)

    def said() -> str:
        row, details = opened.lists.row(topic, 0), opened.chosen.details
        return f"{row.value} {row.trouble} / {details.value.text}" if row is not None and details is not None else ""

    turn(session, lambda: "registry cannot be reached" in said(), "why the record is not decoded")
    with SchemaRegistry(port) as registry:
        registry.store.register(f"{topic}-value", Schema('"long"'))
        turn(session, lambda: said() == "42  / 42", "the record to be decoded")
    settle(session)
