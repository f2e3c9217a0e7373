"""Where in a list a moment is: held against a plain search, as records arrived, sorted, filtered and merged."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdesk.explain.moments import place_at, row_at
from meshdesk.explain.orders import filtered, sorted_places
from meshdesk.explain.places import append_places, places_of, read_places, write_places
from meshdesk.explain.rows import Rows
from meshdesk.model.listing import Listing
from tests.unit.capture.making import Rec, made_capture, opened

RECORDS = st.lists(
    st.builds(
        Rec,
        partition=st.integers(0, 2),
        offset=st.integers(0, 50),
        timestamp=st.integers(-1, 20),
        timestamp_type=st.integers(0, 1),
        leader_epoch=st.just(-1),
    ),
    max_size=25,
)


def time_of(record: Rec) -> int | None:
    return record.timestamp if record.timestamp_type and record.timestamp >= 0 else None


def naive(records: Sequence[Rec], moment: int) -> int | None:
    before = [(time, k) for k, record in enumerate(records) if (time := time_of(record)) is not None and time <= moment]
    return max(before)[1] if before else None


def quiet(_done: int, _of: int) -> None:
    """Nobody asks how far it is."""


@settings(max_examples=150, deadline=None)
@given(records=RECORDS, moment=st.integers(0, 21), size=st.integers(1, 9))
def test_that_a_moment_is_the_last_row_of_those_nearest_before_it(
    tmp_path_factory: pytest.TempPathFactory, records: list[Rec], moment: int, size: int
) -> None:
    place = tmp_path_factory.mktemp("moment")
    batches = [records[at : at + size] for at in range(0, len(records), size)]
    rows = Rows(opened(made_capture(place / "c", {"t": batches})))
    assert row_at(rows, "t", moment) == naive(records, moment)
    assert row_at(rows, "nobody", moment) is None


@settings(max_examples=150, deadline=None)
@given(
    first=RECORDS,
    second=RECORDS,
    moment=st.integers(0, 21),
    by=st.sampled_from([None, "timestamp"]),
    down=st.booleans(),
)
def test_that_in_an_order_by_time_all_rows_up_to_it_are_before_the_moment(
    tmp_path_factory: pytest.TempPathFactory,
    first: list[Rec],
    second: list[Rec],
    moment: int,
    by: str | None,
    down: bool,
) -> None:
    place = tmp_path_factory.mktemp("moment")
    rows = Rows(opened(made_capture(place / "c", {"a": [first], "b": [second]})))
    is_down = down and by is not None
    listing = Listing(("a", "b"), by, is_down)  # type: ignore[arg-type]
    for places in sorted_places(rows, listing, quiet):
        write_places(place / "order", places)
    times = [time_of((first, second)[topic][k]) for topic, k in read_places(place / "order", 0, 100)]
    found = place_at(rows, places_of(place / "order"), ["a", "b"], by, is_down, moment)
    known = [time for time in times if time is not None]
    if is_down:
        later = sum(time > moment for time in known)
        assert found == (later if later < len(times) else None)
    else:
        before = sum(time <= moment for time in known)
        assert found == (before - 1 if before else None)


def test_that_among_the_hits_of_a_filter_it_is_the_last_one_before_the_moment(tmp_path: Path) -> None:
    records = [Rec(0, n, n, 1, value=b"needle" if n % 10 == 3 else b"hay") for n in range(100)]
    rows = Rows(opened(made_capture(tmp_path / "c", {"t": [records]})))
    for places in filtered(rows, Listing(("t",), word="needle"), [0], quiet):
        append_places(tmp_path / "order", places)
    assert place_at(rows, places_of(tmp_path / "order"), ["t"], None, False, 50) == 4  # row 43
    assert place_at(rows, places_of(tmp_path / "order"), ["t"], None, False, 99) == 9


def test_that_an_order_by_something_else_has_no_moment(tmp_path: Path) -> None:
    rows = Rows(opened(made_capture(tmp_path / "c", {"t": [[Rec(0, n) for n in range(9)]]})))
    for places in sorted_places(rows, Listing(("t",), "size"), quiet):
        write_places(tmp_path / "order", places)
    assert place_at(rows, places_of(tmp_path / "order"), ["t"], "size", False, 1 << 60) is None


def test_that_of_many_batches_in_order_hardly_one_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    batches = [[Rec(0, 10 * b + n, 10 * b + n) for n in range(10)] for b in range(50)]
    rows = Rows(opened(made_capture(tmp_path / "c", {"t": batches})))
    read: list[int] = []
    stored = rows._stored

    def counted(placed, only):  # type: ignore[no-untyped-def]
        read.append(placed.batch.oldest)
        return stored(placed, only)

    monkeypatch.setattr(rows, "_stored", counted)
    assert row_at(rows, "t", 234) == 234
    assert read == [230]
