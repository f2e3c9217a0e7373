"""When records were written that are older than the recording, looked for on a real Kafka; and lag in time beside a paced producer."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from meshdesk.collect import reached as module
from meshdesk.collect.asking import Asking
from meshdesk.collect.budget import Budget
from meshdesk.collect.offsets_at import Place
from meshdesk.collect.properties import Source
from meshdesk.collect.reached import Reached, Seen
from meshdesk.demo.broker import Broker
from meshdesk.model.lag import Commits, Lag
from meshdesk.model.late import Point, Times, about, reached
from meshdesk.model.mesh import Mesh, fold
from meshdesk.model.rates import Offsets
from meshdesk.model.tracks import Tracks
from tests.broker import oracles
from tests.broker.collect.consuming import commit_for, group_name
from tests.broker.collect.producing import New, delete_records, delete_topic, produce
from tests.broker.collect.written import Written, begin_capture
from tests.kafka import MakeTopic
from tests.programs.running import CollectChild
from tests.unit.capture.making import OPENED

HOUR = 3_600_000


@pytest.fixture(autouse=True)
def _closing() -> Iterator[None]:
    yield
    while OPENED:
        OPENED.pop().close()


class Looking(Written):
    """What is looked for, in a capture of its own; who is behind is what a test says."""

    def __init__(self, folder: Path, bootstrap: str) -> None:
        self.writer = begin_capture(folder, bootstrap)
        super().__init__(folder)
        self.cluster = Asking(Source(bootstrap))
        self.commits: dict[str, dict[Place, int]] = {}
        self.first_ends: dict[Place, int] = {}
        self.beginnings: dict[Place, int] = {}
        self.steps = 0
        self.go_on()

    def go_on(self) -> None:
        """As a collect program does that finds a capture of another; the first one finds nothing."""
        seen = lambda: Seen(self.commits, self.first_ends, self.beginnings)  # noqa: E731
        self.reached = Reached(self.cluster, self.writer, Event(), Budget(1 << 40), seen)
        self.reached.recall(self.facts)

    def until_found(self) -> None:
        """Steps until nothing is looked for any more."""
        self.steps = 0
        self.reached._look_at = 0.0
        self.reached.step()
        while self.reached.is_busy:
            self.steps += 1
            self.reached.step()

    def points(self, topic: str, partition: int = 0) -> tuple[Point, ...]:
        mesh = Mesh()
        fold(mesh, self.facts)
        return tuple(reached(mesh).get((topic, partition), ()))

    def close(self) -> None:
        self.writer.close()
        self.cluster.leave()


@pytest.fixture
def looking(broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Looking]:
    monkeypatch.setattr(module, "AGAIN", 0.0)
    made = Looking(tmp_path / "capture", broker.bootstrap)
    yield made
    made.close()


def test_that_the_time_of_a_record_is_found_for_all_partitions_together(
    broker: Broker, make_topic: MakeTopic, looking: Looking
) -> None:
    topic = make_topic(6, retention_ms="-1")
    end = int(time.time() * 1000)
    new = [New(b"", partition=n % 6, timestamp=end - 72 * HOUR + n * 60_000) for n in range(72 * 60)]
    put = produce(broker.bootstrap, topic, new, enable_idempotence=True)
    looking.first_ends = {(topic, number): 720 for number in range(6)}
    looking.commits = {"a": {(topic, number): 100 * (number + 1) for number in range(6)}, "b": {(topic, 5): 719}}
    looking.until_found()
    assert looking.steps < 30
    for number in range(6):
        found = {point.offset: point for point in looking.points(topic, number)}
        assert found.keys() == ({600, 719} if number == 5 else {100 * (number + 1)})
        for offset, point in found.items():
            written = next(one.timestamp for one in put if (one.partition, one.offset) == (number, offset))
            assert abs(point.at - written) <= point.within + 1
            assert point.within <= max(1_000, (end - written) // 45)


def test_that_a_group_that_stands_still_is_asked_for_once_and_one_that_is_not_behind_never(
    broker: Broker, make_topic: MakeTopic, looking: Looking
) -> None:
    topic = make_topic(2)
    produce(broker.bootstrap, topic, [New(b"") for _ in range(9)])
    looking.first_ends = {(topic, 0): 9, (topic, 1): 0}
    looking.commits = {"stuck": {(topic, 0): 4}, "reads": {(topic, 0): 9, (topic, 1): 0}, "unknown": {("gone", 0): 1}}
    looking.until_found()
    assert len(looking.points(topic)) == 1
    looking.until_found()
    assert looking.steps == 0
    looking.go_on()
    looking.until_found()
    assert looking.steps == 0, "what the capture knows a program that goes on does not look for"


def test_that_what_was_lost_is_not_looked_for_but_what_is_read_next(
    broker: Broker, make_topic: MakeTopic, looking: Looking
) -> None:
    topic = make_topic(retention_ms="-1")
    end = int(time.time() * 1000)
    produce(broker.bootstrap, topic, [New(b"", timestamp=end - HOUR + n * 60_000) for n in range(50)])
    delete_records(broker.bootstrap, topic, 30)
    looking.first_ends, looking.commits = {(topic, 0): 50}, {"g": {(topic, 0): 3}}
    looking.until_found()
    assert looking.points(topic) == (), "of what is gone there is no time"
    looking.beginnings = {(topic, 0): 30}
    looking.reached._resting.clear()
    looking.until_found()
    (point,) = looking.points(topic)
    assert point.offset == 30
    assert abs(point.at - (end - HOUR + 30 * 60_000)) <= point.within + 1


def test_that_a_topic_that_vanished_is_no_trouble_and_the_others_are_found(
    broker: Broker, make_topic: MakeTopic, looking: Looking
) -> None:
    topic, gone = make_topic(), make_topic()
    produce(broker.bootstrap, topic, [New(b"") for _ in range(9)])
    delete_topic(broker.bootstrap, gone)
    looking.first_ends = {(topic, 0): 9, (gone, 0): 9}
    looking.commits = {"g": {(topic, 0): 4, (gone, 0): 4}}
    looking.until_found()
    assert (len(looking.points(topic)), looking.points(gone)) == (1, ())


def test_that_only_so_many_partitions_and_points_are_kept(
    broker: Broker, make_topic: MakeTopic, looking: Looking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "POINTS", 2)
    monkeypatch.setattr(module, "PARTITIONS", 1)
    topic = make_topic(2)
    produce(broker.bootstrap, topic, [New(b"", partition=n % 2) for n in range(18)])
    looking.first_ends = {(topic, 0): 9, (topic, 1): 9}
    for offset in (3, 4, 5):
        looking.commits = {"g": {(topic, 0): offset}}
        looking.until_found()
    assert [point.offset for point in looking.points(topic)] == [4, 5]
    looking.commits = {"g": {(topic, 1): 1}}
    looking.until_found()
    assert (looking.points(topic, 0), len(looking.points(topic, 1))) == ((), 1)
    assert looking.facts[-1] or about((topic, 0))


# Lag in time, by a real collect program


def lag_in(written: Written, group: str) -> dict[tuple[str, int], Lag]:
    """The lag of a group by all that a capture holds by now."""
    commits, offsets, mesh, tracks = Commits(), Offsets(), Mesh(), Tracks()
    for of, topic, partition, seen, value in written.rows():
        commits.add(of, topic, partition, seen, value)
        offsets.add(of, topic, partition, seen, value)
        sample = (np.array([one], np.int64) for one in (tracks.number((of, topic, partition)), seen, value))
        tracks.add(*sample)
    fold(mesh, written.facts)
    return replace(commits.lags(offsets), points=reached(mesh), tracks=tracks).of(group, Times())


def test_that_a_group_that_was_left_behind_before_we_came_is_late_by_what_it_says(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic, group = make_topic(2, retention_ms="-1"), group_name()
    end = int(time.time() * 1000)
    produce(broker.bootstrap, topic, [New(b"", timestamp=end - HOUR + n * 1_000) for n in range(3_000)])
    commit_for(broker.bootstrap, group, {(topic, 0): 1_000, (topic, 1): 0})
    (said,) = [line.lag for line in oracles.consumer_groups(broker, group) if line.partition == 0]
    with CollectChild(tmp_path / "c", broker.bootstrap) as child:
        written = Written(tmp_path / "c")
        child.wait(lambda: any(lag.late and lag.late.seconds for lag in lag_in(written, group).values()), "the time")
        lag, none = lag_in(written, group).values()
        child.stop()
    assert (lag.offsets, none.offsets, none.late) == (said, 0, (0.0, 0.0))
    assert lag.late is not None
    took = time.time() - end / 1000
    assert abs(lag.late.seconds - (3_600 - 1_000)) <= lag.late.within + took + 1
    assert lag.late.within <= 2_600 / 45


def test_that_beside_a_paced_producer_a_group_is_late_by_what_it_is_to_a_second(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic, group = make_topic(), group_name()
    stop = threading.Event()
    made: list[tuple[int, int]] = []  # offset, timestamp

    def pace() -> None:
        while not stop.wait(0.05):
            made.extend((one.offset, one.timestamp) for one in produce(broker.bootstrap, topic, [New(b"")]))

    thread = threading.Thread(target=pace)
    thread.start()
    try:
        with CollectChild(tmp_path / "c", broker.bootstrap) as child:
            written = Written(tmp_path / "c")
            child.wait(lambda: len(written.samples("end").get((topic, 0), ())) >= 3, "some ends")
            committed = made[-1][0]
            commit_for(broker.bootstrap, group, {(topic, 0): committed})
            child.wait(lambda: any(lag.late for lag in lag_in(written, group).values()), "the lag")
            child.wait(lambda: len(made) > committed + 40, "more records")
            (lag,) = lag_in(written, group).values()
            seen = max(row[3] for row in written.rows() if row[:3] == ("end", topic, 0))
            child.stop()
    finally:
        stop.set()
        thread.join()
    assert lag.late is not None
    true = (seen - dict(made)[committed]) / 1000
    assert abs(lag.late.seconds - true) <= 1.0 + max(
        0.0, lag.late.within - 1.0
    )  # a machine that stood still samples less
    assert abs(lag.late.seconds - true) <= lag.late.within + 0.2
