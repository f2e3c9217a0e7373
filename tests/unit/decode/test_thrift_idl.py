"""Thrift with its IDL: names, enums, what is text and what is bytes; and documents that are none."""

from typing import Any

import pytest

from meshdesk.decode import thrift_idl
from meshdesk.decode.chain import BOUNDS
from meshdesk.decode.contract import Decoded, Undecodable
from meshdesk.model.schema import Reference, Schema
from tests.unit.decode.golden import CASES, case, payload
from tests.unit.decode.test_thrift import PROTOCOLS, written

IDL = """
namespace java shop  // the names of other languages
include "base.thrift"
/* what an order is */
enum Status { PLACED, PAID = 5, SENT }
typedef map<string, i32> Stock
const list<string> NAMES = ["a", "b"]
struct Line { 1: string sku (key = "yes"), }
struct Order {
  1: required string id = "none";
  2: optional i64 cents,
  3: list<string> tags
  4: Stock stock
  5: bool paid  # or not
}
service Shop { void place(1: Order order) }
"""


def read(values: list[Any], protocol: str, text: str = IDL, subject: str = "") -> Decoded:
    return thrift_idl.decode(written(values, protocol), Schema("test", 0, "THRIFT", text, subject=subject), BOUNDS)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_that_fields_have_the_names_of_the_struct_that_fits(protocol: str) -> None:
    decoded = read(["O-1", 5, ["a"], {"SKU": 7}, True], protocol)
    assert [(part.name, part.kind) for part in decoded.tree.children] == [
        ("id", "string"), ("cents", "int"), ("tags", "array"), ("stock", "record"), ("paid", "boolean"),
    ]  # fmt: skip
    assert decoded.chain[0].detail == f"{protocol} protocol, Order"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_that_the_struct_that_is_named_is_taken_and_what_it_lacks_keeps_its_number(protocol: str) -> None:
    tree = read(["O-1", 5], protocol, subject="Line").tree
    assert [(part.name, part.note) for part in tree.children] == [("sku", ""), ("2", "i64, unknown field")]


def test_that_an_enum_has_its_word_and_bytes_are_bytes() -> None:
    idl = "enum S { A, B = 5, C } struct T { 1: S one, 2: S other, 3: binary raw, 4: S none }"
    tree = read([6, 5, "abc", 9], "compact", idl).tree
    assert [(part.kind, part.text) for part in tree.children] == [
        ("enum", "C"),
        ("enum", "B"),
        ("bytes", "616263"),
        ("int", "9"),
    ]


def test_that_a_struct_of_other_types_is_declined() -> None:
    with pytest.raises(Undecodable, match="none of the 2 structs"):
        read([1.5], "binary")


def test_that_a_document_that_cannot_be_read_is_declined() -> None:
    with pytest.raises(Undecodable, match="the schema is no IDL of Thrift: it cannot be read"):
        read(["O-1"], "binary", "struct T { 1: map<string> all }")


def test_that_what_stands_in_an_included_document_is_read_by_its_names() -> None:
    said = case(next(path for path in CASES if path.parent.name == "thrift"))
    data = payload(said, "value").data or b""
    text = said["schemas"][0]["schema"]
    at = text.index("struct Order")
    own = (
        text[at:]
        .replace("Status", "base.Status")
        .replace("<Line>", "<base.Line>")
        .replace("Payment pay", "base.Payment pay")
    )
    others = (Reference("s/base.thrift", "s/base.thrift", 0, text[:at]),)
    whole = thrift_idl.decode(data, Schema("test", 0, "THRIFT", text), BOUNDS)
    found = thrift_idl.decode(data, Schema("test", 0, "THRIFT", f'include "base.thrift"\n{own}', others), BOUNDS)
    assert found.tree == whole.tree
    assert found.chain[0].detail.endswith(", Order")
