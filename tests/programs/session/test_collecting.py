"""The collect program of a live capture: one that dies is followed by one that goes on where it was, or the reason is said."""

import os
import signal
from functools import partial
from pathlib import Path
from typing import Literal

import psutil
import pytest

from meshdesk.demo.broker import Broker
from meshdesk.model.position import Position
from meshdesk.session.collecting import RESTARTS
from meshdesk.session.connection import Connection
from meshdesk.session.session import Session
from tests.broker.collect.producing import New, add_partitions, produce
from tests.kafka import MakeTopic
from tests.programs.live import has_rows, live_on
from tests.programs.running import records_in
from tests.programs.session.serving import program, sentences, settle, stopped, turn

NOBODY = Connection("127.0.0.1:1")


def test_that_a_setting_that_cannot_be_used_is_said_once_and_nothing_is_started_again(session: Session) -> None:
    opened = session.connect(Connection("127.0.0.1:1", properties={"no.such.setting": "1"}))
    turn(session, lambda: opened.state == "failed", "the failure")
    settle(session)
    (said,) = sentences(session)
    assert "no.such.setting" in said
    assert opened.collect is None


def test_that_a_collect_program_that_cannot_be_kept_running_ends_in_a_sentence(session: Session) -> None:
    opened = session.connect(NOBODY)
    for _ in range(RESTARTS + 1):
        kill_collect(session)
    assert opened.collect is None
    assert opened.state == "failed"
    again = [trouble for trouble in session.troubles if "ended unexpectedly" in trouble.text]
    assert [(trouble.text, trouble.count) for trouble in again] == [
        ("The collect program ended unexpectedly: it was killed by signal 9.", RESTARTS)
    ]
    assert "ended 6 times within a minute" in sentences(session)[-1]
    settle(session)


def kill_collect(session: Session) -> None:
    """Kills the only collect program, and waits until the session has heard of it."""
    before = session.pids["collect"]
    os.kill(before[0], signal.SIGKILL)
    turn(session, lambda: session.pids["collect"] != before, "its end to be heard")


# A collect program that is connected, reads nothing, and notes what it is told; all others are the real ones.
NOTES = """
import json, sys
from meshdesk.program import main

if sys.argv[1] != "collect":
    sys.exit(main())

from meshdesk.pipes import Pipes

pipes = Pipes()
while (message := pipes.messages.get()) is not None:
    with open({file!r}, "a") as file:
        file.write(json.dumps(message) + "\\n")
    pipes.send({{"is": "progress", "connected": True, "reading": []}})
"""


