"""Files of schemas: what each declares and needs, where a broken one is broken, and which .json is none at all."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from fastavro import parse_schema
from fastavro.schema import fingerprint, to_parsing_canonical_form

from meshdesk.collect.catalogues.folder import CONTRACTS, Folder
from meshdesk.collect.schema_files import SCHEMAS, has_sign, read
from meshdesk.model.fact import Checked, Fact
from tests.unit.decode.golden import CASES, case

ORDER = {
    "type": "record",
    "name": "Order",
    "namespace": "acme",
    "fields": [
        {"name": "id", "type": "string"},
        {"name": "lines", "type": {"type": "array", "items": {"type": "record", "name": "Line", "fields": []}}},
        {"name": "first", "type": ["null", "Line"]},
    ],
}
PROTO = """syntax = "proto3";
package acme;
import "google/protobuf/timestamp.proto";
import public "common/money.proto";
message Order { Money total = 1; message Line { int32 n = 1; } map<string, Line> lines = 2; }
message Refund { string id = 1; }
"""


def said(name: str, content: Any) -> Mapping[str, Any]:
    """What the fact of a file says that is read without a note."""
    text = content if isinstance(content, str) else json.dumps(content)
    found = read(text.encode(), name)
    assert found is not None
    assert found.notices == ()
    (claim,) = found.claims
    assert (claim.kind, claim.about, claim.value["text"]) == ("schema", f"file {name}", text)
    return claim.value


def broken(name: str, text: str) -> tuple[int, int, str]:
    found = read(text.encode(), name)
    assert found is not None
    assert found.claims == ()
    (notice,) = found.notices
    return notice["line"], notice["column"], notice["text"]


def test_that_avro_says_its_type_all_names_and_its_fingerprint() -> None:
    value = said("sales/orders-value.avsc", ORDER)
    assert (value["type"], value["subjects"]) == ("AVRO", ["orders-value"])
    assert (value["types"], value["names"]) == (["acme.Order"], ["acme.Order", "acme.Line"])
    assert value["needs"] == []
    canonical = to_parsing_canonical_form(parse_schema(json.loads(json.dumps(ORDER))))
    assert value["fingerprint"] == fingerprint(canonical, "CRC-64-AVRO")


def test_that_the_fingerprint_is_the_one_that_writers_put_before_the_value() -> None:
    written = [one for path in CASES for one in case(path)["schemas"] if "fingerprint_crc64_avro_signed" in one]
    assert written
    for one in written:
        number = int(one["fingerprint_crc64_avro_signed"])
        assert said("a.avsc", one["schema"])["fingerprint"] == number.to_bytes(8, "little", signed=True).hex()


def test_that_what_avro_names_and_does_not_declare_is_needed_with_its_place() -> None:
    text = '{"type": "record", "name": "Order", "namespace": "acme", "fields": [\n  {"name": "a", "type": "Money"},\n'
    text += '  {"name": "b", "type": ["null", "other.Place"]}]}'
    value = said("order.avsc", text)
    assert value["needs"] == [["acme.Money", 2, 25], ["other.Place", 3, 34]]
    assert "fingerprint" not in value


def test_that_protobuf_says_its_messages_and_what_it_imports() -> None:
    value = said("orders.proto", PROTO)
    assert (value["type"], value["subjects"]) == ("PROTOBUF", ["orders"])
    assert value["types"] == ["acme.Order", "acme.Refund"]
    assert value["names"] == ["acme.Order", "acme.Order.Line", "acme.Refund"]
    assert value["needs"] == [["common/money.proto", 4, 1]]
    assert said("common.proto", "enum Colour { RED = 0; }")["types"] == []


def test_that_json_is_a_json_schema_or_avro_by_what_it_holds() -> None:
    titled = said("a.json", {"type": "object", "title": "Order", "properties": {}})
    assert (titled["type"], titled["types"]) == ("JSON", ["Order"])
    drafted = said("orders-value.schema.json", {"$schema": "http://json-schema.org/draft-07/schema#"})
    assert (drafted["subjects"], drafted["types"]) == (["orders-value"], ["orders-value"])
    assert said("a.json", ORDER)["type"] == "AVRO"


@pytest.mark.parametrize(
    "text", ['{"password": "hunter2"}', '{"name": "x", "version": "1"}', "[1, 2]", "no json", '{"type": "object"}', "7"]
)
def test_that_a_json_that_is_no_schema_is_passed_over(text: str) -> None:
    assert read(text.encode(), "settings.json") is None


@pytest.mark.parametrize(
    ("name", "text", "place", "words"),
    [
        ("a.avsc", '{\n  "type": "record"\n  "name": "A"}', (3, 3), "This is no JSON: a comma, or the bracket that closes"),
        ("a.avsc", '{"type": "record", 7: 1}', (1, 20), "a name in double quotes is due here"),
        ("a.avsc", "", (1, 1), "a value is due here"),
        ("a.avsc", '{"type": "record",\n "name": "A"}', (2, 10), "The record “A” lacks its fields"),
        ("a.avsc", '{"type": "record", "name": "A", "fields": [\n {"name": "b"}]}', (2, 11), "The field “b” of A has no type"),
        ("a.avsc", '{"type": "record", "fields": []}', (1, 10), "A type of the kind record has no name"),
        ("a.avsc", '{"type": "array",\n"items": "record"}', (2, 10), "“record” says a kind of type, and none of its parts"),
        ("a.json", '{"type": "record", "name": "A", "fields": [}', (1, 44), "a value is due here"),
        ("a.proto", 'syntax = "proto3";\nmessage A {\n  string a 1;\n}', (3, 12), "it says '1' where '=' is due"),
        ("a.proto", "message A {\n", (2, 1), "it says nothing more where more is due"),
        ("a.proto", "message A {}\n§", (2, 1), "there is no Protobuf schema"),
    ],
)  # fmt: skip
def test_that_a_broken_file_says_where_it_is_broken(name: str, text: str, place: tuple[int, int], words: str) -> None:
    line, column, sentence = broken(name, text)
    assert (line, column) == place
    assert words in sentence
    assert sentence.endswith("not used.")


def test_that_a_schema_of_any_depth_is_a_sentence() -> None:
    assert "nested deeper" in broken("a.avsc", '{"type": "array", "items": ' * 50_000 + '"int"' + "}" * 50_000)[2]
    assert "deeper than 100" in broken("a.proto", "message A {" * 200)[2]


def test_that_a_file_that_is_too_large_is_told_by_its_beginning() -> None:
    assert has_sign(json.dumps(ORDER).encode())
    assert has_sign(PROTO.encode())
    assert not has_sign(b'{"rows": [1, 2, 3]}')


def test_that_a_folder_has_facts_of_schemas_alone_and_takes_them_back(tmp_path: Path) -> None:
    folder = tmp_path / "schemas"
    (folder / "deep").mkdir(parents=True)
    (folder / "orders-value.avsc").write_text(json.dumps(ORDER), "utf-8")
    (folder / "deep" / "a.proto").write_text(PROTO, "utf-8")
    (folder / "contract.json").write_text('{"apiVersion": "v3.1.0", "kind": "DataContract", "id": "c"}', "utf-8")
    written: list[Fact | Checked] = []
    looked = Folder(folder, "schemas", lambda: 7, (), SCHEMAS)
    written += [fact for facts in looked.look() for fact in facts]
    assert [(f.kind, f.source) for f in written if isinstance(f, Fact)] == [
        ("file", "schemas/orders-value.avsc"),
        ("schema", "schemas/orders-value.avsc"),
        ("file", "schemas/deep/a.proto"),
        ("schema", "schemas/deep/a.proto"),
    ]
    assert written[-1] == Checked("schemas schemas", 7, 7)
    (folder / "orders-value.avsc").unlink()
    after = Folder(folder, "schemas", lambda: 8, written, SCHEMAS)
    gone = [fact for facts in after.look() for fact in facts if isinstance(fact, Fact)]
    assert [(fact.kind, fact.source, fact.value) for fact in gone] == [
        ("file", "schemas/orders-value.avsc", None),
        ("schema", "schemas/orders-value.avsc", None),
    ]


def test_that_thrift_and_flatbuffers_say_what_they_declare_or_that_they_are_none() -> None:
    value = said("orders-value.thrift", "struct Line { 1: string sku } struct Order { 1: list<Line> lines }")
    assert (value["type"], value["subjects"], value["types"]) == ("THRIFT", ["orders-value"], ["Line", "Order"])
    value = said("orders.fbs", "struct At { x: int; } table Order { id: string; at: At; } root_type Order;")
    assert (value["type"], value["subjects"], value["types"]) == ("FLATBUFFERS", ["orders"], ["Order"])
    assert value["names"] == ["At", "Order"]
    assert said("base.thrift", "typedef i64 Cents")["types"] == []
    included = said("a.thrift", '// of all\ninclude "b.thrift"\ninclude "c/d.thrift"\nstruct A { 1: b.B b }')
    assert included["needs"] == [["b.thrift", 2, 1], ["c/d.thrift", 3, 1]]
    included = said("a.fbs", 'include "b.fbs";\ntable A { b: B; }')
    assert (included["types"], included["needs"]) == (["A"], [["b.fbs", 1, 1]])
    assert broken("a.thrift", "struct T { 1: map<i32> a }") == (
        1, 1, "This is no IDL of Thrift: it cannot be read. It is not used.",
    )  # fmt: skip
    assert broken("a.fbs", "table T { a: Missing; }") == (
        1,
        1,
        "This is no schema of FlatBuffers: the type Missing of a is declared nowhere in it. It is not used.",
    )


def test_that_one_folder_may_be_read_for_contracts_and_for_schemas(tmp_path: Path) -> None:
    (tmp_path / "a.avsc").write_text(json.dumps(ORDER), "utf-8")
    (tmp_path / "c.json").write_text('{"apiVersion": "v3.1.0", "kind": "DataContract", "id": "c"}', "utf-8")
    written: list[Fact | Checked] = []
    for reader in (CONTRACTS, SCHEMAS):
        written += [fact for facts in Folder(tmp_path, "both", lambda: 7, (), reader).look() for fact in facts]
    assert [(f.kind, f.source) for f in written if isinstance(f, Fact) and f.kind != "file"] == [
        ("contract", "both/c.json"),
        ("schema", "both/a.avsc"),
    ]
    for reader in (CONTRACTS, SCHEMAS):
        assert list(Folder(tmp_path, "both", lambda: 8, written, reader).look()) == []
