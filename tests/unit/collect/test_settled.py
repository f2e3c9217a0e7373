"""What is settled for one who goes on reading, by how it was read: with uncommitted records or without."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.capture.index import LOST, READ_UNCOMMITTED, Span
from meshdesk.capture.manifest import create_capture
from meshdesk.capture.seal import seal
from meshdesk.capture.writer import Writer
from meshdesk.collect.settled import settled_in
from tests.unit.capture.making import SEEN, Rec, opened, table

OFFSETS = {0: [0, 1, 2, 6, 7, 11], 1: [5, 6, 7]}  # what is stored of partition 0 has gaps, of partition 1 none


def made(folder: Path, flags: int = 0) -> Path:
    """A capture in which partition 0 was read up to 13, partition 1 from 5 to 8, and of 2 nothing was there."""
    create_capture(folder, "the tests", "")
    writer = Writer(folder)
    topic = writer.topic("orders", "id-1")
    records = [Rec(partition, offset) for partition, found in OFFSETS.items() for offset in found]
    spans = [Span(topic, 0, 0, 13, 6, 0, 11, 13, flags), Span(topic, 1, 5, 8, 3, 5, 7, 8, flags)]
    writer.records(topic, table(records), spans, SEEN)
    writer.cover(Span(topic, 2, 0, 4, end_seen=4, flags=flags))
    writer.cover(Span(topic, 3, 0, 9, end_seen=9, flags=LOST))
    writer.close()
    return folder


def ranges(folder: Path, flags: int) -> dict[int, list[tuple[int, int]]]:
    settled = settled_in(folder, flags)
    assert {key.name for key, _ in settled} == {"orders"}
    assert {key.topic_id for key, _ in settled} == {"id-1"}
    return {partition: list(coverage) for (_, partition), coverage in settled.items() if list(coverage)}


def test_that_gaps_are_settled_for_one_who_leaves_out_uncommitted_records(tmp_path: Path) -> None:
    every = {0: [(0, 13)], 1: [(5, 8)], 2: [(0, 4)], 3: [(0, 9)]}
    assert ranges(made(tmp_path / "c"), 0) == every
    assert ranges(made(tmp_path / "u", READ_UNCOMMITTED), 0) == every
    assert ranges(tmp_path / "u", READ_UNCOMMITTED) == every


def test_that_gaps_where_uncommitted_records_were_left_out_are_open_to_one_who_wants_them(tmp_path: Path) -> None:
    wanted = {0: [(0, 3), (6, 8), (11, 12)], 1: [(5, 8)], 3: [(0, 9)]}
    folder = made(tmp_path / "c")
    assert ranges(folder, READ_UNCOMMITTED) == wanted
    capture = opened(folder)
    seal(capture, capture.generations[0])
    assert ranges(folder, READ_UNCOMMITTED) == wanted


@given(st.sets(st.integers(0, 60), min_size=1))
def test_that_just_what_is_stored_is_settled_between_gaps(
    tmp_path_factory: pytest.TempPathFactory, offsets: set[int]
) -> None:
    folder = tmp_path_factory.mktemp("c") / "c"
    create_capture(folder, "the tests", "")
    writer = Writer(folder)
    topic, found = writer.topic("orders", "id-1"), sorted(offsets)
    spans = [Span(topic, 0, 0, 100, len(found), found[0], found[-1], 100)]
    writer.records(topic, table([Rec(0, offset) for offset in found]), spans, SEEN)
    writer.close()
    (settled,) = settled_in(folder, READ_UNCOMMITTED).values()
    assert {offset for begin, end in settled for offset in range(begin, end)} == offsets
