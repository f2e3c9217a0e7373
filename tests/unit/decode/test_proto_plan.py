"""How fields are read: floats to their last digit, enums, and schemas that are none."""

import struct
from base64 import b64encode
from math import isfinite

import pytest
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode import proto_plan
from meshdesk.decode.chain import preview
from meshdesk.decode.contract import Undecodable
from meshdesk.decode.proto_plan import book_of, real32
from meshdesk.model.proto_schema import File
from meshdesk.model.proto_text import file_of
from tests.unit.decode.lines import Named, by_chain, framed
from tests.unit.decode.protos import text_schema


def test_that_a_schema_that_is_none_is_said_to_be_none() -> None:
    with pytest.raises(Undecodable, match="schema 42 cannot be understood"):
        book_of(text_schema("message {"))
    with pytest.raises(Undecodable, match="schema 42 cannot be understood"):
        book_of(text_schema("bm8gZGVzY3JpcHRvcg=="))


def digits(text: str) -> int:
    """How many of them count."""
    return len(text.partition("e")[0].replace(".", "").lstrip("-").strip("0"))


@given(st.floats(width=32))
def test_that_a_float_has_the_digits_that_tell_it_from_its_neighbours_and_no_more(number: float) -> None:
    text = real32(struct.pack("<f", number))
    if isfinite(number):
        assert struct.pack("<f", float(text)) == struct.pack("<f", number)
        assert digits(text) <= digits(repr(number))
    else:
        assert text in ("NaN", "Infinity", "-Infinity")


def test_that_messages_that_hold_each_other_are_planned_once() -> None:
    book = book_of(text_schema("message A { B b = 1; } message B { A a = 1; int32 n = 2; }"))
    inner = book.plan("A").fields[1].message
    assert inner is book.plan("B")
    assert inner.fields[1].message is book.plan("A")


def test_that_a_field_without_a_type_in_a_damaged_descriptor_is_one_whose_type_is_missing() -> None:
    file = FileDescriptorProto(name="a.proto", syntax="proto3")
    message = file.message_type.add(name="Order")
    message.field.add(name="id", number=1, type=FieldDescriptorProto.TYPE_STRING)
    message.field.add(name="at", number=2, type=FieldDescriptorProto.TYPE_MESSAGE)
    schema = text_schema(b64encode(file.SerializeToString()).decode())
    assert book_of(schema).plan("Order").fields[2].missing == "a type without a name"
    sent = framed(b"\0\x0a\x03O-1\x12\x02\x08\x01")
    assert preview(sent, Named(schema)) == by_chain(sent, Named(schema))
    assert "refers to a type without a name" in by_chain(sent, Named(schema)).trouble


def test_that_what_is_wrong_with_a_schema_is_found_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def counted(text: str) -> File:
        read.append(text)
        return file_of(text)

    monkeypatch.setattr(proto_plan, "file_of", counted)
    for _ in range(3):
        with pytest.raises(Undecodable, match="cannot be understood"):
            book_of(text_schema("message { once"))
    assert len(read) == 1
