"""One role of the explain program: asked in order, held to deadlines, replaced when it hangs, dies or grows too large."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from queue import SimpleQueue

import psutil

from meshdesk.model.frame import Message
from meshdesk.model.row import SLOW, Row, row_from
from meshdesk.model.trouble import Trouble
from meshdesk.model.wording import size
from meshdesk.session.children import Child, Heard

# s by question; saving may take as long as it needs. Copying is bounded, or one record would bar all saving behind it.
DEADLINES = {
    "rows": 2.0,
    "columns": 2.0,
    "record": 5.0,
    "parts": 5.0,
    "text": 5.0,
    "find": 5.0,
    "where": 5.0,
    "when": 5.0,
    "screen": 2.0,
    "copy": 30.0,
}
SILENCES = {
    "order": 60.0
}  # s by question, of those that say how far they are: to sort 10 M rows takes 10 s of silence at most
CANCELLED = 5.0  # s to stop in when told to; progress, at which that is heard, comes many times a second
READY = 30.0  # s for a child to say its first word on a machine that is very busy
OPENING = 30.0  # s more while it opens captures: a large index is read before the first row can be
MEMORY = 1 << 30  # bytes resident; an answer is bounded well below, so more is a decoder that runs away
ENDS = 8  # that nobody asked for, within ENDS_WITHIN s; more is a program that cannot run here, and it rests as long
ENDS_WITHIN = 20.0
CULPRITS = 1_000  # records that are not decoded again; each cost a deadline
# s from the first word of the first process to the start of its spare. In that time the window loads what it had no need of
# to be painted, and readers wait for their first rows; a process that nobody waits for takes 0.3 s from them (2026-11).
CALM = 1.0

Done = Callable[[Message], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a process may take before it is ended, how often it may end before it is given a rest, and when its spare comes."""

    deadlines: Mapping[str, float] = field(default_factory=DEADLINES.copy)
    silences: Mapping[str, float] = field(default_factory=SILENCES.copy)
    cancelled: float = CANCELLED
    ready: float = READY
    memory: int = MEMORY
    ends: int = ENDS
    ends_within: float = ENDS_WITHIN
    calm: float = CALM


@dataclass(slots=True)
class _Asked:
    message: Message
    done: Done
    due: float | None = None  # monotonic; set while it is this one's turn
    late: str = ""  # why the process is ended when that has passed
    is_cancelled: bool = False
    tried: bool = False  # a process has ended while it answered this
    slow: int | None = None  # which of its rows is at work, where that is known as it takes long
    has_more: bool = False  # such a row had a deadline of its own


@dataclass(slots=True)
class _Gather:
    """Rows asked for in pieces, as they could not be had together."""

    done: Done
    counts: list[int]
    answers: dict[int, Message] = field(default_factory=dict)


