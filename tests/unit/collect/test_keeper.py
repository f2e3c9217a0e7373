"""The keeper: seals what is finished, drops the oldest at the limit, and pauses where nobody has looked yet."""

import random
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from meshdesk.capture.files import disk_used
from meshdesk.capture.kept import FILES, join
from meshdesk.capture.manifest import create_capture
from meshdesk.capture.pack import pack
from meshdesk.capture.reader import Capture, open_captures
from meshdesk.capture.samples import read_samples
from meshdesk.capture.writer import Writer
from meshdesk.collect.keeper import FILES_OF_SAMPLES, Keeper, Limit
from meshdesk.model.trouble import Trouble
from tests.unit.capture.making import SEEN, Rec, all_rows, counted, opened, write

SECONDS = 30.0
FOLLOWED = 0.5  # s of grace where somebody follows, on a machine that is busy with other things
ROOMY = Limit(1 << 30, 0.0)


class Kept:
    """A capture with its writer and its keeper."""

    def __init__(
        self,
        folder: Path,
        limit: Limit,
        may_drop: Callable[[str, int, int], bool] = lambda _topic, _end, _rows: True,
        grace: float = 0.02,
    ) -> None:
        if not folder.exists():
            create_capture(folder, "the tests", "")
        self.folder, self.limit = folder, limit
        self.troubles: list[Trouble] = []
        self.writer = Writer(folder, limit.segment_size)
        self.keeper = Keeper(folder, self.writer, limit, may_drop, self.troubles.append, every=0.01, grace=grace)
        self.written = opened(folder).rows
        self.rounds = 0

    def sample(self, topics: int = 20) -> None:
        """One round of samples, which all tell the round."""
        self.writer.samples([(SEEN + self.rounds, series, self.rounds * (series + 1)) for series in range(topics)])
        self.rounds += 1

    def fill(self, records: int, topic: str = "t") -> None:
        """Ten records a batch."""
        for _ in range(records // 10):
            rows = [counted(self.written + n, 300) for n in range(10)]
            write(self.writer, self.writer.topic(topic), rows)
            self.written += 10

    def wait(self, claim: Callable[[], object], what: str) -> None:
        until = time.monotonic() + SECONDS
        while not claim():
            assert time.monotonic() < until, what
            time.sleep(0.005)

    def end(self, seconds: float = SECONDS) -> None:
        self.keeper.stop()
        self.writer.close()
        self.keeper.finish(seconds)


def rows_from(first: int, end: int) -> list[object]:
    return [("t", counted(n, 300)) for n in range(first, end)]


def test_that_finished_generations_are_sealed_while_it_grows_and_the_rest_at_the_end(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "c", Limit(1 << 20, 0.0))
    kept.fill(500)
    kept.wait(lambda: list(kept.folder.glob("sealed-*")), "a sealed file")
    kept.wait(lambda: len(list(kept.folder.glob("records-*"))) <= 1, "the originals gone")
    kept.fill(500)
    kept.end()
    assert sorted(path.name.split("-")[0] for path in kept.folder.iterdir() if "-1-" in path.name) == ["sealed"] * len(
        opened(kept.folder).generations
    )
    assert all_rows(opened(kept.folder)) == rows_from(0, 1000)
    assert kept.troubles == []


def test_that_a_tail_drops_its_oldest_and_counts_it(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "c", Limit(200_000, 0.0))
    for _ in range(40):
        kept.fill(200)
        kept.wait(lambda: kept.keeper.pause == "" and disk_used(kept.folder) < 600_000, "the oldest dropped")
    kept.wait(lambda: disk_used(kept.folder) < 300_000, "the limit kept")
    kept.end()
    capture = opened(kept.folder)
    assert kept.keeper.dropped == capture.dropped > 0
    assert all_rows(capture) == rows_from(capture.dropped, 8000)
    assert (capture.topics["t"].first, capture.topics["t"].rows) == (capture.dropped, 8000)
    assert kept.troubles == []


def test_that_dropped_offsets_are_handed_out_so_that_they_may_be_read_again(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "c", Limit(200_000, 0.0))
    kept.fill(4000)
    kept.wait(lambda: kept.keeper.dropped, "something dropped")
    kept.end()
    forgotten = kept.keeper.take_forgotten()
    assert sum(span.rows for _, span in forgotten) == kept.keeper.dropped
    assert {key.name for (key, _), _ in forgotten} == {"t"}
    assert kept.keeper.take_forgotten() == []


def test_that_a_backlog_pauses_until_its_oldest_were_looked_at(tmp_path: Path) -> None:
    looked = 0
    kept = Kept(tmp_path / "c", Limit(200_000, 0.0), lambda _topic, end, _rows: end <= looked)
    kept.fill(4000)
    kept.wait(lambda: kept.keeper.pause, "the pause")
    assert kept.keeper.pause.startswith("Reading is paused: the capture has reached its limit of 200 kB. ")
    assert opened(kept.folder).dropped == 0
    looked = 4000
    kept.wait(lambda: not kept.keeper.pause, "going on")
    kept.end()
    assert 0 < opened(kept.folder).dropped <= 4000


def test_that_a_share_of_the_disk_stays_free(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "c", Limit(1 << 30, 1.0), lambda _topic, _end, _rows: False)
    kept.fill(10)
    kept.wait(lambda: kept.keeper.pause, "the pause")
    assert kept.keeper.pause.startswith("Reading is paused: less than 100% of the disk is free. Free some space")
    kept.end()
    assert opened(kept.folder).rows == 10


def test_that_a_successor_removes_what_was_left_over_and_goes_on(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "c", Limit(200_000, 0.0))
    kept.fill(4000)
    kept.wait(lambda: kept.keeper.dropped, "something dropped")
    kept.end()
    before = opened(kept.folder)
    gone = before.gone
    for kind in ("index", "records"):
        suffix = "" if kind == "index" else ".arrow"
        (kept.folder / f"{kind}-1-{gone[1]:03d}{suffix}").write_bytes(b"left over")
        (kept.folder / f"{kind}-1-{before.generations[0].number:03d}{suffix}").write_bytes(b"left over")
    again = Kept(kept.folder, Limit(200_000, 0.0))
    assert again.written == 4000

    def is_removed() -> bool:
        with suppress(FileNotFoundError):  # one of them goes just now
            return b"left over" not in {path.read_bytes() for path in kept.folder.glob("*-1-*")}
        return False

    again.wait(is_removed, "the rest removed")
    again.fill(4000)
    again.wait(lambda: opened(kept.folder).dropped > 4000, "the first writer's rows dropped as well")
    again.end()
    capture = opened(kept.folder)
    assert all_rows(capture) == rows_from(capture.dropped, 8000)


def rounds(capture: Capture) -> list[int]:
    """The rounds of samples that are handed out now; each is whole."""
    found: list[int] = []
    for _, batch in read_samples(capture, capture.take_samples()):
        rows = batch.to_pylist()
        assert all(row["value"] == (row["seen"] - SEEN) * (row["series"] + 1) for row in rows)
        assert [row["series"] for row in rows] == list(range(20)) * (len(rows) // 20)
        found += [row["seen"] - SEEN for row in rows[::20]]
    return found


def flooded(kept: Kept, turns: int, follower: Capture) -> list[int]:
    """Fills a generation each turn, far beyond the limit, while somebody follows; the rounds that he was handed."""
    followed: list[int] = []
    chance = random.Random(4)
    for turn in range(turns):
        kept.sample()
        for _ in range(22):  # sealing makes them no smaller
            write(kept.writer, kept.writer.topic("t"), [Rec(0, kept.written, value=chance.randbytes(3_000))])
            kept.written += 1
        kept.wait(
            lambda: (kept.written - kept.keeper.dropped) * 3_000 < kept.limit.bytes + 400_000,
            "the oldest dropped",
        )
        if turn % 3 == 0:
            follower.refresh()
            followed += rounds(follower)
    return followed


def test_that_samples_outlive_the_records_that_are_dropped_for_who_follows_and_for_who_comes_later(
    tmp_path: Path,
) -> None:
    kept = Kept(tmp_path / "c", Limit(1_000_000, 0.0), grace=FOLLOWED)
    kept.sample()
    follower = opened(kept.folder)
    followed = flooded(kept, 60, follower)
    few = FILES + FILES_OF_SAMPLES
    kept.wait(lambda: len(list(kept.folder.glob("kept-*"))) <= few, "the joined ones gone")
    kept.end()
    assert opened(kept.folder).gone[1] > few
    follower.refresh()
    assert followed + rounds(follower) == list(range(61))
    assert rounds(opened(kept.folder)) == list(range(61))
    assert any(part.last > part.first for part in opened(kept.folder).kept)
    pack([kept.folder], tmp_path / "saved.meshcap")
    assert rounds(opened(tmp_path / "saved.meshcap")) == list(range(61))
    assert kept.troubles == []


def test_that_kept_samples_stay_within_their_share_and_the_oldest_go(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "c", Limit(200_000, 0.0), grace=FOLLOWED)
    follower = opened(kept.folder)
    followed = flooded(kept, 100, follower)
    kept.wait(lambda: disk_used(kept.folder) < 300_000, "the limit kept")
    kept.end()
    follower.refresh()
    assert followed + rounds(follower) == list(range(100))
    capture = opened(kept.folder)
    size = sum((kept.folder / part.name).stat().st_size for part in capture.kept)
    assert kept.limit.samples_size / 2 < size <= kept.limit.samples_size
    (first, *_), there = rounds(opened(kept.folder)), rounds(capture)
    assert there == list(range(first, 100))
    assert 0 < first < 90
    assert {path.name for path in kept.folder.glob("kept-*")} == {part.name for part in capture.kept}
    assert kept.troubles == []


def test_that_a_successor_goes_on_with_what_was_kept_and_removes_what_was_joined(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "c", Limit(1_000_000, 0.0), grace=FOLLOWED)
    follower = opened(kept.folder)
    followed = flooded(kept, 40, follower)
    kept.end()
    first, second, *_ = opened(kept.folder).kept
    joined = kept.folder / f"kept-1-{first.first:03d}-{second.last:03d}.arrow"
    join(opened(kept.folder), [first, second])  # and the program is killed, and another time in the middle of it
    (kept.folder / "kept-1-000-001.arrow.part").write_bytes(b"left over")
    again = Kept(kept.folder, kept.limit, grace=FOLLOWED)
    again.rounds = 40
    again.wait(lambda: not (kept.folder / first.name).exists(), "the joined one removed")
    assert joined.exists()
    followed += flooded(again, 30, follower)
    again.end()
    follower.refresh()
    assert followed + rounds(follower) == list(range(70))
    assert rounds(opened(kept.folder)) == list(range(70))
    assert not list(kept.folder.glob("*.part"))


def test_that_samples_that_cannot_be_kept_are_said_and_their_records_are_dropped_all_the_same(tmp_path: Path) -> None:
    create_capture(tmp_path / "c", "the tests", "")
    (tmp_path / "c" / "kept-1-000-000.arrow.part").mkdir()  # in the way
    kept = Kept(tmp_path / "c", Limit(1_000_000, 0.0))
    flooded(kept, 30, opened(kept.folder))
    kept.end()
    (trouble,) = kept.troubles
    assert trouble.text == (
        f"Counts and rates of the oldest part of the capture in {kept.folder} cannot be kept: Is a directory. "
        "Free some space."
    )
    there = rounds(opened(kept.folder))
    assert there == list(range(there[0], 30))
    assert 0 < there[0] < 4


def test_that_a_generation_that_cannot_be_sealed_is_said_once_and_left(tmp_path: Path) -> None:
    create_capture(tmp_path / "c", "the tests", "")
    writer = Writer(tmp_path / "c", 65_536)
    for number in range(60):
        write(writer, writer.topic("t"), [counted(number * 10 + n, 300) for n in range(10)])
    writer.close()
    (capture,) = open_captures(tmp_path / "c")
    second = capture.batches[1].batch
    capture.close()
    data = bytearray((tmp_path / "c" / "records-1-000.arrow").read_bytes())
    data[second.position : second.position + second.length] = bytes(second.length)
    (tmp_path / "c" / "records-1-000.arrow").write_bytes(data)
    kept = Kept(tmp_path / "c", ROOMY)
    kept.wait(lambda: kept.troubles, "a word on it")
    kept.end()
    assert [trouble.text for trouble in kept.troubles] == [
        f"records-1-000.arrow is damaged at byte {second.position:,} and lost 10 rows. The rest of the capture can be read."
    ]
    assert (opened(kept.folder).rows, opened(kept.folder).topics["t"].rows) == (600, 600)
    assert (kept.folder / "records-1-000.arrow").exists()
