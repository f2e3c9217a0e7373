"""`kill -9` at a hundred moments by chance: what was written can be read, nothing is missing, and what was asked is answered."""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pytest
from confluent_kafka import Producer

from meshdesk.capture.lines import decode_lines
from meshdesk.capture.parts import TopicKey
from meshdesk.capture.reader import open_captures
from meshdesk.capture.records import read_numbered
from meshdesk.capture.samples import read_samples
from meshdesk.demo.broker import Broker
from meshdesk.model.record import RecordName
from meshdesk.session.explainers import Limits
from meshdesk.session.session import Session
from tests.broker.collect.producing import producer
from tests.kafka import MakeTopic
from tests.programs.running import CollectChild, records_in
from tests.programs.session.serving import sentences, settle, turn
from tests.unit.capture.making import counted, made_capture

COLLECT, EXPLAIN = 50, 50  # kills of each
CHECKED = 5  # behind each so many of them all rows are looked at, and in the end
A_CHILD = 800  # records that are produced while one lives, at most
SCREENS = 600  # rows from one that is looked at to the next: farther than what is read ahead
PARTITIONS = 3
# Bytes: generations of 1 MB, one or two a child, so that sealing is killed as well. The limit itself is not reached.
LIMIT = 16 << 20
TORN = "in the middle of a write"  # what a capture may say of itself behind a kill


@cache
def stamped(partition: int, number: int) -> bytes:
    """Record `number` of a partition: it says which it is, and holds its own hash."""
    words = b"%d %d " % (partition, number)
    return words + sha256(words).hexdigest()[:16].encode() * (40 * (1 + number % 4))


class Load:
    """A thread that produces stamped records in bursts until the block ends, as many as it is allowed by then."""

    def __init__(self, by: Producer, topic: str, seed: int) -> None:
        self.made: Counter[int] = Counter()  # by partition
        self.allowed = 0  # however slow this machine is, the capture stays below its limit
        self._by, self._topic, self._chance = by, topic, random.Random(seed)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="load")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
        assert self._by.flush(30) == 0

    def _run(self) -> None:
        while not self._stop.wait(self._chance.uniform(0, 0.06)):
            for _ in range(min(self._chance.choice([1, 3, 100, 300]), self.allowed - self.made.total())):
                partition = self._chance.randrange(PARTITIONS)
                self._by.produce(self._topic, stamped(partition, self.made[partition]), partition=partition)
                self.made[partition] += 1
            self._by.poll(0)


