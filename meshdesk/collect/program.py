"""The collect program, in two dresses: the window's child, told by frames; and `meshdesk collect`, told by its arguments."""

import gc
import json
import logging
import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from enum import Enum
from itertools import count
from pathlib import Path
from queue import Empty

from confluent_kafka import libversion

from meshdesk import logs
from meshdesk.capture.manifest import create_capture
from meshdesk.capture.pack import pack_in_place
from meshdesk.capture.store import KEPT_FREE, SIZE_LIMIT, CaptureError
from meshdesk.collect.client import KafkaTrouble, now
from meshdesk.collect.collector import Collector
from meshdesk.collect.keeper import Limit
from meshdesk.collect.properties import PropertiesError, Source
from meshdesk.collect.reading import Began, Place
from meshdesk.model.frame import Message, lacking
from meshdesk.model.position import Position, position_from
from meshdesk.model.setting import SECRET
from meshdesk.model.trouble import Trouble, trouble_message
from meshdesk.model.wording import plural
from meshdesk.pipes import Pipes

FRAMES_A_SECOND = 20
ALIVE = 1.0  # s of silence until it says that it is there: one that hangs would be silent, too, and is ended for it
AGAIN = 5.0  # s until a trouble that goes on is said again, with a count
SETTLE = 10.0  # s that the end of collecting waits for schemas which are still on their way
NO_LIMIT = 1 << 62  # bytes of a file that somebody asked for; the disk is its limit
READ = 10.0  # s that a file waits for what its folders of catalogues say; what comes later is in it, too
SEAL = 20.0  # s that it may take to compress what is left; the capture is whole without it

# What the window has to say: at first, and with each order.
FIRST: dict[str, type] = {"folder": str, "bootstrap": str, "properties": dict}
NEEDS: dict[str, dict[str, type]] = {
    "tail": {"topic": str, "start": list},
    "stop_tail": {"topic": str},
    "looked": {"topic": str, "k": int},
    "past": {"topics": list, "start": int, "end": int},
}

Say = Callable[[str], None]


def child() -> int:
    """Serves the window until its pipe ends. The first frame names the capture and the cluster, secrets included."""
    pipes = Pipes()
    first = pipes.messages.get()
    try:
        code = 0 if first is None else _serve(pipes, first)
        return 1 if pipes.is_broken else code
    except (PropertiesError, CaptureError) as error:
        pipes.send(trouble_message(Trouble(str(error), about=str((first or {}).get("bootstrap", "")), seen=now())))
        return 1
    except (
        Exception
    ) as error:  # the border of the collect loop: a bug ends this program, with its last words, never the window
        logs.print_trace(error)
        logging.getLogger("meshdesk.collect").exception("a mistake in the collect program")
        return 1


def versions() -> int:
    """Says in a frame which librdkafka this is: the window asks, which may not load it."""
    Pipes().send({"is": "versions", "librdkafka": str(libversion()[0])})
    return 0


def _serve(pipes: Pipes, first: Message) -> int:
    gc.disable()  # millions of young tuples and no cycles among them; the collector costs 8-25 % here (measured 2026-11)
    news = threading.Event()
    if lacks := lacking({"properties": {}, **first}, FIRST):
        raise PropertiesError(f"The collect program was not told the {' and the '.join(lacks)}. Connect again.")
    logs.keep_secret(str(first.get("registry_user", "")), str(first.get("registry_user", "")).partition(":")[2])
    logs.keep_secret(*(str(value) for name, value in dict(first.get("properties", {})).items() if SECRET.search(name)))
    source = Source(
        str(first["bootstrap"]),
        str(first.get("registry", "")),
        {str(k): str(v) for k, v in dict(first.get("properties", {})).items()},
        str(first.get("registry_user", "")),
        str(first.get("registry_ca", "")),
        catalogues=tuple(map(str, first.get("catalogues") or ())),
        schemas=tuple(map(str, first.get("schemas") or ())),
    )
    folds = _Folds(lambda trouble: pipes.send(trouble_message(trouble)))
    limit = Limit(int(first.get("limit") or SIZE_LIMIT), float(first.get("kept_free") or KEPT_FREE))
    collector = Collector(source, Path(str(first["folder"])), folds.report, news.set, limit)
    pipes.send({"is": "alive"})  # from here on an answer is waited for: to start takes long on a machine that is busy
    told: Message = {}
    due = alive = 0.0
    while True:
        orders = _obey(pipes, collector, folds)
        if orders is not Orders.GO_ON:
            break
        collector.step()
        if collector.watch.is_refused:
            collector.close(0.0, 0.0)
            folds.flush()
            pipes.send({"is": "given_up"})
            return 1
        for topic, began in collector.take_began().items():
            pipes.send({"is": "began", "topic": topic, "began": asdict(began)})
        if time.monotonic() >= due:
            due = time.monotonic() + 1 / FRAMES_A_SECOND
            folds.flush()
            message = {"is": "progress", "connected": collector.watch.connected, **asdict(collector.progress())}
            if message != told or news.is_set():
                news.clear()
                told = message
                pipes.send(message)
                alive = time.monotonic() + ALIVE
            elif time.monotonic() >= alive:
                pipes.send({"is": "alive"})
                alive = time.monotonic() + ALIVE
    if orders is Orders.ORPHANED:
        # Nobody is left to end this program if a library hangs while it closes.
        last = threading.Timer(SETTLE, os._exit, (1,))
        last.daemon = True
        last.start()
    folds.flush()  # closing takes its time
    is_kept = orders is Orders.STOP
    missing = collector.close(SETTLE if is_kept else 0.0, SEAL if is_kept else 0.0)
    folds.flush()
    pipes.send({"is": "progress", "connected": collector.watch.connected, **asdict(collector.progress())})
    pipes.send({"is": "ended", "missing": missing[:100]})
    return 0


