"""Where a topic is to be read, as a real cluster says. What comes of partitions without a leader stands in test_collector.py."""

import pytest

from meshdesk.collect.client import Cluster, KafkaTrouble
from meshdesk.collect.locating import locate, partition_count
from meshdesk.collect.properties import Source
from meshdesk.collect.reading import Offsets
from meshdesk.demo.broker import Broker
from meshdesk.model.position import Position
from tests.broker.collect.producing import New, delete_records, produce, produced, producer
from tests.kafka import MakeTopic


@pytest.fixture
def cluster(broker: Broker) -> Cluster:
    return Cluster(Source(broker.bootstrap), lambda trouble: None)


def test_that_the_partitions_of_a_topic_are_counted_and_one_that_is_not_there_is_a_sentence(
    cluster: Cluster, make_topic: MakeTopic, topic: str
) -> None:
    assert partition_count(cluster, make_topic(3)) == 3
    with pytest.raises(KafkaTrouble) as failed:
        partition_count(cluster, topic)
    assert failed.value.trouble.text == f"There is no topic {topic} at {cluster.source.bootstrap}."


def test_that_positions_are_offsets_of_each_partition(cluster: Cluster, broker: Broker, make_topic: MakeTopic) -> None:
    topic, base = make_topic(3), 1_790_000_000_000
    produce(broker.bootstrap, topic, [New(b"", partition=n % 2, timestamp=base + n) for n in range(20)])
    delete_records(broker.bootstrap, topic, 2, 0)

    def found(start: Position, until: Position | None = None) -> list[Offsets]:
        located = locate(cluster, topic, 3, start, until, "read_committed")
        assert (located.leaderless, dict(located.held)) == ((), {})
        return [located.offsets[number] for number in range(3)]

    everything = [Offsets(2, 10, 2, 10), Offsets(0, 10, 0, 10), Offsets(0, 0, 0, 0)]
    assert found(Position("beginning"), Position("end")) == everything
    times = Position("time", base + 7), Position("time", base + 12)
    assert found(*times) == [Offsets(2, 10, 4, 6), Offsets(0, 10, 3, 6), Offsets(0, 0, -1, 0)]
    assert [offsets.stop for offsets in found(Position("end"))] == [None] * 3


def test_that_what_an_open_transaction_holds_back_is_told_to_who_reads_committed_records_to_the_end(
    cluster: Cluster, broker: Broker, make_topic: MakeTopic, topic: str
) -> None:
    name, by = make_topic(2), producer(broker.bootstrap, transactional_id=topic)
    by.init_transactions(30)
    by.begin_transaction()
    produced(by, name, [New(b"open") for _ in range(4)])
    beginning, end = Position("beginning"), Position("end")
    assert locate(cluster, name, 2, beginning, end, "read_committed").held == {0: (0, 4)}
    assert locate(cluster, name, 2, beginning, None, "read_committed").held == {}
    assert locate(cluster, name, 2, beginning, end, "read_uncommitted").held == {}
    by.abort_transaction(30)
