"""The session's programs as its tests meet them: real ones, ones with a decoder that misbehaves, and others that only claim to be."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Self

import psutil
import pytest

from meshdesk.model.frame import Message
from meshdesk.model.trouble import Trouble
from meshdesk.session.children import Heard
from meshdesk.session.explainers import DEADLINES, Explainers, Limits, rows_from
from meshdesk.session.opened import Opened
from meshdesk.session.session import Session
from tests.programs.running import SECONDS, wait_until

PYTHON = sys.executable

# A decoder in front of all others. It answers nothing, and takes what it takes over some values.
POISON = """
import os, sys, time
from meshdesk.decode import chain
from meshdesk.decode.contract import Undecodable
from meshdesk.program import main

class Poison:
    NAME = "poison"

    @staticmethod
    def decode(payload, data, schemas, bounds):
        if data.startswith(b"hang"):
            time.sleep(600)
        if data.startswith(b"die"):
            os.kill(os.getpid(), 9)
        if data.startswith(b"grow"):
            held = bytearray(os.urandom(1 << 20)) * 400
            time.sleep(600)
        raise Undecodable("it is no poison")

chain.DECODERS = (Poison, *chain.DECODERS)
sys.exit(main())
"""


def program(path: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Makes `text` (Python) the program that children are started from, as the one file of a frozen build is."""
    path.write_text(f"#!{PYTHON}\n{text}", "utf-8")
    path.chmod(0o700)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(path))
    return path


def quick(seconds: float = 0.5, **limits: Any) -> Limits:
    """Deadlines that a test can wait for, and a spare at once."""
    return Limits(dict.fromkeys(DEADLINES, seconds), **{"calm": 0.0, **limits})


class Role:
    """One role of the explain program, with the beat that a session gives it."""

    def __init__(self, role: str = "look", limits: Limits | None = None) -> None:
        self.heard: SimpleQueue[Heard] = SimpleQueue()
        self.troubles: list[Trouble] = []
        self.ready: set[int] = set()
        self.explainers = Explainers(role, self.heard, self.troubles.append, role == "look", limits or Limits(calm=0.0))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in self.explainers.end():
            if psutil.pid_exists(child.pid):
                with suppress(psutil.NoSuchProcess):
                    psutil.Process(child.pid).resume()
            child.kill("the test ended")
            assert child.wait(SECONDS)

    def beat(self) -> None:
        with suppress(Empty):
            while True:
                heard = self.heard.get_nowait()
                if heard.message == {"is": "ready"}:
                    self.ready.add(heard.child.pid)
                self.explainers.hear(heard)
        self.explainers.beat()
        self.explainers.watch_memory()

    def wait(self, claim: Callable[[], object], what: str) -> None:
        def holds() -> object:
            self.beat()
            return claim()

        wait_until(holds, what)

    def ask(self, **message: object) -> list[Message]:
        """Asks; what is answered comes into the list."""
        answers: list[Message] = []
        self.explainers.ask({"capture": 1, "topic": "t", **message}, answers.append)
        return answers

    def answer(self, **message: object) -> Message:
        """Asks, and waits for the answer."""
        answers = self.ask(**message)
        self.wait(lambda: answers and answers[-1]["is"] != "progress", f"an answer to {message}")
        return answers[-1]

    def warm(self) -> None:
        """Waits until the processes stand ready; then a deadline means the question's own time."""
        self.explainers.warm()
        count = 2 if self.explainers.role == "look" else 1
        self.wait(
            lambda: len(self.explainers.pids) == count and self.ready >= set(self.explainers.pids),
            "the processes to be ready",
        )

    @property
    def said(self) -> list[str]:
        return [trouble.text for trouble in self.troubles]


def pipe_into(pid: int) -> int:
    """A program's own end of its stdout, to write what it never would. It has been kept apart from what libraries print."""
    links = {int(file.name): str(file.readlink()) for file in Path(f"/proc/{pid}/fd").iterdir()}
    for number, link in links.items():
        flags = int(Path(f"/proc/{pid}/fdinfo/{number}").read_text().split("flags:")[1].split()[0], 8)
        if number > 2 and link.startswith("pipe:") and link != links[2] and flags & os.O_ACCMODE == os.O_WRONLY:
            return os.open(f"/proc/{pid}/fd/{number}", os.O_WRONLY)
    raise AssertionError(f"{pid} holds no end of its stdout: {links}")


@contextmanager
def stopped(pid: int) -> Iterator[psutil.Process]:
    """A process that stands still."""
    process = psutil.Process(pid)
    process.suspend()
    try:
        yield process
    finally:
        with suppress(psutil.NoSuchProcess):
            process.resume()


def values(answer: Message) -> list[str]:
    """The values of an answer to "rows"; a culprit's is its trouble."""
    return [row.trouble or row.value for row in rows_from(answer)]


def shown(opened: Opened, topic: str, first: int, last: int) -> list[str]:
    """The values of the rows [first, last] of a list, as far as they are at hand."""
    rows = [opened.lists.row(topic, k) for k in range(first, last + 1)]
    return [row.value for row in rows if row is not None]


def turn(session: Session, claim: Callable[[], object], what: str) -> None:
    """Lets the session beat until the claim holds; its troubles are shown where it does not."""

    def holds() -> object:
        session.beat()
        return claim()

    try:
        wait_until(holds, what)
    except AssertionError as error:
        raise AssertionError(f"{error}\ntroubles: {sentences(session)}") from None


def settle(session: Session) -> None:
    """Lets the session beat until nothing is on its way."""
    turn(session, session.idle, "the session to be idle")


def stand_by(session: Session) -> None:
    """Waits for the programs that start after the first rows, before anybody needs them."""
    turn(session, lambda: session.pids["work"], "the spare and the work program")


def sentences(session: Session) -> list[str]:
    return [trouble.sentence for trouble in session.troubles]
