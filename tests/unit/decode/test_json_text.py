"""JSON as it is really written: exact, however its ends of lines, marks and encodings are, and within bounds."""

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.chain import BOUNDS
from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Undecodable
from meshdesk.decode.json_text import decode, document_in, document_of, indented
from meshdesk.model.node import Node, count_of, pretty, to_json
from meshdesk.model.schema import SchemaState
from tests.unit.decode.poison import Every
from tests.unit.model.trees import VALUES


def read(text: str | bytes, bounds: Bounds = BOUNDS) -> Decoded:
    data = text if isinstance(text, bytes) else text.encode("utf-8")
    return decode(Payload(data, "value", "orders", ()), data, Every(SchemaState.NO_REGISTRY), bounds)


def value_of(text: str | bytes) -> Any:
    return to_json(read(text).tree)


def declined(text: str | bytes, bounds: Bounds = BOUNDS) -> str:
    with pytest.raises(Undecodable) as why:
        read(text, bounds)
    return str(why.value)


def exact(value: Any) -> Any:
    """What to_json makes of a value: the floats that JSON has no word for are text."""
    if isinstance(value, dict):
        return {name: exact(part) for name, part in value.items()}
    if isinstance(value, list):
        return [exact(part) for part in value]
    return json.dumps(value) if isinstance(value, float) and not math.isfinite(value) else value


# Values


@given(VALUES, st.booleans(), st.sampled_from([None, 2]))
def test_that_a_document_says_what_was_written(value: Any, escaped: bool, indent: int | None) -> None:
    text = json.dumps([value], ensure_ascii=escaped, indent=indent)
    data = text.encode("utf-8", "surrogatepass")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:  # a lone surrogate that is not escaped is no UTF-8
        assert read(data).trouble.startswith("The text is no UTF-8 from byte ")
    else:
        assert value_of(data) == [exact(value)]


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("9007199254740993", "int"),
        ("-0", "int"),
        ("123456789012345678901234567890", "int"),
        ("1.10", "float"),
        ("-0.0", "float"),
        ("1E400", "float"),
        ("0.1000000000000000055511151231257827", "float"),
        ("NaN", "float"),
        ("-Infinity", "float"),
    ],
)
def test_that_a_number_stays_as_it_stands_in_the_document(written: str, kind: str) -> None:
    (node,) = read(f"[{written}]").tree.children
    assert (node.kind, node.text) == (kind, written)


def test_that_repeated_keys_are_kept_in_their_order() -> None:
    tree = read('{"a": 1, "b": 2, "a": 3}').tree
    assert [(child.name, child.text) for child in tree.children] == [("a", "1"), ("b", "2"), ("a", "3")]


def test_that_a_number_longer_than_python_reads_is_read() -> None:
    digits = "9" * 10_000
    assert value_of(f"[{digits}]") == [digits]


# Documents


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": "\xc3\xa6"}',
        b'{"a": "\xc3\xa6"}\n',
        b'\r\n\t {"a":\r\n"\xc3\xa6"}\r\n\r\n',
        b'\xef\xbb\xbf{"a": "\xc3\xa6"}',
        b'\xef\xbb\xbf\n{"a": "\xc3\xa6"}',
        '\ufeff{"a": "æ"}'.encode("utf-16-le"),
        '\ufeff{"a": "æ"}\r\n'.encode("utf-16-be"),
        '{"a": "æ"}'.encode("utf-16-le"),
        '{"a": "æ"}'.encode("utf-16-be"),
    ],
)
def test_that_marks_blanks_and_encodings_around_a_document_change_nothing(data: bytes) -> None:
    found = read(data)
    assert to_json(found.tree) == {"a": "æ"}
    assert found.chain == (Layer("JSON"),)


