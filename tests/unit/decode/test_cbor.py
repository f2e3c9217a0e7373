"""CBOR against another writer of it, its spans and tags, and what must not be taken for it."""

import io
import struct
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode import cbor
from meshdesk.decode.chain import BOUNDS, decode
from meshdesk.decode.contract import Bounds, Decoded, Payload, Undecodable
from meshdesk.decode.walk import Walk
from meshdesk.model.node import Node, to_json
from meshdesk.model.schema import SchemaState
from tests.unit.decode.poison import Every
from tests.unit.decode.values import CONTAINERS, bytes_say_the_same, says

NONE = Every(SchemaState.NO_REGISTRY)


def read(data: bytes, bounds: Bounds = BOUNDS) -> Decoded:
    return cbor.decode(Payload(data, "value", "orders", ()), data, NONE, bounds)


def value_of(data: bytes) -> Node:
    node = cbor._value(Walk(data, BOUNDS), "")  # a node alone, which is no payload
    assert node is not None
    return node


@given(CONTAINERS, st.booleans())
def test_that_what_another_writer_wrote_is_in_the_tree_and_each_node_has_its_bytes(value: Any, canonical: bool) -> None:
    data = cbor.MARK + cbor2.dumps(value, canonical=canonical)
    decoded = read(data)
    if not canonical:  # which sorts the keys
        assert says(decoded.tree, value)
    assert decoded.tree.children or not value
    assert bytes_say_the_same(decoded.tree, data, value_of)


@given(CONTAINERS)
def test_that_containers_without_a_length_are_the_same(value: Any) -> None:
    file = io.BytesIO()
    cbor2.CBOREncoder(file, indefinite_containers=True).encode(value)
    assert says(read(cbor.MARK + file.getvalue()).tree, value)


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (2**64, "int", str(2**64)),
        (-(2**64) - 1, "int", str(-(2**64) - 1)),
        (Decimal("12.340"), "decimal", "12.340"),
        (Decimal("-0.05"), "decimal", "-0.05"),
        (uuid.UUID(int=5), "uuid", str(uuid.UUID(int=5))),
        (datetime(2026, 3, 1, 12, 0, 1, 123456, tzinfo=UTC), "timestamp", "2026-03-01T12:00:01.123456Z"),
        (Fraction(1, 3), "string", "1/3"),
    ],
)
def test_that_tags_with_a_meaning_are_values_of_ours(value: Any, kind: str, text: str) -> None:
    node = read(cbor.MARK + cbor2.dumps(value)).tree
    assert (node.kind, node.text) == (kind, text)


def test_that_days_and_dates_are_dates() -> None:
    day = date(2026, 2, 28)
    for data in (
        cbor2.dumps(cbor2.CBORTag(1004, "2026-02-28")),
        cbor2.dumps(cbor2.CBORTag(100, (day - date(1970, 1, 1)).days)),
    ):
        node = read(cbor.MARK + data).tree
        assert (node.kind, node.text) == ("date", "2026-02-28")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xc5\x82\x01\x03", "6"),  # 3 × 2^1
        (b"\xc5\x82\x20\x03", "1.5"),
        (b"\xc5\x82\x22\x20", "-0.125"),
    ],
)
def test_that_a_bigfloat_is_exact(data: bytes, text: str) -> None:
    assert read(cbor.MARK + data).tree.text == text


@pytest.mark.parametrize(
    ("data", "note"),
    [
        (b"\xc1\xfb\x7f\xf0\0\0\0\0\0\0", "tag 1"),  # a moment at infinity
        (b"\xc4\x82\x1b\xff\xff\xff\xff\xff\xff\xff\xff\x01", "tag 4"),  # more digits than anybody writes
        (b"\xc0\x63abc", "tag 0"),
        (b"\xd8\x25\x41\x00", "tag 37"),
        (b"\xd8\x64\x1b\x7f\xff\xff\xff\xff\xff\xff\xff", "tag 100"),
        (b"\xd9\x01\x02\x80", "tag 258"),
    ],
)
def test_that_a_tag_without_its_meaning_is_named_beside_its_content(data: bytes, note: str) -> None:
    assert read(cbor.MARK + data).tree.note.startswith(note)


def test_that_a_fraction_of_a_number_that_is_longer_than_what_is_shown_is_named_beside_its_content() -> None:
    data = cbor.MARK + b"\xc4\x82\x20\x1b" + b"\xff" * 8
    assert read(data).tree.text == f"{2**64 - 1}"[:-1] + ".5"
    short = read(data, Bounds(text=5)).tree
    assert (short.note, short.children[1].text) == ("tag 4", "18446… 15 more characters")


