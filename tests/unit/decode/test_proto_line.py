"""Lines of Protobuf without a tree: held against the walker of messages."""

from typing import Any

import pytest
from google.protobuf import any_pb2, duration_pb2, struct_pb2, timestamp_pb2
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdesk.decode import quick
from meshdesk.model.schema import Schema
from tests.unit.decode.lines import Named, by_chain, framed
from tests.unit.decode.protos import SCHEMA, Every, text_schema, values

SHOP = text_schema("""
    syntax = "proto3"; package shop;
    import "google/protobuf/timestamp.proto"; import "google/protobuf/wrappers.proto"; import "google/protobuf/struct.proto";
    import "google/protobuf/any.proto"; import "google/protobuf/duration.proto";
    message Order { string id = 1; int64 cents = 2; repeated int32 lines = 3; Order parent = 4; Size size = 5;
      oneof how { string card = 6; bool cash = 7; } map<int32, Size> sizes = 8; map<string, Order> orders = 9; float kg = 10;
      google.protobuf.Timestamp at = 11; google.protobuf.Int64Value weight = 12; repeated Order all = 13;
      google.protobuf.Struct more = 14; repeated string tags = 15; bytes proof = 16; google.protobuf.Any any = 17;
      google.protobuf.Duration took = 18; repeated google.protobuf.Timestamp stops = 19; google.protobuf.Value some = 20;
      google.protobuf.ListValue list = 21; map<string, google.protobuf.Value> by_name = 22; }
    enum Size { SMALL = 0; LARGE = 2; }
""")
OLD = text_schema("""
    syntax = "proto2"; package shop;
    message Order { required string id = 1; optional group Address = 6 { optional string street = 1; optional string city = 2; }
      repeated group Line = 7 { optional int32 n = 1; } optional Order parent = 8; map<string, Order> orders = 9; }
""")
FEW = text_schema(
    'syntax = "proto3"; package test; message Every { double one_double = 1; Every inner = 500; string one_string = 14; }'
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "b", "ø", ""]), inner, max_size=3)
    ),
    max_leaves=10,
)


def line_of(data: bytes, schema: Schema) -> str | None:
    """What is said of a message without its tree, where it is what the tree says."""
    found = quick.preview(framed(data), Named(schema), 160)
    assert found is None or found == by_chain(framed(data), Named(schema))
    return None if found is None else found.text


def tagged(number: int, message: Any) -> bytes:
    """A message as field `number` of another, of less than 16 KB."""
    body: bytes = message.SerializeToString()
    tag = (number << 3) | 2
    return bytes([tag & 127 | 128, tag >> 7, len(body) & 127 | 128, len(body) >> 7]) + body


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
        (b"\x28\x02\x3a\x00", 'size LARGE 7 ""'),  # how is a bool in a wire type that it has not
        (b"\x0a\x01A\xa8\x1f\x05", "id A 501 5"),
        (b"\x0a\x01A\xaa\x1f\x02\xff\xfe", "id A 501 0xfffe"),
        (b"\x0a\x01A\xaa\x1f\x02\x08\x05", "id A 501 { 1 5 }"),
        (b"\x0a\x01A\xa8\x1f\x05\xa8\x1f\x06\x10\x01", "id A 501 [ 5 6 ] cents 1"),
        (b"\x0a\x01A" + 4 * b"\xa8\x1f\x05", "id A 501 [4]"),
        (b"\x0a\x01A" + 2 * b"\xaa\x1f\x02\x08\x05", "id A 501 [2]"),
        (b"\x22\x06\xaa\x1f\x03\x0a\x01\x05", "parent { 501 {…} }"),
        (b"\x92\x01\x02\x08\x05", "took 5.000000000s"),
        (
            b"\x9a\x01\x02\x08\x01\x9a\x01\x00",
            "stops [ 1970-01-01T00:00:01.000000000Z 1970-01-01T00:00:00.000000000Z ]",
        ),
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
        b"\xa8\x1f\x05",  # unknown, as all that there is
        b"\x0a\x01A\xa8\x1f\x05\x10\x05\xa8\x1f\x06",  # unknown, twice, and not side by side
        b"\x0a\x01A\xa8\x1f\x05\xaa\x1f\x00",  # unknown, and in two wire types
        b"\x0a\x01A\xab\x1f\xac\x1f",  # an unknown group
        b"\x0a\x02\xff\xfe",  # text that is none
        b"\x42\x04\x08\x05\x10\x02\x42\x04\x08\x05\x10\x00",  # a key twice
        b"\x42\x02\x08\x05",  # an entry without its value
        b"\x5a\x04\x08\x01\x10\xff",  # a moment cut short
    ],
)
def test_that_what_is_rare_is_left_to_the_chain(data: bytes) -> None:
    assert quick.preview(framed(b"\0" + data), Named(SHOP), 160) is None


