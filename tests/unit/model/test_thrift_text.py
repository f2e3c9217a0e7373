"""Thrift's own language of schemas: what decoding needs of it, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.model.proto_schema import BadSchema
from meshdesk.model.thrift_text import Type, parsed

IDL = """
namespace java shop  // the names of other languages
include "base.thrift"
enum Status { PLACED, PAID = 5, SENT }
typedef map<string, i32> Stock
struct Order { 1: required string id = "none"; 2: optional list<Stock> stock (key = "yes"), 7: Status status }
service Shop { void place(1: Order order) }
"""


def test_that_structs_enums_and_names_of_types_are_known() -> None:
    idl = parsed(IDL)
    assert idl.structs == {
        "Order": {
            1: ("id", Type("string")),
            2: ("stock", Type("list", (Type("Stock"),))),
            7: ("status", Type("Status")),
        }
    }
    assert idl.enums == {"Status": {0: "PLACED", 5: "PAID", 6: "SENT"}}
    assert idl.names == {"Stock": Type("map", (Type("string"), Type("i32")))}


@pytest.mark.parametrize(
    "kind",
    ["map<string>", "map<string, i32, i32>", "list<string, string>", "set<i32, i32>", "list string", "list<string"],
)
def test_that_a_container_of_another_number_of_types_is_none(kind: str) -> None:
    with pytest.raises(BadSchema, match="it cannot be read"):
        parsed(f"struct T {{ 1: {kind} all }}")


def test_that_a_document_without_an_end_to_it_is_none() -> None:
    with pytest.raises(BadSchema, match="it is too large"):
        parsed(" " * (1 << 21))


@given(
    st.lists(
        st.sampled_from(
            ["struct", "enum", "{", "}", "A", "1", ":", "list", "<", ">", "typedef", "=", "(", ")", '"x"', ","]
        )
    )
)
def test_that_no_document_makes_it_raise_anything_else(words: list[str]) -> None:
    try:
        assert parsed(" ".join(words)) is not None
    except BadSchema as why:
        assert str(why)
