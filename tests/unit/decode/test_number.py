"""Numbers and booleans of Kafka's serialisers: the likelier reading first, the others beside it."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.chain import decode
from meshdesk.decode.contract import Payload
from meshdesk.decode.number import number
from meshdesk.model.schema import SchemaState
from tests.unit.decode.poison import Every

NONE = Every(SchemaState.NO_REGISTRY)


@pytest.mark.parametrize(
    ("data", "format", "text"),
    [
        (b"\0", "boolean", "false"),
        (b"\1", "boolean", "true"),
        (struct.pack(">h", -2), "int16", "-2"),
        (struct.pack(">i", 1), "int32", "1"),
        (struct.pack(">i", -1), "int32", "-1"),
        (struct.pack(">i", 1_772_366_401), "int32", "1772366401"),  # a moment in seconds
        (struct.pack(">f", 1.5), "float32", "1.5"),
        (struct.pack(">f", -0.19), "float32", "-0.1899999976158142"),
        (struct.pack(">q", 1_772_366_401_123), "int64", "1772366401123"),
        (struct.pack(">q", 2**63 - 1), "int64", "9223372036854775807"),
        (struct.pack(">q", 1_799_999_999_999_999_999), "int64", "1799999999999999999"),  # an identifier of 61 bits
        (struct.pack(">d", -0.1), "float64", "-0.1"),
        (struct.pack(">d", 1e6), "float64", "1000000.0"),
        (struct.pack(">d", 1e20), "float64", "1e+20"),
        (struct.pack(">d", float("inf")), "float64", "Infinity"),
        (struct.pack(">f", float("nan")), "float32", "NaN"),
        (struct.pack(">i", -(2**31)), "int32", "-2147483648"),
        (struct.pack(">i", 2**31 - 1), "int32", "2147483647"),
        (struct.pack(">q", -(2**63)), "int64", "-9223372036854775808"),
    ],
)
def test_that_a_number_is_read_as_somebody_would_have_written_it(data: bytes, format: str, text: str) -> None:
    decoded = decode(Payload(data, "value", "counts", ()), NONE)
    assert (decoded.format, decoded.tree.text, decoded.trouble) == (format, text, "")
    assert decoded.tree.note.endswith(f"bytes {data.hex()}")


@pytest.mark.parametrize("data", [b"\x02", b"\xff", b"\0\1\2", b"\xff" * 5, b"\xff" * 16])
def test_that_bytes_of_another_length_are_bytes(data: bytes) -> None:
    assert decode(Payload(data, "value", "counts", ()), NONE).format == "bytes"


def test_that_a_number_does_not_hide_that_a_registry_could_not_be_asked() -> None:
    data = struct.pack(">q", 5 << 24)
    assert "cannot be reached" in decode(Payload(data, "value", "t", ()), Every(SchemaState.UNREACHABLE)).trouble
    assert decode(Payload(data, "value", "t", ()), Every(SchemaState.UNKNOWN_ID)).trouble == ""


@given(st.floats(1e-5, 1e14) | st.floats(-1e14, -1e-5))
def test_that_a_double_of_everyday_size_is_one_and_exact(written: float) -> None:
    node = number(struct.pack(">d", written), "", 0)
    assert node.kind == "float"
    assert float(node.text) == written
