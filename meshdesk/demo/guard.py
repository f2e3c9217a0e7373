"""The guard: a small process between our program and a server that it starts, so that no server outlives the program.

    guard.py --log FILE [--remove FOLDER] [--grace SECONDS] -- COMMAND...

It starts COMMAND with its output in FILE and says "started PID" on stdout, later "ended CODE". It stops the server when
its stdin ends, which is what the kernel does to the pipe when the parent dies in any way, SIGKILL included; a line
"keep" before that keeps FOLDER, which is otherwise removed. The folder of a server that ended by itself stays until
then (its log is wanted). Where this process is killed, Linux kills the server (PR_SET_PDEATHSIG, prctl(2)).

Run by its path and from the standard library alone: it starts in some 20 ms and does not depend on what is installed.
"""

import argparse
import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

GRACE = 5.0  # s between SIGTERM and SIGKILL: a broker with little data takes 0.5 s
PR_SET_PDEATHSIG = 1
REMOVE_TRIES = 20  # Windows lets go of a dead process's files a little later


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="guard.py")
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--remove", type=Path)
    parser.add_argument("--grace", type=float, default=GRACE)
    parser.add_argument("command", nargs="+")
    options = parser.parse_args(arguments)
    parent_gone = threading.Event()
    keep = threading.Event()
    # Ctrl-C in a terminal is for the program; it stops us by closing the pipe when it has said its goodbyes.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, frame: parent_gone.set())
    threading.Thread(target=_listen, args=(parent_gone, keep), daemon=True).start()
    threading.Thread(target=_watch_parent, args=(os.getppid(), parent_gone), daemon=True).start()
    server = _started(options.command, options.log)
    parent_gone.wait()
    if server is not None:
        _stop(server, options.grace)
    if options.remove is not None and not keep.is_set():
        _remove(options.remove)
    return 0


def _started(command: list[str], log: Path) -> subprocess.Popen[bytes] | None:
    """The server, whose end a thread announces; None (and a word on stdout) where it cannot be started."""
    try:
        with log.open("ab") as output:
            server = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=_die_with_parent(),
            )
    except OSError as error:
        _say(f"failed {error.strerror or 'it cannot be started'}")
        return None
    _say(f"started {server.pid}")
    threading.Thread(target=lambda: _say(f"ended {server.wait()}"), daemon=True).start()
    return server


def _stop(server: subprocess.Popen[bytes], grace: float) -> None:
    server.terminate()
    try:
        server.wait(grace)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _listen(parent_gone: threading.Event, keep: threading.Event) -> None:
    # Not sys.stdin: Python aborts at its end where a thread waits in there.
    heard = b""
    while piece := os.read(sys.stdin.fileno(), 64):
        heard += piece
    if heard.strip() == b"keep":
        keep.set()
    parent_gone.set()


def _watch_parent(parent: int, parent_gone: threading.Event) -> None:
    """A fork of the parent may hold its end of our pipe open after its death; on POSIX we then have another parent."""
    while os.name == "posix" and os.getppid() == parent:
        time.sleep(0.5)
    if os.name == "posix":
        parent_gone.set()


def _die_with_parent() -> Callable[[], None] | None:
    """What the server's process does before exec: ask Linux for SIGKILL at our death. None elsewhere.

    The kernel means the death of the *thread* that forks (prctl(2)): our main thread, which lives as long as we do.
    """
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    guard = os.getpid()

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != guard:  # we died between fork and prctl
            os._exit(1)

    return ask


def _remove(folder: Path) -> None:
    for _ in range(REMOVE_TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.1)


def _say(line: str) -> None:
    with contextlib.suppress(OSError):  # nobody listens any more
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
