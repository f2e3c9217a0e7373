"""The fields of a message in a list."""

import pytest

from meshdesk.decode import quick
from tests.unit.decode.lines import Named, framed, line_of_message
from tests.unit.decode.protos import OLD, SHOP


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"\x0a\x01A\x33\x0a\x01S\x12\x01C\x34", "id A address { street S city C }"),
        (b"\x33\x34", "address {}"),
        (b"\x42\x05\x33\x0a\x01S\x34", "parent { address {…} }"),
        (b"\x33\x0a\x01S", None),  # without its end
        (b"\x33\x0a\x01S\x3c", None),  # with the end of another
        (b"\x33\x34\x33\x34", None),
        (b"\x3b\x08\x01\x3c\x3b\x08\x02\x3c", None),  # in a list
        (b"\x4a\x05\x0a\x01A\x13\x14", None),  # where an entry of a map has its value
    ],
)
def test_that_groups_are_read(data: bytes, line: str | None) -> None:
    assert line_of_message(b"\0" + data, OLD) == line


def test_that_a_message_nested_too_deep_is_left_to_the_chain() -> None:
    data = b""
    for _ in range(100):
        length = len(data)
        data = b"\x22" + (bytes([length]) if length < 128 else bytes([length & 127 | 128, length >> 7])) + data
    assert quick.preview(framed(b"\0" + data), Named(SHOP), 160) is None
