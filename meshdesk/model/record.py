"""Where a record is and how it is called."""

import re
from dataclasses import dataclass


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
    match = re.fullmatch(r"(.+)\[(\d+)\]@(\d+)", text)
    return RecordName(match[1], int(match[2]), int(match[3])) if match else None
