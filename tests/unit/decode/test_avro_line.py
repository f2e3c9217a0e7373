"""Lines of Avro without a tree: held against the walker of trees, whatever the schema and whatever the bytes."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdesk.decode import quick
from meshdesk.decode.avro_line import reader
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


def test_that_a_line_is_full_and_the_rest_is_proved_all_the_same() -> None:
    said = {"type": "record", "name": "R", "fields": [{"name": f"field_{n}", "type": "string"} for n in range(99)]}
    data = written(said, {f"field_{n}": "A" for n in range(99)})
    schemas = Named(avro(said))
    found = quick.preview(framed(data), schemas, 160)
    assert found == by_chain(framed(data), schemas)
    assert quick.preview(framed(data[:-1] + b"\xff"), schemas, 160) is None


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
