"""The guard, run as a process of its own with small servers in Python."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from meshdesk.demo import guard
from tests.broker.demo.processes import SECONDS, gone, wait_until

SLEEPER = "import time; time.sleep(600)"
STUBBORN = "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); open('up', 'w'); time.sleep(600)"


class Guarded:
    """A guard and the server behind it; the folder it owns is `folder`."""

    def __init__(self, place: Path, program: str, *options: str) -> None:
        self.folder = place / "owned"
        self.folder.mkdir()
        (self.folder / "file").write_text("x")
        line = [sys.executable, "-I", "-S", guard.__file__, "--log", str(place / "log"), "--remove", str(self.folder)]
        self.process = subprocess.Popen(
            [*line, *options, "--", sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=place,
        )
        self.server = int(self.read().removeprefix("started "))

    def read(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def close(self, words: str = "") -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(words)
        self.process.stdin.close()

    def end(self) -> int:
        code = self.process.wait(SECONDS)
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()
        return code


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[Guarded]:
    guarded = Guarded(tmp_path, SLEEPER)
    yield guarded
    guarded.process.kill()
    guarded.end()


def test_that_the_end_of_stdin_ends_the_server_and_removes_the_folder(sleeper: Guarded) -> None:
    sleeper.close()
    assert sleeper.end() == 0
    assert gone(sleeper.server)
    assert not sleeper.folder.exists()


def test_that_the_word_keep_keeps_the_folder(sleeper: Guarded) -> None:
    sleeper.close("keep\n")
    sleeper.end()
    assert gone(sleeper.server)
    assert (sleeper.folder / "file").exists()


def test_that_sigterm_to_the_guard_is_as_the_end_of_stdin(sleeper: Guarded) -> None:
    sleeper.process.terminate()
    assert sleeper.end() == 0
    assert gone(sleeper.server)
    assert not sleeper.folder.exists()


def test_that_ctrl_c_reaches_neither(sleeper: Guarded) -> None:
    sleeper.process.send_signal(signal.SIGINT)
    sleeper.process.send_signal(signal.SIGTERM)  # it is handled after the first, in the same thread
    assert sleeper.end() == 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Only Linux ends a process with its parent (prctl).")
def test_that_a_killed_guard_takes_the_server_with_it(sleeper: Guarded) -> None:
    sleeper.process.kill()
    wait_until(lambda: gone(sleeper.server), "the server ends with its guard")


def test_that_a_server_that_does_not_listen_to_sigterm_is_killed_after_the_grace(tmp_path: Path) -> None:
    guarded = Guarded(tmp_path, STUBBORN, "--grace", "0.3")
    wait_until(lambda: (tmp_path / "up").exists(), "the server ignores SIGTERM")
    guarded.close()
    assert guarded.read() == "ended -9"
    guarded.end()
    assert not guarded.folder.exists()


def test_that_a_server_that_ends_by_itself_is_announced_and_its_folder_stays_until_somebody_has_looked(
    tmp_path: Path,
) -> None:
    guarded = Guarded(tmp_path, "print('last words'); raise SystemExit(3)")
    assert guarded.read() == "ended 3"
    assert (tmp_path / "log").read_text() == "last words\n"
    assert guarded.folder.exists()
    assert guarded.process.poll() is None
    guarded.close()
    guarded.end()
    assert not guarded.folder.exists()


def test_that_a_program_that_cannot_be_started_is_said(tmp_path: Path) -> None:
    line = [sys.executable, guard.__file__, "--log", str(tmp_path / "log"), "--", str(tmp_path / "nothing")]
    done = subprocess.run(line, input="", capture_output=True, text=True, check=False, timeout=SECONDS)
    assert (done.stdout, done.returncode) == ("failed No such file or directory\n", 0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="This system has no fork.")
def test_that_a_fork_that_holds_the_pipe_open_does_not_keep_the_server_alive(tmp_path: Path) -> None:
    program = textwrap.dedent(
        """
        import os, sys, time
        from pathlib import Path
        from meshdesk.demo.server import Server
        place = Path(sys.argv[1])
        server = Server([sys.executable, "-c", "import time; time.sleep(600)"], place / "log", place / "owned")
        fork = os.fork()
        if fork == 0:
            os.close(1)
            time.sleep(600)
        print(server.pid, fork, flush=True)
        os._exit(0)
        """
    )
    (tmp_path / "owned").mkdir()
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True, check=True)
    server, fork = map(int, done.stdout.split())
    try:
        assert not gone(fork)
        wait_until(lambda: gone(server), "the server ends though its guard's stdin is still open")
        wait_until(lambda: not (tmp_path / "owned").exists(), "the folder is removed")
    finally:
        psutil.Process(fork).kill()
