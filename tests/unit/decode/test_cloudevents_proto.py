"""CloudEvents in Protobuf: attributes of every type, data of every form, batches; and what only has the header."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.chain import BOUNDS, decode
from meshdesk.decode.cloudevents_proto import decode as decode_proto
from meshdesk.decode.contract import Bounds, Decoded, Payload, Undecodable
from meshdesk.model.node import to_json
from meshdesk.model.schema import SchemaState
from tests.together import all_hold
from tests.unit.decode.poison import POISON, Every
from tests.unit.decode.test_contract import holds

NONE = Every(SchemaState.NO_REGISTRY)
HEADERS = (("content-type", b"application/cloudevents+protobuf"),)


def varint(number: int) -> bytes:
    return bytes([number]) if number < 0x80 else bytes([number & 0x7F | 0x80]) + varint(number >> 7)


def field(number: int, value: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(value)) + value


def attribute(name: bytes, value: bytes) -> bytes:
    return field(5, field(1, name) + field(2, value))


HEAD = field(1, b"E-1") + field(2, b"/shop") + field(3, b"1.0") + field(4, b"shop.placed")
EVENT = {"id": "E-1", "source": "/shop", "specversion": "1.0", "type": "shop.placed"}


def read(data: bytes, headers: Any = HEADERS) -> Decoded:
    return decode(Payload(data, "value", "events", headers), NONE)


def test_that_attributes_are_of_their_types_and_json_data_is_read() -> None:
    data = HEAD + attribute(b"n", b"\x10\x05") + attribute(b"ok", b"\x08\x01") + attribute(b"raw", field(4, b"\xff"))
    found = read(data + attribute(b"subject", field(3, b"O-1")) + field(7, b'{"cents": 9007199254740993}'))
    assert to_json(found.tree) == {
        **EVENT, "n": 5, "ok": True, "raw": {"$bytes": "/w=="}, "subject": "O-1", "data": {"cents": 9007199254740993},
    }  # fmt: skip
    assert [layer.name for layer in found.chain] == ["CloudEvents structured", "Protobuf", "JSON"]


def test_that_binary_data_that_nothing_reads_is_bytes() -> None:
    assert to_json(read(HEAD + field(6, b"\xff\x00\xff")).tree)["data"] == {"$bytes": "/wD/"}


def test_that_an_event_without_data_has_none() -> None:
    assert to_json(read(HEAD).tree) == EVENT


def test_that_a_batch_is_each_of_its_events() -> None:
    batch = (("content-type", b"application/cloudevents-batch+protobuf"),)
    found = read(field(1, HEAD + field(7, b"[1]")) + field(1, HEAD), batch)
    assert to_json(found.tree) == [{**EVENT, "data": [1]}, EVENT]
    assert found.chain[0].name == "CloudEvents batch"


@pytest.mark.parametrize("data", [b"{}", b"\xff\xff", HEAD[:-1], HEAD + b"\xf8\x07\x01"])
def test_that_what_only_has_the_header_is_read_by_another(data: bytes) -> None:
    with pytest.raises(Undecodable):
        decode_proto(Payload(data, "value", "events", HEADERS), data, NONE, BOUNDS)


def test_that_bytes_without_the_header_are_not_asked_for() -> None:
    with pytest.raises(Undecodable, match="no header"):
        decode_proto(Payload(HEAD, "value", "events", ()), HEAD, NONE, BOUNDS)


@given(st.binary(max_size=60))
def test_that_any_bytes_are_read_or_declined_within_bounds(data: bytes) -> None:
    for piece in (data, HEAD + data, HEAD + field(6, data), HEAD + field(7, b"[" * len(data))):
        for bounds in (BOUNDS, Bounds(nodes=9, depth=3, text=8, width=4)):
            try:
                holds(decode_proto(Payload(piece, "value", "events", HEADERS), piece, NONE, bounds), piece, bounds)
            except Undecodable as why:
                assert str(why)


def test_that_poison_as_data_harms_nobody() -> None:
    def check(poison: bytes) -> None:
        data = HEAD + field(6, poison)
        holds(decode_proto(Payload(data, "value", "events", HEADERS), data, NONE, BOUNDS), data, BOUNDS)

    all_hold(check, POISON)
