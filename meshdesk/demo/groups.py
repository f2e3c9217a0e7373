"""The consumer groups of the demo: most keep up, one falls behind, one is stuck, and one was declared by nobody.

One thread serves the clients of all. They begin at the end of the history, so that lag is seen to grow from nothing.
"""

import contextlib
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TypeAlias

from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from meshdesk.demo import topics
from meshdesk.demo.trouble import Complaints

Settings: TypeAlias = dict[str, str | int | float | bool]

TURN = 0.25  # s between two looks at all clients; stopping waits so long
ENDS_SECONDS = 3  # for one question about the ends; stopping may have to wait so long
CLOSE_SECONDS = 4  # for all of them to leave: 0.1 s on an idle machine
TRIES = 20  # for a coordinator that has just begun
MOST = 2_000  # records of a look: with more a group of the live traffic would keep up by itself


@dataclass(frozen=True, slots=True)
class Group:
    """A group: what it reads, and how many records a second it manages (None: all there are; 0: it is stuck)."""

    id: str
    topics: tuple[str, ...]
    pace: float | None = None


SLOW = Group("logistics.route-planner", (topics.TRACKED,), 5)  # of some 11 a second
STUCK = Group("payments.reconciliation", (topics.CAPTURED, topics.INVOICED), 0)
UNDECLARED = Group("bi-export-jonas", (topics.PLACED, topics.PROFILES))
SCORING = Group("risk.order-scoring", (topics.PLACED, topics.AUTHORISED))
PICKING = Group("warehouse.picking", (topics.PLACED, topics.CAPTURED, topics.CANCELLED))
GROUPS = (
    SCORING,
    PICKING,
    Group("payments.ledger-sink", (topics.CAPTURED, topics.REFUNDED)),
    STUCK,
    Group("logistics.dispatch", (topics.PICKED,)),
    SLOW,
    Group("customers.notifier", (topics.PLACED, topics.DELIVERED)),
    Group("sales.storefront", (topics.PRODUCTS, topics.PRICES, topics.STOCK)),
    Group("assortment.demand-forecast", (topics.DEMAND, topics.CARTS)),
    UNDECLARED,
)
CAMPAIGN = Group("sales.campaign-report", (topics.CARTS, topics.COUPONS))  # comes and goes (changes.py)


@dataclass(slots=True)
class _Member:
    group: Group
    consumer: Consumer
    debt: float = 0.0  # records that it may read


