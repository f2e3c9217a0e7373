"""`meshdesk tail`: a collect program writes a capture, and this one prints its rows as they come."""

import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Protocol

from meshdesk import __version__
from meshdesk.capture.manifest import create_capture
from meshdesk.capture.store import CaptureError
from meshdesk.collect.properties import Source
from meshdesk.explain.reading import print_rows
from meshdesk.explain.rows import Rows, open_rows
from meshdesk.model.frame import Message
from meshdesk.model.position import Position
from meshdesk.session.children import Child, Heard

Say = Callable[[str], None]
POLL = 0.05  # s between looks at the capture: a record is printed within 150 ms of its arrival
GIVE_UP = 10.0  # s for a cluster that never answered


class Told(Protocol):
    """What the command line said."""

    topics: tuple[str, ...]
    source: Source
    start: Position
    until: Position | None
    seconds: float | None


class _Run:
    """The state of one tail: what collect has said so far."""

    def __init__(self, told: Told, say: Say) -> None:
        self.told, self.say = told, say
        self.heard: SimpleQueue[Heard] = SimpleQueue()
        self.answered = 0  # topics that collect took or refused
        self.refused = 0
        self.connected = self.finished = self.ended = self.stopping = False
        self.started = time.monotonic()


def tail(told: Told, as_json: bool, say: Say) -> int:
    """Prints records until the end that was asked for, a signal, or a closed pipe. The exit code."""
    run = _Run(told, say)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: setattr(run, "stopping", True))
    with tempfile.TemporaryDirectory(prefix="meshdesk-tail-") as home:
        folder = Path(home) / "capture"
        child: Child | None = None
        try:
            create_capture(folder, f"MeshDesk {__version__}", told.source.bootstrap)
            child = _begin(run, folder)
            return _follow(run, child, open_rows(folder)[0], as_json)
        except CaptureError as error:
            say(str(error))
            return 1
        finally:
            if child is not None:
                child.hang_up()
                if not child.wait(5.0):
                    child.kill("the tail ended")
                    child.wait(1.0)


def _begin(run: _Run, folder: Path) -> Child:
    child, source = Child(["collect", "--child"], run.heard), run.told.source
    child.send(
        {
            "folder": str(folder),
            "bootstrap": source.bootstrap,
            "registry": source.registry,
            "registry_user": source.registry_user,
            "properties": dict(source.properties),
        }
    )
    now = time.time_ns() // 1_000_000
    start, until = run.told.start.at(now), run.told.until.at(now) if run.told.until else None
    for topic in run.told.topics:
        stop = [until.kind, until.value] if until else None
        child.send({"do": "tail", "topic": topic, "start": [start.kind, start.value], "until": stop})
    return child


def _follow(run: _Run, child: Child, rows: Rows, as_json: bool) -> int:
    printed = 0
    asked_to_stop = False
    while True:
        ended = run.ended  # before the last look, so that nothing written until then is missed
        _listen(run)
        rows.refresh()
        if rows.capture.rows > printed:
            print_rows(rows, printed, as_json)
            printed = rows.capture.rows
            for topic, known in rows.capture.topics.items():  # what is printed may be dropped
                child.send({"do": "looked", "topic": topic, "k": known.rows})
        if ended:
            break
        if _is_over(run) and not asked_to_stop:
            asked_to_stop = True
            child.send({"do": "stop"})
    if child.code not in (None, 0) and not asked_to_stop:
        words = child.last_words.strip().splitlines()
        if words:
            run.say(f"The collect program ended unexpectedly: {words[-1]}")
        return 1
    is_lost = run.finished and run.told.until is None  # what was to be followed is not there any more, which was said
    return 1 if run.refused or is_lost or not (run.connected or printed) else 0


def _is_over(run: _Run) -> bool:
    now = time.monotonic()
    if run.stopping or run.refused == len(run.told.topics):
        return True
    if run.told.seconds is not None and now - run.started >= run.told.seconds:
        return True
    if not run.connected and run.answered and now - run.started >= GIVE_UP:
        return True
    return run.finished and run.answered == len(run.told.topics)


def _listen(run: _Run) -> None:
    """Takes what collect says, for at most POLL seconds."""
    until = time.monotonic() + POLL
    while (left := until - time.monotonic()) > 0:
        try:
            heard = run.heard.get(timeout=left)
        except Empty:
            return
        if heard.message is None:
            run.ended = True
            return
        _take(run, heard.message)


def _take(run: _Run, message: Message) -> None:
    kind = message.get("is")
    if kind == "trouble":
        run.say(f"{message.get('text', '')} {message.get('advice', '')}".strip())
    elif kind == "progress":
        run.connected = run.connected or bool(message.get("connected"))
        run.finished = bool(message.get("finished"))
    elif kind in ("tailing", "refused"):
        run.answered += 1
        run.finished = False  # what was said of the time before
        run.refused += kind == "refused"
