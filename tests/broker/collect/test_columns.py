"""What a real broker hands over as columns: equal to confluent_kafka's own words, and headers that it cannot read."""

import shutil
import subprocess
from pathlib import Path

import pytest
from confluent_kafka import Message, TopicPartition

from meshdesk.collect.client import make_consumer
from meshdesk.collect.columns import rows_of
from meshdesk.collect.properties import Source
from meshdesk.demo.broker import Broker
from tests.broker.collect.producing import New, consumed, produce
from tests.kafka import MakeTopic
from tests.programs.running import records_in, run, wait_until
from tests.unit.capture.making import recs

ANY_TIME = {name: str((1 << 63) - 1) for name in ("message_timestamp_before_max_ms", "message_timestamp_after_max_ms")}


def messages_of(broker: Broker, topic: str, partitions: int, count: int) -> list[Message]:
    """All messages of a topic as the collector's own consumer gives them, partitions mixed as they come."""
    failures: list[object] = []
    consumer = make_consumer(Source(broker.bootstrap), failures.append)
    consumer.assign([TopicPartition(topic, number, 0) for number in range(partitions)])
    found: list[Message] = []

    def is_all() -> bool:
        found.extend(message for message in consumer.consume(1000, 0.1) if message.error() is None)
        return len(found) >= count

    wait_until(is_all, f"{count} messages")
    consumer.close()
    assert failures == []
    return found


def test_that_columns_of_mixed_partitions_are_what_was_produced(broker: Broker, make_topic: MakeTopic) -> None:
    topic = make_topic(3, **ANY_TIME)
    times = [1, 1_500_000_000_000, (1 << 63) - 1, -1, -2]
    headers: list[tuple[str, bytes | None]] = [("a", None), ("a", b""), ("", b"x"), ("ü", bytes(range(256)))]
    news = [
        New(
            None if n % 5 == 0 else b"v" * (n % 4),
            None if n % 3 == 0 else b"k" * (n % 2),
            headers[: n % 5],
            n % 3,
            times[n % 5],
        )
        for n in range(300)
    ]
    wanted = produce(broker.bootstrap, topic, news)
    found = messages_of(broker, topic, 3, 300)
    records = {(r.partition, r.offset): r for r in recs(rows_of(found).batch)}
    assert sorted(records) == [one.name for one in wanted]
    for one in wanted:
        record = records[one.name]
        assert (record.timestamp, record.key, record.value) == (one.timestamp, one.key, one.value)
        assert (record.headers or ()) == one.headers
        assert (record.timestamp_type, record.leader_epoch) == (1, 0)


def test_that_a_header_whose_name_is_no_text_costs_its_record_the_headers_and_is_said(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    kcat = shutil.which("kcat")
    if kcat is None:
        pytest.skip("kcat is not installed (Debian: apt install kcat).")
    topic = make_topic()
    before = produce(broker.bootstrap, topic, [New(b"before", headers=[("fine", b"1")])])
    line = [kcat, "-P", "-b", broker.bootstrap, "-t", topic, "-p", "0", "-H"]
    for _ in range(2):
        subprocess.run([*map(str.encode, line), b"\xff\xfe=1"], input=b"odd\n", check=True, timeout=30)
    after = produce(broker.bootstrap, topic, [New(b"after", headers=[("fine", b"2")])])
    ran = run("collect", topic, "--bootstrap", broker.bootstrap, "--until", "end", "-o", tmp_path / "odd.meshcap")
    assert ran.code == 0
    records = records_in(tmp_path / "odd.meshcap")
    assert consumed(records[:1] + records[3:]) == before + after
    assert [(record.value, record.headers) for record in records[1:3]] == [(b"odd", ()), (b"odd", ())]
    assert ran.err == (
        f"Records of {topic} are stored without their headers, as the name of one is no UTF-8 and cannot be read. "
        f"Ask its producer to mend the names; one such record is {topic}[0]@1.\n"
    )
