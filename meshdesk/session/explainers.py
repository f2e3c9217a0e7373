"""One role of the explain program: asked in order, held to deadlines, replaced when it hangs, dies or grows too large."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from queue import SimpleQueue

import psutil

from meshdesk.model.frame import Message
from meshdesk.model.row import Row, row_from
from meshdesk.model.trouble import Trouble
from meshdesk.session.children import Child, Heard

DEADLINES = {"rows": 2.0, "record": 5.0, "find": 5.0}  # s; others may take as long as they need
READY = 30.0  # s for a child to say its first word on a machine that is very busy
MEMORY = 1 << 30  # bytes resident; an answer is bounded well below, so more is a decoder that runs away
RESTARTS = 8  # within RESTARTS_WITHIN s; more is a program that cannot run here
RESTARTS_WITHIN = 20.0

Done = Callable[[Message], None]


@dataclass(slots=True)
class _Asked:
    message: Message
    done: Done
    due: float | None = None  # monotonic; set while it is this one's turn


@dataclass(slots=True)
class _Gather:
    """Rows asked for one by one after they could not be had together."""

    done: Done
    rows: list[Message | None]
    left: int = field(default=0)


class Explainers:
    """The look program with its warm spare, or the work program. All calls come from the window's thread."""

    def __init__(self, role: str, heard: "SimpleQueue[Heard]", report: Callable[[Trouble], None], spare: bool) -> None:
        self.role = role
        self._heard, self._report, self._keeps_spare = heard, report, spare
        self._open: dict[int, str] = {}  # capture: path
        self._asked: dict[int, _Asked] = {}  # in order: a child answers one after the other
        self._ids = count(1)
        self._active: Child | None = None
        self._spare: Child | None = None
        self._ready: set[Child] = set()
        self._starts: list[float] = []
        self.killed = 0  # how many were ended by us, for the diagnosis

    @property
    def busy(self) -> bool:
        return bool(self._asked)

    @property
    def pids(self) -> list[int]:
        """The processes of this role: active first."""
        return [child.pid for child in (self._active, self._spare) if child]

    def warm(self) -> None:
        """Starts the processes before anything is asked."""
        if self._active is None:
            self._active = self._start()
        if self._spare is None and self._keeps_spare:
            self._spare = self._start()

    def open(self, capture: int, path: str) -> None:
        """Opens a capture in every process of the role, also in those to come."""
        self._open[capture] = path
        self.warm()
        for child in (self._active, self._spare):
            if child:
                child.send({"do": "open", "capture": capture, "path": path})

    def close(self, capture: int) -> None:
        self._open.pop(capture, None)
        for child in (self._active, self._spare):
            if child:
                child.send({"do": "close", "capture": capture})

    def ask(self, message: Message, done: Done) -> int:
        """Asks; `done` gets the answer later, on the beat: what was asked for, or {"is": "failed", "text": sentence}."""
        number = next(self._ids)
        self._asked[number] = _Asked(message | {"id": number}, done)
        self.warm()
        if self._active:
            self._active.send(self._asked[number].message)
        self._clock()
        return number

    def cancel(self, number: int) -> None:
        if number in self._asked and self._active:
            self._active.send({"do": "cancel", "of": number})

    def hear(self, heard: Heard) -> bool:
        """Takes what one of its processes said; False where it is none of them."""
        if heard.child not in (self._active, self._spare):
            return False
        if heard.message is None:
            self._ended(heard.child)
        elif heard.message.get("is") == "ready":
            self._ready.add(heard.child)
            self._clock()
        elif heard.child is self._active:
            self._answered(heard.message)
        return True

    def beat(self) -> None:
        """Ends a process whose deadline has passed."""
        child, head = self._active, next(iter(self._asked.values()), None)
        if child is None:
            if self._asked:
                self._replace()
            return
        now = time.monotonic()
        if head and head.due is not None and now > head.due:
            head.due = None
            self._kill(child, f"it took longer than {DEADLINES[str(head.message['do'])]:.0f} s")
        elif child not in self._ready and now - child.started > READY:
            self._kill(child, "it did not start")

    def watch_memory(self) -> None:
        """Ends a process that has grown too large. Called from a thread, once a second or so."""
        for child in (self._active, self._spare):
            if child is None:
                continue
            try:
                resident = psutil.Process(child.pid).memory_info().rss
            except psutil.Error:
                continue
            if resident > MEMORY:
                self._kill(child, f"it needed more than {MEMORY >> 30} GB of memory")

    def end(self) -> list[Child]:
        """Lets go of all processes; they end by themselves once their pipe has."""
        children = [child for child in (self._active, self._spare) if child]
        self._active = self._spare = None
        self._asked.clear()
        for child in children:
            child.hang_up()
        return children

    def _kill(self, child: Child, reason: str) -> None:
        self.killed += 1
        child.kill(reason)

    def _start(self) -> Child | None:
        now = time.monotonic()
        self._starts = [start for start in self._starts if now - start < RESTARTS_WITHIN]
        if len(self._starts) >= RESTARTS:
            return None
        self._starts.append(now)
        child = Child(["explain", self.role], self._heard)
        for capture, path in self._open.items():
            child.send({"do": "open", "capture": capture, "path": path})
        return child

    def _answered(self, message: Message) -> None:
        number = int(message.get("id", 0))
        asked = self._asked.get(number)
        if asked is None:
            return
        if message.get("is") == "progress":
            asked.done(message)
            return
        del self._asked[number]
        self._clock()
        asked.done(message)

    def _clock(self) -> None:
        """Starts the deadline of the request whose turn it is."""
        head = next(iter(self._asked.values()), None)
        if head and head.due is None and self._active in self._ready:
            seconds = DEADLINES.get(str(head.message["do"]))
            head.due = None if seconds is None else time.monotonic() + seconds

    def _ended(self, child: Child) -> None:
        self._ready.discard(child)
        if child is self._spare:
            self._spare = self._start()
            return
        reason = child.reason or _reason(child)
        self._active = None
        head = next(iter(self._asked), None)
        asked = self._asked.pop(head) if head is not None else None
        self._replace()
        if asked is not None:
            self._again(asked, reason)
        elif not child.reason:
            self._tell(f"The {self.role} program ended: {reason}.", "It was started again.")

    def _replace(self) -> None:
        self._active, self._spare = self._spare or self._start(), None
        if self._active is None:
            waiting, self._asked = self._asked, {}
            self._tell(
                f"The {self.role} program cannot be kept running.",
                "Nothing can be decoded until MeshDesk is started again.",
            )
            for asked in waiting.values():
                asked.done({"is": "failed", "text": f"The {self.role} program does not run."})
            return
        for asked in self._asked.values():
            asked.due = None
            self._active.send(asked.message)
        if self._keeps_spare:
            self._spare = self._start()
        self._clock()

    def _again(self, asked: _Asked, reason: str) -> None:
        """What was being answered when the process ended: rows are asked for one by one, and the culprit without decoding it."""
        message = asked.message
        if message["do"] == "rows" and not message.get("not"):
            if int(message["count"]) > 1:
                self._one_by_one(asked)
                return
            name = f"{message['topic']} row {int(message['first']) + 1:,}"
            self._tell(
                f"Decoding {name} was ended: {reason}.", "Its bytes are kept; the row is marked.", str(message["topic"])
            )
            self.ask(message | {"not": f"Decoding was ended: {reason}."}, asked.done)
        elif message["do"] == "record" and not message.get("raw"):
            self.ask(message | {"raw": True}, asked.done)
        else:
            asked.done({"is": "failed", "text": f"The {self.role} program ended: {reason}."})

    def _one_by_one(self, asked: _Asked) -> None:
        first, size = int(asked.message["first"]), int(asked.message["count"])
        gather = _Gather(asked.done, [None] * size, size)
        for number in range(size):
            self.ask(asked.message | {"first": first + number, "count": 1}, partial(_gather, gather, number))

    def _tell(self, text: str, advice: str, about: str = "") -> None:
        self._report(Trouble(text, advice, about or self.role, "attention", time.time_ns() // 1_000_000))


def rows_from(answer: Message) -> list[Row]:
    """The rows of an answer to "rows"; empty where it failed."""
    return [row_from(fields) for fields in answer.get("rows", [])]


def _gather(gather: _Gather, at: int, answer: Message) -> None:
    gather.rows[at] = answer
    gather.left -= 1
    if not gather.left:
        rows = [fields for answer in gather.rows if answer for fields in answer.get("rows", [])]
        gather.done({"is": "rows", "rows": rows})


def _reason(child: Child) -> str:
    words = child.last_words.strip().splitlines()
    return words[-1] if words else f"it left with exit code {child.code}"
