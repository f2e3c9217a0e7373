"""Files of a capture on the disk: what they take, which generations are there, and removing them again and again."""

import sys
from pathlib import Path

import pytest

from meshdesk.capture.files import disk_used, files_of, generations_in, remove, size_of
from meshdesk.capture.names import PARTS, segment_name
from tests.unit.capture.making import counted, made_capture


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two generations and what else lies in a capture."""
    return made_capture(tmp_path / "c", {"t": [[counted(n, 500)] for n in range(4)]}, segment_size=1_000)


def test_that_the_disk_used_is_that_of_all_files(folder: Path) -> None:
    assert disk_used(folder) == sum(path.stat().st_size for path in folder.iterdir())
    (folder / "lock").write_bytes(b"x" * 10)
    assert disk_used(folder) == sum(path.stat().st_size for path in folder.iterdir())


def test_that_a_generation_is_as_large_as_its_files_that_are_there(folder: Path) -> None:
    paths = [folder / segment_name(1, 0, kind) for kind in PARTS]
    assert size_of(folder, files_of((1, 0))) == sum(path.stat().st_size for path in paths if path.exists())
    assert size_of(folder, files_of((9, 9))) == 0


def test_that_generations_are_seen_by_any_of_their_files(folder: Path) -> None:
    before = generations_in(folder)
    assert {(1, 0), (1, 1)} <= before
    (folder / segment_name(3, 4, "sealed")).write_bytes(b"")
    (folder / "notes-1-000.txt").write_bytes(b"")
    assert generations_in(folder) == before | {(3, 4)}


def test_that_removing_leaves_the_others_and_may_be_done_twice(folder: Path) -> None:
    before = generations_in(folder)
    assert remove(folder, (1, 0))
    assert remove(folder, (1, 0))
    assert generations_in(folder) == before - {(1, 0)}
    assert (folder / "manifest.json").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="a folder in the place of a file is refused in another way there")
def test_that_a_file_that_the_system_keeps_is_said_and_the_others_go(folder: Path) -> None:
    kept = folder / segment_name(1, 0, "sealed")
    kept.mkdir()
    assert not remove(folder, (1, 0))
    assert not (folder / segment_name(1, 0, "index")).exists()
    kept.rmdir()
    assert remove(folder, (1, 0))
