"""`meshdesk tail`: a collect program writes a capture, and this one prints its rows as they come."""

import signal
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Protocol

from meshdesk import __version__
from meshdesk.capture.manifest import create_capture
from meshdesk.capture.store import CaptureError
from meshdesk.collect.properties import Source
from meshdesk.explain.plugins import load_plugins
from meshdesk.explain.reading import print_rows
from meshdesk.explain.rows import Rows, open_rows
from meshdesk.model.frame import Message
from meshdesk.model.position import Position
from meshdesk.model.schema import BY_CHANCE, Schema, SchemaName, SchemaState, is_fetched
from meshdesk.session.children import Child, Heard
from meshdesk.session.explainers import ended_how
from meshdesk.session.home import captures_home, clear_scratch, own_scratch

Say = Callable[[str], None]
POLL = 0.05  # s between looks at the capture: a record is printed within 150 ms of its arrival
LAST_WORDS = 1.0  # s in which collect may say what else is wrong
PATIENCE = 5.0  # s for a schema; after so long without an answer collect says that the registry cannot be reached
GUIDS = 20  # that were waited for in vain, until none is waited for any more
COMING = (SchemaState.NOT_FETCHED, SchemaState.NO_REGISTRY)  # of a registry that was named nobody has heard at first
GIVE_UP = 10.0  # s for a cluster that does not answer, once it was said
SILENT = 15.0  # s until that is said here: collect says it after 10 s, if it still can
STARTS = 30.0  # s for collect to start; a tenth of that on a machine that is busy


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
        self.told, self._say = told, say
        self.heard: SimpleQueue[Heard] = SimpleQueue()
        self.answered = 0  # topics that collect took or refused
        self.refused = 0
        self.connected = self.finished = self.given_up = self.ended = self.stopping = False
        self.has_said = False
        self.started = time.monotonic()
        self.pauses = set[str]()  # that were said: one that comes and goes is said once
        self.begun: float | None = None  # monotonic; when collect said its first word

    @property
    def is_reached(self) -> bool:
        """The cluster has answered."""
        return self.connected or self.answered > self.refused

    @property
    def spent(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    @property
    def waited(self) -> float:
        """Seconds that the cluster has had for its answer."""
        return 0.0 if self.begun is None else time.monotonic() - self.begun

    def say(self, sentence: str) -> None:
        self.has_said = True
        self._say(sentence)

    def stop(self, number: int) -> None:
        """A signal asks for the end. Where that waits (for a pipe that nobody reads), the next one is the system's."""
        self.stopping = True
        signal.signal(number, signal.SIG_DFL)


def tail(told: Told, as_json: bool, say: Say) -> int:
    """Prints records until the end that was asked for, a signal, or a closed pipe. The exit code."""
    run = _Run(told, say)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: run.stop(number))
    for sentence in load_plugins():
        say(sentence)
    home = captures_home()
    clear_scratch(home)  # what tails have left that were killed
    try:
        owned = own_scratch(home)
    except OSError as error:
        say(f"No capture can be made in {home}: {error.strerror}. Free some space, or check its rights.")
        return 1
    folder = owned.folder / "capture"
    child: Child | None = None
    rows: Rows | None = None
    try:
        create_capture(folder, f"MeshDesk {__version__}", told.source.bootstrap)
        child = _begin(run, folder)
        (rows,) = open_rows(folder)
        return _follow(run, child, rows, as_json)
    except CaptureError as error:
        say(str(error))
        return 1
    finally:
        if child is not None:  # at once: its capture goes, and it may be waiting for a cluster that does not answer
            child.kill("the tail ended")
            child.wait(1.0)
        if rows is not None:
            rows.capture.close()
        owned.delete()


