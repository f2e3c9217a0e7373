"""Blocks and framings against the writers of a library of its own (cramjam), bombs and torn ones."""

import cramjam
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode import blocks
from meshdesk.decode.contract import Undecodable

LIMIT = 1 << 20
PIECES = st.lists(st.binary(max_size=20), max_size=60).map(b"".join) | st.binary(min_size=1).map(lambda data: data * 50)


@given(PIECES)
def test_that_a_block_of_lz4_is_what_was_written(data: bytes) -> None:
    packed = bytes(cramjam.lz4.compress_block(data, store_size=False))
    assert blocks.lz4_block(packed, LIMIT) == data


@given(PIECES)
def test_that_blocks_of_snappy_and_s2_are_what_was_written(data: bytes) -> None:
    packed = bytes(cramjam.snappy.compress_raw(data))
    assert blocks.snappy_block(packed, LIMIT) == data
    assert blocks.s2_block(packed, LIMIT) == data


@given(PIECES)
def test_that_framed_snappy_is_what_was_written(data: bytes) -> None:
    assert blocks.chunks(bytes(cramjam.snappy.compress(data)), LIMIT) == data


def test_that_a_copy_of_s2_may_repeat_the_offset_before_it() -> None:
    block = bytes([14, 2 << 2]) + b"abc" + bytes([0b00000001, 3, 0b00000101, 0]) + bytes([1 << 2]) + b"zz"
    with pytest.raises(Undecodable):
        blocks.snappy_block(block, LIMIT)
    assert blocks.s2_block(block, LIMIT) == b"abc" + b"abca" + b"bcabc" + b"zz"


@given(st.binary(max_size=80))
def test_that_no_bytes_make_a_block_raise_anything_else(data: bytes) -> None:
    for read in (blocks.lz4_block, blocks.lz4_sized, blocks.lz4_java, blocks.snappy_block, blocks.s2_block):
        for framed in (data, blocks.LZ4_JAVA + data, b"\x90\x03" + data):
            try:
                assert len(read(framed, 1000)) <= 1000
            except Undecodable as why:
                assert str(why)
    for magic in (blocks.SNAPPY_FRAMED, blocks.S2_FRAMED):
        try:
            blocks.chunks(magic + data, 1000)
        except Undecodable as why:
            assert str(why)


@pytest.mark.parametrize(
    ("read", "packed"),
    [
        (blocks.lz4_block, b"\x1fa\x01\x00" + b"\xff" * 9_000 + b"\0"),
        (blocks.snappy_block, bytes(cramjam.snappy.compress_raw(b"\0" * 2_000_000))),
        (blocks.s2_block, b"\xff\xff\xff\xff\x0f\x00a"),
        (blocks.chunks, bytes(cramjam.snappy.compress(b"\0" * 2_000_000))),
    ],
)
def test_that_a_bomb_goes_no_further_than_the_limit(read, packed: bytes) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(blocks.TooLarge):
        read(packed, LIMIT)
