"""Functions that are written to pass over a Protobuf message: where it ends, and that it is one."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdesk.decode.line import Unlisted
from meshdesk.decode.proto_fields import message_of
from meshdesk.decode.proto_messages import Messages
from meshdesk.decode.proto_pass_source import FUNCTIONS, UNWRITTEN, number_at, pass_of_message, standing
from meshdesk.decode.proto_plan import book_of
from meshdesk.decode.proto_wire import varint
from meshdesk.model.schema import Schema
from tests.unit.decode.protos import SCHEMA, SHOP, Every, text_schema, values


class Both:
    """The function that is written for the first message of a schema, and the one that asks for each field what it is."""

    def __init__(self, schema: Schema) -> None:
        book = book_of(schema)
        messages, plan = Messages(book), book.plan(book.types.files[0].messages[0].name)
        self.written = pass_of_message(messages, plan)
        self.made = message_of(messages.message(plan, is_sure=False))[1]

    def end(self, data: bytes) -> int | None:
        """Where both say that the message behind its length ends; None where both decline."""
        ends: list[int | None] = []
        for passing in (self.written, self.made):
            try:
                ends.append(passing(data, 0, len(data), 0))
            except UNWRITTEN:
                ends.append(None)
        assert ends[0] == ends[1]
        return ends[0]


EVERY, ORDER = Both(SCHEMA), Both(SHOP)


@given(values(), st.binary(max_size=3), st.integers(0, 40), st.integers(0, 2))
@settings(max_examples=120)
def test_that_it_ends_where_the_other_reading_ends_it_whatever_was_changed(
    value: dict[str, Any], noise: bytes, at: int, gone: int
) -> None:
    data = Every(**value).SerializeToString()
    length = bytes([len(data) & 0x7F | 0x80, len(data) >> 7 & 0x7F | 0x80, len(data) >> 14])
    assert EVERY.end(length + data) == 3 + len(data)
    EVERY.end(length + data[:at] + noise + data[at + gone :])
    ORDER.end(length + data[:at] + noise + data[at + gone :])


@pytest.mark.parametrize(
    "message",
    [
        b"\x0a\x01A\x10\x05",
        b"\x10\x05\x0a\x01A",  # in another order
        b"\x0a\x01A\x0a\x01B",  # twice
        b"\x1a\x03\x01\x02\x03\x18\x05",
        b"\x42\x04\x08\x05\x10\x02\x4a\x07\x0a\x01A\x12\x02\x10\x05",
        b"\x5a\x02\x08\x01\x62\x02\x08\x07\x6a\x00\x6a\x03\x0a\x01A",
    ],
)
def test_that_a_message_is_passed_over(message: bytes) -> None:
    assert ORDER.end(bytes([len(message)]) + message + b"more") == 1 + len(message)


@pytest.mark.parametrize(
    "message", [b"\x0a\x02A", b"\xa8\x1f\x05", b"\x1a\x02\x01\x80", b"\x22\x03\x0a\x02A", b"\x08\x05"]
)
def test_that_what_is_none_or_has_fields_that_are_not_known_is_declined(message: bytes) -> None:
    assert ORDER.end(bytes([len(message)]) + message) is None


def test_that_of_a_schema_of_many_messages_no_more_are_written_than_are_compiled_at_once() -> None:
    last = FUNCTIONS + 20
    text = " ".join(f"message M{number} {{ M{number + 1} next = 1; int32 n = 2; }}" for number in range(last))
    both = Both(text_schema(f'syntax = "proto3"; package shop; {text} message M{last} {{ int32 n = 2; }}'))
    data = b"\x10\x05"
    for _ in range(40):
        data = b"\x0a" + bytes([len(data)]) + data
    assert both.end(bytes([len(data)]) + data) == 1 + len(data)


def test_that_messages_nested_too_deep_are_declined() -> None:
    data = b""
    for _ in range(60):
        data = (
            b"\x22" + (bytes([len(data)]) if len(data) < 128 else bytes([len(data) & 127 | 128, len(data) >> 7])) + data
        )
    assert ORDER.end(bytes([len(data) & 127 | 128, len(data) >> 7]) + data) is None


def test_that_tags_stand_in_the_order_of_their_numbers() -> None:
    tags = [standing(number << 3 | wire) for number in range(1, 2_047) for wire in (0, 1, 2, 5)]
    assert tags == sorted(set(tags))


@pytest.mark.parametrize("number", [128, 16_383, 16_384, 1 << 35, (1 << 63) - 1, 1 << 63, (1 << 64) - 1])
def test_that_a_number_of_several_bytes_is_read_as_the_walk_of_fields_reads_it(number: int) -> None:
    data = bytes((number >> 7 * at & 0x7F) | 0x80 for at in range((number.bit_length() - 1) // 7))
    data += bytes([number >> 7 * len(data)])
    assert number_at(data, 0) == varint(data, 0, len(data)) == (number, len(data))
    for odd in (data[:-1], b"\xff" * 10 + b"\x01", b"\xff" * 9 + b"\x02"):
        with pytest.raises((Unlisted, IndexError)):
            number_at(odd, 0)


def test_that_packed_numbers_end_where_their_length_says() -> None:
    tags = {field.name: number << 3 | 2 for number, field in book_of(SCHEMA).plan("test.Every").fields.items()}
    for name, size in (("packed_float", 4), ("packed_fixed64", 8), ("packed_int64", 1)):
        tag = bytes([tags[name] & 0x7F | 0x80, tags[name] >> 7])
        for length, is_one in ((2 * size, True), (2 * size + 1, size == 1)):
            message = tag + bytes([length]) + b"\1" * length
            assert (EVERY.end(bytes([len(message)]) + message) is not None) is is_one
    message = b"\xba\x06\x02\x01\x80\x10\x05"
    assert EVERY.end(bytes([len(message)]) + message) is None
