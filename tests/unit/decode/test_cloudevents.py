"""CloudEvents: structured, binary, in batches, without data; in layers with what the data is; and what is none."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.chain import decode, preview
from meshdesk.decode.contract import Decoded, Payload
from meshdesk.model.node import to_json
from meshdesk.model.schema import SchemaState
from tests.unit.decode.poison import Every, avro

NONE = Every(SchemaState.NO_REGISTRY)
EVENT = {"specversion": "1.0", "id": "E-1", "source": "/shop", "type": "shop.placed"}
CE = tuple((f"ce_{name}", value.encode()) for name, value in EVENT.items())
STRUCTURED = ("content-type", b"application/cloudevents+json; charset=UTF-8")
JSON = ("content-type", b"application/json")


def read(data: bytes | None, *headers: tuple[str, bytes | None], role: Any = "value") -> Decoded:
    return decode(Payload(data, role, "events", headers), NONE)


def names(found: Decoded) -> list[str]:
    return [layer.name for layer in found.chain]


def test_that_a_structured_event_is_the_value_and_its_type_stands_in_the_chain() -> None:
    said = {**EVENT, "data": {"cents": 9007199254740993}}
    found = read(json.dumps(said).encode(), STRUCTURED)
    assert to_json(found.tree) == said
    assert (names(found), found.chain[0].detail) == (["CloudEvents structured", "JSON"], "shop.placed")


def test_that_binary_data_of_a_structured_event_is_bytes() -> None:
    found = read(json.dumps({**EVENT, "data_base64": "AAH/"}).encode(), STRUCTURED)
    assert to_json(found.tree)["data"] == {"$bytes": "AAH/"}


def test_that_an_event_without_a_word_in_the_headers_is_known_by_its_attributes() -> None:
    assert names(read(json.dumps({**EVENT, "data": 1}).encode())) == ["CloudEvents structured", "JSON"]


def test_that_a_batch_is_each_of_its_events() -> None:
    events = [{**EVENT, "data_base64": "AA=="}, {**EVENT, "type": "shop.paid"}]
    found = read(json.dumps(events).encode(), ("Content-Type", b"application/CloudEvents-batch+json"))
    assert (names(found)[0], found.chain[0].detail) == ("CloudEvents batch", "shop.placed, shop.paid")
    assert found.tree.children[0].children[4].kind == "bytes"


def test_that_a_binary_event_has_its_attributes_from_the_headers() -> None:
    found = read(b'{"cents": 5}', *CE, JSON, ("ce_traceparent", b"00-4b-f0-01"), ("ce_unset", None), ("other", b"1"))
    assert to_json(found.tree) == {
        **EVENT,
        "traceparent": "00-4b-f0-01",
        "datacontenttype": "application/json",
        "data": {"cents": 5},
    }
    assert names(found) == ["CloudEvents binary", "JSON"]


def test_that_a_binary_event_without_data_is_a_tombstone_too() -> None:
    found = read(None, *CE)
    assert names(found) == ["CloudEvents binary", "tombstone"]
    assert to_json(found.tree) == {**EVENT, "data": None}
    assert preview(Payload(None, "value", "events", CE), NONE).format == "null"


def test_that_the_data_of_a_binary_event_is_read_in_layers() -> None:
    fields = [{"name": "id", "type": "string"}, {"name": "note", "type": ["null", "string"]}]
    schema = avro({"type": "record", "name": "Order", "fields": fields})
    found = decode(Payload(b"\0\0\0\0\x2a\x02A\x02\x02B", "value", "events", CE), Every(schema))
    assert names(found) == ["CloudEvents binary", "Confluent id", "Avro"]
    assert to_json(found.tree)["data"] == {"id": "A", "note": "B"}
    assert (found.schema, found.tree.children[-1].span) == (schema, (5, 10))


def test_that_the_key_of_an_event_is_no_event() -> None:
    assert names(read(b"O-1", *CE, role="key")) == ["UTF-8 text"]


@pytest.mark.parametrize(
    ("data", "header"),
    [
        (b'{"id": "E-1", "type": "a"}', STRUCTURED),
        (b"[1, 2]", STRUCTURED),
        (b"[]", STRUCTURED),
        (b"no event at all", STRUCTURED),
        (b'{"specversion": "two", "id": 1, "source": 2, "type": 3}', JSON),
        (b'{"specversion": "1.0"}', JSON),
    ],
)
def test_that_what_is_no_event_is_read_as_what_it_is(data: bytes, header: tuple[str, bytes]) -> None:
    assert not names(read(data, header))[0].startswith("CloudEvents")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["ce_id", "CE_specversion", "ce_", "content-type", "ce_type"]),
            st.none() | st.binary(max_size=9),
        )
    ),
    st.none() | st.binary(max_size=9),
)
def test_that_whatever_stands_in_headers_there_is_an_answer(
    headers: list[tuple[str, bytes | None]], data: bytes | None
) -> None:
    assert read(data, *headers).format


def test_that_thousands_of_attributes_are_shown_in_part() -> None:
    found = read(b"1", *CE, *((f"ce_a{n}", b"x" * 9) for n in range(5_000)))
    assert len(found.tree.children) < 300
    assert any(child.kind == "more" for child in found.tree.children)
