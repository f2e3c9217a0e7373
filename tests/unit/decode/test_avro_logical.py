"""Logical types of Avro at their edges, and those that do not fit their type."""

import struct
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.decode.avros import written
from tests.unit.decode.test_avro import UUID, fields, logical, number, read

DAY_MILLIS, YEAR_1, YEAR_9999 = 86_400_000, -62_135_596_800, 253_402_300_799  # the last two in seconds


@pytest.mark.parametrize(
    ("said", "value", "kind", "text"),
    [
        (logical("date", "int"), 0, "date", "1970-01-01"),
        (logical("date", "int"), -1, "date", "1969-12-31"),
        (logical("date", "int"), -719_162, "date", "0001-01-01"),
        (logical("date", "int"), -719_163, "int", "-719163"),
        (logical("date", "int"), 2_932_896, "date", "9999-12-31"),
        (logical("date", "int"), 2_932_897, "int", "2932897"),
        (logical("date", "int"), 2**31 - 1, "int", "2147483647"),
        (logical("time-millis", "int"), 0, "time", "00:00:00.000"),
        (logical("time-millis", "int"), DAY_MILLIS - 1, "time", "23:59:59.999"),
        (logical("time-millis", "int"), DAY_MILLIS, "int", "86400000"),
        (logical("time-millis", "int"), -1, "int", "-1"),
        (logical("time-micros", "long"), 3_723_000_004, "time", "01:02:03.000004"),
        (logical("timestamp-millis", "long"), -1, "timestamp", "1969-12-31T23:59:59.999Z"),
        (logical("timestamp-millis", "long"), 1000 * YEAR_1, "timestamp", "0001-01-01T00:00:00.000Z"),
        (logical("timestamp-millis", "long"), 1000 * YEAR_1 - 1, "int", "-62135596800001"),
        (logical("timestamp-millis", "long"), 1000 * YEAR_9999 + 999, "timestamp", "9999-12-31T23:59:59.999Z"),
        (logical("timestamp-millis", "long"), 1000 * YEAR_9999 + 1000, "int", "253402300800000"),
        (logical("timestamp-millis", "long"), 2**63 - 1, "int", "9223372036854775807"),
        (logical("timestamp-micros", "long"), -1, "timestamp", "1969-12-31T23:59:59.999999Z"),
        (logical("timestamp-nanos", "long"), 1, "timestamp", "1970-01-01T00:00:00.000000001Z"),
        (logical("timestamp-nanos", "long"), 2**63 - 1, "timestamp", "2262-04-11T23:47:16.854775807Z"),
        (logical("timestamp-nanos", "long"), -(2**63), "timestamp", "1677-09-21T00:12:43.145224192Z"),
        (logical("local-timestamp-millis", "long"), -1, "timestamp", "1969-12-31T23:59:59.999"),
        (logical("local-timestamp-micros", "long"), 0, "timestamp", "1970-01-01T00:00:00.000000"),
        (logical("local-timestamp-nanos", "long"), 0, "timestamp", "1970-01-01T00:00:00.000000000"),
    ],
)
def test_that_a_moment_is_exact_and_one_that_no_calendar_has_is_a_number(
    said: dict[str, Any], value: int, kind: str, text: str
) -> None:
    node = read(said, written(said["type"], value))
    assert (node.kind, node.text, node.note) == (kind, text, said["logicalType"])


FIXED = {"name": "F", "precision": 9, "scale": 2}


@pytest.mark.parametrize(
    ("said", "data", "text"),
    [
        (logical("decimal", "bytes", precision=9, scale=2), b"\x30\x39", "123.45"),
        (logical("decimal", "bytes", precision=9, scale=2), b"\xcf\xc7", "-123.45"),
        (logical("decimal", "bytes", precision=9, scale=2), b"\x05", "0.05"),
        (logical("decimal", "bytes", precision=9, scale=2), b"\xfb", "-0.05"),
        (logical("decimal", "bytes", precision=9, scale=2), b"\x00\x80", "1.28"),
        (logical("decimal", "bytes", precision=9, scale=2), b"\0", "0.00"),
        (logical("decimal", "bytes", precision=9, scale=2), b"", "0.00"),
        (logical("decimal", "bytes", precision=9), b"\xff", "-1"),
        (logical("decimal", "bytes", precision=9, scale=9), b"\xff", "-0.000000001"),
        (logical("decimal", "bytes", precision=40, scale=1), b"\x7f" + b"\xff" * 15, f"{2**127 - 1}"[:-1] + ".7"),
        (logical("decimal", "fixed", size=4, **FIXED), b"\xff\xff\xff\xfb", "-0.05"),
        (logical("decimal", "fixed", size=8, **FIXED), b"\0" * 6 + b"\x30\x39", "123.45"),
    ],
)
def test_that_a_decimal_has_its_sign_and_its_scale(said: dict[str, Any], data: bytes, text: str) -> None:
    node = read(said, number(len(data)) + data if said["type"] == "bytes" else data)
    assert (node.kind, node.text) == ("decimal", text)
    assert node.note == f"decimal({said['precision']},{said.get('scale', 0)})"


