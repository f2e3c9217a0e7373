"""Thrift's own language of schemas: what decoding needs of it, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.model.proto_schema import BadSchema
from meshdesk.model.thrift_text import Type, joined, parsed

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


SHARED = """
include "base.thrift"
struct Money { 1: i64 cents, 2: Currency currency, 3: list<Money> parts, 4: base.Id id }
enum Currency { EUR, USD }
typedef Money Price
"""


def test_that_what_other_documents_define_has_the_name_of_its_document_before_it() -> None:
    own = 'include "common/shared.thrift" struct Order { 1: shared.Price price, 2: shared.Currency currency }'
    idl = joined(own, (("schemas/base.thrift", "typedef i64 Id"), ("schemas/common/shared.thrift", SHARED)))
    assert list(idl.structs) == ["Order", "shared.Money"]
    assert idl.structs["shared.Money"] == {
        1: ("cents", Type("i64")),
        2: ("currency", Type("shared.Currency")),
        3: ("parts", Type("list", (Type("shared.Money"),))),
        4: ("id", Type("base.Id")),
    }
    assert idl.enums == {"shared.Currency": {0: "EUR", 1: "USD"}}
    assert idl.names == {"base.Id": Type("i64"), "shared.Price": Type("shared.Money")}
    assert idl.includes == ["common/shared.thrift"]
    assert list(parsed(own).structs) == ["Order"]


def test_that_an_included_document_that_cannot_be_read_takes_nothing_away() -> None:
    idl = joined("struct Order { 1: broken.Id id }", (("broken.thrift", "struct {"),))
    assert idl.structs == {"Order": {1: ("id", Type("broken.Id"))}}
