"""The demo's groups on a real Kafka: who keeps up, who falls behind, who stands still, who comes and goes."""

import threading
from collections.abc import Iterator

import pytest
from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from meshdesk.demo import topics
from meshdesk.demo.broker import Broker
from meshdesk.demo.groups import CAMPAIGN, GROUPS, PICKING, SLOW, STUCK, UNDECLARED, Groups
from meshdesk.demo.making import groups_there, make_topics
from meshdesk.demo.trouble import Complaints
from meshdesk.model.trouble import Trouble
from tests.broker.collect.producing import New, produce
from tests.broker.demo.processes import wait_until

SECONDS = 60.0


@pytest.fixture
def troubles() -> list[Trouble]:
    return []


@pytest.fixture
def groups(fresh_broker: Broker, troubles: list[Trouble]) -> Iterator[Groups]:
    """Before their beginning there are some records in each partition of what the slow and the stuck read."""
    make_topics(fresh_broker.bootstrap)
    for topic in (topics.TRACKED, topics.CAPTURED):
        write(fresh_broker, topic, 5)
    begin = threading.Event()
    made = Groups(fresh_broker.bootstrap, Complaints(troubles.append), begin)
    made.start()
    begin.set()
    yield made
    made.stop()
    made.stop()


def write(broker: Broker, topic: str, each: int) -> None:
    count = next(one.partitions for one in topics.TOPICS if one.name == topic)
    produce(broker.bootstrap, topic, [New(b"x", None, [], n % count, 1_795_496_400_000) for n in range(each * count)])


def members(broker: Broker, group: str) -> int:
    """Those that have a partition."""
    asking = admin(broker)
    try:
        told = asking.describe_consumer_groups([group])[group].result(30)
    except KafkaException:  # a coordinator that has just begun, or a group that has not
        return 0
    return sum(bool(member.assignment.topic_partitions) for member in told.members)


def lag(broker: Broker, group: str) -> int:
    asking = admin(broker)
    told = asking.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])[group].result(30)
    committed = [one for one in told.topic_partitions if one.offset >= 0]
    ends = asking.list_offsets({TopicPartition(one.topic, one.partition): OffsetSpec.latest() for one in committed})
    return sum(int(answer.result(30).offset) for answer in ends.values()) - sum(int(one.offset) for one in committed)


def admin(broker: Broker) -> AdminClient:
    return AdminClient({"bootstrap.servers": broker.bootstrap, "log_level": 0})


def test_that_there_are_eight_groups_and_more_of_which_one_is_stuck_and_one_is_slow() -> None:
    assert len({group.id for group in GROUPS}) == len(GROUPS) >= 8
    assert [group for group in GROUPS if group.pace == 0] == [STUCK]
    assert [group for group in GROUPS if group.pace] == [SLOW]
    assert UNDECLARED in GROUPS
    assert CAMPAIGN not in GROUPS


def test_that_all_begin_at_the_end_then_one_stands_still_and_one_is_slow(
    fresh_broker: Broker, groups: Groups, troubles: list[Trouble]
) -> None:
    wanted = {group.id for group in GROUPS}
    wait_until(lambda: wanted <= groups_there(fresh_broker.bootstrap), "all groups", SECONDS)
    for group in (STUCK, SLOW, PICKING):
        wait_until(lambda name=group.id: members(fresh_broker, name) == 1, f"{group.id} has a member", SECONDS)  # type: ignore[misc]
        assert lag(fresh_broker, group.id) == 0
    write(fresh_broker, topics.CAPTURED, 100)
    write(fresh_broker, topics.TRACKED, 100)
    wait_until(lambda: lag(fresh_broker, PICKING.id) == 0, "who keeps up has read it", SECONDS)
    wait_until(lambda: 0 < lag(fresh_broker, SLOW.id) < 600, "who is slow has read some of it", SECONDS)
    assert lag(fresh_broker, STUCK.id) == 400
    assert members(fresh_broker, STUCK.id) == 1
    assert troubles == []


def test_that_groups_and_members_come_and_go(fresh_broker: Broker, groups: Groups) -> None:
    wait_until(lambda: members(fresh_broker, PICKING.id) == 1, "one member", SECONDS)
    groups.join(PICKING)
    groups.join(CAMPAIGN)
    wait_until(lambda: members(fresh_broker, PICKING.id) == 2, "another member", SECONDS)
    wait_until(lambda: members(fresh_broker, CAMPAIGN.id) == 1, "another group", SECONDS)
    groups.leave(PICKING)
    groups.leave(CAMPAIGN)
    groups.leave(CAMPAIGN)  # nobody is there any more
    wait_until(lambda: members(fresh_broker, PICKING.id) == 1, "one member again", SECONDS)
    wait_until(lambda: members(fresh_broker, CAMPAIGN.id) == 0, "the group is empty", SECONDS)
    groups.stop()
    assert members(fresh_broker, PICKING.id) == 0
