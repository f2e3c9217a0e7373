"""Kept samples: of a generation that is dropped the samples are read on, in order and once, however they are stored by then."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from meshdesk.capture.files import remove, remove_file
from meshdesk.capture.kept import FILES, join, keep, kept_from, to_join
from meshdesk.capture.manifest import create_capture
from meshdesk.capture.names import PARTS, segment_name
from meshdesk.capture.pack import pack, unpack
from meshdesk.capture.parts import Generation, PlacedSamples
from meshdesk.capture.reader import Capture
from meshdesk.capture.samples import read_samples
from meshdesk.capture.seal import SAMPLE_ROWS, seal
from meshdesk.capture.store import CaptureError
from meshdesk.capture.writer import Writer
from tests.unit.capture.making import SEEN, counted, disk_full_at, opened, write

SMALL = 2_000  # bytes of a segment: four rounds of samples and their records fill a generation

Sample = tuple[int, int, int]


class Growing:
    """A capture that grows by rounds of samples, and the samples that it was given."""

    def __init__(self, folder: Path, segment_size: int = SMALL) -> None:
        if not folder.exists():
            create_capture(folder, "the tests", "")
        self.folder = folder
        self.given: list[Sample] = []
        self.writer = Writer(folder, segment_size)
        self.keeper = opened(folder)

    def grow(self, generations: int) -> None:
        """Until so many more are finished."""
        until = self.writer.generation[1] + generations
        while self.writer.generation[1] < until:
            fresh = [(SEEN + len(self.given), series, len(self.given) * series) for series in range(3)]
            self.writer.samples(fresh)
            self.given += fresh
            write(self.writer, self.writer.topic("t"), [counted(0, 300)])
        self.keeper.refresh()

    def drop(self, samples: tuple[int, int] = (0, 0)) -> Generation:
        """The oldest, as the keeper does it."""
        oldest = self.keeper.generations[0]
        keep(self.keeper, oldest)
        self.writer.drop(oldest.name, self.keeper.dropped + oldest.rows, {}, samples)
        self.keeper.refresh()
        assert remove(self.folder, oldest.name)
        return oldest

    def join(self) -> None:
        """All that is kept."""
        files = self.keeper.kept
        join(self.keeper, files)
        assert all(remove_file(self.folder / kept.name) for kept in files)
        self.keeper.refresh()


@pytest.fixture
def growing(tmp_path: Path) -> Growing:
    return Growing(tmp_path / "c")


def read(capture: Capture, placed: Sequence[PlacedSamples]) -> list[Sample]:
    rows = [row for _, batch in read_samples(capture, placed) for row in batch.to_pylist()]
    return [(row["seen"], row["series"], row["value"]) for row in rows]


def taken(capture: Capture) -> list[Sample]:
    """What a reader that follows is handed now."""
    capture.refresh()
    return read(capture, capture.take_samples())


def stored(path: Path) -> list[Sample]:
    """What a reader finds that comes now."""
    capture = opened(path)
    assert capture.damage() == ""
    assert read(capture, capture.samples) == read(capture, capture.take_samples())
    return read(capture, capture.samples)


@pytest.mark.parametrize("is_sealed", [False, True])
def test_that_samples_outlive_the_records_of_their_generation(growing: Growing, is_sealed: bool) -> None:
    growing.grow(3)
    if is_sealed:
        seal(growing.keeper, growing.keeper.generations[0])
        assert remove(growing.folder, (1, 0), PARTS)
        growing.keeper.refresh()
    growing.drop()
    assert [path.name for path in growing.folder.glob("*-1-000*")] == ["kept-1-000-000.arrow"]
    assert stored(growing.folder) == growing.given
    assert opened(growing.folder).rows > opened(growing.folder).dropped > 0


def test_that_a_follower_is_handed_each_sample_once_however_late_it_comes(growing: Growing) -> None:
    follower, late = opened(growing.folder), opened(growing.folder)
    followed: list[Sample] = []
    lately: list[Sample] = []
    for turn in range(1, 30):
        growing.writer.samples([(SEEN, 0, turn)])  # a generation is dropped of which a follower has a part
        growing.given.append((SEEN, 0, turn))
        followed += taken(follower)
        if turn % 7 == 3:
            lately += taken(late)
        growing.grow(1)
        growing.drop()
        if turn % 5 == 0:
            growing.join()
    assert followed + taken(follower) == growing.given
    assert lately + taken(late) == growing.given
    assert stored(growing.folder) == growing.given
    assert (follower.kept[0].first, follower.kept[0].last) == (0, 24)


def test_that_a_kill_between_any_two_steps_loses_nothing_and_counts_nothing_twice(growing: Growing) -> None:
    growing.grow(4)
    follower = opened(growing.folder)
    followed = taken(follower)
    oldest = growing.keeper.generations[0]
    keep(growing.keeper, oldest)  # and killed before the word
    assert stored(growing.folder) == growing.given
    growing.writer.close()
    again = Growing(growing.folder)
    again.given = growing.given
    keep(again.keeper, oldest)
    again.writer.drop(oldest.name, oldest.rows, {})  # and killed before the files go
    assert stored(growing.folder) == again.given
    again.writer.close()
    last = Growing(growing.folder)
    last.given = again.given
    assert remove(growing.folder, oldest.name)
    last.drop()
    join(last.keeper, last.keeper.kept)  # and killed before the joined ones go
    assert stored(growing.folder) == last.given
    assert [kept.name for kept in opened(growing.folder).kept] == ["kept-1-000-001.arrow"]
    assert followed + taken(follower) == last.given


def test_that_samples_of_two_writers_stay_in_order_and_with_their_series(growing: Growing) -> None:
    growing.grow(2)
    growing.writer.close()
    second = Growing(growing.folder)
    second.grow(3)
    for _ in range(4):
        second.drop()
    assert [(kept.writer, kept.first) for kept in second.keeper.kept] == [(1, 0), (1, 1), (2, 0)]  # 1, 2 was empty
    assert stored(growing.folder) == growing.given + second.given
    writers = [writer for writer, _ in read_samples(second.keeper, second.keeper.samples)]
    assert writers == sorted(writers)
    for _ in range(FILES):
        second.grow(1)
        second.drop()
    files = to_join(second.keeper, 1 << 20)
    assert {kept.writer for kept in files} == {2}


def test_that_joined_files_are_smaller_and_have_large_batches(growing: Growing) -> None:
    growing.grow(20)
    for _ in range(20):
        growing.drop()
    apart = sum(path.stat().st_size for path in growing.folder.glob("kept-*"))
    growing.join()
    (path,) = growing.folder.glob("kept-*")
    assert path.stat().st_size < apart / 2
    assert len(opened(growing.folder).kept[0].samples) == 1
    assert stored(growing.folder) == growing.given


def test_that_large_batches_are_copied_and_small_ones_beside_them_joined(tmp_path: Path) -> None:
    growing = Growing(tmp_path / "c", 1 << 30)
    for _ in range(2):
        rounds = [(SEEN + n, n % 500, n) for n in range(SAMPLE_ROWS + 30)]
        growing.writer.samples(rounds)
        growing.given += rounds
        growing.writer.close()
        growing.writer = Writer(growing.folder, 1 << 30)
    growing.keeper.refresh()
    for _ in range(2):
        growing.drop()
    whole = [placed.batch.length for kept in growing.keeper.kept for placed in kept.samples]
    for kept in (growing.keeper.kept[:1], growing.keeper.kept[1:]):
        join(growing.keeper, kept)
    growing.keeper.refresh()
    assert [placed.batch.length for kept in growing.keeper.kept for placed in kept.samples] == whole
    assert stored(growing.folder) == growing.given


def test_that_few_files_are_left_of_many_and_each_sample_is_written_a_few_times(growing: Growing) -> None:
    written = 0
    for _ in range(150):
        growing.grow(1)
        growing.drop()
        while files := to_join(growing.keeper, 1 << 20):
            path = join(growing.keeper, files)
            written += path.stat().st_size
            growing.keeper.refresh()
            assert all(remove_file(growing.folder / kept.name) for kept in files)
        assert len(growing.keeper.kept) <= FILES
    assert written < 8 * sum(path.stat().st_size for path in growing.folder.glob("kept-*"))
    assert stored(growing.folder) == growing.given


def test_that_no_file_becomes_larger_than_two_whole_ones(growing: Growing) -> None:
    growing.grow(FILES + 1)
    for _ in range(FILES + 1):
        growing.drop()
    sizes = [path.stat().st_size for path in growing.folder.glob("kept-*")]
    assert to_join(growing.keeper, min(sizes)) == []
    files = to_join(growing.keeper, 2 * max(sizes))
    assert [kept.last for kept in files] == list(range(FILES + 1))[-len(files) :]
    assert 2 <= len(files) <= 4


def test_that_the_oldest_go_behind_their_share_for_all_readers(growing: Growing) -> None:
    growing.grow(6)
    follower = opened(growing.folder)
    for _ in range(4):
        growing.drop()
    follower.refresh()
    assert len(follower.kept) == 4
    share = sum((growing.folder / kept.name).stat().st_size for kept in growing.keeper.kept[-2:])
    oldest = growing.keeper.generations[0]
    keep(growing.keeper, oldest)
    assert kept_from(growing.keeper, oldest, 1 << 30) == (1, 0)
    assert kept_from(growing.keeper, oldest, 0) == (1, 5)
    mark = kept_from(growing.keeper, oldest, share + 50)
    assert mark == (1, 3)
    gone = [placed for kept in growing.keeper.kept[:3] for placed in kept.samples]
    lost = len(read(growing.keeper, gone))
    growing.drop(mark)
    for capture in (follower, opened(growing.folder)):  # the files are there for a while, and do not count any more
        capture.refresh()
        assert [kept.first for kept in capture.kept] == [3, 4]
        assert read(capture, capture.samples) == growing.given[lost:]
    assert taken(follower) == growing.given[lost:]


def test_that_what_is_kept_is_packed_and_unpacked(growing: Growing, tmp_path: Path) -> None:
    growing.grow(5)
    for _ in range(3):
        growing.drop()
    join(growing.keeper, growing.keeper.kept[:2])  # the two are there as well, and are not packed
    pack([growing.folder], tmp_path / "saved.meshcap")
    assert stored(tmp_path / "saved.meshcap") == growing.given
    (home,) = unpack(tmp_path / "saved.meshcap", tmp_path / "again")
    assert sorted(path.name for path in home.glob("kept-*")) == ["kept-1-000-001.arrow", "kept-1-002-002.arrow"]
    assert stored(home) == growing.given
    growing.writer.close()


def test_that_samples_are_handed_out_in_portions(growing: Growing) -> None:
    growing.grow(4)
    growing.drop()
    follower = opened(growing.folder)
    found: list[Sample] = []
    while placed := follower.take_samples(3):
        assert len(placed) <= 3
        found += read(follower, placed)
        growing.keeper.refresh()
        if len(growing.keeper.generations) > 2:
            growing.drop()
        follower.refresh()
    assert found == growing.given


def test_that_a_damaged_batch_is_left_out_and_the_others_are_kept(growing: Growing) -> None:
    growing.grow(2)
    follower = opened(growing.folder)
    second = growing.keeper.generations[0].samples[1].batch
    path = growing.folder / segment_name(1, 0, "samples")
    data = bytearray(path.read_bytes())
    data[second.position : second.position + second.length] = bytes(second.length)
    path.write_bytes(data)
    follower.take_samples(1)
    growing.drop()
    assert stored(growing.folder) == growing.given[:3] + growing.given[6:]
    assert taken(follower) == growing.given[6:]


def test_that_a_kept_file_that_is_cut_is_said_and_the_others_are_read(growing: Growing) -> None:
    growing.grow(4)
    for _ in range(3):
        growing.drop()
    growing.writer.close()
    middle = growing.folder / "kept-1-001-001.arrow"
    whole = middle.read_bytes()
    lost = read(growing.keeper, growing.keeper.kept[1].samples)
    for cut in range(0, len(whole), 97):
        middle.write_bytes(whole[:cut])
        damaged = opened(growing.folder)
        assert damaged.damage() == "Some counts and rates of c are not shown: a part of the file is missing."
        assert read(damaged, damaged.samples) == [sample for sample in growing.given if sample not in lost]
        damaged.close()


@pytest.mark.parametrize("limit", [0, 100, 700])
def test_that_a_disk_that_is_full_while_keeping_is_said_and_leaves_no_part(growing: Growing, limit: int) -> None:
    growing.grow(2)
    with (
        disk_full_at(limit),
        pytest.raises(CaptureError, match=r"c cannot be kept: File too large\. Free some space\."),
    ):
        keep(growing.keeper, growing.keeper.generations[0])
    assert not list(growing.folder.glob("kept-*"))
    assert stored(growing.folder) == growing.given
