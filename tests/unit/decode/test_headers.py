"""Headers that are no text: by their names, by AMQP's first byte; and text that is left alone."""

import struct
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.headers import header_node
from tests.unit.decode.golden import PAYLOADS, case, payload

TRACE = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
GUID = uuid.UUID("0f8fad5b-d9cb-469f-a165-70867728950e")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("kafka_dlt-original-partition", struct.pack(">i", 2), ("int", "2", "int32")),
        ("kafka_original-offset", struct.pack(">q", 2**53 + 1), ("int", "9007199254740993", "int64")),
        (
            "kafka_dlt-original-timestamp",
            struct.pack(">q", 1_600_000_000_000),
            ("timestamp", "2020-09-13T12:26:40.000Z", "1600000000000 ms"),
        ),
        (
            "retry_topic-backoff-timestamp",
            (1_600_000_000_000).to_bytes(6, "big"),
            ("timestamp", "2020-09-13T12:26:40.000Z", "1600000000000 ms"),
        ),
        ("apicurio.value.globalId", struct.pack(">q", 7), ("int", "7", "int64")),
        ("__value_schema_id", b"\x01" + GUID.bytes, ("uuid", str(GUID), "schema GUID")),
        ("__value_schema_id", b"\x01" + GUID.bytes + b"\x02\x02", ("uuid", str(GUID), "schema GUID, then 0202")),
        ("kafka_correlationId", GUID.bytes, ("uuid", str(GUID), "correlation id")),
        ("any", b"\xa1\x03abc", ("string", "abc", "AMQP string")),
        ("any", b"\xb1\0\0\0\x03abc", ("string", "abc", "AMQP string")),
        (
            "any",
            b"\x83" + struct.pack(">q", 1_600_000_000_000),
            ("timestamp", "2020-09-13T12:26:40.000Z", "AMQP timestamp"),
        ),
        ("any", b"\x81" + struct.pack(">q", -5), ("int", "-5", "AMQP long")),
        ("any", b"\x82" + struct.pack(">d", 0.1), ("float", "0.1", "AMQP double")),
        ("any", b"\x98" + GUID.bytes, ("uuid", str(GUID), "AMQP uuid")),
    ],
)
def test_that_a_header_is_what_its_name_or_its_first_byte_says(
    name: str, value: bytes, said: tuple[str, str, str]
) -> None:
    found = header_node(name, value, 80)
    assert found is not None
    assert (found.kind, found.text, found.note) == said


def test_that_a_trace_parent_names_its_trace_and_its_span() -> None:
    found = header_node("traceparent", TRACE, 80)
    assert found is not None
    assert (found.text, found.note) == (
        TRACE.decode(),
        "trace 4bf92f3577b34da6a3ce929d0e0e4736, span 00f067aa0ba902b7, sampled",
    )
    later = header_node("ce_traceparent", TRACE[:-2] + b"00-more", 200)
    assert later is not None
    assert later.note.endswith("not sampled")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kafka_dlt-original-partition", b"2"),
        ("kafka_dlt-original-timestamp", b"\x7f" * 8),
        ("kafka_dlt-original-topic", b"orders"),
        ("traceparent", b"ff" + TRACE[2:]),
        ("traceparent", b"none"),
        ("traceparent", b"\xff"),
        ("__value_schema_id", b"\0\0\0\0\x05"),
        ("any", b"\xa1\x04abc"),
        ("any", b"\xa1\x01\xff"),
        ("any", b"\x83abc"),
        ("any", b"\xb1"),
        ("any", b""),
        ("any", b"\x7f" * 9),
    ],
)
def test_that_anything_else_is_left_alone(name: str, value: bytes) -> None:
    assert header_node(name, value, 80) is None


@given(st.text(min_size=1))
def test_that_text_is_never_taken_for_something_else(text: str) -> None:
    assert header_node("any", text.encode("utf-8", "surrogatepass"), 80) is None


@given(
    st.sampled_from(["kafka_dlt-original-timestamp", "__key_schema_id", "any", "traceparent"]), st.binary(max_size=300)
)
def test_that_any_bytes_have_an_answer_that_is_short(name: str, value: bytes) -> None:
    found = header_node(name, value, 20)
    assert found is None or (len(found.text.partition("… ")[0]) <= 40 and len(found.note) < 160)


def test_that_the_binary_headers_of_a_real_dead_letter_are_numbers() -> None:
    sent = payload(case(PAYLOADS / "spring" / "dead-letter.json"), "value")
    found = {name: header_node(name, value or b"", 80) for name, value in sent.headers}
    texts = {name: node.text for name, node in found.items() if node is not None}
    assert texts["kafka_dlt-original-partition"] == "2"
    assert texts["kafka_dlt-original-offset"] == "4711"
    assert texts["kafka_dlt-original-timestamp"] == "2026-03-01T12:00:01.123Z"
