"""Avro: every type at its edges, every byte accounted for, bounds, and the same values as fastavro reads."""

import json
import math
import struct
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdesk.decode import avro
from meshdesk.decode.avro import compiled, tree_of
from meshdesk.decode.contract import Bounds, Undecodable
from meshdesk.model.node import CONTAINERS, Node, count_of, to_json
from meshdesk.model.schema import Reference, Schema
from tests.unit.decode.avros import PRIMITIVE_VALUES, SCHEMAS, read_back, values, with_names, written
from tests.unit.decode.poison import avro as schema_of

UUID = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
TREE = {
    "type": "record",
    "name": "Tree",
    "fields": [{"name": "n", "type": "long"}, {"name": "below", "type": {"type": "array", "items": "Tree"}}],
}


def read(said: Any, data: bytes, bounds: Bounds = Bounds(), start: int = 0) -> Node:  # noqa: B008
    return tree_of(data, schema_of(said), bounds, start)


def number(value: int) -> bytes:
    return written("long", value)


def fields(*types: Any) -> dict[str, Any]:
    """A record with fields a, b, c … of these types."""
    return {
        "type": "record",
        "name": "R",
        "fields": [{"name": name, "type": kind} for name, kind in zip("abcdef", types, strict=False)],
    }


def logical(word: Any, kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "logicalType": word} | more


def nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from nodes(child)


# Types


@pytest.mark.parametrize(
    ("said", "value", "kind", "text"),
    [
        ("null", None, "null", "null"),
        ("boolean", True, "boolean", "true"),
        ("boolean", False, "boolean", "false"),
        ("int", -(2**31), "int", "-2147483648"),
        ("int", 2**31 - 1, "int", "2147483647"),
        ("long", -(2**63), "int", "-9223372036854775808"),
        ("long", 2**63 - 1, "int", "9223372036854775807"),
        ("long", 2**53 + 1, "int", "9007199254740993"),
        ("float", 0.1, "float", "0.10000000149011612"),
        ("float", -math.inf, "float", "-Infinity"),
        ("double", 0.1, "float", "0.1"),
        ("double", -0.0, "float", "-0.0"),
        ("double", 5e-324, "float", "5e-324"),
        ("double", math.nan, "float", "NaN"),
        ("double", math.inf, "float", "Infinity"),
        ("string", "", "string", ""),
        ("string", "Ærø 🚚\0", "string", "Ærø 🚚\0"),
        ({"type": "enum", "name": "E", "symbols": ["A", "B"]}, "B", "enum", "B"),
        ({"type": "fixed", "name": "F", "size": 3}, b"\0\x7f\xff", "bytes", "007fff"),
        ({"type": "fixed", "name": "F", "size": 0}, b"", "bytes", ""),
    ],
)
def test_that_a_scalar_is_exact(said: Any, value: Any, kind: str, text: str) -> None:
    data = written(said, value)
    assert read(said, data) == Node("", kind, text, span=(0, len(data)))  # type: ignore[arg-type]


def test_that_bytes_in_a_record_have_a_length_and_a_payload_that_is_only_bytes_has_none() -> None:
    assert read(fields("bytes"), written(fields("bytes"), {"a": b"raw"})).children[0].text == "726177"
    assert read("bytes", b"raw") == Node("", "bytes", "726177", span=(0, 3))
    assert read({"type": "bytes"}, b"xraw", start=1) == Node("", "bytes", "726177", span=(1, 4))


# Structure


def test_that_a_union_says_its_branch_where_it_has_more_than_a_value_or_null() -> None:
    optional = fields(["null", "string"])
    assert read(optional, written(optional, {"a": None})).children == (Node("a", "null", "null", span=(0, 1)),)
    assert read(optional, written(optional, {"a": "x"})).children == (Node("a", "string", "x", span=(0, 3)),)
    three = fields(["null", "string", logical("date", "int")])
    assert read(three, b"\x02\x02x").children[0].note == "branch 2 of 3"
    assert read(three, b"\x04\0").children[0].note == "date, branch 3 of 3"


def test_that_items_come_in_blocks_with_and_without_their_size() -> None:
    said = {"type": "array", "items": "string"}
    first, second = b"\x02a\x02b", b"\x02c"
    data = number(2) + first + number(-1) + number(len(second)) + second + number(0)
    tree = read(said, data)
    assert [(child.name, child.text) for child in tree.children] == [("0", "a"), ("1", "b"), ("2", "c")]
    assert [data[slice(*child.span or ())] for child in tree.children] == [b"\x02a", b"\x02b", b"\x02c"]
    entries = number(-1) + number(4) + b"\x02k\x02v" + number(1) + b"\x02k\x02w" + number(0)
    assert to_json(read({"type": "map", "values": "string"}, entries)) == {"$pairs": [["k", "v"], ["k", "w"]]}


