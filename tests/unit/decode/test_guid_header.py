"""Confluent's GUID in a header: which header counts, and what is said where it leads nowhere."""

import pytest

from meshdesk.decode.chain import BOUNDS, decode
from meshdesk.decode.contract import Payload
from meshdesk.decode.guid_header import decode as decode_header
from meshdesk.model.node import to_json
from meshdesk.model.schema import Schema, SchemaName, SchemaState
from tests.unit.decode.poison import Every, avro
from tests.unit.decode.protos import text_schema

GUID = bytes.fromhex("9caf0f32ed1b4c2e90d3b2424a6f4536")
OTHER = bytes(16)
NAME = "9caf0f32-ed1b-4c2e-90d3-b2424a6f4536"


class Only:
    """A registry of one schema."""

    def __init__(self, kind: str, id: str, schema: Schema) -> None:
        self._name, self._schema = (kind, id), schema

    def find_schema(self, name: SchemaName) -> Schema | SchemaState:
        return self._schema if tuple(name) == self._name else SchemaState.UNKNOWN_ID


def sent(data: bytes, *headers: tuple[str, bytes | None], role: str = "value") -> Payload:
    return Payload(data, role, "orders", headers)  # type: ignore[arg-type]


def test_that_the_last_of_repeated_headers_counts() -> None:
    payload = sent(b"\x02", ("__value_schema_id", b"\x01" + OTHER), ("__value_schema_id", b"\x01" + GUID))
    found = decode(payload, Only("guid", NAME, avro("long")))
    assert (to_json(found.tree), found.tree.span) == (1, (0, 1))
    assert [layer.name for layer in found.chain] == ["Confluent GUID header", "Avro"]
    assert found.chain[0].detail == NAME


def test_that_key_and_value_have_headers_of_their_own() -> None:
    headers = (("__key_schema_id", b"\x01" + GUID), ("__value_schema_id", b"\x01" + OTHER))
    registry = Only("guid", NAME, avro("long"))
    assert decode(sent(b"\x02", *headers, role="key"), registry).format == "Avro 42"
    assert "names schema" not in decode(sent(b"\x02", *headers), registry).format


def test_that_an_id_in_the_header_is_accepted_as_well() -> None:
    found = decode(sent(b"\x02", ("__value_schema_id", b"\0\0\0\0\x2a")), Only("id", "42", avro("long")))
    assert found.format == "Avro 42"


@pytest.mark.parametrize(("indexes", "said"), [(b"", {"a": 5}), (b"\0", {"a": 5}), (b"\x02\x02", {"b": 5})])
def test_that_the_indexes_of_protobuf_stand_in_the_header(indexes: bytes, said: dict[str, int]) -> None:
    schema = text_schema("message A { int32 a = 1; } message B { int32 b = 1; }")
    found = decode_header(
        sent(b"\x08\x05", ("__value_schema_id", b"\x01" + GUID + indexes)), b"\x08\x05", Every(schema), BOUNDS
    )
    assert to_json(found.tree) == said


def test_that_a_header_that_leads_nowhere_is_a_sentence() -> None:
    payload = sent(b"\xff\xfd", ("__value_schema_id", b"\x01" + GUID))
    for state, words in (
        (SchemaState.UNKNOWN_ID, "as its header says"),
        (SchemaState.NO_REGISTRY, "no schema registry is set"),
    ):
        said = decode(payload, Every(state)).trouble
        assert f"schema guid {NAME}" in said
        assert words in said
    assert decode(payload, Only("guid", NAME, avro("long"))).trouble.startswith(
        "A header names schema 42 for the value, which"
    )


@pytest.mark.parametrize("data", [b"text", b'{"a": 1}', b"\x06abc", b"\xff\xfe\xfd"])
def test_that_what_else_may_be_read_from_the_bytes_does_not_hide_that_their_schema_is_missing(data: bytes) -> None:
    found = decode(sent(data, ("__value_schema_id", b"\x01" + GUID)), Every(SchemaState.UNREACHABLE))
    assert found.trouble.startswith(f"The value may need schema guid {NAME}, but the schema registry cannot be reached.")


@pytest.mark.parametrize("header", [b"", b"\x01", b"\x02" + GUID, b"text", None])
def test_that_a_header_of_another_form_names_nothing(header: bytes | None) -> None:
    assert decode(sent(b"text", ("__value_schema_id", header)), Every(avro("long"))).format in ("text", "Avro 42")
    found = decode(sent(b"text", ("__value_schema_id", header)), Only("guid", NAME, avro("long")))
    assert (found.format, found.trouble) == ("text", "")
