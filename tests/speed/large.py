"""How late the window's beat is while a record of 20 MB is opened in the inspector and its tree unfolded, as JSON and as Avro."""

import io
import json
import tempfile
from pathlib import Path
from typing import Any

import fastavro
import pyarrow as pa

from meshdesk.capture.manifest import create_capture
from meshdesk.capture.records import RECORDS
from meshdesk.capture.writer import Writer
from meshdesk.model.fact import Fact
from tests.speed.captures import BEGAN, spans
from tests.speed.figures import figure
from tests.speed.window import in_window

LATE = 33.0  # ms; a beat
SIZE = 20_000_000  # bytes of a payload
LINE = {
    "sku": "SKU-1004",
    "quantity": 3,
    "price": "12.50",
    "note": "süß and fragile",
    "at": 1_795_500_000_000,
    "tags": ["a", "b"],
}
SCHEMA: Any = {
    "type": "record", "name": "Order", "fields": [
        {"name": "id", "type": "string"},
        {"name": "lines", "type": {"type": "array", "items": {
            "type": "record", "name": "Line", "fields": [
                {"name": "sku", "type": "string"}, {"name": "quantity", "type": "int"}, {"name": "price", "type": "string"},
                {"name": "note", "type": "string"}, {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                {"name": "tags", "type": {"type": "array", "items": "string"}},
            ]}}},
        {"name": "total", "type": "string"},
    ],
}  # fmt: skip


def main() -> None:
    """The figures large.json and large.avro, the latest beat in ms; and how long it took until the inspector showed it, in s."""
    with tempfile.TemporaryDirectory(prefix="meshdesk-speed-") as home:
        for name, payload in (("json", _json()), ("avro", _avro())):
            seen = in_window("inspect", str(written(Path(home) / name, name, payload)), name)
            calm, late = seen["calm"], seen["late"]
            figure(f"large.{name}", "ms", late, calm, "no beat later than 33 ms", late <= LATE)
            figure(f"large.{name}.seconds", "s", seen["seconds"], None, "reported", None)


def _json() -> bytes:
    line = json.dumps(LINE, ensure_ascii=False)
    lines = SIZE // len(line.encode())
    return f'{{"id": "A-1", "lines": [{", ".join([line] * lines)}], "total": "5.00"}}'.encode()


def _avro() -> bytes:
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(SCHEMA["fields"][1]["type"]["items"]), LINE)
    size = out.tell()
    out = io.BytesIO()
    value = {"id": "A-1", "lines": [LINE] * (SIZE // size), "total": "5.00"}
    fastavro.schemaless_writer(out, fastavro.parse_schema(SCHEMA), value)
    return b"\0\0\0\0\x2a" + out.getvalue()


def written(folder: Path, topic: str, payload: bytes) -> Path:
    """A capture of one topic with that value, between two small ones, and the schema of id 42."""
    create_capture(folder, "the speed scripts", "127.0.0.1:9092")
    writer = Writer(folder)
    writer.facts(
        [
            Fact("topic", topic, {"id": "", "partitions": 1, "internal": False}, BEGAN, "kafka"),
            Fact("schema", "42", {"type": "AVRO", "text": json.dumps(SCHEMA)}, BEGAN, "http://127.0.0.1:8081"),
        ]
    )
    number = writer.topic(topic)
    values = [b'{"id": "A-0"}', payload, b'{"id": "A-2"}']
    columns = [
        pa.array([0] * 3, pa.int32()), pa.array(range(3), pa.int64()), pa.array([BEGAN] * 3, pa.int64()), pa.array([1] * 3, pa.int8()),
        pa.array([b"A-0", b"A-1", b"A-2"], pa.binary()), pa.array(values, pa.binary()), pa.nulls(3, RECORDS.field("headers").type),
        pa.array([0] * 3, pa.int32()),
    ]  # fmt: skip
    batch = pa.record_batch(columns, schema=RECORDS)
    writer.records(number, batch, spans(number, batch), BEGAN)
    writer.close()
    return folder


if __name__ == "__main__":
    main()
