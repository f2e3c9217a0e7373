"""Partitions at an offset that the broker has not: a real one is asked where they begin and end, and nobody waits."""

import time

import pytest
from confluent_kafka import KafkaException

from meshdesk.collect.client import Bounds, Cluster
from meshdesk.collect.out_of_range import ASK_AGAIN, OutOfRange
from meshdesk.collect.properties import Source
from meshdesk.demo.broker import Broker
from tests.broker.collect.producing import New, produce
from tests.kafka import MakeTopic
from tests.programs.running import wait_until


@pytest.fixture
def cluster(broker: Broker) -> Cluster:
    return Cluster(Source(broker.bootstrap), print)


@pytest.fixture
def lost(cluster: Cluster) -> OutOfRange:
    return OutOfRange(cluster.bounds)


def answer_in(lost: OutOfRange, now: float | None = None) -> tuple[tuple[str, int], Bounds]:
    found: list[tuple[tuple[str, int], Bounds]] = []

    def has_come() -> bool:
        found.extend(lost.answered(now or time.monotonic()))
        return bool(found)

    wait_until(has_come, "the answer")
    return found[0]


def test_that_the_broker_says_where_a_partition_begins_and_ends_until_it_is_forgotten(
    broker: Broker, make_topic: MakeTopic, lost: OutOfRange
) -> None:
    topic = make_topic(1)
    produce(broker.bootstrap, topic, [New(b"x")] * 3)
    lost.add((topic, 0))
    place, asked = answer_in(lost)
    low, high, topic_id = asked.answer()
    assert (place, low, high, bool(topic_id)) == ((topic, 0), 0, 3, True)
    lost.forget(place)
    assert lost.answered(time.monotonic()) == []


def test_that_an_answer_that_is_of_no_use_is_asked_for_once_more_after_a_while(lost: OutOfRange) -> None:
    lost.add(("there.is.none", 0))
    place, asked = answer_in(lost)
    with pytest.raises(KafkaException):
        asked.answer()
    now = time.monotonic()
    lost.ask_again(place, now)
    assert lost.answered(now) == []
    again = answer_in(lost, now + ASK_AGAIN)[1]
    assert again is not asked
