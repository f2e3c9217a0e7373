"""What the story tells, to be asked by topic; and its payloads, read by libraries that are not ours."""

import io
import json
from collections.abc import Iterable
from typing import Any

import fastavro

from meshdesk.demo import schemas
from meshdesk.demo.registry import Store
from meshdesk.demo.story.event import Event
from meshdesk.demo.story.telling import DAY, events

NOW = 1_795_496_400_000  # an ordinary afternoon
MINUTES = 5  # of live events


def tell() -> list[Event]:
    told: list[Event] = []
    for event in events(7, NOW - DAY, NOW):
        if event.timestamp_ms >= NOW + MINUTES * 60_000:
            return told
        told.append(event)
    raise AssertionError("the story ended")


def of(story: Iterable[Event], topic: str) -> list[Event]:
    return [event for event in story if event.topic == topic]


def json_of(event: Event) -> Any:
    return json.loads(event.value or b"")


def registered_json(event: Event, schema_id: int) -> Any:
    """What stands behind the framing; that id is the one."""
    assert event.value is not None
    assert event.value[:5] == b"\0" + schema_id.to_bytes(4, "big")
    return json.loads(event.value[5:])


def avro_of(event: Event) -> tuple[int, Any]:
    """Id and value, read to the last byte by the schema that the registry has under the id, whose subject is the topic's."""
    assert event.value is not None
    assert event.value[0] == 0
    number = int.from_bytes(event.value[1:5], "big")
    if number not in _PARSED:
        (known, *_) = _STORE.by_id(number)
        assert known.subject == f"{event.topic}-value"
        named: dict[str, Any] = {}
        fastavro.parse_schema(schemas.ADDRESS, named_schemas=named)
        _PARSED[number] = fastavro.parse_schema(json.loads(known.schema.text), named_schemas=named)
    body = io.BytesIO(event.value[5:])
    value: Any = fastavro.schemaless_reader(body, _PARSED[number])
    assert body.read() == b""
    return number, value


_PARSED: dict[int, Any] = {}
_STORE = Store()
schemas.register_all(_STORE)
for _number in range(1, len(schemas.ADDED) + 1):
    schemas.register_rating(_STORE, _number)
