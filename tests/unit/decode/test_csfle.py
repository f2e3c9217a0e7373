"""Encrypted fields: marked in Avro, JSON and Protobuf, wherever they lie, and nothing else is."""

import base64
import json
from collections.abc import Iterator
from time import process_time
from typing import Any

import pytest
from google.protobuf import descriptor_pb2

from meshdesk.decode.by_schema import read
from meshdesk.decode.contract import Bounds, Layer
from meshdesk.decode.csfle import rule_of_payload
from meshdesk.decode.proto_framing import confluent
from meshdesk.model.node import Node
from meshdesk.model.schema import Schema

CIPHER = b"\0\1\2\3secret"
WORDS = base64.b64encode(CIPHER).decode()
RULE = {"name": "hide", "type": "ENCRYPT", "tags": ["PII"], "params": {"encrypt.kek.name": "kek-1"}}
SAID = "encrypted by rule hide, key kek-1"


def rules(*each: dict[str, Any], where: str = "domainRules") -> str:
    return json.dumps({where: list(each)})


def marked(node: Node, path: str = "") -> Iterator[str]:
    if SAID in node.note:
        yield path.strip("/")
    for child in node.children:
        yield from marked(child, f"{path}/{child.name}")


PERSON = {
    "type": "record",
    "name": "Person",
    "namespace": "shop",
    "fields": [
        {"name": "name", "type": "string", "confluent:tags": ["PII"]},
        {"name": "city", "type": "string"},
        {"name": "keys", "type": {"type": "map", "values": "bytes"}, "confluent:tags": ["PII"]},
        {"name": "friend", "type": ["null", "Person"]},
    ],
}


def text(word: str) -> bytes:
    return bytes([2 * len(word)]) + word.encode()


def test_that_tagged_fields_of_avro_are_marked_wherever_they_lie() -> None:
    schema = Schema("test", 1, "AVRO", json.dumps(PERSON), rules=rules(RULE))
    keys = b"\x02" + text("k") + bytes([2 * len(CIPHER)]) + CIPHER + b"\0"
    data = text(WORDS) + text("Oslo") + keys + b"\x02" + text(WORDS) + text("Rome") + b"\0\0"
    found = read(data, 0, schema, Bounds(), confluent)
    assert set(marked(found.tree)) == {"name", "keys/k", "friend/name"}
    assert (found.chain[-1].name, found.chain[-1].detail) == ("CSFLE", SAID)
    assert found.tree.children[0].text == WORDS


def test_that_records_that_may_be_of_two_types_at_each_level_are_looked_through_once() -> None:
    said = {"name": "left", "type": "string", "confluent:tags": ["PII"]}, {"name": "n", "type": ["null", "A", "B"]}
    second = {"type": "record", "name": "B", "fields": [*said]}
    first = {"type": "record", "name": "A", "fields": [{"name": "n", "type": ["null", "A", second]}]}
    schema = Schema("test", 1, "AVRO", json.dumps(first), rules=rules(RULE))
    began = process_time()
    for depth in (10, 22, 150):
        data = b"\x02" * depth
        secret = read(data + b"\x04" + text(WORDS) + b"\0", 0, schema, Bounds(), confluent)
        assert set(marked(secret.tree)) == {"/".join(["n"] * (depth + 1) + ["left"])}
        assert list(marked(read(data + b"\0", 0, schema, Bounds(), confluent).tree)) == []
        assert process_time() - began < 2  # s; twice as long with each level where each branch is tried anew


def test_that_tagged_properties_of_json_are_marked() -> None:
    schema = {"properties": {"tax": {"type": "string", "confluent:tags": ["PII"]}, "all": {"items": {"properties": {
        "tax": {"confluent:tags": ["PII"]}}}}}}  # fmt: skip
    data = json.dumps({"tax": WORDS, "other": WORDS, "all": [{"tax": WORDS}]}).encode()
    found = read(data, 0, Schema("test", 1, "JSON", json.dumps(schema), rules=rules(RULE)), Bounds(), confluent)
    assert set(marked(found.tree)) == {"tax", "all/0/tax"}


def test_that_tagged_fields_of_protobuf_are_marked() -> None:
    schema = """message A { string tax = 1 [(confluent.field_meta).tags = "PII"]; string open = 2; repeated B b = 3; }
        message B { bytes key = 1 [(confluent.field_meta) = { tags: ["X", "PII"] }]; }"""
    data = b"\0\x0a" + bytes([len(WORDS)]) + WORDS.encode() + b"\x12\x01x\x1a\x04\x0a\x02\xff\xfe"
    found = read(data, 0, Schema("test", 1, "PROTOBUF", schema, rules=rules(RULE)), Bounds(), confluent)
    assert set(marked(found.tree)) == {"tax", "b/0/key"}


@pytest.mark.parametrize(
    "said",
    [
        "",
        "{}",
        rules(RULE | {"disabled": True}),
        rules(RULE | {"tags": ["X"]}),
        rules(RULE | {"tags": 5}),
        "no JSON: ENCRYPT",
    ],
)
def test_that_nothing_is_marked_where_no_rule_says_so(said: str) -> None:
    schema = Schema("test", 1, "AVRO", json.dumps(PERSON), rules=said)
    found = read(text(WORDS) + text("Oslo") + b"\0\0", 0, schema, Bounds(), confluent)
    assert [layer.name for layer in found.chain] == ["Avro"]


def test_that_an_entry_of_a_map_that_is_declared_without_a_value_is_read_all_the_same() -> None:
    file = descriptor_pb2.FileDescriptorProto(name="a.proto", syntax="proto3")
    message = file.message_type.add(name="M")
    entry = message.nested_type.add(name="AEntry", options={"map_entry": True})
    entry.field.add(name="key", number=1, label=1, type=9)
    message.field.add(name="a", number=1, label=1, type=11, type_name=".M.AEntry")
    said = base64.b64encode(file.SerializeToString()).decode()
    found = read(b"\0\x0a\x03\x0a\x01k", 0, Schema("test", 1, "PROTOBUF", said, rules=rules(RULE)), Bounds(), confluent)
    assert found.chain[-1] == Layer("Protobuf", "M")


def test_that_text_that_is_no_ciphertext_is_not_called_one() -> None:
    schema = Schema("test", 1, "AVRO", json.dumps(PERSON), rules=rules(RULE))
    found = read(text("Jo Doe") + text("Oslo") + b"\0\0", 0, schema, Bounds(), confluent)
    assert list(marked(found.tree)) == []


def test_that_a_payload_that_is_encrypted_is_no_broken_avro() -> None:
    said = rules(RULE | {"type": "ENCRYPT_PAYLOAD"}, where="encodingRules")
    schema = Schema("test", 1, "AVRO", json.dumps(PERSON), rules=said)
    found = read(b"12345" + CIPHER, 5, schema, Bounds(), confluent)
    assert (found.tree.text, found.tree.note, found.tree.span) == (CIPHER.hex(), SAID, (5, 15))
    assert [layer.name for layer in found.chain] == ["Avro", "CSFLE"]
    assert rule_of_payload(Schema("test", 1, "AVRO", "", rules=rules(RULE))) == ""
