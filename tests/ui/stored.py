"""A stored capture for the tests of the window, written by the real writer; and turning the real session until it is idle."""

import json
import time
from pathlib import Path

import pyarrow as pa
from PySide6.QtWidgets import QApplication

from meshdesk.capture.index import Span
from meshdesk.capture.manifest import create_capture
from meshdesk.capture.pack import pack
from meshdesk.capture.records import RECORDS
from meshdesk.capture.writer import Writer
from meshdesk.model.fact import Fact
from meshdesk.session.session import Session
from meshdesk.ui.window import Window

SEEN = 1_795_528_929_000  # 24 Nov 2026 14:02:09 UTC
TOPIC = "orders.placed.v1"
LONG = "l" * 249
HARD = (  # (key, value) that are hard to show
    (b"c-1", None),
    (None, b""),
    (b"\xff\xfe", b"\x00\x01\x02\xff binary"),
    ("مفتاح".encode(), "שלום עולם \u202egnirts".encode()),
    (b"k" * 5_000, b"v" * 50_000),
    (b"j", json.dumps({"tab\t": "line\nend", "deep": [[[[{"a": 1}]]]], "n": 12345678901234567890}).encode()),
    (b"cut", b'{"never": "closed'),
)


def order(k: int) -> bytes:
    """The value of the k-th order."""
    lines = [{"sku": f"KX-{1180 + n}", "quantity": n + 1} for n in range(1 + k % 2)]
    value = {"order_id": f"A-{88210 + k}", "customer": {"id": "c-041877"}, "amount": 300 + k % 180, "lines": lines}
    return json.dumps(value).encode()


def store(folder: Path, records: int = 600) -> Path:
    """A capture folder with `records` orders and those that are hard to show, and two topics without records."""
    create_capture(folder, "the tests", "127.0.0.1:9092")
    writer = Writer(folder)
    facts = [Fact("cluster", "", {"bootstrap": "127.0.0.1:9092"}, SEEN, "kafka")]
    facts += [
        Fact("topic", name, {"id": "", "partitions": 3, "internal": name.startswith("__")}, SEEN, "kafka")
        for name in (TOPIC, LONG, "payments.authorised.v3", "__consumer_offsets")
    ]
    writer.facts(facts)
    plain = [(f"c-{k % 97:06d}".encode(), order(k)) for k in range(records)]
    _write(writer, TOPIC, [*plain, *HARD])
    writer.close()
    return folder


def packed(folder: Path, target: Path, records: int = 600) -> Path:
    """The same as a .meshcap."""
    pack([store(folder, records)], target)
    return target


def settle(session: Session, window: Window, seconds: float = 30.0) -> None:
    """Lets the real session answer all that was asked for, and the window show it."""
    until = time.monotonic() + seconds
    calm = 0
    while calm < 12:
        assert time.monotonic() < until, "the session was never idle"
        session.beat()
        window.refresh()
        QApplication.processEvents()
        time.sleep(0.01)  # gives the children their turn on two cores
        calm = calm + 1 if session.idle() and window.frame.records.is_complete else 0


def _write(writer: Writer, topic: str, pairs: list[tuple[bytes | None, bytes | None]]) -> None:
    number = writer.topic(topic)
    headers = [{"name": "traceparent", "value": b"00-4bf92f"}, {"name": "n", "value": None}]
    for first in range(0, len(pairs), 252):
        piece = list(enumerate(pairs[first : first + 252], first))
        columns = {
            "partition": [k % 3 for k, _ in piece],
            "offset": [k // 3 for k, _ in piece],
            "timestamp": [SEEN + k * 37 for k, _ in piece],
            "timestamp_type": [1] * len(piece),
            "key": [key for _, (key, _) in piece],
            "value": [value for _, (_, value) in piece],
            "headers": [headers] * len(piece),
            "leader_epoch": [0] * len(piece),
        }
        spans = [
            Span(number, partition, min(offsets), max(offsets) + 1, len(offsets), min(offsets), max(offsets), -1)
            for partition in range(3)
            if (offsets := [k // 3 for k, _ in piece if k % 3 == partition])
        ]
        writer.records(number, pa.RecordBatch.from_pydict(columns, RECORDS), spans, SEEN + first)
