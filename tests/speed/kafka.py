"""A real Kafka with something to read in it, for the speed scripts: tuned for load, not for a quick start."""

import json
import os
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from meshdesk.demo.broker import Broker, start_broker

LOAD = {
    "log.segment.bytes": str(256 << 20),
    "num.network.threads": "2",
    "num.io.threads": "4",
}


@contextmanager
def loaded_broker(keep: int = -1) -> Iterator[Broker]:
    """A broker for load, which keeps so many bytes of a partition (-1: all); it and its folder are gone afterwards."""
    properties = LOAD | {"log.retention.bytes": str(keep), "log.retention.check.interval.ms": "60000"}
    folder = Path(tempfile.mkdtemp(prefix="meshdesk-speed-"))
    with start_broker(folder, remove_folder=True, properties=properties, heap="1g", fast_start=False) as broker:
        yield broker


def make_topic(broker: Broker, name: str, partitions: int) -> str:
    """Creates a topic; its name."""
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    for made in admin.create_topics([NewTopic(name, partitions, 1)]).values():
        made.result()
    return name


def make_topics(broker: Broker, names: Sequence[str]) -> None:
    """Creates topics of one partition each, and waits until the broker tells of all of them."""
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    for first in range(0, len(names), 200):
        for made in admin.create_topics([NewTopic(name, 1, 1) for name in names[first : first + 200]]).values():
            made.result()
    until = time.monotonic() + 60
    while set(names) - set(admin.list_topics(timeout=10).topics):
        if time.monotonic() > until:
            raise SystemExit("the broker does not tell of all topics that were made")
        time.sleep(0.1)


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


@contextmanager
def load(broker: Broker, topic: str, rate: int, most: float) -> Iterator[None]:
    """Produces so many records a second, in slices of 10 ms, while the block runs; for `most` seconds at most."""
    stop = threading.Event()
    thread = threading.Thread(target=_produce, args=(broker.bootstrap, topic, rate, most, stop), daemon=True)
    if rate:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        if rate:
            thread.join(30)


def _produce(bootstrap: str, topic: str, rate: int, most: float, stop: threading.Event) -> None:
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 20, "queue.buffering.max.messages": 200_000})
    value = json.dumps({"order_id": 12345, "customer": "c-99121", "amount": 19.99, "note": "x" * 70}).encode()
    began, sent = time.monotonic(), 0
    while not stop.is_set() and time.monotonic() - began < most:
        due = int((time.monotonic() - began) * rate) - sent
        for _ in range(min(due, 2000)):
            try:
                producer.produce(topic, value, key=b"k%d" % (sent % 997))
            except BufferError:
                producer.poll(0.05)
                break
            sent += 1
        producer.poll(0)
        stop.wait(0.01 if due < 2000 else 0)
    producer.flush(20)