@given(JSON)
@settings(max_examples=60)
def test_that_json_in_a_message_is_shown_as_json(said: Any) -> None:
    value, several, whole = struct_pb2.Value(), struct_pb2.ListValue(), struct_pb2.Struct()
    whole.update({"said": said, "n": 1.5})
    value.CopyFrom(whole.fields["said"])
    several.extend([said, True])
    for data in (tagged(14, whole), tagged(20, value), tagged(21, several), tagged(14, struct_pb2.Struct())):
        assert line_of(b"\0" + data, SHOP) is not None
    entry = b"\x0a\x01k" + bytes([0x12, len(body := value.SerializeToString()) & 127 | 128, len(body) >> 7]) + body
    sent = b"\xb2\x01" + bytes([len(entry) & 127 | 128, len(entry) >> 7]) + entry
    assert line_of(b"\0" + sent, SHOP) is not None


@given(st.binary(max_size=12), st.sampled_from([14, 17, 18, 19, 20, 21, 22]))
def test_that_any_bytes_in_a_known_type_are_shown_as_its_tree(data: bytes, number: int) -> None:
    tag = (number << 3) | 2
    field = (bytes([tag]) if tag < 128 else bytes([tag & 127 | 128, tag >> 7])) + bytes([len(data)]) + data
    line_of(b"\0" + field, SHOP)


def test_that_a_message_in_an_any_is_shown_with_its_type() -> None:
    packed = any_pb2.Any(type_url="type.example/shop.Order", value=b"\x0a\x01A")
    assert line_of(b"\0" + tagged(17, packed), SHOP) == "any { @type type.example/shop.Order id A }"
    packed.value = b""
    assert line_of(b"\0" + tagged(17, packed), SHOP) == "any { @type type.example/shop.Order }"
    assert line_of(b"\0" + tagged(17, any_pb2.Any()), SHOP) == "any {}"
    for other in (timestamp_pb2.Timestamp(seconds=5), duration_pb2.Duration(seconds=5)):
        packed.Pack(other)
        line_of(b"\0" + tagged(17, packed), SHOP)
    packed = any_pb2.Any(type_url="type.example/shop.Unheard", value=b"\x0a\x01A")
    line_of(b"\0" + tagged(17, packed), SHOP)


@given(values(), st.sampled_from([b"\0", b"\2\0"]))
@settings(max_examples=80)
def test_that_fields_that_a_schema_does_not_know_are_shown_by_number(value: dict[str, Any], indexes: bytes) -> None:
    line_of(indexes + Every(**value).SerializeToString(), FEW)


def test_that_what_could_be_another_message_is_left_to_the_chain() -> None:
    assert line_of(b"\0" + b"\x72\x01A\xa8\x1f\x05", FEW) == "one_string A 501 5"
    assert line_of(b"\2\0" + b"\x72\x01A\xa8\x1f\x05", FEW) is None  # by the older form, the index of no message
    assert line_of(b"\0" + b"\x07\x0a\x05Every\x72\x01A", FEW) is None  # as Apicurio names a message


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"\x0a\x01A\x33\x0a\x01S\x12\x01C\x34", "id A address { street S city C }"),
        (b"\x33\x34", "address {}"),
        (b"\x42\x05\x33\x0a\x01S\x34", "parent { address {…} }"),
        (b"\x33\x0a\x01S", None),  # without its end
        (b"\x33\x0a\x01S\x3c", None),  # with the end of another
        (b"\x33\x34\x33\x34", None),
        (b"\x3b\x08\x01\x3c\x3b\x08\x02\x3c", None),  # in a list
        (b"\x4a\x05\x0a\x01A\x13\x14", None),  # where an entry of a map has its value
    ],
)
def test_that_groups_are_read(data: bytes, line: str | None) -> None:
    assert line_of(b"\0" + data, OLD) == line


def test_that_a_message_nested_too_deep_is_left_to_the_chain() -> None:
    data = b""
    for _ in range(100):
        length = len(data)
        data = b"\x22" + (bytes([length]) if length < 128 else bytes([length & 127 | 128, length >> 7])) + data
    assert quick.preview(framed(b"\0" + data), Named(SHOP), 160) is None
