"""Batches that are looked through by several threads: each once and in order, wherever they lie by now."""

import os
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from meshdesk.capture.files import remove
from meshdesk.capture.names import PARTS
from meshdesk.capture.parts import Placed
from meshdesk.capture.reader import Capture
from meshdesk.capture.records import Room
from meshdesk.capture.seal import seal
from meshdesk.explain import unpacking
from meshdesk.explain.rows import Rows
from meshdesk.explain.unpacking import SHEAVES, looked_through
from tests.unit.capture.making import Rec, made_capture, opened

BATCHES = [[Rec(0, 10 * batch + n, key=b"%d" % (10 * batch + n)) for n in range(7)] for batch in range(8 * SHEAVES)]
OFFSETS = [record.offset for batch in BATCHES for record in batch]


@pytest.fixture(autouse=True)
def two_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that there are more sheaves than are asked for at once."""
    monkeypatch.setattr(unpacking, "BATCHES", 2)


def capture_of(folder: Path) -> Path:
    return made_capture(folder, {"t": BATCHES}, segment_size=3_000)


def sealed(folder: Path) -> None:
    capture = opened(folder)
    for generation in capture.generations:
        if not generation.sealed and generation.rows:
            seal(capture, generation)
            remove(folder, generation.name, PARTS)


def offsets_of(_k: int, batch: pa.RecordBatch) -> list[int]:
    numbers: list[int] = batch.column("offset").to_pylist()
    return numbers


@pytest.mark.parametrize("is_sealed", [False, True])
@pytest.mark.parametrize(("first", "end"), [(0, len(OFFSETS)), (10, 95), (7, 8), (5, 5)])
def test_that_every_row_is_looked_at_once_and_in_order(tmp_path: Path, is_sealed: bool, first: int, end: int) -> None:
    folder = capture_of(tmp_path / "c")
    if is_sealed:
        sealed(folder)
    seen: list[int] = []
    for k, count, offsets in looked_through(Rows(opened(folder)), "t", first, end, ("offset",), offsets_of):
        assert k == first + len(seen)
        assert count == len(offsets)
        seen += offsets
    assert seen == OFFSETS[first:end]


def test_that_only_the_columns_that_are_asked_for_are_there(tmp_path: Path) -> None:
    rows = Rows(opened(capture_of(tmp_path / "c")))
    names = looked_through(rows, "t", 0, 20, ("key", "timestamp"), lambda _k, batch: batch.schema.names)
    assert all(made == ["key", "timestamp"] for *_, made in names)


def test_that_rows_that_are_sealed_meanwhile_come_once_and_in_order(tmp_path: Path) -> None:
    folder = capture_of(tmp_path / "c")
    rows, seen = Rows(opened(folder)), list[int]()
    for _, _, offsets in looked_through(rows, "t", 0, len(OFFSETS), ("offset",), offsets_of):
        if not seen:
            sealed(folder)  # what is not open yet is gone
        seen += offsets
    assert seen == OFFSETS
    assert any(generation.sealed for generation in rows.capture.generations)


@pytest.mark.parametrize("is_sealed", [False, True])
@pytest.mark.parametrize("which", [4, 5, len(BATCHES) - 1], ids=["the first of a sheaf", "one behind it", "the last"])
@pytest.mark.parametrize(
    "how", [b"\0", b"\xff" * 4 + b"\xff\xff\xff\x7f", b"\xff" * 4 + b"\x08\0\0\0"], ids=["zeroes", "long", "short"]
)
def test_that_a_damaged_batch_is_left_out_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_sealed: bool, which: int, how: bytes
) -> None:
    folder = capture_of(tmp_path / "c")
    if is_sealed:
        monkeypatch.setattr("meshdesk.capture.seal.ROWS", 7)
        sealed(folder)
    rows = Rows(opened(folder))
    lost = rows.capture.batches[which]
    with (folder / lost.file).open("r+b") as file:
        file.seek(lost.batch.position)
        file.write(how * (lost.batch.length if len(how) == 1 else 1))
    seen = list(looked_through(rows, "t", 0, len(OFFSETS), ("offset",), offsets_of))
    assert [k for k, *_ in seen] == [7 * batch for batch in range(len(BATCHES)) if batch != which]
    assert [offset for *_, offsets in seen for offset in offsets] == OFFSETS[: 7 * which] + OFFSETS[7 * (which + 1) :]


def test_that_what_was_cut_off_is_left_out_and_nothing_before_it(tmp_path: Path) -> None:
    folder = capture_of(tmp_path / "c")
    rows = Rows(opened(folder))
    lost = rows.capture.batches[len(BATCHES) - 1]
    before = [placed for placed in rows.capture.batches if placed.file == lost.file]
    assert len(before) > 1
    os.truncate(folder / lost.file, (folder / lost.file).stat().st_size - 1)
    seen = list(looked_through(rows, "t", 0, len(OFFSETS), ("offset",), offsets_of))
    assert [offset for *_, offsets in seen for offset in offsets] == OFFSETS[:-7]


def test_that_batches_that_lie_one_behind_the_other_are_read_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = Rows(opened(capture_of(tmp_path / "c")))
    read: list[int] = []
    before = Room.read

    def counted(room: Room, capture: Capture, *run: Placed) -> None:
        read.append(len(run))
        before(room, capture, *run)

    monkeypatch.setattr(Room, "read", counted)
    assert len(list(looked_through(rows, "t", 0, len(OFFSETS), ("offset",), offsets_of))) == len(BATCHES) == sum(read)
    assert set(read) == {1, 2}  # where a file ends, one is read alone


def test_that_what_is_wrong_in_looking_reaches_who_asked(tmp_path: Path) -> None:
    class Wrong(Exception):
        pass

    def look(k: int, _batch: pa.RecordBatch) -> None:
        if k == 28:  # the first of a sheaf
            raise Wrong

    looked = looked_through(Rows(opened(capture_of(tmp_path / "c"))), "t", 0, len(OFFSETS), ("offset",), look)
    assert [k for k, *_ in islice(looked, 4)] == [0, 7, 14, 21]
    with pytest.raises(Wrong):
        next(looked)


def test_that_what_is_made_of_one_batch_is_not_written_over_by_the_next(tmp_path: Path) -> None:
    rows = Rows(opened(capture_of(tmp_path / "c")))
    copied = looked_through(rows, "t", 0, len(OFFSETS), ("offset",), lambda _k, batch: np.array(batch.column("offset")))
    assert np.concatenate([made for *_, made in copied]).tolist() == OFFSETS
