"""The index: every entry comes back, and nothing behind a torn or flipped byte is believed."""

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.capture.index import (
    BATCH,
    COVERED,
    DROPPED,
    RANGE,
    SAMPLES,
    SIZE,
    Batch,
    Dropped,
    Entry,
    NewerEntry,
    SampleBatch,
    Span,
    decode_entries,
    decode_header,
    encode_entry,
    encode_header,
)
from tests.together import all_hold

U32 = st.integers(0, 2**32 - 1)
U64 = st.integers(0, 2**64 - 1)
I64 = st.integers(-(2**63), 2**63 - 1)
SPANS = st.builds(
    Span,
    topic=U32,
    partition=st.integers(-(2**31), 2**31 - 1),
    begin=I64,
    end=I64,
    rows=U32,
    first=I64,
    last=I64,
    end_seen=I64,
    flags=st.integers(0, 255),
)
BATCHES = st.builds(
    Batch,
    segment=U32,
    position=U64,
    length=U32,
    rows=U32,
    topic=U32,
    seen=I64,
    oldest=I64,
    newest=I64,
    payload=U64,
    spans=st.lists(SPANS, max_size=3).map(tuple),
)
SAMPLE_BATCHES = st.builds(
    SampleBatch,
    segment=U32,
    position=U64,
    length=U32,
    rows=U32,
    first_seen=I64,
    last_seen=I64,
    kept=st.lists(st.tuples(U32, I64, I64), max_size=3).map(tuple),
)
DROPS = st.builds(
    Dropped,
    writer=U32,
    generation=U32,
    rows=U64,
    topics=st.lists(st.tuples(U32, st.integers(0, 2**63 - 1)), max_size=3).map(tuple),
    samples=st.tuples(U32, U32),
)
ENTRIES = st.lists(BATCHES | SPANS | SAMPLE_BATCHES | DROPS, max_size=6)

RANGES = (Span(3, 0, 5, 9, 3, 5, 8, 20, 1), Span(3, 7, 0, 2, 2, 0, 1))
A_BATCH = Batch(2, 4096, 1000, 5, 3, 1_795_500_000_000, 1, 2, 640, RANGES)
BEFORE: list[Entry] = [Span(3, 1, 0, 4, end_seen=4), SampleBatch(0, 64, 128, 6, 10, 20)]


def encoded(entries: list[Entry]) -> bytes:
    return b"".join(map(encode_entry, entries))


@given(ENTRIES)
def test_that_every_entry_is_decoded_as_it_was_encoded(entries: list[Entry]) -> None:
    data = encoded(entries)
    assert decode_entries(data) == (entries, len(data))


@given(ENTRIES, st.data())
def test_that_a_tail_torn_anywhere_is_cut_to_the_last_whole_group(entries: list[Entry], draw: st.DataObject) -> None:
    data = encoded(entries)
    cut = draw.draw(st.integers(0, len(data)))
    whole = [n for n in range(len(entries) + 1) if len(encoded(entries[:n])) <= cut][-1]
    assert decode_entries(data[:cut]) == (entries[:whole], len(encoded(entries[:whole])))


def test_that_a_group_torn_at_any_of_its_bytes_is_left_out() -> None:
    front, group = encoded(BEFORE), encode_entry(A_BATCH)
    assert len(group) == SIZE * 3
    for cut in range(len(group)):
        assert decode_entries(front + group[:cut]) == (BEFORE, len(front)), cut
    assert decode_entries(front + group) == ([*BEFORE, A_BATCH], len(front + group))


def test_that_one_flipped_bit_in_any_byte_ends_the_index_at_its_group() -> None:
    front, group, behind = encoded(BEFORE), encode_entry(A_BATCH), encode_entry(BEFORE[0])
    for at in range(len(group)):
        for bit in range(8):
            damaged = bytearray(group)
            damaged[at] ^= 1 << bit
            assert decode_entries(front + damaged + behind) == (BEFORE, len(front)), (at, bit)


@pytest.mark.parametrize("there", [0, 1])
def test_that_a_batch_whose_ranges_are_not_all_there_is_cut(there: int) -> None:
    front, group = encoded(BEFORE), encode_entry(A_BATCH)
    other = encode_entry(BEFORE[0])  # sound, but no range
    data = front + group[: SIZE * (1 + there)] + other * 2
    assert decode_entries(data) == (BEFORE, len(front))


def test_that_an_unknown_kind_with_a_sound_checksum_says_that_the_capture_is_newer() -> None:
    def check(kind: int) -> None:
        body = bytes([kind]).ljust(SIZE - 4, b"\7")
        with pytest.raises(NewerEntry):
            decode_entries(encoded(BEFORE) + body + zlib.crc32(body).to_bytes(4, "little"))
        assert decode_entries(encoded(BEFORE) + body + b"\0\0\0\0")[0] == BEFORE  # torn, and no matter what it says

    unknown = sorted(set(range(256)) - {BATCH, RANGE, COVERED, SAMPLES, DROPPED})
    all_hold(check, {f"kind {kind}": kind for kind in unknown})


def test_that_zeroes_are_no_entry() -> None:
    """What a power loss may leave at the end of a file."""
    assert decode_entries(bytes(SIZE * 4)) == ([], 0)


@given(U64)
def test_that_a_header_says_which_row_is_its_first(first_row: int) -> None:
    header = encode_header(first_row)
    assert (len(header), decode_header(header + b"more")) == (SIZE, first_row)
    assert [decode_header(header[:cut]) for cut in range(SIZE)] == [None] * SIZE


def test_that_the_header_of_version_1_names_no_row() -> None:
    assert decode_header(b"MESHDESK INDEX 1" + bytes(48)) is None


def test_that_the_layout_of_the_entries_stays_byte_for_byte() -> None:
    head, *ranges = (encode_entry(A_BATCH)[at : at + SIZE] for at in range(0, SIZE * 3, SIZE))
    assert head[:60] == struct.pack("<BBHIIIQIqqqQ", 1, 0, 2, 2, 1000, 5, 4096, 3, 1_795_500_000_000, 1, 2, 640)
    assert ranges[0][:60] == struct.pack("<BBHIiIqqqqq4x", 2, 1, 0, 3, 0, 3, 5, 5, 8, 9, 20)
    assert encode_entry(RANGES[0])[:60] == b"\3" + ranges[0][1:60]
    assert encode_entry(BEFORE[1])[:60] == struct.pack("<BBHIIIQIqqqQ", 4, 0, 0, 0, 128, 6, 64, 0, 20, 10, 20, 0)
    assert encode_header(7)[:60] == b"MESHDESK INDEX 2" + struct.pack("<Q36x", 7)
    dropped = encode_entry(Dropped(2, 9, 1000, ((3, 600),)))
    assert dropped[:60] == struct.pack("<BBHIIIQIqqqQ", 5, 0, 1, 9, 2, 0, 1000, 0, 0, 0, 0, 0)
    assert dropped[SIZE : SIZE + 60] == struct.pack("<BBHIiIqqqqq4x", 2, 0, 0, 3, 0, 0, 600, -1, -1, 600, -1)
    assert all(row[60:] == zlib.crc32(row[:60]).to_bytes(4, "little") for row in (head, *ranges))
