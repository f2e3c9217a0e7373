"""The manifest: what makes a folder a capture."""

import json
import re
import stat
from pathlib import Path

import pytest

from meshdesk.capture.manifest import create_capture
from meshdesk.capture.store import CaptureError
from tests.unit.capture.making import opened


def test_that_a_made_capture_is_an_empty_one_with_a_name_of_its_own(tmp_path: Path) -> None:
    create_capture(tmp_path / "deep" / "one", "MeshDesk 1", "broker:9092")
    create_capture(tmp_path / "two", "MeshDesk 1", "broker:9092")
    one, two = opened(tmp_path / "deep" / "one"), opened(tmp_path / "two")
    assert (one.rows, one.topics, one.damage(), one.refresh()) == (0, {}, "", False)
    assert one.id != two.id
    assert re.fullmatch("[0-9a-f]{32}", one.id)


def test_that_the_manifest_says_what_it_is_of(tmp_path: Path) -> None:
    create_capture(tmp_path / "c", "MeshDesk 1", "zażółć:9092")
    said = json.loads((tmp_path / "c" / "manifest.json").read_text("utf-8"))
    assert said.pop("created") > 1_700_000_000_000  # ms
    assert re.fullmatch("[0-9a-f]{32}", said.pop("id"))
    assert said == {"format": "meshdesk capture", "version": 2, "made_by": "MeshDesk 1", "title": "zażółć:9092"}


def test_that_nobody_else_may_look_into_the_folder_and_no_draft_is_left(tmp_path: Path) -> None:
    create_capture(tmp_path / "c", "MeshDesk 1", "")
    assert stat.S_IMODE((tmp_path / "c").stat().st_mode) == 0o700
    assert [path.name for path in (tmp_path / "c").iterdir()] == ["manifest.json"]


def test_that_a_folder_that_cannot_be_made_gives_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(
        CaptureError, match=r"^No capture can be made in .*file/c: Not a directory\. Choose another folder"
    ):
        create_capture(tmp_path / "file" / "c", "MeshDesk 1", "")
