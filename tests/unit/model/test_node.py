"""Nodes: exact as JSON, through the pipe, as indented text and on one line."""

import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.model.frame import FrameReader, encode
from meshdesk.model.node import (
    HIDDEN,
    Kind,
    Node,
    count_of,
    from_frame,
    hexed,
    is_to_come,
    is_whole,
    more,
    one_line,
    one_line_spans,
    parts_at,
    pretty,
    shortened,
    to_frame,
    to_json,
    visible,
    within,
)
from tests.unit.model.trees import TEXTS, VALUES, trees

WIDE = 10_000  # characters; no generated value is longer on one line


def scalar(kind: Kind, text: str, name: str = "") -> Node:
    return Node(name, kind, text)


def record(*children: Node, name: str = "") -> Node:
    return Node(name, "record", "", children)


# As JSON


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("int", "9223372036854775807", 9223372036854775807),
        ("int", "-170141183460469231731687303715884105728", -(2**127)),
        ("int", "9" * 5000, "9" * 5000),
        ("float", "0.1", 0.1),
        ("float", "12.50", 12.5),
        ("float", "1E3", 1000.0),
        ("float", "1e-05", 0.00001),
        ("float", "0.00001", 0.00001),
        ("float", "1E+400", "1E+400"),
        ("float", "1e-400", "1e-400"),
        ("float", "0e99999999999999999999", "0e99999999999999999999"),
        ("float", "0.1000000000000000055", "0.1000000000000000055"),
        ("float", "12345678901234567890.5", "12345678901234567890.5"),
        ("float", "NaN", "NaN"),
        ("float", "-Infinity", "-Infinity"),
        ("decimal", "12.340", "12.340"),
        ("boolean", "true", True),
        ("boolean", "false", False),
        ("null", "null", None),
        ("string", "\ud800", "\ud800"),
        ("bytes", "00ff", {"$bytes": "AP8="}),
        ("timestamp", "2026-03-01T12:00:00.123Z", "2026-03-01T12:00:00.123Z"),
    ],
)
def test_that_a_scalar_as_json_is_exact_or_its_own_text(kind: Kind, text: str, expected: Any) -> None:
    found = to_json(scalar(kind, text))
    assert (type(found), found) == (type(expected), expected)


def test_that_minus_zero_keeps_its_sign() -> None:
    assert json.dumps(to_json(scalar("float", "-0.0"))) == "-0.0"


def test_that_an_object_with_a_repeated_key_keeps_both_values() -> None:
    twice = record(scalar("int", "1", "a"), scalar("int", "2", "a"))
    assert to_json(twice) == {"$pairs": [["a", 1], ["a", 2]]}


@given(trees())
def test_that_every_tree_becomes_json_that_can_be_written(node: Node) -> None:
    json.dumps(to_json(node), allow_nan=False)


# Through the pipe


@given(trees())
def test_that_a_tree_comes_through_the_pipe_as_it_was(node: Node) -> None:
    (message,) = FrameReader().feed(encode({"tree": to_frame(node)}))
    assert from_frame(message["tree"]) == node


# As text


@given(VALUES)
def test_that_indented_text_is_json_with_what_hides_as_an_escape(value: Any) -> None:
    if isinstance(value, str):
        return
    text = pretty(node_of(value))
    assert [len(line) - len(line.lstrip()) for line in text.split("\n")] == [
        len(line) - len(line.lstrip()) for line in json.dumps(value, indent=2, ensure_ascii=False).split("\n")
    ]
    assert not HIDDEN.search(text.replace("\n", ""))
    assert json.dumps(json.loads(text)) == json.dumps(value)  # a NaN is not itself


@given(trees(), st.integers(0, 500))
def test_that_a_tree_is_cut_to_the_room_there_is_and_says_how_many_parts_it_lost(node: Node, room: int) -> None:
    cut = within(node, room)
    assert len(encode({"tree": to_frame(cut)})) <= len(encode({"tree": to_frame(within(node, 0))})) + 2 * room
    pairs = [(node, cut)]
    while pairs:
        whole, left = pairs.pop()
        assert (left.name, left.kind, left.text, count_of(left)) == (
            whole.name,
            whole.kind,
            whole.text,
            count_of(whole),
        )
        pairs += zip(whole.children, (child for child in left.children if child.kind != "more"), strict=False)
    assert within(node, 1 << 30) is node
    assert is_whole(within(node, room)) is (within(node, room) is node)


