"""Records that arrive take their places in a list by time, as if it had been sorted with them, and it is known where."""

from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdesk.capture.writer import Writer
from meshdesk.explain import merging as module
from meshdesk.explain.merging import Merged, merge
from meshdesk.explain.orders import sorted_places
from meshdesk.explain.places import Tail, read_places, write_places
from meshdesk.explain.rows import Rows
from meshdesk.model.listing import Listing
from tests.unit.capture.making import Rec, made_capture, opened, write

A_LONG_TIME = 1 << 62

Place = tuple[int, int]  # topic of the listing, row


class Live:
    """A capture of two topics that grows, and the list of both by time."""

    def __init__(self, home: Path, word: str = "") -> None:
        self.folder = made_capture(home / "c", {"a": [], "b": []})
        self.writer, self.rows = Writer(self.folder), Rows(opened(self.folder))
        self.listing = Listing(("a", "b"), word=word)
        self.home, self.number = home, count()
        self.records: tuple[list[Rec], list[Rec]] = ([], [])
        self.tail: Tail | None = None
        self.count, self.ends = 0, [0, 0]
        write_places(home / "order", next(sorted_places(self.rows, self.listing, lambda _done, _of: None)))

    @property
    def order(self) -> list[Place]:
        return read_places(self.home / "order", 0, 1_000, self.tail)

    def arrive(self, *arrived: list[Rec]) -> Merged | None:
        """Records of both topics arrive, and take their places."""
        for name, known, new in zip("ab", self.records, arrived, strict=True):
            if new:
                write(self.writer, self.writer.topic(name), new)
            known.extend(new)
        self.rows.refresh()
        ends = [len(known) for known in self.records]
        into = self.home / f"order.{next(self.number)}"
        order = self.home / "order", self.tail, self.count
        merged = merge(self.rows, self.listing, order, (self.ends, ends), into, lambda _done, _of: None)
        if merged is not None:
            self.count, self.tail, self.ends = merged.rows, merged.tail, ends
        return merged

    def key(self, place: Place) -> int:
        record = self.records[place[0]][place[1]]
        return record.timestamp if record.timestamp_type else A_LONG_TIME


RECORDS = st.lists(
    st.builds(
        Rec,
        partition=st.just(0),
        offset=st.just(0),
        timestamp=st.integers(0, 30),
        timestamp_type=st.sampled_from((0, 1, 1, 1)),
        value=st.sampled_from((b"hay", b"needle")),
        key=st.none(),
        headers=st.none(),
        leader_epoch=st.just(-1),
    ),
    max_size=7,
)


@settings(max_examples=30, deadline=None)
@given(rounds=st.lists(st.tuples(RECORDS, RECORDS), max_size=5), word=st.sampled_from(("", "needle")))
def test_that_what_arrives_stands_where_its_time_says_and_that_is_told(
    tmp_path_factory: pytest.TempPathFactory, rounds: list[tuple[list[Rec], list[Rec]]], word: str
) -> None:
    """Whether it is in the tail or before it, whether the tail is long or was just begun, and with or without a filter."""
    with pytest.MonkeyPatch.context() as patched:
        for name, value in (("BACK", 2), ("TAIL", 6), ("TAIL_LEAST", 2)):
            patched.setattr(module, name, value)
        live = Live(tmp_path_factory.mktemp("live"), word)
        for arrived in rounds:
            before, versions = live.order, (live.home / "order", live.tail)
            merged = live.arrive(*arrived)
            assert merged is not None
            wanted = [
                (topic, k)
                for topic, known in enumerate(live.records)
                for k, record in enumerate(known)
                if not word or record.value == b"needle"
            ]
            new = sorted((place for place in wanted if place not in before), key=lambda one: (live.key(one), one))
            assert live.order == sorted([*before, *new], key=live.key)
            assert merged.runs is not None
            came = [at + n for at, length in merged.runs for n in range(length)]
            assert [live.order[at] for at in came] == new
            assert [one for at, one in enumerate(live.order) if at not in set(came)] == before
            assert read_places(versions[0], 0, len(before), versions[1]) == before, "who reads it as it was"
    live.writer.close()


def test_that_for_a_record_that_is_very_late_the_list_has_to_be_sorted_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BACK", 5)
    monkeypatch.setattr(module, "MOST_BACK", 20)
    live = Live(tmp_path)
    live.arrive([Rec(0, n, timestamp=10 + n) for n in range(30)], [])
    before = live.order
    assert live.arrive([], [Rec(0, 0, timestamp=1)]) is None
    assert live.order == before
    live.writer.close()


def test_that_records_at_very_many_places_are_not_told_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RUNS", 10)
    live = Live(tmp_path)
    live.arrive([Rec(0, n, timestamp=2 * n) for n in range(30)], [])
    merged = live.arrive([], [Rec(0, n, timestamp=2 * n + 1) for n in range(30)])
    assert merged is not None
    assert (merged.rows, merged.runs) == (60, None)
    assert live.order == [(n % 2, n // 2) for n in range(60)]
    live.writer.close()


def test_that_rows_whose_bytes_are_gone_stay_where_they_are(tmp_path: Path) -> None:
    live = Live(tmp_path)
    for n in range(0, 40, 10):
        live.arrive([Rec(0, n, timestamp=n, value=b"%d" % n)], [])
    live.writer.close()
    segment = next(live.folder.glob("records-2-*"))
    segment.write_bytes(segment.read_bytes()[:-8])
    live.writer, live.rows = Writer(live.folder), Rows(opened(live.folder))
    live.arrive([], [Rec(0, 0, timestamp=15), Rec(0, 1, timestamp=45)])
    assert live.order == [(0, 0), (0, 1), (1, 0), (0, 2), (0, 3), (1, 1)]
    live.writer.close()