@given(st.binary(min_size=1, max_size=60))
def test_that_what_the_library_reads_is_read(data: bytes) -> None:
    data = cbor.MARK + b"\x82\x01" + data
    try:
        value = cbor2.loads(data)
    except (cbor2.CBORError, ValueError, OverflowError, TypeError, ArithmeticError, EOFError, AttributeError):
        return
    if cbor2.dumps(value) and len(data) == _length(data):
        assert len(read(data).tree.children) == 2


def _length(data: bytes) -> int:
    file = io.BytesIO(data)
    cbor2.load(file)
    return file.tell()


def test_that_numbers_text_identifiers_and_random_bytes_are_read_as_something_else() -> None:
    random = Random(7)
    numbers = [
        form for n in (0, 1, -1, 42, 2**31 - 1, -(2**31)) for form in (struct.pack(">i", n), struct.pack(">q", n))
    ]
    texts = [text.encode() for text in ("order", "ü", "Ä x", "été", "東京", "дом", "{}", "[1]")]
    identifiers = [uuid.UUID(int=random.getrandbits(128)).bytes for _ in range(1_000)]
    noise = [random.randbytes(random.choice((4, 8, 12, 20, 32, 64, 200))) for _ in range(1_500)]
    framed = [b"\0\0\0\0\x2a" + random.randbytes(30) for _ in range(100)]
    taken = sum(
        decode(Payload(data, "value", "orders", ()), NONE).format == "CBOR"
        for data in (*numbers, *texts, *identifiers, *noise, *framed)
    )
    assert taken <= 1


def test_that_reserved_forms_torn_values_and_attacks_are_declined() -> None:
    for data, why in (
        (b"\x81\x1c", "for later"),
        (b"\x81\xf8\x05", "for later"),
        (b"\x9f\x01", "middle"),
        (b"\xbb" + b"\xff" * 8, "fewer bytes"),
        (b"\x81" * 300 + b"\x01", "nested deeper"),
        (b"\x81" + b"\xc6" * 300 + b"\x01", "nested deeper"),
        (b"\x81\x62\xff\xfe", "no UTF-8"),
        (b"\x81\x7f\x41a\xff", "no piece"),
    ):
        with pytest.raises(Undecodable, match=why):
            read(data)


@pytest.mark.parametrize("depth", [5, 60, 95])
def test_that_fractions_within_fractions_take_no_longer_with_each_level(depth: int) -> None:
    """Each level was walked twice: at twenty of them that took a second."""
    data = b"\xd9\xd9\xf7" + b"\xc4\x82\x1a\x7f\xff\xff\xff" * depth + b"\xc4\x82\x20\x18\x7b"
    node = cbor.decode(Payload(data, "value", "orders", ()), data, Every(SchemaState.NO_REGISTRY), BOUNDS).tree
    for _ in range(depth):
        assert node.kind == "array"
        node = node.children[1]
    assert (node.kind, node.text) == ("decimal", "12.3")


@given(
    st.lists(
        st.dictionaries(
            st.text("abcü", min_size=1, max_size=6), st.one_of(st.text("xyz", max_size=9), st.binary(max_size=9))
        )
    )
)
def test_that_strings_that_are_referred_to_stand_where_they_are_meant(value: list[dict[str, Any]]) -> None:
    twice = [value, {"again": value, "price": Decimal("1.25")}, value]
    plain = cbor.MARK + cbor2.dumps(twice)
    referring = cbor.MARK + cbor2.dumps(twice, string_referencing=True)
    assert to_json(read(referring).tree) == to_json(read(plain).tree)
    assert bytes_say_the_same(read(plain).tree, plain, value_of)


def test_that_a_reference_to_no_string_is_refused_and_so_are_a_few_bytes_that_refer_to_much() -> None:
    with pytest.raises(Undecodable, match="refers to a string that is not there"):
        read(cbor.MARK + bytes.fromhex("d9010081d81905"))
    much = 60_000_000
    bomb = bytes.fromhex("d9010082") + b"\x7a" + (much // 100).to_bytes(4, "big") + b"x" * (much // 100)
    bomb += b"\x9a" + (5_000).to_bytes(4, "big") + bytes.fromhex("d81900") * 5_000
    with pytest.raises(Undecodable, match="holds more than"):
        read(cbor.MARK + bomb)
