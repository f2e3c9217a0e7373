"""Protobuf by its bytes alone: what is read so, and all that must not be taken for it."""

import json
import struct
import uuid
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdesk.decode.chain import BOUNDS, decode, preview
from meshdesk.decode.contract import Payload, Undecodable
from meshdesk.decode.proto_wire import text_in
from meshdesk.decode.protobuf_bare import decode as decode_bare
from meshdesk.model.node import to_json
from meshdesk.model.schema import SchemaState
from tests.unit.decode.lines import by_chain
from tests.unit.decode.poison import Every
from tests.unit.decode.protos import Every as Message
from tests.unit.decode.protos import values

NONE = Every(SchemaState.NO_REGISTRY)
HELLO = b"\x0a\x05hello\x10\x05"


def value(data: bytes) -> Payload:
    return Payload(data, "value", "orders", ())


def is_read(data: bytes) -> bool:
    try:
        decode_bare(value(data), data, NONE, BOUNDS)
    except Undecodable:
        return False
    return True


@pytest.mark.parametrize(
    ("data", "said", "layers"),
    [
        (HELLO, {"1": "hello", "2": 5}, ["Protobuf without schema"]),
        (b"\x0a\x07" + HELLO[:7], {"1": {"1": "hello"}}, ["Protobuf without schema"]),
        (b"\x09" + HELLO, [{"1": "hello", "2": 5}], ["Protobuf delimited", "Protobuf without schema"]),
        ((b"\x09" + HELLO) * 2, [{"1": "hello", "2": 5}] * 2, ["Protobuf delimited", "Protobuf without schema"]),
        (b"\0\0\0\0\x09" + HELLO, [{"1": "hello", "2": 5}], ["gRPC frame", "Protobuf without schema"]),
    ],
)
def test_that_a_message_with_text_in_it_is_read_by_its_bytes(data: bytes, said: object, layers: list[str]) -> None:
    found = decode(value(data), NONE)
    assert to_json(found.tree) == said
    assert [layer.name for layer in found.chain] == layers
    assert (found.format, found.trouble) == ("Protobuf", "")


@pytest.mark.parametrize(
    "data",
    [
        b"Hi", b"(a", b"\n", b"\ttext\r\n", b'"quoted" text', b"hello\x1b[0m",
        b"\x08\x01", b"\x10\x05\x18\x07",  # small numbers are as well two bytes of an int16
        "Grüße".encode("utf-16-le"), "text".encode("utf-16-be"),
        json.dumps({"a": [1, "b"]}).encode(), b"<xml/>", b"\x82\xa1a\x01\xa1b\x02", b"\xa2aa\x01ab\x02",
    ],
)  # fmt: skip
def test_that_text_and_small_numbers_and_other_formats_are_not_taken_for_it(data: bytes) -> None:
    assert not is_read(data)


@given(st.integers(-(2**63), 2**63 - 1), st.floats())
def test_that_no_number_is_taken_for_it(number: int, real: float) -> None:
    for data in (
        struct.pack(">q", number),
        struct.pack(">d", real),
        struct.pack("<q", number),
        struct.pack(">i", number >> 32),
    ):
        # Eight bytes may be a message by chance, with a readable text in it: not one in a thousand.
        assert (
            not is_read(data)
            or data[0] in (0x0A, 0x12, 0x1A, 0x22, 0x2A, 0x32, 0x3A)
            or 2 in {byte & 7 for byte in data}
        )


def test_that_hardly_any_random_bytes_are_taken_for_it() -> None:
    every = [uuid.UUID(int=(seed * 0x9E3779B97F4A7C15F39CC0605CEDC835) % 2**128).bytes for seed in range(1, 20_001)]
    assert sum(map(is_read, every)) < 60


@given(st.text(max_size=60))
def test_that_no_text_that_a_person_writes_is_taken_for_it(text: str) -> None:
    data = "".join(character for character in text if character.isprintable() or character in "\n\t").encode(
        "utf-8", "replace"
    )
    assert not is_read(data)


@given(st.text(st.characters(exclude_categories=["C"]), min_size=2, max_size=20), st.integers(0, 2**64 - 1))
def test_that_what_google_writes_is_read(text: str, number: int) -> None:
    data = Message(one_uint64=number, one_string=text).SerializeToString()
    if not text.isspace() and text_in(data) is None:  # all of its bytes may be text as well
        assert is_read(data)


@given(values(), st.binary(max_size=3), st.integers(0, 40))
@settings(max_examples=80)
def test_that_a_list_shows_of_a_bare_message_what_its_tree_says(value: dict[str, Any], noise: bytes, at: int) -> None:
    data = Message(**value).SerializeToString()
    for sent in (data, data[:at] + noise + data[at:], b"\x0a\x05PAY-7" + data, b"\x0a\x05PAY-7" + data + data):
        if sent:
            payload = Payload(sent, "value", "orders", ())
            assert preview(payload, NONE) == by_chain(payload, NONE)


def test_that_a_length_in_more_bytes_than_it_needs_is_seen_by_a_list_too() -> None:
    sent = Payload(b"\x8e\x80\x00M\x01\x00\x00\x00\xca\x13\x06\n\x0200\x10\x00", "value", "orders", ())
    assert preview(sent, NONE) == by_chain(sent, NONE)
    assert preview(sent, NONE).format == "Protobuf"
