"""Writing: what was written is read byte for byte, segments roll, and a write that failed hides nothing."""

import itertools
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdesk.capture.index import NO_TIME, SIZE, Span, encode_entry, encode_header
from meshdesk.capture.manifest import create_capture
from meshdesk.capture.samples import read_samples
from meshdesk.capture.store import CaptureError
from meshdesk.capture.writer import Writer
from meshdesk.model.fact import Checked, Fact
from tests.unit.capture.making import (
    SEEN,
    Rec,
    all_rows,
    counted,
    disk_full_at,
    made_capture,
    opened,
    rows_of,
    table,
    write,
)

PAYLOAD = st.none() | st.binary(max_size=80)
NAME = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
RECORD = st.builds(
    Rec,
    partition=st.integers(0, 2**31 - 1),
    offset=st.integers(0, 2**63 - 2),
    timestamp=st.integers(-(2**63), 2**63 - 1),
    timestamp_type=st.integers(0, 2),
    key=PAYLOAD,
    value=PAYLOAD,
    headers=st.none() | st.lists(st.tuples(NAME, PAYLOAD), max_size=4).map(tuple),
    leader_epoch=st.integers(-1, 2**31 - 1),
)
BATCHES = st.lists(
    st.tuples(st.sampled_from(["orders", "a" * 249, "b.β"]), st.lists(RECORD, min_size=1, max_size=6)), max_size=8
)
ODD = [
    Rec(0, 0, -1, 0, None, None, None),
    Rec(0, 1, 0, 1, b"", b"", ()),
    Rec(0, 5, SEEN, 2, b"\0", b"\xff\xfe", (("", None), ("", b""), ("trace", b"1"), ("trace", b"1"))),
    Rec(2**31 - 1, 2**63 - 2, 2**63 - 1, 1, b"k" * 70_000, b"v" * 9_000_000, (("h" * 10_000, b"x" * 100_000),)),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty capture."""
    create_capture(tmp_path / "capture", "the tests", "127.0.0.1:9092")
    return tmp_path / "capture"


# What comes back


@settings(max_examples=60, deadline=None)
@given(batches=BATCHES)
def test_that_records_of_several_topics_are_read_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, batches: list[tuple[str, list[Rec]]]
) -> None:
    place = tmp_path_factory.mktemp("capture")
    create_capture(place, "the tests", "")
    writer = Writer(place)
    for name, records in batches:
        write(writer, writer.topic(name), records)
    writer.close()
    assert all_rows(opened(place)) == [(name, record) for name, records in batches for record in records]


def test_that_null_empty_repeated_and_huge_parts_of_a_record_stay_what_they_are(tmp_path: Path) -> None:
    capture = opened(made_capture(tmp_path / "odd", {"t": [ODD]}))
    assert all_rows(capture) == [("t", record) for record in ODD]


def test_that_an_entry_says_how_many_bytes_and_which_times_are_in_its_batch(folder: Path) -> None:
    writer = Writer(folder)
    records = [
        Rec(0, 0, -1, 0, None, None),
        Rec(0, 1, 500, 1, b"abc", b"", (("né", None), ("b", b"12"))),
        Rec(0, 2, 400, 1, b"", b"12345"),
    ]
    told = write(writer, writer.topic("t"), records)
    assert (told.rows, told.payload, told.oldest, told.newest) == (3, 3 + 3 + 1 + 2 + 5, 400, 500)
    timeless = write(writer, writer.topic("t"), records[:1])
    assert (timeless.payload, timeless.oldest, timeless.newest) == (0, NO_TIME, NO_TIME)
    writer.close()


def test_that_a_part_of_a_larger_batch_is_stored_and_counted_as_what_it_is(folder: Path) -> None:
    writer = Writer(folder)
    records = [counted(number) for number in range(10)]
    alone = write(writer, writer.topic("t"), records[3:6])
    part = writer.records(writer.topic("t"), table(records).slice(3, 3), [], SEEN)
    assert (part.rows, part.payload) == (3, alone.payload)
    writer.close()
    assert all_rows(opened(folder)) == [("t", record) for record in records[3:6] * 2]


def test_that_writers_one_after_the_other_go_on_with_the_row_numbers(folder: Path) -> None:
    records = [counted(number) for number in range(12)]
    numbers = []
    for first in range(0, 12, 3):
        writer = Writer(folder)
        numbers.append(writer.number)
        write(writer, writer.topic("t"), records[first : first + 2])
        write(writer, writer.topic("t"), records[first + 2 : first + 3])
        writer.close()
    capture = opened(folder)
    assert numbers == [1, 2, 3, 4]
    assert [placed.first_row for placed in capture.batches] == [0, 2, 3, 5, 6, 8, 9, 11]
    assert all_rows(capture) == [("t", record) for record in records]


def test_that_the_tenth_writer_is_not_taken_for_the_first(folder: Path) -> None:
    for number in range(1, 13):
        writer = Writer(folder)
        assert writer.number == number
        write(writer, writer.topic("t"), [counted(number)])
        writer.close()
    assert all_rows(opened(folder)) == [("t", counted(number)) for number in range(1, 13)]


def test_that_a_topic_made_again_under_its_name_is_another_history(folder: Path) -> None:
    writer = Writer(folder)
    numbers = [writer.topic("t", "first"), writer.topic("t", "second"), writer.topic("t", "first"), writer.topic("t")]
    assert numbers == [0, 1, 0, 2]
    for number in numbers[:2]:
        write(writer, number, [Rec(0, 0)])
    writer.close()
    capture = opened(folder)
    assert {(key.topic_id, partition): list(ranges) for (key, partition), ranges in capture.coverage.items()} == {
        ("first", 0): [(0, 1)],
        ("second", 0): [(0, 1)],
    }
    assert capture.topics["t"].rows == 2


def test_that_facts_checked_lines_and_samples_are_read_as_they_were_written(folder: Path) -> None:
    facts: list[Fact | Checked] = [
        Fact("topic", "orders", {"partitions": 3}, SEEN, "kafka"),
        Fact("topic", "orders", None, SEEN + 1, "kafka", "declared"),
        Checked("kafka", SEEN, SEEN + 2),
        Checked("registry", SEEN, SEEN + 3, "The registry did not answer."),
    ]
    writer = Writer(folder)
    writer.facts(facts[:1])
    writer.facts([])
    writer.facts(facts[1:])
    series = [writer.series("end", "orders", 0), writer.series("beginning", "orders", 0), writer.series("end", "x", 1)]
    writer.samples([(SEEN, series[0], 5), (SEEN, series[1], 0)])
    writer.samples([])
    writer.samples([(SEEN + 9, series[2], 2**40)])
    writer.close()
    capture = opened(folder)
    assert capture.take_facts() == facts
    assert capture.take_facts() == []
    found = [
        (
            (said := capture.series[writer, row["series"]])["of"],
            said["name"],
            said["partition"],
            row["seen"],
            row["value"],
        )
        for writer, batch in read_samples(capture, capture.samples)
        for row in batch.to_pylist()
    ]
    assert found == [
        ("end", "orders", 0, SEEN, 5),
        ("beginning", "orders", 0, SEEN, 0),
        ("end", "x", 1, SEEN + 9, 2**40),
    ]


# Files


def test_that_segments_roll_and_hold_whole_batches(tmp_path: Path) -> None:
    batches = [[counted(number * 5 + n) for n in range(5)] for number in range(40)]
    place = made_capture(tmp_path / "rolling", {"t": batches}, segment_size=10_000)
    segments = sorted(place.glob("records-*"))
    assert [path.name for path in segments] == [f"records-1-{number:03d}.arrow" for number in range(len(segments))]
    assert len(segments) > 3
    assert all(10_000 <= path.stat().st_size < 12_000 for path in segments[:-1])
    capture = opened(place)
    assert {placed.batch.segment for placed in capture.batches} == set(range(len(segments)))
    assert all_rows(capture) == [("t", record) for batch in batches for record in batch]
    assert capture.damage() == ""


def test_that_only_the_owner_may_read_what_is_written(folder: Path) -> None:
    writer = Writer(folder)
    write(writer, writer.topic("t"), [counted(1)])
    writer.close()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.glob("*-1*")} == {0o600}


def test_that_no_writer_is_made_where_no_folder_is(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match=r"gone is no capture: it holds no manifest\.json\."):
        Writer(tmp_path / "gone")


def test_that_a_closed_writer_refuses_and_may_be_closed_again(folder: Path) -> None:
    writer = Writer(folder)
    writer.close()
    writer.close()
    with pytest.raises(CaptureError, match=f"{folder.name} is closed; nothing more is written to it"):
        writer.topic("t")


# Writes that fail


NUMBERS = itertools.count()
ALREADY = [counted(number) for number in range(5)]
MORE = [counted(number, size=4_000) for number in range(5, 10)]
CALLS: dict[str, tuple[str, Callable[[Writer], object]]] = {  # the file that is full, and what is written to it
    "records": ("records-1-000.arrow", lambda writer: write(writer, 0, MORE)),
    "entry": ("index-1-000", lambda writer: writer.cover(Span(0, 3, 50, 60, end_seen=60))),
    "samples": ("samples-1-000.arrow", lambda writer: writer.samples([(SEEN, 0, 1)] * 500)),
    "names": ("names-1", lambda writer: writer.topic("a" * 249)),
    "series": ("names-1", lambda writer: writer.series("end", "a" * 249, 1)),
    "facts": ("facts-1", lambda writer: writer.facts([Fact("topic", "a" * 249, None, SEEN, "kafka")])),
}


@pytest.mark.parametrize("free", [0, 1, 9, 63])
@pytest.mark.parametrize("call", CALLS)
def test_that_a_write_that_fails_is_the_last_and_hides_nothing(folder: Path, call: str, free: int) -> None:
    """As a full disk does it: `free` bytes are written, then none. Later there is room again, and another writer goes on."""
    name, failing = CALLS[call]
    writer = Writer(folder)
    write(writer, writer.topic("t"), ALREADY)
    writer.series("end", "t", 0)
    writer.samples([(SEEN, 0, 5)])
    writer.facts([Checked("kafka", SEEN, SEEN)])
    for _ in range(200):  # so that it is the longest of the capture's files
        if (folder / name).stat().st_size > max(path.stat().st_size for path in folder.iterdir() if path.name != name):
            break
        grow(writer, call)
    before = opened(folder)
    full = (folder / name).stat().st_size + free
    with (
        disk_full_at(full),
        pytest.raises(CaptureError, match=r"capture cannot be written: File too large\. Free some"),
    ):
        failing(writer)
    assert (folder / name).stat().st_size == full

    for _, another in CALLS.values():  # there is room again
        with pytest.raises(CaptureError, match="cannot be written: File too large"):
            another(writer)
    writer.close()
    assert (folder / name).stat().st_size == full
    after = opened(folder)
    assert all_rows(after) == all_rows(before)
    assert [len(list(read_samples(after, after.samples))), after.take_facts()] == [
        len(list(read_samples(before, before.samples))),
        before.take_facts(),
    ]
    assert {key: list(ranges) for key, ranges in after.coverage.items()} == {
        key: list(ranges) for key, ranges in before.coverage.items()
    }

    writer = Writer(folder)
    write(writer, writer.topic("t"), MORE)
    writer.close()
    assert all_rows(opened(folder)) == [*all_rows(before), *(("t", record) for record in MORE)]


@pytest.mark.parametrize("how", ["cut", "emptied", "removed", "appended to"])
@pytest.mark.parametrize("call", CALLS)
def test_that_nothing_is_written_behind_a_file_that_another_program_changed(folder: Path, call: str, how: str) -> None:
    """Its end would not be where the index says: rows would be lost that could be had, or be taken for others."""
    name, next_ = CALLS[call]
    writer = Writer(folder)
    write(writer, writer.topic("t"), ALREADY)
    writer.series("end", "t", 0)
    writer.samples([(SEEN, 0, 5)])
    writer.facts([Checked("kafka", SEEN, SEEN)])
    data = (folder / name).read_bytes()
    if how == "removed":
        (folder / name).unlink()
    else:
        (folder / name).write_bytes({"cut": data[:-1], "emptied": b"", "appended to": data + b"x"}[how])
    for another in (next_, *(another for _, another in CALLS.values())):
        with pytest.raises(CaptureError, match=rf"{name} was changed or removed by another program .* connect again"):
            another(writer)
    writer.close()

    before = opened(folder)
    writer = Writer(folder)
    write(writer, writer.topic("t"), MORE)
    writer.close()
    after = opened(folder)
    assert [record for _, record in rows_of(after, after.batches[-1:])] == MORE
    assert after.batches[:-1] == before.batches


def grow(writer: Writer, call: str) -> None:
    """Something that makes the same file longer."""
    match call:
        case "records":
            write(writer, 0, MORE)
        case "entry":
            for offset in range(20):
                writer.cover(Span(0, 2, offset, offset + 1))
        case "samples":
            writer.samples([(SEEN, 0, 6)] * 100)
        case "facts":
            writer.facts([Checked("kafka", SEEN, SEEN, "x" * 500)])
        case _:
            writer.topic("n" * 200 + str(next(NUMBERS)))


def test_that_a_disk_that_is_full_from_the_start_gives_a_sentence_and_no_row(folder: Path) -> None:
    with disk_full_at(SIZE // 2), pytest.raises(CaptureError, match="capture cannot be written: File too large"):
        Writer(folder)
    assert (folder / "index-1-000").stat().st_size == SIZE // 2
    assert opened(folder).rows == 0
    assert opened(folder).damage() == ""
    writer = Writer(folder)
    assert writer.number == 2
    writer.close()


def test_that_an_index_is_its_header_and_whole_groups_of_entries(folder: Path) -> None:
    writer = Writer(folder)
    batch = write(writer, writer.topic("t"), ALREADY)
    gap = Span(0, 3, 50, 60, end_seen=60)
    writer.cover(gap)
    writer.close()
    assert (folder / "index-1-000").read_bytes() == encode_header(0) + encode_entry(batch) + encode_entry(gap)
