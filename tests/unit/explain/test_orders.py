"""Orders: the rows of a listing in the order that it asks for, as a naive sort has them; found back and grown."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdesk.capture.files import remove
from meshdesk.capture.names import PARTS
from meshdesk.capture.reader import Capture
from meshdesk.capture.seal import seal
from meshdesk.explain import byte_order, orders
from meshdesk.explain.firsts import FIRST
from meshdesk.explain.orders import filtered, sorted_places
from meshdesk.explain.places import append_places, read_places, write_places
from meshdesk.explain.rows import Rows
from meshdesk.model.listing import COLUMNS, Column, Listing
from tests.unit.capture.making import Rec, made_capture, opened

RECORDS = st.lists(
    st.builds(
        Rec,
        partition=st.integers(0, 3),
        offset=st.integers(0, 50),
        timestamp=st.integers(0, 20),
        timestamp_type=st.integers(0, 1),
        leader_epoch=st.just(-1),
        key=st.none() | st.binary(max_size=3),
        value=st.none() | st.binary(max_size=12),
        headers=st.none()
        | st.lists(st.tuples(st.text("ab", max_size=3), st.none() | st.binary(max_size=3))).map(tuple),
    ),
    max_size=25,
)


def value_of(record: Rec, by: Column) -> tuple[bool, object]:
    """(missing, what it is sorted by)."""
    headers = record.headers or ()
    match by:
        case "timestamp":
            return record.timestamp_type == 0, record.timestamp if record.timestamp_type else 0
        case "key" | "value":
            found = getattr(record, by)
            return found is None, found or b""
        case "headers":
            return False, len(headers)
        case "size":
            sizes = [len(name) + len(value or b"") for name, value in headers]
            return False, len(record.key or b"") + len(record.value or b"") + sum(sizes)
    return False, getattr(record, by)


def naive(topics: Sequence[list[Rec]], by: Column, descending: bool) -> list[tuple[int, int]]:
    """Stable; what is missing comes last either way."""
    rows = [
        ((topic, k), value_of(record, by)) for topic, records in enumerate(topics) for k, record in enumerate(records)
    ]
    known = [row for row in rows if not row[1][0]]
    if descending:  # Python's reverse keeps what is equal in its order, as a stable sort does
        known.sort(key=lambda row: row[1][1], reverse=True)  # type: ignore[arg-type, return-value]
    else:
        known.sort(key=lambda row: row[1][1])  # type: ignore[arg-type, return-value]
    return [place for place, _ in known] + [place for place, value in rows if value[0]]


def order_of(capture: Capture, listing: Listing, file: Path) -> list[tuple[int, int]]:
    places = None
    for places in sorted_places(Rows(capture), listing, lambda _done, _of: None):
        write_places(file, places)
    assert places is not None
    return read_places(file, 0, len(places) + 5)


@settings(max_examples=80, deadline=None)
@given(first=RECORDS, second=RECORDS, by=st.sampled_from(COLUMNS), descending=st.booleans(), sealed=st.booleans())
def test_that_an_order_is_that_of_a_naive_stable_sort(
    tmp_path_factory: pytest.TempPathFactory,
    first: list[Rec],
    second: list[Rec],
    by: Column,
    descending: bool,
    sealed: bool,
) -> None:
    place = tmp_path_factory.mktemp("order")
    parts = {"a": [first[:7], first[7:]], "b": [second[:3], second[3:]]}
    folder = made_capture(place / "c", parts)
    if sealed:
        capture = opened(folder)
        seal(capture, capture.generations[0])
        remove(folder, (1, 0), PARTS)
    capture = opened(folder)
    for topics, records in ((("a",), [first]), (("a", "b"), [first, second])):
        listing = Listing(topics, by, descending)
        assert order_of(capture, listing, place / "order") == naive(records, by, descending)


def test_that_several_topics_without_a_column_are_merged_by_timestamp(tmp_path: Path) -> None:
    a = [Rec(0, n, timestamp=10 * n) for n in range(4)]
    b = [Rec(0, n, timestamp=10 * n + 5) for n in range(4)]
    capture = opened(made_capture(tmp_path / "c", {"a": [a], "b": [b]}))
    merged = order_of(capture, Listing(("a", "b")), tmp_path / "order")
    assert merged == [(0, 0), (1, 0), (0, 1), (1, 1), (0, 2), (1, 2), (0, 3), (1, 3)]


def test_that_the_first_rows_of_a_long_order_come_before_the_whole_and_are_its_beginning(tmp_path: Path) -> None:
    offsets = np.random.default_rng(7).permutation(30 * FIRST).tolist()
    batches = [[Rec(0, offset) for offset in offsets[at : at + FIRST]] for at in range(0, len(offsets), FIRST)]
    capture = opened(made_capture(tmp_path / "c", {"t": batches}))
    for descending in (False, True):
        listing = Listing(("t",), "offset", descending)
        beginning, whole = list(sorted_places(Rows(capture), listing, lambda _done, _of: None))
        assert len(beginning) == FIRST
        assert (beginning == whole[:FIRST]).all()


@pytest.mark.parametrize("by", ["key", "value"])
def test_that_bytes_that_are_too_many_to_be_held_are_read_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: Column
) -> None:
    monkeypatch.setattr(orders, "HELD", 100)
    monkeypatch.setattr(byte_order, "HELD", 100)
    monkeypatch.setattr(byte_order, "MANY", 0)
    texts = [b"the same beginning %d" % (n % 7) if n % 5 else None for n in range(60)]
    a = [Rec(0, n, key=text, value=text) for n, text in enumerate(texts)]
    b = a[40:]
    parts = {"a": [a[:11], a[11:30], a[30:]], "b": [b[:1], b[1:]]}
    capture = opened(made_capture(tmp_path / "c", parts))
    for descending in (False, True):
        assert order_of(capture, Listing(("a", "b"), by, descending), tmp_path / "order") == naive(
            [a, b], by, descending
        )


def test_that_hits_are_found_as_they_come_and_from_where_they_were_left(tmp_path: Path) -> None:
    records = [Rec(0, n, value=b"needle" if n % 10 == 3 else b"hay") for n in range(100)]
    capture = opened(made_capture(tmp_path / "c", {"t": [records[at : at + 10] for at in range(0, 100, 10)]}))
    told: list[tuple[int, int]] = []
    listing = Listing(("t",), word="needle")
    file = tmp_path / "order"
    for places in filtered(Rows(capture), listing, [0], lambda done, of: told.append((done, of))):
        append_places(file, places)
    assert read_places(file, 0, 100) == [(0, k) for k in range(3, 100, 10)]
    assert told == [(done, 100) for done in range(10, 101, 10)]
    rest = [
        place for places in filtered(Rows(capture), listing, [50], lambda _d, _o: None) for place in places.tolist()
    ]
    assert rest == list(range(53, 100, 10))


def test_that_a_filtered_listing_is_sorted_too(tmp_path: Path) -> None:
    records = [Rec(0, n, value=b"needle" if n % 10 == 3 else b"hay") for n in range(100)]
    rows = Rows(opened(made_capture(tmp_path / "c", {"t": [records]})))
    listing = Listing(("t",), "offset", True, "needle")
    (found,) = filtered(rows, listing, [0], lambda _done, _of: None)
    (order,) = sorted_places(rows, listing, lambda _done, _of: None, found)
    assert order.tolist() == list(range(93, 0, -10))


@settings(max_examples=80, deadline=None)
@given(records=RECORDS, between=st.tuples(st.integers(0, 20), st.integers(0, 20)), word=st.sampled_from(["", "a"]))
def test_that_a_range_of_time_leaves_out_what_is_of_another_and_nothing_without_a_timestamp(
    tmp_path_factory: pytest.TempPathFactory, records: list[Rec], between: tuple[int, int], word: str
) -> None:
    place = tmp_path_factory.mktemp("order")
    rows = Rows(opened(made_capture(place / "c", {"t": [records[:7], records[7:]]})))
    listing = Listing(("t",), word=word, between=between)
    found = [k for places in filtered(rows, listing, [0], lambda _d, _o: None) for k in places.tolist()]
    of_that_time = [
        k
        for k, record in enumerate(records)
        if record.timestamp_type == 0 or between[0] <= record.timestamp <= between[1]
    ]
    held = [places.tolist() for places in filtered(rows, Listing(("t",), word=word), [0], lambda _d, _o: None)]
    assert found == [k for k in of_that_time if k in {k for ks in held for k in ks}]


def test_that_cancelling_ends_the_work_where_it_is(tmp_path: Path) -> None:
    capture = opened(made_capture(tmp_path / "c", {"t": [[Rec(0, n)] for n in range(50)]}))

    class Cancelled(Exception):
        pass

    def cancel(done: int, _of: int) -> None:
        if done >= 5:
            raise Cancelled

    rows = Rows(capture)
    sorting = sorted_places(rows, Listing(("t",), "offset"), cancel)
    for work in (sorting, filtered(rows, Listing(("t",), word="x"), [0], cancel)):
        with pytest.raises(Cancelled):
            list(work)
