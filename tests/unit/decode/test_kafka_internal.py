"""Kafka's own topics: keys, values, tombstones; and what stands in a topic of that name on another cluster."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.chain import BOUNDS, decode
from meshdesk.decode.contract import Bounds, Layer, Payload, Undecodable
from meshdesk.decode.kafka_internal import decode as decode_internal
from meshdesk.model.node import to_json
from meshdesk.model.schema import SchemaState
from tests.unit.decode.golden import CASES, case, payload
from tests.unit.decode.poison import Every
from tests.unit.decode.test_contract import holds

NONE = Every(SchemaState.NO_REGISTRY)
KEY = base64.b64decode("AAEABmdyb3VwMQAGb3JkZXJzAAAAAg==")  # offset commit of group1, orders, 2
OLD_VALUE = (
    b"\0\1" + (5).to_bytes(8, "big") + b"\0\1m" + (1_600_000_000_000).to_bytes(8, "big") + (9).to_bytes(8, "big")
)
REAL = [
    path
    for path in CASES
    if path.parent.name in ("kafka-consumer-offsets", "kafka-share-group-state", "kafka-transaction-state")
]


def value(data: bytes | None, key: bytes | None = KEY, topic: str = "__consumer_offsets") -> Payload:
    return Payload(data, "value", topic, (), key)


def test_that_an_offset_committed_by_an_old_broker_is_read_with_its_expiry() -> None:
    found = decode(value(OLD_VALUE), NONE)
    assert to_json(found.tree) == {
        "type": "OFFSET_COMMIT",
        "key_type": 1,
        "value_version": 1,
        "key": {"group": "group1", "topic": "orders", "partition": 2},
        "value": {"offset": 5, "metadata": "m", "commitTimestamp": 1_600_000_000_000, "expireTimestamp": 9},
    }
    assert found.chain == (Layer("Kafka internal", "offset commit"),)
    assert found.tree.children[4].children[2].note == "2020-09-13T12:26:40.000Z"


def test_that_a_key_is_read_by_itself() -> None:
    found = decode(Payload(KEY, "key", "__consumer_offsets", ()), NONE)
    assert to_json(found.tree.children[2]) == {"group": "group1", "topic": "orders", "partition": 2}


def test_that_a_tombstone_says_what_was_removed() -> None:
    found = decode(value(None), NONE)
    assert [layer.name for layer in found.chain] == ["tombstone", "Kafka internal"]
    assert (found.format, found.tree.children[4].kind) == ("null", "null")
    assert found.tree.children[3].children[0].text == "group1"


def test_that_the_highlighted_bytes_of_a_value_are_its_own_and_never_those_of_the_key() -> None:
    found = decode(value(OLD_VALUE), NONE)
    assert found.tree.children[3].span is None
    start, end = found.tree.children[4].children[0].span or (0, 0)
    assert OLD_VALUE[start:end] == (5).to_bytes(8, "big")


@pytest.mark.parametrize(
    ("data", "key", "topic"),
    [
        (b'{"offset": 5}', KEY, "__consumer_offsets"),
        (OLD_VALUE + b"\0", KEY, "__consumer_offsets"),
        (OLD_VALUE[:-1], KEY, "__consumer_offsets"),
        (OLD_VALUE, b"\0\x63", "__consumer_offsets"),
        (OLD_VALUE, KEY + b"\0", "__consumer_offsets"),
        (OLD_VALUE, None, "__consumer_offsets"),
        (OLD_VALUE, KEY, "consumer_offsets"),
        (OLD_VALUE, KEY, "__transaction_state"),
    ],
)
def test_that_what_only_has_the_name_of_an_internal_topic_is_read_by_another(
    data: bytes, key: bytes | None, topic: str
) -> None:
    assert decode(value(data, key, topic), NONE).chain[0].name != "Kafka internal"


@pytest.mark.parametrize("path", REAL, ids=[path.stem for path in REAL])
def test_that_bounds_hold_for_real_records(path) -> None:  # type: ignore[no-untyped-def]
    said = payload(case(path), "value")
    for bounds in (BOUNDS, Bounds(nodes=30, depth=4, text=60, width=6), Bounds(nodes=0, depth=0, text=0, width=0)):
        if said.data is not None:
            try:
                holds(decode_internal(said, said.data, NONE, bounds), said.data, bounds)
            except Undecodable as why:
                assert bounds is not BOUNDS, str(why)


@given(st.binary(max_size=60), st.integers(0, 25), st.binary(max_size=30))
def test_that_any_bytes_are_read_or_declined(data: bytes, kind: int, key: bytes) -> None:
    for topic in ("__consumer_offsets", "__transaction_state", "__share_group_state"):
        for piece in (data, b"\0\0" + data, b"\0\4" + data):
            try:
                decode_internal(value(piece, kind.to_bytes(2, "big") + b"\0\1g" + key, topic), piece, NONE, BOUNDS)
            except Undecodable as why:
                assert str(why)


def test_that_what_members_want_and_have_is_said_beside_its_bytes() -> None:
    path = next(path for path in REAL if path.stem == "group-metadata-1")
    tree = decode(payload(case(path), "value"), NONE).tree
    members = tree.children[4].children[5].children
    assert [child.note for member in members for child in member.children if child.kind == "bytes"] == [
        "wants int-orders", "has int-orders 0 1", "wants int-orders, int-payments; rack north",
        "has int-payments 0 1, int-orders 2",
    ]  # fmt: skip
