"""The archives that make Kafka start quickly: made once, tried again where they could not be, kept while they are used."""

import os
import time
from pathlib import Path

import pytest

from meshdesk.demo import broker as module
from meshdesk.demo.java import Java

DAY = module.TRAIN_AGAIN


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The archives that were made: what is written in them stands in the file `made` beside them."""
    trained: list[Path] = []

    def train(_java: Java, archive: Path) -> None:
        archive.write_text((tmp_path / "made").read_text())
        trained.append(archive)

    monkeypatch.setattr(module, "_home", lambda: tmp_path)
    monkeypatch.setattr(module, "_plain_java", lambda _progress: Java(Path("java"), "a.jar", None))
    monkeypatch.setattr(module, "_train", train)
    (tmp_path / "made").write_text("classes")
    return trained


def age(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_that_an_archive_is_made_once_and_marked_as_used(made: list[Path]) -> None:
    assert module.kafka().archive == module.kafka().archive
    (archive,) = made
    age(archive, 100 * DAY)
    assert module.kafka().archive == archive
    assert made == [archive]
    assert time.time() - archive.stat().st_mtime < DAY


def test_that_one_that_could_not_be_made_is_done_without_and_tried_again_a_day_later(
    made: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "made").write_text("")
    assert module.kafka().archive is None
    age(made[0], DAY / 2)
    assert module.kafka().archive is None
    assert len(made) == 1
    age(made[0], DAY + 1)
    (tmp_path / "made").write_text("classes")
    assert module.kafka().archive == made[0]
    assert len(made) == 2


def test_that_those_that_were_used_last_are_kept(tmp_path: Path, made: list[Path]) -> None:
    for number in range(5):
        (tmp_path / f"quick-{number}.aot").write_text("classes")
        age(tmp_path / f"quick-{number}.aot", 1_000 * (number % 3))
    module._forget_archives()
    assert sorted(path.name for path in tmp_path.glob("*.aot")) == ["quick-0.aot", "quick-3.aot", "quick-4.aot"]
