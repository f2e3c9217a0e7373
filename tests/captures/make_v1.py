"""How the stored captures were made: `python -m tests.captures.make_v1`. Format version 1, the same bytes each time.

They are stored so that they open for ever. A newer format gets files of its own; these are never made again, and this
script is kept to show what is in them. It writes, beside itself:

    v1.meshcap      everything that a capture of version 1 can hold, in a few topics
    v1.json         its records as they were before they were stored; test_captures.py compares
    torn.capture/   a folder whose writer was killed: a torn entry, half a batch, a torn fact
    cut.meshcap     the first two thirds of v1.meshcap
    empty.meshcap   a capture without records
"""

import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import fastavro
import pyarrow as pa

from meshdesk.capture.index import LOST, READ_UNCOMMITTED, Span
from meshdesk.capture.lines import encode_line
from meshdesk.capture.pack import pack
from meshdesk.capture.records import RECORDS
from meshdesk.capture.writer import Writer
from meshdesk.model.fact import Checked, Fact, fact_message

HERE = Path(__file__).parent
T0 = 1_795_500_000_000  # ms: 24 November 2026, 06:00 UTC
KAFKA, REGISTRY = "kafka.example:9092", "http://registry.example:8081"
ORDERS, PAYMENTS, RAW, QUIET = "orders.placed.v1", "payments.settled.v1", "raw.bytes", "quiet.topic"
LONG = ("domain.subdomain.a-name-as-long-as-kafka-lets-it-be." + "x" * 249)[:249]

MONEY = {
    "type": "record", "name": "Money", "namespace": "example.common",
    "fields": [
        {"name": "amount", "type": {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2}},
        {"name": "currency", "type": "string"},
    ],
}  # fmt: skip
ORDER: dict[str, Any] = {
    "type": "record", "name": "OrderPlaced", "namespace": "example.orders",
    "fields": [
        {"name": "order", "type": "string"},
        {"name": "placed", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "channel", "type": {"type": "enum", "name": "Channel", "symbols": ["WEB", "SHOP", "PHONE"]}},
        {"name": "lines", "type": {"type": "array", "items": {
            "type": "record", "name": "Line",
            "fields": [{"name": "article", "type": "string"}, {"name": "pieces", "type": "int"}],
        }}},
        {"name": "note", "type": ["null", "string"], "default": None},
    ],
}  # fmt: skip
ORDER_2: dict[str, Any] = ORDER | {"fields": [*ORDER["fields"], {"name": "total", "type": "example.common.Money"}]}


@dataclass(frozen=True, slots=True)
class Rec:
    """A record as it is stored."""

    partition: int
    offset: int
    timestamp: int
    timestamp_type: int = 1
    key: bytes | None = None
    value: bytes | None = None
    headers: tuple[tuple[str, bytes | None], ...] | None = None
    leader_epoch: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """One batch: records of a topic, what they settle, when they were read."""

    topic: str
    records: tuple[Rec, ...]
    spans: tuple[tuple[int, int, int, int], ...]  # partition, begin, end, end seen
    seen: int


def framed(id: int, schema: Any, value: dict[str, Any], *known: Any) -> bytes:
    """Avro behind the five bytes of Confluent's wire format."""
    names: dict[str, Any] = {}
    for other in known:
        fastavro.parse_schema(other, named_schemas=names)
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(schema, named_schemas=names), value)
    return b"\0" + id.to_bytes(4, "big") + out.getvalue()


