"""Azure's registry: the schema is named in a header, plain or typed as AMQP does."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.azure import amqp_text
from meshdesk.decode.chain import decode, preview
from meshdesk.decode.contract import Payload
from meshdesk.model.node import to_json
from meshdesk.model.schema import Schema, SchemaState
from tests.unit.decode.avros import written
from tests.unit.decode.lines import Named, by_chain
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


@given(st.integers(-(2**63), 2**63 - 1), st.binary(max_size=2), st.sampled_from(["orders", "__consumer_offsets"]))
def test_that_a_list_shows_what_the_chain_says(number: int, end: bytes, topic: str) -> None:
    headers = (("content-type", b"avro/binary+" + b"4b" * 16),)
    payload = Payload(written("long", number) + end, "value", topic, headers)
    assert preview(payload, Named(avro("long"))) == by_chain(payload, Named(avro("long")))
    both = replace(payload, headers=(*headers, ("__value_schema_id", b"\1" + bytes(16))))
    assert preview(both, Named(avro("long"))) == by_chain(both, Named(avro("long")))