class Orders(Enum):
    """What the window wants of this program by now."""

    GO_ON = "go on"
    STOP = "stop"
    ORPHANED = "the window is gone"


def _obey(pipes: Pipes, collector: Collector, folds: "_Folds") -> Orders:
    """Does what the window said meanwhile."""
    while True:
        try:
            message = pipes.messages.get_nowait()
        except Empty:
            return Orders.GO_ON
        if message is None:
            return Orders.ORPHANED
        if message.get("do") == "stop":
            return Orders.STOP
        try:
            _do(message, pipes, collector)
        except KafkaTrouble as failed:
            folds.report(failed.trouble)
            folds.flush()  # the reason comes first: who hears of the refusal may leave
            if message.get("do") == "tail":
                pipes.send({"is": "refused", "topic": str(message.get("topic", ""))})
        pipes.send({"is": "alive"})  # each order may have taken its time


def _do(message: Message, pipes: Pipes, collector: Collector) -> None:
    """Does one order. Raises KafkaTrouble."""
    order = str(message.get("do"))
    if lacks := lacking(message, NEEDS.get(order, {})):
        raise _misunderstood(order, " and ".join(lacks))
    match order:
        case "tail":
            start, until, began = _asked(message)
            began = collector.tail(message["topic"], start.at(now()), until.at(now()) if until else None, began)
            said = {"is": "tailing", "topic": message["topic"], "start": message["start"], "began": asdict(began)}
            pipes.send(said)
        case "stop_tail":
            collector.stop_tail(message["topic"])
        case "looked":
            collector.looked(message["topic"], message["k"])
        case "past":
            collector.ask_past([str(topic) for topic in message["topics"]], message["start"], message["end"])
        case _:
            logging.getLogger("meshdesk.collect").warning("was told “%s”, which it does not do", order)


def _asked(message: Message) -> tuple[Position, Position | None, Began | None]:
    """From where to where a topic is to be read, and how that was begun. Raises KafkaTrouble."""
    try:
        until = message.get("until")
        start = position_from(message["start"])
        return start, None if until is None else position_from(until), _began(message.get("began"))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _misunderstood("tail", str(error)) from error


def _misunderstood(order: str, what: str) -> KafkaTrouble:
    text = f"The collect program was told “{order}” in words that it does not understand: {what.rstrip('.')}."
    return KafkaTrouble(Trouble(text, severity="attention", seen=now()))


def _began(message: Message | None) -> Began | None:
    """What the window passes on from a collect program that has ended; through JSON partitions became words."""
    if not message:
        return None
    return Began(str(message["topic_id"]), {int(number): int(offset) for number, offset in message["offsets"].items()})


class _Folds:
    """Repeated troubles become one with a count: a closed port says the same thing twice a second."""

    def __init__(self, send: Callable[[Trouble], object]) -> None:
        self._send = send
        self._lock = threading.Lock()
        self._said: dict[str, float] = {}  # text: when it was last passed on
        self._held: dict[str, Trouble] = {}

    def report(self, trouble: Trouble) -> None:
        with self._lock:
            held = self._held.get(trouble.text)
            count = trouble.count + (held.count if held else 0)
            self._held[trouble.text] = replace(trouble, count=count)

    def flush(self) -> None:
        """Passes on what is new at once, and what repeats every five seconds."""
        with self._lock:
            told = time.monotonic() - AGAIN
            due = [text for text in self._held if self._said.get(text, told) <= told]
            ready = [self._held.pop(text) for text in due]
            self._said |= dict.fromkeys(due, time.monotonic())
            if len(self._said) > 1000:
                self._said.clear()
        for trouble in ready:
            self._send(trouble)


