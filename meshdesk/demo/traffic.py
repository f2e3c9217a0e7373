"""The demo's traffic on a real Kafka: its topics are made, a day of history is produced, then the story goes on live.

Two consumer groups read along: one keeps up, one is too slow and falls behind for as long as the demo runs, up to what
retention leaves it.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TypeAlias

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from meshdesk.demo import contracts
from meshdesk.demo.orders import DAY, Event, events
from meshdesk.demo.trouble import DemoError
from meshdesk.model import wording
from meshdesk.model.trouble import Trouble

Settings: TypeAlias = dict[str, str | int | float | bool]

ANSWER_SECONDS = 30  # for one question to the cluster
REACH_SECONDS = 10  # for the first answer of a Kafka that may not be there
TURN = 0.2  # s: how long stopping may have to wait for a thread that waits for its next event
LATE = 60_000  # ms: a live event so late (the laptop slept) is left out, or hours of them would come at once
FIRST_PART = 20_000  # events: with so much of the history in, there is something to see

QUICK_GROUP = "payments.fraud-scoring"
QUICK_TOPICS = (contracts.PLACED, contracts.CAPTURED)
SLOW_GROUP = "logistics.route-planner"
SLOW_TOPIC = contracts.TRACKED
SLOW_PER_SECOND = 12  # records; the topic gets some 21 a second


class Traffic:
    """The threads that produce and consume, from start() until stop()."""

    def __init__(
        self, bootstrap: str, seed: int, *, now_ms: int, live: bool = True, report: Callable[[Trouble], None]
    ) -> None:
        """`now_ms` is where history ends and live begins; `report` is called from the threads, once for each kind."""
        self._base: Settings = {"bootstrap.servers": bootstrap, "client.id": "meshdesk-demo", "log_level": 0}
        self._story = events(seed, now_ms - DAY, now_ms)
        self._now_ms = now_ms
        self._live = live
        self._report = report
        self._stopping = threading.Event()
        self._part_is_in = threading.Event()
        self._history_is_in = threading.Event()
        self._refused: set[str] = set()  # what was reported, by Kafka's name for it
        self.produced = 0  # records that Kafka acknowledged
        self._threads = [
            threading.Thread(target=self._produce, name="producer"),
            threading.Thread(target=self._keep_up, name=QUICK_GROUP),
            threading.Thread(target=self._fall_behind, name=SLOW_GROUP),
        ]

    def start(self) -> None:
        """Starts all threads; the topics exist."""
        for thread in self._threads:
            thread.start()

    def wait_for_part(self, seconds: float) -> bool:
        """Waits until the first part of the history is in."""
        return self._part_is_in.wait(seconds)

    def wait_for_history(self, seconds: float) -> bool:
        """Waits until all of it is in."""
        return self._history_is_in.wait(seconds)

    def stop(self) -> None:
        """Ends all threads; the groups leave and what is under way is flushed. A second call does nothing."""
        self._stopping.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()

    def _produce(self) -> None:
        producer = Producer(
            {
                **self._base,
                "linger.ms": 50,
                "compression.type": "lz4",
                "partitioner": "murmur2_random",  # as a Java client would
                "error_cb": self._client_error,
                "on_delivery": self._delivered,
            }
        )
        try:
            for number, event in enumerate(_history(self._story, self._now_ms)):
                if self._stopping.is_set():
                    return
                self._send(producer, event)
                if number == FIRST_PART:
                    self._part_is_in.set()
            producer.flush(ANSWER_SECONDS)
            self._part_is_in.set()
            self._history_is_in.set()
            if self._live:
                self._go_live(producer)
        finally:
            self._part_is_in.set()
            producer.flush(2)

    def _go_live(self, producer: Producer) -> None:
        for event in self._story:
            while (wait := event.timestamp_ms / 1000 - time.time()) > 0:
                if self._stopping.is_set():
                    return
                producer.poll(min(wait, TURN))
            if self._stopping.is_set():
                return
            if -wait * 1000 < LATE:
                self._send(producer, event)

    def _send(self, producer: Producer, event: Event) -> None:
        while not self._stopping.is_set():
            try:
                producer.produce(
                    event.topic, event.value, event.key, timestamp=event.timestamp_ms, headers=[*event.headers]
                )
            except BufferError:  # Kafka is slower than we are
                producer.poll(TURN)
            else:
                producer.poll(0)
                return

    def _delivered(self, error: KafkaError | None, message: Message) -> None:
        if error is None:
            self.produced += 1
        elif not self._stopping.is_set():
            self._say(f"The demo could not write to {message.topic()}", error)

    def _client_error(self, error: KafkaError) -> None:
        if error.code() == KafkaError._ALL_BROKERS_DOWN and not self._stopping.is_set():
            self._say("The demo's traffic has lost its Kafka", error)

    def _say(self, what: str, error: KafkaError) -> None:
        if error.name() not in self._refused:
            self._refused.add(error.name())
            advice = "It goes on by itself when Kafka takes records again."
            self._report(Trouble(f"{what}: {reason(error)}.", advice, "the demo"))

    def _keep_up(self) -> None:
        with self._group(QUICK_GROUP, QUICK_TOPICS) as consumer:
            while not self._stopping.is_set():
                consumer.consume(500, TURN)

    def _fall_behind(self) -> None:
        """Begins at the end of the history, so that the lag is seen to grow from nothing."""
        while not self._history_is_in.wait(TURN):
            if self._stopping.is_set():
                return
        with self._group(SLOW_GROUP, (SLOW_TOPIC,), from_end=True) as consumer:
            debt = 0.0
            while not self._stopping.wait(TURN):
                debt += SLOW_PER_SECOND * TURN
                debt -= len(consumer.consume(int(debt), 0)) if debt >= 1 else 0
                debt = min(debt, SLOW_PER_SECOND)

    @contextlib.contextmanager
    def _group(self, group: str, topics: Sequence[str], *, from_end: bool = False) -> Iterator[Consumer]:
        consumer = Consumer(
            {
                **self._base,
                "group.id": group,
                "auto.offset.reset": "earliest",
                "auto.commit.interval.ms": 2000,
                "session.timeout.ms": 10_000,
                "queued.min.messages": 1000,  # not 100,000: nobody is in a hurry
                "queued.max.messages.kbytes": 4096,
            }
        )
        try:
            if from_end:
                _commit_ends(consumer, topics)
            consumer.subscribe([*topics])
            yield consumer
        except KafkaException as error:
            if not self._stopping.is_set():
                self._say(f"The demo's consumer group {group} cannot read", error.args[0])
        finally:
            consumer.close()


def make_topics(bootstrap: str) -> list[str]:
    """Makes the demo's topics and returns their names. Raises DemoError; then none of them was left behind.

    A topic that exists already is somebody else's: nothing is written to it, so the demo does not start.
    """
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    try:
        there = admin.list_topics(timeout=REACH_SECONDS).topics
    except KafkaException as error:
        raise _no_answer(bootstrap, error) from error
    taken = [topic.name for topic in contracts.TOPICS if topic.name in there]
    if taken:
        raise DemoError(
            f"The Kafka on {bootstrap} already has {_listed(taken)}, and the demo writes only to topics that it made.",
            "Delete what an earlier demo left there, or use another Kafka.",
        )
    wanted = [NewTopic(topic.name, topic.partitions, config={**topic.settings}) for topic in contracts.TOPICS]
    made = []
    failure: tuple[str, KafkaError] | None = None
    for name, answer in admin.create_topics(wanted, operation_timeout=ANSWER_SECONDS).items():
        try:
            answer.result(ANSWER_SECONDS * 2)
            made.append(name)
        except KafkaException as error:
            failure = name, error.args[0]
    if failure is not None:
        remove_topics(bootstrap, made)
        raise DemoError(
            f"The topic {failure[0]} could not be made on {bootstrap}: {reason(failure[1])}.",
            "The demo needs a Kafka on which it may make topics.",
        )
    return made


def remove_topics(bootstrap: str, names: Sequence[str], groups: Sequence[str] = ()) -> list[str]:
    """Removes topics and groups that the demo made on somebody's Kafka; returns the names that it could not remove."""
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    wait = {"request_timeout": ANSWER_SECONDS * 2}
    answers = {**(admin.delete_topics([*names], **wait) if names else {})}
    answers |= admin.delete_consumer_groups([*groups], **wait) if groups else {}
    left = []
    for name, answer in answers.items():
        try:
            answer.result(ANSWER_SECONDS * 2 + 1)
        except TimeoutError:
            left.append(name)
        except KafkaException as error:
            if error.args[0].code() not in (KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError.GROUP_ID_NOT_FOUND):
                left.append(name)
    return left


