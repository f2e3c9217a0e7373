"""Azure's registry: the schema is named in a header, plain or typed as AMQP does."""

import pytest

from meshdesk.decode.azure import amqp_text
from meshdesk.decode.chain import decode
from meshdesk.decode.contract import Payload
from meshdesk.model.node import to_json
from meshdesk.model.schema import Schema, SchemaState
from tests.unit.decode.poison import Every, avro
from tests.unit.decode.test_apicurio import Registry

ID = "4bf92f3577b34da6a3ce929d0e0e4736"
TYPE = f"avro/binary+{ID}".encode()
JSON = Schema("test", 0, "JSON", "{}", guid=ID)


def sent(data: bytes, name: str, header: bytes) -> Payload:
    return Payload(data, "value", "orders", ((name, header),))


@pytest.mark.parametrize("header", [TYPE, b"\xa1" + bytes([len(TYPE)]) + TYPE, TYPE.upper().replace(b"F", b"f")])
def test_that_the_content_type_names_the_schema_of_bare_avro(header: bytes) -> None:
    number = header.decode("latin-1").rpartition("+")[2]
    found = decode(sent(b"\x02", "content-type", header), Registry(**{f"azure_{number}": avro("long")}))
    assert (to_json(found.tree), [layer.name for layer in found.chain]) == (1, ["Azure", "Avro"])


def test_that_json_has_a_header_of_its_own() -> None:
    found = decode(sent(b'{"a": 1}', "schemaId", ID.encode()), Registry(**{f"azure_{ID}": JSON}))
    assert [layer.name for layer in found.chain] == ["Azure", "JSON Schema"]


@pytest.mark.parametrize(
    ("name", "header"), [("content-type", b"application/json"), ("schemaId", b"7"), ("other", TYPE)]
)
def test_that_other_headers_name_nothing(name: str, header: bytes) -> None:
    assert decode(sent(b"text", name, header), Registry()).format == "text"


def test_that_a_missing_schema_is_a_sentence() -> None:
    assert f"azure {ID}" in decode(sent(b"\xff\xfd", "content-type", TYPE), Every(SchemaState.NO_REGISTRY)).trouble


def test_that_text_typed_as_amqp_does_is_text() -> None:
    assert (amqp_text(b"\xa1\x02hi"), amqp_text(b"hi"), amqp_text(None)) == ("hi", "hi", "")