@pytest.mark.parametrize("end", ["\n", "\r\n", " \n", "   \r\n", "\n\n\n"])
@pytest.mark.parametrize("last", [True, False])
def test_that_documents_on_lines_of_their_own_are_an_array(end: str, last: bool) -> None:
    found = read(end.join(['{"a": 1}', "[2]", "null", '"x"', "5.0"]) + (end if last else ""))
    assert to_json(found.tree) == [{"a": 1}, [2], None, "x", 5.0]
    assert [child.name for child in found.tree.children] == ["0", "1", "2", "3", "4"]
    assert found.chain == (Layer("JSON", "5 documents"),)


@pytest.mark.parametrize("inside", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"])
def test_that_only_line_feeds_part_documents(inside: str) -> None:
    assert value_of(f'{{"a": "x{inside}y"}}\n{{"a": "{inside}"}}') == [{"a": f"x{inside}y"}, {"a": inside}]


def test_that_documents_may_have_many_lines() -> None:
    values = [{"a": [1, 2]}, {"b": {"c": None}}]
    assert value_of("\n".join(json.dumps(value, indent=2) for value in values)) == values


# What is no JSON


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "does not begin"),
        ("   ", "does not begin"),
        ("42", "does not begin"),
        ("null", "does not begin"),
        ("order {}", "does not begin"),
        ("{'a': 1}", "character 2:"),
        ("  \n {'a': 1}", "character 6:"),
        ('{"a": 1', "character 8:"),
        ('{"a": 1} ["b"]', "ends at character 8, with 5 characters behind it"),
        ('["a"],\n["b"]', "ends at character 5, with 7 characters behind it"),
        ('["a"]\nand text', "character 7:"),
        ('["a"]\n["b"', "character 11:"),
        ("[1,]", "character 4:"),
        (b"[\xff]", "no UTF-8 at byte 1"),
        (b"\xef\xbb\xbf[\xff]", "no UTF-8 at byte 4"),
    ],
)
def test_that_what_is_no_json_is_declined_with_its_place(text: str | bytes, words: str) -> None:
    assert words in declined(text)


# Bounds


def test_that_no_more_nodes_are_made_than_allowed_and_the_rest_is_counted() -> None:
    tree = read(json.dumps({"a": list(range(100)), "b": 1, "c": 2}), Bounds(nodes=12)).tree
    assert to_json(tree) == {"a": [*range(8), {"$more": 92}], "b": 1, "c": 2}
    assert "… 92 more" in pretty(tree)
    few = read(json.dumps({"a": [1, 2], "b": 1, "c": 2}), Bounds(nodes=3)).tree
    assert to_json(few) == {"a": [{"$more": 2}], "b": 1, "$more": 1}
    assert count_of(few) == 3


def test_that_a_container_that_is_too_wide_keeps_its_place_for_what_follows() -> None:
    said = {"a": [{"n": n} for n in range(9)], "b": [], "c": 1, "d": 2}
    assert to_json(read(json.dumps(said), Bounds(width=3)).tree) == {
        "a": [{"n": 0}, {"n": 1}, {"n": 2}, {"$more": 6}], "b": [], "c": 1, "$more": 1,
    }  # fmt: skip


def test_that_long_scalars_are_shortened_and_say_so() -> None:
    tree = read('["abcdef", 123456, 1.2345, true]', Bounds(text=4)).tree
    texts = ["abcd… 2 more characters", "1234… 2 more characters", "1.23… 2 more characters"]
    assert [child.text for child in tree.children] == [*texts, "true"]
    assert to_json(tree) == [*texts, True]


@pytest.mark.parametrize(("left", "right"), [("[", "]"), ('{"a":[', "]}")])
def test_that_nesting_ends_at_its_bound(left: str, right: str) -> None:
    levels = 200 // left.count("[") // (1 + left.count("{"))
    assert read(left * levels + right * levels).tree.children
    assert declined(left * (levels + 1) + "1" + right * (levels + 1)).startswith("it is nested deeper than 200 levels")
    assert "nested too deep" in declined(left * 50_000 + right * 50_000)