def order(number: int) -> Rec:
    """Records of `orders.placed.v1`: three partitions, every tenth a tombstone, from number 60 on with the second schema."""
    partition, offset = number % 3, number // 3 + (5 if number >= 90 else 0)  # compaction took five of each partition
    value: dict[str, Any] = {
        "order": f"order-{number:04d}",
        "placed": T0 - 86_400_000 + number * 60_000,
        "channel": ("WEB", "SHOP", "PHONE")[number % 3],
        "lines": [{"article": f"article {n}", "pieces": n + 1} for n in range(number % 4)],
        "note": "Zażółć gęślą jaźń" if number % 5 == 0 else None,
    }
    if number % 10 == 9:
        payload = None
    elif number < 60:
        payload = framed(1, ORDER, value)
    else:
        money = {"amount": Decimal(number * 1999).scaleb(-2), "currency": "EUR"}
        payload = framed(2, ORDER_2, value | {"total": money}, MONEY)
    headers = (("traceparent", b"00-%032x-%016x-01" % (number + 1, number + 1)),) if number % 2 else None
    return Rec(partition, offset, T0 - 86_400_000 + number * 60_000, 1, b"order-%04d" % number, payload, headers, 3)


ODD_ORDERS = (
    Rec(0, 45, T0 + 1_000, 1, b"no such schema", b"\0\0\0\0\x63\x02", None, 3),
    Rec(0, 46, T0 + 1_001, 1, b"cut", framed(1, ORDER, {"order": "o", "placed": 0, "channel": "WEB", "lines": [], "note": None})[:-3]),
    Rec(0, 47, T0 + 1_002, 1, b"no frame at all", b"plain text in an Avro topic"),
    Rec(0, 48, T0 + 1_003, 1, b"only the frame", b"\0\0\0\0\x01"),
)  # fmt: skip


def payment(number: int) -> Rec:
    """Records of `payments.settled.v1`: JSON, two partitions, no keys, headers that repeat; retention took the first 100."""
    body = {
        "id": f"payment-{number}",
        "order": f"order-{number:04d}",
        "amount": {"value": number * 19.99, "currency": "EUR"},
        "settled": number % 3 != 0,
        "tags": [] if number % 2 else ["new", None, number],
        "big": 2**63 + number,
    }
    headers = (
        ("ce_type", b"payment.settled"),
        ("ce_id", b"%d" % number),
        ("retry", b"1"),
        ("retry", b"2"),
        ("retry", None),
    )
    return Rec(
        number % 2,
        100 + number // 2,
        T0 + number * 250,
        2,
        None,
        json.dumps(body).encode(),
        headers,
        7 if number < 20 else 8,
    )


