"""The collect program of a live capture, and what it was told: one that dies is followed by one that is told the same."""

import time
from collections.abc import Callable, Sequence

from meshdesk.model.frame import Message
from meshdesk.model.position import Position
from meshdesk.model.wording import plural
from meshdesk.session.children import Child
from meshdesk.session.explainers import ended_how

RESTARTS = 5  # of a collect program that dies, within RESTARTS_WITHIN s; each is said
RESTARTS_WITHIN = 60.0
# s that a collect program may say nothing; it says each second that it is there, but not within an order (some requests of
# up to 10 s each) and at its end (10 s for schemas, 20 s to compress).
SILENCE = 60.0
HELD_UP = 5.0  # s between two beats; more is a machine that slept, on which collect had no chance to say anything


class Collecting:
    """One program at a time. Lives on the window's thread; nothing here waits."""

    def __init__(self, start: Callable[[], Child], first: Message, silence: float) -> None:
        """`first` names the capture and the cluster, for each of the programs. Raises OSError where none can be started."""
        self.child: Child | None = None
        self.waiting: set[str] = set()  # topics that it has not answered for yet
        self._start, self._first, self._silence = start, first, silence
        self._asked: dict[str, tuple[Position, Position | None]] = {}  # topic: what it is to read
        self._began: dict[str, Message | None] = {}  # topic: at which offsets it began, in its own words
        self._looked: dict[str, int] = {}  # topic: the rows before this one were on the screen
        self._past: Message | None = None  # the past that is on the screen, as it was asked for last
        self._restarts: list[float] = []  # monotonic
        self._heard_at = self._beaten = time.monotonic()  # the program; the last beat
        self._last = ""  # what kind of message came last
        self._is_stopping = False
        self._begin()

    def _begin(self) -> None:
        self.child = self._start()
        self.child.send(self._first)

    # What it is told

    def tail(self, topic: str, start: Position, until: Position | None, now: int) -> None:
        """Begins, or moves, reading a topic; `now` in ms."""
        # A successor of a program that died before it said where it began must not leave a gap: "the end" of a tail is
        # remembered as a moment.
        again = Position("time", now) if start.kind == "end" and until is None else start.at(now)
        self._asked[topic] = (again, until)
        self._began.pop(topic, None)
        self.waiting.add(topic)
        self._send_tail(topic, start.at(now), until)

    def stop_tail(self, topic: str) -> None:
        self._asked.pop(topic, None)
        self._send({"do": "stop_tail", "topic": topic})

    def looked(self, topic: str, k: int) -> None:
        """The rows of a topic before number `k` were on the screen."""
        if k > self._looked.get(topic, 0):
            self._looked[topic] = k
            self._send({"do": "looked", "topic": topic, "k": k})

    def ask_past(self, topics: Sequence[str], start: int, end: int) -> None:
        """The past that is on the screen, from `start` to `end` in ms."""
        self._past = {"do": "past", "topics": list(topics), "start": start, "end": end}
        self._send(self._past)

    def stop(self) -> None:
        """Ends the program in order; no other follows."""
        self._is_stopping = True
        self._send({"do": "stop"})

    def hang_up(self) -> None:
        """Nobody could look at what it stores."""
        if self.child is not None:
            self.child.hang_up()

    def _send_tail(self, topic: str, start: Position, until: Position | None) -> None:
        stop = [until.kind, until.value] if until else None
        order = {"do": "tail", "topic": topic, "start": [start.kind, start.value], "until": stop}
        self._send({**order, "began": self._began.get(topic)})

    def _send(self, message: Message) -> None:
        if self.child is not None:
            self.child.send(message)

    # What it says

    def hear(self, message: Message | None) -> bool:
        """Takes what concerns the program and its successor; False where that was all there is to it."""
        self._heard_at = time.monotonic()
        if message is None:
            return True
        kind, topic = str(message.get("is")), str(message.get("topic"))
        if kind == "alive":
            return False
        if kind == "began":
            self._began[topic] = message["began"]
            return False
        self._last = kind
        if kind == "tailing":
            self._began[topic] = message.get("began")
        elif kind == "refused":
            self._asked.pop(topic, None)
        if kind in ("tailing", "refused"):
            self.waiting.discard(topic)
        return True

    def beat(self) -> None:
        """Ends a program that hangs; its end is heard, and another takes over."""
        now = time.monotonic()
        if now - self._beaten > HELD_UP:
            self._heard_at = now
        self._beaten = now
        if self.child is not None and now - self._heard_at > self._silence:
            self.child.kill(f"it said nothing for {self._silence:g} s")

    def follow(self, ended: Child) -> tuple[str, str]:
        """After the end of a program, starts the next one, unless it was stopped or has said what it cannot go on with.

        The sentence for people, if any, and the next step; `child` is None where nobody collects any more.
        """
        # What it cannot go on with (a setting, a full disk) it says as a trouble, and leaves; a bug is said as a traceback.
        gave_up = self._last in ("trouble", "given_up")
        said_why = ended.code == 1 and gave_up and "Traceback" not in ended.last_words
        if self._is_stopping or said_why:
            return "", ""
        reason = ended.reason or ended_how(ended)
        now = time.monotonic()
        self._restarts = [*(when for when in self._restarts if now - when < RESTARTS_WITHIN), now]
        over = "What was captured stays open; connect again to go on."
        if len(self._restarts) > RESTARTS:
            times = plural(len(self._restarts), "time")
            return f"The collect program ended {times} within a minute: {reason}.", over
        try:
            self._begin()
        except OSError as error:
            return f"The collect program cannot be started again: {error.strerror}.", over
        for topic, (start, until) in self._asked.items():
            self._send_tail(topic, start, until)
        for topic, k in self._looked.items():
            self._send({"do": "looked", "topic": topic, "k": k})
        if self._past is not None:
            self._send(self._past)
        again = "It was started again and goes on where it was; what is stored is stored once."
        return f"The collect program ended unexpectedly: {reason}.", again
