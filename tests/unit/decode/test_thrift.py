"""Thrift against its own library, without an IDL, and what must not be taken for it."""

import json
import struct
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.protocol.TCompactProtocol import TCompactProtocol
from thrift.Thrift import TType
from thrift.transport.TTransport import TMemoryBuffer

from meshdesk.decode import thrift
from meshdesk.decode.chain import BOUNDS, decode, preview
from meshdesk.decode.contract import Bounds, Decoded, Payload, Undecodable
from meshdesk.model.schema import Schema, SchemaState
from tests.unit.decode.lines import by_chain
from tests.unit.decode.poison import Every
from tests.unit.decode.values import says

NONE = Every(SchemaState.NO_REGISTRY)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=20)
SCALARS = st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | TEXT
STRUCTS = st.lists(
    SCALARS | st.lists(TEXT, max_size=20) | st.dictionaries(TEXT, st.integers(-(2**31), 2**31 - 1)),
    min_size=1,
    max_size=20,
)
PROTOCOLS = {"binary": TBinaryProtocol, "compact": TCompactProtocol}


def written(values: list[Any], protocol: str) -> bytes:
    """A struct whose fields are numbered from 1."""
    buffer = TMemoryBuffer()
    out = PROTOCOLS[protocol](buffer)
    out.writeStructBegin("Order")
    for number, value in enumerate(values, 1):
        kind, write = _of(out, value)
        out.writeFieldBegin(str(number), kind, number)
        write(value)
        out.writeFieldEnd()
    out.writeFieldStop()
    out.writeStructEnd()
    data: bytes = buffer.getvalue()
    return data


def _of(out: Any, value: Any) -> tuple[int, Any]:
    if isinstance(value, bool):
        return TType.BOOL, out.writeBool
    if isinstance(value, int):
        return TType.I64, out.writeI64
    if isinstance(value, float):
        return TType.DOUBLE, out.writeDouble
    if isinstance(value, str):
        return TType.STRING, out.writeString
    if isinstance(value, list):
        return TType.LIST, lambda items: _all(out, items)
    return TType.MAP, lambda pairs: _pairs(out, pairs)


def _all(out: Any, items: list[str]) -> None:
    out.writeListBegin(TType.STRING, len(items))
    for item in items:
        out.writeString(item)
    out.writeListEnd()


def _pairs(out: Any, pairs: dict[str, int]) -> None:
    out.writeMapBegin(TType.STRING, TType.I32, len(pairs))
    for key, value in pairs.items():
        out.writeString(key)
        out.writeI32(value)
    out.writeMapEnd()


def read(data: bytes, bounds: Bounds = BOUNDS) -> Decoded:
    return thrift.decode(Payload(data, "value", "orders", ()), data, NONE, bounds)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@given(values=STRUCTS)
def test_that_what_its_library_wrote_is_in_the_tree(protocol: str, values: list[Any]) -> None:
    values = ["order", *values]
    decoded = read(written(values, protocol))
    assert says(decoded.tree, {str(number): value for number, value in enumerate(values, 1)})
    assert decoded.chain[0].detail.startswith(f"{protocol} protocol")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_that_a_struct_is_read_by_the_whole_chain(protocol: str) -> None:
    decoded = decode(Payload(written(["O-1001", 5, ["SKU-1"]], protocol), "value", "orders", ()), NONE)
    assert decoded.format == "Thrift"


IDLS = (
    "struct T { 1: string id, 2: binary raw, 3: list<string> tags, 4: map<string, i32> stock, 5: bool paid }",
    "enum E { A, B } typedef E Word struct Other { 1: i64 n } struct T { 1: string id 2: Word word 3: set<binary> all }",
)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@given(values=STRUCTS, idl=st.sampled_from(["", *IDLS]), end=st.binary(max_size=1))
def test_that_a_list_shows_what_the_chain_says(protocol: str, values: list[Any], idl: str, end: bytes) -> None:
    sent = Payload(written(["order", *values], protocol) + end, "value", "orders", ())
    schemas = Every(Schema("test", 0, "THRIFT", idl)) if idl else NONE
    assert preview(sent, schemas) == by_chain(sent, schemas)


def test_that_numbers_text_json_and_random_bytes_are_none() -> None:
    random = Random(9)
    samples = [struct.pack(">q", number) for number in (0, 5, -1, 2**40)] + [
        b"order\0",
        b"a text that ends so\0",
        b"\x18\0",
    ]
    samples += [json.dumps({"a": 1}).encode(), b"\0\0\0\0\x2a" + bytes(20)]
    samples += [random.randbytes(random.randint(4, 60)) + b"\0" for _ in range(20_000)]
    taken = 0
    for data in samples:
        try:
            read(data)
        except Undecodable:
            continue
        taken += 1
    assert taken <= 2


def test_that_fields_that_fall_and_lists_without_bytes_are_declined() -> None:
    for data in (
        b"\x08\0\x02\0\0\0\x01\x08\0\x01\0\0\0\x01\0",
        b"\x0f\0\x01\x0b\x7f\xff\xff\xff" + bytes(9),
        b"\x1c" * 400 + b"\0",
    ):
        with pytest.raises(Undecodable):
            read(data)
