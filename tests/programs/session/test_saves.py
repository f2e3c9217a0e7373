"""Saving captures with real programs: what is written, where it cannot be, and programs that are killed meanwhile."""

import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from meshdesk.model.listing import Listing
from meshdesk.session.session import Session
from tests.programs.running import records_in
from tests.programs.session.serving import settle, stand_by, stopped, turn
from tests.unit.capture.making import Rec, made_capture


def test_that_a_saved_capture_holds_the_same_and_the_progress_ends_with_it(
    session: Session, folder: Path, tmp_path: Path
) -> None:
    opened = session.open_file(folder)
    said: list[str] = []
    opened.save(tmp_path / "saved.meshcap", said.append)
    assert (opened.works.runs("save 1"), opened.is_saving) == (True, True)
    settle(session)
    assert said == [""]
    assert (opened.works.runs("save 1"), opened.is_saving) == (False, False)
    assert records_in(tmp_path / "saved.meshcap") == records_in(folder)


@pytest.mark.parametrize("where", ["missing/folder/x.meshcap", "a folder", "c"])
def test_that_a_place_where_nothing_can_be_written_is_said_and_the_capture_can_be_saved_elsewhere(
    session: Session, folder: Path, tmp_path: Path, where: str
) -> None:
    (tmp_path / "a folder").mkdir()
    opened = session.open_file(folder)
    stand_by(session)
    said: list[str] = []
    opened.save(tmp_path / where, said.append)
    pids = session.pids
    opened.save(tmp_path / "good.meshcap", said.append)
    settle(session)
    assert said[0].startswith(f"{tmp_path / where} cannot be written: ")
    assert said[1] == ""
    assert session.pids == pids
    assert len(records_in(tmp_path / "good.meshcap")) == 121
    assert not list(tmp_path.rglob("*.part"))


def test_that_a_save_whose_program_is_killed_is_written_by_the_next_one(
    session: Session, folder: Path, tmp_path: Path
) -> None:
    opened = session.open_file(folder)
    settle(session)
    said: list[str] = []
    opened.save(tmp_path / "saved.meshcap", said.append)
    with stopped(session.pids["save"][0]) as saving:
        saving.kill()
        settle(session)
    assert said == [""]
    assert records_in(tmp_path / "saved.meshcap") == records_in(folder)


def test_that_a_save_that_is_cancelled_leaves_nothing_and_keeps_no_sort_waiting(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, draft = tmp_path / "saved.meshcap", tmp_path / "saved.meshcap.part"
    monkeypatch.setattr("meshdesk.session.saves.draft_of", lambda _target: draft)
    os.mkfifo(draft)
    reader = os.open(draft, os.O_RDONLY | os.O_NONBLOCK)
    big = made_capture(tmp_path / "big", {"t": [[Rec(0, k, value=b"x" * 10_000) for k in range(5_000)]]})
    opened = session.open_file(big)
    settle(session)
    said: list[str] = []
    opened.save(target, said.append)
    turn(session, lambda: any(writes(pid, target) for pid in session.pids["save"]), "the save to be under way")
    turn(session, lambda: session.works, "the save to be told")
    (work,) = session.works
    assert work.text == "Saving saved.meshcap"
    name = opened.lists.arrange(Listing(("t",), "value"))
    turn(
        session, lambda: (order := opened.lists.order(name)) is not None and order.is_made, "the sort, beside the save"
    )
    assert said == []
    assert work.cancel is not None
    work.cancel()
    os.set_blocking(reader, True)
    while os.read(reader, 1 << 20):  # the save goes on, as far as the next look at whether it is wanted
        session.beat()
    os.close(reader)
    settle(session)
    assert said == ["Saving was cancelled; nothing was written."]
    assert session.works == ()
    assert not list(tmp_path.glob("saved*"))
    opened.save(target, said.append)
    settle(session)
    assert said[1] == ""


def test_that_a_save_whose_programs_are_all_killed_fails_in_a_sentence_and_leaves_no_part_behind(
    session: Session, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, draft = tmp_path / "saved.meshcap", tmp_path / "saved.meshcap.part"
    monkeypatch.setattr("meshdesk.session.saves.draft_of", lambda _target: draft)
    os.mkfifo(draft)
    reader = os.open(draft, os.O_RDONLY | os.O_NONBLOCK)  # reads nothing: the save stands still
    big = made_capture(tmp_path / "big", {"t": [[Rec(0, k, value=b"x" * 10_000) for k in range(50)]]})
    opened = session.open_file(big)
    settle(session)
    said: list[str] = []
    opened.save(target, said.append)
    for _ in range(2):  # once may be anybody's doing, twice is this save's
        turn(session, lambda: any(writes(pid, target) for pid in session.pids["save"]), "the save to be under way")
        before = session.pids["save"]
        os.kill(before[0], signal.SIGKILL)
        turn(session, lambda before=before: session.pids["save"] != before, "its end")  # type: ignore[misc]
    os.close(reader)
    turn(session, lambda: said, "the sentence")
    assert said == ["The work program ended: it was killed by signal 9."]
    assert not list(tmp_path.glob("saved*"))
    opened.save(target, said.append)
    settle(session)
    assert said[1] == ""


def writes(pid: int, target: Path) -> bool:
    with suppress(OSError):
        return any(str(file.readlink()) == f"{target}.part" for file in Path(f"/proc/{pid}/fd").iterdir())
    return False
