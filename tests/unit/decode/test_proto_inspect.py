"""Fields without a schema: what their bytes look like."""

import struct

import pytest

from meshdesk.decode.contract import Bounds
from meshdesk.decode.proto_inspect import Found, inspected
from meshdesk.decode.protobuf import EMPTY, read
from meshdesk.model.node import Node, to_json


def only(data: bytes) -> Node:
    (child,) = read(data, 0, EMPTY, None, Bounds()).tree.children
    return child


@pytest.mark.parametrize(
    ("data", "kind", "value"),
    [
        (b"\x08\x05", "int", 5),
        (b"\x08" + b"\xff" * 9 + b"\x01", "int", -1),
        (b"\x0d\x07\0\0\0", "int", 7),
        (b"\x0a\x02hi", "string", "hi"),
        (b"\x0a\x00", "string", ""),
        (b"\x0a\x04\x0a\x02hi", "record", {"1": "hi"}),
        (b"\x0a\x02\x08\x05", "record", {"1": 5}),
        (b"\x0a\x02\xff\xfe", "bytes", {"$bytes": "//4="}),
        (
            b"\x0a\x22\x0a\x20" + b"x" * 32,
            "record",
            {"1": "x" * 32},
        ),  # its length is a blank, its tag the end of a line
    ],
)
def test_that_a_field_is_shown_as_what_it_looks_like(data: bytes, kind: str, value: object) -> None:
    assert (only(data).name, only(data).kind, to_json(only(data))) == ("1", kind, value)


def test_that_the_other_reading_of_eight_bytes_stands_beside_it() -> None:
    found = only(b"\x09" + struct.pack("<d", 12.5))
    assert (found.kind, found.note) == ("int", "64-bit, as a real number 12.5")


def test_that_each_field_is_told_with_its_beginning() -> None:
    assert list(inspected(b"xx\x08\x05\x0a\x01a", 2, 7)) == [Found(1, 0, 5, 2, 3, 4), Found(1, 2, 0, 4, 6, 7)]