@dataclass(frozen=True, slots=True)
class Order:
    """What `meshdesk collect` is told to do."""

    topics: tuple[str, ...]
    source: Source
    start: Position
    until: Position | None
    seconds: float | None  # how long at most
    target: Path  # the .meshcap


def command(order: Order, made_by: str, say: Say, print_line: Say) -> int:
    """Collects into a .meshcap and prints one line of JSON. `say` takes sentences for people. The exit code."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    target = order.target
    if problem := _target_problem(target):
        say(problem)
        return 1
    try:
        place = tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        say(f"Nothing can be written in {target.parent}: {error.strerror}. Choose another place for {target.name}.")
        return 1
    with place as home:
        try:
            return _collect(order, Path(home) / "capture", made_by, stop, say, print_line)
        except (PropertiesError, CaptureError) as error:
            say(str(error))
        except KafkaTrouble as failed:
            say(failed.trouble.sentence)
    return 1


def _target_problem(target: Path) -> str:
    """Why no capture can become this file, as a sentence; or ""."""
    try:
        if not target.parent.is_dir():
            return f"There is no folder {target.parent}. Make it, or name another place for {target.name}."
        if target.is_dir():
            return f"{target} is a folder. Name a file for the capture, such as {target / 'orders.meshcap'}."
        if target.exists() and not target.is_file():  # which the file would take the place of: /dev/null would be gone
            return f"{target} is a pipe or a device. Name a file for the capture."
    except OSError as error:
        return f"Nothing can be written to {target}: {error.strerror}. Choose another place for the capture."
    return ""


def _collect(order: Order, folder: Path, made_by: str, stop: threading.Event, say: Say, print_line: Say) -> int:
    gc.disable()
    create_capture(folder, made_by, order.source.name or order.source.bootstrap, to_be_a_file=True)
    folds = _Folds(lambda trouble: say(trouble.sentence))
    started = time.monotonic()
    collector = Collector(order.source, folder, folds.report, lambda: None, Limit(NO_LIMIT))
    code = 0
    try:
        collector.catalogues.wait(READ)
        for topic in order.topics:
            collector.tail(topic, order.start.at(now()), order.until.at(now()) if order.until else None)
        until = None if order.seconds is None else started + order.seconds
        while not stop.is_set() and not collector.progress().finished and (until is None or time.monotonic() < until):
            collector.step()
            folds.flush()
            if collector.progress().paused:  # a file drops nothing, so it is the disk
                say("Less than a tenth of the disk is free. What was collected until then is kept.")
                code = 1
                break
    except CaptureError as error:
        say(f"{error} What was collected until then is kept.")
        code = 1
    finally:
        missing = collector.close(SETTLE)
    folds.flush()
    if missing:
        say(f"{plural(len(missing), 'schema')} could not be fetched: ids {', '.join(map(str, missing[:10]))}.")
    progress = collector.progress()
    if progress.given_up:
        code = 1
    try:
        size = pack_in_place(folder, order.target, collector.checksum)
    except CaptureError as error:
        kept = _kept(folder, order.target)
        say(f"{error} What was collected is kept in the folder {kept}; meshdesk read {kept} shows it.")
        return 1
    print_line(
        json.dumps(
            {
                "file": str(order.target),
                "file_bytes": size,
                "records": progress.rows,
                "bytes": progress.bytes,
                "seconds": round(time.monotonic() - started, 3),
                "dropped": progress.dropped,
                "partitions": _ranges(collector.ranges()),
                "missing_schemas": missing,
            }
        )
    )
    return code


def _kept(folder: Path, target: Path) -> Path:
    """Moves a capture that could not become a file beside the place where the file was to be."""
    kept = next(place for n in count(1) if not (place := target.with_name(f"{target.stem}-{n}.capture")).exists())
    return folder.rename(kept)


def _ranges(ranges: dict[Place, tuple[int, int]]) -> list[Message]:
    return [
        {"topic": topic, "partition": number, "from": first, "to": end}
        for (topic, number), (first, end) in ranges.items()
    ]
