"""The first rows of an order: they are what the whole begins with, whatever is equal, missing or out of order."""

from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from meshdesk.capture.files import remove
from meshdesk.capture.names import PARTS
from meshdesk.capture.seal import seal
from meshdesk.explain import firsts, orders
from meshdesk.explain.firsts import Best, first_by_time
from meshdesk.explain.orders import sorted_places
from meshdesk.explain.rows import Rows
from meshdesk.model.listing import COLUMNS, Listing
from tests.unit.capture.making import Rec, made_capture, opened

RECORDS = st.builds(
    Rec,
    partition=st.integers(0, 1),
    offset=st.integers(0, 9),
    timestamp=st.integers(-1, 6) | st.just((1 << 63) - 1),  # a producer may write any
    timestamp_type=st.sampled_from([1, 1, 1, 0]),
    key=st.none() | st.binary(max_size=2),
    value=st.none() | st.sampled_from([b"", b"a", b"a\0", b"same beginning 1", b"same beginning 2"]),
    headers=st.none() | st.just((("a", b"b"),)),
    leader_epoch=st.just(-1),
)
BATCHES = st.lists(st.lists(RECORDS, min_size=2, max_size=6), min_size=1, max_size=6)


@pytest.fixture(autouse=True, scope="module")
def few() -> Iterator[None]:
    """Three rows are a screen here, and four a long order."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (firsts, orders):
            patch.setattr(module, "FIRST", 3)
            patch.setattr(module, "LONG", 4)
        yield


def rows_of(folder: Path, topics: dict[str, list[list[Rec]]], sealed: bool) -> Rows:
    made_capture(folder, topics, segment_size=600)
    if sealed:
        capture = opened(folder)
        for generation in capture.generations:
            if generation.rows:
                seal(capture, generation)
                remove(folder, generation.name, PARTS)
    return Rows(opened(folder))


@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(a=BATCHES, b=BATCHES, sealed=st.booleans())
def test_that_the_first_rows_of_an_order_are_what_the_whole_begins_with(
    tmp_path_factory: pytest.TempPathFactory, a: list[list[Rec]], b: list[list[Rec]], sealed: bool
) -> None:
    """Each capture is looked at in every order, and none is made smaller where one fails, as it takes long to make."""
    rows = rows_of(tmp_path_factory.mktemp("firsts") / "c", {"a": a, "b": b}, sealed)
    for topics, by, descending in product((("a",), ("b", "a")), COLUMNS, (False, True)):
        *early, whole = sorted_places(rows, Listing(topics, by, descending), lambda _done, _of: None)
        assert len(early) <= 1
        for first in early:
            assert first.tolist() == whole[:3].tolist(), (topics, by, descending)


def test_that_an_order_by_time_begins_with_the_batches_that_the_index_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And with no others: a second batch may begin with the same millisecond, but not before it."""
    batches = [[Rec(0, 4 * n + m, timestamp=100 * n + m) for m in range(4)] for n in range(50)]
    rows = rows_of(tmp_path / "c", {"t": [*batches[25:], *batches[:25]]}, False)
    read: list[int] = []
    batches_of = rows.batches

    def told(topic: str, first: int, end: int, only: Sequence[str] = ()) -> Iterator[tuple[int, pa.RecordBatch]]:
        read.append(first)
        return batches_of(topic, first, end, only)

    monkeypatch.setattr(rows, "batches", told)
    first = first_by_time(rows, Listing(("t",), "timestamp"))
    last = first_by_time(rows, Listing(("t",), "timestamp", descending=True))
    assert first is not None
    assert last is not None
    assert (first.tolist(), last.tolist()) == ([100, 101, 102], [99, 98, 97])
    assert read == [100, 96]


@pytest.mark.parametrize("descending", [False, True])
def test_that_an_order_whose_times_are_all_over_it_has_no_first_rows_by_the_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, descending: bool
) -> None:
    monkeypatch.setattr(firsts, "LOOKED", 5)
    batches = [[Rec(0, n, timestamp=n), Rec(0, 100 + n, timestamp=10_000 - n)] for n in range(20)]
    rows = rows_of(tmp_path / "c", {"t": batches}, False)
    listing = Listing(("t",), "timestamp", descending)
    assert first_by_time(rows, listing) is not None
    spread = [[Rec(0, n, timestamp=1_000 + n), Rec(0, 100 + n, timestamp=0 if n == 19 else 500)] for n in range(20)]
    monkeypatch.setattr(firsts, "FIRST", 30)
    rows = rows_of(tmp_path / "d", {"t": spread}, False)
    assert first_by_time(rows, listing) is None


@settings(max_examples=100, deadline=None)
@given(batches=st.lists(st.lists(st.none() | st.binary(max_size=2), max_size=9), max_size=9), descending=st.booleans())
def test_that_the_best_of_all_batches_are_the_first_of_a_stable_sort(
    batches: list[list[bytes | None]], descending: bool
) -> None:
    best, at = Best(descending), 0
    for batch in batches:
        candidates = best.candidates(pa.array(batch, pa.binary()))
        best.take(np.arange(at, at + len(batch), dtype=np.uint64)[candidates.rows], candidates)
        at += len(batch)
    texts = [text for batch in batches for text in batch]
    known = [k for k, text in enumerate(texts) if text is not None]
    known.sort(key=lambda k: texts[k] or b"", reverse=descending)
    places = best.places()
    assert (None if places is None else places.tolist()) == (known[:3] if len(known) >= 3 else None)