def test_that_a_decimal_longer_than_python_writes_is_shown_as_its_bytes() -> None:
    said = logical("decimal", "bytes", precision=9, scale=2)
    node = read(said, number(2_000) + b"\x7f" * 2_000)
    assert (node.kind, node.text) == ("bytes", "7f" * 2_000)
    far = logical("decimal", "bytes", precision=10**9, scale=10**9)
    assert read(far, number(1) + b"\x01").kind == "bytes"


@pytest.mark.parametrize(
    ("inner", "kind", "text"),
    [
        (number(2) + b"\x30\x39" + number(2), "decimal", "123.45"),
        (number(1) + b"\xfb" + number(2), "decimal", "-0.05"),
        (number(1) + b"\x05" + number(-3), "decimal", "5000"),
        (number(1) + b"\0" + number(-3), "decimal", "0"),
        (number(1) + b"\x05" + number(2**40), "bytes", ""),
        (number(1) + b"\x05" + number(2) + b"\0", "bytes", ""),
        (number(9), "bytes", ""),
    ],
)
def test_that_a_big_decimal_carries_its_scale_or_is_shown_as_its_bytes(inner: bytes, kind: str, text: str) -> None:
    node = read(logical("big-decimal", "bytes"), number(len(inner)) + inner)
    assert (node.kind, node.text) == (kind, text or inner.hex())
    assert node.note == "big-decimal"


def test_that_a_uuid_is_one_in_text_and_in_sixteen_bytes_and_other_text_is_text() -> None:
    said = logical("uuid", "string")
    assert read(said, written("string", UUID)).kind == "uuid"
    assert read(said, written("string", UUID)).text == UUID
    assert read(said, written("string", "no uuid")).kind == "string"
    fixed = logical("uuid", "fixed", name="F", size=16)
    node = read(fixed, bytes.fromhex(UUID.replace("-", "")))
    assert (node.kind, node.text) == ("uuid", UUID)


def test_that_a_duration_has_three_parts_without_signs() -> None:
    said = logical("duration", "fixed", name="F", size=12)
    assert read(said, struct.pack("<III", 1, 15, 3_600_000)).text == "P1M15DT3600.000S"
    assert read(said, struct.pack("<III", 0, 0, 7)).text == "P0M0DT0.007S"
    longest = read(said, b"\xff" * 12)
    assert (longest.kind, longest.text) == ("duration", "P4294967295M4294967295DT4294967.295S")


@pytest.mark.parametrize(
    ("said", "data", "kind"),
    [
        (logical("date", "long"), number(5), "int"),
        (logical("timestamp-millis", "int"), number(5), "int"),
        (logical("date", "string"), b"\x02a", "string"),
        (logical("not-yet-invented", "long"), number(5), "int"),
        (logical({"a": 1}, "long"), number(5), "int"),
        (logical(None, "long"), number(5), "int"),
        (logical("decimal", "bytes", precision=2, scale=3), b"\x02a", "bytes"),
        (logical("decimal", "bytes", precision=0, scale=0), b"\x02a", "bytes"),
        (logical("decimal", "bytes", scale=3), b"\x02a", "bytes"),
        (logical("decimal", "bytes", precision="9"), b"\x02a", "bytes"),
        (logical("decimal", "string", precision=9), b"\x02a", "string"),
        (logical("uuid", "fixed", name="F", size=15), b"a" * 15, "bytes"),
        (logical("duration", "fixed", name="F", size=11), b"a" * 11, "bytes"),
    ],
)
def test_that_a_logical_type_that_does_not_fit_is_ignored(said: dict[str, Any], data: bytes, kind: str) -> None:
    node = read(fields(said), data).children[0]  # in a record, as a payload that is only bytes is read raw
    assert (node.kind, node.note) == (kind, "")


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**14), max_value=10**14))
@settings(max_examples=50)
def test_that_a_decimal_is_the_one_that_was_written(value: Decimal) -> None:
    said = fields(logical("decimal", "bytes", precision=20, scale=4))
    node = read(said, written(said, {"a": value})).children[0]
    assert node.kind == "decimal"
    assert Decimal(node.text).as_tuple() == (value + Decimal(0)).quantize(Decimal("0.0001")).as_tuple()
