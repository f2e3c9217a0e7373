"""Offsets by timestamp: of several moments and partitions at once, and what is said where they cannot be had."""

from threading import Event

from confluent_kafka import KafkaError

from meshdesk.collect.asking import Asking
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
