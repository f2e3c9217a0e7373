"""The session: what is open, closed while things are on their way, and its end, after which no process and no folder is left."""

import json
import os
import subprocess
import time
from contextlib import suppress
from functools import partial
from pathlib import Path

import psutil
import pytest

from meshdesk.collect.predecessors import facts_in
from meshdesk.model.fact import Fact
from meshdesk.model.record import RecordName
from meshdesk.model.trouble import Trouble
from meshdesk.session.connection import Connection
from meshdesk.session.home import captures_home
from meshdesk.session.launch import child_environment
from meshdesk.session.opened import Opened
from meshdesk.session.session import Session
from tests.programs.running import GONE, gone, records_in, wait_until
from tests.programs.session.serving import PYTHON, program, quick, sentences, settle, stand_by, stopped, turn
from tests.unit.capture.making import Rec, made_capture

NOBODY = Connection("127.0.0.1:1")

# Another program in the place of the demo's mesh; all other verbs are the real ones.
MESH = """
import sys, time
from meshdesk.pipes import Pipes
from meshdesk.program import main
if sys.argv[1] != "mesh":
    sys.exit(main())
pipes = Pipes()
pipes.send({"is": "progress", "text": "Fetching Kafka", "done": 3, "of": 9})
if sys.argv[2] == "fails":
    sys.stderr.write("There is no room on the disk.\\n")
    sys.exit(1)
if sys.argv[2] == "names":
    pipes.send({"is": "mesh", "name": "Demo mesh", "bootstrap": "127.0.0.1:1", "catalogues": sys.argv[3:]})
if sys.argv[2] == "tells":
    pipes.send({"is": "mesh", "name": "Demo mesh", "bootstrap": "127.0.0.1:1"})
    pipes.messages.get()  # where its capture is
    pipes.send({"is": "trouble", "text": "Its Kafka has ended.", "advice": "", "about": "it", "severity": "bad"})
    sys.stderr.write("Its Kafka has ended. Start it again.\\n")  # as the demo's does
    sys.exit(1)
while (message := pipes.messages.get()) is not None:
    pass
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return made_capture(tmp_path / "c", {"t": [[Rec(0, k, value=b"%d" % k) for k in range(120)]]})


@pytest.fixture
def mesh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "mesh", MESH, monkeypatch)


def live(session: Session) -> tuple[Opened, Path]:
    """A capture that grows, though nobody answers at the other end."""
    opened = session.connect(NOBODY)
    assert opened.folder is not None
    written = opened.folder / "index-1-000"
    turn(session, written.exists, "collect to write")
    return opened, opened.folder


def all_pids(session: Session) -> list[int]:
    return [pid for pids in session.pids.values() for pid in pids]


# Several


def test_that_captures_are_open_side_by_side_and_each_answers_for_itself(
    session: Session, folder: Path, tmp_path: Path
) -> None:
    other = made_capture(tmp_path / "d", {"t": [[Rec(0, 0, value=b"other")]]})
    one, two = session.open_file(folder), session.open_file(other)
    assert session.captures == [one, two]
    settle(session)
    for opened in (one, two):
        opened.lists.want("t", 0, 0)
    settle(session)
    rows = [opened.lists.row("t", 0) for opened in (one, two)]
    assert [row.value for row in rows if row] == ["0", "other"]
    session.shut(one)
    two.chosen.select("t", 0)
    settle(session)
    assert two.chosen.details is not None
    assert session.captures == [two]


def test_that_troubles_are_folded_and_each_is_a_change(session: Session) -> None:
    before = session.revision
    for _ in range(3):
        session.report(Trouble("The port is closed.", about="acme"))
    assert [(trouble.text, trouble.count) for trouble in session.troubles] == [("The port is closed.", 3)]
    assert session.revision == before + 3


# Closing one


def test_that_what_an_attempt_had_in_trouble_goes_with_it_and_what_others_have_stays(session: Session) -> None:
    attempt = session.connect(Connection("127.0.0.1:1"))
    session.connect(Connection("127.0.0.1:2"))
    turn(session, lambda: len({trouble.about for trouble in session.troubles}) == 2, "a word on both closed ports")
    session.shut(attempt)
    assert {trouble.about for trouble in session.troubles} == {"127.0.0.1:2"}
    session.close()
    assert {trouble.about for trouble in session.troubles} == {"127.0.0.1:2"}  # who ends MeshDesk is told of them


def test_that_a_capture_may_be_closed_while_everything_of_it_is_on_its_way(
    session: Session, folder: Path, tmp_path: Path
) -> None:
    for _ in range(3):
        opened = session.open_file(folder)
        found: list[int | None] = []
        copied: list[str] = []
        saved: list[str] = []
        opened.lists.want("t", 0, 100)
        opened.chosen.select("t", 7)
        opened.lists.find(RecordName("t", 0, 9), found.append, partial(found.append, None))
        opened.lists.copy("t", [1, 2], True, copied.append)
        opened.save(tmp_path / "saved.meshcap", saved.append)
        session.shut(opened)
        assert session.captures == []
        settle(session)
        assert (found, len(copied), saved) == ([9], 1, [""])
    assert len(records_in(tmp_path / "saved.meshcap")) == 120
    assert sentences(session) == []


def test_that_a_question_to_a_closed_capture_is_answered_and_costs_no_program(session: Session, folder: Path) -> None:
    opened = session.open_file(folder)
    settle(session)
    pids = session.pids
    session.shut(opened)
    session.shut(opened)  # twice is no error
    opened.lists.want("t", 0, 100)
    opened.chosen.select("t", 7)
    found: list[object] = []
    opened.lists.find(RecordName("t", 0, 9), found.append, lambda: found.append("failed"))
    settle(session)
    assert found == ["failed"]
    assert session.pids == pids
    assert folder.exists()  # a file of the user's is never deleted


def test_that_the_folder_of_a_live_capture_goes_when_it_is_closed_once_its_collect_has_ended(session: Session) -> None:
    opened, folder = live(session)
    (pid,) = session.pids["collect"]
    with stopped(pid):
        session.shut(opened)
        for _ in range(20):
            session.beat()
        assert folder.exists()  # collect may still write into it
    turn(session, lambda: not folder.exists(), "the folder to go")
    assert gone(pid)
    assert sentences(session)[1:] == []  # at most a word on the closed port


def test_that_closing_a_live_capture_that_is_being_saved_waits_for_the_save(session: Session, tmp_path: Path) -> None:
    opened, folder = live(session)
    said: list[str] = []
    opened.save(tmp_path / "saved.meshcap", said.append)
    with stopped(session.pids["save"][0]):
        session.shut(opened)
        turn(session, lambda: not running("collect"), "collect to end")
        for _ in range(20):
            session.beat()
        assert folder.exists()
    turn(session, lambda: not folder.exists(), "the folder to go")
    assert said == [""]
    assert records_in(tmp_path / "saved.meshcap") == []


def running(verb: str) -> list[psutil.Process]:
    """Children of ours with that verb; of one that has just ended, the system knows no words."""
    found = []
    for process in psutil.Process().children():
        with suppress(psutil.Error):
            if verb in process.cmdline():
                found.append(process)
    return found


def test_that_a_folder_where_nothing_can_be_stored_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    session = Session(tmp_path / "file")
    opened = session.connect(NOBODY)
    assert opened.state == "failed"
    assert sentences(session)[0].startswith(f"No capture can be made in {tmp_path / 'file'}")
    settle(session)
    session.close()


# Programs that make a mesh


@pytest.mark.usefixtures("mesh")
def test_that_a_mesh_that_cannot_be_made_is_said_with_its_last_words(session: Session) -> None:
    opened = session.open_through(["mesh", "fails"], "Demo mesh")
    assert opened.progress is not None
    assert "starting" in opened.progress.text
    turn(session, lambda: opened.state == "failed", "the failure")
    assert sentences(session) == ["Demo mesh could not be started: There is no room on the disk."]
    settle(session)


@pytest.mark.usefixtures("mesh")
def test_that_the_folders_that_a_mesh_names_are_read_into_its_capture(session: Session, tmp_path: Path) -> None:
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "a.yaml").write_text("apiVersion: v3.1.0\nkind: DataContract\nid: a\n", "utf-8")
    opened = session.open_through(["mesh", "names", str(tmp_path / "contracts")], "Demo mesh")
    turn(session, lambda: opened.folder is not None, "the capture")

    def contracts() -> list[str]:
        assert opened.folder is not None
        return [fact.about for fact in facts_in(opened.folder) if isinstance(fact, Fact) and fact.kind == "contract"]

    turn(session, lambda: contracts() == ["a"], "the contract among its facts")
    session.shut(opened)
    turn(session, lambda: not running("mesh"), "its end")


@pytest.mark.usefixtures("mesh")
def test_that_the_end_of_a_mesh_is_said_once_by_itself_or_else_with_how_it_ended(session: Session) -> None:
    told = session.open_through(["mesh", "tells"], "Told mesh")
    turn(session, lambda: told.state == "ended", "its end")
    assert "Its Kafka has ended." in sentences(session)
    assert not any("The program behind" in said for said in sentences(session))
    killed = session.open_through(["mesh", "names"], "Killed mesh")
    turn(session, lambda: killed.folder is not None, "its capture")
    running("mesh")[0].kill()
    turn(session, lambda: killed.state == "ended", "the end of the other")
    title = killed.title
    said = f"The program behind {title} has ended: it was killed by signal 9. What was captured stays open."
    assert said in sentences(session)
    assert all(trouble.seen for trouble in session.troubles)
    for opened in (told, killed):
        session.shut(opened)
    settle(session)


@pytest.mark.usefixtures("mesh")
def test_that_closing_a_mesh_that_is_being_made_ends_the_program_that_makes_it(session: Session) -> None:
    opened = session.open_through(["mesh", "waits"], "Demo mesh")
    turn(session, lambda: opened.progress and opened.progress.of == 9, "its progress")
    assert running("mesh")
    session.shut(opened)
    turn(session, lambda: not running("mesh"), "its end")
    assert session.captures == []
    assert sentences(session) == []


@pytest.mark.usefixtures("mesh")
def test_that_what_is_prepared_is_a_work_that_can_be_cancelled(session: Session) -> None:
    opened = session.open_through(["mesh", "waits"], "Demo mesh")
    turn(session, lambda: opened.progress and opened.progress.of == 9, "its progress")
    turn(session, lambda: session.works, "the work to be told")
    (work,) = session.works
    assert (work.text, work.of) == ("Preparing Demo mesh", 9)
    assert work.cancel is not None
    work.cancel()
    turn(session, lambda: not running("mesh"), "its end")
    assert (session.captures, session.works, sentences(session)) == ([], (), [])


# What nobody waits for


def test_that_a_file_is_opened_by_one_program_and_the_others_come_after_its_rows(
    session: Session, folder: Path
) -> None:
    opened = session.open_file(folder)
    turn(session, lambda: opened.lists.rows("t"), "it to be read")
    opened.lists.want("t", 0, 1)
    turn(session, lambda: opened.lists.row("t", 0), "the first row")
    assert {what: len(pids) for what, pids in session.pids.items()} == {"collect": 0, "look": 1, "work": 0, "save": 0}
    stand_by(session)
    assert len(session.pids["look"]) == 2


def test_that_work_that_is_asked_for_at_once_starts_at_once(session: Session, folder: Path) -> None:
    copied: list[str] = []
    session.open_file(folder).lists.copy("t", [0], as_json=False, done=copied.append)
    assert len(session.pids["work"]) == 1
    turn(session, lambda: copied, "the copy")


# The end of the session


def test_that_the_end_leaves_no_process_and_no_folder(tmp_path: Path, folder: Path) -> None:
    session = Session(tmp_path / "captures")
    session.open_file(folder).lists.want("t", 0, 100)
    live(session)
    live(session)
    turn(session, lambda: len(all_pids(session)) == 5, "two collect, look and its spare, work")
    pids = all_pids(session)
    session.close()
    assert [pid for pid in pids if not gone(pid)] == []
    assert list((tmp_path / "captures").iterdir()) == []
    assert folder.exists()
    session.beat()  # a last beat after the end starts nothing
    assert all_pids(session) == []


def test_that_programs_that_hang_do_not_keep_the_end_waiting_and_what_was_being_saved_is_kept(
    tmp_path: Path, folder: Path
) -> None:
    session = Session(tmp_path / "captures")
    session.open_file(folder)
    live(session)
    opened, wanted = live(session)
    turn(session, lambda: len(all_pids(session)) == 5, "two collect, look and its spare, work")
    pids = all_pids(session)
    for pid in pids:
        psutil.Process(pid).suspend()
    opened.save(tmp_path / "saved.meshcap", lambda _said: None)
    before = time.monotonic()
    session.close()
    assert time.monotonic() - before < 15  # 3 s, and what a busy machine adds
    assert [pid for pid in pids if not gone(pid)] == []
    assert list((tmp_path / "captures").iterdir()) == [wanted]
    assert records_in(wanted) == []  # a whole capture still
    assert not (tmp_path / "saved.meshcap").exists()


def test_that_a_session_whose_parent_is_killed_leaves_no_process(tmp_path: Path, folder: Path) -> None:
    text = """
