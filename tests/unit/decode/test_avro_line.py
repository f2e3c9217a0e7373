"""Lines of Avro without a tree: held against the walker of trees, whatever the schema and whatever the bytes."""

from contextlib import nullcontext
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdesk.decode import line_source, quick
from meshdesk.decode.avro import tree_of
from meshdesk.decode.avro_cursor import STEPS
from meshdesk.decode.avro_line import reader
from meshdesk.decode.chain import BOUNDS
from meshdesk.decode.contract import Undecodable
from meshdesk.decode.line import Unlisted
from tests.unit.decode.avros import SCHEMAS, values, with_names, written
from tests.unit.decode.lines import Named, by_chain, framed
from tests.unit.decode.poison import avro

TREE = {
    "type": "record",
    "name": "Tree",
    "fields": [{"name": "n", "type": "long"}, {"name": "all", "type": {"type": "array", "items": "Tree"}}],
}


def logical(word: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "logicalType": word} | more


def one(kind: Any) -> dict[str, Any]:
    return {"type": "record", "name": "One", "fields": [{"name": "a", "type": kind}]}


@given(SCHEMAS, st.data(), st.binary(max_size=3), st.integers(0, 99))
@settings(max_examples=150)
def test_that_a_line_is_that_of_the_tree_of_what_was_written_and_of_bytes_that_were_changed(
    said: Any, draw: st.DataObject, noise: bytes, at: int
) -> None:
    named = one(with_names(said, iter(range(1_000))))
    data = written(named, {"a": draw.draw(values(named["fields"][0]["type"]))})
    schemas = Named(avro(named))
    for sent in (data, data[:at] + noise + data[at:], data[:at] + noise + data[at + len(noise) :], data[:at]):
        found = quick.preview(framed(sent), schemas, 160)
        assert found is None or found == by_chain(framed(sent), schemas)


@pytest.mark.parametrize(
    ("kind", "value", "line"),
    [
        ("string", "A\n", "a A␊"),
        ("string", "", 'a ""'),
        ("bytes", b"\x00\xff", "a 0x00ff"),
        (["null", "long"], None, "a null"),
        (logical("decimal", "bytes", precision=9, scale=2), b"\x04\xd2", "a 12.34"),
        (logical("decimal", "bytes", precision=9, scale=2), b"\xff", "a -0.01"),
        (logical("timestamp-millis", "long"), 0, "a 1970-01-01T00:00:00.000Z"),
        (logical("timestamp-millis", "long"), 2**62, "a 4611686018427387904"),
        (logical("uuid", "string"), "0f8fad5b-d9cb-469f-a165-70867728950e", "a 0f8fad5b-d9cb-469f-a165-70867728950e"),
        (logical("uuid", "string"), "none", "a none"),
        ({"type": "array", "items": "int"}, [1, 2, 3], "a [ 1 2 3 ]"),
        ({"type": "array", "items": "int"}, [1, 2, 3, 4], "a [4]"),
        ({"type": "array", "items": "int"}, [], "a []"),
        ({"type": "map", "values": "int"}, {}, "a {}"),
        ({"type": "map", "values": {"type": "map", "values": "int"}}, {"b": {"c": 5}, "d": {}}, "a { b {…} d {} }"),
        ({"type": "array", "items": ["null", {"type": "map", "values": "int"}]}, [None], "a [ null ]"),
    ],
)
def test_that_a_line_says_what_was_written(kind: Any, value: Any, line: str) -> None:
    said = one(kind)
    raw = {"a": value}
    plain = one("bytes") if isinstance(value, bytes) else one("string") if isinstance(value, str) else said
    plain = one("long") if isinstance(value, int) else plain
    sent, schemas = framed(written(plain, raw)), Named(avro(said))
    assert by_chain(sent, schemas).text == line
    found = quick.preview(sent, schemas, 160)
    assert found is None or found.text == line


def test_that_a_type_within_itself_is_shown_as_far_as_a_line_goes() -> None:
    value: dict[str, Any] = {"n": 1, "all": [{"n": 2, "all": []}, {"n": 3, "all": []}]}
    sent, schemas = framed(written(TREE, value)), Named(avro(TREE))
    found = quick.preview(sent, schemas, 160)
    assert found is not None
    assert found.text == "n 1 all [2]"