def test_that_a_tree_is_cut_level_by_level_so_that_what_stands_on_top_is_there() -> None:
    lines = Node(
        "lines", "array", "", tuple(Node(str(at), "record", "", (Node("n", "int", "5"),)) for at in range(900))
    )
    node = Node("", "record", "", (lines, Node("total", "int", "7")))
    cut = within(node, 3_000, most=20)
    assert [child.name for child in cut.children] == ["lines", "total"]
    shown = cut.children[0].children
    assert (len(shown), shown[-1].text, count_of(cut.children[0])) == (21, "880 more", 900)
    assert shown[0] == lines.children[0]
    assert is_to_come(shown[-1])


@given(trees(), st.integers(0, 500), st.data())
def test_that_what_was_left_out_can_be_had_piece_by_piece(node: Node, room: int, draw: st.DataObject) -> None:
    path: list[int] = []
    whole = node
    for deeper in draw.draw(st.lists(st.integers(0, 4), max_size=4)):
        if deeper >= len(whole.children):
            break
        path.append(deeper)
        whole = whole.children[path[-1]]
    found: list[Node] = []
    left = len(whole.children)
    while left:
        parts, left = parts_at(node, path, len(found), room)
        assert parts or not left
        found += parts
        assert left == (count_of(whole) - len(found) if len(found) < len(whole.children) else 0)
    assert [(one.name, one.kind, one.text, count_of(one)) for one in found] == [
        (one.name, one.kind, one.text, count_of(one)) for one in whole.children
    ]


def test_that_a_path_that_leads_nowhere_has_no_parts() -> None:
    assert parts_at(Node("", "int", "5"), [0], 0, 100) == ((), 0)
    assert parts_at(Node("", "array", "", (Node("0", "int", "5"),)), [0, 3], 0, 100) == ((), 0)
    assert parts_at(Node("", "array", "", (Node("0", "int", "5"),)), [], 7, 100) == ((), 0)


def test_that_a_field_without_a_name_keeps_its_place_in_the_text() -> None:
    assert pretty(record(scalar("int", "1"), scalar("int", "2", "b"))) == '{\n  "": 1,\n  "b": 2\n}'


def test_that_empty_containers_stand_on_one_line() -> None:
    assert pretty(record(Node("a", "array", ""), Node("b", "map", ""))) == '{\n  "a": [],\n  "b": {}\n}'


def test_that_what_cannot_be_seen_is_an_escape_in_indented_text() -> None:
    text = pretty(record(scalar("string", "a\u202eb\ud800\U000e0001\n", "n\u200b")))
    assert text == '{\n  "n\\u200b": "a\\u202eb\\ud800\\udb40\\udc01\\n"\n}'
    assert json.loads(text) == {"n\u200b": "a\u202eb\ud800\U000e0001\n"}


def test_that_a_value_that_is_nothing_but_text_stands_in_its_own_lines() -> None:
    assert pretty(scalar("string", "one\r\n\ttwo\x1b\u202e\n")) == "one\n\ttwo␛⟨U+202E⟩\n"


# What was left out


def test_that_a_container_that_was_cut_says_so_in_every_form() -> None:
    cut = record(scalar("int", "1", "a"), more(12_480))
    assert count_of(cut) == 12_481
    assert to_json(cut) == {"a": 1, "$more": 12_480}
    assert pretty(cut) == '{\n  "a": 1,\n  … 12,480 more\n}'
    assert one_line(cut, 80) == "a 1 …"
    array = Node("", "array", "", cut.children)
    assert to_json(array) == [1, {"$more": 12_480}]
    assert one_line(array, 80) == "[12,481] 1"
    assert one_line(record(Node("n", "array", "", cut.children)), 80) == "n [12,481]"
    assert from_frame(to_frame(cut)) == cut