class Groups:
    """The clients of all groups and the thread that serves them, from start() until stop()."""

    def __init__(self, bootstrap: str, complaints: Complaints, begin: threading.Event) -> None:
        """They come when `begin` is set: the history is in."""
        self._base: Settings = {"bootstrap.servers": bootstrap, "client.id": "meshdesk-demo", "log_level": 0}
        self._complaints = complaints
        self._begin = begin
        self._stopping = threading.Event()
        self._wishes: SimpleQueue[tuple[Group, bool]] = SimpleQueue()
        self._members: list[_Member] = []
        self._thread = threading.Thread(target=self._serve, name="groups")

    def start(self) -> None:
        """The topics exist."""
        self._thread.start()

    def stop(self) -> None:
        """All leave. A second call does nothing."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def join(self, group: Group) -> None:
        """One member more, soon: the first of the group, or a rebalance."""
        self._wishes.put((group, True))

    def leave(self, group: Group) -> None:
        """The member that joined last leaves, soon."""
        self._wishes.put((group, False))

    def _serve(self) -> None:
        while not self._begin.wait(TURN):
            if self._stopping.is_set():
                return
        try:
            self._begin_at_the_ends()
            for group in GROUPS:
                self._add(group)
            before = time.monotonic()
            while not self._stopping.wait(TURN):
                now = time.monotonic()
                self._do_what_is_wished()
                for member in [*self._members]:
                    self._turn(member, now - before)
                before = now
        finally:
            _close([member.consumer for member in self._members])

    def _begin_at_the_ends(self) -> None:
        """Where Kafka does not let it be said they begin there, too, and the stuck one has never committed."""
        for _ in range(TRIES):
            with contextlib.suppress(KafkaException, TimeoutError):
                _commit_ends(self._base, GROUPS)
                return
            if self._stopping.wait(TURN):
                return

    def _turn(self, member: _Member, seconds: float) -> None:
        group = member.group
        try:
            if group.pace is None:
                member.consumer.consume(MOST, 0)
            elif not group.pace:
                member.consumer.poll(0)  # lives, and reads nothing
            else:
                member.debt = min(member.debt + group.pace * seconds, max(1.0, group.pace))
                if member.debt >= 1:
                    member.debt -= len(member.consumer.consume(int(member.debt), 0))
        except KafkaException as error:
            if not self._stopping.is_set():
                self._complaints.say(f"The demo's consumer group {group.id} cannot read", error.args[0])
            self._members.remove(member)
            member.consumer.close()

    def _do_what_is_wished(self) -> None:
        with contextlib.suppress(Empty):
            while True:
                group, comes = self._wishes.get_nowait()
                if comes:
                    self._add(group)
                    continue
                last = next((member for member in reversed(self._members) if member.group == group), None)
                if last is not None:
                    self._members.remove(last)
                    last.consumer.close()

    def _add(self, group: Group) -> None:
        consumer = Consumer(
            {
                **self._base,
                "group.id": group.id,
                "auto.offset.reset": "latest",
                "enable.auto.commit": group.pace != 0,
                "auto.commit.interval.ms": 3000,
                "session.timeout.ms": 10_000,
                "fetch.wait.max.ms": 1000,  # nobody is in a hurry: one answer a second
                "fetch.min.bytes": 64 << 10,
                "queued.min.messages": 1000,
                "queued.max.messages.kbytes": 4096,
            }
        )
        self._members.append(_Member(group, consumer))
        if group.pace == 0:
            consumer.subscribe([*group.topics], on_assign=_take_and_stand_still)
        else:
            consumer.subscribe([*group.topics])


def _close(consumers: Sequence[Consumer]) -> None:
    """Side by side, and not to the end where Kafka is gone, which takes each of them ten seconds to believe."""
    closing = [threading.Thread(target=consumer.close, daemon=True) for consumer in consumers]
    for thread in closing:
        thread.start()
    until = time.monotonic() + CLOSE_SECONDS
    for thread in closing:
        thread.join(max(0.0, until - time.monotonic()))


def _take_and_stand_still(consumer: Consumer, partitions: list[TopicPartition]) -> None:
    consumer.assign(partitions)
    consumer.pause(partitions)


def _commit_ends(base: Settings, groups: Sequence[Group]) -> None:
    """Groups that have not committed yet begin at the ends of this moment."""
    admin = AdminClient(base)
    known = admin.list_topics(timeout=ENDS_SECONDS).topics
    every = [
        TopicPartition(name, number)
        for name in sorted({name for group in groups for name in group.topics})
        for number in known[name].partitions
    ]
    asked = admin.list_offsets({one: OffsetSpec.latest() for one in every})
    ends = {(one.topic, one.partition): answer.result(ENDS_SECONDS).offset for one, answer in asked.items()}
    there = {group.group_id for group in admin.list_consumer_groups().result(ENDS_SECONDS).valid}
    for group in groups:
        if group.id in there:  # somebody's Kafka, on which an earlier demo was
            continue
        begin = [TopicPartition(name, number, end) for (name, number), end in ends.items() if name in group.topics]
        answer = admin.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(group.id, begin)])[group.id]
        refused = [one.error for one in answer.result(ENDS_SECONDS).topic_partitions if one.error is not None]
        if refused:  # each partition has an answer of its own
            raise KafkaException(refused[0])