def test_that_a_value_nested_deeper_than_the_tree_may_be_is_not_shown() -> None:
    value: dict[str, Any] = {"n": 0, "all": []}
    for number in range(150):
        value = {"n": number, "all": [value]}
    sent, schemas = framed(written(TREE, value)), Named(avro(TREE))
    assert quick.preview(sent, schemas, 160) is None
    assert by_chain(sent, schemas).format == "bytes"


@pytest.mark.parametrize("count", [41, 99, 400])
def test_that_a_line_is_full_and_the_rest_is_proved_all_the_same(count: int) -> None:
    inner = {"type": "record", "name": "R", "fields": [{"name": f"field_{n}", "type": "string"} for n in range(count)]}
    value, all_of = {f"field_{n}": "A" for n in range(count)}, one({"type": "array", "items": inner})
    for said, data in ((inner, written(inner, value)), (all_of, written(all_of, {"a": [value, value]}))):
        schemas = Named(avro(said))
        found = quick.preview(framed(data), schemas, 160)
        assert found is not None
        assert found == by_chain(framed(data), schemas)
        for broken in (data[:-1] + b"\xff", data[:-9] + b"\x02\xff" + data[-7:], data[:-1]):
            assert quick.preview(framed(broken), schemas, 160) is None


def test_that_an_array_of_nothing_is_counted_and_not_walked() -> None:
    said = one({"type": "array", "items": "null"})
    data = written("long", 2**40) + b"\0"
    found = quick.preview(framed(data), Named(avro(said)), 160)
    assert found is not None
    assert found.text == f"a [{2**40:,}]"


def test_that_a_record_that_an_envelope_may_know_is_left_to_it() -> None:
    said = {"type": "record", "name": "E", "fields": [{"name": "op", "type": "string"}]}
    with pytest.raises(Unlisted):
        reader(avro(said))


@pytest.mark.parametrize("text", ["{", '"Unknown"', '{"type": "record", "name": "R"}', '{"type": 5}', "[[[]]]"])
def test_that_a_schema_that_cannot_be_understood_is_left_to_the_chain(text: str) -> None:
    schemas = Named(avro(text))
    found = quick.preview(framed(b"\x02A"), schemas, 160)
    assert found is None or found == by_chain(framed(b"\x02A"), schemas)


