"""Owning captures: one session at a time, whatever becomes of its process, and orphans that are found."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from meshdesk.capture.manifest import create_capture
from meshdesk.session.home import Orphan, captures_home, clear_scratch, is_anothers, orphans, own, own_new, own_scratch
from tests.unit.capture.making import counted, made_capture

OWNER = """
import sys
from pathlib import Path
from meshdesk.session.home import own
owned = own(Path(sys.argv[1]))
print("owned" if owned else "taken", flush=True)
sys.stdin.read()
"""


def owner(folder: Path) -> subprocess.Popen[str]:
    """Another process that owns the capture until its stdin ends."""
    line = [sys.executable, "-c", OWNER, str(folder)]
    return subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def ended(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_that_a_capture_has_one_owner_and_is_free_when_that_process_is_killed(tmp_path: Path) -> None:
    folder = made_capture(tmp_path / "c", {"t": [[counted(0)]]})
    first = owner(folder)
    assert said(first) == "owned"
    second = owner(folder)
    assert said(second) == "taken"
    assert own(folder) is None
    assert is_anothers(folder)
    assert orphans(tmp_path) == []
    ended(first)
    ended(second)
    assert not is_anothers(folder)
    with own(folder) or pytest.fail("nobody holds it") as owned:
        assert owned.folder == folder


def test_that_to_ask_whose_a_folder_is_leaves_no_trace(tmp_path: Path) -> None:
    folder = made_capture(tmp_path / "c", {"t": [[counted(0)]]})
    before = sorted(path.name for path in folder.iterdir())
    assert not is_anothers(folder)
    assert not is_anothers(folder / "no-such.meshcap")
    assert sorted(path.name for path in folder.iterdir()) == before


def test_that_an_orphan_says_what_it_is(tmp_path: Path) -> None:
    made_capture(tmp_path / "1", {"t": [[counted(0), counted(1)]]})
    (found,) = orphans(tmp_path)
    assert (found.folder, found.title, found.rows) == (tmp_path / "1", "127.0.0.1:9092", 2)
    assert found.made > 1_700_000_000_000
    assert found.bytes > 500


def test_that_what_is_no_capture_or_cannot_be_read_is_no_orphan(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("nothing")
    (tmp_path / "empty").mkdir()
    (tmp_path / "strange").mkdir()
    (tmp_path / "strange" / "manifest.json").write_text("[]")
    newer = made_capture(tmp_path / "newer", {"t": [[counted(0)]]})
    text = (newer / "manifest.json").read_text()
    (newer / "manifest.json").write_text(text.replace('"version": 2', '"version": 99'))
    assert orphans(tmp_path) == []
    assert orphans(tmp_path / "gone") == []


def test_that_a_new_capture_is_its_makers_alone_and_nobody_takes_it_for_an_orphan(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "new"
    with own_new(folder) as owned:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert orphans(tmp_path / "home") == []
        create_capture(folder, "the tests", "a title")
        assert orphans(tmp_path / "home") == []
        with pytest.raises(FileExistsError):
            own_new(folder)
        owned.release()
        assert [orphan.title for orphan in orphans(tmp_path / "home")] == ["a title"]


def test_that_scratch_is_cleared_once_its_owner_has_ended_and_is_offered_to_nobody(tmp_path: Path) -> None:
    kept = made_capture(tmp_path / "c", {"t": [[counted(0)]]})
    with own_scratch(tmp_path) as owned:
        made_capture(owned.folder / "capture", {"t": [[counted(0)]]})
        clear_scratch(tmp_path)
        assert owned.folder.is_dir()
    assert [orphan.folder for orphan in orphans(tmp_path)] == [kept]
    clear_scratch(tmp_path)
    assert list(tmp_path.iterdir()) == [kept]
    clear_scratch(tmp_path / "gone")


def test_that_a_deleted_capture_leaves_nothing(tmp_path: Path) -> None:
    folder = made_capture(tmp_path / "home" / "c", {"t": [[counted(0)]]})
    owned = own(folder)
    assert owned is not None
    owned.delete()
    assert list((tmp_path / "home").iterdir()) == []


def test_that_the_newest_orphan_comes_first(tmp_path: Path) -> None:
    for name in ("20261124-1", "20261125-2", "20261123-3"):
        made_capture(tmp_path / name, {"t": [[counted(0)]]})
    found: list[Orphan] = orphans(tmp_path)
    assert [orphan.folder.name for orphan in found] == ["20261125-2", "20261124-1", "20261123-3"]


def test_that_captures_live_in_the_state_folder_unless_the_environment_names_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("MESHDESK_CAPTURES", raising=False)
    monkeypatch.delenv("MESHDESK_STATE", raising=False)
    if sys.platform == "linux":
        assert captures_home() == tmp_path / "state" / "meshdesk" / "captures"
    monkeypatch.setenv("MESHDESK_CAPTURES", str(tmp_path / "mine"))
    assert captures_home() == tmp_path / "mine"
