"""BSON against MongoDB's own writer, and what must not be taken for it."""

import struct
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Any

import bson as written
import pytest
from bson.decimal128 import Decimal128
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode import bson
from meshdesk.decode.chain import BOUNDS, decode
from meshdesk.decode.contract import Bounds, Decoded, Payload, Undecodable
from meshdesk.model.schema import SchemaState
from tests.unit.decode.poison import Every
from tests.unit.decode.values import says, spanned

NONE = Every(SchemaState.NO_REGISTRY)
NAMES = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=9)
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text() | st.binary()
DOCUMENTS = st.dictionaries(
    NAMES, st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner), max_leaves=20)
)


def read(data: bytes, bounds: Bounds = BOUNDS) -> Decoded:
    return bson.decode(Payload(data, "value", "orders", ()), data, NONE, bounds)


@given(DOCUMENTS)
def test_that_what_mongodb_wrote_is_in_the_tree(value: Any) -> None:
    data = written.encode(value)
    decoded = decode(Payload(data, "value", "orders", ()), NONE)
    assert decoded.format == "BSON"
    assert says(decoded.tree, value)
    assert all(node.span is not None for node in spanned(decoded.tree))


@given(st.decimals(allow_nan=False, places=6) | st.decimals(allow_infinity=True))
def test_that_a_decimal_of_128_bits_is_exact(number: Decimal) -> None:
    try:
        data = Decimal128(number)
    except ArithmeticError:
        return  # more digits than it holds
    text = bson.decimal128(data.bid)
    assert text == str(data)


@given(st.datetimes(timezones=st.just(UTC)))
def test_that_a_moment_is_exact_to_the_millisecond(at: datetime) -> None:
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    node = read(written.encode({"at": at})).tree.children[0]
    assert (node.kind, node.text) == ("timestamp", at.isoformat(timespec="milliseconds").replace("+00:00", "Z"))


def test_that_documents_in_a_row_are_a_list() -> None:
    assert read(written.encode({"a": 1}) * 3).chain[0].detail == "3 documents"


@given(st.binary(max_size=60))
def test_that_random_bytes_in_the_length_of_a_document_are_read_or_declined(data: bytes) -> None:
    framed = struct.pack("<i", len(data) + 5) + data + b"\0"
    try:
        assert read(framed).format == "BSON"
    except Undecodable as why:
        assert str(why)


def test_that_numbers_and_random_bytes_are_none() -> None:
    random = Random(1)
    samples = [struct.pack("<i", 4), struct.pack("<q", 8), b"\x05\0\0\0", b"\x06\0\0\0\x01\0", b"\x05\0\0\0\x01"]
    samples += [random.randbytes(random.randint(1, 60)) for _ in range(3_000)]
    samples += [struct.pack("<i", size) + random.randbytes(size - 5) + b"\0" for size in range(6, 200)]
    for data in samples:
        with pytest.raises(Undecodable):
            read(data)


def test_that_a_document_that_nests_too_deep_is_declined() -> None:
    value: dict[str, Any] = {}
    for _ in range(300):
        value = {"a": value}
    with pytest.raises(Undecodable, match="nested deeper"):
        read(written.encode(value))
