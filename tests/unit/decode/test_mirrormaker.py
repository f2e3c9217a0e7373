"""MirrorMaker's topics, mirrored ones too; and what stands in topics that are only named so."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.chain import BOUNDS, decode
from meshdesk.decode.contract import Payload, Undecodable
from meshdesk.decode.mirrormaker import decode as decode_mirror
from meshdesk.model.node import to_json
from meshdesk.model.schema import SchemaState
from tests.unit.decode.poison import Every

NONE = Every(SchemaState.NO_REGISTRY)


def text(words: str) -> bytes:
    return struct.pack(">h", len(words.encode())) + words.encode()


CHECKPOINT = text("billing") + text("orders") + struct.pack(">i", 3)


@pytest.mark.parametrize("topic", ["north.checkpoints.internal", "south.north.checkpoints.internal"])
def test_that_a_checkpoint_says_of_which_group_it_is(topic: str) -> None:
    data = b"\0\0" + struct.pack(">qq", 15, 9) + text("")
    found = decode(Payload(data, "value", topic, (), CHECKPOINT), NONE)
    assert to_json(found.tree) == {
        "consumerGroupId": "billing", "topic": "orders", "partition": 3,
        "upstreamOffset": 15, "downstreamOffset": 9, "metadata": "",
    }  # fmt: skip
    assert found.tree.children[0].span is None
    assert found.tree.children[3].span == (2, 10)


@given(st.text(max_size=20), st.integers(-(2**31), 2**31 - 1), st.integers(-(2**63), 2**63 - 1))
def test_that_an_offset_sync_is_two_numbers_and_no_version(topic: str, partition: int, offset: int) -> None:
    key = text(topic) + struct.pack(">i", partition)
    sent = Payload(struct.pack(">qq", offset, 0), "value", "mm2-offset-syncs.south.internal", (), key)
    said = {"topic": topic, "partition": partition, "upstreamOffset": offset, "downstreamOffset": 0}
    assert to_json(decode(sent, NONE).tree) == said


def test_that_a_heartbeat_has_its_moment() -> None:
    key = text("north") + text("south")
    found = decode(Payload(b"\0\0" + struct.pack(">q", 1_600_000_000_000), "value", "heartbeats", (), key), NONE)
    assert found.tree.children[2].note == "2020-09-13T12:26:40.000Z"
    assert [layer.detail for layer in found.chain] == ["heartbeat, version 0"]
    assert to_json(decode(Payload(key, "key", "heartbeats", ()), NONE).tree) == {
        "sourceClusterAlias": "north",
        "targetClusterAlias": "south",
    }


@pytest.mark.parametrize(
    ("data", "key", "topic"),
    [
        (b'{"pulse": 60}', b"machine-1", "machine.heartbeats"),
        (b"\0" * 10, b"machine-1", "machine.heartbeats"),
        (b"\0\1" + b"\0" * 8, text("a") + text("b"), "heartbeats"),
        (b"\0" * 10, None, "heartbeats"),
        (b"\0" * 16, text("orders") + b"\0\0\0\1", "offset-syncs"),
    ],
)
def test_that_what_is_only_named_so_is_read_by_another(data: bytes, key: bytes | None, topic: str) -> None:
    assert decode(Payload(data, "value", topic, (), key), NONE).chain[0].name != "MirrorMaker"


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_that_any_bytes_are_read_or_declined(data: bytes, key: bytes) -> None:
    for topic in ("heartbeats", "a.checkpoints.internal", "mm2-offset-syncs.b.internal"):
        try:
            decode_mirror(Payload(data, "value", topic, (), key), data, NONE, BOUNDS)
        except Undecodable as why:
            assert str(why)
