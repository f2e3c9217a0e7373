"""Functions that are written for a Protobuf message: what they read is what the tree shows, and what they cannot is left."""

import base64
import struct
from typing import Any

import pytest
from google.protobuf import descriptor_pb2
from hypothesis import given, settings

from meshdesk.decode.contract import Undecodable
from meshdesk.decode.line import Line, Unlisted
from meshdesk.decode.proto_messages import Messages
from meshdesk.decode.proto_plan import book_of
from meshdesk.decode.proto_source import line_of_message as written_for
from meshdesk.model.schema import Schema
from tests.unit.decode.lines import Named, by_chain, framed
from tests.unit.decode.lines import line_of_message as line_of
from tests.unit.decode.protos import FEW, SCHEMA, SHOP, Every, text_schema, values


def written(schema: Schema) -> Line:
    """The function for the first message of a schema."""
    book = book_of(schema)
    return written_for(Messages(book), book.plan(book.types.files[0].messages[0].name), True)


EVERY, ORDER = written(SCHEMA), written(SHOP)


@given(values())
@settings(max_examples=80)
def test_that_a_message_is_shown_as_its_tree_shows_it(value: dict[str, Any]) -> None:
    data = Every(**value).SerializeToString()
    for function, schema in ((EVERY, SCHEMA), (written(FEW), FEW)) if data else ():
        expected = by_chain(framed(b"\0" + data), Named(schema))
        for limit in (80, 160):
            try:
                found = function(data, 0, limit)
            except (Unlisted, Undecodable, IndexError, ValueError, struct.error):
                continue
            assert found == (expected.text, expected.spans) or limit != 160
            assert len(found[0]) <= limit


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"\x0a\x01A\x10\x05", "id A cents 5"),
        (b"\x10\x05\x0a\x01A", "cents 5 id A"),
        (b"\x1a\x03\x01\x02\x03\x28\x02", "lines [ 1 2 3 ] size LARGE"),
        (b"\x18\x01\x18\x02\x18\x03\x18\x04", "lines [4]"),
        (b"\x22\x05\x22\x03\x0a\x01A", "parent { parent {…} }"),
        (b"\x42\x04\x08\x05\x10\x02", "sizes { 5 LARGE }"),
        (b"\x5a\x02\x08\x01", "at 1970-01-01T00:00:01.000000000Z"),
        (b"\x62\x02\x08\x07\x6a\x00\x6a\x03\x0a\x01A", "weight 7 all [2]"),
        (b"\x28\x63", "size 99"),  # an enum's number without a name
        (b"\x7a\x01a\x7a\x01b\x92\x01\x02\x08\x05", "tags [ a b ] took 5.000000000s"),
        (b"\x0a\x01A\xa8\x1f\x05\x10\x01", "id A 501 5 cents 1"),
    ],
)
def test_that_what_writers_write_is_read_without_asking_for_each_field(data: bytes, line: str) -> None:
    assert ORDER(data, 0, 160)[0] == line


@pytest.mark.parametrize(
    "data",
    [
        b"\x0a\x02A",  # cut short
        b"\x10\x05\x10\x06",  # twice
        b"\x32\x01A\x38\x01",  # two of a oneof
        b"\x22\x03\x0a\x02A\x10\x05",  # a text that ends behind its message
        b"\x1a\x02\x01\x80\x10\x05",  # a packed number that ends behind the others
        b"\xa8\x1f\x05",  # unknown, as all that there is
    ],
)
def test_that_what_is_odd_is_left_to_others(data: bytes) -> None:
    with pytest.raises((Unlisted, Undecodable, IndexError, ValueError)):
        ORDER(data, 0, 160)


def test_that_a_message_of_more_fields_than_are_compiled_at_once_is_still_shown() -> None:
    fields = " ".join(f"string f{number} = {number};" for number in range(1, 1500))
    schema = text_schema(f'syntax = "proto3"; package shop; message Wide {{ {fields} }}')
    with pytest.raises(Unlisted):
        written(schema)
    assert line_of(b"\0\x0a\x01A", schema) == "f1 A"


@pytest.mark.parametrize("name", ['"', "'''", "\\", "a\nb", "{at}", '" + limit + "'])
def test_that_a_name_is_never_source(name: str) -> None:
    file = descriptor_pb2.FileDescriptorProto(name="odd.proto", package="shop", syntax="proto3")
    file.message_type.add(name="Order").field.add(name=name, number=1, type=9, label=1)
    schema = Schema("test", 42, "PROTOBUF", base64.b64encode(file.SerializeToString()).decode())
    assert written(schema)(b"\x0a\x01A", 0, 160)[0].endswith(" A")


def test_that_the_second_of_a_oneof_counts_where_the_line_is_full_before_it() -> None:
    fields = " ".join(f"string f{number} = {number};" for number in range(3, 12))
    schema = text_schema(f"message A {{ oneof how {{ string one = 1; string two = 20; }} {fields} }}")
    texts = b"".join(bytes([number << 3 | 2, 30]) + b"x" * 30 for number in range(3, 12))
    function = written(schema)
    assert function(b"\x0a\x01A" + texts, 0, 160)[0].startswith("one A f3 xxx")
    with pytest.raises(Unlisted):
        function(b"\x0a\x01A" + texts + b"\xa2\x01\x01B", 0, 160)
    assert (line_of(b"\0\x0a\x01A" + texts + b"\xa2\x01\x01B", schema) or "f3").startswith("f3")


def test_that_the_second_of_a_oneof_counts_where_its_number_is_too_large_to_be_looked_for() -> None:
    schema = text_schema("message A { oneof how { string one = 1; string two = 3000; } int32 n = 3001; }")
    function = written(schema)
    assert function(b"\x0a\x01A\xc8\xbb\x01\x05", 0, 160)[0] == "one A n 5"
    with pytest.raises(Unlisted):
        function(b"\x0a\x01A\xc2\xbb\x01\x01B", 0, 160)
    assert line_of(b"\0\x0a\x01A\xc2\xbb\x01\x01B", schema) is None