def test_that_a_type_may_hold_itself() -> None:
    value = {"n": 1, "below": [{"n": 2, "below": []}, {"n": 3, "below": [{"n": 4, "below": []}]}]}
    assert to_json(read(TREE, written(TREE, value))) == value


def inner(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"type": "record", "name": name, "fields": [{"name": "v", "type": kind}]} | more


@pytest.mark.parametrize(
    ("name", "value"),
    [("T", "x"), ("one.T", "x"), ("two.T", 5), ("Alone", True)],
)
def test_that_a_name_means_the_type_of_the_namespace_around_it(name: str, value: Any) -> None:
    none, alone = inner("T", "boolean", namespace=""), inner("Alone", "boolean", namespace="")
    said = fields(none, alone, inner("two.T", "long"), inner("T", "string"), name) | {"namespace": "one"}
    data = {"x": b"\x02x", 5: b"\x0a", True: b"\x01"}
    tree = read(said, b"\x01\x01" + data[5] + data["x"] + data[value])
    assert to_json(tree.children[4]) == {"v": value}


def test_that_a_namespace_of_null_is_that_of_the_type_around() -> None:
    said = fields(inner("T", "long", namespace=None), "one.T") | {"namespace": "one"}
    assert to_json(read(said, b"\x02\x04")) == {"a": {"v": 1}, "b": {"v": 2}}


def test_that_a_schema_reads_what_it_refers_to_in_other_subjects() -> None:
    money = Reference("shop.Money", "money", 1, json.dumps(inner("Money", "long", namespace="shop")))
    line = fields("Money") | {"name": "Line", "namespace": "shop"}
    order = fields({"type": "array", "items": "shop.Line"}, "shop.Money") | {"name": "Order"}
    schema = Schema("test", 7, "AVRO", json.dumps(order), (money, Reference("shop.Line", "line", 3, json.dumps(line))))
    tree = tree_of(b"\x02\x0a\x00\x0c", schema, Bounds())
    assert to_json(tree) == {"a": [{"a": {"v": 5}}], "b": {"v": 6}}


@pytest.mark.parametrize(
    "said",
    [
        "Missing",
        "{",
        "",
        "[" * 5_000,
        '{"type": "record", "name": "R"}',
        '{"type": "enum", "name": "E"}',
        '{"type": "fixed", "name": "F", "size": "big"}',
        '{"type": "fixed", "name": "F", "size": -1}',
        '{"type": "fixed", "name": "F", "size": 1e999}',
        '{"type": "fixed", "name": "F", "size": 1e999, "logicalType": "uuid"}',
        '{"type": "fixed", "name": "F", "size": "big", "logicalType": "decimal", "precision": 4}',
        '{"type": "fixed", "name": "F", "size": NaN, "logicalType": "decimal", "precision": 4}',
        '{"type": "fixed", "name": "F", "logicalType": "decimal", "precision": 4}',
        '{"type": ["null", {"no": 1}]}',
        '{"type": 5}',
        '{"name": "R"}',
        '["null", 5]',
    ],
)
def test_that_what_is_no_schema_is_said_with_its_id(said: str) -> None:
    with pytest.raises(Undecodable, match="schema 42 cannot be understood"):
        compiled(schema_of(said))


# Every byte


def spans_hold(tree: Node, data: bytes, start: int) -> None:
    """Every node has its bytes in the payload, inside its parent's, behind its elder sister's; a record has no others."""
    assert tree.span == (start, len(data))
    for node in nodes(tree):
        first, end = node.span or (-1, -1)
        inside = [child.span or (-1, -1) for child in node.children if child.kind != "more"]
        assert all(first <= a <= b <= end for a, b in inside)
        assert all(before[1] <= behind[0] for before, behind in pairwise(inside))


def test_that_a_span_is_where_the_bytes_lie_in_the_whole_payload() -> None:
    said = fields("string", ["null", "long"], {"type": "map", "values": "boolean"})
    data = b"\0\0\0\0\x2a" + written(said, {"a": "xy", "b": 300, "c": {"k": True}})
    tree = read(said, data, start=5)
    assert [data[slice(*child.span or ())] for child in tree.children] == [
        b"\x04xy",
        b"\x02\xd8\x04",
        b"\x02\x02k\x01\0",
    ]
    assert data[slice(*tree.children[2].children[0].span or ())] == b"\x01"
    spans_hold(tree, data, 5)