def _begin(run: _Run, folder: Path) -> Child:
    child, source = Child(["collect", "--child"], run.heard), run.told.source
    child.send(
        {
            "folder": str(folder),
            "bootstrap": source.bootstrap,
            "registry": source.registry,
            "registry_user": source.registry_user,
            "registry_ca": source.registry_ca,
            "schemas": list(source.schemas),
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
    schemas = _Patient(run, rows)
    _wait_for_files(run, rows)
    code: int | None = None
    while code is None:
        code = _code(run, child)  # before the last look, so that nothing stored until then is missed
        _listen(run)
        rows.refresh()
        end = rows.capture.rows  # more may come while schemas are waited for
        if end > printed:
            seen = {topic: known.rows for topic, known in rows.capture.topics.items()}
            print_rows(rows, printed, as_json, end, schemas)
            printed = end
            for topic, k in seen.items():  # what is printed may be dropped
                child.send({"do": "looked", "topic": topic, "k": k})
    if not run.stopping:
        child.hang_up()
        until = time.monotonic() + LAST_WORDS
        while not run.ended and time.monotonic() < until:
            _listen(run)
    return code


def _wait_for_files(run: _Run, rows: Rows) -> None:
    """Until every folder of schemas was read once: a line is printed once."""
    if not run.told.source.schemas:
        return
    # Only for those who name them: it takes a tenth of a second, and a tail begins at once.
    from meshdesk.collect.catalogues.watching import folders_of

    wanted = len(folders_of((), run.told.source.schemas, lambda: 0))
    until = time.monotonic() + PATIENCE
    while sum(source.startswith("schemas ") for source in rows.mesh.checked) < wanted and time.monotonic() < until:
        if run.stopping or run.ended:
            return
        _listen(run)
        rows.refresh()


class _Patient:
    """The schemas of the capture (decode.contract.Schemas), waited for: a line is printed once, and its schema may be on its way."""

    def __init__(self, run: _Run, rows: Rows) -> None:
        self._run, self._rows = run, rows
        self._in_vain: set[SchemaName] = set()  # what did not come; collect asks for 20,000 at the most

    def _may_come(self, name: SchemaName) -> bool:
        """Whether collect asks for it and it is not yet known to be in vain: of those BY_CHANCE not for ever."""
        registry = self._run.told.source.registry
        if not registry or not is_fetched(name, registry) or name in self._in_vain:
            return False
        return name.kind not in BY_CHANCE or sum(other.kind in BY_CHANCE for other in self._in_vain) < GUIDS

    def find_schema(self, name: SchemaName) -> Schema | SchemaState:
        """The schema, as soon as it is there; or why there is none."""
        run = self._run
        until = time.monotonic() + (PATIENCE if self._may_come(name) else 0.0)
        while (found := self._rows.find_schema(name)) in COMING or (
            found is SchemaState.UNREACHABLE and not run.has_said
        ):
            # The capture knows a little earlier than collect says it that the registry cannot be reached.
            if time.monotonic() >= until or run.stopping or run.ended:
                self._in_vain.add(name)
                break
            _listen(run)
            self._rows.refresh()
        return found


def _code(run: _Run, child: Child) -> int | None:
    """The exit code once it is over; None while it goes on. Says why it is over where nobody has."""
    told = run.told
    if run.ended:
        if child.last_words or (child.code or 0) < 0 or not run.has_said:  # else it was said why
            run.say(f"The collect program ended unexpectedly: {ended_how(child)}. Run it again.")
        return 1
    if run.stopping:
        return 1 if run.refused else 0
    if run.refused == len(told.topics):
        return 1
    if run.finished and run.answered == len(told.topics):
        return 1 if run.refused or run.given_up else 0
    is_late = told.seconds is not None and run.spent >= told.seconds
    if run.begun is None and run.spent >= STARTS:
        run.say(f"The collect program has not started within {STARTS:.0f} s. See what keeps this machine busy.")
        return 1
    if run.begun is None and is_late:  # nobody has asked the cluster yet
        run.say(f"The collect program has not started within {told.seconds:g} s. Give it more time with --for.")
        return 1
    if not run.is_reached and (is_late or run.waited >= (GIVE_UP if run.answered else SILENT)):
        if not run.has_said:
            seconds = run.spent if is_late else run.waited
            run.say(f"{told.source.bootstrap} did not answer within {seconds:.0f} s. Check the network and the broker.")
        return 1
    return (1 if run.refused or run.given_up else 0) if is_late else None


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
        run.begun = run.begun or time.monotonic()
        _take(run, heard.message)


def _take(run: _Run, message: Message) -> None:
    kind = message.get("is")
    if kind == "trouble":
        run.say(f"{message.get('text', '')} {message.get('advice', '')}".strip())
    elif kind == "progress":
        run.connected = run.connected or bool(message.get("connected"))
        run.finished = bool(message.get("finished"))
        run.given_up = bool(message.get("given_up"))
        paused = str(message.get("paused", ""))
        if paused and paused not in run.pauses:
            run.pauses.add(paused)
            run.say(paused)
    elif kind in ("tailing", "refused"):
        run.answered += 1
        run.finished = False  # what was said of the time before
        run.refused += kind == "refused"
