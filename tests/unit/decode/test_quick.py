"""The quick line of a payload: what the whole chain says, or nothing."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdesk.decode import chain, quick
from meshdesk.decode.contract import Payload, Preview, Schemas
from meshdesk.model.schema import Schema, SchemaName, SchemaState
from tests.together import all_hold
from tests.unit.decode import golden
from tests.unit.decode.golden import CASES, case, payload, schemas_of
from tests.unit.decode.lines import Named, by_chain, framed
from tests.unit.decode.poison import POISON, answers, avro

NONE = Named(SchemaState.NO_REGISTRY)
STARTS = st.sampled_from(["", *(start.decode() for start in quick.NO_TEXT), "Obj", "--- ", "ORD-", ":)", "x" * 200])


def value(data: bytes, **more: Any) -> Payload:
    return Payload(data, "value", more.pop("topic", "orders"), more.pop("headers", ()), **more)


def test_that_a_list_shows_of_a_real_payload_what_the_chain_says_of_it() -> None:
    def check(path: Path) -> None:
        said = case(path)
        schemas = schemas_of(said)
        for role in ("key", "value"):
            sent = payload(said, role)
            for limit in (80, 160) if sent.data else ():
                assert chain.preview(sent, schemas, limit) == by_chain(sent, schemas, limit)

    all_hold(check, golden.NAMED)


def test_that_a_list_shows_of_poison_what_the_chain_says_of_it() -> None:
    def check(data: bytes) -> None:
        for schemas in answers(data):
            found = quick.preview(value(data), schemas, 160)
            assert found is None or found == by_chain(value(data), schemas)

    all_hold(check, {name: data for name, data in POISON.items() if 0 < len(data) < 100_000})


def test_that_most_payloads_that_a_registry_names_are_read_quickly() -> None:
    read = []
    for path in (
        path for path in CASES if path.parent.name in ("confluent-avro", "confluent-json", "confluent-protobuf")
    ):
        said = case(path)
        sent = payload(said, "value")
        if sent.data and sent.data[0] == 0:
            read.append(quick.preview(sent, schemas_of(said), 160) is not None)
    assert len(read) > 35
    assert read.count(False) <= 2


NAMED = [
    path for path in CASES
    if path.parent.name.startswith(("apicurio-", "glue", "avro-single", "azure", "protobuf-bare"))
]  # fmt: skip


def quickly(sent: Payload, schemas: Schemas) -> Preview | None:
    return (quick.by_header if chain.has_telling_header(sent) else quick.preview)(sent, schemas, 160)


@pytest.mark.parametrize("path", NAMED, ids=[f"{path.parent.name}/{path.stem}" for path in NAMED])
@settings(max_examples=12)
@given(st.binary(max_size=3), st.integers(0, 60), st.booleans())
def test_that_a_real_payload_that_was_changed_is_shown_as_the_chain_shows_it(
    path: Path, noise: bytes, at: int, is_longer: bool
) -> None:
    said = case(path)
    sent, schemas = payload(said, "value"), schemas_of(said)
    data = sent.data or b""
    changed = replace(sent, data=data[:at] + noise + data[at if is_longer else at + len(noise) :])
    if changed.data:
        found = quickly(changed, schemas)
        assert found is None or found == by_chain(changed, schemas)


WALKED = [
    path for path in CASES
    if path.parent.name.startswith(("kafka-", "mirrormaker", "messagepack", "cbor", "smile", "bson", "connect-internal"))
]  # fmt: skip


@pytest.mark.parametrize("path", WALKED, ids=[f"{path.parent.name}/{path.stem}" for path in WALKED])
@settings(max_examples=3)
@given(st.binary(max_size=3), st.integers(0, 60), st.booleans())
def test_that_a_real_payload_that_is_walked_and_was_changed_is_shown_as_the_chain_shows_it(
    path: Path, noise: bytes, at: int, is_longer: bool
) -> None:
    said = case(path)
    schemas = schemas_of(said)
    for role in ("key", "value"):
        sent = payload(said, role)
        data = sent.data or b""
        changed = replace(sent, data=data[:at] + noise + data[at if is_longer else at + len(noise) :])
        if changed.data:
            assert chain.preview(changed, schemas, 160) == by_chain(changed, schemas, 160)


def test_that_most_payloads_whose_schema_another_prefix_or_a_header_names_are_read_quickly() -> None:
    read = []
    for path in NAMED:
        said = case(path)
        sent = payload(said, "value")
        if sent.data:
            read.append(quickly(sent, schemas_of(said)) is not None)
    assert read.count(True) > len(read) / 2


@given(STARTS, st.text(st.characters(max_codepoint=0x7F), max_size=20), st.sampled_from(["", "\n", ": 5", "{}"]))
def test_that_text_is_told_from_what_only_looks_like_it(start: str, text: str, end: str) -> None:
    data = (start + text + end).encode()
    if data:
        for sent in (value(data), Payload(data, "key", "orders", ())):
            found = quick.preview(sent, NONE, 80)
            assert found is None or found == by_chain(sent, NONE, 80)


def test_that_text_is_read_quickly() -> None:
    assert quick.preview(value(b"ORD-1004"), NONE, 80) is not None
    uuid = quick.preview(value(b"0f8fad5b-d9cb-469f-a165-70867728950e"), NONE, 80)
    assert uuid is not None
    assert uuid.spans == ((0, 36, "text"),)


ORDER = avro({"type": "record", "name": "Order", "fields": [{"name": "id", "type": "string"}]})


@pytest.mark.parametrize(
    "sent",
    [
        value(b"\0\0\0\0\x2a\x02A", asked="bytes"),
        value(b"\0\0\0\0\x2a\x02A", topic="__consumer_offsets"),
        value(b"\0\0\0\0\x2a\x02A", topic="mm2-offset-syncs.b.internal"),
        value(b"\0\0\0\0\x00\x02A"),
        value(b"\0\0\0\0\x2a\x02A and more"),
        value(b"\0\0\0\0\x2a\x04A"),
        value(b"\0\0"),
        value(b""),
    ],
)
def test_that_what_is_not_plain_is_left_to_the_chain(sent: Payload) -> None:
    assert quick.preview(sent, Named(ORDER), 160) is None


def test_that_a_plain_value_is_read_by_its_schema() -> None:
    found = quick.preview(framed(b"\x02A"), Named(ORDER), 160)
    assert found is not None
    assert (found.text, found.format) == ("id A", "Avro 42")


def test_that_a_schema_that_was_chosen_for_the_topic_is_left_to_the_chain() -> None:
    class Chosen(Named):
        def find_schema(self, name: SchemaName) -> Schema | SchemaState:
            return ORDER

    assert quick.preview(framed(b"\x02A"), Chosen(ORDER), 160) is None


@pytest.mark.parametrize(
    ("schema", "data"),
    [(ORDER, b"\x02A"), (replace(ORDER, id=0), b"\x02A"), (Schema("", 7, "JSON", "{}"), b'{"id": "A"}')],
    ids=["Avro", "Avro of a file", "JSON"],
)
def test_that_a_value_is_read_quickly_by_the_schema_that_was_chosen_for_its_topic(schema: Schema, data: bytes) -> None:
    class Chosen(Named):
        def find_schema(self, name: SchemaName) -> Schema | SchemaState:
            return schema if name == ("file", "orders-value") else super().find_schema(name)

    chosen = Chosen(SchemaState.NO_REGISTRY)
    found = quick.preview(value(data), chosen, 160)
    assert found is not None
    assert found.text == "id A"
    for sent in (data, data + b"!", data[:-1], b'{"payload": 1}', b'{"op": "c", "source": {}}', b"{}", b"1"):
        assert chain.preview(value(sent), chosen) == by_chain(value(sent), chosen)


def test_that_a_file_of_the_topics_schema_is_left_to_the_chain() -> None:
    class OfTopic(Named):
        def find_schema(self, name: SchemaName) -> Schema | SchemaState:
            return ORDER if name == ("subject", "orders-value") else super().find_schema(name)

    for data in (b'{"id": "A"}', b'{"schema":null,"payload":{"id":"A"}}', b'{"op": "c", "source": {}}', b"\x02A"):
        assert quick.preview(value(data), OfTopic(SchemaState.NO_REGISTRY), 160) is None
        assert chain.preview(value(data), OfTopic(SchemaState.NO_REGISTRY)) == by_chain(
            value(data), OfTopic(SchemaState.NO_REGISTRY)
        )


def test_that_a_payload_that_is_encrypted_as_a_whole_is_left_to_the_chain() -> None:
    for kind, is_quick in (("ENCRYPT", True), ("ENCRYPT_PAYLOAD", False)):
        rules = json.dumps({"domainRules": [{"name": "r", "type": kind, "tags": ["PII"]}]})
        ruled = Named(Schema("test", 42, "AVRO", ORDER.text, rules=rules))
        assert (quick.preview(framed(b"\x02A"), ruled, 160) is not None) is is_quick
        assert chain.preview(framed(b"\x02A"), ruled) == by_chain(framed(b"\x02A"), ruled)


def test_that_a_header_that_says_something_is_left_to_the_chain() -> None:
    sent = value(b'{"specversion": "1.0"}', headers=(("Content-Type", b"application/cloudevents+json"),))
    assert chain.has_telling_header(sent)
    assert chain.preview(sent, NONE) == by_chain(sent, NONE)
    assert not chain.has_telling_header(value(b"{}", headers=(("traceparent", b"00-1-2-00"),)))


SAYING = [
    ("Content-Type", b"application/json"),
    ("content-type", b"application/json; charset=UTF-8"),
    ("content-type", b"text/plain; charset=utf-16"),
    ("contentType", b"text/plain; charset=latin1"),
    ("encoding", b"utf-8"),
    ("content-type", b"application/cloudevents+json"),
    ("content-type", b"application/cloudevents+protobuf"),
    ("content-type", b"avro/binary+" + b"0" * 32),
    ("content-type", None),
    ("ce_specversion", b"1.0"),
    ("ce_type", b"t"),
    ("schemaId", b"0" * 32),
    ("__value_schema_id", b"\0\0\0\0\x2a"),
    ("__key_schema_id", b"\0\0\0\0\x2a"),
    ("apicurio.value.contentId", bytes(7) + b"\x2a"),
    ("apicurio.key.globalId", bytes(7) + b"\x2a"),
    ("apicurio.value.encoding", b"JSON"),
    ("buf.registry.value.schema.message", b"shop.Order"),
    ("__op", b"c"),
    ("__debezium.context.connectorName", b"a"),
    ("kafka_dlt-original-topic", b"orders"),
    ("traceparent", b"00"),
]
SAID = [
    b'{"id": "A"}', b"ORD-1", b"\x02A", b"a\0b\0c\0d\0", b"\0a\0b\0c\0d", b'\0{\0"\0a\0"\0:\x001\0}', b"\xff\xfea\0", b"\xe4\xf6",
    b'{"specversion":"1.0","id":"1","source":"s","type":"t","data":{"a":1}}', b"a: 1\nb: 2\n", b"{a: 1}", b"\x0a\x01A",
    b'{"op":"c","source":{},"after":{"n":{"scale":2,"value":"AAE="}}}', b"\0\0\0\0\x2a\x02A",
]  # fmt: skip


@given(
    st.sampled_from(SAID), st.lists(st.sampled_from(SAYING), max_size=3), st.sampled_from(("key", "value")),
    st.booleans(),
)  # fmt: skip
def test_that_whatever_headers_say_a_list_shows_what_the_chain_says(
    data: bytes, headers: list[tuple[str, bytes | None]], role: Any, has_schema: bool
) -> None:
    schemas = Named(ORDER if has_schema else SchemaState.NO_REGISTRY)
    sent = Payload(data, role, "orders", tuple(headers), b"key")
    assert chain.preview(sent, schemas, 80) == by_chain(sent, schemas, 80)


def test_that_no_more_schemas_are_kept_than_a_person_looks_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick, "READERS", 3)
    for number in range(9):
        schema = avro({"type": "record", "name": f"R{number}", "fields": [{"name": "id", "type": "string"}]})
        assert quick.preview(framed(b"\x02A"), Named(schema), 160) is not None
        assert len(quick._readers) <= 3
