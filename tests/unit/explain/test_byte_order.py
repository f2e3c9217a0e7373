"""The order of bytes: that of Python's bytes, stable, whatever they begin with and however many are equal."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdesk.explain import byte_order
from meshdesk.explain.byte_order import LEVELS, TAKEN, sort_bytes, sort_chunks

LONG = b"the same for longer than is looked at in numbers " * LEVELS
PIECES = st.sampled_from([b"", b"\0", b"a", b"ab", b"\xff", b"seven77", b"eight888", LONG])
TEXTS = st.none() | st.lists(PIECES, max_size=3).map(b"".join) | st.binary(max_size=2 * TAKEN)


@pytest.fixture(autouse=True, scope="module")
def few_are_many() -> Iterator[None]:
    """No number of rows is so small that they are compared."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(byte_order, "MANY", 0)
        yield


def naive(texts: list[bytes | None], descending: bool) -> list[int]:
    known = [k for k, text in enumerate(texts) if text is not None]
    known.sort(key=lambda k: texts[k] or b"", reverse=descending)
    return known + [k for k, text in enumerate(texts) if text is None]


@settings(max_examples=120, deadline=None)
@given(texts=st.lists(TEXTS, max_size=24), begin=st.sampled_from([b"", b"c-", b"order-4711-", LONG]), parts=st.integers(1, 5),
       descending=st.booleans(), left_out=st.sets(st.integers(0, 23), max_size=3), held=st.sampled_from([0, 1 << 20]))  # fmt: skip
def test_that_bytes_are_in_the_order_of_a_naive_stable_sort(
    texts: list[bytes | None], begin: bytes, parts: int, descending: bool, left_out: set[int], held: int
) -> None:
    texts = [None if text is None else begin + text for text in texts]
    cuts = np.linspace(0, len(texts), parts + 1).astype(int).tolist()
    chunks = [(a, pa.array([b"?", *texts[a:b], b"?"], pa.binary())[1:-1]) for a, b in pairwise(cuts)]
    known = np.array([k for k, text in enumerate(texts) if text is not None and k not in left_out], np.int64)
    order = [k for k in naive(texts, descending) if k in known]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(byte_order, "HELD", held)
        assert sort_chunks(chunks, known, len(texts), descending).tolist() == order


def test_that_many_keys_are_in_the_order_in_which_arrow_has_them() -> None:
    chance = np.random.default_rng(3)
    keys = pa.array([b"c-%d" % number for number in chance.integers(3_000, size=20_000).tolist()], pa.binary())
    chunks = [(at, keys[at : at + 700]) for at in range(0, len(keys), 700)]
    for descending in (False, True):
        assert (sort_chunks(chunks, np.arange(len(keys)), len(keys), descending) == sort_bytes(keys, descending)).all()


def test_that_few_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(byte_order, "MANY", 5)
    texts = pa.array([b"b", b"a", b"b", b""], pa.binary())
    assert sort_chunks([(0, texts)], np.arange(4), 4, False).tolist() == [3, 1, 0, 2]
    assert sort_chunks([(0, texts)], np.array([0, 2]), 4, True).tolist() == [0, 2]


def test_that_null_comes_last_either_way_and_the_shorter_of_two_before_the_longer() -> None:
    texts = pa.array([b"b", None, b"a", b"b", b"", None, b"a\0"], pa.binary())
    assert sort_bytes(texts, False).tolist() == [4, 2, 6, 0, 3, 1, 5]
    assert sort_bytes(texts, True).tolist() == [0, 3, 6, 2, 4, 1, 5]
    assert sort_bytes(pa.array([None, None], pa.binary()), False).tolist() == [0, 1]
    assert sort_chunks([], np.empty(0, np.int64), 0, True).tolist() == []
