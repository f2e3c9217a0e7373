"""A child that hangs, one that talks nonsense, and a clock that is set back: a successor goes on, without a gap, and it is said.

Kills are in test_kills.py, what befalls files in test_disks.py.
"""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import psutil
import pytest

from meshdesk.capture.reader import open_captures
from meshdesk.demo.broker import Broker
from meshdesk.model.frame import encode
from meshdesk.model.position import Position
from meshdesk.session.connection import Connection
from meshdesk.session.opened import Opened
from meshdesk.session.session import Session
from tests.broker.collect.producing import HOUR, New, produce
from tests.kafka import MakeTopic
from tests.programs.live import pid_of, some, stored, tailing, value
from tests.programs.running import CollectChild, gone, records_in
from tests.programs.session.serving import pipe_into, program, sentences, settle, stopped, turn

SILENCE = 4.0  # s that collect may be silent here; it says each second that it is there


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    made = Session(tmp_path / "captures", silence=SILENCE)
    yield made
    made.close()


# A child that hangs, and one that talks nonsense


def test_that_a_collect_that_hangs_is_replaced_without_a_gap_and_one_that_has_nothing_to_say_is_left_alone(
    session: Session, broker: Broker, make_topic: MakeTopic
) -> None:
    topic = make_topic()
    some(broker, topic, 0, 50)
    hangs, rests = tailing(session, broker, topic, 50), tailing(session, broker, make_topic(), 0)
    hung, resting = pid_of(hangs), pid_of(rests)
    psutil.Process(hung).suspend()
    some(broker, topic, 50, 80)
    turn(session, lambda: hangs.status.rows == 80, "the rest, from its successor")
    settle(session)
    assert gone(hung)
    assert pid_of(rests) == resting
    assert stored(hangs) == [value(n) for n in range(80)]
    (sentence,) = sentences(session)
    assert sentence == (
        f"The collect program ended unexpectedly: it said nothing for {SILENCE:g} s. "
        "It was started again and goes on where it was; what is stored is stored once."
    )


def test_that_a_collect_that_hangs_while_it_is_stopped_is_ended(
    session: Session, broker: Broker, make_topic: MakeTopic
) -> None:
    topic = make_topic()
    some(broker, topic, 0, 50)
    opened = tailing(session, broker, topic, 50)
    pid = pid_of(opened)
    psutil.Process(pid).suspend()
    opened.stop()
    turn(session, lambda: opened.state == "ended" and opened.collect is None, "the end")
    settle(session)
    assert gone(pid)
    assert stored(opened) == [value(n) for n in range(50)]


@pytest.mark.parametrize("said", [b"\xff" * 100, b"Traceback (most recent call last):\n", encode({"is": "alive"})[:-1]])
def test_that_a_collect_that_writes_nonsense_is_replaced_without_a_gap(
    session: Session, broker: Broker, make_topic: MakeTopic, said: bytes
) -> None:
    """The last one is half a frame: what follows it is no message any more."""
    topic = make_topic()
    some(broker, topic, 0, 50)
    opened = tailing(session, broker, topic, 50)
    pid = pid_of(opened)
    pipe = pipe_into(pid)
    os.write(pipe, said)
    os.close(pipe)
    some(broker, topic, 50, 80)
    turn(session, lambda: opened.status.rows == 80 and pid_of(opened) != pid, "the rest, from its successor")
    settle(session)
    assert stored(opened) == [value(n) for n in range(80)]
    (sentence,) = sentences(session)
    assert sentence.startswith("The collect program ended unexpectedly: it spoke out of turn: ")


# A clock that is set back, and times that say nothing about what came when


CLOCK = """
import sys, time
from pathlib import Path
real = time.time_ns
time.time_ns = lambda: real() - (3_600_000_000_000 if Path({flag!r}).exists() else 0)
from meshdesk.program import main
sys.exit(main())
"""


@pytest.fixture
def set_back(broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """set_back(): this machine's clock, as the window and its programs see it, goes back by an hour."""
    flag, real = tmp_path / "set back", time.time_ns
    program(tmp_path / "clock", CLOCK.format(flag=str(flag)), monkeypatch)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))

    def go_back() -> None:
        flag.touch()
        monkeypatch.setattr(time, "time_ns", lambda: real() - HOUR * 1_000_000)

    return go_back