ODD_PAYMENTS = (
    Rec(0, 120, -1, 0, None, b'{"no": "timestamp"}', (), -1),
    Rec(0, 121, 4_102_444_800_000, 1, b"", b'{"timestamp": "in the year 2100"}', (("", b""),)),
    Rec(0, 122, 0, 1, b"null", b'{"timestamp": "of 1970", "timestamp": "twice the same key"}'),
    Rec(0, 123, T0 - 7_200_000, 1, b"late", b'{"out": "of order"}'),
    Rec(0, 124, T0 + 9_000, 1, b"torn", b'{"torn": [1, 2'),
    Rec(0, 125, T0 + 9_001, 1, b"empty", b""),
    Rec(0, 126, T0 + 9_002, 1, b"null", None),
    Rec(0, 127, T0 + 9_003, 1, b"deep", b"[" * 60 + b"]" * 60),
)
BYTES = (
    Rec(0, 0, T0, 1, bytes(range(256)), bytes(range(256)), (("binary", bytes(range(128, 256))),)),
    Rec(0, 1, T0 + 1, 1, b"utf-16-le with a mark", b"\xff\xfe" + "Zürich, Łódź, 東京".encode("utf-16-le")),
    Rec(0, 2, T0 + 2, 1, b"utf-16-be with a mark", b"\xfe\xff" + "Zürich, Łódź, 東京".encode("utf-16-be")),
    Rec(0, 3, T0 + 3, 1, b"latin-1", "Größe".encode("latin-1")),
    Rec(0, 4, T0 + 4, 1, b"utf-8 with a mark", b"\xef\xbb\xbf" + "Größe".encode()),
    Rec(0, 5, T0 + 5, 1, b"csv", b"id;name\r\n1;\"a;b\"\r\n2;\xc3\xa9\r\n"),
    Rec(0, 6, T0 + 6, 1, b"control characters", b"a\0b\x1b[31mred\x07\r\nc\td\x7f"),
    Rec(0, 7, T0 + 7, 1, b"zeroes", bytes(100)),
    Rec(0, 8, T0 + 8, 1, b"k" * 3_000, b"a long line without an end " * 100),
    Rec(0, 9, T0 + 9, 1, None, None, ()),
    Rec(0, 10, T0 + 10, 1, b"many headers", b"x", tuple((f"header-{n:02d}", b"%d" % n) for n in range(40))),
    Rec(0, 11, T0 + 11, 1, b"text of many lines", "\n".join(f"line {n}" for n in range(200)).encode()),
)  # fmt: skip
DIRECTIONS = (
    Rec(0, 0, T0, 1, "طلب".encode(), json.dumps({"اسم": "محمد", "price": "١٢٣", "note": "abc محمد 42"}, ensure_ascii=False).encode()),
    Rec(0, 1, T0 + 1, 1, "שלום".encode(), "שלום עולם – hello".encode()),
    Rec(0, 2, T0 + 2, 1, "invoice\u202efdp.exe".encode(), "right-to-left override: \u202etxt.egassem\u202c end".encode()),
    Rec(
        0, 3, T0 + 3, 1, "\u2066isolated\u2069\u200f".encode(), "\u200e\u200f\u2067marks\u2069\u061c".encode(),
        (("\u202eredaeh", "\u202eeulav".encode()),),
    ),
    Rec(
        0, 4, T0 + 4, 1, "👩‍👩‍👧‍👦 é e\u0301".encode(),
        "combining: Z\u0351\u036b\u0343\u0321 · zero\u200bwidth · line\u2028separator\u2029".encode(),
    ),
    Rec(0, 5, T0 + 5, 1, b"a very long word", ("ß" * 1_000).encode()),
)  # fmt: skip


def turns() -> tuple[list[Turn], list[Turn]]:
    """What two writers stored, one after the other."""
    orders, payments = [order(number) for number in range(120)], [payment(number) for number in range(40)]
    first = [
        Turn(ORDERS, tuple(orders[:60]), ((0, 0, 20, 45), (1, 0, 20, 45), (2, 0, 20, 45)), T0 + 100),
        Turn(PAYMENTS, tuple(payments[:10]), ((0, 100, 105, 105), (1, 100, 105, 105)), T0 + 200),
        Turn(ORDERS, tuple(orders[60:90]), ((0, 20, 30, 45), (1, 20, 30, 45), (2, 20, 30, 45)), T0 + 300),
        Turn(RAW, BYTES[:7], ((0, 0, 7, 12),), T0 + 400),
        Turn(PAYMENTS, tuple(payments[10:11]), ((0, 105, 106, 106),), T0 + 500),
        Turn(PAYMENTS, tuple(payments[11:12]), ((1, 105, 106, 106),), T0 + 600),
        Turn(LONG, DIRECTIONS, ((0, 0, 6, 6),), T0 + 700),
    ]
    second = [
        Turn(RAW, BYTES[7:], ((0, 7, 12, 12),), T0 + 60_100),
        # Compaction took offsets 30 to 35; partition 2 was not read there, so that a gap is left.
        Turn(ORDERS, tuple(orders[90:]), ((0, 30, 45, 49), (1, 30, 45, 45), (2, 35, 45, 45)), T0 + 60_200),
        Turn(PAYMENTS, (*payments[12:], *ODD_PAYMENTS), ((0, 106, 128, 128), (1, 106, 120, 120)), T0 + 60_300),
        Turn(ORDERS, ODD_ORDERS, ((0, 45, 49, 49),), T0 + 60_400),
    ]
    return first, second


