"""The walker of Protobuf messages: held against Google's library, its bytes against its nodes, and what it says of oddities."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.contract import Bounds, Undecodable
from meshdesk.decode.proto_plan import book_of
from meshdesk.decode.protobuf import EMPTY, read, read_each
from meshdesk.model.node import Node, count_of, to_json
from tests.unit.decode.protos import BOUNDS, SCHEMA, Every, reading, says, text_schema, values

SHOP = text_schema("""
    syntax = "proto3"; package shop;
    message Order { string id = 1; int64 cents = 2; repeated int32 lines = 3; Order parent = 4; Size size = 5;
      oneof how { string card = 6; bool cash = 7; } map<int32, Size> sizes = 8; map<string, Order> orders = 9; float kg = 10; }
    enum Size { SMALL = 0; LARGE = 2; }
""")


def tree(data: bytes, bounds: Bounds = BOUNDS) -> Node:
    return reading(data, SHOP, bounds=bounds).tree


def part(node: Node, name: str) -> Node:
    return next(child for child in node.children if child.name == name)


def every_node(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from every_node(child)


@given(values())
def test_that_what_googles_library_wrote_is_read_exactly(value: dict[str, Any]) -> None:
    found = reading(Every(**value).SerializeToString(), SCHEMA)
    assert found.odd == 0
    assert says(found.tree, value)


@given(values())
def test_that_the_bytes_of_a_field_read_alone_are_the_same_field(value: dict[str, Any]) -> None:
    data = Every(**value).SerializeToString()
    for child in reading(data, SCHEMA).tree.children:
        assert child.span is not None  # fields are written one after another
        piece = data[child.span[0] : child.span[1]]
        alone = reading(piece, SCHEMA).tree.children[0]
        assert (alone.name, alone.kind, alone.text, to_json(alone)) == (
            child.name,
            child.kind,
            child.text,
            to_json(child),
        )


@given(values(1), st.binary(max_size=30), st.integers(0, 200))
def test_that_bytes_that_were_changed_are_read_or_declined(value: dict[str, Any], noise: bytes, at: int) -> None:
    data = Every(**value).SerializeToString()
    for sent in (data[:at] + noise + data[at:], data[:at], noise):
        try:
            assert all(
                node.span is None or node.span[1] <= len(sent) for node in every_node(reading(sent, SCHEMA).tree)
            )
        except Undecodable as why:
            assert str(why)


def test_that_a_field_that_the_schema_does_not_know_is_shown_by_its_number() -> None:
    found = reading(b"\x0a\x01a\xa2\x06\x02hi\xa8\x06\x05\xa8\x06\x06", SHOP)
    assert to_json(found.tree) == {"id": "a", "100": "hi", "101": [5, 6]}
    assert (found.known, found.odd) == (1, 3)
    assert part(found.tree, "100").note == "unknown field, length-delimited"


def test_that_a_field_of_another_wire_type_is_no_field_of_the_schema() -> None:
    found = reading(b"\x08\x05", SHOP)  # id is text
    assert (to_json(found.tree), found.odd) == ({"1": 5}, 1)


def test_that_an_enum_has_its_name_or_its_number_and_says_which() -> None:
    assert (part(tree(b"\x28\x02"), "size").text, part(tree(b"\x28\x02"), "size").note) == ("LARGE", "enum 2")
    assert (part(tree(b"\x28\x07"), "size").kind, part(tree(b"\x28\x07"), "size").text) == ("int", "7")


def test_that_the_last_of_a_oneof_counts() -> None:
    found = tree(b"\x32\x01v\x38\x01")
    assert to_json(found) == {"cash": True}
    assert part(found, "cash").note == "oneof how"


def test_that_a_field_written_twice_counts_as_its_last_and_says_so() -> None:
    found = tree(b"\x0a\x01a\x10\x01\x0a\x01b")
    assert to_json(found) == {"id": "b", "cents": 1}
    assert part(found, "id").note == "written more than once"


def test_that_messages_written_twice_are_one() -> None:
    found = tree(b"\x22\x05\x0a\x01a\x18\x01" + b"\x22\x04\x10\x05\x18\x02")
    assert to_json(found) == {"parent": {"id": "a", "lines": [1, 2], "cents": 5}}


def test_that_packed_and_unpacked_numbers_are_one_array_whose_bytes_are_known_where_they_lie_together() -> None:
    found = part(tree(b"\x1a\x02\x01\x02\x18\x03"), "lines")
    assert ([child.text for child in found.children], found.span) == (["1", "2", "3"], (0, 6))
    apart = part(tree(b"\x18\x01\x10\x09\x18\x02"), "lines")
    assert ([child.text for child in apart.children], apart.span) == (["1", "2"], None)


def test_that_an_entry_of_a_map_without_key_or_value_has_their_defaults() -> None:
    found = tree(b"\x42\x00\x42\x02\x08\x05\x4a\x03\x0a\x01k")
    assert to_json(found) == {"sizes": {"0": "SMALL", "5": "SMALL"}, "orders": {"k": {}}}
    assert part(found, "sizes").children[0].note.startswith("key int32")


def test_that_the_last_of_a_key_counts() -> None:
    assert to_json(tree(b"\x42\x04\x08\x05\x10\x00" + b"\x42\x04\x08\x05\x10\x02")) == {"sizes": {"5": "LARGE"}}


def test_that_text_that_is_no_utf8_is_shown_as_bytes() -> None:
    found = part(tree(b"\x0a\x02\xff\xfe"), "id")
    assert (found.kind, found.text, found.note) == ("bytes", "fffe", "string that is no UTF-8")


def test_that_a_group_is_read_as_the_message_that_it_is() -> None:
    schema = text_schema(
        "message A { optional group Where = 6 { optional string city = 1; } repeated group Go = 7 {} }"
    )
    found = reading(b"\x33\x0a\x01x\x34\x3b\x3c\x3b\x3c", schema).tree
    assert to_json(found) == {"where": {"city": "x"}, "go": [{}, {}]}


def test_that_an_extension_has_its_full_name() -> None:
    schema = text_schema("package p; message A { extensions 100 to 200; } extend A { optional string tax = 100; }")
    assert to_json(reading(b"\xa2\x06\x01T", schema).tree) == {"[p.tax]": "T"}


def test_that_a_type_that_nothing_brought_along_is_named_and_shown_by_number() -> None:
    schema = text_schema('import "other.proto"; message A { other.Money total = 1; other.Kind kind = 2; }')
    found = reading(b"\x0a\x02\x08\x05\x10\x03", schema)
    assert to_json(found.tree) == {"total": {"1": 5}, "kind": 3}
    assert (found.odd, found.missing) == (0, ("other.Kind", "other.Money"))


ANY = text_schema("message A { google.protobuf.Any any = 1; } message B { string text = 1; }")


@pytest.mark.parametrize(
    ("url", "body", "said"),
    [
        ("x/B", b"\x0a\x02hi", {"@type": "x/B", "text": "hi"}),
        ("type.googleapis.com/google.protobuf.Timestamp", b"\x08\x01", {"value": "1970-01-01T00:00:01.000000000Z"}),
        ("x/Unknown", b"\x0a\x02hi", {"type_url": "x/Unknown", "value": {"$bytes": "CgJoaQ=="}}),
    ],
)
def test_that_an_any_is_the_message_in_it_where_its_type_is_known(url: str, body: bytes, said: dict[str, Any]) -> None:
    inner = b"\x0a" + bytes([len(url)]) + url.encode() + b"\x12" + bytes([len(body)]) + body
    found = to_json(part(reading(b"\x0a" + bytes([len(inner)]) + inner, ANY).tree, "any"))
    assert found | said == found


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x00\x01", "begins field 0"),
        (b"\x0a\x05ab", "goes beyond the end"),
        (b"\x08\xff", "has no end"),
        (b"\x08" + b"\xff" * 10 + b"\x01", "more than ten bytes"),
        (b"\x0f", "of wire type 7"),
        (b"\x34", "ends a group that is not open"),
        (b"\x33\x0a\x01x", "group 6 has no end"),
        (b"\x1a\x01\xff", "has no end"),
        (b"\x4a\x03abc", "does not end with a number"),
    ],
)
def test_that_bytes_that_are_no_message_are_declined_with_the_place(data: bytes, words: str) -> None:
    schema = text_schema("message A { repeated int32 n = 3; repeated float f = 9; }")
    with pytest.raises(Undecodable) as why:
        reading(data, schema)
    assert words in str(why.value)


def test_that_what_is_beyond_the_bounds_is_counted() -> None:
    data = b"\x0a\x03abc" + b"\x18\x01" * 50
    found = tree(data, Bounds(width=10))
    assert count_of(part(found, "lines")) == 50
    assert len(part(found, "lines").children) == 11
    assert part(tree(data, Bounds(text=2)), "id").text == "ab… 1 more character"
    assert sum(node.kind != "more" for node in every_node(tree(data, Bounds(nodes=20)))) <= 20
    with pytest.raises(Undecodable, match="larger than 5 bytes"):
        tree(data, Bounds(bytes=5))


def test_that_nesting_is_bounded() -> None:
    data = b""
    for _ in range(30):
        data = b"\x22" + bytes([len(data)]) + data
    with pytest.raises(Undecodable, match="nested deeper than 20 levels"):
        tree(data, Bounds(depth=20))


def test_that_several_messages_are_an_array_of_them() -> None:
    data = b"\x0a\x01a\x0a\x01b"
    book = book_of(SHOP)
    found = read_each(data, [(0, 3), (3, 6)], book, book.types.messages["shop.Order"], Bounds())
    assert to_json(found.tree) == [{"id": "a"}, {"id": "b"}]
    cut = read_each(data, [(0, 3), (3, 6)], book, book.types.messages["shop.Order"], Bounds(width=1))
    assert count_of(cut.tree) == 2


def test_that_a_message_without_a_schema_is_shown_by_numbers() -> None:
    assert to_json(read(b"\x0a\x02hi\x10\x05", 0, EMPTY, None, Bounds()).tree) == {"1": "hi", "2": 5}
