"""The keeper: seals what is finished, drops the oldest at the limit, and pauses where nobody has looked yet."""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from meshdesk.capture.files import disk_used
from meshdesk.capture.manifest import create_capture
from meshdesk.capture.reader import open_captures
from meshdesk.capture.writer import Writer
from meshdesk.collect.keeper import Keeper, Limit
from meshdesk.model.trouble import Trouble
from tests.unit.capture.making import all_rows, counted, opened, write

SECONDS = 30.0
ROOMY = Limit(1 << 30, 0.0)


class Kept:
    """A capture with its writer and its keeper."""

    def __init__(self, folder: Path, limit: Limit, may_drop: Callable[[str, int], bool] = lambda _topic, _end: True):
        if not folder.exists():
            create_capture(folder, "the tests", "")
        self.folder, self.limit = folder, limit
        self.troubles: list[Trouble] = []
        self.writer = Writer(folder, limit.segment_size)
        self.keeper = Keeper(folder, self.writer, limit, may_drop, self.troubles.append, every=0.01, grace=0.02)
        self.written = opened(folder).rows

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
    kept = Kept(tmp_path / "c", Limit(200_000, 0.0), lambda _topic, end: end <= looked)
    kept.fill(4000)
    kept.wait(lambda: kept.keeper.pause, "the pause")
    assert kept.keeper.pause.startswith("Reading is paused: the capture has reached its limit of 200 kB. ")
    assert opened(kept.folder).dropped == 0
    looked = 4000
    kept.wait(lambda: not kept.keeper.pause, "going on")
    kept.end()
    assert 0 < opened(kept.folder).dropped <= 4000


def test_that_a_share_of_the_disk_stays_free(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "c", Limit(1 << 30, 1.0), lambda _topic, _end: False)
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
