"""MessagePack against another writer of it, its spans, and what must not be taken for it."""

import json
import struct
import uuid
from random import Random
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode import messagepack
from meshdesk.decode.chain import BOUNDS, decode
from meshdesk.decode.contract import Bounds, Decoded, Payload, Undecodable
from meshdesk.decode.walk import Walk
from meshdesk.model.node import Node
from meshdesk.model.schema import SchemaState
from tests.unit.decode.poison import Every
from tests.unit.decode.values import CONTAINERS, bytes_say_the_same, says

NONE = Every(SchemaState.NO_REGISTRY)


def read(data: bytes, bounds: Bounds = BOUNDS) -> Decoded:
    return messagepack.decode(Payload(data, "value", "orders", ()), data, NONE, bounds)


def value_of(data: bytes) -> Node:
    node = messagepack._value(Walk(data, BOUNDS), "")  # a node alone, which is no payload
    assert node is not None
    return node


@given(CONTAINERS)
def test_that_what_another_writer_wrote_is_in_the_tree_and_each_node_has_its_bytes(value: Any) -> None:
    data: bytes = msgpack.packb(value)
    try:
        decoded = read(data)
    except Undecodable as why:
        assert "any number" in str(why)
        return
    assert says(decoded.tree, value)
    assert bytes_say_the_same(decoded.tree, data, value_of)


@given(st.integers(-(2**63), 2**64 - 1))
def test_that_no_number_is_rounded(number: int) -> None:
    assert read(msgpack.packb(["number", number])).tree.children[1].text == str(number)


@given(st.binary(max_size=100))
def test_that_random_bytes_behind_a_map_are_read_as_the_library_reads_them(data: bytes) -> None:
    data = b"\x82\xa1a" + data
    try:
        tree: Node | None = read(data).tree
    except Undecodable:
        tree = None
    try:
        value = msgpack.unpackb(data, strict_map_key=False, timestamp=3, unicode_errors="strict")
    except (ValueError, TypeError, msgpack.UnpackException, OverflowError):
        return  # the library refuses more: text that is no UTF-8, keys that Python cannot hold, codes below -1
    assert tree is not None
    assert len(tree.children) == 2
    assert next(iter(value)) == "a"


def test_that_keys_of_all_kinds_are_told_apart() -> None:
    data = b"\x84\x01\xa1x\xa11\xa1y\x91\x01\xa1z\xc0\xa1n"
    assert [(child.name, child.note, child.text) for child in read(data).tree.children] == [
        ("1", "int as key", "x"),
        ("1", "", "y"),
        ("[1]", "array as key", "z"),
        ("null", "null as key", "n"),
    ]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xd6\xff\x00\x00\x00\x00", "1970-01-01T00:00:00Z"),
        (b"\xc7\x0c\xff\x3b\x9a\xc9\xff" + b"\xff" * 8, "1969-12-31T23:59:59.999999999Z"),
        (b"\xc7\x0c\xff\x00\x00\x00\x00\x7f" + b"\xff" * 7, "000000007fffffffffffffff"),  # no calendar has it
        (b"\xd7\xff" + b"\xff" * 8, "ffffffffffffffff"),  # more than a billion nanoseconds
    ],
)
def test_that_a_timestamp_is_exact_and_one_that_is_none_is_its_bytes(data: bytes, text: str) -> None:
    assert read(b"\x92\xa1x" + data).tree.children[1].text == text


def test_that_several_maps_are_documents_and_several_numbers_are_not() -> None:
    assert read(msgpack.packb({"a": 1}) * 3).chain[0].detail == "3 documents"
    with pytest.raises(Undecodable):
        read(msgpack.packb({"a": 1}) + b"\x01\x02")


def test_that_numbers_text_identifiers_and_random_bytes_are_read_as_something_else() -> None:
    random = Random(7)
    numbers = [
        form for n in (0, 1, -1, 42, 2**31 - 1, -(2**31)) for form in (struct.pack(">i", n), struct.pack(">q", n))
    ]
    texts = [text.encode() for text in ("order", "Grüße", "東京", "", "\u0600x", "{}", "[1]")]
    identifiers = [uuid.UUID(int=random.getrandbits(128)).bytes for _ in range(1_000)]
    noise = [random.randbytes(random.choice((4, 8, 12, 20, 32, 64, 200))) for _ in range(1_500)]
    framed = [b"\0\0\0\0\x2a" + random.randbytes(30) for _ in range(100)]
    taken = 0
    for data in (*numbers, *texts, *identifiers, *noise, *framed):
        if data:
            taken += decode(Payload(data, "value", "orders", ()), NONE).format == "MessagePack"
    assert taken <= 1  # of thousands; a map of a word and a number is by chance what it is


def test_that_json_and_text_are_never_taken_for_it() -> None:
    for text in ('{"a": 1}', "x" * 50, json.dumps(list(range(50)))):
        with pytest.raises(Undecodable, match="does not begin"):
            read(text.encode())


def test_that_a_map_that_says_more_than_there_is_ends_at_once() -> None:
    with pytest.raises(Undecodable, match="fewer bytes"):
        read(b"\xdf\xff\xff\xff\xff\xa1a\x01")
    with pytest.raises(Undecodable, match="nested deeper"):
        read(b"\x91" * 300 + b"\x01")
