"""The bytes behind the nodes of JSON: the tree stays that of the library, and the bytes of a leaf say the leaf."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.chain import BOUNDS
from meshdesk.decode.contract import Bounds, Payload, Undecodable
from meshdesk.decode.json_spans import MOST_BYTES
from meshdesk.decode.json_text import decode, document_of
from meshdesk.model.node import Node
from meshdesk.model.schema import SchemaState
from tests.unit.decode.poison import Every
from tests.unit.decode.spans import agrees_with_spans, without_spans
from tests.unit.model.trees import VALUES

SPANS = replace(BOUNDS, spans=True)


def read(data: bytes, bounds: Bounds = SPANS, charset: str = "") -> Node:
    headers = (("content-type", f"application/json; charset={charset}".encode()),) if charset else ()
    return decode(Payload(data, "value", "orders", headers), data, Every(SchemaState.NO_REGISTRY), bounds).tree


@given(VALUES, st.booleans(), st.sampled_from([None, 2]), st.sampled_from(["utf-8", "utf-16", "utf-16-le", "utf-32"]))
def test_that_the_bytes_of_every_node_say_that_node_and_the_tree_is_the_librarys(
    value: Any, escaped: bool, indent: int | None, encoding: str
) -> None:
    data = json.dumps([value, "last"], ensure_ascii=escaped, indent=indent).encode(encoding, "surrogatepass")
    try:
        plain = read(data, BOUNDS)
    except Undecodable:  # a lone surrogate that is not escaped, or too few of its bytes look like UTF-16
        return
    tree = read(data)
    assert without_spans(tree) == plain
    assert agrees_with_spans(tree, data) == []


@pytest.mark.parametrize(
    ("text", "names", "said"),
    [
        ('{"a": 1, "b" : [true,null ] }', ["a", "b"], ["1", "[true,null ]"]),
        ('{"é": "ü€🦊", "x": -1.5e3}', ["é", "x"], ['"ü€🦊"', "-1.5e3"]),
        (r'["\"]", "\\", "a\\\"b"]', ["0", "1", "2"], [r'"\"]"', r'"\\"', r'"a\\\"b"']),
        ('\ufeff {"a":1,"a":[2]}\n', ["a", "a"], ["1", "[2]"]),
        ('{"a":1}\n\n{"a":2}\n', ["0", "1"], ['{"a":1}', '{"a":2}']),
        ('{"a":1}\n\ufeff"x"\n[NaN, -Infinity]', ["0", "1", "2"], ['{"a":1}', '"x"', "[NaN, -Infinity]"]),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_that_a_value_has_its_own_bytes_without_name_and_comma(
    text: str, names: list[str], said: list[str], encoding: str
) -> None:
    marked = text if encoding == "utf-8" or text.startswith("\ufeff") else f"\ufeff{text}"
    data = marked.encode(encoding)
    tree = read(data)
    assert [child.name for child in tree.children] == names
    found = [data[slice(*child.span)].decode(encoding) for child in tree.children if child.span]
    assert found == said


@pytest.mark.parametrize(("charset", "has_spans"), [("iso-8859-1", True), ("windows-1252", True), ("shift_jis", False)])
def test_that_old_encodings_have_spans_where_their_bytes_cannot_look_like_json(charset: str, has_spans: bool) -> None:
    text = '{"a": "\u8868", "b": 1}' if charset == "shift_jis" else '{"a": "é", "b": 1}'
    tree = read(text.encode(charset), charset=charset)
    assert [bool(child.span) for child in tree.children] == [has_spans] * 2


@given(VALUES, st.integers(1, 9), st.integers(1, 4))
def test_that_a_tree_that_was_cut_has_the_right_bytes_all_the_same(value: Any, nodes: int, width: int) -> None:
    data = json.dumps([[value, [value, 1]], value, 2]).encode()
    bounds = replace(SPANS, nodes=nodes, width=width)
    tree = read(data, bounds)
    assert without_spans(tree) == read(data, replace(bounds, spans=False))
    assert agrees_with_spans(tree, data) == []


def test_that_the_bytes_behind_a_framing_are_counted_from_the_payloads_first() -> None:
    tree = document_of(b'{"a": 42}', SPANS, 5)
    assert (tree.span, tree.children[0].span) == ((5, 14), (11, 13))
    assert document_of(b" 42 ", SPANS, 5).span == (6, 8)


def test_that_a_document_beyond_its_bounds_has_spans_as_far_as_it_is_shown() -> None:
    deep = b"[" + b"1," * 55_000 + b"[" * 150 + b"1," * 5_000 + b"1" + b"]" * 150 + b"]"
    assert without_spans(read(deep)) == read(deep, BOUNDS)
    assert read(b'["' + b"x" * MOST_BYTES + b'"]').span is None
