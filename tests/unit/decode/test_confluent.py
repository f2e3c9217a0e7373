"""Confluent's wire format: real records, what proves them, and what is said where the proof is missing."""

import json
import struct
from pathlib import Path
from typing import Any, Literal

import pytest

from meshdesk.decode.chain import BOUNDS, decode
from meshdesk.decode.confluent import IDS, candidate
from meshdesk.decode.confluent import decode as decode_confluent
from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.model.node import Node, to_json
from meshdesk.model.schema import Schema, SchemaState
from tests.unit.decode.golden import CASES, NOT_YET, Stored, case, payload
from tests.unit.decode.poison import ORDER, PREFIX, Every, avro

JSON_SCHEMA = Schema("test", 42, "JSON", "{}")
PROTOBUF = Schema("test", 42, "PROTOBUF", 'syntax = "proto3";')
REAL = [
    path
    for path in CASES
    if path.parent.name in ("confluent-avro", "confluent-json")
    and f"{path.parent.name}/{path.stem}" not in NOT_YET
    and "guid" not in path.stem  # another framing
]
LAYERS = {"confluent-id": "Confluent id", "avro": "Avro", "json": "JSON Schema"}
TIMESTAMP = struct.pack(">q", 1_795_488_211_949)  # as a long, milliseconds; its bytes would name schema 107,019


def read(data: bytes, schemas: Schemas, bounds: Bounds = BOUNDS) -> Decoded:
    return decode_confluent(Payload(data, "value", "orders", ()), data, schemas, bounds)


def trouble(data: bytes, answer: Schema | SchemaState, role: Literal["key", "value"] = "value") -> str:
    """What the reader is told of bytes that are shown as they are."""
    decoded = decode(Payload(data, role, "orders", ()), Every(answer))
    assert decoded.format in (
        "bytes",
        "int32",
        "int64",
    )  # four or eight bytes are a number, too, with the bytes beside it
    return decoded.trouble


@pytest.mark.parametrize("path", REAL, ids=[f"{path.parent.name}/{path.stem}" for path in REAL])
def test_that_a_real_record_has_its_layers_and_its_schema(path: Path) -> None:
    said = case(path)
    for role, chain in (("key", "key_chain"), ("value", "chain")):
        sent = payload(said, role)
        if sent.data is not None and role in said["expect"]:
            found = decode_confluent(sent, sent.data, Stored(said["schemas"]), BOUNDS)
            assert found.schema is not None
            assert found.schema.id == candidate(sent.data)
            assert found.format.endswith(f" {found.schema.id}")
            assert found.chain[0] == Layer("Confluent id", str(found.schema.id))
            assert [layer.name for layer in found.chain] == [LAYERS[word] for word in said["expect"][chain]]


def test_that_there_are_real_records_of_both_formats() -> None:
    assert len(REAL) > 20


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\0\0\0", b"\x01\0\0\0\x2a", b'{"a": 1}'])
def test_that_other_bytes_are_no_candidates(data: bytes) -> None:
    assert candidate(data) is None
    with pytest.raises(Undecodable, match="does not begin with a zero byte and an id"):
        read(data, Every(avro("long")))


def test_that_the_bytes_of_a_node_are_counted_from_the_beginning_of_the_payload() -> None:
    found = read(PREFIX + b"\x02", Every(avro("long")))
    assert found.tree == Node("", "int", "1", span=(5, 6))
    assert found.format == "Avro 42"


# JSON Schema


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"5", 5),
        (b"null", None),
        (b"true", True),
        (b' "text" ', "text"),
        (b'\r\n{"a": [1]}\r\n', {"a": [1]}),
        (b"\xef\xbb\xbf[1]", [1]),
    ],
)
def test_that_a_json_schema_reads_any_one_document(body: bytes, value: Any) -> None:
    found = read(PREFIX + body, Every(JSON_SCHEMA))
    assert to_json(found.tree) == value
    assert found.format == "JSON 42"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "no JSON at character 1"),
        (b"word", "no JSON at character 1"),
        (b'{"a": 1} x', "with 1 character behind it"),
        (b"1\n2\n3\n", "3 JSON documents where the schema says one"),
        (b"\xff", "no UTF-8 at byte 0"),
        (b"[" * 100_000, "nested too deep"),
    ],
)
def test_that_a_json_schema_reads_nothing_but_one_document(body: bytes, words: str) -> None:
    with pytest.raises(Undecodable, match=words):
        read(PREFIX + body, Every(JSON_SCHEMA))


