"""The story: the same for the same seed, ordered, believable, and written as its schemas say."""

import collections
import hashlib
import io
import json
import os
import re
import subprocess
import sys
from decimal import Decimal
from itertools import islice
from typing import Any

import fastavro
import pytest

from meshdesk.demo import contracts
from meshdesk.demo.orders import DAY, Event, events
from meshdesk.demo.registry import Store

NOW = 1_795_496_400_000  # an ordinary afternoon
MINUTES = 5  # of live events


@pytest.fixture(scope="module")
def story() -> list[Event]:
    """A day of history and some minutes live."""
    told: list[Event] = []
    for event in events(7, NOW - DAY, NOW):
        if event.timestamp_ms >= NOW + MINUTES * 60_000:
            return told
        told.append(event)
    raise AssertionError("the story ended")


def history(story: list[Event]) -> list[Event]:
    return [event for event in story if event.timestamp_ms < NOW]


def fingerprint(told: list[Event]) -> str:
    return hashlib.sha256("\n".join(map(repr, told)).encode()).hexdigest()


def test_that_the_same_seed_tells_the_same_bytes_in_another_process_and_another_seed_others() -> None:
    program = (
        "from itertools import islice; from tests.broker.demo.test_orders import *; "
        "print(fingerprint([*islice(events(7, NOW - DAY, NOW), 5000)]))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "12345", "PYTHONPATH": os.pathsep.join(sys.path), "TZ": "Asia/Tokyo"}
    other = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    ).stdout.strip()
    assert fingerprint([*islice(events(7, NOW - DAY, NOW), 5000)]) == other
    assert fingerprint([*islice(events(8, NOW - DAY, NOW), 5000)]) != other


def test_that_events_come_in_the_order_of_time_over_a_whole_day(story: list[Event]) -> None:
    times = [event.timestamp_ms for event in story]
    assert times == sorted(times)
    assert NOW - DAY <= times[0] < NOW - DAY + 3_600_000
    assert 60_000 <= len(history(story)) <= 120_000


def test_that_the_day_has_a_quiet_night_and_ends_in_a_rush_that_goes_on(story: list[Event]) -> None:
    hours = collections.Counter(
        event.timestamp_ms // 3_600_000 % 24 for event in story if event.timestamp_ms < NOW - 3_600_000
    )
    assert hours[19] > 10 * hours[3] > 0
    live = len(story) - len(history(story))
    assert 40 <= live / (MINUTES * 60) <= 80
    before = [event for event in story if NOW - 60_000 <= event.timestamp_ms < NOW]
    assert 30 <= len(before) / 60 <= 80


def test_that_every_topic_has_its_share(story: list[Event]) -> None:
    counts = collections.Counter(event.topic for event in story)
    assert set(counts) == {topic.name for topic in contracts.TOPICS}
    assert min(counts.values()) > 300


def test_that_an_order_goes_its_way_under_one_key_and_one_trace(story: list[Event]) -> None:
    stages = [contracts.PLACED, contracts.CAPTURED, contracts.INVOICED, contracts.DISPATCHED, contracts.TRACKED]
    lives: dict[bytes, list[Event]] = collections.defaultdict(list)
    for event in story:
        if event.key.startswith(b"ORD-"):
            lives[event.key].append(event)
    ends: collections.Counter[str] = collections.Counter()
    for key, life in lives.items():
        topics = [event.topic for event in life]
        assert topics[0] == contracts.PLACED, key
        assert len({dict(event.headers)["traceparent"][:35] for event in life}) == 1, key
        along = [topic for topic in topics if topic in stages]
        assert along == sorted(along, key=stages.index), key
        if contracts.CANCELLED in topics:
            assert topics[-1] == contracts.CANCELLED
            assert contracts.DISPATCHED not in topics
        if life[0].timestamp_ms < NOW - 30 * 60_000:  # the younger ones are still on their way
            ends[topics[-1]] += 1
    assert set(ends) == {contracts.TRACKED, contracts.CANCELLED}
    assert 0.03 < ends[contracts.CANCELLED] / ends.total() < 0.12


def test_that_trace_contexts_are_w3cs(story: list[Event]) -> None:
    for event in story[:5000]:
        for name, value in event.headers:
            if name == "traceparent":
                assert re.fullmatch(rb"00-[0-9a-f]{32}-[0-9a-f]{16}-01", value)


def test_that_avro_values_are_read_by_their_registered_schemas_to_the_last_byte(story: list[Event]) -> None:
    store = Store()
    contracts.register_all(store)
    named: dict[str, Any] = {}
    fastavro.parse_schema(contracts.ADDRESS, named_schemas=named)
    seen: collections.Counter[int] = collections.Counter()
    for event in story[::7]:
        if event.value is None or event.topic not in (contracts.PLACED, contracts.INVOICED, contracts.PROFILES):
            continue
        assert event.value[0] == 0
        number = int.from_bytes(event.value[1:5], "big")
        schema = store.by_id(number)[0]
        assert schema.subject == f"{event.topic}-value"
        seen[number] += 1
        body = io.BytesIO(event.value[5:])
        parsed = fastavro.parse_schema(json.loads(schema.schema.text), named_schemas={**named})
        value: Any = fastavro.schemaless_reader(body, parsed)
        assert body.read() == b""
        if event.topic == contracts.PLACED:
            assert value["total"] == sum(line["quantity"] * line["unit_price"] for line in value["lines"])
            assert value["placed_at"].timestamp() * 1000 == event.timestamp_ms
            assert isinstance(value["total"], Decimal)
    assert set(seen) == {
        contracts.ORDER_1_ID,
        contracts.ORDER_2_ID,
        contracts.INVOICE_ID,
        contracts.PROFILE_ID,
    }


def test_that_payments_are_json_with_a_registry_id_and_what_their_schema_asks_for(story: list[Event]) -> None:
    payments = [event.value for event in story if event.topic == contracts.CAPTURED]
    properties, required = contracts.PAYMENT["properties"], contracts.PAYMENT["required"]
    assert isinstance(properties, dict)
    assert isinstance(required, list)
    for value in payments:
        assert value is not None
        assert value[:5] == b"\0" + contracts.PAYMENT_ID.to_bytes(4, "big")
        payment = json.loads(value[5:])
        assert set(required) <= set(payment) <= set(properties)
        assert payment["method"] in properties["method"]["enum"]


def test_that_shipments_are_cloudevents_in_binary_mode(story: list[Event]) -> None:
    shipments = [event for event in story if event.topic == contracts.DISPATCHED]
    ids = set()
    for event in shipments:
        headers = dict(event.headers)
        assert {"ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "content-type"} <= set(
            headers
        )
        assert headers["ce_subject"] == event.key
        assert json.loads(event.value or b"")["orderId"] == event.key.decode()
        ids.add(headers["ce_id"])
    assert len(ids) == len(shipments)


def test_that_a_tombstone_deletes_a_profile_that_was_there(story: list[Event]) -> None:
    there: set[bytes] = set()
    tombstones = 0
    for event in story:
        if event.topic == contracts.PROFILES and event.value is None:
            assert event.key in there
            there.remove(event.key)
            tombstones += 1
        elif event.topic == contracts.PROFILES:
            there.add(event.key)
    assert tombstones > 20
    assert not [event for event in story if event.value is None and event.topic != contracts.PROFILES]
