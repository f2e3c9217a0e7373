"""What was produced = what a capture holds, byte for byte and in order per partition, through two restarts of the broker."""

from collections.abc import Iterator

import pytest

from meshdesk.demo.broker import Broker, start_broker
from meshdesk.demo.java import Java
from meshdesk.demo.node import QUICK_BACK
from tests.broker import oracles
from tests.broker.round_trips import PARTITIONS, Trip, hashes_of, made, round_trip

ODD_TIMES = ("have no timestamp.", "have timestamps in the future.", "came behind newer ones")
COUNT = 300_000  # `make speed NAME=round_trip` does the same with five million


@pytest.fixture(scope="module")
def own_broker(kafka_java: Java, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with start_broker(tmp_path_factory.mktemp("kafka"), properties=QUICK_BACK) as broker:
        yield broker


@pytest.fixture(scope="module")
def trip(own_broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Trip:
    return round_trip(own_broker, tmp_path_factory.mktemp("trip"), COUNT)


def test_that_the_records_of_a_round_trip_are_of_every_shape() -> None:
    """What the others would prove little without."""
    records = list(made(50_000))
    keys, values = {record.key for record in records}, {record.value for record in records}
    assert {None, b""} <= keys & values
    assert len(values) > 40_000
    assert max(len(value) for value in values if value) == 60_000
    headers = [record.headers for record in records]
    assert any(len(pairs) > len({name for name, _ in pairs}) for pairs in headers)
    assert {None, b""} <= {value for pairs in headers for _, value in pairs}
    times = [record.timestamp for record in records if record.partition == 0]
    assert -1 in times
    assert times != sorted(times)
    assert records[:1_000] == list(made(1_000))


def test_that_the_file_of_collect_holds_what_was_produced_byte_for_byte_and_in_order(trip: Trip) -> None:
    assert trip.command == trip.produced
    assert trip.ran.code == 0, trip.ran.err
    assert trip.ran.summary["records"] == COUNT
    each = COUNT // PARTITIONS
    assert [(part["from"], part["to"]) for part in trip.ran.summary["partitions"]] == [(0, each)] * PARTITIONS


def test_that_the_capture_of_a_session_holds_what_was_produced_byte_for_byte_and_in_order(trip: Trip) -> None:
    assert trip.session == trip.produced


def test_that_the_broker_was_restarted_in_the_middle_and_nothing_else_was_said_of_it(
    trip: Trip, own_broker: Broker
) -> None:
    assert len(trip.restarts) == 2
    assert all(0 < stored <= sent < COUNT for sent, stored in trip.restarts)
    gone = f"Nothing answers at {own_broker.bootstrap}."
    times = tuple(f"Records of {trip.topic} {what}" for what in ODD_TIMES)  # some have such, as of all kinds
    assert {text for text in trip.troubles if not text.startswith(times)} == {gone}
    lines = trip.ran.err.splitlines()
    assert lines
    assert [line for line in lines if not line.startswith((gone, *times))] == []


def test_that_kcat_prints_of_a_share_what_was_produced(trip: Trip, own_broker: Broker) -> None:
    for partition in (0, 7):
        share = hashes_of(oracles.kcat(own_broker, trip.topic, "-p", str(partition)))
        assert share[partition] == trip.produced[partition]
