"""The demo's traffic on a real Kafka, compared with what the oracles read."""

import collections
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic, ResourceType

from meshdesk.demo import contracts, traffic
from meshdesk.demo.broker import Broker
from meshdesk.demo.orders import DAY, Event, events
from meshdesk.demo.traffic import QUICK_GROUP, SLOW_GROUP, SLOW_TOPIC, Traffic, groups_there, make_topics, remove_topics
from meshdesk.demo.trouble import DemoError
from meshdesk.model.trouble import Trouble
from tests.broker import oracles
from tests.broker.collect.written import Written
from tests.broker.demo.processes import wait_until
from tests.programs.running import CollectChild
from tests.unit.capture.making import OPENED

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
    made = make_topics(broker.bootstrap)
    now, troubles = int(time.time() * 1000), list[Trouble]()
    going = Traffic(broker.bootstrap, SEED, now_ms=now, report=troubles.append)
    going.start()
    try:
        yield Running(broker, going, now, history(now), troubles)
    finally:
        going.stop()
        assert remove_topics(broker.bootstrap, made, [QUICK_GROUP, SLOW_GROUP]) == []


def history(now_ms: int) -> list[Event]:
    """The story as it is to be found in the topics, up to the moment it went live."""
    return [*takewhile(lambda event: event.timestamp_ms < now_ms, events(SEED, now_ms - DAY, now_ms))]


def fields(record: oracles.Consumed) -> tuple[object, ...]:
    return record.timestamp, record.key, record.value, record.headers


def event_fields(event: Event) -> tuple[object, ...]:
    return event.timestamp_ms, event.key, event.value, event.headers


@pytest.mark.parametrize("topic", [contracts.PLACED, contracts.DISPATCHED, contracts.PROFILES, contracts.CANCELLED])
def test_that_kcat_reads_the_story_byte_for_byte_in_order_within_a_key(running: Running, topic: str) -> None:
    assert running.traffic.wait_for_history(60)
    read = [record for record in oracles.kcat(running.broker, topic) if record.timestamp < running.now_ms]
    wanted = [event for event in running.history if event.topic == topic]
    assert len(wanted) > 300
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
    before = len(oracles.kcat(running.broker, contracts.CAPTURED))
    read = oracles.console_consumer(running.broker, contracts.CAPTURED, before)
    again = oracles.kcat(running.broker, contracts.CAPTURED)
    assert len(read) == before > 5000
    # So many of all partitions together: more of one, where it was quicker to be read, and fewer of another.
    for partition in {record.partition for record in again}:
        mine = [record for record in read if record.partition == partition]
        assert mine == [record for record in again if record.partition == partition][: len(mine)]


def test_that_live_records_arrive_as_fast_as_promised_with_the_times_of_now(running: Running) -> None:
    assert running.traffic.wait_for_history(60)
    wait_until(lambda: time.time() * 1000 > running.now_ms + 8_000, "some seconds of live traffic")
    before, began = running.traffic.produced, time.monotonic()
    wait_until(lambda: running.traffic.produced >= before + 200, "200 live records")
    assert 30 < 200 / (time.monotonic() - began) < 110
    newest = max(record.timestamp for record in oracles.kcat(running.broker, contracts.NOTIFIED))
    assert abs(newest - time.time() * 1000) < 5_000
    assert running.troubles == []


def test_that_one_group_keeps_up_and_the_other_falls_behind(running: Running) -> None:
    assert running.traffic.wait_for_history(60)
    lags: list[int] = []

    def falls_behind() -> bool:
        lines = oracles.consumer_groups(running.broker, SLOW_GROUP)
        lags.append(sum(line.lag or 0 for line in lines))
        return lags[-1] > lags[0] + 30 and all(line.lag is not None for line in lines)

    wait_until(falls_behind, "the lag of the slow group grows")
    slow = oracles.consumer_groups(running.broker, SLOW_GROUP)
    assert {line.topic for line in slow} == {SLOW_TOPIC}
    assert all(line.member is not None for line in slow)

    def keeps_up() -> bool:
        lines = oracles.consumer_groups(running.broker, QUICK_GROUP)
        return {line.topic for line in lines} == set(traffic.QUICK_TOPICS) and sum(
            line.lag or 0 for line in lines
        ) < 200

    wait_until(keeps_up, "the quick group has read the history and stays at the end")


