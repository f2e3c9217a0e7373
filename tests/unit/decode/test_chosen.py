"""What the user chose for a topic: bare Avro, bare Protobuf, messages behind lengths and in gRPC's frames."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdesk.decode.chain import decode, preview
from meshdesk.decode.contract import Payload
from meshdesk.model.node import to_json
from meshdesk.model.schema import Schema
from tests.unit.decode.lines import by_chain
from tests.unit.decode.poison import avro
from tests.unit.decode.protos import FEW, SCHEMA, Every, text_schema, values
from tests.unit.decode.test_apicurio import Registry

B = text_schema("package p; message A { int32 a = 1; } message B { string b = 1; }", "p.B")
HELLO = b"\x0a\x05hello"


def read(data: bytes, schema: Schema, role: str = "value") -> tuple[object, list[str]]:
    registry = Registry(**{"file_orders-value": schema})
    found = decode(Payload(data, role, "orders", ()), registry)  # type: ignore[arg-type]
    return to_json(found.tree), [layer.name for layer in found.chain]


@pytest.mark.parametrize(
    ("data", "said", "layers"),
    [
        (HELLO, {"b": "hello"}, ["chosen schema", "Protobuf"]),
        (b"\x07" + HELLO, {"b": "hello"}, ["chosen schema", "Protobuf delimited"]),
        (b"\x07" + HELLO + b"\x03\x0a\x01x", [{"b": "hello"}, {"b": "x"}], ["chosen schema", "Protobuf delimited"]),
        (b"\0\0\0\0\x07" + HELLO, {"b": "hello"}, ["chosen schema", "gRPC frame"]),
    ],
)
def test_that_a_message_is_read_bare_or_in_a_stream(data: bytes, said: object, layers: list[str]) -> None:
    assert read(data, B) == (said, layers)


def test_that_bare_avro_is_read() -> None:
    assert read(b"\x02", avro("long")) == (1, ["chosen schema", "Avro"])


def test_that_it_is_for_that_topic_and_that_part_of_the_record() -> None:
    assert read(b"text", avro("string"), "key") == ("text", ["UTF-8 text"])


def test_that_what_it_does_not_read_is_left_to_the_others() -> None:
    assert read(b'{"a": 1}', avro("long")) == ({"a": 1}, ["JSON"])
    assert read(b"text", text_schema("message A {}", "p.Missing"))[1] == ["UTF-8 text"]


@given(values(), st.binary(max_size=3), st.integers(0, 40), st.sampled_from(["test.Every", "", "no.Such"]))
@settings(max_examples=60)
def test_that_a_list_shows_of_a_chosen_message_what_its_tree_says(
    value: dict[str, Any], noise: bytes, at: int, subject: str
) -> None:
    data = Every(**value).SerializeToString()
    for schema in (SCHEMA, FEW):
        registry = Registry(**{"file_orders-value": replace(schema, subject=subject)})
        for sent in (data, data[:at] + noise + data[at:]):
            if sent:
                payload = Payload(sent, "value", "orders", ())
                assert preview(payload, registry) == by_chain(payload, registry)


@given(
    st.lists(values(1), min_size=1, max_size=4), st.sampled_from(["delimited", "gRPC"]), st.binary(max_size=2),
    st.integers(0, 40),
)  # fmt: skip
@settings(max_examples=60)
def test_that_a_list_shows_of_a_stream_what_its_tree_says(
    several: list[dict[str, Any]], kind: str, noise: bytes, at: int
) -> None:
    data = b""
    for one in several:
        message = Every(**one).SerializeToString()
        size = bytes([len(message) & 127 | 128, len(message) >> 7 & 127 | 128, len(message) >> 14])
        data += (size if kind == "delimited" else b"\0" + len(message).to_bytes(4, "big")) + message
    for schema in (SCHEMA, FEW):
        registry = Registry(**{"file_orders-value": schema})
        for sent in (data, data[:at] + noise + data[at:]):
            payload = Payload(sent, "value", "orders", ())
            assert preview(payload, registry) == by_chain(payload, registry)