def groups_there(bootstrap: str) -> set[str]:
    """The consumer groups that a Kafka has. Raises DemoError where none answers."""
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    try:
        admin.list_topics(timeout=REACH_SECONDS)
        return {group.group_id for group in admin.list_consumer_groups().result(ANSWER_SECONDS).valid}
    except KafkaException as error:
        raise _no_answer(bootstrap, error) from error


def _no_answer(bootstrap: str, error: KafkaException) -> DemoError:
    if error.args[0].code() == KafkaError._TRANSPORT:
        return DemoError(f"No Kafka answers on {bootstrap}.", "Check the address, then start again.")
    return DemoError(
        f"Kafka on {bootstrap} refused the demo: {reason(error.args[0])}.", "Check what it asks of clients."
    )


def reason(error: KafkaError) -> str:
    """librdkafka's words without its prefix: "Broker: Topic authorization failed" is "topic authorization failed"."""
    text = error.str().rpartition(": ")[2].strip().rstrip(".")
    return text[:1].lower() + text[1:]


def _history(story: Iterator[Event], now_ms: int) -> Iterator[Event]:
    """What lies before `now_ms`; the first live event is taken from the story too, and given with the history."""
    for event in story:
        yield event
        if event.timestamp_ms >= now_ms:
            return


def _commit_ends(consumer: Consumer, topics: Sequence[str]) -> None:
    """A group that has not committed yet begins at the end."""
    partitions = [
        TopicPartition(topic, number)
        for topic in topics
        for number in consumer.list_topics(topic, timeout=ANSWER_SECONDS).topics[topic].partitions
    ]
    new = [one for one in consumer.committed(partitions, timeout=ANSWER_SECONDS) if one.offset < 0]
    for one in new:
        one.offset = consumer.get_watermark_offsets(one, timeout=ANSWER_SECONDS)[1]
    if new:
        consumer.commit(offsets=new, asynchronous=False)


def _listed(names: Sequence[str]) -> str:
    first, more = [*islice(names, 2)], len(names) - 2
    return f"{', '.join(first)} and {wording.count(more)} more of its topics" if more > 0 else " and ".join(first)
