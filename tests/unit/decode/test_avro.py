"""Avro: every type at its edges, every byte accounted for, bounds, and the same values as fastavro reads."""

import json
import math
import struct
from collections.abc import Iterator
from decimal import Decimal
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


DAY_MILLIS, YEAR_1, YEAR_9999 = 86_400_000, -62_135_596_800, 253_402_300_799  # the last two in seconds


@pytest.mark.parametrize(
    ("said", "value", "kind", "text"),
    [
        (logical("date", "int"), 0, "date", "1970-01-01"),
        (logical("date", "int"), -1, "date", "1969-12-31"),
        (logical("date", "int"), -719_162, "date", "0001-01-01"),
        (logical("date", "int"), -719_163, "int", "-719163"),
        (logical("date", "int"), 2_932_896, "date", "9999-12-31"),
        (logical("date", "int"), 2_932_897, "int", "2932897"),
        (logical("date", "int"), 2**31 - 1, "int", "2147483647"),
        (logical("time-millis", "int"), 0, "time", "00:00:00.000"),
        (logical("time-millis", "int"), DAY_MILLIS - 1, "time", "23:59:59.999"),
        (logical("time-millis", "int"), DAY_MILLIS, "int", "86400000"),
        (logical("time-millis", "int"), -1, "int", "-1"),
        (logical("time-micros", "long"), 3_723_000_004, "time", "01:02:03.000004"),
        (logical("timestamp-millis", "long"), -1, "timestamp", "1969-12-31T23:59:59.999Z"),
        (logical("timestamp-millis", "long"), 1000 * YEAR_1, "timestamp", "0001-01-01T00:00:00.000Z"),
        (logical("timestamp-millis", "long"), 1000 * YEAR_1 - 1, "int", "-62135596800001"),
        (logical("timestamp-millis", "long"), 1000 * YEAR_9999 + 999, "timestamp", "9999-12-31T23:59:59.999Z"),
        (logical("timestamp-millis", "long"), 1000 * YEAR_9999 + 1000, "int", "253402300800000"),
        (logical("timestamp-millis", "long"), 2**63 - 1, "int", "9223372036854775807"),
        (logical("timestamp-micros", "long"), -1, "timestamp", "1969-12-31T23:59:59.999999Z"),
        (logical("timestamp-nanos", "long"), 1, "timestamp", "1970-01-01T00:00:00.000000001Z"),
        (logical("timestamp-nanos", "long"), 2**63 - 1, "timestamp", "2262-04-11T23:47:16.854775807Z"),
        (logical("timestamp-nanos", "long"), -(2**63), "timestamp", "1677-09-21T00:12:43.145224192Z"),
        (logical("local-timestamp-millis", "long"), -1, "timestamp", "1969-12-31T23:59:59.999"),
        (logical("local-timestamp-micros", "long"), 0, "timestamp", "1970-01-01T00:00:00.000000"),
        (logical("local-timestamp-nanos", "long"), 0, "timestamp", "1970-01-01T00:00:00.000000000"),
    ],
)
def test_that_a_moment_is_exact_and_one_that_no_calendar_has_is_a_number(
    said: dict[str, Any], value: int, kind: str, text: str
) -> None:
    node = read(said, written(said["type"], value))
    assert (node.kind, node.text, node.note) == (kind, text, said["logicalType"])


FIXED = {"name": "F", "precision": 9, "scale": 2}


@pytest.mark.parametrize(
    ("said", "data", "text"),
    [
        (logical("decimal", "bytes", precision=9, scale=2), b"\x30\x39", "123.45"),
        (logical("decimal", "bytes", precision=9, scale=2), b"\xcf\xc7", "-123.45"),
        (logical("decimal", "bytes", precision=9, scale=2), b"\x05", "0.05"),
        (logical("decimal", "bytes", precision=9, scale=2), b"\xfb", "-0.05"),
        (logical("decimal", "bytes", precision=9, scale=2), b"\x00\x80", "1.28"),
        (logical("decimal", "bytes", precision=9, scale=2), b"\0", "0.00"),
        (logical("decimal", "bytes", precision=9, scale=2), b"", "0.00"),
        (logical("decimal", "bytes", precision=9), b"\xff", "-1"),
        (logical("decimal", "bytes", precision=9, scale=9), b"\xff", "-0.000000001"),
        (logical("decimal", "bytes", precision=40, scale=1), b"\x7f" + b"\xff" * 15, f"{2**127 - 1}"[:-1] + ".7"),
        (logical("decimal", "fixed", size=4, **FIXED), b"\xff\xff\xff\xfb", "-0.05"),
        (logical("decimal", "fixed", size=8, **FIXED), b"\0" * 6 + b"\x30\x39", "123.45"),
    ],
)
def test_that_a_decimal_has_its_sign_and_its_scale(said: dict[str, Any], data: bytes, text: str) -> None:
    node = read(said, number(len(data)) + data if said["type"] == "bytes" else data)
    assert (node.kind, node.text) == ("decimal", text)
    assert node.note == f"decimal({said['precision']},{said.get('scale', 0)})"