HOSTILE = [
    '"',
    "'",
    "\n",
    "\\",
    '"); import os; os.abort(); ("',
    "{at}",
    "c1",
    "at",
    "x" * 300,
    "",
    "\u202e",
    "\ud800",
    "# ",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_that_no_name_of_a_schema_is_ever_source(name: str) -> None:
    inner = {"type": "record", "name": f"shop.{name}", "fields": [{"name": name, "type": "int", "default": name}]}
    fields = [
        {"name": name, "type": {"type": "enum", "name": f"E{name}", "symbols": [name, "B"]}},
        {"name": "in", "type": inner},
        {"name": "all", "type": {"type": "array", "items": f"shop.{name}"}},
        {"name": "kind", "type": {"type": "int", "logicalType": name}},
        {"name": "size", "type": {"type": "fixed", "name": f"F{name}", "size": 1, "logicalType": name}},
    ]
    said = {"type": "record", "name": f"R{name}", "namespace": name, "fields": fields, "doc": name}
    sent, schemas = framed(b"\0\x02\x02\x04\0\x06\x07"), Named(avro(said))
    found = quick.preview(sent, schemas, 160)
    assert found is not None
    assert found == by_chain(sent, schemas)


@pytest.mark.parametrize("size", ["1", "1; at = 0", -1, 2**70, float("inf"), None, []])
@pytest.mark.parametrize("logical", [{}, {"logicalType": "decimal", "precision": 4}, {"logicalType": "uuid"}])
def test_that_a_size_is_a_number(size: object, logical: dict[str, object]) -> None:
    said = one({"type": "fixed", "name": "F", "size": size, **logical})
    sent, schemas = framed(b"A"), Named(avro(said))
    found = quick.preview(sent, schemas, 160)
    assert found is None or found == by_chain(sent, schemas)


NODE = {
    "type": "record",
    "name": "Node",
    "fields": [
        {"name": "name", "type": "string"},
        {"name": "next", "type": ["null", "Node"]},
        {"name": "parts", "type": {"type": "map", "values": ["null", "long", "Node"]}},
        {
            "name": "rows",
            "type": {"type": "array", "items": {"type": "array", "items": {"type": "array", "items": "Node"}}},
        },
    ],
}
NODES: st.SearchStrategy[Any] = st.recursive(
    st.just({"name": "leaf", "next": None, "parts": {}, "rows": []}),
    lambda inner: st.fixed_dictionaries(
        {
            "name": st.text(max_size=9),
            "next": st.none() | inner,
            "parts": st.dictionaries(
                st.text(max_size=3), st.none() | st.integers(-(2**63), 2**63 - 1) | inner, max_size=3
            ),
            "rows": st.lists(st.lists(st.lists(inner, max_size=2), max_size=2), max_size=2),
        }
    ),
    max_leaves=9,
)


@given(NODES, st.binary(max_size=2), st.integers(0, 99))
def test_that_a_type_within_itself_is_read_as_its_tree_is(value: Any, noise: bytes, at: int) -> None:
    data, schemas = written(NODE, value), Named(avro(NODE))
    assert quick.preview(framed(data), schemas, 160) is not None
    for sent in (data, data[:at] + noise + data[at:], data[:at]):
        found = quick.preview(framed(sent), schemas, 160)
        assert found is None or found == by_chain(framed(sent), schemas)


def test_that_more_levels_than_a_tree_may_have_are_left_to_the_chain_whether_bytes_or_the_schema_say_them() -> None:
    for levels in (150, 250):
        kind: Any = "int"
        for _ in range(levels):
            kind = {"type": "array", "items": kind}
        sent, schemas = framed(b"\2" * levels + b"\2" + b"\0" * levels), Named(avro(one(kind)))
        found = quick.preview(sent, schemas, 160)
        assert (found is not None) is (levels == 150)
        assert found is None or found == by_chain(sent, schemas)
    for levels in (50, 250):
        sent, schemas = framed(b"\0\2" * levels + b"\0\0\0\0" + b"\0\0" * levels), Named(avro(NODE))
        found = quick.preview(sent, schemas, 160)
        assert (found is not None) is (levels == 50)
        assert found is None or found == by_chain(sent, schemas)


def test_that_a_wide_record_within_a_record_is_shown_as_far_as_a_line_goes() -> None:
    inner = {"type": "record", "name": "W", "fields": [{"name": f"w{n}", "type": ["null", "long"]} for n in range(60)]}
    said = {
        "type": "record",
        "name": "R",
        "fields": [{"name": "a", "type": inner}, {"name": "z", "type": ["null", "W"]}],
    }
    whole = {f"w{n}": n if n % 3 else None for n in range(60)}
    for value in ({"a": whole, "z": whole}, {"a": whole, "z": None}):
        sent, schemas = framed(written(said, value)), Named(avro(said))
        for limit in range(1, 161):
            found = quick.preview(sent, schemas, limit)
            assert found is not None
            assert found == by_chain(sent, schemas, limit)
        assert quick.preview(framed(written(said, value)[:-1]), schemas, 160) is None


def test_that_a_schema_that_would_be_too_much_source_is_left_to_the_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"type": "record", "name": "R", "fields": [{"name": f"f{n}", "type": "string"} for n in range(200)]}
    assert reader(avro(said))(written(said, {f"f{n}": "A" for n in range(200)}), 0, 160)
    monkeypatch.setattr(line_source, "LINES", 200)
    with pytest.raises(Unlisted):
        reader(avro(said))


def test_that_elements_in_two_blocks_are_counted_together() -> None:
    for kind, line in (
        (one({"type": "array", "items": "int"}), "a [ 1 2 ]"),
        ({"type": "array", "items": "int"}, "[2] 1 2"),
    ):
        sent, schemas = framed(b"\2\2\2\4\0"), Named(avro(kind))
        found = quick.preview(sent, schemas, 160)
        assert by_chain(sent, schemas).text == line
        assert found is None or found.text == line


def test_that_more_values_than_a_tree_is_made_of_are_left_to_the_chain() -> None:
    said = avro({"type": "array", "items": "int"})
    for count in (1_000, STEPS + 100_000):
        data = written("long", count) + b"\2" * count + b"\0"
        is_read = count < STEPS
        assert (quick.preview(framed(data), Named(said), 160) is not None) is is_read
        with nullcontext() if is_read else pytest.raises(Undecodable, match="more than"):
            tree_of(data, said, BOUNDS)