@pytest.mark.parametrize(
    ("said", "data", "words"),
    [
        ("long", b"", "needs more bytes than the 0 there are"),
        ("long", b"\x02\x02", "reads 1 of 2 bytes"),
        ("long", b"\xff" * 11, "the number at byte 5 has more than ten bytes"),
        ("long", b"\xff" * 9 + b"\x02", "the number at byte 5 has more than 64 bits"),
        ("boolean", b"\x02", "byte 5 is 2 where a boolean is 0 or 1"),
        ("double", b"1234567", "needs more bytes than the 7 there are"),
        ("string", b"\x01", "the length before byte 6 is negative"),
        ("string", b"\x04a", "needs more bytes than the 2 there are"),
        ("string", b"\x02\xff", "is no UTF-8|are no UTF-8"),
        ({"type": "map", "values": "long"}, b"\x02\x02\xff\x02\0", "are no UTF-8"),
        ({"type": "enum", "name": "E", "symbols": ["A"]}, b"\x02", "symbol 1 at byte 5 is none of the 1"),
        ({"type": "enum", "name": "E", "symbols": ["A"]}, b"\x01", "symbol -1 at byte 5"),
        (["null", "long"], b"\x04", "branch 2 at byte 5 is none of the 2"),
        (fields("long", ["null"]), b"\x02\x01", "branch -1 at byte 6"),
        ({"type": "array", "items": "long"}, b"\x02\x02", "needs more bytes"),
        ({"type": "record", "name": "R", "fields": [{"name": "again", "type": "R"}]}, b"", "deeper than 200 levels"),
    ],
)
def test_that_bytes_that_do_not_fit_are_declined_with_their_place(said: Any, data: bytes, words: str) -> None:
    with pytest.raises(Undecodable, match=words):
        read(said, b"\0\0\0\0\x2a" + data, start=5)


# Bounds


def test_that_no_more_nodes_are_made_than_allowed_and_the_rest_is_counted_and_still_read() -> None:
    said = fields({"type": "array", "items": "long"}, "string")
    data = written(said, {"a": list(range(100)), "b": "behind"})
    tree = read(said, data, Bounds(nodes=12))
    assert [child.text for child in tree.children] == ["", "behind"]
    assert [child.text for child in tree.children[0].children] == [*map(str, range(9)), "91 more"]
    assert count_of(tree.children[0]) == 100
    assert tree.span == (0, len(data))
    with pytest.raises(Undecodable, match="reads"):
        read(said, data + b"\0", Bounds(nodes=12))


def test_that_a_container_that_is_too_wide_keeps_its_place_for_what_follows() -> None:
    said = fields({"type": "array", "items": TREE}, "string", "long", "long")
    data = written(said, {"a": [{"n": n, "below": []} for n in range(9)], "b": "behind", "c": 1, "d": 2})
    tree = read(said, data, Bounds(width=3))
    assert to_json(tree) == {
        "a": [*({"n": n, "below": []} for n in range(3)), {"$more": 6}],
        "b": "behind",
        "c": 1,
        "$more": 1,
    }


def test_that_long_scalars_are_shortened_and_say_so() -> None:
    said = fields("string", "bytes", {"type": "fixed", "name": "F", "size": 9}, "long")
    tree = read(said, written(said, {"a": "x" * 9, "b": b"y" * 9, "c": b"z" * 9, "d": 12_345}), Bounds(text=4))
    texts = ["xxxx… 5 more characters", "7979… 7 more bytes", "7a7a… 7 more bytes", "1234… 1 more character"]
    assert [child.text for child in tree.children] == texts
    assert to_json(tree.children[3]) == texts[3]
    assert read("bytes", b"y" * 9, Bounds(text=4)).text == texts[1]


def test_that_nesting_ends_at_its_bound() -> None:
    def chain(levels: int) -> bytes:
        return b"\x02" * (levels - 1) + b"\0" * levels

    said = {"type": "record", "name": "R", "fields": [{"name": "a", "type": {"type": "array", "items": "R"}}]}
    assert sum(node.kind == "record" for node in nodes(read(said, chain(100)))) == 100
    with pytest.raises(Undecodable, match="nested deeper than 200 levels"):
        read(said, chain(101))


