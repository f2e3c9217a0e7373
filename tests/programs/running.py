"""Programs of MeshDesk as tests run them: a verb to its end, a child that speaks frames, and waiting for a claim."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Self

import psutil

from meshdesk.capture.manifest import create_capture
from meshdesk.capture.parts import TopicKey
from meshdesk.capture.reader import open_captures
from meshdesk.explain.rows import open_rows
from meshdesk.model.frame import Message
from meshdesk.model.record import Record
from meshdesk.session.children import Child, Heard

SECONDS = 30.0  # for anything on a machine that is busy; what is waited for takes a tenth of it
GONE = 15.0  # for a child to notice that its parent died


@dataclass(frozen=True, slots=True)
class Ran:
    """A verb that has ended."""

    code: int
    out: bytes
    err: str
    seconds: float

    @property
    def lines(self) -> list[Any]:
        """Its output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def summary(self) -> Any:
        """The last line of its output, as JSON."""
        return self.lines[-1]


def command(*words: str) -> list[str]:
    """The argument list of a verb, run as users run it."""
    return [sys.executable, "-m", "meshdesk", *words]


def run(*words: str | Path, timeout: float = SECONDS, env: Mapping[str, str] | None = None) -> Ran:
    """Runs a verb to its end; one that hangs fails the test."""
    started = time.monotonic()
    done = subprocess.run(
        command(*map(str, words)), capture_output=True, timeout=timeout, env={**os.environ, **(env or {})}
    )
    return Ran(done.returncode, done.stdout, done.stderr.decode(), time.monotonic() - started)


def wait_until(claim: Callable[[], object], what: str, seconds: float = SECONDS) -> None:
    """Waits for `claim` to hold; says what did not come where it does not."""
    until = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < until, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.01)


def gone(pid: int) -> bool:
    """Whether the process has ended (a zombie has)."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def records_in(path: Path) -> list[Record]:
    """Every record of a capture, in the order of its rows; a row that is lost fails the test."""
    records = []
    for rows in open_rows(path):
        for record in rows.all():
            assert isinstance(record, Record), record
            records.append(record)
        rows.capture.close()
    return records


def coverage_in(path: Path) -> dict[tuple[str, int], list[tuple[int, int]]]:
    """What a capture says was read: by topic and partition the ranges, those of a topic's lives joined in one list."""
    found: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for capture in open_captures(path):
        for (key, partition), ranges in capture.coverage.items():
            assert isinstance(key, TopicKey)
            found.setdefault((key.name, partition), []).extend(ranges)
        capture.close()
    return found


class CollectChild:
    """A collect program as the window runs it, with everything that it said."""

    def __init__(
        self,
        folder: Path,
        bootstrap: str,
        registry: str = "",
        limit: str = "",
        catalogues: str = "",
        schemas: str = "",
        **properties: str,
    ) -> None:
        """Dots in the names of properties are underscores here; `limit` in bytes, "": as always; `catalogues`, `schemas`: as in PATH."""
        self._heard: SimpleQueue[Heard] = SimpleQueue()
        self.said: list[Message] = []
        self.ended = False
        if not folder.exists():
            create_capture(folder, "MeshDesk test", bootstrap)
        self.child = Child(["collect", "--child"], self._heard)
        settings = {name.replace("_", "."): value for name, value in properties.items()}
        self.first: Message = {
            "folder": str(folder),
            "bootstrap": bootstrap,
            "registry": registry,
            "catalogues": catalogues.split(os.pathsep) if catalogues else [],
            "schemas": schemas.split(os.pathsep) if schemas else [],
            "limit": limit,
            "properties": settings,
        }
        self.begin()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.child.kill("the test ended")
        assert self.child.wait(SECONDS)

    def begin(self) -> None:
        """Tells it where to write and what to connect to."""
        self.send(self.first)

    def send(self, message: Message) -> None:
        self.child.send(message)

    def tail(
        self, topic: str, start: Sequence[object] = ("beginning", 0), until: Sequence[object] | None = None
    ) -> None:
        """Asks for a topic, and waits for the answer."""
        answers = len(self.all("tailing")) + len(self.all("refused"))
        self.send({"do": "tail", "topic": topic, "start": list(start), "until": list(until) if until else None})
        self.wait(lambda: len(self.all("tailing")) + len(self.all("refused")) > answers, f"an answer to tail {topic}")

    def listen(self) -> None:
        """Takes what it has said by now."""
        while True:
            try:
                heard = self._heard.get_nowait()
            except Empty:
                return
            if heard.message is None:
                self.ended = True
            else:
                self.said.append(heard.message)

    def all(self, kind: str) -> list[Message]:
        return [message for message in self.said if message["is"] == kind]

    @property
    def rows(self) -> int:
        """How many it has stored."""
        return int(self.all("progress")[-1]["rows"]) if self.all("progress") else 0

    def holds(self, rows: int) -> bool:
        """Whether it has stored so many."""
        return self.rows == rows

    @property
    def finished(self) -> bool:
        """Everything that was asked for is read."""
        return bool(self.all("progress") and self.all("progress")[-1]["finished"])

    @property
    def troubles(self) -> list[str]:
        return [f"{message['text']} {message['advice']}".strip() for message in self.all("trouble")]

    def wait(self, claim: Callable[[], object], what: str, seconds: float = SECONDS) -> None:
        """Waits while listening; its last words are shown where it died instead."""

        def holds() -> object:
            self.listen()
            return claim()

        try:
            wait_until(holds, what, seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\nsaid: {self.said[-5:]}\nlast words: {self.child.last_words}") from None

    def stop(self) -> None:
        """Ends it in order."""
        self.send({"do": "stop"})
        self.wait(lambda: self.ended, "the end of collect")
        assert self.child.code == 0, self.child.last_words
