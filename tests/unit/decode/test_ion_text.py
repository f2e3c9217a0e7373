"""Ion as text against Amazon's own writer, JSON with comments, and the text that must not be taken for either."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode import ion_text
from meshdesk.decode.chain import BOUNDS, decode
from meshdesk.decode.contract import Bounds, Decoded, Payload, Undecodable
from meshdesk.model.schema import SchemaState
from tests.unit.decode.poison import Every
from tests.unit.decode.test_ion import VALUES, written
from tests.unit.decode.values import says

NONE = Every(SchemaState.NO_REGISTRY)


def read(data: bytes | str, bounds: Bounds = BOUNDS) -> Decoded:
    data = data if isinstance(data, bytes) else data.encode()
    return ion_text.decode(Payload(data, "value", "orders", ()), data, NONE, bounds)


@given(VALUES)
def test_that_what_amazon_wrote_is_in_the_tree(value: Any) -> None:
    decoded = read(written(value, binary=False))
    assert decoded.format == "Ion"
    assert says(decoded.tree, value)


@pytest.mark.parametrize(
    ("text", "kind", "shown", "note"),
    [
        ("0xFF", "int", "255", "0xFF"),
        ("-1_000", "int", "-1000", ""),
        ("12.340", "decimal", "12.340", ""),
        ("1.5d3", "decimal", "1.5E3", ""),
        ("1.5e3", "float", "1.5e3", ""),
        ("nan", "float", "NaN", ""),
        ("-inf", "float", "-Infinity", ""),
        ("2026-03-01T12:00:01.123Z", "timestamp", "2026-03-01T12:00:01.123Z", ""),
        ("2026-03-01", "date", "2026-03-01", ""),
        ("2026T", "timestamp", "2026T", ""),
        ("null.string", "null", "null", "null.string"),
        ("EUR::5", "int", "5", "EUR::"),
        ("'two words'", "string", "two words", "symbol"),
        ("'''a''' '''b'''", "string", "ab", ""),
        (r'"\x41é\U0001F69A\n"', "string", "Aé🚚\n", ""),
        ("{{AAH/}}", "bytes", "0001ff", ""),
        ('{{"a"}}', "bytes", "61", "clob"),
    ],
)
def test_that_a_value_is_exact(text: str, kind: str, shown: str, note: str) -> None:
    node = read(f"$ion_1_0 {text} // a comment").tree
    assert (node.kind, node.text, node.note) == (kind, shown, note)


def test_that_lists_structs_and_expressions_nest() -> None:
    node = read("{order:{id:'A-1',lines:[(+ 1 2),],},}").tree
    assert node.children[0].children[1].children[0].note == "sexp"
    assert [part.text for part in node.children[0].children[1].children[0].children] == ["+", "1", "2"]


def test_that_json_with_comments_is_json() -> None:
    decoded = decode(Payload(b'// of today\n{"a": 1.50, /* b */ "b": [1, 2,],}', "value", "orders", ()), NONE)
    assert decoded.format == "JSON"
    assert [(part.name, part.kind, part.text) for part in decoded.tree.children] == [
        ("a", "float", "1.50"),
        ("b", "array", ""),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "{hello}",
        "[info] it went well",
        "[a, b]",
        "{{name}}",
        "{}{",
        "{a:}",
        "[",
        "// only a comment",
        "{a: 1} and more",
        "{a: b: c}",
        "$ion_1_0x",
        "{ a: 5 5 }",
    ],
)
def test_that_text_stays_text(text: str) -> None:
    with pytest.raises(Undecodable):
        read(text)
    assert decode(Payload(text.encode(), "value", "orders", ()), NONE).format in ("text", "JSON")


@given(st.text(st.sampled_from("{}[]()'\"\\:,a1.$ -+/*\nd_")))
def test_that_no_text_makes_it_raise_anything_else(text: str) -> None:
    for data in (text, "{" + text, f"$ion_1_0 {text}"):
        try:
            assert read(data).format in ("Ion", "JSON")
        except Undecodable as why:
            assert str(why)


def test_that_deep_and_wide_documents_keep_to_the_bounds() -> None:
    with pytest.raises(Undecodable, match="nested deeper"):
        read("{a:" * 400)
    assert len(read("$ion_1_0 [" + "1," * 1_000 + "]", Bounds(nodes=20)).tree.children) <= 20
    assert len(read("$ion_1_0 [" + "1," * 1_000 + "]", Bounds(width=5)).tree.children) == 6


def test_that_base64_that_begins_with_two_slashes_is_no_comment() -> None:
    found = read(b'{a: {{ //A= }}, b: {{ "text" }}}')
    assert [child.text for child in found.tree.children] == ["fff0", "74657874"]
