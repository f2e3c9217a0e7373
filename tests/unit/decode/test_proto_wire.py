"""Varints, tags and fields."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.contract import Undecodable
from meshdesk.decode.proto_wire import fields, is_message, signed, text_in, varint, zigzag


def written(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*out, number))


@given(st.integers(0, 2**64 - 1), st.binary(max_size=5), st.binary(max_size=5))
def test_that_a_number_is_read_where_it_stands(number: int, before: bytes, behind: bytes) -> None:
    data = before + written(number) + behind
    assert varint(data, len(before), len(data)) == (number, len(data) - len(behind))


@pytest.mark.parametrize("data", [b"", b"\xff", b"\xff" * 10 + b"\x01", b"\xff" * 9 + b"\x02"])
def test_that_a_number_that_is_none_is_declined(data: bytes) -> None:
    with pytest.raises(Undecodable):
        varint(data, 0, len(data))


@given(st.integers(-(2**63), 2**63 - 1))
def test_that_signs_come_back(number: int) -> None:
    assert signed(number & (1 << 64) - 1, 64) == number
    assert zigzag((number << 1 ^ number >> 63) & (1 << 64) - 1) == number


def test_that_fields_are_told_with_their_places() -> None:
    data = b"\x08\x96\x01\x12\x02hi\x1d\x01\0\0\0\x21" + bytes(8)
    assert list(fields(data, 0, len(data))) == [
        (1, 0, 150, 1, 3), (2, 2, 0, 5, 7), (3, 5, 0, 8, 12), (4, 1, 0, 13, 21),
    ]  # fmt: skip


@pytest.mark.parametrize("data", [b"\x00", b"\x0b\x0c", b"\x0a\x03hi", b"\x1d\0\0", b"\x0e"])
def test_that_what_has_no_fields_is_no_message(data: bytes) -> None:
    assert not is_message(data, 0, len(data), [100])


def test_that_looking_at_fields_ends() -> None:
    assert is_message(b"\x08\x01" * 50, 0, 100, [100])
    assert not is_message(b"\x08\x01" * 50, 0, 100, [49])
    assert not is_message(b"", 0, 0, [100])


@pytest.mark.parametrize(
    ("data", "text"), [(b"a\tb\n", "a\tb\n"), ("ü".encode(), "ü"), (b"a\0", None), (b"\xff", None)]
)
def test_that_text_is_what_a_person_would_write(data: bytes, text: str | None) -> None:
    assert text_in(data) == text
