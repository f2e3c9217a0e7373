"""The test of a connection as the window follows it: step by step, cancelled, and with a program that dies or hangs."""

from pathlib import Path

import pytest

from meshdesk.demo.broker import Broker
from meshdesk.model.step import NAMES
from meshdesk.session import checking as module
from meshdesk.session.connection import Connection
from meshdesk.session.session import Session
from tests.broker.collect.listening import HOST, black_hole, closed_port
from tests.programs.running import GONE, gone, wait_until
from tests.programs.session.serving import program, settle, turn

# In the place of collect: says one step, and then does what it was told to.
ODD = """
import os, sys, time
from meshdesk.pipes import Pipes
from meshdesk.program import main
if sys.argv[1:] != ["collect", "--check"]:
    sys.exit(main())
pipes = Pipes()
first = pipes.messages.get()
pipes.send({"is": "step", "step": "tcp", "state": "running", "text": "", "advice": ""})
pipes.send({"is": "step", "step": "moon", "state": "running"})
pipes.send({"is": "news of a later version"})
if first["bootstrap"] == "dies:1":
    os.kill(os.getpid(), 9)
time.sleep(600)
"""


def test_that_a_connection_is_tested_beat_by_beat(session: Session, broker: Broker) -> None:
    checking = session.check(Connection(broker.bootstrap))
    assert (checking.done, checking.ok, checking.steps) == (False, False, ())
    assert not session.idle()
    seen = {checking.revision}

    def done() -> bool:
        seen.add(checking.revision)
        return checking.done

    turn(session, done, "the end of the test")
    assert checking.ok
    assert tuple(step.name for step in checking.steps) == NAMES
    assert {step.state for step in checking.steps} == {"passed", "skipped"}
    assert checking.revision == max(seen) > 1
    settle(session)
    assert session.troubles == ()
    assert session.captures == []


def test_that_the_folders_of_a_connection_are_tested_with_it(session: Session, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("apiVersion: v1.0.0\nkind: DataProduct\nid: a\nstatus: active\n", "utf-8")
    checking = session.check(Connection(f"{HOST}:{closed_port()}", catalogues=(str(tmp_path),)))
    turn(session, lambda: checking.done, "the end of the test")
    (step,) = (step for step in checking.steps if step.name == "catalogues")
    assert (step.state, step.text) == ("passed", f"1 file in {tmp_path.name}: 1 of ODPS 1.0.0.")


def test_that_what_failed_is_in_the_steps_and_no_trouble(session: Session) -> None:
    checking = session.check(Connection(f"{HOST}:{closed_port()}"))
    turn(session, lambda: checking.done, "the end of the test")
    assert not checking.ok
    (failed,) = (step for step in checking.steps if step.state == "failed")
    assert failed.name == "tcp"
    assert session.troubles == ()


def test_that_a_cancelled_test_ends_its_program(session: Session) -> None:
    with black_hole() as port:
        checking = session.check(Connection(f"{HOST}:{port}"))
        turn(session, lambda: any(step.name == "tcp" for step in checking.steps), "its second step")
        checking.cancel()
        assert checking.done
        assert not checking.ok
        assert [step.state for step in checking.steps if step.name == "tcp"] == ["skipped"]
        revision = checking.revision
        assert checking.child is not None
        pid = checking.child.pid
        settle(session)
        wait_until(lambda: gone(pid), "its end", GONE)
        checking.cancel()
        assert checking.revision == revision


def test_that_two_tests_are_told_apart(session: Session, broker: Broker) -> None:
    good, bad = session.check(Connection(broker.bootstrap)), session.check(Connection("broker.invalid:1"))
    turn(session, lambda: good.done and bad.done, "both ends")
    assert (good.ok, bad.ok) == (True, False)


def test_that_the_end_of_the_session_ends_a_test() -> None:
    session = Session()
    with black_hole() as port:
        checking = session.check(Connection(f"{HOST}:{port}"))
        turn(session, lambda: bool(checking.steps), "its first step")
        session.close()
    assert checking.child is not None
    assert checking.child.code is not None


def test_that_a_program_that_dies_is_a_sentence_at_its_step(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "odd", ODD, monkeypatch)
    checking = session.check(Connection("dies:1"))
    turn(session, lambda: checking.done, "its end")
    assert [(step.name, step.state) for step in checking.steps] == [("tcp", "failed")]
    assert checking.steps[0].text == "The test ended unexpectedly: it was killed by signal 9."
    assert not checking.ok


def test_that_a_program_that_hangs_is_ended(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "odd", ODD, monkeypatch)
    monkeypatch.setattr(module, "MOST", 1.5)
    checking = session.check(Connection("hangs:1"))
    turn(session, lambda: checking.done, "its end")
    assert checking.steps[0].text == "The test ended unexpectedly: it had not finished after 1.5 s."


def test_that_a_program_that_cannot_be_started_is_a_sentence(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "odd", ODD, monkeypatch).unlink()
    checking = session.check(Connection("localhost:9092"))
    assert checking.done
    assert [(step.name, step.state) for step in checking.steps] == [("name", "failed")]
    assert checking.steps[0].text == "The connection cannot be tested: No such file or directory."
    assert session.idle()