def test_that_a_count_of_items_without_bytes_costs_nothing() -> None:
    for items in ("null", {"type": "record", "name": "R", "fields": []}, {"type": "fixed", "name": "F", "size": 0}):
        tree = read({"type": "array", "items": items}, number(2**62) + number(2**62) + b"\0", Bounds(nodes=5))
        assert (len(tree.children), count_of(tree)) == (5, 2**63)


def test_that_walking_ends_after_so_many_values(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"type": "array", "items": "int"}
    data = written(said, [1] * 1_000)
    assert count_of(read(said, data, Bounds(nodes=10))) == 1_000
    monkeypatch.setattr(avro, "STEPS", 500)
    with pytest.raises(Undecodable, match="more than 500 values"):
        read(said, data, Bounds(nodes=10))


def test_that_a_payload_that_is_too_large_is_not_walked() -> None:
    with pytest.raises(Undecodable, match="larger than 1,000 bytes"):
        read("bytes", b"a" * 1_001, Bounds(bytes=1_000))


# The same as fastavro


def says(node: Node, value: Any) -> bool:
    """Whether a tree is the value that another reader made; floats are compared bit by bit."""
    if isinstance(value, dict):
        names = [child.name for child in node.children]
        return node.kind in ("record", "map") and names == list(value) and all(map(says, node.children, value.values()))
    if isinstance(value, list):
        return node.kind == "array" and len(node.children) == len(value) and all(map(says, node.children, value))
    if isinstance(value, float):
        same = math.isnan(value) or struct.pack("<d", float(node.text)) == struct.pack("<d", value)
        return node.kind == "float" and same and (node.text == "NaN") == math.isnan(value)
    if isinstance(value, str):
        return node.kind in ("string", "enum") and node.text == value
    if isinstance(value, bytes):
        return node.kind == "bytes" and node.text == value.hex()
    kind = "null" if value is None else "boolean" if isinstance(value, bool) else "int"
    return node.kind == kind and node.text == json.dumps(value)


@given(SCHEMAS, st.data())
@settings(max_examples=100)
def test_that_a_tree_says_what_fastavro_reads_and_every_byte_has_its_node(said: Any, draw: st.DataObject) -> None:
    named = fields(with_names(said, iter(range(1_000))))
    value = {"a": draw.draw(values(named["fields"][0]["type"]))}
    data = written(named, value)
    tree = read(named, data)
    assert says(tree, read_back(named, data))
    spans_hold(tree, data, 0)
    for node in nodes(tree):
        if node.kind == "record" and node.children and not node.note:
            spans = [child.span or (-1, -1) for child in node.children]
            assert all(before[1] == behind[0] for before, behind in pairwise(spans))
            assert spans[-1][1] == (node.span or (-1, -1))[1]


TREES = st.recursive(
    st.builds(lambda n: {"n": n, "below": []}, PRIMITIVE_VALUES["long"]),
    lambda below: st.builds(lambda n, b: {"n": n, "below": b}, PRIMITIVE_VALUES["long"], st.lists(below, max_size=3)),
    max_leaves=20,
)


@given(TREES, st.integers(1, 30), st.integers(1, 4))
@settings(max_examples=50)
def test_that_a_tree_within_bounds_is_the_beginning_of_the_whole_one(value: Any, most: int, width: int) -> None:
    data = written(TREE, value)
    whole, cut = read(TREE, data), read(TREE, data, Bounds(nodes=most, width=width))
    assert sum(node.kind != "more" for node in nodes(cut)) <= most
    assert _begins(cut, whole, width)


def _begins(cut: Node, whole: Node, width: int) -> bool:
    shown = [child for child in cut.children if child.kind != "more"]
    return (
        (cut.name, cut.kind, cut.text, cut.span) == (whole.name, whole.kind, whole.text, whole.span)
        and len(shown) <= width
        and count_of(cut) == len(whole.children)
        and all(_begins(child, other, width) for child, other in zip(shown, whole.children, strict=False))
    )


def test_that_every_kind_of_container_says_its_kind() -> None:
    said = fields({"type": "array", "items": "int"}, {"type": "map", "values": "int"}, inner("T", "int"))
    tree = read(said, written(said, {"a": [], "b": {}, "c": {"v": 1}}))
    assert [child.kind for child in tree.children] == ["array", "map", "record"]
    assert {child.kind for child in tree.children} == set(CONTAINERS)
