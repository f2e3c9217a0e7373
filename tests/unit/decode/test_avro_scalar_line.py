"""Avro's scalars as words: those that the tree of the same bytes has."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.avro_cursor import READERS
from meshdesk.decode.avro_scalar_line import KNOWN, as_node, decimal_at
from meshdesk.decode.line import LONGEST, Unlisted
from meshdesk.model.node import word_of
from tests.unit.decode.avros import written
from tests.unit.decode.test_avro import logical, read

TEXTS = st.text(max_size=20) | st.text("a", min_size=150, max_size=200) | st.uuids().map(str)


def word(said: Any, data: bytes) -> tuple[str, str]:
    """Of the tree, in a record: a payload that is only bytes is read raw."""
    record = {"type": "record", "name": "R", "fields": [{"name": "a", "type": said}]}
    node = read(record, data).children[0]
    text, tone = word_of(node.kind, node.text, LONGEST)
    return text[: LONGEST + 1], tone  # as much as shows that more follows


@given(TEXTS)
def test_that_text_is_the_word_of_the_tree(text: str) -> None:
    data = written("string", text)
    assert KNOWN["uuid_at"](data, 0) == (*word(logical("uuid", "string"), data), len(data))
    assert KNOWN["long_text"](data, 0) == (text[: LONGEST + 1], len(data))


@given(st.binary(max_size=40) | st.binary(min_size=1_400, max_size=1_600), st.integers(0, 9))
def test_that_bytes_and_decimals_are_the_words_of_the_tree(value: bytes, scale: int) -> None:
    data = written("bytes", value)
    said = logical("decimal", "bytes", precision=9, scale=scale)
    text, tone, end = decimal_at(scale, None)(data, 0)
    assert ((text[: LONGEST + 1], tone), end) == (word(said, data), len(data))
    text, end = KNOWN["bytes_at"](data, 0)
    assert (text[: LONGEST + 1], end) == (word("bytes", data)[0], len(data))
    assert decimal_at(scale, len(value))(value, 0)[2] == len(value)


@pytest.mark.parametrize(("kind", "value"), [("long", -5), ("double", 0.1), ("boolean", True), ("null", None)])
def test_that_what_is_rare_is_read_as_a_node(kind: str, value: Any) -> None:
    data = written(kind, value)
    text, tone, end = as_node(READERS[kind])(data + b"behind", 0)
    assert (text, end) == (json.dumps(value), len(data))
    assert tone == ("null" if value is None else "number")


def test_that_what_is_read_and_no_node_is_left_to_the_chain() -> None:
    with pytest.raises(Unlisted):
        as_node(lambda _cursor, _name: None)(b"", 0)