def test_that_a_clock_that_is_set_back_changes_no_order_and_no_rate_and_hides_nothing(
    set_back: Callable[[], None], session: Session, broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic, later = make_topic(), make_topic()
    some(broker, topic, 0, 50)
    opened = tailing(session, broker, topic, 50)
    began = opened.state_text
    set_back()
    some(broker, topic, 50, 80)
    turn(session, lambda: opened.status.rows == 80, "the rest")
    assert opened.state_text == began == "read-only"
    turn(session, lambda: rate(opened, topic) is not None, "a rate by the new clock")
    some(broker, topic, 80, 81)
    opened.tail(later, Position("beginning"))
    some(broker, later, 81, 90)
    turn(session, lambda: opened.status.rows == 90, "another topic")
    os.kill(pid_of(opened), signal.SIGKILL)
    some(broker, topic, 90, 100)
    turn(session, lambda: opened.status.rows == 100, "the rest, from its successor")
    opened.stop()
    turn(session, lambda: opened.state == "ended" and opened.collect is None, "the end")
    settle(session)
    assert stored(opened) == [value(n) for n in range(100)]
    assert opened.folder is not None
    assert list(opened.folder.glob("sealed-*"))
    assert opened.state_text.startswith("recorded ")
    assert "–" in opened.state_text  # from an hour ago to now, though it took seconds
    assert len(sentences(session)) == 1  # of the kill


def rate(opened: Opened, topic: str) -> float | None:
    found = next(known.rate for known in opened.topics if known.name == topic)
    assert found is None or found >= 0
    return found


@pytest.mark.parametrize("start", ["beginning", "end"])
def test_that_a_successor_goes_on_where_reading_was_whatever_the_times_of_the_records_say(
    set_back: Callable[[], None],
    session: Session,
    broker: Broker,
    make_topic: MakeTopic,
    start: Literal["beginning", "end"],
) -> None:
    topic = make_topic(2)
    stamp = time.time_ns() // 1_000_000

    def old(first: int, end: int, ago: int) -> None:
        produce(
            broker.bootstrap, topic, [New(value(n), partition=n % 2, timestamp=stamp - ago) for n in range(first, end)]
        )

    old(0, 10, 0)
    opened = session.connect(Connection(broker.bootstrap))
    opened.tail(topic, Position(start))
    turn(session, lambda: opened.reading == {topic}, "the topic being read")
    settle(session)
    with stopped(pid_of(opened)) as collect:
        set_back()
        old(10, 30, HOUR)
        collect.kill()
    left_out = 10 if start == "end" else 0
    old(30, 40, 2 * HOUR)
    turn(session, lambda: opened.status.rows >= 40 - left_out, "the rest, from its successor")
    settle(session)
    assert sorted(stored(opened), key=str) == sorted(map(value, range(left_out, 40)), key=str)


def test_that_a_successor_does_not_read_again_what_the_limit_has_dropped(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic, folder, limit = make_topic(), tmp_path / "c", "2000000"
    produce(broker.bootstrap, topic, [New(random.Random(n).randbytes(100_000)) for n in range(100)])
    with CollectChild(folder, broker.bootstrap, limit=limit) as child:
        child.send({"do": "looked", "topic": topic, "k": 1_000})
        child.tail(topic)
        child.wait(
            lambda: child.rows == 100 and dropped(folder) == beginning(child) > 50, "most of it read and dropped"
        )
        os.kill(child.child.pid, signal.SIGKILL)
        child.wait(lambda: child.ended, "its end")
    some(broker, topic, 100, 110)
    with CollectChild(folder, broker.bootstrap, limit=limit) as successor:
        told = child.all("began")[-1]["began"]
        successor.send({"do": "tail", "topic": topic, "start": ["beginning", 0], "until": None, "began": told})
        successor.wait(lambda: successor.rows >= 10 and successor.all("progress")[-1]["behind"] == 0, "what came since")
        successor.stop()
    assert [record.offset for record in records_in(folder)] == list(range(dropped(folder), 110))


def beginning(child: CollectChild) -> int:
    """Where a successor would have to begin."""
    return int(child.all("began")[-1]["began"]["offsets"]["0"]) if child.all("began") else 0


def dropped(folder: Path) -> int:
    (capture,) = open_captures(folder)
    capture.close()
    return capture.dropped
