"""What is read of Protobuf and not shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.contract import Undecodable
from meshdesk.decode.line import Unlisted
from meshdesk.decode.proto_skip import SKIPS, end_of_group, end_of_run, length_at, tag_at
from meshdesk.decode.proto_wire import fields


@given(st.sampled_from(sorted(SKIPS)), st.binary(max_size=14), st.binary(max_size=4))
def test_that_a_value_is_passed_over_where_the_walk_of_fields_ends_it(wire: int, value: bytes, behind: bytes) -> None:
    data, end = bytes([8 | wire]) + value + behind, 1 + len(value)
    try:
        expected = next(fields(data, 0, end))[4]
    except Undecodable:
        with pytest.raises((Unlisted, Undecodable, IndexError)):
            SKIPS[wire](data, 1, end, 0)
    else:
        assert SKIPS[wire](data, 1, end, 0) == expected


def test_that_tags_and_lengths_of_more_bytes_are_read() -> None:
    assert tag_at(b"\x92\x01", 0, 2) == (146, 2)
    assert length_at(b"\x80\x01" + bytes(128), 0, 130) == (2, 130)
    with pytest.raises(Unlisted):
        length_at(b"\x03ab", 0, 3)


def test_that_fields_side_by_side_end_where_another_begins() -> None:
    assert end_of_run(1, b"\x08\x05\x0a\x01A\x10\x01", 0, 7) == 5
    assert end_of_run(1, b"\x08\x05", 0, 2) == 2
    with pytest.raises(Unlisted):
        end_of_run(1, b"\x0b\x0c", 0, 2)


def test_that_a_group_ends_with_its_own_number() -> None:
    assert end_of_group(1, b"\x10\x05\x0c\x01", 0, 4) == (2, 3)
    for data in (b"\x10\x05", b"\x14", b"\x13\x14\x0c"):
        with pytest.raises(Unlisted):
            end_of_group(1, data, 0, len(data))