def facts() -> list[Fact | Checked]:
    """What the cluster and the registry said."""
    cluster = {
        "id": "mRq0xJ2sQkW1",
        "bootstrap": KAFKA,
        "brokers": ["kafka-1.example:9092", "kafka-2.example:9092"],
        "registry": REGISTRY,
    }
    topics = {ORDERS: 3, PAYMENTS: 2, RAW: 1, LONG: 1, QUIET: 4, "__consumer_offsets": 50, "gone.topic": 1}
    reference = {"name": "example.common.Money", "subject": "common.money", "version": 1, "text": json.dumps(MONEY)}
    subject = {"type": "AVRO", "subject": f"{ORDERS}-value"}
    return [
        Fact("cluster", KAFKA, cluster, T0, "kafka"),
        *(Fact("topic", name, {"partitions": count, "internal": name.startswith("__")}, T0, "kafka") for name, count in topics.items()),
        Checked("kafka", T0 - 20, T0),
        Fact("schema", "1", subject | {"text": json.dumps(ORDER), "version": 1, "references": []}, T0 + 150, REGISTRY),
        Fact("schema", "2", subject | {"text": json.dumps(ORDER_2), "version": 2, "references": [reference]}, T0 + 350, REGISTRY),
        Checked("registry", T0 + 300, T0 + 400, "The schema registry cannot be reached."),
        Fact("schema", "99", {"unknown": True}, T0 + 500, REGISTRY),
        Checked("registry", T0 + 500, T0 + 500),
        Fact("topic", "gone.topic", None, T0 + 600, "kafka"),
        Checked("kafka", T0 + 590, T0 + 600),
    ]  # fmt: skip


def store(writer: Writer, turns: Sequence[Turn], said: Sequence[Fact | Checked], samples_at: int) -> None:
    """Writes it all, topics and samples in turns."""
    writer.facts(said)
    for turn in turns:
        number = writer.topic(turn.topic, f"id-of-{turn.topic[:6]}")
        spans = []
        for partition, begin, end, end_seen in turn.spans:
            offsets = [record.offset for record in turn.records if record.partition == partition]
            spans.append(
                Span(number, partition, begin, end, len(offsets), offsets[0], offsets[-1], end_seen, READ_UNCOMMITTED)
            )
        writer.records(number, table(turn.records), spans, turn.seen)
    if samples_at == T0:
        number = writer.topic(PAYMENTS, f"id-of-{PAYMENTS[:6]}")
        for partition in (0, 1):
            writer.cover(Span(number, partition, 0, 100, end_seen=106, flags=LOST))
        writer.cover(Span(writer.topic(QUIET, "id-of-quiet"), 0, 0, 0, end_seen=0))
    beginning = [
        (PAYMENTS, 0, 100),
        (PAYMENTS, 1, 100),
        (ORDERS, 0, 0),
        (ORDERS, 1, 0),
        (ORDERS, 2, 0),
        (RAW, 0, 0),
        (LONG, 0, 0),
    ]
    writer.samples([(samples_at, writer.series("beginning", *place), offset) for *place, offset in beginning])  # type: ignore[arg-type]
    ends = [
        (PAYMENTS, 0, 106),
        (PAYMENTS, 1, 106),
        (ORDERS, 0, 45),
        (ORDERS, 1, 45),
        (ORDERS, 2, 45),
        (RAW, 0, 12),
        (LONG, 0, 6),
    ]
    for second in range(0, 30, 10):
        writer.samples(
            [(samples_at + second * 1_000, writer.series("end", topic, number), end + (second if topic == PAYMENTS else 0))
             for topic, number, end in ends]
        )  # fmt: skip


def table(records: Sequence[Rec]) -> pa.RecordBatch:
    """The records as columns."""
    rows = [
        {name: getattr(record, name) for name in Rec.__slots__}
        | {"headers": None if record.headers is None else [{"name": n, "value": v} for n, v in record.headers]}
        for record in records
    ]
    return pa.RecordBatch.from_pylist(rows, schema=RECORDS)