import json, sys, time
from pathlib import Path
from meshdesk.session.connection import Connection
from meshdesk.session.session import Session
session = Session(Path(sys.argv[1]))
session.open_file(Path(sys.argv[2]))
opened = session.connect(Connection("127.0.0.1:1"))
while not ((opened.folder / "index-1-000").exists() and session.pids["work"]):
    session.beat()
    time.sleep(0.01)
print(json.dumps(session.pids), flush=True)
while True:
    session.beat()
    time.sleep(0.01)
"""
    line = [PYTHON, "-c", text, str(tmp_path / "captures"), str(folder)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, env=child_environment()) as parent:
        assert parent.stdout is not None
        pids = json.loads(parent.stdout.readline())
        assert {role: len(ids) for role, ids in pids.items()} == {"collect": 1, "look": 2, "work": 1, "save": 0}
        parent.kill()
    for pid in (pid for ids in pids.values() for pid in ids):
        wait_until(lambda pid=pid: gone(pid), "a child to notice", GONE)  # type: ignore[misc]


def test_that_a_look_that_hangs_is_replaced_at_the_deadline_of_the_session(tmp_path: Path, folder: Path) -> None:
    session = Session(tmp_path / "captures", quick(0.5))
    opened = session.open_file(folder)
    settle(session)
    opened.lists.want("t", 0, 9)
    settle(session)
    psutil.Process(session.pids["look"][0]).suspend()
    opened.chosen.select("t", 5)
    turn(session, lambda: opened.chosen.details, "the details")
    assert opened.chosen.details is not None
    assert opened.chosen.details.value.trouble.startswith("Decoding took too long")
    session.close()


def test_that_captures_live_in_the_state_folder_of_the_user_or_where_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MESHDESK_CAPTURES", str(tmp_path))
    assert captures_home() == tmp_path
    monkeypatch.delenv("MESHDESK_CAPTURES")
    monkeypatch.delenv("MESHDESK_STATE")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert captures_home().is_relative_to(tmp_path / "state") or os.name != "posix"
