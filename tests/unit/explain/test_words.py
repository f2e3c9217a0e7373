"""Words in key, value and headers: the same rows as a naive search finds, whatever the bytes are."""

from itertools import product

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdesk.explain.words import PIECE, hits
from tests.unit.capture.making import Rec, table

BYTES = st.none() | st.binary(max_size=12) | st.text("aAbBüÜ.*( \\_x", max_size=8).map(str.encode)
NAMES = st.text("aAbBüÜ.", max_size=4)
RECORDS = st.lists(
    st.builds(
        Rec,
        partition=st.just(0),
        offset=st.just(0),
        timestamp=st.just(0),
        timestamp_type=st.just(1),
        leader_epoch=st.just(-1),
        key=BYTES,
        value=BYTES,
        headers=st.none() | st.lists(st.tuples(NAMES, BYTES), max_size=3).map(tuple),
    ),
    max_size=12,
)
WORDS = st.text("aAbBüÜ.*( \\_x", min_size=1, max_size=3)


def naive(records: list[Rec], word: str) -> list[int]:
    """Byte for byte; letters in two cases are tried in both."""
    cases = [(letter, letter.upper()) if word == word.lower() else (letter,) for letter in word]
    wanted = {"".join(letters).encode() for letters in product(*cases)}
    found = []
    for at, record in enumerate(records):
        pieces = [record.key, record.value]
        for name, value in record.headers or ():
            pieces += [name.encode(), value]
        if any(piece is not None and any(one in piece for one in wanted) for piece in pieces):
            found.append(at)
    return found


@settings(max_examples=300, deadline=None)
@given(records=RECORDS, word=WORDS, first=st.integers(0, 3))
def test_that_hits_are_those_of_a_naive_search(records: list[Rec], word: str, first: int) -> None:
    batch = table(records).slice(first)
    assert hits(batch, word).tolist() == naive(records[first:], word)


@pytest.mark.parametrize("every", [1, 3, 40, 500])
@pytest.mark.parametrize("first", [0, 5])
def test_that_rare_and_common_words_are_found_among_many_records(every: int, first: int) -> None:
    """Also across the pieces in which rows are looked through, whose ends do not lie where the records of a word do."""
    records = [
        Rec(0, n, key=b"k%d" % n if n % 7 else None, value=b"ne" if n % every else b"a Needle", headers=())
        for n in range(333)
    ]
    batch = table(records).slice(first)
    for word in ("needle", "Needle", "k33", "nene"):
        assert hits(batch, word).tolist() == naive(records[first:], word)


@pytest.mark.parametrize("filler", [b".", b"n", b"needl"])
def test_that_a_word_is_found_wherever_the_pieces_begin_that_are_looked_through_at_once(filler: bytes) -> None:
    beside = (filler * PIECE)[: PIECE - 3]
    records = [Rec(0, n, value=beside[n:] + b"NEEdle" + filler) for n in range(12)]
    records += [Rec(0, 12, value=beside + b"NEE_dle"), Rec(0, 13, value=b"dle"), Rec(0, 14, value=b"needle")]
    assert hits(table(records), "needle").tolist() == [*range(12), 14]
    assert hits(table(records).slice(12), "needle").tolist() == [2]
    assert hits(table(records), "NEEdle").tolist() == [*range(12)]


@pytest.mark.parametrize("word", ["a-1000777", "777", "00099", "a-10", "-1", "7", "note-" * 20 + "1000777"])
def test_that_numbers_are_found_among_numbers(word: str) -> None:
    records = [
        Rec(0, n, key=b"A-%d" % (1_000_000 + n), value=b'{"id": "A-%d", "note": "%d"}' % (1_000_000 + n, n * n))
        for n in range(0, 1_000, 3)
    ]
    records += [Rec(0, 1_000, value=b"x" + b"Note-" * 20 + b"1000777")]
    sought = word.encode()
    found = [
        at
        for at, record in enumerate(records)
        if sought in (record.key or b"").lower() + b"\0" + (record.value or b"").lower()
    ]
    assert hits(table(records), word).tolist() == found
    assert found


@pytest.mark.parametrize("length", [PIECE // 4, PIECE, 2 * PIECE])
def test_that_a_word_may_be_as_long_as_a_piece_and_longer(length: int) -> None:
    word = ("of a length " * length)[:length]
    values = [word[1:].encode(), b"x" + word.upper().encode(), word.encode()[:-1] + b"_", b"", word.encode() + b"y"]
    records = [Rec(0, n, value=value) for n, value in enumerate(values)]
    assert hits(table(records), word).tolist() == [1, 4]
    assert hits(table(records), f"O{word[1:]}").tolist() == []


@pytest.mark.parametrize("size", [1, 63, 64, 65, 200])
def test_that_no_byte_but_a_capital_is_one_in_another_case(size: int) -> None:
    """Also behind what fills a register of the processor, which takes up to 64 bytes at once."""
    for place in {0, size // 2, size - 1}:
        values = [bytes([*b"." * place, byte, *b"." * (size - place - 1)]) for byte in range(256)]
        batch = table([Rec(0, n, value=value) for n, value in enumerate(values)])
        for letter in "kz@[`":
            assert hits(batch, letter).tolist() == sorted({*letter.upper().encode(), *letter.encode()})


def test_that_what_lies_behind_a_null_is_not_found() -> None:
    values = pa.Array.from_buffers(
        pa.binary(),
        2,
        [pa.py_buffer(b"\x02"), pa.py_buffer(np.array([0, 6, 9], np.int32)), pa.py_buffer(b"needleabc")],
    )
    batch = table([Rec(0, 0), Rec(0, 1)])
    batch = batch.set_column(batch.schema.get_field_index("value"), "value", values)
    assert hits(batch, "needle").tolist() == []
    assert hits(batch, "abc").tolist() == [1]


def test_that_a_word_is_not_found_across_two_records() -> None:
    batch = table([Rec(0, 0, value=b"nee"), Rec(0, 1, value=b"dle"), Rec(0, 2, key=b"nee", value=b"dle")])
    assert hits(batch, "needle").tolist() == []


@pytest.mark.parametrize(
    ("word", "rows"),
    [
        ("grüße", [0, 1, 3]),
        ("Grüße", [0, 1]),
        ("GRÜSSE", []),
        ("groß", [4]),
        ("ǆ", [5]),
        ("ä", []),
        ("\0", [1]),
        ("", [0, 1, 2, 3, 4, 5]),
        ("größe", [2]),
    ],
)
def test_that_letters_outside_ascii_are_found_and_bytes_around_them_do_not_matter(word: str, rows: list[int]) -> None:
    records = [
        Rec(0, 0, value="Grüße".encode()),
        Rec(0, 1, key=b"\xff\xfe\0" + "Grüße".encode(), value=None),
        Rec(0, 2, value=None, headers=(("größe", None),)),
        Rec(0, 3, value="GRÜßE".encode()),
        Rec(0, 4, value=b"GROSS \xe3\xa4"),
        Rec(0, 5, value="ǅ".encode()),
    ]
    assert hits(table(records), word).tolist() == rows


def test_that_a_batch_of_no_rows_has_no_hit() -> None:
    empty: pa.RecordBatch = table([])
    assert hits(empty, "x").tolist() == []
