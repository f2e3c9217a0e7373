"""Apicurio's serialisers: which id a prefix holds, what headers say, and what is said where a schema is missing."""

import struct
from typing import Any

import pytest

from meshdesk.decode.apicurio import decode as decode_apicurio
from meshdesk.decode.chain import BOUNDS, decode, preview
from meshdesk.decode.contract import Decoded, Payload, Undecodable
from meshdesk.model.node import to_json
from meshdesk.model.schema import Schema, SchemaName, SchemaState
from tests.unit.decode.lines import by_chain
from tests.unit.decode.poison import Every, avro
from tests.unit.decode.protos import text_schema

FOUR, EIGHT = b"\0\0\0\0\x2a", b"\0\0\0\0\0\0\0\0\x2a"


class Registry:
    """Answers some names."""

    def __init__(self, **known: Schema) -> None:
        self._known = known
        self.asked: list[SchemaName] = []

    def find_schema(self, name: SchemaName) -> Schema | SchemaState:
        self.asked.append(name)
        return self._known.get(f"{name.kind}_{name.id}", SchemaState.UNKNOWN_ID)


def sent(data: bytes, **headers: bytes) -> Payload:
    return Payload(data, "value", "orders", tuple((f"apicurio.{k.replace('_', '.')}", v) for k, v in headers.items()))


def read(data: bytes, registry: Any, **headers: bytes) -> Decoded:
    return decode_apicurio(sent(data, **headers), data, registry, BOUNDS)


@pytest.mark.parametrize(
    ("data", "known", "detail", "start"),
    [
        (FOUR, "content_42", "4 bytes, content id 42", 5),
        (FOUR, "global_42", "4 bytes, global id 42", 5),
        (EIGHT, "content_42", "8 bytes, content id 42", 9),
        (EIGHT, "global_42", "8 bytes, global id 42", 9),
    ],
)
def test_that_a_number_is_looked_up_as_either_id(data: bytes, known: str, detail: str, start: int) -> None:
    found = read(data + b"\x02", Registry(**{known: avro("long")}))
    assert (to_json(found.tree), found.tree.span) == (1, (start, start + 1))
    assert found.chain[0].detail == detail


def test_that_of_two_schemas_of_that_number_the_one_that_reads_it_counts() -> None:
    registry = Registry(content_42=avro({"type": "record", "name": "A", "fields": []}), global_42=avro("long"))
    assert read(FOUR + b"\x02", registry).chain[0].detail == "4 bytes, global id 42"


def test_that_the_header_says_which_id_it_is_and_the_payload_is_bare() -> None:
    number = struct.pack(">q", 42)
    found = read(b"\x02", Registry(content_42=avro("long")), value_contentId=number)
    assert (found.chain[0].name, found.chain[0].detail, found.tree.span) == (
        "Apicurio headers",
        "content id 42",
        (0, 1),
    )
    assert read(b"\x02", Registry(global_42=avro("long")), value_globalId=number).chain[0].detail == "global id 42"


def test_that_avro_may_be_json_with_a_word_in_the_header_or_without() -> None:
    schema = avro({"type": "record", "name": "A", "fields": [{"name": "n", "type": ["null", "long"]}]})
    body = b'{"n": {"long": 9223372036854775807}}'
    headers = {"value_contentId": struct.pack(">q", 42), "value_encoding": b"JSON"}
    for found in (read(body, Registry(content_42=schema), **headers), read(FOUR + body, Registry(content_42=schema))):
        assert to_json(found.tree) == {"n": 9223372036854775807}
        assert found.chain[-1].name == "Avro JSON"


SCHEMA = text_schema("package p; message A { int32 a = 1; message In { int32 i = 1; } } message B { int32 b = 1; }")


@pytest.mark.parametrize(
    ("body", "headers", "said"),
    [
        (b"\x03\x0a\x01B\x08\x05", {}, {"b": 5}),  # 3.x: the Ref as well
        (b"\x08\x05", {"protobuf_type": b"B"}, {"b": 5}),  # 2.x: only the header
        (b"\x08\x05", {"value_msgType": b"p.A$In"}, {"i": 5}),
        (b"\x08\x05", {}, {"a": 5}),
    ],
)
def test_that_headers_name_the_message(body: bytes, headers: dict[str, bytes], said: dict[str, int]) -> None:
    found = read(body, Registry(global_42=SCHEMA), value_globalId=struct.pack(">q", 42), **headers)
    assert to_json(found.tree) == said


def test_that_eight_bytes_may_need_a_schema_that_is_still_to_come() -> None:
    for state, is_said in (
        (SchemaState.UNREACHABLE, True),
        (SchemaState.NOT_FETCHED, True),
        (SchemaState.UNKNOWN_ID, False),
    ):
        with pytest.raises(Undecodable) as why:
            read(EIGHT + b"\xff\xff", Every(state))
        assert ("global 42" in why.value.trouble) is is_said


@pytest.mark.parametrize("data", [struct.pack(">q", 42), struct.pack(">q", 2**40), b"\0", b"\0\0\0\0\0"])
def test_that_a_number_accuses_nobody(data: bytes) -> None:
    for state in SchemaState:
        with pytest.raises(Undecodable) as why:
            read(data, Every(state))
        assert why.value.trouble == ""


def test_that_confluents_api_knowing_the_id_comes_first() -> None:
    registry = Registry(id_42=avro("long"), content_42=avro("string"))
    assert decode(sent(FOUR + b"\x02"), registry).chain[0].name == "Confluent id"


def test_that_a_list_shows_an_empty_message_behind_an_id() -> None:
    registry = Registry(content_42=text_schema("message A { int32 a = 1; }"))
    shown = preview(sent(FOUR), registry)
    assert (shown.text, shown.format) == ("{}", by_chain(sent(FOUR), registry).format)