def test_that_a_document_that_is_too_large_is_not_parsed() -> None:
    assert declined("[" + "1," * 500 + "1]", Bounds(bytes=1_000)) == "it is larger than 1,000 bytes"


# For others


def test_that_a_document_by_itself_may_be_a_bare_word() -> None:
    assert document_of(b" 1.50\n", BOUNDS) == Node("", "float", "1.50")
    assert document_of(b"null", BOUNDS) == Node("", "null", "null")
    with pytest.raises(Undecodable, match="2 JSON documents where the schema says one"):
        document_of(b"1\n2", BOUNDS)


@given(VALUES)
def test_that_indented_text_says_the_same(value: Any) -> None:
    text = json.dumps([value])
    assert indented(text) == pretty(read(text).tree)


@pytest.mark.parametrize("text", ["", "  ", "{", "[1] [2]", "message A { string b = 1; }"])
def test_that_other_text_is_left_as_it_is(text: str) -> None:
    assert indented(text) == text


def test_that_text_with_half_a_surrogate_is_a_document_like_any_other() -> None:
    text = '{"a":"\ud800"}'
    assert to_json(document_in(text, BOUNDS)) == {"a": "\ud800"}
    assert indented(text) == '{\n  "a": "\\ud800"\n}'
    with pytest.raises(Undecodable, match="2 JSON documents"):
        document_in("{}\n{}", BOUNDS)
    with pytest.raises(Undecodable, match="more than 3 characters"):
        document_in("[1, 2]", Bounds(bytes=3))


# As it is really written


@pytest.mark.parametrize("between", ["", " ", "\n", "\x1e", "\n\x1e", "\r\n"])
def test_that_objects_behind_objects_and_sequences_are_an_array(between: str) -> None:
    data = f'\x1e{{"a":1}}{between}{{"a":{{}}}}{between}{{"b":[]}}'.encode()
    found = read(data)
    assert (to_json(found.tree), found.chain) == ([{"a": 1}, {"a": {}}, {"b": []}], (Layer("JSON", "3 documents"),))


@pytest.mark.parametrize(
    ("text", "codec", "encoding"),
    [("Größe", "latin-1", "ISO-8859-1"), ("„Größe“ – 5 €", "cp1252", "windows-1252"), ("à", "latin-1", "ISO-8859-1")],
)
def test_that_a_document_in_an_old_encoding_is_read_and_says_that_it_was_guessed(
    text: str, codec: str, encoding: str
) -> None:
    data = f' {{"note": "{text}", "n": 5}}'.encode(codec)
    found = read(data, replace(BOUNDS, spans=True))
    assert (to_json(found.tree), found.trouble) == ({"note": text, "n": 5}, "")
    assert found.chain == (Layer("JSON", f"{encoding}, guessed"),)
    start, end = found.tree.children[0].span or (0, 0)
    assert data[start:end].decode(codec) == f'"{text}"'


def test_that_of_a_document_in_utf_8_with_a_character_torn_all_else_is_read_and_the_loss_is_said() -> None:
    data = '{"city": "Köln", "note": "Gr'.encode() + b'\xfc\xdf", "n": 5}'
    found = read(data, replace(BOUNDS, spans=True))
    assert to_json(found.tree) == {"city": "Köln", "note": "Gr\ufffd\ufffd", "n": 5}
    assert found.chain == (Layer("JSON", "UTF-8 with errors"),)
    assert found.trouble == (
        "The text is no UTF-8 from byte 29 on: what cannot be read is shown as \ufffd, and stands in the bytes as it was written."
    )
    start, end = found.tree.children[1].span or (0, 0)
    assert data[start:end] == b'"Gr\xfc\xdf"'


@pytest.mark.parametrize("data", [b'{"a": \xff\xfe}', b"[\xc3\x28]", b'{"a": "\xff\x00"}', b'"\xfc"', b'{"a": "\xfc'])
def test_that_bytes_which_only_begin_as_json_stay_bytes(data: bytes) -> None:
    assert "no UTF-8" in declined(data) or "no JSON" in declined(data)