def test_that_a_scalar_that_was_cut_says_so_in_every_form() -> None:
    text = scalar("string", shortened("x" * 1_500, 3))
    assert to_json(text) == "xxx… 1,497 more characters"
    data = scalar("bytes", hexed(b"\x00\xff" * 600, 4))
    assert to_json(data) == {"$bytes": "AP8=", "$more": "1,198 more bytes"}
    assert shortened("abc", 3) == "abc"


# As one line


@given(trees(), st.integers(1, 60))
def test_that_a_line_keeps_to_its_limit_and_says_when_it_was_cut(node: Node, limit: int) -> None:
    whole = one_line(node, WIDE)
    line = one_line(node, limit)
    if len(whole) <= limit:
        assert line == whole
    else:
        assert limit - 1 <= len(line) <= limit
        assert line.endswith("…")
        assert whole.startswith(line[:-1])


@given(trees(), st.integers(0, 60))
def test_that_tones_lie_in_order_within_the_line(node: Node, limit: int) -> None:
    line, tones = one_line_spans(node, limit)
    at = 0
    for start, end, tone in tones:
        assert at <= start < end <= len(line)
        assert tone in ("name", "string", "number", "null", "text")
        at = end
    assert "".join(line[: tones[0][0]] if tones else line).strip() in ("", "…")


@given(TEXTS)
def test_that_no_character_that_hides_reaches_the_line(text: str) -> None:
    assert not HIDDEN.search(one_line(record(scalar("string", text, text)), WIDE))


@pytest.mark.parametrize(
    ("node", "line"),
    [
        (record(), "{}"),
        (Node("", "array", ""), "[]"),
        (scalar("string", ""), '""'),
        (record(scalar("int", "5")), '"" 5'),
        (scalar("bytes", "00ff"), "0x00ff"),
        (record(record(scalar("int", "1", "b"), name="a")), "a { b 1 }"),
        (record(record(record(scalar("int", "1", "c"), name="b"), name="a")), "a { b {…} }"),
        (Node("", "array", "", tuple(scalar("int", str(n)) for n in range(3))), "[3] 0 1 2"),
        (Node("", "array", "", tuple(scalar("int", str(n)) for n in range(4))), "[4] 0 1 2 3"),
        (Node("", "array", "", (record(scalar("int", "1", "a")),)), "[1] { a 1 }"),
        (record(Node("a", "array", "", tuple(scalar("int", str(n)) for n in range(3)))), "a [ 0 1 2 ]"),
        (record(Node("a", "array", "", tuple(scalar("int", str(n)) for n in range(4)))), "a [4]"),
        (record(Node("a", "array", "", (record(scalar("int", "1", "b")),))), "a [1]"),
        (scalar("string", "two\nlines\u200b"), "two␊lines⟨U+200B⟩"),
    ],
    ids=str,
)
def test_how_a_value_stands_on_one_line(node: Node, line: str) -> None:
    assert one_line(node, 80) == line


def test_that_an_array_cut_by_the_limit_does_not_look_complete() -> None:
    numbers = record(Node("n", "array", "", tuple(scalar("int", "1234") for _ in range(3))))
    assert one_line(numbers, 20) == "n [ 1234 1234 1234 ]"
    assert one_line(numbers, 16) == "n [ 1234 1234 1…"


def test_that_a_wide_record_and_a_long_text_cost_no_more_than_their_line() -> None:
    wide = record(*(scalar("string", "x" * 1000, f"field{n}") for n in range(40_000)))
    assert one_line(wide, 20) == "field0 " + "x" * 12 + "…"


# Characters


def test_that_every_hidden_character_is_shown_and_every_other_is_kept() -> None:
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        assert visible(character) == character or HIDDEN.search(character)
        assert not HIDDEN.search(visible(character))


def node_of(value: Any, name: str = "") -> Node:
    """The tree of a JSON value."""
    if isinstance(value, dict):
        return record(*(node_of(item, key) for key, item in value.items()), name=name)
    if isinstance(value, list):
        return Node(name, "array", "", tuple(node_of(item, str(number)) for number, item in enumerate(value)))
    kinds: dict[type, Kind] = {str: "string", bool: "boolean", int: "int", float: "float", type(None): "null"}
    return scalar(kinds[type(value)], value if isinstance(value, str) else json.dumps(value), name)
