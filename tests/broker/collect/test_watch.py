"""The watch: topics by difference as facts, offsets as samples, and a cluster that goes and comes back."""

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from meshdesk.capture.store import CaptureError
from meshdesk.collect import watch as module
from meshdesk.collect.client import Cluster
from meshdesk.collect.properties import Source
from meshdesk.collect.watch import Gone, Watch
from meshdesk.demo.broker import Broker
from meshdesk.model.fact import Fact
from meshdesk.model.frame import Message
from meshdesk.model.mesh import Mesh, fold
from meshdesk.model.trouble import Trouble
from tests.broker.collect.listening import closed_port
from tests.broker.collect.producing import (
    New,
    add_partitions,
    create_topic,
    delete_records,
    delete_topic,
    produce,
)
from tests.broker.collect.written import Written, begin_capture
from tests.kafka import MakeTopic
from tests.programs.running import wait_until
from tests.unit.capture.making import OPENED, disk_full_at


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounds that a test can wait for."""
    for name in ("METADATA_EVERY", "ENDS_EVERY", "BEGINNINGS_EVERY", "LIVES_EVERY"):
        monkeypatch.setattr(module, name, 0.1)


class Watching(Written):
    """A watch with a capture of its own, and what it said and wrote."""

    def __init__(self, folder: Path, source: Source) -> None:
        self.writer = begin_capture(folder, source.bootstrap)
        super().__init__(folder)
        self.troubles: list[Trouble] = []
        self.news = 0
        self.watch = Watch(Cluster(source, self.troubles.append), self.writer, self.troubles.append, self._count)

    def _count(self) -> None:
        self.news += 1

    def of_topic(self, topic: str) -> list[Message | None]:
        """What was said of a topic, one after the other."""
        return self.values("topic", topic)

    def rounds(self, number: int) -> None:
        """Waits for so many more steps of the watch."""
        until = self.news + number
        wait_until(lambda: self.news >= until, f"{number} steps of the watch")


Begin = Callable[[Source], Watching]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    started: list[Watching] = []

    def one(source: Source) -> Watching:
        started.append(Watching(tmp_path / f"capture-{len(started)}", source))
        return started[-1]

    yield one
    for watching in started:
        watching.watch.stop()
        watching.writer.close()
    while OPENED:
        OPENED.pop().close()


# Facts


def test_that_topics_are_told_by_difference(broker: Broker, make_topic: MakeTopic, topic: str, begin: Begin) -> None:
    there = make_topic(2)
    watching = begin(Source(broker.bootstrap))
    wait_until(lambda: watching.of_topic(there), "the topic that was there")
    create_topic(broker.bootstrap, topic)
    wait_until(lambda: watching.of_topic(topic), "the new topic")
    add_partitions(broker.bootstrap, topic, 3)
    wait_until(lambda: len(watching.of_topic(topic)) == 2, "its new partitions")
    delete_topic(broker.bootstrap, topic)
    wait_until(lambda: len(watching.of_topic(topic)) == 3, "its end")
    assert watching.of_topic(topic) == [
        {"partitions": 1, "internal": False},
        {"partitions": 3, "internal": False},
        None,
    ]
    assert watching.of_topic(there) == [{"partitions": 2, "internal": False}]
    assert all(failed == "" for failed in watching.checked("kafka"))
    assert watching.troubles == []


def test_that_nothing_is_written_while_nothing_changes(broker: Broker, begin: Begin) -> None:
    watching = begin(Source(broker.bootstrap))
    wait_until(lambda: watching.checked("kafka"), "the first round")
    said = watching.facts
    watching.rounds(12)
    assert watching.facts == said


def test_that_the_cluster_says_who_it_is_without_the_registrys_password(broker: Broker, begin: Begin) -> None:
    watching = begin(Source(broker.bootstrap, "http://ada:geheim@127.0.0.1:1/api"))
    wait_until(lambda: watching.checked("kafka"), "the first round")
    (cluster,) = (fact for fact in watching.facts if isinstance(fact, Fact) and fact.kind == "cluster")
    assert cluster == cluster._replace(about=broker.bootstrap, source="kafka", evidence="observed")
    assert cluster.value == {
        "id": broker.cluster_id,
        "bootstrap": broker.bootstrap,
        "brokers": [broker.bootstrap],
        "registry": "http://127.0.0.1:1/api",
    }


def test_that_topics_of_kafkas_own_are_told_as_such(broker: Broker, begin: Begin) -> None:
    create_topic(broker.bootstrap, "__test.own")
    watching = begin(Source(broker.bootstrap))
    wait_until(lambda: watching.of_topic("__test.own"), "the topic")
    assert watching.of_topic("__test.own") == [{"partitions": 1, "internal": True}]
    delete_topic(broker.bootstrap, "__test.own")


# Samples


def test_that_ends_and_beginnings_are_sampled(broker: Broker, make_topic: MakeTopic, begin: Begin) -> None:
    topic = make_topic(2)
    produce(broker.bootstrap, topic, [New(b"%d" % n, partition=n % 2) for n in range(10)])
    watching = begin(Source(broker.bootstrap))
    ends, begins = partial(watching.samples, "end"), partial(watching.samples, "beginning")
    wait_until(lambda: len(ends().get((topic, 1), [])) >= 2, "two samples of the end")
    produce(broker.bootstrap, topic, [New(b"more") for _ in range(3)])
    delete_records(broker.bootstrap, topic, 2, partition=1)
    wait_until(lambda: ends()[topic, 0][-1] == 8, "the new end")
    wait_until(lambda: begins()[topic, 1][-1] == 2, "the new beginning")
    assert set(ends()[topic, 0]) == {5, 8}
    assert set(ends()[topic, 1]) == {5}
    assert set(begins()[topic, 0]) == {0}


def test_that_a_large_mesh_is_asked_slice_by_slice_and_nothing_is_left_out(
    broker: Broker, make_topic: MakeTopic, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PARTITIONS_A_ROUND", 2)
    topic = make_topic(7)
    places = {(topic, number) for number in range(7)}
    watching = begin(Source(broker.bootstrap))
    wait_until(lambda: places <= watching.samples("end").keys(), "an end of each partition")
    wait_until(lambda: places <= watching.samples("beginning").keys(), "a beginning of each partition")
    assert max(placed.batch.rows for placed in watching.capture.samples) == 2


# Topics that are read


def test_that_a_topic_that_is_read_is_gone_when_it_is_deleted_and_when_it_is_made_again(
    broker: Broker, make_topic: MakeTopic, begin: Begin
) -> None:
    stays, goes, again = make_topic(2), make_topic(), make_topic()
    watching = begin(Source(broker.bootstrap))
    ask = Cluster(Source(broker.bootstrap), watching.troubles.append)
    wait_until(lambda: all(map(ask.topic_id, (stays, goes, again))), "the broker to know them")
    watching.watch.followed = {name: ask.topic_id(name) for name in (stays, goes, again)}
    wait_until(lambda: watching.watch.partitions == {stays: 2, goes: 1, again: 1}, "their partitions")
    assert watching.watch.gone.empty()
    delete_topic(broker.bootstrap, again)
    create_topic(broker.bootstrap, again)
    delete_topic(broker.bootstrap, goes)
    add_partitions(broker.bootstrap, stays, 4)
    wait_until(lambda: watching.watch.partitions == {stays: 4, again: 1}, "what is left")
    gone = {watching.watch.gone.get(timeout=10) for _ in range(watching.watch.gone.qsize())}
    followed = watching.watch.followed
    assert gone >= {Gone(goes, followed[goes], False), Gone(again, followed[again], True)}
    assert {one.topic for one in gone} == {goes, again}


# Clusters that go


def test_that_a_cluster_that_never_answers_is_said_and_written_as_not_known(begin: Begin) -> None:
    watching = begin(Source(f"127.0.0.1:{closed_port()}"))
    wait_until(lambda: watching.checked("kafka"), "the first round")
    assert not watching.watch.connected
    assert watching.checked("kafka")[0].startswith("Nothing answers at 127.0.0.1:")
    assert [fact for fact in watching.facts if isinstance(fact, Fact)] == []
    watching.rounds(2)
    assert len(watching.checked("kafka")) == 1, "a capture does not grow by what goes on not to answer"


def test_that_a_broker_that_dies_is_said_and_its_return_ends_the_trouble(fresh_broker: Broker, begin: Begin) -> None:
    create_topic(fresh_broker.bootstrap, "stays")
    watching = begin(Source(fresh_broker.bootstrap))
    wait_until(lambda: watching.watch.connected and watching.of_topic("stays"), "the connection")
    fresh_broker.kill()
    wait_until(lambda: not watching.watch.connected and watching.checked("kafka")[-1], "the end of it")
    assert watching.troubles[-1].text == f"Nothing answers at {fresh_broker.bootstrap}."
    mesh = Mesh()
    fold(mesh, watching.facts)
    assert mesh.checked["kafka"].failed == f"Nothing answers at {fresh_broker.bootstrap}."
    assert "stays" in mesh.topics, "what is not known is not absent"
    fresh_broker.resume()
    wait_until(lambda: watching.watch.connected and not watching.checked("kafka")[-1], "the connection again")
    fold(mesh, watching.facts)
    assert mesh.checked["kafka"].failed == ""
    assert {trouble.text for trouble in watching.troubles} == {f"Nothing answers at {fresh_broker.bootstrap}."}
    assert watching.of_topic("stays") == [{"partitions": 1, "internal": False}]


# The capture


def test_that_a_full_disk_ends_the_watch_with_a_sentence(broker: Broker, make_topic: MakeTopic, begin: Begin) -> None:
    watching = begin(Source(broker.bootstrap))
    wait_until(lambda: watching.samples("end"), "the first samples")
    with disk_full_at(1):
        make_topic()
        wait_until(lambda: watching.watch.failure is not None, "the failure")
    assert isinstance(watching.watch.failure, CaptureError)
    assert "cannot be written: File too large." in str(watching.watch.failure)
    wait_until(lambda: not watches(), "the end of its thread")


def test_that_it_ends_when_it_is_stopped(broker: Broker, begin: Begin) -> None:
    watching = begin(Source(broker.bootstrap))
    wait_until(lambda: watching.watch.connected, "the connection")
    started = time.monotonic()
    watching.watch.stop()
    assert watches() == []
    assert time.monotonic() - started < 5


def watches() -> list[str]:
    """The threads of watches that run."""
    return [thread.name for thread in threading.enumerate() if thread.name == "watch"]
