"""What a header's value is, where its name or its first byte says so: numbers, moments and ids that are no text.

Sources: spring-kafka KafkaHeaders and DeadLetterPublishingRecoverer (int32 and int64, big-endian), Apicurio's KafkaSerdeHeaders
(int64), Confluent's HeaderSchemaIdSerializer (01 and a GUID), AMQP 1.0 part 1, 1.6 (Event Hubs types header values), W3C Trace
Context. Connect's and Streams' error headers are text already.
"""

import re
import struct
import uuid
from collections.abc import Callable

from meshdesk.decode.moments import moment, real
from meshdesk.model.node import Node, shortened

Read = Callable[[bytes], Node | None]
TRACEPARENT = re.compile("([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?")
SAMPLED = 1  # the flag of a trace that is recorded
NOTE = 120  # characters
DEAD = ("kafka_dlt-", "kafka_")  # of dead letters; and of the older and the retry topics


def header_node(name: str, value: bytes, room: int) -> Node | None:
    """The value as its writer meant it, with at most `room` characters of text; None where nothing says what it is.

    >>> header_node("kafka_dlt-original-partition", bytes(3) + bytes([2]), 80).text
    '2'
    """
    read = _BY_NAME.get(name.lower(), _amqp)
    found = read(value)
    if found is None:
        return None
    return Node("", found.kind, shortened(found.text, room), (), shortened(found.note, NOTE))


def _number(size: int) -> Read:
    def read(value: bytes) -> Node | None:
        if len(value) != size:
            return None
        return Node("", "int", str(int.from_bytes(value, "big", signed=True)), (), f"int{8 * size}")

    return read


def _moment(value: bytes) -> Node | None:
    """A moment in ms: of eight bytes, or of as many as Java's BigInteger needs."""
    if not 1 <= len(value) <= 8:
        return None
    number = int.from_bytes(value, "big", signed=True)
    text = moment(number, 3)
    return Node("", "timestamp", text, (), f"{number} ms") if text else None


def _guid(value: bytes) -> Node | None:
    if len(value) < 17 or value[0] != 1:
        return None
    rest = value[17:].hex()
    return Node(
        "", "uuid", str(uuid.UUID(bytes=value[1:17])), (), f"schema GUID, then {rest}" if rest else "schema GUID"
    )


def _correlation(value: bytes) -> Node | None:
    return Node("", "uuid", str(uuid.UUID(bytes=value)), (), "correlation id") if len(value) == 16 else None


def _trace(value: bytes) -> Node | None:
    try:
        text = value.decode("ascii")
    except UnicodeDecodeError:
        return None
    found = TRACEPARENT.fullmatch(text)
    if found is None or found[1] == "ff":
        return None
    sampled = "sampled" if int(found[4], 16) & SAMPLED else "not sampled"
    return Node("", "string", text, (), f"trace {found[2]}, span {found[3]}, {sampled}")


_BY_NAME: dict[str, Read] = {
    **{f"{dead}original-partition": _number(4) for dead in DEAD},
    **{f"{dead}original-offset": _number(8) for dead in DEAD},
    **{f"{dead}original-timestamp": _moment for dead in DEAD},
    "kafka_deliveryattempt": _number(4),
    "kafka_replypartition": _number(4),
    "kafka_correlationid": _correlation,
    "retry_topic-attempts": _number(4),
    "retry_topic-original-timestamp": _moment,
    "retry_topic-backoff-timestamp": _moment,
    **{f"apicurio.{role}.{kind}id": _number(8) for role in ("key", "value") for kind in ("global", "content")},
    "__key_schema_id": _guid,
    "__value_schema_id": _guid,
    "traceparent": _trace,
    "ce_traceparent": _trace,
}

# AMQP's types whose first byte begins no UTF-8, so that text is never taken for one; each says its length.
_FIXED: dict[int, tuple[int, Callable[[bytes], Node]]] = {
    0x80: (8, lambda data: Node("", "int", str(int.from_bytes(data, "big")), (), "AMQP ulong")),
    0x81: (8, lambda data: Node("", "int", str(int.from_bytes(data, "big", signed=True)), (), "AMQP long")),
    0x82: (8, lambda data: Node("", "float", real(struct.unpack(">d", data)[0]), (), "AMQP double")),
    0x98: (16, lambda data: Node("", "uuid", str(uuid.UUID(bytes=data)), (), "AMQP uuid")),
}


def _amqp(value: bytes) -> Node | None:
    if not value or not 0x80 <= value[0] < 0xC0:
        return None
    kind, data = value[0], value[1:]
    if kind in (0xA1, 0xB1):
        size = 1 if kind == 0xA1 else 4
        if len(data) < size or int.from_bytes(data[:size], "big") != len(data) - size:
            return None
        try:
            return Node("", "string", data[size:].decode("utf-8"), (), "AMQP string")
        except UnicodeDecodeError:
            return None
    if kind == 0x83 and len(data) == 8:
        text = moment(int.from_bytes(data, "big", signed=True), 3)
        return Node("", "timestamp", text, (), "AMQP timestamp") if text else None
    fixed = _FIXED.get(kind)
    return fixed[1](data) if fixed is not None and len(data) == fixed[0] else None
