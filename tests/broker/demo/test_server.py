"""A server as its starter sees it."""

import sys
from pathlib import Path

import pytest

from meshdesk.demo.server import Server
from tests.broker.demo.processes import SECONDS, gone, wait_until


def test_that_a_server_runs_until_it_is_stopped_and_stopping_twice_is_once(tmp_path: Path) -> None:
    folder = tmp_path / "owned"
    folder.mkdir()
    server = Server([sys.executable, "-c", "import time; time.sleep(600)"], tmp_path / "log", folder)
    assert server.running
    assert not server.wait_end(0.01)
    pid = server.pid
    assert pid is not None
    server.stop()
    server.stop()
    assert gone(pid)
    assert not server.running
    assert not folder.exists()


def test_that_a_folder_may_be_kept(tmp_path: Path) -> None:
    folder = tmp_path / "owned"
    folder.mkdir()
    server = Server([sys.executable, "-c", "import time; time.sleep(600)"], tmp_path / "log", folder)
    server.stop(keep_folder=True)
    assert folder.exists()


def test_that_the_end_of_a_server_is_noticed(tmp_path: Path) -> None:
    server = Server([sys.executable, "-c", "print('done')"], tmp_path / "log")
    assert server.wait_end(SECONDS)
    assert not server.running
    server.stop()
    assert (tmp_path / "log").read_text() == "done\n"


def test_that_a_program_that_is_not_there_never_runs_and_says_why(tmp_path: Path) -> None:
    server = Server([str(tmp_path / "nothing")], tmp_path / "log")
    assert server.wait_end(SECONDS)
    assert (server.running, server.pid, server.failure) == (False, None, "No such file or directory")
    server.stop()


SLOW_END = """
import pathlib, signal, sys, time
def end(*_):
    time.sleep(1)
    pathlib.Path(sys.argv[1]).write_text("in order")
    sys.exit()
signal.signal(signal.SIGTERM, end)
pathlib.Path(sys.argv[2]).touch()
time.sleep(600)
"""


@pytest.mark.parametrize(("grace", "is_in_order"), [(60.0, True), (0.1, False)])
def test_that_a_server_that_takes_long_to_end_is_killed_after_its_grace(
    tmp_path: Path, grace: float, is_in_order: bool
) -> None:
    ended, ready = tmp_path / "ended", tmp_path / "ready"
    server = Server([sys.executable, "-c", SLOW_END, str(ended), str(ready)], tmp_path / "log", grace=grace)
    wait_until(ready.exists, "the server to be ready")
    server.stop()
    assert ended.exists() == is_in_order
