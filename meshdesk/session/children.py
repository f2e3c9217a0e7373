"""Child programs: started, spoken to in frames, heard, and ended. No call here waits for a child."""

import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue

import psutil

from meshdesk.model.frame import FrameError, FrameReader, Message, encode
from meshdesk.session.launch import child_command, child_environment

PIECE = 1 << 16
NO_WINDOW = 0x08000000 if sys.platform == "win32" else 0  # CREATE_NO_WINDOW: no console flashes up
LAST_WORDS = 40  # lines of stderr kept: a Python traceback and what led to it
LINE = 1 << 16  # bytes of stderr taken as one line; a child that never ends a line must not fill our memory
UNHEARD = 1_000  # messages that wait to be heard; 5 beats' worth, then a child that says more waits at its pipe
LINGER = 1.0  # s that a child may live on without its stdout; nobody would ever hear of it again


@dataclass(frozen=True, slots=True)
class Heard:
    """A message from a child; `message` None is its end."""

    child: "Child"
    message: Message | None


class Child:
    """One child program. What it says is put on `heard`, by threads of its own; the last item is its end."""

    def __init__(self, verb: Sequence[str], heard: "SimpleQueue[Heard]") -> None:
        self.verb = tuple(verb)
        self.started = time.monotonic()
        self.reason = ""  # why it was killed, when we did that
        self._heard = heard
        self._words: deque[str] = deque(maxlen=LAST_WORDS)
        self._sayings: SimpleQueue[bytes | None] = SimpleQueue()
        self._let_go = threading.Event()  # hung up on or killed: nobody waits for what else it says
        self._process = subprocess.Popen(
            child_command(*verb),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=child_environment(),
            creationflags=NO_WINDOW,
            # Ctrl+C in a terminal is for the window; it ends its children in order. They stay in its session: among sessions
            # Linux shares time as among strangers (autogroups), and a beat of the window came up to 150 ms late while two
            # threads sorted; in one session 9 ms (measured 2026-11).
            process_group=0,
        )
        self._threads = [
            threading.Thread(target=work, name=f"{verb[0]} {what}", daemon=True)
            for work, what in ((self._listen, "out"), (self._note, "err"), (self._speak, "in"))
        ]
        for thread in reversed(
            self._threads
        ):  # who listens comes last: a child that ends at once is waited for with its words
            thread.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def code(self) -> int | None:
        """The exit code, once it has ended."""
        return self._process.returncode

    @property
    def lives(self) -> bool:
        """Whether the system still runs it: its code is known, and its end heard, somewhat later."""
        try:
            return self.code is None and psutil.Process(self.pid).status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False

    @property
    def last_words(self) -> str:
        """The last lines of its stderr."""
        return "\n".join(self._words)

    def send(self, message: Message) -> None:
        """Queues one frame for it; a child that does not read its pipe cannot hold us up."""
        self._sayings.put(encode(message))

    def hang_up(self) -> None:
        """Ends its stdin once all is said, by which it ends itself."""
        self._let_go.set()
        self._sayings.put(None)

    def kill(self, reason: str) -> None:
        """Ends it at once; its end is heard with this reason."""
        self.reason = self.reason or reason
        self._let_go.set()
        self._process.kill()

    def wait(self, seconds: float) -> bool:
        """Waits for its end; False where it still runs."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        for thread in self._threads[:2]:
            thread.join(seconds)
        return True

    def _listen(self) -> None:
        reader, out = FrameReader(), self._process.stdout
        assert out is not None
        try:
            while piece := os.read(out.fileno(), PIECE):
                for message in reader.feed(piece):
                    self._say(message)
            if reader.half_a_frame:
                self._words.append("It ended in the middle of a message.")
        except FrameError as error:
            self.kill(f"it spoke out of turn: {error}")
        out.close()
        try:
            self._process.wait(LINGER)
        except subprocess.TimeoutExpired:
            self.kill("it closed its pipe and ran on")
            self._process.wait()
        self._threads[1].join(1.0)  # its last words
        self._sayings.put(None)
        self._heard.put(Heard(self, None))

    def _say(self, message: Message) -> None:
        """Puts what it said before the window, as soon as there is room."""
        while self._heard.qsize() >= UNHEARD:
            if self._let_go.wait(0.01):
                return  # dropped: who let it go asks for nothing any more
        self._heard.put(Heard(self, message))

    def _note(self) -> None:
        err = self._process.stderr
        assert err is not None
        with err:
            for line in iter(partial(err.readline, LINE), b""):
                self._words.append(line.decode("utf-8", "replace").rstrip()[:500])

    def _speak(self) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        try:
            while (data := self._sayings.get()) is not None:
                pipe.write(data)
                pipe.flush()
        except OSError:
            pass  # it has ended; that is heard on its stdout
        with suppress(OSError):  # what could not be said is dropped with the pipe
            pipe.close()
