"""Smile, against a writer of it by the specification (below), with and without its header; and what is none."""

import struct
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode import smile
from meshdesk.decode.chain import BOUNDS, decode
from meshdesk.decode.contract import Bounds, Decoded, Payload, Undecodable
from meshdesk.model.schema import SchemaState
from tests.unit.decode.poison import Every
from tests.unit.decode.values import says, spanned

NONE = Every(SchemaState.NO_REGISTRY)
TEXT = st.text(max_size=80) | st.sampled_from(["sku", "id", "x" * 70, "é" * 40])
SCALARS = st.none() | st.booleans() | st.integers(-(2**200), 2**200) | st.floats() | TEXT | st.binary(max_size=40)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=30)


def read(data: bytes, bounds: Bounds = BOUNDS) -> Decoded:
    return smile.decode(Payload(data, "value", "orders", ()), data, NONE, bounds)


class Writer:
    """Smile as the specification says it, with or without shared names and texts."""

    def __init__(self, names: bool, texts: bool) -> None:
        self.out = bytearray(b":)\n" + bytes([names | texts << 1]))
        self.names: list[str] | None = [] if names else None
        self.texts: list[str] | None = [] if texts else None

    def vint(self, value: int) -> None:
        groups = [0x80 | value & 0x3F]
        value >>= 6
        while value:
            groups.append(value & 0x7F)
            value >>= 7
        self.out += bytes(reversed(groups))

    def sevens(self, data: bytes) -> None:
        for at in range(0, len(data), 7):
            piece = data[at : at + 7]
            bits = int.from_bytes(piece, "big")
            size = len(piece)
            self.out += bytes((bits >> (size + 7 * (size - 1 - n))) & 0x7F for n in range(size))
            self.out.append(bits & (1 << size) - 1)

    def write(self, value: Any) -> None:
        if value is None or isinstance(value, bool):
            self.out.append({None: 0x21, False: 0x22, True: 0x23}[value])
        elif isinstance(value, int) and -16 <= value <= 15:
            self.out.append(0xC0 + (value << 1 if value >= 0 else -2 * value - 1))
        elif isinstance(value, int) and -(2**63) <= value < 2**63:
            self.out.append(0x24 if -(2**31) <= value < 2**31 else 0x25)
            self.vint(value << 1 if value >= 0 else -2 * value - 1)
        elif isinstance(value, int):
            data = value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)
            self.out.append(0x26)
            self.vint(len(data))
            self.sevens(data)
        elif isinstance(value, float):
            bits = int.from_bytes(struct.pack(">d", value), "big")
            self.out += b"\x29" + bytes(bits >> 7 * n & 0x7F for n in range(9, -1, -1))
        elif isinstance(value, bytes):
            self.out.append(0xE8)
            self.vint(len(value))
            self.sevens(value)
        elif isinstance(value, str):
            self.text(value)
        elif isinstance(value, list):
            self.out.append(0xF8)
            for item in value:
                self.write(item)
            self.out.append(0xF9)
        else:
            self.out.append(0xFA)
            for name, item in value.items():
                self.name(name)
                self.write(item)
            self.out.append(0xFB)

    def text(self, text: str) -> None:
        data = text.encode()
        if not data:
            self.out.append(0x20)
        elif self.texts is not None and text in self.texts:
            number = self.texts.index(text)
            self.out += bytes([number + 1]) if number < 31 else bytes([0xEC | number >> 8, number & 0xFF])
        elif text.isascii() and len(data) <= 64:
            self.out += bytes([0x40 + len(data) - 1 if len(data) <= 32 else 0x60 + len(data) - 33]) + data
            self.keep(self.texts, text, data)
        elif not text.isascii() and len(data) <= 65:
            self.out += bytes([0x80 + len(data) - 2 if len(data) <= 33 else 0xA0 + len(data) - 34]) + data
            self.keep(self.texts, text, data)
        else:
            self.out += (b"\xe0" if text.isascii() else b"\xe4") + data + b"\xfc"

    def name(self, text: str) -> None:
        data = text.encode()
        if not data:
            self.out.append(0x20)
        elif self.names is not None and text in self.names:
            number = self.names.index(text)
            self.out += bytes([0x40 + number]) if number < 64 else bytes([0x30 | number >> 8, number & 0xFF])
        elif text.isascii() and len(data) <= 64:
            self.out += bytes([0x80 + len(data) - 1]) + data
            self.keep(self.names, text, data)
        elif not text.isascii() and len(data) <= 57:
            self.out += bytes([0xC0 + len(data) - 2]) + data
            self.keep(self.names, text, data)
        else:
            self.out += b"\x34" + data + b"\xfc"

    @staticmethod
    def keep(texts: list[str] | None, text: str, data: bytes) -> None:
        if texts is not None and len(data) <= 64 and len(texts) < 1024:
            texts.append(text)


@given(VALUES, st.booleans(), st.booleans())
def test_that_what_was_written_is_in_the_tree(value: Any, names: bool, texts: bool) -> None:
    writer = Writer(names, texts)
    writer.write(value)
    for data in (bytes(writer.out), bytes(writer.out) + b"\xff"):
        decoded = read(data)
        assert says(decoded.tree, value)
        assert all(node.span is not None for node in spanned(decoded.tree))


@given(st.dictionaries(st.text(min_size=1, max_size=9), SCALARS, min_size=1))
def test_that_an_object_without_a_header_is_read(value: Any) -> None:
    writer = Writer(True, False)
    writer.write(value)
    decoded = decode(Payload(bytes(writer.out[4:]), "value", "orders", ()), NONE)
    assert decoded.chain[0].detail == "without a header"
    assert says(decoded.tree, value)


def test_that_a_smiling_text_and_random_bytes_are_none() -> None:
    random = Random(2)
    assert decode(Payload(b":)\nnice to meet you", "value", "t", ()), NONE).format == "text"
    for data in (
        b":)\n",
        b":)\n\x01",
        b"\xfa",
        b"\xfa\xfb",
        b"\xf8\xf9",
        b"\xf8\xc2\xf9",
        b":)\n\x01\xfa\x80a\x01\xfb",
    ):
        with pytest.raises(Undecodable):
            read(data)
    for _ in range(3_000):
        for first in (b"\xfa", b"\xf8"):
            with pytest.raises(Undecodable):
                read(first + random.randbytes(random.randint(1, 60)))


def test_that_arrays_that_open_for_ever_are_declined() -> None:
    with pytest.raises(Undecodable, match="nested deeper"):
        read(b":)\n\x00" + b"\xf8" * 1_000)
