"""Producing: records of all shapes, exactly as asked, and what the broker made of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from confluent_kafka import KafkaError, Message, Producer, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    ResourceType,
)

from meshdesk.model.record import Record
from tests.broker.oracles import Consumed
from tests.programs.running import wait_until

Headers = Sequence[tuple[str, bytes | None]]
HOUR = 3_600_000
SET = AlterConfigOpType.SET


@dataclass(frozen=True, slots=True)
class New:
    """A record to be produced."""

    value: bytes | None
    key: bytes | None = None
    headers: Headers = ()
    partition: int = 0
    timestamp: int = 0  # ms; 0: the producer's clock


def producer(bootstrap: str, **settings: object) -> Producer:
    """A producer that keeps order and answers for every record; dots in settings are underscores here."""
    ours = {"bootstrap.servers": bootstrap, "log_level": 0, "acks": "all", "linger.ms": 5}
    return Producer(ours | _dotted(settings))


def produce(bootstrap: str, topic: str, records: Iterable[New], **settings: object) -> list[Consumed]:
    """Produces and waits for the acknowledgements; the records with their offsets, by partition and offset."""
    return produced(producer(bootstrap, **settings), topic, records)


def produced(by: Producer, topic: str, records: Iterable[New]) -> list[Consumed]:
    """As `produce`, by a producer that is there (one in a transaction, for instance)."""
    done: list[Consumed] = []
    failed: list[KafkaError] = []

    def note(error: KafkaError | None, message: Message, new: New) -> None:
        if error is not None:
            failed.append(error)
            return
        offset = message.offset()
        assert offset is not None
        stamp = message.timestamp()[1]
        done.append(Consumed(topic, new.partition, offset, stamp, new.key, new.value, tuple(new.headers)))

    for new in records:
        by.produce(
            topic,
            value=new.value,
            key=new.key,
            headers=list(new.headers),
            partition=new.partition,
            timestamp=new.timestamp,
            on_delivery=partial(note, new=new),
        )
        by.poll(0)
    assert by.flush(30) == 0
    assert not failed, failed[0]
    return sorted(done, key=lambda record: record.name)


def consumed(records: Iterable[Record]) -> list[Consumed]:
    """What a capture holds, in the oracles' words, by partition and offset."""
    found = [
        Consumed(r.topic, r.partition, r.offset, -1 if r.timestamp is None else r.timestamp, r.key, r.value, r.headers)
        for r in records
    ]
    return sorted(found, key=lambda record: record.name)


def offsets(records: Iterable[Record], partition: int = 0) -> list[int]:
    """The offsets of a partition in the order in which they were stored."""
    return [record.offset for record in records if record.partition == partition]


def create_topic(
    bootstrap: str, topic: str, partitions: int = 1, replicas: Sequence[Sequence[int]] = (), **settings: str
) -> None:
    """Makes a topic; dots in settings are underscores here. `replicas` names the brokers of each partition."""
    new = NewTopic(topic, partitions, 1, config=_dotted(settings))
    if replicas:
        new = NewTopic(topic, len(replicas), replica_assignment=[list(brokers) for brokers in replicas])
    admin = _admin(bootstrap)
    admin.create_topics([new])[topic].result(30)
    wait_until(lambda: topic in admin.list_topics(timeout=30).topics, f"the broker to know {topic}")


def add_partitions(bootstrap: str, topic: str, partitions: int) -> None:
    """Gives a topic more partitions, so that it has so many in all."""
    admin = _admin(bootstrap)
    admin.create_partitions([NewPartitions(topic, partitions)])[topic].result(30)


def asking(bootstrap: str) -> AdminClient:
    """For who asks again and again: a client of its own for each question keeps brokers busier than anything else."""
    return _admin(bootstrap)


def leaders(admin: AdminClient, topic: str) -> list[int]:
    """The broker that leads each partition; −1 for none."""
    partitions = admin.list_topics(topic, timeout=30).topics[topic].partitions
    return [partitions[number].leader for number in sorted(partitions)]


def set_on_broker(bootstrap: str, **settings: str) -> None:
    """Changes settings of broker 1 while it runs; dots are underscores here."""
    _set(bootstrap, ResourceType.BROKER, "1", settings)


def set_on_topic(bootstrap: str, topic: str, **settings: str) -> None:
    """Changes settings of a topic; dots are underscores here."""
    _set(bootstrap, ResourceType.TOPIC, topic, settings)


def _set(bootstrap: str, kind: ResourceType, name: str, settings: Mapping[str, str]) -> None:
    entries = [ConfigEntry(name, value, incremental_operation=SET) for name, value in _dotted(settings).items()]
    admin = _admin(bootstrap)
    (answer,) = admin.incremental_alter_configs([ConfigResource(kind, name, incremental_configs=entries)]).values()
    answer.result(30)


def delete_topic(bootstrap: str, topic: str) -> None:
    """Deletes a topic."""
    admin = _admin(bootstrap)
    admin.delete_topics([topic])[topic].result(30)


def delete_records(bootstrap: str, topic: str, before: int, partition: int = 0) -> None:
    """What retention does: records before an offset are gone."""
    admin = _admin(bootstrap)
    (answer,) = admin.delete_records([TopicPartition(topic, partition, before)]).values()
    answer.result(30)


def _admin(bootstrap: str) -> AdminClient:
    """To be held until the answer is there: with the client its questions end."""
    return AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})


def _dotted(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name.replace("_", "."): value for name, value in settings.items()}