def test_that_a_capture_knows_both_groups_and_what_they_read(running: Running, tmp_path: Path) -> None:
    assert running.traffic.wait_for_history(60)
    with CollectChild(tmp_path / "c", running.broker.bootstrap) as child:
        written = Written(tmp_path / "c")
        wanted = {f"{QUICK_GROUP} {topic}": partitions_of(topic) for topic in traffic.QUICK_TOPICS}
        wanted[f"{SLOW_GROUP} {SLOW_TOPIC}"] = partitions_of(SLOW_TOPIC)

        def are_read() -> bool:
            said = {reads: written.values("reads", reads)[-1:] for reads in wanted}
            return said == {reads: [{"assigned": count, "committed": count}] for reads, count in wanted.items()}

        child.wait(are_read, "what both groups read")
        for group in (QUICK_GROUP, SLOW_GROUP):
            told = written.values("group", group)[-1] or {}
            assert (told["type"], told["state"], told["count"]) == ("classic", "stable", 1)
        child.stop()
    assert child.troubles == []
    while OPENED:
        OPENED.pop().close()


def partitions_of(topic: str) -> int:
    """How many partitions the demo gives a topic."""
    return next(one.partitions for one in contracts.TOPICS if one.name == topic)


def test_that_the_bounds_stand_in_the_real_topics_and_keep_a_week_below_a_gigabyte(running: Running) -> None:
    admin = AdminClient({"bootstrap.servers": running.broker.bootstrap, "log_level": 0})
    resources = {topic.name: ConfigResource(ResourceType.TOPIC, topic.name) for topic in contracts.TOPICS}
    answers = admin.describe_configs([*resources.values()])
    partitions = admin.list_topics(timeout=30).topics
    most = 0
    for topic in contracts.TOPICS:
        settings = {name: entry.value for name, entry in answers[resources[topic.name]].result(30).items()}
        assert topic.settings.items() <= settings.items(), topic.name
        assert len(partitions[topic.name].partitions) == topic.partitions
        if settings["cleanup.policy"] == "delete":
            most += topic.partitions * (int(settings["retention.bytes"]) + 2 * int(settings["segment.bytes"]))
    assert most < 700_000_000


def test_that_stopping_ends_every_thread_and_the_groups_leave(fresh_broker: Broker) -> None:
    make_topics(fresh_broker.bootstrap)
    now = int(time.time() * 1000)
    going = Traffic(fresh_broker.bootstrap, SEED, now_ms=now, live=False, report=lambda trouble: None)
    going.start()
    assert going.wait_for_part(60)
    assert going.wait_for_history(60)
    assert going.produced == len(history(now)) + 1  # the first live one closes the history
    wait_until(lambda: oracles.consumer_groups(fresh_broker, SLOW_GROUP) != [], "the slow group is there")
    going.stop()
    going.stop()
    assert all(line.member is None for line in oracles.consumer_groups(fresh_broker, QUICK_GROUP))
    assert groups_there(fresh_broker.bootstrap) >= {QUICK_GROUP}


def test_that_a_topic_of_somebody_else_is_left_alone(fresh_broker: Broker) -> None:
    admin = AdminClient({"bootstrap.servers": fresh_broker.bootstrap, "log_level": 0})
    admin.create_topics([NewTopic(contracts.TRACKED, 1)])[contracts.TRACKED].result(30)
    with pytest.raises(
        DemoError, match=f"already has {contracts.TRACKED}, and the demo writes only to topics that it made"
    ):
        make_topics(fresh_broker.bootstrap)
    assert oracles.topics(fresh_broker) == [contracts.TRACKED]


def test_that_a_topic_that_cannot_be_made_leaves_none_behind(
    fresh_broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = contracts.Topic(contracts.NOTIFIED, 1, {"cleanup.policy": "burn"})
    monkeypatch.setattr(contracts, "TOPICS", (contracts.TOPICS[0], wrong))
    with pytest.raises(
        DemoError, match=rf"^The topic {contracts.NOTIFIED} could not be made on .*\. The demo needs a Kafka"
    ):
        make_topics(fresh_broker.bootstrap)
    wait_until(lambda: oracles.topics(fresh_broker) == [], "the first topic is removed")


def test_that_a_kafka_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traffic, "REACH_SECONDS", 0.5)
    for ask in (make_topics, groups_there):
        with pytest.raises(
            DemoError, match=r"^No Kafka answers on 127\.0\.0\.1:9\. Check the address, then start again\.$"
        ):
            ask("127.0.0.1:9")
