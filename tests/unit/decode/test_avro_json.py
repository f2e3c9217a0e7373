"""Avro's JSON encoding, held against fastavro's writer of it."""

import base64
import io
from typing import Any

import fastavro
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.avro_json import tree_of
from meshdesk.decode.contract import Bounds, Undecodable
from meshdesk.model.node import to_json
from tests.unit.decode.poison import avro

SCHEMA = {
    "type": "record",
    "name": "Order",
    "namespace": "shop",
    "fields": [
        {"name": "id", "type": "string"},
        {"name": "cents", "type": ["null", "long", "string"]},
        {"name": "raw", "type": "bytes"},
        {"name": "fix", "type": {"type": "fixed", "name": "Fix", "size": 2}},
        {"name": "size", "type": {"type": "enum", "name": "Size", "symbols": ["S", "L"]}},
        {"name": "sizes", "type": {"type": "map", "values": "Size"}},
        {"name": "reals", "type": {"type": "array", "items": "double"}},
        {"name": "paid", "type": "boolean"},
        {"name": "parent", "type": ["null", "Order"]},
    ],
}
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


def orders(depth: int = 1) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "id": TEXT,
            "cents": st.none() | st.integers(-(2**63), 2**63 - 1) | TEXT,
            "raw": st.binary(max_size=5),
            "fix": st.binary(min_size=2, max_size=2),
            "size": st.sampled_from(["S", "L"]),
            "sizes": st.dictionaries(st.text("ab", min_size=1), st.sampled_from(["S", "L"]), max_size=2),
            "reals": st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=3),
            "paid": st.booleans(),
            "parent": st.none() | orders(depth - 1) if depth else st.none(),
        }
    )


def said(value: Any) -> Any:
    """What is shown of a value: bytes in their mark."""
    if isinstance(value, dict):
        return {key: said(one) for key, one in value.items()}
    return {"$bytes": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


@given(orders())
def test_that_what_fastavro_writes_is_read_exactly(order: dict[str, Any]) -> None:
    out = io.StringIO()
    fastavro.json_writer(out, SCHEMA, [order])
    assert to_json(tree_of(out.getvalue().encode(), avro(SCHEMA), Bounds())) == said(order)


def test_that_logical_types_are_those_of_the_binary_encoding() -> None:
    schema = avro({"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2})
    assert tree_of(b'"\\u0004\\u00d2"', schema, Bounds()).text == "12.34"
    assert (
        tree_of(b"1", avro({"type": "long", "logicalType": "timestamp-millis"}), Bounds()).text
        == "1970-01-01T00:00:00.001Z"
    )
    assert tree_of(b'"\\u0004"', avro("bytes"), Bounds()).text == "04"
    assert tree_of(b'"NaN"', avro("double"), Bounds()).text == "NaN"


@pytest.mark.parametrize(
    ("schema", "data"),
    [
        ("long", b'"text"'), ("long", b"1.5"), ("long", b"true"), ("long", b"9223372036854775808"), ("string", b"5"),
        ("boolean", b'"yes"'), ("null", b"0"), (["null", "long"], b"5"), (["null", "long"], b'{"string": "x"}'),
        ({"type": "array", "items": "long"}, b"{}"), ({"type": "map", "values": "long"}, b"[1]"), (SCHEMA, b"{}"),
        ({"type": "record", "name": "A", "fields": []}, b'{"more": 1}'), ("long", b"{torn"), ("Missing", b"1"),
        ({"type": "enum", "name": "E", "symbols": ["A"]}, b'"B"'), ("long", b"[" * 5_000),
    ],
)  # fmt: skip
def test_that_json_of_another_form_is_declined(schema: object, data: bytes) -> None:
    with pytest.raises(Undecodable):
        tree_of(data, avro(schema), Bounds())
