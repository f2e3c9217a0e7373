"""What others say about the same Kafka: its own console tools (from the same jars) and kcat, to be compared with."""

import json
import shutil
import subprocess
from dataclasses import dataclass

import pytest

from meshdesk.demo.broker import Broker

SECONDS = 60
FIELD, LINE, HEADER, NULL = "\x1f|f|", "\x1e|l|\n", "\x1d|h|", "\x1c|null|"  # nothing in the records looks like these


@dataclass(frozen=True, slots=True)
class Consumed:
    """A record as an oracle printed it; None is null, timestamps in ms."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]

    @property
    def name(self) -> tuple[int, int]:
        """Partition and offset: what to sort by."""
        return self.partition, self.offset


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One partition of a consumer group as kafka-consumer-groups describes it; None stands for its dash."""

    group: str
    topic: str
    partition: int
    committed: int | None
    end: int | None
    lag: int | None
    member: str | None


def console_consumer(broker: Broker, topic: str, count: int, *arguments: str) -> list[Consumed]:
    """The first `count` records of `topic`, sorted by partition and offset, as Kafka's console consumer prints them."""
    properties = {
        **{f"print.{part}": "true" for part in ("timestamp", "partition", "offset", "headers", "key", "value")},
        "key.separator": FIELD,
        "line.separator": LINE,
        "headers.separator": HEADER,
        "null.literal": NULL,
    }
    line = broker.java.line(
        "org.apache.kafka.tools.consumer.ConsoleConsumer",
        *("--bootstrap-server", broker.bootstrap, "--topic", topic, "--from-beginning"),
        *("--max-messages", str(count), "--timeout-ms", "10000"),
        *(word for name, value in properties.items() for word in ("--formatter-property", f"{name}={value}")),
        *arguments,
    )
    output = subprocess.run(line, capture_output=True, check=False, timeout=SECONDS)
    records = [_console_record(topic, text) for text in output.stdout.split(LINE.encode()) if text]
    assert len(records) == count, f"{len(records)} of {count}: {output.stderr.decode()}"
    return sorted(records, key=lambda record: record.name)


def kcat(broker: Broker, topic: str, *arguments: str) -> list[Consumed]:
    """Every record that `topic` has now, sorted by partition and offset, as kcat (Debian's) prints them."""
    form = FIELD.join(("%p", "%o", "%T", "%K", "%S", "%h", "%k%s")) + LINE
    line = ["-C", "-b", broker.bootstrap, "-t", topic, "-o", "beginning", "-e", "-q", "-f", form, *arguments]
    output = subprocess.run([_kcat(), *line], capture_output=True, check=True, timeout=SECONDS)
    records = [_kcat_record(topic, text) for text in output.stdout.split(LINE.encode()) if text]
    return sorted(records, key=lambda record: record.name)


def topics(broker: Broker) -> list[str]:
    """The names of all topics, sorted, as kcat lists them: Kafka's own tool takes 1.5 s of a processor to start (2026-11)."""
    line = [_kcat(), "-L", "-J", "-b", broker.bootstrap]
    told = json.loads(subprocess.run(line, capture_output=True, check=True, timeout=SECONDS).stdout)
    return sorted(topic["topic"] for topic in told["topics"])


def all_consumer_groups(broker: Broker) -> list[str]:
    """The names of all groups that were ever joined or that committed, as kafka-consumer-groups lists them."""
    return _tool(broker, "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand", "--list").split()


def consumer_groups(broker: Broker, *groups: str) -> list[GroupLine]:
    """What kafka-consumer-groups says about these groups (without spaces in their names), a line for each partition,
    sorted by group, topic and partition."""
    text = _tool(
        broker,
        "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
        *("--describe", "--offsets"),
        *(word for group in groups for word in ("--group", group)),
    )
    rows = [line.split() for line in text.splitlines() if line.split()[:1] and line.split()[0] in groups]
    return sorted((_group_line(row) for row in rows), key=lambda line: (line.group, line.topic, line.partition))


def _group_line(row: list[str]) -> GroupLine:
    """GROUP TOPIC PARTITION CURRENT-OFFSET LOG-END-OFFSET LAG CONSUMER-ID HOST CLIENT-ID."""
    committed, end, lag = (None if cell == "-" else int(cell) for cell in row[3:6])
    return GroupLine(row[0], row[1], int(row[2]), committed, end, lag, None if row[6] == "-" else row[6])


def _kcat() -> str:
    """The program; without it the test is skipped."""
    program = shutil.which("kcat")
    if program is None:
        pytest.skip("kcat is not installed (Debian: apt install kcat).")
    return program


def _tool(broker: Broker, main_class: str, *arguments: str) -> str:
    line = broker.java.line(main_class, "--bootstrap-server", broker.bootstrap, *arguments)
    return subprocess.run(line, capture_output=True, check=True, timeout=SECONDS, text=True).stdout


def _console_record(topic: str, text: bytes) -> Consumed:
    timestamp, partition, offset, headers, key, value = text.split(FIELD.encode(), 5)
    return Consumed(
        topic,
        int(partition.removeprefix(b"Partition:")),
        int(offset.removeprefix(b"Offset:")),
        int(timestamp.partition(b":")[2]),
        _or_null(key),
        _or_null(value),
        () if headers == b"NO_HEADERS" else tuple(_console_header(part) for part in headers.split(HEADER.encode())),
    )


def _console_header(text: bytes) -> tuple[str, bytes | None]:
    name, _, value = text.partition(b":")
    return name.decode(), _or_null(value)


def _or_null(text: bytes) -> bytes | None:
    return None if text == NULL.encode() else text


def _kcat_record(topic: str, text: bytes) -> Consumed:
    partition, offset, timestamp, key_size, value_size, headers, payload = text.split(FIELD.encode(), 6)
    key_length, value_length = int(key_size), int(value_size)  # -1: null
    split = max(0, key_length)
    return Consumed(
        topic,
        int(partition),
        int(offset),
        int(timestamp),
        None if key_length < 0 else payload[:split],
        None if value_length < 0 else payload[split:],
        tuple(_kcat_header(part) for part in headers.split(b",")) if headers else (),
    )


def _kcat_header(text: bytes) -> tuple[str, bytes | None]:
    name, _, value = text.partition(b"=")
    return name.decode(), None if value == b"NULL" else value