def test_that_a_collect_killed_at_any_moment_leaves_what_can_be_read_and_its_successor_no_gap(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic, folder, chance = make_topic(PARTITIONS), tmp_path / "c", random.Random(9)
    stored = 0
    with Load(producer(broker.bootstrap, enable_idempotence=True), topic, 9) as load:
        child = StandBy(folder, broker.bootstrap, limit=str(LIMIT))
        for number in range(COLLECT):
            with child:
                child.take_over(topic)
                load.allowed += A_CHILD
                successor = StandBy(folder, broker.bootstrap, limit=str(LIMIT))
                if chance.random() < 0.7:
                    child.wait(lambda child=child: child.rows, "a first row")  # type: ignore[misc]
                time.sleep(chance.uniform(0, 0.3))
                os.kill(child.child.pid, signal.SIGKILL)
                child.wait(lambda child=child: child.ended, "its end")  # type: ignore[misc]
            # What is written once is not written again, but sealed: what is wrong in it is wrong in the end, too.
            rows = checked_rows(folder, topic) if number % CHECKED == 0 else rows_of(folder)
            assert rows >= stored + child.rows  # what was told is there; what was not told is not lost, but read again
            stored, child = rows, successor
    with child:
        child.take_over(topic)
        child.wait(lambda: stored + child.rows == load.made.total(), "the rest")
        child.stop()
        assert child.troubles == []
    assert checked_rows(folder, topic) == load.made.total()
    (capture,) = open_captures(folder)
    last = capture.generations[-1].writer
    for lines in (folder / f"names-{last}", folder / f"facts-{last}"):  # a killed one may have left half a line
        assert decode_lines(lines.read_bytes())[1] == lines.stat().st_size, "the last one ended in order"
    assert len({generation.writer for generation in capture.generations}) > COLLECT // 2
    assert any(generation.number for generation in capture.generations)
    assert not list(folder.glob("*.part"))
    capture.close()


class StandBy(CollectChild):
    """One that takes its 0.3 s to start while another one works: it writes only after `take_over`."""

    def begin(self) -> None:
        """Not yet."""

    def take_over(self, topic: str) -> None:
        super().begin()
        self.send({"do": "tail", "topic": topic, "start": ["beginning", 0]})


def checked_rows(folder: Path, topic: str) -> int:
    """How many rows there are, each of which was read: whole, under its number, in order, and all that the coverage claims."""
    (capture,) = open_captures(folder)
    try:
        assert capture.damage() == "" or TORN in capture.damage()
        numbers, partitions, offsets = [], [], []
        for placed in capture.batches:
            batch, rows = read_numbered(capture, placed)
            assert placed.topic == topic
            columns = (batch.column("partition").to_numpy(), batch.column("offset").to_numpy())
            places = zip(*(column.tolist() for column in columns), strict=True)
            assert batch.column("value").to_pylist() == [stamped(*place) for place in places]
            numbers.append(rows)
            partitions.append(columns[0])
            offsets.append(columns[1])
        for _, samples in read_samples(capture, capture.samples):
            assert samples.num_rows
        if numbers:
            order = np.argsort(np.concatenate(numbers))
            assert np.concatenate(numbers)[order].tolist() == list(range(capture.rows))
            partition_of, offset_of = np.concatenate(partitions)[order], np.concatenate(offsets)[order]
            for (key, partition), ranges in capture.coverage.items():
                assert isinstance(key, TopicKey)
                mine = offset_of[partition_of == partition].tolist()
                assert mine == [offset for begin, end in ranges for offset in range(begin, end)]
                assert mine == list(range(len(mine)))
        return capture.rows
    finally:
        capture.close()


def test_that_what_is_asked_is_answered_whichever_explain_program_is_killed_at_any_moment(
    session: Session, tmp_path: Path
) -> None:
    batches = [[counted(k) for k in range(n, n + SCREENS)] for n in range(0, EXPLAIN * SCREENS, SCREENS)]
    folder, target, chance = made_capture(tmp_path / "c", {"t": batches}), tmp_path / "saved.meshcap", random.Random(4)
    opened = session.open_file(folder)
    settle(session)
    for first in range(0, EXPLAIN * SCREENS, SCREENS):
        found: list[int | None] = []
        copied: list[str] = []
        saved: list[str] = []
        opened.lists.want("t", first, first + 49)
        opened.chosen.select("t", first)
        opened.lists.find(RecordName("t", first % 4, first // 4), found.append, lambda: None)
        opened.lists.copy("t", [first, first + 49], False, copied.append)
        opened.save(target, saved.append)
        moment = time.monotonic() + chance.uniform(0, 0.03)
        turn(session, lambda moment=moment: time.monotonic() > moment, "a moment by chance")  # type: ignore[misc]
        look, work = session.pids["look"], [*session.pids["work"], *session.pids["save"]]
        os.kill(chance.choice([look[0], look[0], look[-1], *work]), signal.SIGKILL)
        settle(session)
        rows = [opened.lists.row("t", k) for k in range(first, first + 50)]
        assert [(row.key, row.trouble) for row in rows if row] == [(f"key {k}", "") for k in range(first, first + 50)]
        assert opened.chosen.details is not None
        assert (opened.chosen.details.row, opened.chosen.details.key.text) == (first, f"key {first}")
        assert (found, saved, [len(text.splitlines()) for text in copied]) == ([first], [""], [2])
        assert rows_of(target) == EXPLAIN * SCREENS
    assert records_in(target) == records_in(folder)
    assert set(sentences(session)) <= {
        f"The {role} program ended: it was killed by signal 9. It was started again." for role in ("look", "work")
    }
    assert sum(trouble.count for trouble in session.troubles) > EXPLAIN // 2  # a spare that ends is none
    assert list(tmp_path.glob("*.part")) == []


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """One for which so many ends are not yet a program that cannot run here, and which has a spare at once."""
    made = Session(tmp_path / "captures", Limits(ends=10 * EXPLAIN, calm=0.0))
    yield made
    made.close()


def rows_of(path: Path) -> int:
    (capture,) = open_captures(path)
    assert capture.damage() == "" or TORN in capture.damage()
    capture.close()
    return capture.rows
