"""Protobuf's wire format, read: for the tests of what writes it."""

import struct


def fields_of(data: bytes) -> dict[int, list[bytes | int | float]]:
    """The values of a message by field: whole numbers, doubles and floats, or bytes. All bytes are read."""
    found: dict[int, list[bytes | int | float]] = {}
    place = 0
    while place < len(data):
        tag, place = _varint(data, place)
        value: bytes | int | float
        if tag & 7 == 0:
            value, place = _varint(data, place)
        elif tag & 7 == 1:
            value, place = struct.unpack_from("<d", data, place)[0], place + 8
        elif tag & 7 == 2:
            length, place = _varint(data, place)
            value, place = data[place : place + length], place + length
            assert len(value) == length
        else:
            assert tag & 7 == 5
            value, place = struct.unpack_from("<f", data, place)[0], place + 4
        found.setdefault(tag >> 3, []).append(value)
    return found


def _varint(data: bytes, place: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        number |= (data[place] & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if data[place - 1] < 0x80:
            return number, place
