"""The types that every Protobuf library brings along, as Google's own writes them."""

from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import pytest
from google.protobuf import (
    any_pb2,
    descriptor_pool,
    duration_pb2,
    empty_pb2,
    field_mask_pb2,
    struct_pb2,
    timestamp_pb2,
    wrappers_pb2,
)
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.contract import Bounds
from meshdesk.decode.proto_known import is_as_known, known_files
from meshdesk.decode.proto_plan import book_of
from meshdesk.model.node import Node, to_json
from meshdesk.model.proto_schema import all_messages
from meshdesk.model.schema import Schema
from tests.unit.decode.protos import reading, text_schema

BRINGS = text_schema('syntax = "proto3";')


def node(name: str, message: Any) -> Node:
    return reading(message.SerializeToString(), BRINGS, name).tree


@given(st.integers(-62_135_596_800, 253_402_300_799), st.integers(0, 999_999_999))
def test_that_a_timestamp_is_exact_to_the_nanosecond(seconds: int, nanos: int) -> None:
    found = node("google.protobuf.Timestamp", timestamp_pb2.Timestamp(seconds=seconds, nanos=nanos))
    assert found.kind == "timestamp"
    whole, _, fraction = found.text.rstrip("Z").partition(".")
    assert (
        datetime.fromisoformat(whole).replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    ).total_seconds() == seconds
    assert int(fraction) == nanos


@given(st.integers(-315_576_000_000, 315_576_000_000), st.integers(0, 999_999_999))
def test_that_a_duration_is_what_google_writes_in_json(seconds: int, nanos: int) -> None:
    said = duration_pb2.Duration(seconds=seconds, nanos=-nanos if seconds < 0 else nanos)
    found = node("google.protobuf.Duration", said)
    assert found.kind == "duration"
    other = duration_pb2.Duration()
    other.FromJsonString(found.text)
    assert other == said


@pytest.mark.parametrize(
    "message",
    [timestamp_pb2.Timestamp(seconds=2**60), timestamp_pb2.Timestamp(nanos=-1), timestamp_pb2.Timestamp(nanos=10**9)],
)
def test_that_a_timestamp_that_none_is_stays_what_was_written(message: Any) -> None:
    found = node("google.protobuf.Timestamp", message)
    assert (found.kind, to_json(found)) == ("record", {f.name: value for f, value in message.ListFields()})


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), JSON, max_size=3))
def test_that_a_struct_is_the_json_that_it_holds(value: dict[str, Any]) -> None:
    message = struct_pb2.Struct()
    message.update(value)
    found = node("google.protobuf.Struct", message)
    assert found.kind == "map"
    assert to_json(found) == value


@pytest.mark.parametrize(
    ("name", "message", "kind", "text"),
    [
        ("Int64Value", wrappers_pb2.Int64Value(value=-(2**63)), "int", "-9223372036854775808"),
        ("UInt64Value", wrappers_pb2.UInt64Value(), "int", "0"),
        ("BoolValue", wrappers_pb2.BoolValue(), "boolean", "false"),
        ("StringValue", wrappers_pb2.StringValue(), "string", ""),
        ("BytesValue", wrappers_pb2.BytesValue(value=b"\1"), "bytes", "01"),
        ("DoubleValue", wrappers_pb2.DoubleValue(value=0.5), "float", "0.5"),
    ],
)
def test_that_a_wrapped_value_stands_without_its_wrapper(name: str, message: Any, kind: str, text: str) -> None:
    found = node(f"google.protobuf.{name}", message)
    assert (found.kind, found.text) == (kind, text)


def test_that_other_known_types_are_read_as_messages() -> None:
    assert to_json(node("google.protobuf.FieldMask", field_mask_pb2.FieldMask(paths=["a", "b.c"]))) == {
        "paths": ["a", "b.c"]
    }
    assert to_json(node("google.protobuf.Any", any_pb2.Any(type_url="x/y"))) == {"type_url": "x/y"}


@pytest.mark.parametrize(
    ("data", "text"),
    [(b"\x0a\x02\x04\xd2\x10\x09\x18\x02", "12.34"), (b"\x0a\x01\xff\x18\x03", "-0.001"), (b"\x0a\x01\x05", "5")],
)
def test_that_confluents_decimal_is_a_number(data: bytes, text: str) -> None:
    found = reading(data, BRINGS, "confluent.type.Decimal").tree
    assert (found.kind, found.text) == ("decimal", text)


def test_that_a_date_is_a_date_where_a_calendar_may_have_it() -> None:
    assert reading(b"\x08\xea\x0f\x10\x03\x18\x01", BRINGS, "google.type.Date").tree.text == "2026-03-01"
    assert reading(b"\x10\x03", BRINGS, "google.type.Date").tree.kind == "record"


def test_that_no_shape_is_made_where_there_is_no_room_for_its_text() -> None:
    said = timestamp_pb2.Timestamp(seconds=1).SerializeToString()
    assert reading(said, BRINGS, "google.protobuf.Timestamp", Bounds(text=10)).tree.kind == "record"


def test_that_the_known_types_are_those_of_google() -> None:
    pool = descriptor_pool.Default()
    assert empty_pb2.Empty.DESCRIPTOR.file.pool is pool
    for message in all_messages(known_files()[0].messages):
        if message.name == "google.protobuf.SourceContext":  # not loaded here
            continue
        theirs = pool.FindMessageTypeByName(message.name)
        assert {f.name: f.number for f in message.fields} == {f.name: f.number for f in theirs.fields}


def test_that_googles_own_files_declare_what_is_known_of_them() -> None:
    for module in (any_pb2, duration_pb2, struct_pb2, timestamp_pb2, wrappers_pb2):
        written = b64encode(module.DESCRIPTOR.serialized_pb).decode()
        types = book_of(Schema("test", 1, "PROTOBUF", written)).types
        assert all(message in types.messages.values() for message in types.files[0].messages)
        assert is_as_known(types)


@pytest.mark.parametrize(
    ("text", "is_known"),
    [
        ("message Mine { string seconds = 1; }", True),
        ("message Timestamp { int32 nanos = 2; int64 seconds = 1; }", True),
        ("message Timestamp { int64 seconds = 1; }", False),
        ("message Timestamp { string seconds = 1; int32 nanos = 2; }", False),
        ("message BoolValue {}", False),
        ("message Int64Value { repeated int64 value = 1; }", False),
        ("message Struct { map<string, string> fields = 1; }", False),
        ("message ListValue { repeated Mine values = 1; } message Mine {}", False),
    ],
)
def test_that_what_a_schema_declares_under_a_known_name_is_compared(text: str, is_known: bool) -> None:
    schema = text_schema(f'syntax = "proto3"; package google.protobuf; {text}')
    assert is_as_known(book_of(schema).types) is is_known
