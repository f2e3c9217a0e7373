"""Binary Ion against Amazon's own writer, its tables of symbols, and what is torn or hostile."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from amazon.ion import simpleion
from amazon.ion.core import IonType
from amazon.ion.simple_types import IonPyNull, IonPySymbol
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode import ion
from meshdesk.decode.chain import BOUNDS, decode, preview
from meshdesk.decode.contract import Bounds, Decoded, Payload, Undecodable
from meshdesk.model.schema import SchemaState
from tests.unit.decode.lines import by_chain
from tests.unit.decode.poison import Every
from tests.unit.decode.values import says, spanned

NONE = Every(SchemaState.NO_REGISTRY)
TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.binary(max_size=30)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=20)


def written(value: Any, binary: bool = True) -> bytes:
    found = simpleion.dumps(value, binary=binary)
    return bytes(found) if binary else str(found).encode()


def read(data: bytes, bounds: Bounds = BOUNDS) -> Decoded:
    return ion.decode(Payload(data, "value", "orders", ()), data, NONE, bounds)


@given(VALUES)
def test_that_what_amazon_wrote_is_in_the_tree(value: Any) -> None:
    decoded = decode(Payload(written(value), "value", "orders", ()), NONE)
    assert decoded.format == "Ion"
    assert says(decoded.tree, value)
    assert all(node.span is not None for node in spanned(decoded.tree))


@given(st.lists(VALUES, min_size=1, max_size=3), st.binary(max_size=1))
def test_that_a_list_shows_what_the_chain_says(values: list[Any], end: bytes) -> None:
    sent = Payload(b"".join(map(written, values)) + end, "value", "orders", ())
    assert preview(sent, NONE) == by_chain(sent, NONE)


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_that_a_decimal_keeps_all_its_digits(number: Decimal) -> None:
    node = read(written(number)).tree
    assert node.kind == "decimal"
    assert Decimal(node.text) == number
    _, digits, exponent = number.as_tuple()
    if len(digits) <= 34 and exponent <= 0:  # type: ignore[operator]  # of more its writer drops zeros at the end
        assert Decimal(node.text).as_tuple() == number.as_tuple()


@pytest.mark.parametrize(
    ("value", "text", "note"),
    [
        (datetime(2026, 3, 1, 12, 0, 1, 123456, tzinfo=UTC), "2026-03-01T12:00:01.123456Z", ""),
        (
            datetime(2026, 3, 1, 12, 0, 1, tzinfo=timezone(timedelta(hours=-5))),
            "2026-03-01T17:00:01.000000Z",
            "written at -05:00",
        ),
    ],
)
def test_that_a_moment_is_exact(value: datetime, text: str, note: str) -> None:
    node = read(written(value)).tree
    assert (node.kind, node.text.removesuffix("Z").rstrip("0"), node.note) == (
        "timestamp",
        text.removesuffix("Z").rstrip("0"),
        note,
    )


def test_that_symbols_annotations_and_nulls_are_named() -> None:
    price = simpleion.loads("EUR::12.340")
    node = read(
        written([IonPySymbol.from_value(IonType.SYMBOL, "paid"), price, IonPyNull.from_value(IonType.INT, None)])
    ).tree
    assert [(part.kind, part.text, part.note) for part in node.children] == [
        ("string", "paid", "symbol"),
        ("decimal", "12.340", "EUR::"),
        ("null", "null", "null.int"),
    ]


def test_that_several_values_are_a_list_and_a_table_is_none() -> None:
    both = written({"a": 1}) + written({"b": 2})
    assert [part.children[0].name for part in read(both).tree.children] == ["a", "b"]
    assert read(both).chain[0].detail == "binary, 2 values"
    appended = (
        ion.MARK
        + b"\xe7\x81\x83\xd4\x87\xb2\x81a"
        + b"\xea\x81\x83\xd7\x86\x71\x03\x87\xb2\x81b"
        + b"\xd4\x8a\x11\x8b\x10"
    )
    assert [(part.name, part.text) for part in read(appended).tree.children] == [("a", "true"), ("b", "false")]


def test_that_a_symbol_of_a_table_that_is_not_here_is_its_number() -> None:
    assert read(ion.MARK + b"\x71\x63").tree.text == "$99"


def test_that_padding_is_no_value() -> None:
    assert read(ion.MARK + b"\x01\xff\x11\x00").tree.text == "true"


def test_that_torn_and_changed_streams_are_read_or_declined() -> None:
    random = Random(8)
    data = written({"a": [1, 2.5, "x", Decimal("1.5"), None], "at": datetime(2026, 3, 1, tzinfo=UTC)})
    for _ in range(2_000):
        at = random.randrange(4, len(data))
        broken = data[:at] + random.randbytes(random.randint(0, 3)) + data[at + random.randint(0, 3) :]
        try:
            assert read(broken).format == "Ion"
        except Undecodable as why:
            assert why.trouble
    with pytest.raises(Undecodable, match="nested deeper"):
        read(ion.MARK + _nested(300))


def _nested(levels: int) -> bytes:
    data = b"\x11"
    for _ in range(levels):
        data = (bytes([0xB0 + len(data)]) if len(data) < 14 else b"\xbe" + _var(len(data))) + data
    return data


def _var(number: int) -> bytes:
    return bytes([number >> 7, number & 0x7F | 0x80]) if number > 127 else bytes([number | 0x80])
