"""Connect's JSON with its schema: typed exactly, and left alone where it only looks like it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.chain import BOUNDS, decode
from meshdesk.decode.contract import Bounds, Decoded, Payload
from meshdesk.model.node import Node, to_json
from meshdesk.model.schema import SchemaState
from tests.unit.decode.poison import Every

NONE = Every(SchemaState.NO_REGISTRY)


def read(said: Any, bounds: Bounds = BOUNDS) -> Decoded:
    return decode(Payload(json.dumps(said).encode(), "value", "orders", ()), NONE, bounds)


def of(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "optional": True, **more}


def typed(schema: dict[str, Any], payload: Any) -> Node:
    found = read({"schema": schema, "payload": payload})
    assert [layer.name for layer in found.chain] == ["JSON", "Connect JSON schema"]
    return found.tree


def test_that_a_struct_is_typed_by_its_fields_and_an_unknown_field_stays() -> None:
    schema = of(
        "struct", name="shop.Order", fields=[of("bytes", field="raw"), of("double", field="d"), of("int64", field="id")]
    )
    tree = typed(schema, {"id": 9007199254740993, "raw": "AP8=", "d": "NaN", "more": "AP8="})
    assert [(child.name, child.kind, child.text) for child in tree.children] == [
        ("id", "int", "9007199254740993"),
        ("raw", "bytes", "00ff"),
        ("d", "float", "NaN"),
        ("more", "string", "AP8="),
    ]


def test_that_the_chain_names_the_schema() -> None:
    found = read({"schema": of("struct", name="shop.Order", fields=[]), "payload": {}})
    assert (found.chain[-1].detail, found.format) == ("shop.Order", "Connect JSON")


def test_that_a_null_with_a_schema_is_null_and_no_tombstone() -> None:
    assert typed(of("string"), None).kind == "null"


@pytest.mark.parametrize("payload", ["text", 5, [1, 2], {"a": 1}])
def test_that_a_payload_without_a_schema_stays_json(payload: Any) -> None:
    assert to_json(read({"schema": None, "payload": payload}).tree) == payload


def test_that_a_map_whose_keys_are_numbers_is_a_map_of_them() -> None:
    tree = typed(of("map", keys=of("int32"), values=of("bytes")), [[-1, "AP8="], [2, None]])
    assert tree.kind == "map"
    assert [(child.name, child.kind, child.note) for child in tree.children] == [
        ("-1", "bytes", "int as key"),
        ("2", "null", "int as key"),
    ]


def test_that_a_map_whose_keys_are_structs_stays_pairs() -> None:
    schema = of("map", keys=of("struct", fields=[of("int32", field="a")]), values=of("int32"))
    assert to_json(typed(schema, [[{"a": 1}, 2]])) == [[{"a": 1}, 2]]


def test_that_arrays_of_decimals_are_decimals() -> None:
    decimal = of("bytes", name="org.apache.kafka.connect.data.Decimal", parameters={"scale": "2"})
    tree = typed(of("array", items=decimal), ["BNI=", 12.34])
    assert [(child.kind, child.text) for child in tree.children] == [("decimal", "12.34"), ("decimal", "12.34")]


@pytest.mark.parametrize(
    "said",
    [
        {"schema": "v1", "payload": {"a": 1}},
        {"schema": {"type": "record"}, "payload": 1},
        {"schema": {"type": "string"}, "payload": 1, "id": 5},
        {"schema": {}, "payload": 1},
        [{"schema": None, "payload": 1}],
    ],
)
def test_that_what_only_has_fields_of_that_name_stays_as_it_is(said: Any) -> None:
    found = read(said)
    assert to_json(found.tree) == said
    assert [layer.name for layer in found.chain] == ["JSON"]


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
SCHEMAS = st.recursive(
    st.sampled_from(
        [
            of("int32"),
            of("bytes"),
            of("double"),
            of("int64", name="io.debezium.time.MicroTimestamp"),
            of("string", name="io.debezium.data.Bits"),
            {"type": 5},
            {},
        ]
    ),
    lambda inner: (
        st.builds(lambda a, b: of("map", keys=a, values=b), inner, inner)
        | st.builds(lambda a: of("array", items=a), inner)
        | st.builds(lambda a: of("struct", fields=[{**a, "field": "a"}]), inner)
    ),
    max_leaves=5,
)


@given(SCHEMAS, ANY | ANY.map(lambda said: {"a": said}))
def test_that_whatever_schema_and_payload_say_there_is_an_answer(schema: dict[str, Any], payload: Any) -> None:
    for bounds in (Bounds(), Bounds(nodes=6, text=8, width=3)):
        assert read({"schema": schema, "payload": payload}, bounds).format
