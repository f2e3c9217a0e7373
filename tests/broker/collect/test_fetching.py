"""Fetching: a real client fetches what it was given from the offset that was said, and nothing while it is paused."""

from collections.abc import Iterator

import pytest
from confluent_kafka import KafkaError

from meshdesk.collect.fetching import FIRST_BATCH, Fetching
from meshdesk.collect.keeper import Limit
from meshdesk.collect.properties import Source
from meshdesk.demo.broker import Broker
from tests.broker.collect.producing import New, produce
from tests.kafka import MakeTopic
from tests.programs.running import wait_until

COUNT = FIRST_BATCH + 20


@pytest.fixture
def errors() -> list[KafkaError]:
    return []


@pytest.fixture
def fetching(broker: Broker, errors: list[KafkaError]) -> Iterator[Fetching]:
    made = Fetching(Source(broker.bootstrap), errors.append, Limit())
    yield made
    made.stop()
    made.close()
    assert errors == []


@pytest.fixture
def topic(broker: Broker, make_topic: MakeTopic) -> str:
    """Two partitions with the offsets 0 … COUNT - 1 each."""
    name = make_topic(2)
    produce(broker.bootstrap, name, [New(b"x" * 100, partition=number) for number in (0, 1) for _ in range(COUNT)])
    return name


def offsets_of(fetching: Fetching, partition: int, last: int) -> list[int]:
    """What comes of a partition up to an offset."""
    found: list[int] = []

    def has_come() -> bool:
        messages = [one for one in fetching.take() if one.error() is None and one.partition() == partition]
        found.extend(offset for one in messages if (offset := one.offset()) is not None)
        return last in found

    wait_until(has_come, f"offset {last}")
    return found


def test_that_partitions_are_read_from_where_is_said_and_no_more_once_they_have_no_position(
    fetching: Fetching, topic: str
) -> None:
    fetching.read_on([(topic, 0), (topic, 1)], {(topic, 0): 7, (topic, 1): COUNT - 2})
    assert offsets_of(fetching, 0, COUNT - 1) == list(range(7, COUNT))
    fetching.read_on([(topic, 0), (topic, 1)], {(topic, 0): 3})
    assert offsets_of(fetching, 0, COUNT - 1) == list(range(3, COUNT))
    assert dict(fetching.ends()) == {(topic, 0): COUNT}


def test_that_nothing_comes_while_it_is_paused_of_what_is_given_to_it_then_neither(
    fetching: Fetching, topic: str
) -> None:
    fetching.read_on([(topic, 0)], {(topic, 0): 0})
    assert offsets_of(fetching, 0, COUNT - 1)[0] == 0
    fetching.pause(True)
    fetching.read_on([(topic, 0), (topic, 1)], {(topic, 0): 0, (topic, 1): 0})
    assert [one for _ in range(5) for one in fetching.take() if one.error() is None] == []
    fetching.pause(False)
    assert offsets_of(fetching, 1, COUNT - 1)[0] == 0


def test_that_a_batch_is_as_long_as_the_size_of_records_lets_it_be(fetching: Fetching, topic: str) -> None:
    fetching.read_on([(topic, 0)], {(topic, 0): 0})
    wait_until(lambda: dict(fetching.ends())[topic, 0] == COUNT, "what the client fetches by itself")
    first = fetching.take()
    assert (len(first), fetching.is_flood) == (FIRST_BATCH, True)
    fetching.fit(first)
    fetching.take()
    assert not fetching.is_flood  # ten thousand records of this size would have fitted


def test_that_the_partitions_of_a_topic_are_counted_as_their_leaders_are_looked_for(
    fetching: Fetching, topic: str
) -> None:
    assert fetching.find_leaders(topic, 10.0) == 2
