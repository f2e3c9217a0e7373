"""A server process behind its guard, as the program that starts it sees it. What the guard does stands in guard.py."""

import contextlib
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from meshdesk.demo import guard

START_SECONDS = 20.0  # until the guard says that it has started the server: some 30 ms
STOP_SECONDS = 15.0  # for the guard to end behind its server


class Server:
    """A server process behind its guard (guard.py): it ends when this process ends, however that happens."""

    def __init__(
        self, command: Sequence[str], log: Path, remove: Path | None = None, grace: float = guard.GRACE
    ) -> None:
        """`grace`: s that it may take to end in order before it is killed."""
        self._patience = grace + STOP_SECONDS
        line = [sys.executable, "-I", "-S", guard.__file__, "--log", str(log), "--grace", str(grace)]
        line += ["--remove", str(remove)] if remove is not None else []
        self._ended = threading.Event()
        self._started = threading.Event()
        self.pid: int | None = None
        self.failure = ""
        self.guard = subprocess.Popen(
            [*line, "--", *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is not for it
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._started.wait(START_SECONDS)

    @property
    def running(self) -> bool:
        """Whether the server still runs."""
        return self.pid is not None and not self._ended.is_set()

    def wait_end(self, seconds: float) -> bool:
        """Waits until the server has ended by itself; False: it still runs."""
        return self._ended.wait(seconds)

    def stop(self, keep_folder: bool = False) -> None:
        """Stops the server and the guard, which removes its folder unless `keep_folder`. A second call does nothing."""
        assert self.guard.stdin is not None
        assert self.guard.stdout is not None
        with contextlib.suppress(OSError):  # the guard may be gone
            if keep_folder and not self.guard.stdin.closed:
                self.guard.stdin.write(b"keep\n")
            self.guard.stdin.close()
        try:
            self.guard.wait(self._patience)
        except subprocess.TimeoutExpired:
            self.guard.kill()
            self.guard.wait()
        self._reader.join()
        self.guard.stdout.close()

    def _read(self) -> None:
        assert self.guard.stdout is not None
        for line in self.guard.stdout:
            word, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            if word == "started":
                self.pid = int(rest)
            elif word == "failed":
                self.failure = rest
            if word in ("failed", "ended"):
                self._ended.set()
            self._started.set()
        self._ended.set()
        self._started.set()
