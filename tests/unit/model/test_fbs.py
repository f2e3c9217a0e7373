"""Schemas of FlatBuffers: what decoding needs of them, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.model.fbs import parsed, said_in
from meshdesk.model.proto_schema import BadSchema

FBS = """
include "base.fbs"; namespace shop; attribute "priority";
/// of an order
enum Status : ubyte { Placed = 1, Paid, Sent = 9 }
enum Rights : uint (bit_flags) { Read, Write }
struct Place { lat: float; lon: double; at: [ubyte:3]; }
union Payment { Card, paper: shop.Voucher }
table Card { brand: string (required); }
table Voucher { code: string; }
table Order (priority: 1) {
  id: string (key); old: int (deprecated); payment: Payment; place: Place; status: Status = Paid; paid: bool = true;
}
root_type shop.Order; file_identifier "SHOP";
rpc_service Shop { Place(Order): Order (streaming: "none"); }
"""


def test_that_tables_enums_unions_and_defaults_are_known() -> None:
    fbs = parsed(FBS)
    assert (fbs.root, fbs.identifier) == ("Order", "SHOP")
    assert fbs.enums["Status"].words == {1: "Placed", 2: "Paid", 9: "Sent"}
    assert fbs.enums["Rights"].word_of(3) == "Read | Write"
    assert fbs.unions["Payment"] == {1: "Card", 2: "Voucher"}
    assert [(one.name, one.slot, one.default) for one in fbs.tables["Order"].fields] == [
        ("id", 0, ""), ("payment_type", 2, ""), ("payment", 3, ""), ("place", 4, ""), ("status", 5, "Paid"), ("paid", 6, "1"),
    ]  # fmt: skip


def test_that_members_of_a_union_that_have_numbers_keep_them_and_those_behind_go_on_from_there() -> None:
    fbs = parsed("table A { a: int; } table B { b: int; } table C { c: int; } union One { A, B = 5, C }")
    assert fbs.unions["One"] == {1: "A", 5: "B", 6: "C"}


def test_that_a_struct_is_laid_out_by_the_alignment_of_its_parts() -> None:
    fbs = parsed(FBS)
    assert [place for _, place in fbs.layout(fbs.tables["Place"])] == [0, 8, 16]
    assert fbs.size_of("Place") == 24


@pytest.mark.parametrize(
    "text",
    [
        "table T { a: Missing; }",
        "table {",
        "enum E { A }",
        "enum E : Other { A }",
        "table T { a int; }",
        "table T { a: [int",
    ],
)
def test_that_what_is_none_is_declined(text: str) -> None:
    with pytest.raises(BadSchema):
        parsed(text)


def test_that_structs_that_hold_each_other_are_declined() -> None:
    fbs = parsed("struct A { b: B; } struct B { a: A; }")
    with pytest.raises(BadSchema):
        fbs.size_of("A")


@given(
    st.lists(
        st.sampled_from(
            ["table", "struct", "enum", "union", "{", "}", "A", "1", ":", "[", "]", ";", "=", "(", ")", "int"]
        )
    )
)
def test_that_no_text_makes_it_raise_anything_else(words: list[str]) -> None:
    try:
        assert parsed(" ".join(words)) is not None
    except BadSchema as why:
        assert str(why)


def test_that_what_other_schemas_define_is_known_and_their_root_is_not_the_own_one() -> None:
    own = 'include "common/money.fbs"; table Order { price: Money; how: Payment; status: Status = Paid; } root_type Order;'
    others = (
        'table Money { cents: long; } root_type Money; file_identifier "MONY";',
        "enum Status : byte { Placed, Paid } table Card { brand: string; } union Payment { Card }",
    )
    with pytest.raises(BadSchema, match="the type Money of price is declared nowhere in it"):
        parsed(own)
    fbs = parsed(own, others)
    assert (fbs.root, fbs.identifier, sorted(fbs.tables)) == ("Order", "", ["Card", "Money", "Order"])
    assert [one.name for one in fbs.tables["Order"].fields] == ["price", "how_type", "how", "status"]
    assert said_in(own).includes == ["common/money.fbs"]
    assert parsed("table T { id: int; }", ("table {",)).tables.keys() == {"T"}
