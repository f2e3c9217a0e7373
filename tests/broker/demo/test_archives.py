"""The archives that make Kafka start quickly: made once, tried again where they could not be, kept while they are used."""

import os
import time
from pathlib import Path

import pytest

from meshdesk.demo import broker
from meshdesk.demo.archives import AGAIN, archive_in, forget_archives
from meshdesk.demo.java import Java


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The archives that were made: what is written in them stands in the file `made` beside them."""
    trained: list[Path] = []

    def train(_java: Java, archive: Path) -> None:
        archive.write_text((tmp_path / "made").read_text())
        trained.append(archive)

    monkeypatch.setattr(broker, "_home", lambda: tmp_path)
    monkeypatch.setattr(broker, "_plain_java", lambda _progress: Java(Path("java"), "a.jar", None))
    monkeypatch.setattr(broker, "_train", train)
    (tmp_path / "made").write_text("classes")
    return trained


def age(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_that_an_archive_is_made_once_and_marked_as_used(made: list[Path]) -> None:
    assert broker.kafka().archive == broker.kafka().archive
    (archive,) = made
    age(archive, 100 * AGAIN)
    assert broker.kafka().archive == archive
    assert made == [archive]
    assert time.time() - archive.stat().st_mtime < AGAIN


def test_that_one_that_could_not_be_made_is_done_without_and_tried_again_a_day_later(
    made: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "made").write_text("")
    assert broker.kafka().archive is None
    age(made[0], AGAIN / 2)
    assert broker.kafka().archive is None
    assert len(made) == 1
    age(made[0], AGAIN + 1)
    (tmp_path / "made").write_text("classes")
    assert broker.kafka().archive == made[0]
    assert len(made) == 2


def test_that_those_that_were_used_last_are_kept(tmp_path: Path, made: list[Path]) -> None:
    for number in range(5):
        archive_in(tmp_path, f"{number}").write_text("classes")
        age(archive_in(tmp_path, f"{number}"), 1_000 * (number % 3))
    forget_archives(tmp_path)
    assert sorted(path.name for path in tmp_path.glob("*.aot")) == ["quick-0.aot", "quick-3.aot", "quick-4.aot"]
