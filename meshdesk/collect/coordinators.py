"""What the coordinators of consumer groups answer, in our words: which groups there are, who reads in them, what was committed.

All of it is reading: ListGroups, ConsumerGroupDescribe (KIP-848) or DescribeGroups, and OffsetFetch for a group that is not
joined. librdkafka lists the groups of consumers, both classic and of the new protocol, and those that only commit. Of other
kinds an older call of it names all, and describes those of DescribeGroups, as are the workers of Kafka Connect; of share groups
(KIP-932) and streams groups (KIP-1071) it has no more than the name.
"""

import threading
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from confluent_kafka import (
    ConsumerGroupState,
    ConsumerGroupTopicPartitions,
    ConsumerGroupType,
    KafkaError,
    KafkaException,
)

from meshdesk.collect.asking import PATIENCE, Asking
from meshdesk.model.frame import Message

MEMBERS = 500  # of a group are listed: some 50 kB as a fact, and no screen shows more; all of them are counted

STATES = {
    ConsumerGroupState.PREPARING_REBALANCING: "preparing rebalance",
    ConsumerGroupState.COMPLETING_REBALANCING: "completing rebalance",
    ConsumerGroupState.STABLE: "stable",
    ConsumerGroupState.EMPTY: "empty",
    ConsumerGroupState.DEAD: "dead",
}  # librdkafka knows no others: "assigning" and "reconciling" (KIP-848) are unknown to it, and "" here
JOINED = {state.replace(" ", ""): state for state in STATES.values()}  # as DescribeGroups writes them, in small letters
UNTOLD = "share or streams"  # the type of a group of which no more than the name can be had
TYPES = {ConsumerGroupType.CLASSIC: "classic", ConsumerGroupType.CONSUMER: "consumer"}  # brokers before 3.8 say none

Place = tuple[str, int]  # topic, partition


@dataclass(frozen=True, slots=True)
class Listed:
    """The groups that the brokers named."""

    groups: dict[str, tuple[str, str]]  # type and state of each, "" where it was not said
    failure: KafkaError | None  # a broker that did not answer: its groups are not among them
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Described:
    """One group, as its coordinator says."""

    value: Message  # of its fact
    assigned: Counter[str]  # by topic: partitions that its members read, also of those members that are not listed


def listed(cluster: Asking, stop: threading.Event) -> Listed:
    """All groups that this login may see: a broker names no others, and does not say that there are."""
    asked = {"": cluster.admin.list_consumer_groups(request_timeout=PATIENCE)}
    said = cluster.answers(asked, stop).get("")
    if said is None or isinstance(said, KafkaError):
        return Listed({}, said, is_complete=False)
    groups = {
        one.group_id: (TYPES.get(one.type, ""), STATES.get(one.state, ""))
        for one in said.valid
        if one.group_id  # a group without a name cannot be asked for; old clients made one by committing
    }
    failure = said.errors[0] if said.errors else None  # KafkaErrors, though the library's docs name exceptions
    return Listed(groups, failure, failure is None)


def of_any_kind(cluster: Asking) -> Future[dict[str, Message] | KafkaError]:
    """All groups by name that do not say that they are of consumers, as facts have them, later: it waits for every broker, also
    for one that is away. Groups of consumers by the new protocol are among them, which `listed` knows better.

    The type is what its members say they are (`connect`, `sr` of a schema registry), or UNTOLD. Each broker is also asked to describe
    all its groups, so this is nothing to do often.
    """
    found: Future[dict[str, Message] | KafkaError] = Future()
    # It is deprecated (confluent-kafka 2.16), but what it says to use instead passes over these groups.
    ask = cluster.admin.list_groups

    def answer() -> None:
        try:
            said: list[Any] = ask(timeout=PATIENCE)
        except KafkaException as error:
            found.set_result(error.args[0])
        else:
            found.set_result({one.id: _other(one) for one in said if one.id and one.protocol_type != "consumer"})

    threading.Thread(target=answer, name="names of all groups", daemon=True).start()
    return found


def _other(said: Any) -> Message:
    members = [
        {
            "id": member.id,
            "client": member.client_id or "",
            "host": (member.client_host or "").removeprefix("/"),
            "reads": {},
        }
        for member in said.members
    ]
    members.sort(key=lambda member: str(member["id"]))
    return {
        "type": said.protocol_type or UNTOLD,
        "state": JOINED.get(said.state.lower(), "") if said.protocol_type else "",
        "coordinator": f"{said.broker.host}:{said.broker.port}",
        "members": members[:MEMBERS],
        "count": len(members),
    }


def described(
    cluster: Asking, groups: Iterable[str], stop: threading.Event
) -> dict[str, Described | KafkaError | None]:
    """What each group is now, None for one that is no more, an error where that is not known."""
    asked: dict[str, Future[Any]] = {}
    for group in groups:  # one question each: of several the client gives no answer before it has all
        asked |= cluster.admin.describe_consumer_groups([group], request_timeout=PATIENCE)
    return {group: _described(said) for group, said in cluster.answers(asked, stop).items()}


def _described(said: Any) -> Described | KafkaError | None:
    if isinstance(said, KafkaError):
        return None if said.code() == KafkaError.GROUP_ID_NOT_FOUND else said
    if said.state == ConsumerGroupState.DEAD:  # what older brokers say of a group that they do not know
        return None
    members = [_member(member) for member in said.members]
    members.sort(key=lambda member: str(member["id"]))
    assigned = Counter(place.topic for member in said.members for place in member.assignment.topic_partitions)
    where = said.coordinator
    value: Message = {
        "type": TYPES.get(said.type, ""),
        "state": STATES.get(said.state, ""),
        "coordinator": f"{where.host}:{where.port}" if where is not None and where.host else "",
        "members": members[:MEMBERS],
        "count": len(members),
    }
    return Described(value, assigned)


def _member(said: Any) -> Message:
    reads: dict[str, list[int]] = {}
    for place in sorted(said.assignment.topic_partitions, key=lambda place: (place.topic, place.partition)):
        reads.setdefault(place.topic, []).append(place.partition)
    host = (said.host or "").removeprefix("/")  # Java's way to write an address without a name
    return {"id": said.member_id, "client": said.client_id or "", "host": host, "reads": reads}


def committed(
    cluster: Asking, groups: Iterable[str], stop: threading.Event
) -> dict[str, dict[Place, int] | KafkaError]:
    """The offsets that each group has committed: all partitions of the topics that this login may describe.

    A partition of which that is not known is left out, as is one of which nothing is committed.
    """
    asked: dict[str, Future[Any]] = {}
    for group in groups:
        of = [ConsumerGroupTopicPartitions(group)]
        asked |= cluster.admin.list_consumer_group_offsets(of, request_timeout=PATIENCE)
    return {group: _committed(said) for group, said in cluster.answers(asked, stop).items()}


def _committed(said: Any) -> dict[Place, int] | KafkaError:
    if isinstance(said, KafkaError):
        return said
    return {
        (place.topic, place.partition): place.offset
        for place in said.topic_partitions
        if place.error is None and place.offset >= 0
    }
