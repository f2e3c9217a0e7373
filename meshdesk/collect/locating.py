"""Where a topic is to be read: how many partitions it has and which offsets positions stand for, as the cluster says."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from confluent_kafka import KafkaError

from meshdesk.collect.client import Cluster, KafkaTrouble, now
from meshdesk.collect.reading import Offsets, Place, places, resolve
from meshdesk.model.position import Position
from meshdesk.model.trouble import Trouble

UNHEARD_OF = 1.0  # s until a topic is said not to be there: each broker hears of one that was just made in its own time
ELECTION = 3.0  # s until a partition is said to have no leader: one that was just made, or whose broker has just started, has none
UNKNOWN = (KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC)


@dataclass(frozen=True, slots=True)
class Located:
    """A topic's partitions as they were asked for."""

    offsets: Mapping[int, Offsets]  # by partition
    leaderless: tuple[int, ...]  # partitions of which nobody said anything
    held: Mapping[int, tuple[int, int]]  # those that an open transaction holds back: their end for us, and the real one


def partition_count(cluster: Cluster, topic: str) -> int:
    """How many partitions a topic has. Raises KafkaTrouble."""
    until = time.monotonic() + UNHEARD_OF
    while True:
        said = cluster.metadata(topic).topics.get(topic)
        if said is not None and said.error is None:
            return len(said.partitions)
        error = said.error if said is not None else KafkaError(KafkaError.UNKNOWN_TOPIC_OR_PART)
        if error.code() not in UNKNOWN:
            raise cluster.failed(error, topic)
        if time.monotonic() >= until:
            text = f"There is no topic {topic} at {cluster.source.bootstrap}."
            raise KafkaTrouble(Trouble(text, "Check its name; MeshDesk makes no topics.", topic, seen=now()))
        time.sleep(0.05)


def locate(
    cluster: Cluster, topic: str, count: int, start: Position, until: Position | None, isolation: str
) -> Located:
    """Where each of `count` partitions begins, ends, and is to be read from and up to, by one who reads with this isolation
    level; for a moment waits for those that have no leader. Raises KafkaTrouble."""
    patience = time.monotonic() + ELECTION
    while True:
        asked = _asked(cluster, topic, count, start, until, isolation)
        offsets = resolve(topic, count, start, until, asked)
        if len(offsets) == count or time.monotonic() >= patience:
            break
        time.sleep(ELECTION / 10)
    leaderless = tuple([number for number in range(count) if number not in offsets])
    held = {}
    if until is not None and until.kind == "end":
        high = {number: found for (_, number), found in asked["high"].items() if number in offsets}
        held = {number: (end, high[number]) for number in high if (end := offsets[number].end) < high[number]}
    return Located(offsets, leaderless, held)


def _asked(
    cluster: Cluster, topic: str, count: int, start: Position, until: Position | None, isolation: str
) -> Mapping[str, Mapping[Place, int]]:
    every, ask = places(topic, count), cluster.offsets
    return {
        # Before the end, so that what arrives between the questions is not taken for an open transaction's.
        "high": ask(every, Position("end"), "read_uncommitted") if until is not None else {},
        "beginning": ask(every, Position("beginning"), isolation),
        "end": ask(every, Position("end"), isolation),
        "start": ask(every, start, isolation) if start.kind == "time" else {},
        "stop": ask(every, until, isolation) if until is not None and until.kind == "time" else {},
    }
