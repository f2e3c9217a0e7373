"""A schema that somebody gives: for whatever name the bytes have for one, and for bytes that have none."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.contract import Payload
from meshdesk.decode.given import decode_by
from meshdesk.model.node import to_json
from meshdesk.model.schema import Schema
from tests.unit.decode.poison import SCHEMAS, avro

PAIR = avro(
    {"type": "record", "name": "Pair", "fields": [{"name": "n", "type": "long"}, {"name": "s", "type": "string"}]}
)
BODY = b"\x54\x06foo"
ANY_JSON = Schema("", 0, "JSON", "{}")


def value(data: bytes | None) -> Payload:
    return Payload(data, "value", "orders", ())


@pytest.mark.parametrize("number", [1, 7, 2**31 - 1])
def test_that_it_serves_for_whatever_id_the_bytes_name(number: int) -> None:
    found = decode_by(value(b"\0" + number.to_bytes(4, "big") + BODY), PAIR)
    assert to_json(found.tree) == {"n": 42, "s": "foo"}
    assert ([layer.name for layer in found.chain], found.schema) == (["Confluent id", "Avro"], PAIR)


def test_that_bytes_without_a_framing_are_read_by_it_from_the_first_to_the_last() -> None:
    found = decode_by(value(BODY), PAIR)  # which is text, too: "T\x06foo"
    assert to_json(found.tree) == {"n": 42, "s": "foo"}
    assert ([layer.name for layer in found.chain], found.schema) == (["chosen schema", "Avro"], PAIR)
    assert found.trouble == ""
    assert found.tree.span == (0, len(BODY))


@pytest.mark.parametrize("data", [gzip.compress(BODY, mtime=0), gzip.compress(b"\0\0\0\0\x07" + BODY, mtime=0)])
def test_that_it_serves_for_what_was_compressed_too(data: bytes) -> None:
    found = decode_by(value(data), PAIR)
    assert (to_json(found.tree), found.schema, found.chain[0].name) == ({"n": 42, "s": "foo"}, PAIR, "gzip")


def test_that_a_bare_number_is_json_where_the_schema_says_so() -> None:
    found = decode_by(value(b"42"), ANY_JSON)
    assert (found.tree.kind, found.tree.text, found.schema) == ("int", "42", ANY_JSON)


@pytest.mark.parametrize("data", [BODY + b"!", b'{"a": 1}', b"plain text"])
def test_that_what_it_does_not_read_is_shown_without_it_and_that_is_said(data: bytes) -> None:
    found = decode_by(value(data), PAIR)
    assert found.schema is None
    assert found.trouble.startswith("The schema that was given does not read the value: ")


def test_that_null_and_empty_need_no_schema() -> None:
    assert [decode_by(value(data), PAIR).format for data in (None, b"")] == ["null", "empty"]


@given(st.binary(max_size=60), st.sampled_from(SCHEMAS))
def test_that_every_payload_is_answered_whatever_the_schema(data: bytes, schema: Schema) -> None:
    found = decode_by(value(data), schema)
    assert found.chain
    assert found.schema in (None, schema)
