"""A real Kafka with something to read in it, for the speed scripts: tuned for load, not for a quick start."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from meshdesk.demo.broker import Broker, start_broker

LOAD = {
    "log.segment.bytes": str(256 << 20),
    "log.retention.bytes": "-1",
    "num.network.threads": "2",
    "num.io.threads": "4",
}


@contextmanager
def loaded_broker() -> Iterator[Broker]:
    """A broker for load; it and its folder are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="meshdesk-speed-"))
    with start_broker(folder, remove_folder=True, properties=LOAD, heap="1g", fast_start=False) as broker:
        yield broker


def make_topic(broker: Broker, name: str, partitions: int) -> str:
    """Creates a topic; its name."""
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    for made in admin.create_topics([NewTopic(name, partitions, 1)]).values():
        made.result()
    return name


def fill(broker: Broker, topic: str, count: int, size: int, headers: int = 0) -> None:
    """Produces `count` records of `size` bytes of value, spread over the partitions, with so many headers each."""
    producer = Producer(
        {
            "bootstrap.servers": broker.bootstrap,
            "linger.ms": 50,
            "batch.size": 1 << 20,
            "queue.buffering.max.messages": 1_000_000,
            "compression.type": "none",
        }
    )
    values = [os.urandom(size // 2).hex().encode() for _ in range(997)]
    pairs: list[tuple[str, str | bytes | None]] = [(f"header-{n}", b"value-%d" % n) for n in range(headers)]
    for number in range(count):
        while True:
            try:
                producer.produce(topic, values[number % 997], key=b"k%d" % (number % 100_003), headers=pairs)
                break
            except BufferError:
                producer.poll(0.05)
        if number % 10_000 == 0:
            producer.poll(0)
    producer.flush()