def test_that_a_successor_of_a_collect_program_is_told_which_rows_were_looked_at(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a backlog that has reached its limit would wait for somebody to look at what was looked at before."""
    notes = tmp_path / "notes"
    program(tmp_path / "notes.py", NOTES.format(file=str(notes)), monkeypatch)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    opened = session.connect(NOBODY)
    turn(session, lambda: opened.state == "live", "to be connected")
    opened.looked("t", 5)
    turn(session, lambda: '"k": 5' in notes.read_text(), "the word on what was looked at")
    assert opened.collect is not None
    opened.collect.kill("a test")
    turn(session, lambda: notes.read_text().count('"do": "looked", "topic": "t", "k": 5') == 2, "the same, again")


def test_that_a_successor_of_a_collect_program_is_told_which_past_is_on_the_screen(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = tmp_path / "notes"
    program(tmp_path / "notes.py", NOTES.format(file=str(notes)), monkeypatch)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    opened = session.connect(NOBODY)
    turn(session, lambda: opened.state == "live", "to be connected")
    opened.ask_past(["a", "b"], 5, 9)
    order = '{"do": "past", "topics": ["a", "b"], "start": 5, "end": 9}'
    turn(session, lambda: order in notes.read_text(), "the wish")
    assert opened.collect is not None
    opened.collect.kill("a test")
    turn(session, lambda: notes.read_text().count(order) == 2, "the same, again")


def test_that_a_collect_program_that_dies_while_it_is_being_stopped_stays_dead(session: Session) -> None:
    opened = session.connect(NOBODY)
    assert opened.collect is not None
    with stopped(opened.collect.pid) as collect:
        opened.stop()
        collect.kill()
        turn(session, lambda: opened.collect is None, "its end to be heard")
    settle(session)
    assert opened.state in ("ended", "failed")
    assert session.pids["collect"] == []
    assert not any("started again" in said for said in sentences(session))


def test_that_a_full_disk_ends_collecting_in_a_sentence_and_what_is_stored_stays(
    session: Session, broker: Broker, make_topic: MakeTopic
) -> None:
    topic = make_topic()
    produce(broker.bootstrap, topic, [New(b"%d" % n) for n in range(50)])
    opened = live_on(session, broker)
    opened.tail(topic, Position("beginning"))
    turn(session, lambda: opened.status.rows == 50, "the first rows")
    assert opened.collect is not None
    # No file of it grows beyond this size: the system says so as it does of a disk that is full.
    psutil.Process(opened.collect.pid).rlimit(psutil.RLIMIT_FSIZE, (200_000, 200_000))
    produce(broker.bootstrap, topic, [New(b"x" * 1_000) for _ in range(1_000)])
    turn(session, lambda: opened.collect is None, "the end of collect")
    settle(session)
    assert (opened.state, session.pids["collect"]) == ("ended", [])
    assert any("cannot be written" in said for said in sentences(session)), sentences(session)
    assert not any("started again" in said for said in sentences(session))
    assert opened.folder is not None
    assert [record.value for record in records_in(opened.folder)[:50]] == [b"%d" % n for n in range(50)]


@pytest.mark.parametrize("start", ["beginning", "end"])
def test_that_a_collect_program_that_is_killed_is_started_again_without_a_gap_and_no_row_twice(
    session: Session, broker: Broker, make_topic: MakeTopic, start: Literal["beginning", "end"]
) -> None:
    topic = make_topic(2)

    def some(first: int, end: int) -> None:
        produce(broker.bootstrap, topic, [New(b"%d" % n, partition=n % 2) for n in range(first, end)])

    some(0, 50)
    opened = live_on(session, broker)
    opened.tail(topic, Position(start))
    turn(session, lambda: opened.reading == {topic}, "the topic being read")
    settle(session)
    left_out = 50 if start == "end" else 0
    for first in (50, 150):
        some(first, first + 60)
        enough = first + 30 - left_out
        turn(session, partial(has_rows, opened, enough), "some of them")
        assert opened.collect is not None
        with stopped(opened.collect.pid) as collect:
            some(first + 60, first + 100)  # while nobody reads
            collect.kill()
        turn(session, partial(has_rows, opened, first + 100 - left_out), "the rest, from its successor")
    settle(session)
    assert opened.folder is not None
    records = records_in(opened.folder)
    assert sorted(int(record.value or b"") for record in records) == list(range(left_out, 250))
    assert [trouble.count for trouble in session.troubles if "It was started again" in trouble.advice] == [2]
    assert opened.state == "live"


def test_that_a_successor_reads_on_from_the_offsets_whatever_the_records_timestamps_say(
    session: Session, broker: Broker, make_topic: MakeTopic
) -> None:
    topic = make_topic(2)
    produce(broker.bootstrap, topic, [New(b"before", partition=n, timestamp=1_000_000) for n in (0, 1)])
    opened = live_on(session, broker)
    opened.tail(topic, Position("end"))
    turn(session, lambda: opened.reading == {topic}, "the topic being read")
    settle(session)
    assert opened.collect is not None
    with stopped(opened.collect.pid) as collect:
        # A topic that is filled from a store of old records: the moment at which the window began says nothing of them.
        produce(broker.bootstrap, topic, [New(b"%d" % n, partition=n % 2, timestamp=2_000_000 + n) for n in range(40)])
        add_partitions(broker.bootstrap, topic, 3)
        produce(broker.bootstrap, topic, [New(b"40", partition=2, timestamp=3_000_000)])
        collect.kill()
    turn(session, partial(has_rows, opened, 41), "what came while nobody read")
    assert opened.folder is not None
    settle(session)
    assert sorted(int(record.value or b"") for record in records_in(opened.folder)) == list(range(41))
