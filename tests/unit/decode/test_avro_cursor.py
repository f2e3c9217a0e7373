"""Numbers and pieces of Avro, and what of them is not there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.avro_cursor import READERS, STEPS, Cursor, long_at, room, take, zigzag
from meshdesk.decode.contract import Bounds, Undecodable
from meshdesk.decode.one_line import OneLine
from tests.unit.decode.avros import written


def at(data: bytes, bounds: Bounds = Bounds()) -> Cursor:  # noqa: B008
    return Cursor(data, bounds, 0)


@given(st.integers(-(2**63), 2**63 - 1), st.binary(max_size=3))
def test_that_a_number_is_the_one_that_was_written_and_ends_where_it_does(number: int, behind: bytes) -> None:
    data = written("long", number)
    cursor = at(data + behind)
    assert (long_at(cursor), cursor.at) == (number, len(data))


@given(st.integers(-(2**63), 2**63 - 1) | st.integers(-(2**14), 2**14))
def test_that_a_number_is_written_as_another_writes_it(number: int) -> None:
    assert zigzag(number) == written("long", number)


@pytest.mark.parametrize(
    ("data", "words"), [(b"\x80" * 10 + b"\x01", "more than ten bytes"), (b"\xff" * 9 + b"\x02", "more than 64 bits")]
)
def test_that_a_number_has_no_more_bytes_and_bits_than_one_has(data: bytes, words: str) -> None:
    with pytest.raises(Undecodable, match=words):
        long_at(at(data))


def test_that_a_piece_is_there_as_a_whole() -> None:
    cursor = at(b"abc")
    assert (take(cursor, 2), cursor.at) == (b"ab", 2)
    with pytest.raises(IndexError):
        take(cursor, 2)
    with pytest.raises(Undecodable, match="before byte 2 is negative"):
        take(cursor, -1)


def test_that_beyond_the_bound_values_are_walked_and_counted_and_no_nodes_are_made() -> None:
    cursor = at(b"\x02\x04\x06", Bounds(nodes=1))
    assert [READERS["int"](cursor, "n") is None for _ in range(3)] == [False, True, True]
    assert (cursor.at, cursor.steps) == (3, 3)
    cursor.steps = STEPS
    with pytest.raises(Undecodable, match="more than"):
        room(cursor)


def test_that_where_there_is_a_line_values_are_said_to_it() -> None:
    cursor = at(b"\x02\x06abc")
    cursor.line = OneLine()
    container = cursor.line.begin("", is_array=True)
    assert [READERS[kind](cursor, "") for kind in ("int", "string")] == [None, None]
    cursor.line.end(container, "array", 2)
    assert [word for word, _ in cursor.line.words] == ["[2]", "1", "abc"]
