"""Consumer groups as other people's programs make them: members that join, commits, and their ends."""

import socket
import struct
import subprocess
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient

from meshdesk.demo.broker import Broker
from tests.programs.running import wait_until

Place = tuple[str, int]


def group_name() -> str:
    """One that nobody else has."""
    return f"group.{uuid.uuid4().hex[:12]}"


@contextmanager
def members(bootstrap: str, group: str, topics: Iterable[str], count: int, **settings: str) -> Iterator[list[Consumer]]:
    """Members that have joined and have partitions each; dots in settings are underscores here. They leave at the end."""
    ours: dict[str, str | int | float | bool] = {
        "bootstrap.servers": bootstrap,
        "group.id": group,
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "log_level": 0,
    }
    ours |= {name.replace("_", "."): value for name, value in settings.items()}
    joined = [Consumer(ours) for _ in range(count)]
    try:
        for consumer in joined:
            consumer.subscribe([*topics])

        def have_joined() -> bool:
            for consumer in joined:  # each takes part in the rebalance while it is asked for records
                consumer.consume(1, 0.05)
            return all(consumer.assignment() for consumer in joined)

        wait_until(have_joined, f"{count} of {group} to join")
        yield joined
    finally:
        for consumer in joined:
            consumer.close()


@contextmanager
def member(bootstrap: str, group: str, topics: Iterable[str], **settings: str) -> Iterator[Consumer]:
    """The only member of a group, as `members`."""
    with members(bootstrap, group, topics, 1, **settings) as (only,):
        yield only


@contextmanager
def worker(bootstrap: str, group: str, protocol_type: str) -> Iterator[None]:
    """The only member of a group that is not of consumers, as the workers of Kafka Connect are, and its end: JoinGroup and
    LeaveGroup, both in version 2 (KIP-62)."""

    def text(word: str) -> bytes:
        return struct.pack(">h", len(word)) + word.encode()

    def asked(number: int, request: bytes) -> bytes:
        """The answer behind its length, the number of the request and how long it is to be put off."""
        request = struct.pack(">hhi", number, 2, 1) + text("a-worker") + text(group) + request
        connection.sendall(struct.pack(">i", len(request)) + request)
        return connection.recv(4_096)[12:]

    def texts(answer: bytes) -> Iterator[str]:
        while answer:
            length = int.from_bytes(answer[:2], "big")
            yield answer[2 : 2 + length].decode()
            answer = answer[2 + length :]

    timeouts = struct.pack(">ii", 30_000, 60_000)  # ms: of its session, and for joining
    protocol = text(protocol_type) + struct.pack(">i", 1) + text("sessioned") + struct.pack(">i", 0)
    host, _, port = bootstrap.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        joined = asked(11, timeouts + text("") + protocol)
        assert joined[:2] == b"\0\0", joined
        _, _, name, *_ = texts(joined[6:])  # behind the generation: its protocol, its leader, and itself
        yield
        assert asked(13, text(name)) == b"\0\0"


@contextmanager
def share_member(broker: Broker, group: str, topic: str) -> Iterator[None]:
    """A member of a share group (KIP-932), which is Kafka's own console program."""
    name = "org.apache.kafka.tools.consumer.ConsoleShareConsumer"
    line = broker.java.line(name, "--bootstrap-server", broker.bootstrap, "--topic", topic, "--group", group)
    with subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as program:
        try:
            yield
        finally:
            program.kill()


def commit(consumer: Consumer, offsets: Mapping[Place, int]) -> None:
    """Commits as a member of the consumer's group."""
    consumer.commit(offsets=[TopicPartition(*place, offset) for place, offset in offsets.items()], asynchronous=False)


def commit_for(bootstrap: str, group: str, offsets: Mapping[Place, int]) -> None:
    """Commits for a group that nobody is in; it comes to be by that."""

    def is_committed() -> bool:
        """A coordinator that has just come to be may not know the topic yet, or the client may not find it in time."""
        admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
        places = [TopicPartition(*place, offset) for place, offset in offsets.items()]
        try:
            asked = admin.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(group, places)])
            return all(place.error is None for place in asked[group].result(5).topic_partitions or ())
        except TimeoutError:
            return False

    wait_until(is_committed, f"the commit of {group}", 60)


def delete_group(bootstrap: str, group: str) -> None:
    """Deletes a group that nobody is in."""
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    admin.delete_consumer_groups([group])[group].result(30)
