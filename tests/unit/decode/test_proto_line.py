"""Lines of Protobuf without a tree: held against the walker of messages."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdesk.decode import quick
from tests.unit.decode.lines import Named, by_chain, framed
from tests.unit.decode.protos import SCHEMA, Every, text_schema, values

SHOP = text_schema("""
    syntax = "proto3"; package shop;
    import "google/protobuf/timestamp.proto"; import "google/protobuf/wrappers.proto"; import "google/protobuf/struct.proto";
    message Order { string id = 1; int64 cents = 2; repeated int32 lines = 3; Order parent = 4; Size size = 5;
      oneof how { string card = 6; bool cash = 7; } map<int32, Size> sizes = 8; map<string, Order> orders = 9; float kg = 10;
      google.protobuf.Timestamp at = 11; google.protobuf.Int64Value weight = 12; repeated Order all = 13;
      google.protobuf.Struct more = 14; repeated string tags = 15; bytes proof = 16; }
    enum Size { SMALL = 0; LARGE = 2; }
""")


@given(values(), st.binary(max_size=3), st.integers(0, 60))
@settings(max_examples=150)
def test_that_a_line_is_that_of_the_tree_of_what_was_written_and_of_bytes_that_were_changed(
    value: dict[str, Any], noise: bytes, at: int
) -> None:
    data, schemas = Every(**value).SerializeToString(), Named(SCHEMA)
    for sent in (data, data[:at] + noise + data[at:], data[:at] + noise + data[at + len(noise) :], data[:at]):
        found = quick.preview(framed(b"\0" + sent), schemas, 160)
        assert found is None or found == by_chain(framed(b"\0" + sent), schemas)


@given(st.binary(max_size=40), st.sampled_from([b"\0", b"\2\0", b"\2\2", b""]))
def test_that_a_line_of_any_bytes_is_that_of_the_tree(data: bytes, indexes: bytes) -> None:
    found = quick.preview(framed(indexes + data), Named(SHOP), 160)
    assert found is None or found == by_chain(framed(indexes + data), Named(SHOP))


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"", "{}"),
        (b"\x0a\x01A\x10\x05", "id A cents 5"),
        (b"\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "cents -1"),
        (b"\x1a\x03\x01\x02\x03", "lines [ 1 2 3 ]"),
        (b"\x18\x01\x18\x02\x18\x03\x18\x04", "lines [4]"),
        (b"\x22\x00", "parent {}"),
        (b"\x22\x05\x22\x03\x0a\x01A", "parent { parent {…} }"),
        (b"\x28\x02\x3a\x00", None),  # how is a bool in a wire type that it has not
        (b"\x28\x02\x38\x01", "size LARGE cash true"),
        (b"\x28\x07", "size 7"),
        (b"\x42\x04\x08\x05\x10\x02", "sizes { 5 LARGE }"),
        (b"\x4a\x07\x0a\x01A\x12\x02\x10\x05", "orders { A {…} }"),
        (b"\x5a\x02\x08\x01", "at 1970-01-01T00:00:01.000000000Z"),
        (b"\x5a\x00", "at 1970-01-01T00:00:00.000000000Z"),
        (b"\x62\x00", "weight 0"),
        (b"\x62\x02\x08\x07", "weight 7"),
        (b"\x6a\x00\x6a\x03\x0a\x01A", "all [2]"),
        (b"\x7a\x01a\x7a\x01b", "tags [ a b ]"),
        (b"\x82\x01\x02\x00\xff", "proof 0x00ff"),
        (b"\x55\xcd\xcc\xcc\x3d", "kg 0.1"),
    ],
)
def test_that_a_line_says_what_was_written(data: bytes, line: str | None) -> None:
    found = quick.preview(framed(b"\0" + data), Named(SHOP), 160)
    assert (found.text if found else None) == line
    assert found is None or found == by_chain(framed(b"\0" + data), Named(SHOP))


@pytest.mark.parametrize(
    "data",
    [
        b"\x0a\x01A\x0a\x01B",  # twice, of which the last counts
        b"\x32\x01A\x38\x01",  # two of a oneof
        b"\xa8\x06\x05",  # unknown
        b"\x0a\x02\xff\xfe",  # text that is none
        b"\x42\x04\x08\x05\x10\x02\x42\x04\x08\x05\x10\x00",  # a key twice
        b"\x42\x02\x08\x05",  # an entry without its value
        b"\x5a\x04\x08\x01\x10\xff",  # a moment cut short
    ],
)
def test_that_what_is_rare_is_left_to_the_chain(data: bytes) -> None:
    assert quick.preview(framed(b"\0" + data), Named(SHOP), 160) is None


def test_that_a_message_nested_too_deep_is_left_to_the_chain() -> None:
    data = b""
    for _ in range(100):
        length = len(data)
        data = b"\x22" + (bytes([length]) if length < 128 else bytes([length & 127 | 128, length >> 7])) + data
    assert quick.preview(framed(b"\0" + data), Named(SHOP), 160) is None
