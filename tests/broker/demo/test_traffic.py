"""The demo's records on a real Kafka, compared with what the oracles read."""

import collections
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import takewhile

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, OffsetSpec, ResourceType

from meshdesk.demo import topics
from meshdesk.demo import traffic as module
from meshdesk.demo.broker import Broker
from meshdesk.demo.making import make_topics, remove_topics
from meshdesk.demo.story.event import Event
from meshdesk.demo.story.telling import DAY, HISTORY, events
from meshdesk.demo.traffic import Traffic
from meshdesk.demo.trouble import Complaints
from meshdesk.model.trouble import Trouble
from tests.broker import oracles
from tests.broker.demo.processes import wait_until

SEED = 11


@dataclass
class Running:
    """The demo's traffic, live on the shared broker."""

    broker: Broker
    traffic: Traffic
    now_ms: int
    history: list[Event]
    troubles: list[Trouble] = field(default_factory=list)


@pytest.fixture(scope="module")
def running(broker: Broker) -> Iterator[Running]:
    now, troubles = int(time.time() * 1000), list[Trouble]()
    going = Traffic(SEED, now_ms=now, complaints=Complaints(troubles.append))
    going.tell()
    made = make_topics(broker.bootstrap)
    going.start(broker.bootstrap)
    try:
        yield Running(broker, going, now, history(now), troubles)
    finally:
        going.stop()
        assert remove_topics(broker.bootstrap, made) == []


def history(now_ms: int, span: int = HISTORY) -> list[Event]:
    """The story as it is to be found in the topics, up to the moment it went live."""
    return [*takewhile(lambda event: event.timestamp_ms < now_ms, events(SEED, now_ms - span, now_ms))]


def fields(record: oracles.Consumed) -> tuple[object, ...]:
    return record.timestamp, record.key, record.value, record.headers


def event_fields(event: Event) -> tuple[object, ...]:
    return event.timestamp_ms, event.key, event.value, event.headers


@pytest.mark.parametrize(
    "topic", [topics.PLACED, topics.AUTHORISED, topics.PROFILES, topics.RESERVATIONS, topics.POSITIONS]
)
def test_that_kcat_reads_the_story_byte_for_byte_in_order_within_a_key(running: Running, topic: str) -> None:
    assert running.traffic.wait_for_history(60)
    read = [record for record in oracles.kcat(running.broker, topic) if record.timestamp < running.now_ms]
    wanted = [event for event in running.history if event.topic == topic]
    assert len(wanted) > 10
    assert collections.Counter(map(fields, read)) == collections.Counter(map(event_fields, wanted))
    assert by_key(map(fields, read)) == by_key(map(event_fields, wanted))


def by_key(records: Iterable[tuple[object, ...]]) -> dict[object, list[object]]:
    """What came under each key, in its order; kcat's are in the order of partition and offset."""
    found: dict[object, list[object]] = collections.defaultdict(list)
    for record in records:
        found[record[1]].append(record)
    return found


def test_that_the_console_consumer_reads_the_same_as_kcat(running: Running) -> None:
    assert running.traffic.wait_for_history(60)
    before = len(oracles.kcat(running.broker, topics.CAPTURED))
    read = oracles.console_consumer(running.broker, topics.CAPTURED, before)
    again = oracles.kcat(running.broker, topics.CAPTURED)
    assert len(read) == before > 2000
    # So many of all partitions together: more of one, where it was quicker to be read, and fewer of another.
    for partition in {record.partition for record in again}:
        mine = [record for record in read if record.partition == partition]
        assert mine == [record for record in again if record.partition == partition][: len(mine)]


def test_that_times_grow_in_every_partition_so_that_kafka_finds_a_day_ago_by_time(running: Running) -> None:
    assert running.traffic.wait_for_history(60)
    admin = AdminClient({"bootstrap.servers": running.broker.bootstrap, "log_level": 0})
    for topic in (topics.PLACED, topics.STOCK, topics.DEAD):
        read = oracles.kcat(running.broker, topic)
        day_ago = running.now_ms - DAY
        for partition in {record.partition for record in read}:
            times = [record.timestamp for record in read if record.partition == partition]
            assert times == sorted(times)
            place = TopicPartition(topic, partition)
            asked = admin.list_offsets({place: OffsetSpec.for_timestamp(day_ago)})[place].result(30).offset
            later = [record.offset for record in read if record.partition == partition and record.timestamp >= day_ago]
            assert asked == later[0]