@pytest.mark.parametrize("body", [b"12345678", b'"12345678"', b'{"a": 12345678}'])
def test_that_a_json_schema_keeps_to_the_bounds_of_whoever_asks(body: bytes) -> None:
    found = read(PREFIX + body, Every(JSON_SCHEMA), Bounds(text=4))
    assert "1234… 4 more characters" in json.dumps(to_json(found.tree), ensure_ascii=False)
    with pytest.raises(Undecodable, match="larger than 5 bytes"):
        read(PREFIX + body, Every(JSON_SCHEMA), Bounds(bytes=5))


# What is said where no schema reads it


@pytest.mark.parametrize("role", ["key", "value"])
@pytest.mark.parametrize(
    ("state", "words"),
    [
        (SchemaState.UNKNOWN_ID, "Either it is something else, or it was written with another registry."),
        (SchemaState.NOT_FETCHED, "has not been fetched yet. While the mesh is connected that happens by itself."),
        (SchemaState.UNREACHABLE, "the schema registry cannot be reached. It is asked again by itself."),
        (SchemaState.NO_REGISTRY, "no schema registry is set. Connect with the registry's address."),
    ],
)
def test_that_a_missing_schema_is_named_with_the_next_step(
    state: SchemaState, words: str, role: Literal["key", "value"]
) -> None:
    said = trouble(PREFIX + b"\xff\xfe", state, role)
    assert said.startswith(f"The {role} ")
    assert "schema 42" in said
    assert said.endswith(words)


def test_that_why_it_was_not_read_is_a_phrase_among_the_others() -> None:
    for state in SchemaState:
        decoded = decode(Payload(PREFIX + b"\xff", "value", "orders", ()), Every(state))
        why = {declined.name: declined.why for declined in decoded.tried}
        assert {"Confluent id", "JSON", "text"} <= set(why)
        assert "schema 42" in why["Confluent id"]
        assert not any(phrase.endswith(".") for phrase in why.values())


@pytest.mark.parametrize("number", [TIMESTAMP, struct.pack(">q", 5_000_000_000), struct.pack(">d", 5e-324)])
@pytest.mark.parametrize("answer", [SchemaState.UNKNOWN_ID, SchemaState.NO_REGISTRY, avro(ORDER)])
def test_that_a_number_accuses_nobody(number: bytes, answer: Schema | SchemaState) -> None:
    assert trouble(number, answer) == ""


def test_that_a_number_may_need_a_schema_as_long_as_its_answer_is_to_come() -> None:
    assert "may need schema 107019" in trouble(TIMESTAMP, SchemaState.UNREACHABLE)
    assert "may need schema 107019" in trouble(TIMESTAMP, SchemaState.NOT_FETCHED)


@pytest.mark.parametrize("id", [0, 2**31, 2**32 - 1])
def test_that_an_id_that_no_registry_gives_is_not_missed(id: int) -> None:
    assert id not in IDS
    for state in SchemaState:
        assert trouble(b"\0" + id.to_bytes(4, "big") + b"\xff" * 9, state) == ""


def test_that_a_schema_that_does_not_read_the_bytes_is_said_with_the_reason() -> None:
    assert trouble(PREFIX + b"\xff", avro("boolean")) == (
        "The value begins with 42, the id of a schema that does not read it: byte 5 is 255 where a boolean is 0 or 1."
    )
    assert trouble(PREFIX + b"\x02\xff", avro("long"), "key") == (
        "The key begins with 42, the id of a schema that does not read it: Avro schema 42 reads 1 of 2 bytes."
    )
    assert "schema 42 cannot be understood" in trouble(PREFIX + b"\xff", avro("Nonsense"))


def test_that_a_format_that_is_not_read_yet_is_said_of_the_program_and_not_of_the_bytes() -> None:
    other = Schema("test", 42, "THRIFT", "")
    said = "Schema 42 is Thrift, which this version of MeshDesk does not read; the bytes are shown."
    assert trouble(PREFIX + b"\0\x08\xff", other) == said  # eight bytes: short messages are marked too
    assert trouble(PREFIX + b"\0\x08\xff\xff\x01", other) == said


def test_that_bytes_that_prove_to_be_something_else_are_no_trouble() -> None:
    wide = '{"a": "b"}'.encode("utf-16-be")
    assert candidate(wide) is not None
    for answer in (*SchemaState, avro(ORDER), PROTOBUF):
        decoded = decode(Payload(wide, "value", "orders", ()), Every(answer))
        assert (decoded.format, decoded.trouble) == ("JSON", "")
