"""A schema file that is meant for a topic, or asked for by a type: bare payloads, and those behind a framing of no registry."""

import io
import json
from typing import Any

import pytest
from fastavro import parse_schema, schemaless_writer

from meshdesk.decode.chain import decode
from meshdesk.decode.contract import Decoded, Payload
from meshdesk.decode.schema_file import FRAMINGS
from meshdesk.model.node import to_json
from meshdesk.model.schema import Schema, SchemaName, SchemaState
from tests.unit.decode.golden import CASES, PAYLOADS, case, payload, schemas_of
from tests.unit.decode.test_apicurio import Registry

ORDER = {"type": "record", "name": "Order", "fields": [{"name": "id", "type": "string"}, {"name": "n", "type": "int"}]}
SAID = {"id": "A-1", "n": 7}
PROTO = "package p; message A { int32 a = 1; } message B { string b = 1; }"
FOR = "subject_orders-value"
HELLO = b"\x0a\x05hello"


def avro(value: Any, schema: Any = ORDER) -> bytes:
    out = io.BytesIO()
    schemaless_writer(out, parse_schema(json.loads(json.dumps(schema))), value)
    return out.getvalue()


def file(text: Any, kind: str = "AVRO", subject: str = "orders-value") -> Schema:
    return Schema("schemas/orders.avsc", 0, kind, text if isinstance(text, str) else json.dumps(text), subject=subject)


def read(data: bytes, known: dict[str, Schema], asked: str = "", role: str = "value") -> Decoded:
    """`known` by "kind_name", as Registry has it."""
    registry = Registry(**known)
    return decode(Payload(data, role, "orders", (), asked=asked), registry)  # type: ignore[arg-type]


def layers(decoded: Decoded) -> list[str]:
    return [layer.name for layer in decoded.chain]


def test_that_a_bare_payload_is_read_by_the_file_of_its_topic() -> None:
    found = read(avro(SAID), {FOR: file(ORDER)})
    assert (to_json(found.tree), layers(found), found.trouble) == (SAID, ["schema file", "Avro"], "")
    assert found.chain[0].detail == "schemas/orders.avsc"
    assert found.schema == file(ORDER)


@pytest.mark.parametrize(
    ("name", "kind", "root", "inner"),
    [("thrift/binary", "THRIFT", "Order", "Line"), ("flatbuffers/*", "FLATBUFFERS", "Order", "Line")],
)
def test_that_a_bare_payload_is_read_by_thrifts_and_flatbuffers_own_files(
    name: str, kind: str, root: str, inner: str
) -> None:
    (path,) = PAYLOADS.glob(f"{name}.json")
    said = case(path)
    data, text = payload(said, "value").data or b"", said["schemas"][0]["schema"]
    for known, asked in (({FOR: file(text, kind)}, ""), ({f"type_{root}": file(text, kind, root)}, f"type {root}")):
        found = read(data, known, asked)
        assert [layer for layer in layers(found) if layer != "as asked"] == ["schema file", found.format]
        assert [part.text for part in found.tree.children if part.name == "id"] == ["O-1"]
        assert found.trouble == ""
    found = read(data, {f"type_{inner}": file(text, kind, inner)}, f"type {inner}")
    assert f"is not read as type {inner}" in found.trouble or found.tree.children[0].name != "id"


def test_that_it_is_for_that_part_of_the_record() -> None:
    found = read(b"A-1", {FOR: file(ORDER)}, role="key")
    assert layers(found) == ["UTF-8 text"]


@pytest.mark.parametrize(
    ("prefix", "layer"), [(b"\0\0\0\0\x2a", "Confluent id"), (b"\0\0\0\0\0\0\0\0\x2a", "Apicurio id")]
)
def test_that_a_payload_whose_registry_is_gone_is_read_behind_its_framing(prefix: bytes, layer: str) -> None:
    found = read(prefix + avro(SAID), {FOR: file(ORDER)})
    assert (to_json(found.tree), found.trouble) == (SAID, "")
    assert layers(found) == ["schema file", layer, "Avro"]


def test_that_what_a_registry_proves_counts_more() -> None:
    other = {"type": "record", "name": "O", "fields": [{"name": "x", "type": "string"}, {"name": "y", "type": "int"}]}
    known = Schema("http://registry", 42, "AVRO", json.dumps(other))
    found = read(b"\0\0\0\0\x2a" + avro(SAID), {FOR: file(ORDER), "id_42": known})
    assert to_json(found.tree) == {"x": "A-1", "y": 7}
    assert found.schema == known


def test_that_of_a_file_of_many_messages_the_one_is_found_that_fits() -> None:
    found = read(HELLO, {FOR: file(PROTO, "PROTOBUF")})
    assert (to_json(found.tree), layers(found)) == ({"b": "hello"}, ["schema file", "Protobuf"])
    assert found.chain[1].detail == "p.B"


def test_that_a_json_schema_reads_json_and_nothing_else() -> None:
    schema = file('{"type": "object", "properties": {}}', "JSON")
    assert layers(read(b'{"a": 1}', {FOR: schema})) == ["schema file", "JSON Schema"]
    assert layers(read(b"text", {FOR: schema})) == ["UTF-8 text"]


def test_that_what_the_file_does_not_read_is_left_to_others_and_said_where_nothing_proves_itself() -> None:
    json_found = read(b'{"id": "A-1"}', {FOR: file(ORDER)})
    assert (layers(json_found), json_found.trouble) == (["JSON"], "")
    assert "schema file" in {declined.name for declined in json_found.tried}
    raw = read(b"\xff\xfe\xfd", {FOR: file(ORDER)})
    assert raw.trouble.startswith("The value is not read by schemas/orders.avsc, the schema of its topic: ")


def test_that_a_type_that_is_asked_for_is_read_whatever_the_topic() -> None:
    found = read(avro(SAID), {"type_acme.Order": file(ORDER, subject="acme.Order")}, "type acme.Order")
    assert (to_json(found.tree), layers(found)) == (SAID, ["as asked", "schema file", "Avro"])
    message = read(b"\x08\x07", {"type_p.A": file(PROTO, "PROTOBUF", "p.A")}, "type p.A")
    assert (to_json(message.tree), layers(message)) == ({"a": 7}, ["as asked", "schema file", "Protobuf"])


def test_that_a_type_that_does_not_read_the_payload_or_is_not_there_is_said() -> None:
    wrong = read(b"text", {"type_acme.Order": file(ORDER)}, "type acme.Order")
    assert layers(wrong) == ["UTF-8 text"]
    assert wrong.trouble.startswith("The value is not read as type acme.Order: ")
    gone = read(b"text", {}, "type acme.Order")
    assert gone.trouble == (
        "The value is not read as type acme.Order: no schema file here declares acme.Order. It is shown as found."
    )


class _Gone:
    """The schema of a case as a file of its topic, and no registry."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def find_schema(self, name: SchemaName) -> Schema | SchemaState:
        return self._schema if name.kind == "subject" else SchemaState.NO_REGISTRY


def test_that_real_records_say_by_a_file_what_they_say_by_the_registry() -> None:
    told = 0
    for path in CASES:
        said = case(path)
        sent, stored = payload(said, "value"), schemas_of(said)
        by_registry = decode(sent, stored)
        framed = by_registry.chain[0].name in {framing.NAME for framing in FRAMINGS}
        if sent.data and by_registry.schema is not None and framed:
            by_file = decode(sent, _Gone(by_registry.schema))
            assert (path.stem, by_file.tree) == (path.stem, by_registry.tree)
            assert by_file.chain[0].name == "schema file"
            told += 1
    assert told > 60
