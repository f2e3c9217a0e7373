"""Compiled schemas: what Google's library writes is read back, in a file and in a set of files."""

import base64

import pytest
from google.protobuf import descriptor_pb2
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.proto_descriptor import files_of
from meshdesk.model.proto_schema import BadSchema
from tests.unit.decode.protos import FILE, SCALARS, SCHEMA


def test_that_a_file_is_read_back() -> None:
    (file,) = files_of(SCHEMA.text)
    every = file.messages[0]
    assert (file.name, file.package, every.name) == ("every.proto", "test", "test.Every")
    declared = {field.name: (field.number, field.repeated, field.type) for field in every.fields}
    assert declared == {
        field.name: (
            field.number,
            field.label == field.LABEL_REPEATED,
            field.type_name or next(name for name, (kind, _) in SCALARS.items() if kind == field.type),
        )
        for field in FILE.message_type[0].field
    }
    assert all(entry.is_map for entry in every.messages)


def test_that_of_a_set_the_last_file_comes_first() -> None:
    other = descriptor_pb2.FileDescriptorProto(name="other.proto", package="other")
    both = descriptor_pb2.FileDescriptorSet(file=[other, FILE])
    files = files_of(base64.b64encode(both.SerializeToString()).decode())
    assert [file.package for file in files] == ["test", "other"]


def test_that_oneofs_extensions_enums_and_optionals_are_told_apart() -> None:
    file = descriptor_pb2.FileDescriptorProto(name="a.proto", syntax="proto3")
    message = file.message_type.add(name="M")
    message.oneof_decl.add(name="choice")
    message.oneof_decl.add(name="_note")
    message.field.add(name="x", number=1, type=5, oneof_index=0)
    message.field.add(name="note", number=2, type=9, oneof_index=1, proto3_optional=True)
    message.enum_type.add(name="E").value.add(name="NEG", number=-3)
    file.extension.add(name="ext", number=100, type=9, extendee=".M")
    (read,) = files_of(base64.b64encode(file.SerializeToString()).decode())
    assert [(field.name, field.oneof) for field in read.messages[0].fields] == [("x", "choice"), ("note", "")]
    assert read.messages[0].enums[0].names == {-3: "NEG"}
    assert (read.extensions[0].name, read.extensions[0].extends) == ("ext", ".M")


@pytest.mark.parametrize("text", ["not base64!", "bm8gZGVzY3JpcHRvcg==", "////"])
def test_that_what_is_no_descriptor_is_declined(text: str) -> None:
    with pytest.raises(BadSchema):
        files_of(text)


@given(st.binary(max_size=60))
def test_that_any_bytes_are_a_descriptor_or_none(data: bytes) -> None:
    for piece in (data, FILE.SerializeToString()[:300] + data):
        try:
            assert files_of(base64.b64encode(piece).decode())
        except BadSchema as why:
            assert str(why)
