"""Lines of Protobuf without a tree: held against the walker of messages."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdesk.decode import chain, quick
from meshdesk.decode.proto_wire import fields
from meshdesk.model.schema import Schema
from tests.unit.decode.lines import Named, by_chain, framed, line_of_message
from tests.unit.decode.protos import FEW, SCHEMA, SHOP, Every, text_schema, values


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


def test_that_what_could_be_another_message_is_left_to_the_chain() -> None:
    assert line_of_message(b"\0" + b"\x72\x01A\xa8\x1f\x05", FEW) == "one_string A 501 5"
    assert (
        line_of_message(b"\2\0" + b"\x72\x01A\xa8\x1f\x05", FEW) is None
    )  # by the older form, the index of no message
    assert line_of_message(b"\0" + b"\x07\x0a\x05Every\x72\x01A", FEW) is None  # as Apicurio names a message


@given(values(), st.randoms(use_true_random=False), st.sampled_from([SCHEMA, FEW]))
@settings(max_examples=100)
def test_that_fields_in_any_order_and_again_are_shown_as_the_tree_shows_them(
    value: dict[str, Any], random: Any, schema: Schema
) -> None:
    data = Every(**value).SerializeToString()
    ends = [0, *(end for *_, end in fields(data, 0, len(data)))]
    pieces = [data[start:end] for start, end in pairwise(ends)]
    pieces += random.choices(pieces, k=random.randrange(2)) if pieces else []
    random.shuffle(pieces)
    line_of_message(b"\0" + b"".join(pieces), schema)


@pytest.mark.parametrize(
    "data",
    [
        b"\x18\x01\x98\x00\x02",  # a list, of which the second tag is longer than it needs to be
        b"\x10\x05\x8a\x00\x01A",  # a text that comes behind a number, the same
        b"\x10\x05\x0a\x01A\xa8\x1f\x05\xa8\x9f\x00\x06",  # a field that is unknown, the same
    ],
)
def test_that_tags_of_more_bytes_than_they_need_are_no_fields_of_their_own(data: bytes) -> None:
    line_of_message(b"\0" + data, SHOP)


@pytest.mark.parametrize(
    "indexes", [b"\0", b"\2\0", b"\1\0", b"\4\0\0", b"\2\2", b"\4\2\0", b"\2\x80\0", b"\2\x80\1", b"\3"]
)
def test_that_indexes_are_read_as_the_chain_reads_them_the_first_time_and_again(indexes: bytes) -> None:
    schema = text_schema("""
        syntax = "proto3"; package shop; message A { string a = 1; message B { string b = 1; } }
        message C { string c = 1; message D { string d = 1; } }
    """)
    for _ in range(2):
        line_of_message(indexes + b"\x0a\x01A", schema)
    assert line_of_message(b"\4\2\0\x0a\x01A", schema) == "d A"


@pytest.mark.parametrize(
    "declared",
    [
        "message BoolValue {}",
        "message BoolValue { string value = 1; }",
        "message BoolValue { repeated BoolValue value = 1; }",
        "message BoolValue { option map_entry = true; int32 key = 1; }",
    ],
)
def test_that_a_message_of_a_name_that_libraries_have_is_shown_as_it_is_declared(declared: str) -> None:
    schema = text_schema(
        f'syntax = "proto3"; package google.protobuf; message M {{ BoolValue a = 1; repeated BoolValue b = 2; }} {declared}'
    )
    for sent in (b"", b"\x0a\0", b"\x0a\2\x08\1", b"\x0a\3\x0a\1a", b"\x0a\2\x08\1\x12\0", b"\x12\2\x0a\0"):
        assert chain.preview(framed(b"\0" + sent), Named(schema)) == by_chain(framed(b"\0" + sent), Named(schema))