class Explainers:
    """The look program with its warm spare, or the work program. All calls but one come from the window's thread."""

    def __init__(
        self,
        role: str,
        heard: "SimpleQueue[Heard]",
        report: Callable[[Trouble], None],
        spare: bool,
        limits: Limits | None = None,
    ) -> None:
        self.role = role
        self._heard, self._report, self._keeps_spare = heard, report, spare
        self._limits = limits or Limits()
        self._open: dict[int, tuple[str, int]] = {}  # capture: path, which of the captures there
        self._asked: dict[int, _Asked] = {}  # in order: a child answers one after the other
        self._ids = count(1)
        self._active: Child | None = None
        self._spare: Child | None = None
        self._ready: set[Child] = set()
        self._opening: dict[Child, int] = {}  # how many captures it was told to open and has not
        self._late: Child | None = None  # ended by us at a deadline
        self._ends: list[float] = []
        self._in_vain = 0  # how many in a row have ended before their first word, however long that took
        self._rests_until = 0.0  # monotonic; nothing is started before
        self._is_wanted = False
        self._spare_from: float | None = None  # monotonic; None before a process has said its first word
        self._culprits: dict[tuple[str, int, str, int], str] = {}  # (do, capture, topic, row): why it is not decoded
        self.killed = 0  # how many were ended by us, for the diagnosis

    @property
    def busy(self) -> bool:
        return bool(self._asked)

    @property
    def pids(self) -> list[int]:
        """The processes of this role: active first."""
        return [child.pid for child in (self._active, self._spare) if child]

    @property
    def stands_by(self) -> bool:
        """Whether a spare was started: the first rows are there, and processors are free for what nobody waits for."""
        return self._spare is not None

    def warm(self) -> None:
        """Starts the processes that are missing, the first spare later; a new active one is told all that was asked."""
        self._is_wanted = True
        if self._active is None:
            if self._spare and not self._spare.lives:
                self._forget(self._spare)  # it has ended as well, which is not heard yet
                self._spare = None
            self._active, self._spare = self._spare or self._start(), None
            for asked in self._asked.values() if self._active else ():
                asked.due = None
                self._send(asked.message)
        is_calm = self._spare_from is not None and time.monotonic() >= self._spare_from
        if self._spare is None and self._keeps_spare and is_calm:
            self._spare = self._start()
        self._clock()

    def open(self, capture: int, path: str, which: int = 0) -> None:
        """Opens a capture in every process of the role, also in those to come; starts none."""
        self._open[capture] = (path, which)
        for child in (self._active, self._spare):
            if child:
                self._tell_to_open(child, capture, path, which)

    def close(self, capture: int) -> None:
        self._open.pop(capture, None)
        self._culprits = {key: why for key, why in self._culprits.items() if key[1] != capture}
        for child in (self._active, self._spare):
            if child:
                child.send({"do": "close", "capture": capture})

    def ask(self, message: Message, done: Done) -> int:
        """Asks; `done` gets the answer later, on the beat: what was asked for, or {"is": "failed", "text": sentence}. Of a screen
        it may be its place alone."""
        if message["do"] == "rows":
            pieces = self._without_culprits(message)
            return self._put(pieces[0], done) if len(pieces) == 1 else self._in_pieces(pieces, done)
        if message["do"] == "record" and _key(message) in self._culprits:
            message = message | {"raw": True}
        if message["do"] == "screen" and self._culprits:
            message = message | {"do": "when"}  # its rows are asked for without those that are not decoded again
        return self._put(message, done)

    def cancel(self, number: int) -> None:
        asked = self._asked.get(number)
        if asked is None:
            return
        self._send({"do": "cancel", "of": number})
        asked.is_cancelled, asked.due = True, None
        self._clock()

    def hear(self, heard: Heard) -> bool:
        """Takes what one of its processes said; False where it is none of them."""
        child, message = heard.child, heard.message
        if child not in (self._active, self._spare):
            return False
        if message is None:
            self._ended(child)
        elif message.get("is") == "ready":
            self._ready.add(child)
            self._spare_from = self._spare_from or time.monotonic() + self._limits.calm
            self._in_vain = 0
            self._clock()
        elif not message.get("id"):
            self._opened(child, message)
        elif child is self._active:
            self._answered(message)
        return True

    def beat(self) -> None:
        """Ends a process whose deadline has passed; starts one again that has rested."""
        now = time.monotonic()
        if self._is_wanted and (self._active is None or (self._spare is None and self._keeps_spare)):
            self.warm()
        if self._active is None:
            self._fail_all()
            return
        head = next(iter(self._asked.values()), None)
        if head and head.due is not None and now > head.due:
            head.due = None
            self._late = self._active
            self._kill(self._active, head.late)
        for child in (self._active, self._spare):
            if child and child not in self._ready and now - child.started > self._limits.ready and not child.reason:
                self._kill(child, "it did not start")

    def watch_memory(self) -> None:
        """Ends a process that has grown too large. Called from a thread, once a second or so."""
        for child in (self._active, self._spare):
            if child is None or child.reason:
                continue
            try:
                resident = psutil.Process(child.pid).memory_info().rss
            except psutil.Error:
                continue
            if resident > self._limits.memory:
                self._kill(child, f"it needed more than {size(self._limits.memory)} of memory")

    def end(self) -> list[Child]:
        """Lets go of all processes; they end by themselves once their pipe has. One that has not said its first word would
        only see that when all of it is loaded, and has nothing to lose."""
        children = [child for child in (self._active, self._spare) if child]
        self._active = self._spare = None
        self._is_wanted = False
        self._asked.clear()
        for child in children:
            if child in self._ready:
                child.hang_up()
            else:
                child.kill("it was not needed")
        return children

    # Processes

    def _start(self) -> Child | None:
        if time.monotonic() < self._rests_until:
            return None
        try:
            child = Child(["explain", self.role], self._heard)
        except OSError as error:  # no memory, too many processes, or this installation was removed
            self._rest(f"{error.strerror}")
            return None
        for capture, (path, which) in self._open.items():
            self._tell_to_open(child, capture, path, which)
        return child

    def _tell_to_open(self, child: Child, capture: int, path: str, which: int) -> None:
        self._opening[child] = self._opening.get(child, 0) + 1
        child.send({"do": "open", "capture": capture, "path": path, "which": which})

    def _kill(self, child: Child, reason: str) -> None:
        self.killed += 1
        child.kill(reason)

    def _ended(self, child: Child) -> None:
        works, opens, is_late = child in self._ready, self._opening.get(child, 0), child is self._late
        reason = child.reason or ended_how(child)
        self._in_vain += not works
        self._forget(child)
        if child is self._spare:
            self._spare = None
            self._count(reason)
            self.warm()
            return
        self._active = None
        rests = not is_late and self._count(reason)
        if not child.reason and not rests:
            self._tell(f"The {self.role} program ended: {reason}.", "It was started again.")
        number, asked = next(iter(self._asked.items()), (0, None))
        if asked is None or not works or (opens and not is_late):
            self.warm()  # it had not come to the question yet
        elif not child.reason and not asked.tried:
            asked.tried = True  # its end need not be the question's doing, which is asked again as it is, once
            self.warm()
        else:
            del self._asked[number]
            self.warm()
            self._again(asked, reason, may_retry=not opens, is_late=is_late)

    def _forget(self, child: Child) -> None:
        self._ready.discard(child)
        self._opening.pop(child, None)
        if child is self._late:
            self._late = None

    def _count(self, reason: str) -> bool:
        """Counts an end; True where there were too many. One at a deadline is not counted: it took time and settled a question."""
        now = time.monotonic()
        self._ends = [*(end for end in self._ends if now - end < self._limits.ends_within), now]
        if max(len(self._ends), self._in_vain) < self._limits.ends:
            return False
        self._rest(reason)
        return True

    def _rest(self, reason: str) -> None:
        seconds = self._limits.ends_within
        self._ends.clear()
        self._in_vain = 0
        self._rests_until = time.monotonic() + seconds
        self._tell(f"The {self.role} program cannot be kept running: {reason}.", f"It is tried again in {seconds:g} s.")

    # Questions

    def _put(self, message: Message, done: Done, tried: bool = False) -> int:
        self.warm()
        number = next(self._ids)
        self._asked[number] = _Asked(message | {"id": number}, done, tried=tried)
        self._send(self._asked[number].message)
        self._clock()
        return number

    def _send(self, message: Message) -> None:
        if self._active:
            self._active.send(message)

    def _opened(self, child: Child, message: Message) -> None:
        """What it said to an order, which has no number. Captures come before the questions on them: then their clock runs."""
        if message.get("is") not in ("opened", "failed") or child not in self._opening:
            return
        self._opening[child] = max(0, self._opening[child] - 1)
        head = next(iter(self._asked.values()), None)
        if child is self._active and head and not self._opening[child]:
            head.due = None
            self._clock()

    def _answered(self, message: Message) -> None:
        number = message["id"]
        asked = self._asked.get(number) if isinstance(number, int) else None
        if asked is None:
            return
        if message.get("is") == "progress":
            if "row" in message:
                self._slow(asked, message["row"])
                return
            if not asked.is_cancelled and str(asked.message["do"]) in self._limits.silences:
                asked.due = None  # it speaks: its silence begins anew
                self._clock()
            asked.done(message)
            return
        del self._asked[number]
        self._clock()
        asked.done(message)

    def _slow(self, asked: _Asked, row: object) -> None:
        """A row takes long: it has the whole deadline for itself, and is to blame where that passes; None: it is done.

        Of a second one it is not known whose the time was; then the rows are asked for one by one.
        """
        asked.slow = row if isinstance(row, int) and not asked.has_more else None
        if asked.slow is not None and asked.due is not None:
            asked.has_more = True
            seconds = self._limits.deadlines.get(str(asked.message["do"]), 0.0)
            asked.due = max(asked.due, time.monotonic() + seconds - SLOW)

    def _clock(self) -> None:
        """Starts the deadline of the request whose turn it is."""
        head, child = next(iter(self._asked.values()), None), self._active
        if head is None or head.due is not None or child is None or child not in self._ready:
            return
        do, limits = str(head.message["do"]), self._limits
        if head.is_cancelled:
            seconds, head.late = limits.cancelled, "it did not stop when it was told to"
        elif do in limits.deadlines:
            seconds, head.late = limits.deadlines[do], f"it took longer than {limits.deadlines[do]:g} s"
        elif do in limits.silences:
            seconds, head.late = limits.silences[do], f"it said nothing for {limits.silences[do]:g} s"
        else:
            return
        head.due = time.monotonic() + seconds + (OPENING if self._opening.get(child) else 0.0)

    def _fail_all(self) -> None:
        waiting, self._asked = self._asked, {}
        for asked in waiting.values():
            asked.done({"is": "failed", "text": f"The {self.role} program does not run."})

    def _again(self, asked: _Asked, reason: str, may_retry: bool, is_late: bool) -> None:
        """What was being answered when the process ended: the culprit among rows without decoding it, or, where that is not
        known, each row by itself."""
        message = asked.message
        if message["do"] == "rows" and not message.get("not") and may_retry:
            first, count = int(message["first"]), int(message["count"])
            if is_late and asked.slow is not None and asked.slow < count:
                self._blame(message | {"first": first + asked.slow}, reason)
                self.ask(message, asked.done)
                return
            if count > 1:
                singles = [message | {"first": first + at, "count": 1} for at in range(count)]
                self._in_pieces(singles, asked.done, tried=True)
                return
            self._blame(message, reason)
            self.ask(message, asked.done)
        elif message["do"] == "record" and not message.get("raw") and may_retry:
            self._remember(message, reason)
            self.ask(message, asked.done)
        elif message["do"] == "screen" and may_retry:
            # Its rows are asked for by themselves then, and the culprit is found.
            self.ask(message | {"do": "when"}, asked.done)
        else:
            asked.done({"is": "failed", "text": f"The {self.role} program ended: {reason}."})

    def _blame(self, message: Message, reason: str) -> None:
        """The first row of a question is not decoded again."""
        self._remember(message, f"Decoding was ended: {reason}.")
        self._tell(
            f"Decoding {message['topic']} row {int(message['first']) + 1:,} was ended: {reason}.",
            "Its bytes are kept; the row is marked.",
            str(message["topic"]),
        )

    def _remember(self, message: Message, reason: str) -> None:
        while len(self._culprits) >= CULPRITS:
            del self._culprits[next(iter(self._culprits))]
        self._culprits[_key(message)] = reason

    def _without_culprits(self, message: Message) -> list[Message]:
        """The rows that are asked for, in pieces where some of them must not be decoded again."""
        first, end = int(message["first"]), int(message["first"]) + int(message["count"])
        known = [k for k in range(first, end) if self._culprits and _key(message | {"first": k}) in self._culprits]
        pieces = []
        for k in [*known, end]:
            if k > first:
                pieces.append(message | {"first": first, "count": k - first})
            if k < end:
                one = message | {"first": k, "count": 1}
                pieces.append(one | {"not": self._culprits[_key(one)]})
            first = k + 1
        return pieces or [message]

    def _in_pieces(self, pieces: list[Message], done: Done, tried: bool = False) -> int:
        gather = _Gather(done, [int(piece["count"]) for piece in pieces])
        return [self._put(piece, partial(_gather, gather, at), tried) for at, piece in enumerate(pieces)][-1]

    def _tell(self, text: str, advice: str, about: str = "") -> None:
        self._report(Trouble(text, advice, about or self.role, "attention", time.time_ns() // 1_000_000))


def rows_from(answer: Message) -> list[Row]:
    """The rows of an answer to "rows"; empty where it failed."""
    return [row_from(fields) for fields in answer.get("rows", [])]


def _key(message: Message) -> tuple[str, int, str, int]:
    """Which record a question is about."""
    k = message["k"] if message["do"] == "record" else message["first"]
    return str(message["do"]), int(message["capture"]), str(message["topic"]), int(k)


def _gather(gather: _Gather, at: int, answer: Message) -> None:
    gather.answers[at] = answer
    if len(gather.answers) < len(gather.counts):
        return
    rows: list[Message] = []
    for piece, wanted in enumerate(gather.counts):
        found = gather.answers[piece].get("rows", [])
        rows += found
        if len(found) < wanted:  # what comes behind a row that is missing would stand in its place
            break
    gather.done({"is": "rows", "rows": rows} if rows else gather.answers[0])


def ended_how(child: Child) -> str:
    """Why a child has ended by itself, as far as can be known: the signal, its last word, or how it left."""
    code = child.code or 0
    if code < 0:  # its last words, if any, are about something else
        return f"it was killed by signal {-code}"
    words = child.last_words.strip().splitlines()
    return words[-1].strip().rstrip(".") if words else f"it left with exit code {code}"
