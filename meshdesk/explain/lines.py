"""Records as lines: JSON that carries everything, or text that a person reads."""

import base64
import json
import re
from typing import Any, NamedTuple

from meshdesk.decode.chain import decode
from meshdesk.decode.contract import Decoded, Layer, Payload, Schemas
from meshdesk.explain.how import chain_words, schema_json
from meshdesk.explain.look import NO_WISHES, guarded, payloads_of, row_of
from meshdesk.explain.rows import Lost
from meshdesk.model.decode_as import Wishes
from meshdesk.model.node import Node, to_json, visible
from meshdesk.model.record import Record
from meshdesk.model.wording import iso

# Escaped in JSON though it need not be: what commands a terminal (DEL, C1), what some readers take for the end of a line,
# and lone surrogates (JSON "\ud800"), which have no UTF-8.
ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class Origin(NamedTuple):
    """The capture that a record is of. Two of one title, of two attempts at one cluster, have ids of their own."""

    title: str = ""
    id: str = ""


NOWHERE = Origin()


def json_line(record: Record | Lost, schemas: Schemas, wishes: Wishes = NO_WISHES, origin: Origin = NOWHERE) -> str:
    """One line of JSON: topic, partition, offset, timestamp (ms), key, headers, value, the raw bytes in base64, how it was
    read, and the capture; where secrets are masked in them, their names are `masked`."""
    capture = {} if origin == NOWHERE else {"capture": origin.title, "capture_id": origin.id}
    if isinstance(record, Lost):
        return as_line({"topic": record.topic, "row": record.row, "trouble": record.reason} | capture)
    payloads = payloads_of(record, wishes)
    key, value = (_decoded(payload, schemas) for payload in payloads)
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
        "value_base64": _base64(payloads[1].data),
        "format": value.format,
        "key_format": key.format,
        "chain": list(chain_words(value)),
        "key_chain": list(chain_words(key)),
        "schema": schema_json(value.schema),
        "key_schema": schema_json(key.schema),
        **capture,
    }
    if payloads[1].masked:
        line["masked"] = list(payloads[1].masked)
    if trouble := value.trouble or key.trouble:
        line["trouble"] = trouble
    return as_line(line)


def text_line(record: Record | Lost, schemas: Schemas, capture: str = "") -> str:
    """One line for a person: the capture where it is named, time, name, key, value; null is ∅. Nothing in it commands a
    terminal."""
    row = row_of(record, schemas)
    before = f"{capture}  " if capture else ""
    if isinstance(record, Lost):
        return visible(f"{before}{record.topic} row {record.row}: {record.reason}")
    time = "–" if record.timestamp is None else iso(record.timestamp)
    key = "∅" if row.null_key else row.key
    value = "∅" if row.null_value else row.value
    return visible(f"{before}{time}  {record.name}  {key}  {value}{'  ! ' + row.trouble if row.trouble else ''}")


def tab_line(record: Record | Lost, schemas: Schemas, wishes: Wishes = NO_WISHES, origin: Origin = NOWHERE) -> str:
    """One line of tab-separated columns, as lists are copied: partition, offset, time, key, value, headers, size, and where it
    is from: topic and capture."""
    whence = [visible(record.topic), visible(origin.title)]
    if isinstance(record, Lost):
        return "\t".join(["", "", "", "", visible(record.reason), "", "", *whence])
    row = row_of(record, schemas, wishes=wishes)
    time = "" if row.timestamp is None else iso(row.timestamp)
    cells = [row.partition, row.offset, time, "∅" if row.null_key else row.key, "∅" if row.null_value else row.value,
             row.headers, row.size]  # fmt: skip
    return "\t".join([*(visible(str(cell)) for cell in cells), *whence])


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


def as_line(fields: dict[str, Any]) -> str:
    """JSON on one line that is ASCII where a terminal or a reader of lines could be misled, and valid UTF-8."""
    text = json.dumps(fields, ensure_ascii=False)
    return text if text.isprintable() else ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
