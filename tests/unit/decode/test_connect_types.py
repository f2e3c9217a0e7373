"""Connect's and Debezium's logical types: exact, and raw where a value is not what its schema says."""

import base64
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.connect_types import LOGICAL, as_bytes, calendar_day, variable_decimal
from meshdesk.model.node import Kind, Node


def schema(name: str, **parameters: str) -> Node:
    said = tuple(Node(key.replace("_", "."), "string", value) for key, value in parameters.items())
    return Node("", "record", "", (Node("name", "string", name), Node("parameters", "record", "", said)))


def shaped(name: str, kind: Kind, text: str, **parameters: str) -> tuple[str, str] | None:
    found = LOGICAL[name](Node("a", kind, text), schema(name, **parameters))
    return (found.kind, found.text) if found else None


def packed(number: int) -> str:
    return base64.b64encode(number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True)).decode("ascii")


@given(st.integers(-(10**40), 10**40), st.integers(0, 60))
def test_that_a_decimal_is_exact(unscaled: int, scale: int) -> None:
    found = shaped("org.apache.kafka.connect.data.Decimal", "string", packed(unscaled), scale=str(scale))
    assert found is not None
    assert found[0] == "decimal"
    assert Decimal(found[1]) == Decimal(f"{unscaled}E-{scale}")
    if scale:
        assert len(found[1].partition(".")[2]) == scale


@given(st.integers(-(10**30), 10**30), st.integers(0, 30))
def test_that_a_decimal_with_a_scale_of_its_own_is_exact(unscaled: int, scale: int) -> None:
    parts = (Node("scale", "int", str(scale)), Node("value", "string", packed(unscaled)))
    found = variable_decimal(Node("price", "record", "", parts))
    assert found is not None
    assert (found.name, found.kind) == ("price", "decimal")
    assert Decimal(found.text) == Decimal(f"{unscaled}E-{scale}")


@given(st.dates())
def test_that_days_are_those_of_the_calendar(day: date) -> None:
    assert calendar_day((day - date(1970, 1, 1)).days) == day.isoformat()


@given(st.dates(), st.integers(-3, 30))
def test_that_the_calendar_repeats_every_400_years(day: date, cycles: int) -> None:
    """Whatever the year is, month and day are the same 146,097 days later."""
    found = calendar_day((day - date(1970, 1, 1)).days + cycles * 146_097)
    assert found[-6:] == day.isoformat()[-6:]
    assert int(found[:-6]) == day.year + 400 * cycles


@given(st.datetimes(), st.integers(0, 999))
def test_that_a_moment_of_nanoseconds_is_exact(moment, nanos: int) -> None:  # type: ignore[no-untyped-def]
    micros = (moment - type(moment)(1970, 1, 1)) // timedelta(microseconds=1)
    found = shaped("io.debezium.time.NanoTimestamp", "int", str(micros * 1000 + nanos))
    assert found == ("timestamp", f"{moment.isoformat(timespec='microseconds')}{nanos:03d}")


@pytest.mark.parametrize(
    ("name", "kind", "text", "found"),
    [
        ("org.apache.kafka.connect.data.Date", "int", "20512", ("date", "2026-02-28")),
        ("org.apache.kafka.connect.data.Time", "int", "63000250", ("time", "17:30:00.250")),
        ("org.apache.kafka.connect.data.Timestamp", "int", "-1", ("timestamp", "1969-12-31T23:59:59.999Z")),
        ("io.debezium.time.Date", "int", "-735160", ("date", "-0043-03-15")),
        ("io.debezium.time.MicroTime", "int", "86399999999", ("time", "23:59:59.999999")),
        ("io.debezium.time.MicroTimestamp", "int", "946684799000001", ("timestamp", "1999-12-31T23:59:59.000001")),
        ("io.debezium.time.MicroDuration", "int", "93784000000", ("duration", "PT26H3M4S")),
        ("io.debezium.time.MicroDuration", "int", "-1500000", ("duration", "-PT0H0M1.5S")),
        ("io.debezium.time.ZonedTime", "string", "06:00:00Z", ("time", "06:00:00Z")),
        ("io.debezium.data.Uuid", "string", "0f8fad5b-d9cb-469f-a165-70867728950e", ("uuid", "0f8fad5b-d9cb-469f-a165-70867728950e")),
        # What is not as its schema says stays as it stands.
        ("org.apache.kafka.connect.data.Time", "int", "86400000", None),
        ("org.apache.kafka.connect.data.Date", "string", "20512", None),
        ("org.apache.kafka.connect.data.Date", "int", "9" * 5000, None),
        ("org.apache.kafka.connect.data.Timestamp", "int", "9" * 40, None),
        ("org.apache.kafka.connect.data.Decimal", "string", "no base64!", None),
        ("io.debezium.time.ZonedTimestamp", "int", "5", None),
    ],
)  # fmt: skip
def test_that_a_logical_type_is_what_it_says(name: str, kind: Kind, text: str, found: tuple[str, str] | None) -> None:
    assert shaped(name, kind, text, scale="2") == found


def test_that_bits_come_last_byte_first_and_with_their_zeros() -> None:
    assert shaped("io.debezium.data.Bits", "string", "Fg==", length="5") == ("string", "10110")
    assert shaped("io.debezium.data.Bits", "string", "AQA=", length="12") == ("string", "000000000001")
    assert shaped("io.debezium.data.Bits", "string", "Fg==", length="²") == (
        "string",
        "10110",
    )  # a digit, and no number


def test_that_a_decimal_with_a_scale_that_is_an_attack_stays_text() -> None:
    assert shaped("org.apache.kafka.connect.data.Decimal", "string", "AQ==", scale="999999999") is None
    assert shaped("org.apache.kafka.connect.data.Decimal", "string", "AQ==", scale="many") is None


def test_that_bytes_are_those_of_the_base64_and_text_stays_text() -> None:
    assert (as_bytes(Node("a", "string", "AP8=")).kind, as_bytes(Node("a", "string", "AP8=")).text) == ("bytes", "00ff")
    for text in ("AP8=… 2 more characters", "ü", "A"):
        assert as_bytes(Node("a", "string", text)).kind == "string"
