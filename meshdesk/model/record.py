"""A Kafka record, and what it is called."""

import re
from dataclasses import dataclass

from meshdesk.model.value import value


@dataclass(frozen=True, slots=True, order=True)
class RecordName:
    """A record's place in Kafka, as people and the command line write it: `orders.placed.v1[3]@1042`."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}[{self.partition}]@{self.offset}"


def record_name(text: str) -> RecordName | None:
    """The name written in `text`, or None where it is something else (a topic, for instance).

    >>> record_name("orders[3]@1042")
    RecordName(topic='orders', partition=3, offset=1042)
    """
    match = re.fullmatch(r"(.+)\[(\d{1,10})\]@(\d{1,19})", text)
    return RecordName(match[1], int(match[2]), int(match[3])) if match else None


@value(frozen=True, slots=True)
class Record:
    """One record as received. Null and empty differ; headers keep their order and their repeats."""

    row: int  # its number in the capture
    topic: str
    partition: int
    offset: int
    timestamp: int | None  # ms since the epoch; None where the record has none
    timestamp_type: int  # Kafka's: 0 none, 1 create time, 2 log append time
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    leader_epoch: int | None

    @property
    def size(self) -> int:
        """Bytes of key, value and headers (names in UTF-8)."""
        size = len(self.key or b"") + len(self.value or b"")
        for name, said in self.headers:
            size += (len(name) if name.isascii() else len(name.encode("utf-8", "surrogatepass"))) + len(said or b"")
        return size

    @property
    def name(self) -> RecordName:
        """What people call it."""
        return RecordName(self.topic, self.partition, self.offset)
