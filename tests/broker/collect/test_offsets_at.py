"""Offsets by timestamp: of several moments and partitions at once, and what is said where they cannot be had."""

from threading import Event

import pytest
from confluent_kafka import KafkaError
from confluent_kafka.admin import AdminClient

from meshdesk.collect import client as client_module
from meshdesk.collect.asking import Asking
from meshdesk.collect.client import FEW
from meshdesk.collect.offsets_at import BEGINNING, END, NONE, offsets_at
from meshdesk.collect.properties import Source
from meshdesk.demo.broker import Broker
from tests.broker.collect.producing import New, delete_records, produce
from tests.kafka import MakeTopic


def test_that_each_moment_has_its_offset_and_a_later_one_none(broker: Broker, make_topic: MakeTopic) -> None:
    topic = make_topic(2, retention_ms="-1")
    produce(broker.bootstrap, topic, [New(b"", timestamp=1_000 * n) for n in range(1, 11)])
    delete_records(broker.bootstrap, topic, 2)
    cluster = Asking(Source(broker.bootstrap))
    both = [(topic, 0), (topic, 1)]
    asked = dict.fromkeys((BEGINNING, END, 500, 3000, 3001, 10001), both)
    said = offsets_at(cluster, asked, Event())
    assert [said[moment, (topic, 0)] for moment in asked] == [2, 10, 2, 2, 3, NONE]
    assert [said[moment, (topic, 1)] for moment in asked] == [0, 0, NONE, NONE, NONE, NONE]
    cluster.leave()


def test_that_a_partition_that_is_not_there_says_so_and_the_others_answer(
    broker: Broker, make_topic: MakeTopic
) -> None:
    topic = make_topic()
    cluster = Asking(Source(broker.bootstrap))
    said = offsets_at(cluster, {0: [(topic, 0), (topic, 7)]}, Event())
    assert said[0, (topic, 0)] == NONE
    assert isinstance(said[0, (topic, 7)], KafkaError)
    stopped = Event()
    stopped.set()
    assert offsets_at(cluster, {0: [(topic, 0)]}, stopped) in ({}, {(0, (topic, 0)): NONE})
    cluster.leave()


class Told:
    """A client that tells what it was asked, and asks it."""

    def __init__(self, client: AdminClient, said: list[str]) -> None:
        self._client, self._said = client, said

    def __getattr__(self, name: str) -> object:
        self._said.append(name)
        return getattr(self._client, name)


def test_that_no_offset_is_asked_for_before_the_client_knows_who_leads_its_partition(
    broker: Broker, make_topic: MakeTopic, monkeypatch: pytest.MonkeyPatch
) -> None:
    topics = [make_topic() for _ in range(FEW + 3)]
    asked: list[str] = []
    made = client_module._made
    monkeypatch.setattr(client_module, "_made", lambda kind, settings: Told(made(kind, settings), asked))
    cluster = Asking(Source(broker.bootstrap))

    def kinds(topics: list[str]) -> list[str]:
        asked.clear()
        said = offsets_at(cluster, {0: [(topic, 0) for topic in topics], END: [(topics[0], 0)]}, Event())
        assert set(said.values()) == {NONE, 0}
        return [name for name in asked if name != "poll"]

    first = kinds(topics[:2])
    assert first == ["list_topics", "list_topics", "list_offsets", "list_offsets"]
    assert kinds(topics[:2]) == ["list_offsets", "list_offsets"]
    assert kinds(topics)[0] == "list_topics"
    assert len(kinds(topics)) == 2
    cluster.leave()
    cluster._admin = cluster._made()
    assert kinds(topics)[0] == "list_topics"
    monkeypatch.setattr(client_module, "LED", 0.0)  # it may have forgotten them
    assert kinds(topics)[:2] == ["list_topics", "list_offsets"]
    cluster.leave()
