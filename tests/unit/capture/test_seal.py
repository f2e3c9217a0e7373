"""Sealing and dropping: the same rows under the same numbers, for who comes anew and for who read along."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdesk.capture.files import remove, remove_file
from meshdesk.capture.index import LOST, Batch, Span
from meshdesk.capture.kept import join, keep
from meshdesk.capture.manifest import create_capture
from meshdesk.capture.names import PARTS, segment_name
from meshdesk.capture.pack import pack
from meshdesk.capture.parts import Generation, Kept, Placed
from meshdesk.capture.reader import Capture
from meshdesk.capture.records import read_batch, read_numbered
from meshdesk.capture.samples import read_samples
from meshdesk.capture.seal import ROWS, seal
from meshdesk.capture.store import CaptureError
from meshdesk.capture.writer import Writer
from tests.unit.capture.making import SEEN, Rec, all_rows, counted, disk_full_at, made_capture, opened, recs, write

SMALL = 2_000  # bytes of a segment: a generation holds a handful of batches


@dataclass
class Model:
    """What a capture should hold."""

    rows: list[tuple[str, Rec]] = field(default_factory=list)
    samples: list[tuple[int, int, int]] = field(default_factory=list)
    dropped: int = 0  # rows

    def topic(self, name: str) -> list[Rec]:
        """The rows of a topic, the dropped ones too."""
        return [record for topic, record in self.rows if topic == name]


def finished(capture: Capture, writer: Writer) -> list[Generation]:
    return [known for known in capture.generations if known.name != writer.generation]


def sealed(folder: Path, capture: Capture, generation: Generation) -> None:
    """Seals it and removes what it replaces."""
    seal(capture, generation)
    assert remove(folder, generation.name, PARTS)


def sample_rows(capture: Capture) -> list[tuple[int, int, int]]:
    found = [batch.to_pylist() for _, batch in read_samples(capture, capture.samples)]
    return [(row["seen"], row["series"], row["value"]) for rows in found for row in rows]


def taken_samples(capture: Capture) -> list[tuple[int, int, int]]:
    found = [batch.to_pylist() for _, batch in read_samples(capture, capture.take_samples())]
    return [(row["seen"], row["series"], row["value"]) for rows in found for row in rows]


def run_of_kept(capture: Capture) -> list[Kept]:
    """The files of kept samples of the last writer that has any."""
    return [kept for kept in capture.kept if kept.writer == capture.kept[-1].writer]


def part(capture: Capture, topic: str, first: int, count: int) -> list[Rec]:
    found: list[Rec] = []
    for placed, start, stop in capture.topic_rows(topic, first, count):
        found += recs(read_batch(capture, placed))[start:stop]
    return found


def check(capture: Capture, model: Model) -> None:
    """Everything that a reader can ask has the answer of a naive list."""
    assert capture.rows == len(model.rows)
    assert capture.dropped == model.dropped
    assert all_rows(capture) == model.rows[model.dropped :]
    for name in {topic for topic, _ in model.rows}:
        whole = model.topic(name)
        first = sum(topic == name for topic, _ in model.rows[: model.dropped])
        rows = capture.topics[name]
        assert (rows.first, rows.rows, rows.count) == (first, len(whole), len(whole) - first)
        for begin in range(0, len(whole) + 2, 3):
            assert part(capture, name, begin, 5) == whole[max(first, begin) : begin + 5]
    assert sample_rows(capture) == model.samples
    assert capture.damage() == ""


TURNS = st.lists(
    st.sampled_from(
        ["0", "1", "2", "one of 0", "one of 1", "samples", "seal", "seal", "drop", "join", "refresh", "writer"]
    ),
    min_size=5,
    max_size=60,
)


@settings(max_examples=60, deadline=None)
@given(turns=TURNS, chance=st.randoms(use_true_random=False))
def test_that_whoever_seals_and_drops_readers_have_the_rows_of_a_naive_list(
    tmp_path_factory: pytest.TempPathFactory, turns: list[str], chance: object
) -> None:
    folder = tmp_path_factory.mktemp("capture")
    create_capture(folder, "the tests", "")
    model, writer = Model(), Writer(folder, SMALL)
    keeper, follower = opened(folder), opened(folder)
    followed: list[tuple[int, int, int]] = []
    for turn in turns:
        keeper.refresh()
        if turn == "samples":
            fresh = [(SEEN + len(model.samples), number, len(model.samples) * 7) for number in (0, 1, 0)]
            writer.samples(fresh)
            model.samples += fresh
        elif turn == "seal":
            for generation in [known for known in finished(keeper, writer) if not known.sealed][:1]:
                sealed(folder, keeper, generation)
        elif turn == "drop":
            drop_oldest(folder, keeper, writer, model)
        elif turn == "join":
            if len(files := run_of_kept(keeper)) > 1:
                join(keeper, files)
                assert all(remove_file(folder / kept.name) for kept in files)
        elif turn == "refresh":
            follower.refresh()
            followed += taken_samples(follower)
        elif turn == "writer":
            writer.close()
            writer = Writer(folder, SMALL)
        else:
            records = [counted(len(model.rows) + n, 100) for n in range(1 if "one" in turn else 6)]
            write(writer, writer.topic(f"t{turn[-1]}"), records)
            model.rows += [(f"t{turn[-1]}", record) for record in records]
    follower.refresh()
    assert followed + taken_samples(follower) == model.samples
    check(follower, model)
    check(opened(folder), model)
    writer.close()
    assert opened(folder).coverage.keys() == follower.coverage.keys()
    for key, ranges in opened(folder).coverage.items():
        assert list(ranges) == list(follower.coverage[key])
    pack([folder], folder / "saved.meshcap")
    check(opened(folder / "saved.meshcap"), model)


def drop_oldest(folder: Path, keeper: Capture, writer: Writer, model: Model) -> None:
    """As collect does it: what is kept first, then the entry, the files after."""
    for generation in finished(keeper, writer)[:1]:
        counts = {name: rows.first for name, rows in keeper.topics.items() if rows.first}
        for name, rows in generation.parts.items():
            counts[name] = keeper.topics[name].first + rows.rows
        model.dropped += generation.rows
        keep(keeper, generation)
        writer.drop(generation.name, model.dropped, counts)
        keeper.refresh()
        assert remove(folder, generation.name)


def test_that_a_follower_is_handed_every_sample_once_however_it_is_stored(tmp_path: Path) -> None:
    create_capture(tmp_path / "c", "the tests", "")
    writer, follower, keeper = Writer(tmp_path / "c", SMALL), opened(tmp_path / "c"), opened(tmp_path / "c")
    given: list[tuple[int, int, int]] = []
    taken: list[tuple[int, int, int]] = []
    for number in range(200):
        fresh = [(SEEN + number, series, number * series) for series in range(3)]
        writer.samples(fresh)
        given += fresh
        if number % 7 == 0:
            follower.refresh()
            taken += taken_samples(follower)
        if number % 13 == 0:
            keeper.refresh()
            for generation in finished(keeper, writer):
                if not generation.sealed:
                    sealed(tmp_path / "c", keeper, generation)
    follower.refresh()
    taken += taken_samples(follower)
    writer.close()
    assert taken == given
    assert sample_rows(opened(tmp_path / "c")) == given
    assert taken_samples(opened(tmp_path / "c")) == given
    assert any(placed.sealed for placed in follower.samples)


def test_that_single_records_become_large_batches_with_their_numbers_and_ranges(tmp_path: Path) -> None:
    create_capture(tmp_path / "c", "the tests", "")
    writer = Writer(tmp_path / "c")
    for number in range(3_000):
        write(writer, writer.topic(f"t{number % 30}"), [Rec(0, number // 30, value=b"value %d" % number)])
    last = writer.generation
    writer.close()
    capture = opened(tmp_path / "c")
    before = all_rows(capture)
    (generation,) = capture.generations
    assert generation.name == last
    size = sum(path.stat().st_size for path in (tmp_path / "c").glob("*-1-000*"))
    sealed(tmp_path / "c", capture, generation)
    after = opened(tmp_path / "c")
    assert all_rows(after) == before
    assert [(placed.batch.rows, placed.sealed) for placed in after.batches] == [(100, True)] * 30
    assert [span for placed in after.batches for span in placed.batch.spans] == [
        Span(topic, 0, 0, 100, 100, 0, 99) for topic in range(30)
    ]
    assert (tmp_path / "c" / "sealed-1-000.arrow").stat().st_size < size / 10


def test_that_large_batches_are_joined_up_to_ten_thousand_rows(tmp_path: Path) -> None:
    batches = [[Rec(0, at * 3_000 + n, value=b"%d" % n) for n in range(3_000)] for at in range(9)]
    folder = made_capture(tmp_path / "c", {"t": batches})
    capture = opened(folder)
    sealed(folder, capture, capture.generations[0])
    after = opened(folder)
    assert [placed.batch.rows for placed in after.batches] == [12_000, 12_000, 3_000]
    assert all(placed.batch.rows >= ROWS for placed in after.batches[:-1])
    batch, numbers = read_numbered(after, after.batches[1])
    assert (batch.num_rows, numbers.tolist()) == (12_000, list(range(12_000, 24_000)))


def test_that_ranges_that_do_not_follow_each_other_stay_apart(tmp_path: Path) -> None:
    create_capture(tmp_path / "c", "the tests", "")
    writer = Writer(tmp_path / "c")
    topic = writer.topic("t", "id")
    write(writer, topic, [Rec(0, 100), Rec(0, 101)])
    writer.cover(Span(topic, 0, 102, 110, end_seen=110))
    write(writer, topic, [Rec(0, 0), Rec(0, 1)])
    writer.cover(Span(topic, 0, 50, 60, end_seen=110, flags=LOST))
    writer.close()
    capture = opened(tmp_path / "c")
    before = {key: list(ranges) for key, ranges in capture.coverage.items()}
    sealed(tmp_path / "c", capture, capture.generations[0])
    after = opened(tmp_path / "c")
    assert {key: list(ranges) for key, ranges in after.coverage.items()} == before
    assert after.end_seen == capture.end_seen
    (placed,) = after.batches
    assert [(span.begin, span.end) for span in placed.batch.spans] == [(100, 102), (0, 2)]
    assert after.generations[0].covered[1].flags == LOST


def test_that_a_reader_that_holds_on_to_old_places_is_told_and_finds_the_rows_anew(tmp_path: Path) -> None:
    folder = made_capture(tmp_path / "c", {"t": [[counted(n)] for n in range(5)]})
    reader, keeper = opened(folder), opened(folder)
    old = reader.batches[2]
    sealed(folder, keeper, keeper.generations[0])
    with pytest.raises(CaptureError, match=r"records-1-000\.arrow is gone"):
        read_batch(reader, old)
    assert reader.refresh()
    assert part(reader, "t", 2, 1) == [counted(2)]


@pytest.mark.parametrize("limit", [0, 100, 1_500])
def test_that_a_disk_that_is_full_while_sealing_leaves_everything_as_it_was(tmp_path: Path, limit: int) -> None:
    folder = made_capture(tmp_path / "c", {"t": [[counted(n, 2_000)] for n in range(50)]})
    capture = opened(folder)
    before, names = all_rows(capture), sorted(path.name for path in folder.iterdir())
    with disk_full_at(limit), pytest.raises(CaptureError, match=r"cannot be compressed: File too large\. Free some"):
        seal(capture, capture.generations[0])
    assert sorted(path.name for path in folder.iterdir()) == names
    assert all_rows(opened(folder)) == before


def test_that_a_damaged_generation_is_not_sealed_and_its_whole_part_stays(tmp_path: Path) -> None:
    folder = made_capture(tmp_path / "c", {"t": [[counted(n)] for n in range(5)]})
    capture = opened(folder)
    third = capture.batches[3].batch
    with (folder / segment_name(1, 0)).open("r+b") as file:
        file.truncate(third.position + 10)
    with pytest.raises(CaptureError, match="lost 1 row"):
        seal(capture, capture.generations[0])
    assert not list(folder.glob("sealed-*"))
    assert part(opened(folder), "t", 0, 3) == [counted(0), counted(1), counted(2)]


def test_that_every_cut_of_a_sealed_file_is_said_and_never_raises_anything_else(tmp_path: Path) -> None:
    batches: list[Sequence[Rec]] = [[counted(at * 5 + n) for n in range(5)] for at in range(12)]
    folder = made_capture(tmp_path / "c", {"t": batches}, segment_size=1_500)
    capture = opened(folder)
    rows = capture.rows
    assert len(capture.generations) > 3
    sealed(folder, capture, capture.generations[1])
    second = folder / segment_name(1, 1, "sealed")
    whole = second.read_bytes()
    for cut in range(0, len(whole), 61):
        second.write_bytes(whole[:cut])
        damaged = opened(folder)
        assert damaged.rows == rows  # the next generation says where it begins
        assert "cannot be read" in damaged.damage()
        assert readable(damaged, damaged.batches)[:5] == batches[0]
    second.unlink()
    assert (
        opened(folder).damage()
        == f"{capture.generations[1].rows} records of c cannot be read: a part of the file is missing."
    )


def readable(capture: Capture, places: Sequence[Placed]) -> list[Rec]:
    found: list[Rec] = []
    for placed in places:
        try:
            found += recs(read_batch(capture, placed))
        except CaptureError:
            continue
    return found


def test_that_a_crash_between_the_rename_and_the_removal_counts_nothing_twice(tmp_path: Path) -> None:
    folder = made_capture(tmp_path / "c", {"t": [[counted(n)] for n in range(5)]})
    capture = opened(folder)
    seal(capture, capture.generations[0])  # and nobody removes what it replaces
    assert opened(folder).rows == 5
    assert all_rows(opened(folder)) == [("t", counted(n)) for n in range(5)]
    pack([folder], tmp_path / "saved.meshcap")
    assert (tmp_path / "saved.meshcap").stat().st_size < sum(path.stat().st_size for path in folder.iterdir())
    assert all_rows(opened(tmp_path / "saved.meshcap")) == [("t", counted(n)) for n in range(5)]
    writer = Writer(folder)
    assert isinstance(write(writer, writer.topic("t"), [counted(5)]), Batch)
    writer.close()
    assert opened(folder).rows == 6


def test_that_dropped_files_that_could_not_be_removed_are_not_read_again(tmp_path: Path) -> None:
    folder = made_capture(tmp_path / "c", {"t": [[counted(n, 500)] for n in range(12)]}, segment_size=1_000)
    keeper, writer = opened(folder), Writer(folder, 1_000)
    copy = tmp_path / "copy"
    model = Model([("t", counted(n, 500)) for n in range(12)])
    for _ in range(2):
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        drop_oldest(folder, keeper, writer, model)
    writer.close()
    for path in copy.iterdir():
        if not (folder / path.name).exists():
            shutil.copy(path, folder / path.name)
    check(opened(folder), model)
