"""Records as lines: JSON that carries everything, or text that a person reads."""

import base64
import json
from typing import Any

from meshdesk.decode.chain import decode
from meshdesk.decode.contract import Decoded, Layer, Payload, Schemas
from meshdesk.explain.look import guarded, row_of
from meshdesk.explain.rows import Lost
from meshdesk.model.node import Node, to_json
from meshdesk.model.record import Record
from meshdesk.model.wording import iso


def json_line(record: Record | Lost, schemas: Schemas) -> str:
    """One line of JSON: topic, partition, offset, timestamp (ms), key, headers, value, the raw bytes in base64, and how it was read."""
    if isinstance(record, Lost):
        return json.dumps({"topic": record.topic, "row": record.row, "trouble": record.reason}, ensure_ascii=False)
    key = _decoded(Payload(record.key, "key", record.topic, record.headers), schemas)
    value = _decoded(Payload(record.value, "value", record.topic, record.headers), schemas)
    line: dict[str, Any] = {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "timestamp": record.timestamp,
        "time": None if record.timestamp is None else iso(record.timestamp),
        "key": to_json(key.tree),
        "headers": [
            {"name": name, "value": _text(header), "base64": _base64(header)} for name, header in record.headers
        ],
        "value": to_json(value.tree),
        "key_base64": _base64(record.key),
        "value_base64": _base64(record.value),
        "format": value.format,
        "key_format": key.format,
        "chain": [f"{layer.name} {layer.detail}".strip() for layer in value.chain],
    }
    if trouble := value.trouble or key.trouble:
        line["trouble"] = trouble
    # A lone surrogate (JSON "\ud800") has no UTF-8; escaping everything keeps the line whole.
    text = json.dumps(line, ensure_ascii=False)
    return text if text.isprintable() or _encodable(text) else json.dumps(line)


def text_line(record: Record | Lost, schemas: Schemas) -> str:
    """One line for a person: time, name, key, value; null is ∅."""
    row = row_of(record, schemas)
    if isinstance(record, Lost):
        return f"{record.topic} row {record.row}: {record.reason}"
    time = "–" if record.timestamp is None else iso(record.timestamp)
    key = "∅" if row.null_key else row.key
    value = "∅" if row.null_value else row.value
    return f"{time}  {record.name}  {key}  {value}{'  ! ' + row.trouble if row.trouble else ''}"


def tab_line(record: Record | Lost, schemas: Schemas) -> str:
    """One line of tab-separated columns, as lists are copied: partition, offset, time, key, value, headers, size."""
    row = row_of(record, schemas)
    time = "" if row.timestamp is None else iso(row.timestamp)
    cells = [row.partition, row.offset, time, "∅" if row.null_key else row.key, "∅" if row.null_value else row.value,
             row.headers, row.size]  # fmt: skip
    return "\t".join(str(cell).replace("\t", " ").replace("\n", " ") for cell in cells)


def _decoded(payload: Payload, schemas: Schemas) -> Decoded:
    return guarded(
        lambda: decode(payload, schemas),
        lambda reason: Decoded(Node("", "bytes", ""), (Layer("not decoded"),), "bytes", None, (), reason),
    )


def _text(data: bytes | None) -> str | None:
    if data is None:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _base64(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode("ascii")


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
