"""Messages as lists show them, made by their schema."""

from google.protobuf import any_pb2, duration_pb2, timestamp_pb2

from tests.unit.decode.lines import line_of_message
from tests.unit.decode.protos import SHOP, tagged, text_schema


def test_that_a_message_in_an_any_is_shown_with_its_type() -> None:
    packed = any_pb2.Any(type_url="type.example/shop.Order", value=b"\x0a\x01A")
    assert line_of_message(b"\0" + tagged(17, packed), SHOP) == "any { @type type.example/shop.Order id A }"
    packed.value = b""
    assert line_of_message(b"\0" + tagged(17, packed), SHOP) == "any { @type type.example/shop.Order }"
    assert line_of_message(b"\0" + tagged(17, any_pb2.Any()), SHOP) == "any {}"
    for other in (timestamp_pb2.Timestamp(seconds=5), duration_pb2.Duration(seconds=5)):
        packed.Pack(other)
        line_of_message(b"\0" + tagged(17, packed), SHOP)
    packed = any_pb2.Any(type_url="type.example/shop.Unheard", value=b"\x0a\x01A")
    line_of_message(b"\0" + tagged(17, packed), SHOP)


def test_that_a_field_whose_type_nothing_brought_along_is_left_to_the_chain() -> None:
    schema = text_schema('syntax = "proto3"; package shop; message Order { string id = 1; other.Missing missing = 2; }')
    assert line_of_message(b"\0\x0a\x01A", schema) == "id A"
    assert line_of_message(b"\0\x0a\x01A\x12\x00", schema) is None
