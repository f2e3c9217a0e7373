"""YAML against PyYAML's own writer, and the text that must not be taken for it."""

from time import process_time
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode import yaml_text
from meshdesk.decode.chain import BOUNDS, decode
from meshdesk.decode.contract import Bounds, Decoded, Payload, Undecodable
from meshdesk.model.node import count_of
from meshdesk.model.schema import SchemaState
from tests.unit.decode.poison import Every
from tests.unit.decode.values import says

NONE = Every(SchemaState.NO_REGISTRY)
TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=20
)
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.binary(max_size=30) | st.just("two\nlines\n")
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=9) | st.dictionaries(TEXT, inner, max_size=9), max_leaves=20
)


def read(data: bytes, bounds: Bounds = BOUNDS) -> Decoded:
    return yaml_text.decode(Payload(data, "value", "orders", ()), data, NONE, bounds)


@given(VALUES)
def test_that_what_pyyaml_wrote_is_in_the_tree(value: Any) -> None:
    data = yaml.safe_dump(value, sort_keys=False, explicit_start=True, allow_unicode=True).encode()
    assert says(read(data).tree, value)


def test_that_a_number_of_sixties_that_is_too_long_stands_as_it_is_written() -> None:
    for count in (1_000, 3_000, 300_000):
        text = "1" + ":00" * count
        began = process_time()
        node = read(f"--- {text}\n".encode()).tree
        assert (node.kind, node.text) == ("int", str(60**count) if count == 1_000 else text)
        assert process_time() - began < 2  # s, which a screen of rows has; as a number the last one takes 15


@pytest.mark.parametrize(
    ("text", "kind", "shown", "note"),
    [
        ("0x1F", "int", "31", "0x1F"),
        ("0o17", "string", "0o17", ""),
        ("017", "int", "15", "017"),
        ("1_000", "int", "1000", "1_000"),
        ("190:20:30", "int", "685230", "190:20:30"),
        ("no", "boolean", "false", "no"),
        ("~", "null", "null", ""),
        (".inf", "float", "Infinity", ".inf"),
        ("0.10000000000000000001", "float", "0.10000000000000000001", ""),
        ("2026-03-01", "date", "2026-03-01", ""),
        ("2026-03-01 12:00:01.5 +01:00", "timestamp", "2026-03-01T12:00:01.5+01:00", "2026-03-01 12:00:01.5 +01:00"),
        ("!money 5", "string", "5", "!money"),
        ("!!python/object:os.system x", "string", "x", "!!python/object:os.system"),
    ],
)
def test_that_a_scalar_is_exact_and_its_word_is_kept(text: str, kind: str, shown: str, note: str) -> None:
    node = read(f"--- {text}\n".encode()).tree
    assert (node.kind, node.text, node.note) == (kind, shown, note)


@pytest.mark.parametrize(
    "text",
    [
        "Note: one line is a sentence",
        "java.lang.IllegalStateException: broken\n\tat shop.Order.place(Order.java:5)\n\tat shop.Main.main(Main.java:1)",
        "Dear all: this\nis a letter: it has lines\n",
        "error: it went wrong\n  and this is how it goes on\n",
        "12:00:01 started\n12:00:02 ended\n",
        "id;name\n1;a\n2;b\n",
        "https://shop.example/a\nhttps://shop.example/b\n",
        "- 5 degrees",
        "a: b: c\nd: e\n",
        "-- a comment\nSELECT 1;\n",
        "key: 'open\nb: c\n",
        "",
        "O-1001",
    ],
)
def test_that_text_stays_text(text: str) -> None:
    assert decode(Payload(text.encode(), "value", "orders", ()), NONE).format in ("text", "empty")


def test_that_a_mapping_and_a_list_of_several_lines_are_read_without_a_mark() -> None:
    for text in ("a: 1\nb:\n  - x\n  - y: 2\n", "- a: 1\n  b: 2\n- a: 3\n", 'order: O-1\ntext: "two\\nlines"\n'):
        assert decode(Payload(text.encode(), "value", "orders", ()), NONE).format == "YAML"


def test_that_documents_are_a_list() -> None:
    decoded = read(b"--- 1\n--- two\n")
    assert [(part.name, part.text) for part in decoded.tree.children] == [("0", "1"), ("1", "two")]
    assert decoded.chain[0].detail == "2 documents"


def test_that_a_billion_laughs_are_declined_and_a_loop_is_named() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    with pytest.raises(Undecodable, match="aliases"):
        read("\n".join(["---", *lines]).encode())
    assert read(b"--- &a\n- *a\n").tree.children[0].text == "*a"
    with pytest.raises(Undecodable):
        read(b"--- " + b"[" * 300 + b"]" * 300)


def test_that_bounds_hold_and_what_is_left_out_is_counted() -> None:
    data = b"---\n" + b"- a\n" * 1_000
    for bounds in (Bounds(nodes=20), Bounds(width=7)):
        tree = read(data, bounds).tree
        assert count_of(tree) == 1_000
        assert len(tree.children) <= 20
