"""One event of the story, and the ways in which its payload is written."""

import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import fastavro

from meshdesk.demo import schemas
from meshdesk.model import wording

Fields = dict[str, Any]
Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Event:
    """One record to be produced. Timestamp in ms since the epoch; a value of None is a tombstone."""

    topic: str
    key: bytes
    value: bytes | None
    headers: Headers
    timestamp_ms: int


def as_json(value: Fields) -> bytes:
    """Plain JSON, as short as it gets."""
    return _write(value).encode()


def as_json_schema(schema_id: int, value: Fields) -> bytes:
    """Confluent's framing (a zero byte, the id as four bytes, big-endian), then JSON."""
    return framed(schema_id, as_json(value))


def as_avro(schema_id: int, value: Fields) -> bytes:
    """Confluent's framing, then Avro's binary encoding."""
    out = io.BytesIO()
    out.write(b"\0" + schema_id.to_bytes(4, "big"))
    fastavro.schemaless_writer(out, _parsed(schema_id), value)
    return out.getvalue()


def framed(schema_id: int, body: bytes) -> bytes:
    """Confluent's framing of a body."""
    return b"\0" + schema_id.to_bytes(4, "big") + body


def cloud_event(kind: str, source: str, event_id: str, subject: str, at_ms: int) -> dict[str, str]:
    """The attributes of a CloudEvent 1.0."""
    return {
        "specversion": "1.0",
        "id": event_id,
        "source": source,
        "type": kind,
        "subject": subject,
        "time": wording.iso(at_ms),
    }


def binary_mode(attributes: dict[str, str]) -> Headers:
    """The headers of a CloudEvent in binary mode (Kafka protocol binding 1.0, section 3.2): its data is the value."""
    named = (("content-type", b"application/json; charset=utf-8"),)
    return (*((f"ce_{name}", text.encode()) for name, text in attributes.items()), *named)


def structured_mode(attributes: dict[str, str], data: Fields) -> tuple[Headers, bytes]:
    """Headers and value of a CloudEvent in structured mode (section 3.3): all of it is the value."""
    value = {**attributes, "datacontenttype": "application/json", "data": data}
    return (("content-type", b"application/cloudevents+json; charset=utf-8"),), as_json(value)


def moment(ms: int) -> datetime:
    """In UTC, as fastavro wants it."""
    return datetime.fromtimestamp(ms / 1000, UTC)


_write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _parsed(schema_id: int) -> Any:
    """The schema of that id, parsed once."""
    if schema_id not in _PARSED:
        added = (
            schema_id - schemas.rating_id(0) if schema_id == schemas.RATING_ID else schema_id - len(schemas.REGISTERED)
        )
        _PARSED[schema_id] = fastavro.parse_schema(schemas.rating(added))
    return _PARSED[schema_id]


def _parse_all() -> dict[int, Any]:
    named: Fields = {}
    fastavro.parse_schema(schemas.ADDRESS, named_schemas=named)
    return {
        number: fastavro.parse_schema(json.loads(schema.text), named_schemas={**named})
        for number, (_, schema) in enumerate(schemas.REGISTERED, 1)
        if schema.type == "AVRO" and number != schemas.ADDRESS_ID
    }


_PARSED = _parse_all()
