"""Dead letters of Spring, Connect and Streams: whence they came and why, in the chain."""

import pytest

from meshdesk.decode.chain import decode
from meshdesk.decode.contract import Payload
from meshdesk.model.schema import SchemaState
from tests.unit.decode.golden import PAYLOADS, case, payload
from tests.unit.decode.poison import Every

NONE = Every(SchemaState.NO_REGISTRY)
CONVERTING = "Converting byte[] to Kafka Connect data failed due to serialization error:"


@pytest.mark.parametrize(
    ("name", "layer", "detail"),
    [
        (
            "spring/dead-letter",
            "Spring dead letter",
            "of spring-orders, partition 2, offset 4711: IllegalStateException: Listener failed; cannot parse order",
        ),
        (
            "connect-errors/not-json",
            "Connect dead letter",
            f"of sink-orders, partition 0, offset 1: DataException: {CONVERTING}",
        ),
        (
            "streams-dlq/processing",
            "Streams dead letter",
            "of dlq-source, partition 0, offset 1: IllegalArgumentException: nine is not allowed",
        ),
        ("spring/json-type-header", "Spring type", "Primitives$Order"),
    ],
)
def test_that_a_real_one_says_whence_it_came_and_why(name: str, layer: str, detail: str) -> None:
    found = decode(payload(case(PAYLOADS / f"{name}.json"), "value"), NONE)
    assert (found.chain[-1].name, found.chain[-1].detail) == (layer, detail)


def test_that_the_key_of_a_dead_letter_is_just_a_key() -> None:
    sent = payload(case(PAYLOADS / "spring" / "dead-letter.json"), "key")
    assert [layer.name for layer in decode(sent, NONE).chain] == ["UTF-8 text"]


def test_that_a_tombstone_may_be_a_dead_letter() -> None:
    headers = (("__connect.errors.topic", b"orders"), ("__connect.errors.offset", None))
    found = decode(Payload(None, "value", "dlq", headers), NONE)
    assert [layer.name for layer in found.chain] == ["tombstone", "Connect dead letter"]
    assert found.chain[-1].detail == "of orders, partition ?, offset ?"


@pytest.mark.parametrize("value", [b"\xff\xfe", b"x" * 100_000, b"a\nb\x1b[0m"])
def test_that_whatever_the_headers_hold_the_chain_stays_a_line(value: bytes) -> None:
    headers = (("__streams.errors.topic", value), ("__streams.errors.message", value))
    detail = decode(Payload(b"1", "value", "dlq", headers), NONE).chain[-1].detail
    assert len(detail) < 1_000
    assert "\n" not in detail
    assert "\x1b" not in detail


def test_that_a_record_with_other_headers_has_no_more_in_its_chain() -> None:
    assert len(decode(Payload(b"text", "value", "orders", (("a", b"b"),)), NONE).chain) == 1
