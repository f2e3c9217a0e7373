"""Text in an encoding that somebody names: exact, or declined with the byte that it cannot be."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.chain import BOUNDS
from meshdesk.decode.contract import Bounds, Payload, Undecodable
from meshdesk.decode.text_as import DECODERS, ENCODINGS
from meshdesk.model.schema import SchemaState
from tests.unit.decode.poison import Every

NONE = Every(SchemaState.NO_REGISTRY)
BY_NAME = {decoder.NAME: decoder for decoder in DECODERS}


def read(name: str, data: bytes, bounds: Bounds = BOUNDS) -> str:
    decoded = BY_NAME[f"text as {name}"].decode(Payload(data, "value", "orders", ()), data, NONE, bounds)
    assert decoded.chain[0].name == f"{name} text"
    return decoded.tree.text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("windows-1251", "Заказ № 7"), ("KOI8-R", "Заказ"), ("Shift_JIS", "注文①"), ("GB18030", "订单🚚"),
        ("EUC-KR", "주문"), ("IBM037", "ORDER 7"), ("IBM01140", "5 €"), ("ISO-8859-15", "5 €"), ("UTF-16LE", "a🚚"),
    ],
)  # fmt: skip
def test_that_text_is_read_in_the_encoding_that_is_named(name: str, text: str) -> None:
    assert read(name, text.encode(ENCODINGS[name] or name)) == text


def test_that_every_encoding_is_one_that_python_has_by_another_name_than_all_others() -> None:
    names = [codecs.lookup(codec or label).name for label, codec in ENCODINGS.items()]
    assert len(set(names)) == len(names)


def test_that_bytes_that_it_cannot_be_are_named_and_a_mark_is_no_text() -> None:
    with pytest.raises(Undecodable, match="it is no UTF-8 at byte 2"):
        read("UTF-8", b"ab\xff")
    assert read("UTF-16LE", "\ufeffa".encode("utf-16-le")) == "a"
    assert read("UTF-8", b"abcdef", Bounds(text=3)) == "abc… 3 more characters"
    with pytest.raises(Undecodable, match="larger than 3 bytes"):
        read("UTF-8", b"abcdef", Bounds(bytes=3))


@given(st.binary(max_size=60))
def test_that_any_bytes_are_read_or_declined(data: bytes) -> None:
    for decoder in DECODERS:
        try:
            found = decoder.decode(Payload(data, "value", "orders", ()), data, NONE, BOUNDS)
        except Undecodable as why:
            assert decoder.NAME.removeprefix("text as ") in str(why)
        else:
            assert found.tree.span == (0, len(data))