def test_that_a_decimal_longer_than_python_writes_is_shown_as_its_bytes() -> None:
    said = logical("decimal", "bytes", precision=9, scale=2)
    node = read(said, number(2_000) + b"\x7f" * 2_000)
    assert (node.kind, node.text) == ("bytes", "7f" * 2_000)
    far = logical("decimal", "bytes", precision=10**9, scale=10**9)
    assert read(far, number(1) + b"\x01").kind == "bytes"


@pytest.mark.parametrize(
    ("inner", "kind", "text"),
    [
        (number(2) + b"\x30\x39" + number(2), "decimal", "123.45"),
        (number(1) + b"\xfb" + number(2), "decimal", "-0.05"),
        (number(1) + b"\x05" + number(-3), "decimal", "5000"),
        (number(1) + b"\0" + number(-3), "decimal", "0"),
        (number(1) + b"\x05" + number(2**40), "bytes", ""),
        (number(1) + b"\x05" + number(2) + b"\0", "bytes", ""),
        (number(9), "bytes", ""),
    ],
)
def test_that_a_big_decimal_carries_its_scale_or_is_shown_as_its_bytes(inner: bytes, kind: str, text: str) -> None:
    node = read(logical("big-decimal", "bytes"), number(len(inner)) + inner)
    assert (node.kind, node.text) == (kind, text or inner.hex())
    assert node.note == "big-decimal"


def test_that_a_uuid_is_one_in_text_and_in_sixteen_bytes_and_other_text_is_text() -> None:
    said = logical("uuid", "string")
    assert read(said, written("string", UUID)).kind == "uuid"
    assert read(said, written("string", UUID)).text == UUID
    assert read(said, written("string", "no uuid")).kind == "string"
    fixed = logical("uuid", "fixed", name="F", size=16)
    node = read(fixed, bytes.fromhex(UUID.replace("-", "")))
    assert (node.kind, node.text) == ("uuid", UUID)


def test_that_a_duration_has_three_parts_without_signs() -> None:
    said = logical("duration", "fixed", name="F", size=12)
    assert read(said, struct.pack("<III", 1, 15, 3_600_000)).text == "P1M15DT3600.000S"
    assert read(said, struct.pack("<III", 0, 0, 7)).text == "P0M0DT0.007S"
    longest = read(said, b"\xff" * 12)
    assert (longest.kind, longest.text) == ("duration", "P4294967295M4294967295DT4294967.295S")


@pytest.mark.parametrize(
    ("said", "data", "kind"),
    [
        (logical("date", "long"), number(5), "int"),
        (logical("timestamp-millis", "int"), number(5), "int"),
        (logical("date", "string"), b"\x02a", "string"),
        (logical("not-yet-invented", "long"), number(5), "int"),
        (logical({"a": 1}, "long"), number(5), "int"),
        (logical(None, "long"), number(5), "int"),
        (logical("decimal", "bytes", precision=2, scale=3), b"\x02a", "bytes"),
        (logical("decimal", "bytes", precision=0, scale=0), b"\x02a", "bytes"),
        (logical("decimal", "bytes", scale=3), b"\x02a", "bytes"),
        (logical("decimal", "bytes", precision="9"), b"\x02a", "bytes"),
        (logical("decimal", "string", precision=9), b"\x02a", "string"),
        (logical("uuid", "fixed", name="F", size=15), b"a" * 15, "bytes"),
        (logical("duration", "fixed", name="F", size=11), b"a" * 11, "bytes"),
    ],
)
def test_that_a_logical_type_that_does_not_fit_is_ignored(said: dict[str, Any], data: bytes, kind: str) -> None:
    node = read(fields(said), data).children[0]  # in a record, as a payload that is only bytes is read raw
    assert (node.kind, node.note) == (kind, "")


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
        ({"type": "fixed", "name": "F", "size": -1}, b"", "negative"),
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


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**14), max_value=10**14))
@settings(max_examples=50)
def test_that_a_decimal_is_the_one_that_was_written(value: Decimal) -> None:
    said = fields(logical("decimal", "bytes", precision=20, scale=4))
    node = read(said, written(said, {"a": value})).children[0]
    assert node.kind == "decimal"
    assert Decimal(node.text).as_tuple() == (value + Decimal(0)).quantize(Decimal("0.0001")).as_tuple()


def test_that_every_kind_of_container_says_its_kind() -> None:
    said = fields({"type": "array", "items": "int"}, {"type": "map", "values": "int"}, inner("T", "int"))
    tree = read(said, written(said, {"a": [], "b": {}, "c": {"v": 1}}))
    assert [child.kind for child in tree.children] == ["array", "map", "record"]
    assert {child.kind for child in tree.children} == set(CONTAINERS)
