"""A server as its starter sees it."""

import sys
from pathlib import Path

from meshdesk.demo.server import Server
from tests.broker.demo.processes import SECONDS, gone


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