def test_that_a_dead_letter_says_where_its_payment_lies(running: Running) -> None:
    assert running.traffic.wait_for_history(60)
    payments = {(record.partition, record.offset): record for record in oracles.kcat(running.broker, topics.CAPTURED)}
    dead = oracles.kcat(running.broker, topics.DEAD)
    assert len(dead) > 10
    for letter in dead:
        told = dict(letter.headers)
        place = tuple(int(told[f"__connect.errors.{name}"] or b"") for name in ("partition", "offset"))
        assert (payments[place].key, payments[place].value) == (letter.key, letter.value)  # type: ignore[index]


def test_that_live_records_arrive_as_fast_as_promised_with_the_times_of_now(running: Running) -> None:
    assert running.traffic.wait_for_history(60)
    wait_until(lambda: time.time() * 1000 > running.now_ms + 8_000, "some seconds of live traffic")
    before, began = running.traffic.produced, time.monotonic()
    wait_until(lambda: running.traffic.produced >= before + 200, "200 live records")
    assert 25 < 200 / (time.monotonic() - began) < 150
    newest = max(record.timestamp for record in oracles.kcat(running.broker, topics.NOTIFIED))
    assert abs(newest - time.time() * 1000) < 5_000
    assert running.troubles == []


def test_that_a_record_beside_the_story_is_written(running: Running, topic: str) -> None:
    running.traffic.write(topics.TICKETS, b"by hand", b"1")
    wait_until(
        lambda: b"by hand" in {record.key for record in oracles.kcat(running.broker, topics.TICKETS)}, "it is there"
    )


def test_that_the_bounds_stand_in_the_real_topics_and_keep_a_week_below_a_gigabyte(running: Running) -> None:
    admin = AdminClient({"bootstrap.servers": running.broker.bootstrap, "log_level": 0})
    resources = {topic.name: ConfigResource(ResourceType.TOPIC, topic.name) for topic in topics.TOPICS}
    answers = admin.describe_configs([*resources.values()])
    partitions = admin.list_topics(timeout=30).topics
    most = 0
    for topic in topics.TOPICS:
        settings = {name: entry.value for name, entry in answers[resources[topic.name]].result(30).items()}
        assert topic.settings.items() <= settings.items(), topic.name
        assert len(partitions[topic.name].partitions) == topic.partitions
        if settings["cleanup.policy"] == "delete":
            most += topic.partitions * (int(settings["retention.bytes"]) + 2 * int(settings["segment.bytes"]))
    assert most < 700_000_000


def test_that_stopping_ends_every_thread_and_a_second_time_nothing(
    bare_broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HISTORY", DAY)
    make_topics(bare_broker.bootstrap)
    now = int(time.time() * 1000)
    going = Traffic(SEED, now_ms=now, live=False, complaints=Complaints(lambda trouble: None))
    going.tell()
    going.start(bare_broker.bootstrap)
    assert going.wait_for_history(60)
    assert going.produced == len(history(now, DAY)) + 1  # the first live one closes the history
    going.stop()
    going.stop()


def test_that_a_story_without_a_kafka_ends_too() -> None:
    going = Traffic(SEED, now_ms=int(time.time() * 1000), complaints=Complaints(lambda trouble: None))
    going.tell()
    going.stop()
    assert not going.wait_for_history(0)


def test_that_it_can_be_stopped_while_the_history_is_still_told(bare_broker: Broker) -> None:
    """A thread that dies of an exception fails the test (pytest's own net)."""
    make_topics(bare_broker.bootstrap)
    for _ in range(2):
        going = Traffic(SEED, now_ms=int(time.time() * 1000), complaints=Complaints(lambda trouble: None))
        going.tell()
        going.start(bare_broker.bootstrap)
        wait_until(lambda one=going: one.produced > 0, "it has begun")  # type: ignore[misc]
        going.stop()
        assert not going.wait_for_history(0)