def manifest(folder: Path, id: str, title: str) -> None:
    """A manifest that is the same each time."""
    folder.mkdir(mode=0o700, parents=True)
    said = {
        "format": "meshdesk capture", "version": 1, "id": id, "made_by": "MeshDesk 0.1.0", "created": T0, "title": title,
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(said, indent=1), "utf-8")


def packed(folder: Path, target: Path) -> None:
    """What pack writes, with one date for all entries."""
    pack([folder], target)
    with zipfile.ZipFile(target) as archive:
        entries = [(name, archive.read(name)) for name in archive.namelist()]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, data in entries:
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as entry:
                entry.write(data)


def said_of(turns: Sequence[Turn]) -> list[dict[str, Any]]:
    """The records for v1.json: bytes as text where they are ASCII, otherwise in hex behind "0x"."""
    return [
        {
            "topic": turn.topic, "partition": record.partition, "offset": record.offset, "timestamp": record.timestamp,
            "timestamp_type": record.timestamp_type, "key": shown(record.key), "value": shown(record.value),
            "headers": None if record.headers is None else [[name, shown(value)] for name, value in record.headers],
            "leader_epoch": record.leader_epoch,
        }
        for turn in turns
        for record in turn.records
    ]  # fmt: skip


def shown(data: bytes | None) -> str | None:
    """Bytes as JSON can say them."""
    if data is None:
        return None
    return data.decode() if data.isascii() and not data.startswith(b"0x") else f"0x{data.hex()}"


def make_v1(folder: Path) -> None:
    """v1.meshcap, v1.json and cut.meshcap."""
    manifest(folder / "v1", "00000000000000000000000000000001", KAFKA)
    first, second = turns()
    said = facts()
    for part, told, at in ((first, said[:-2], T0), (second, said[-2:], T0 + 60_000)):
        writer = Writer(folder / "v1", segment_size=16_000)
        store(writer, part, told, at)
        writer.close()
    packed(folder / "v1", HERE / "v1.meshcap")
    rows = ",\n".join(json.dumps(row) for row in said_of(first + second))
    (HERE / "v1.json").write_text(f"[\n{rows}\n]\n", "utf-8")
    data = (HERE / "v1.meshcap").read_bytes()
    (HERE / "cut.meshcap").write_bytes(data[: len(data) * 2 // 3])


def make_torn() -> None:
    """torn.capture: twelve whole records, and what a killed writer left behind them."""
    folder = HERE / "torn.capture"
    shutil.rmtree(folder, ignore_errors=True)
    manifest(folder, "00000000000000000000000000000002", KAFKA)
    writer = Writer(folder)
    first, _ = turns()
    whole = (
        Turn(RAW, BYTES[:4], ((0, 0, 4, 12),), T0),
        Turn(PAYMENTS, first[1].records[:8], ((0, 100, 104, 104), (1, 100, 104, 104)), T0),
    )
    said = facts()
    store(writer, whole, said[:1], T0 + 1)
    size = (folder / "index-1").stat().st_size
    records = (folder / "records-1-000.arrow").stat().st_size
    store(writer, first[2:3], said[1:2], T0 + 2)
    writer.close()
    for name, length in (("index-1", size + 100), ("records-1-000.arrow", records + 1_500)):
        with (folder / name).open("r+b") as file:
            file.truncate(length)
    line = encode_line(fact_message(said[2]))
    with (folder / "facts-1").open("ab") as file:
        file.write(line[: len(line) // 2])


def make_empty(folder: Path) -> None:
    """empty.meshcap: a writer that stored nothing."""
    manifest(folder / "empty", "00000000000000000000000000000003", "empty")
    Writer(folder / "empty").close()
    packed(folder / "empty", HERE / "empty.meshcap")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        make_v1(Path(place))
        make_empty(Path(place))
    make_torn()
