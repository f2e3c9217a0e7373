"""The program behind `meshdesk demo`: makes the embedded mesh, says where it is, and takes it down again.

On stdout it speaks frames (meshdesk/model/frame.py):
    {"is": "progress", "text": sentence, "done": x, "of": y}
    {"is": "mesh", "name": …, "bootstrap": "127.0.0.1:PORT", "registry": "http://127.0.0.1:PORT",
     "catalogues": [path of a folder, …]}
    {"is": "trouble", "text": …, "advice": …, …}
On stdin it is told where the window keeps what it captures of the mesh, and when that is the window's own affair again:
    {"is": "capture", "folder": path, or ""}
The end of stdin, SIGTERM and SIGINT end the program: no broker and no folder stay, on the user's own Kafka no topic and no
group. The capture of a window that was killed goes, too: nobody wants a demo back. It stays where only the mesh has ended.
"""

import argparse
import contextlib
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from queue import Empty

from confluent_kafka import KafkaException

from meshdesk.demo import schemas, topics
from meshdesk.demo.broker import Broker, start_broker, unavailable
from meshdesk.demo.changes import EXPERIMENT, Changes
from meshdesk.demo.groups import CAMPAIGN, GROUPS, Groups
from meshdesk.demo.making import groups_there, make_topics, remove_topics
from meshdesk.demo.node import BOUNDED
from meshdesk.demo.registry import SchemaRegistry
from meshdesk.demo.traffic import Traffic
from meshdesk.demo.trouble import Complaints, DemoError, reason
from meshdesk.model.trouble import Trouble, trouble_message
from meshdesk.pipes import Pipes

SEED = 7
HISTORY_SECONDS = 2.0  # a machine that takes longer for the history shows the beginning of it at first
WATCH = 0.5  # s between looks at the broker
MAKER_SECONDS = 5.0  # what is under way when the end comes is given so long


def demo_available() -> str | None:
    """A sentence why no demo can be started here, or None. Looks for the packages without importing them."""
    return unavailable()


def main(arguments: Sequence[str], catalogues: Sequence[Path] = ()) -> int:
    """The program; returns its exit code, 1 where the mesh could not be made or did not last.

    It names copies of the folders `catalogues`, which it may write; in the last of them contracts change.
    """
    parser = argparse.ArgumentParser(prog="meshdesk demo --mesh", description="Makes the embedded mesh; speaks frames.")
    parser.add_argument("--seed", type=int, default=SEED, help="the same seed tells the same story")
    parser.add_argument("--bootstrap", metavar="HOST:PORT", help="use this Kafka instead of starting one")
    parser.add_argument("--no-live", action="store_true", help="history only")
    options = parser.parse_args(arguments)
    pipes = Pipes()
    mesh = _Mesh(options.seed, not options.no_live, pipes, catalogues)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, frame: pipes.messages.put({"is": "signal"}))
    mesh.start(options.bootstrap)
    orphan = None
    try:
        orphan = _wait_for_end(pipes, mesh)
    finally:
        mesh.end()
        if orphan is not None:
            shutil.rmtree(orphan, ignore_errors=True)
    if mesh.failure is not None:
        sys.stderr.write(f"{mesh.failure.sentence}\n")
    return 1 if mesh.failure is not None or pipes.is_broken else 0


def _wait_for_end(pipes: Pipes, mesh: "_Mesh") -> Path | None:
    """Returns when stdin ends, a signal asks for it, or the mesh fails; the capture that a window left when it was killed."""
    capture = None
    while mesh.failure is None:
        try:
            message = pipes.messages.get(timeout=WATCH)
        except Empty:
            mesh.look()
            continue
        if message is None:
            return capture
        if message.get("is") == "capture":
            capture = Path(str(message["folder"])) if message.get("folder") else None
        elif message.get("is") == "signal":
            return None
    return None


class _EndingError(Exception):
    """The demo is to end while it is still being made."""


class _Mesh:
    """The parts of one demo, made one after the other in a thread, and taken down in the opposite order."""

    def __init__(self, seed: int, live: bool, pipes: Pipes, catalogues: Sequence[Path]) -> None:
        self.failure: Trouble | None = None
        self._live, self._pipes, self._catalogues = live, pipes, catalogues
        self._now_ms = int(time.time() * 1000)
        self._complaints = Complaints(self._complain)
        self._traffic = Traffic(seed, now_ms=self._now_ms, live=live, complaints=self._complaints)
        self._parts = contextlib.ExitStack()
        self._kafka: Broker | None = None
        self._made: list[str] = []  # topics
        self._ending = threading.Event()
        self._maker: threading.Thread | None = None

    def start(self, bootstrap: str | None) -> None:
        """Begins to make it. That takes seconds, the first time perhaps minutes; end() may come in between."""
        self._maker = threading.Thread(target=self._make, args=(bootstrap,), name="maker", daemon=True)
        self._maker.start()

    def look(self) -> None:
        """Whether Kafka still lives."""
        if self._kafka is not None and not self._kafka.running and self.failure is None:
            self._fail(
                Trouble(
                    f'The demo\'s Kafka has ended. Its last words: "{self._kafka.last_words}".',
                    "Start the demo again; close other programs if the machine is short of memory.",
                    "the demo",
                )
            )

    def end(self) -> None:
        """Takes down what was made. What is under way is given some seconds; its guard ends it if it takes longer."""
        self._ending.set()
        if self._maker is not None:
            self._maker.join(MAKER_SECONDS)
        self._parts.close()

    def _make(self, bootstrap: str | None) -> None:
        try:
            self._parts.callback(self._traffic.stop)  # the last to be closed where there is no Kafka yet
            self._traffic.tell()
            if bootstrap is None:
                self._on_a_kafka_of_its_own()
            else:
                self._on(bootstrap)
        except DemoError as error:
            self._fail(error.trouble)
        except (KafkaException, OSError) as error:  # OSError: also what took too long
            why = reason(error.args[0]) if isinstance(error, KafkaException) else str(error) or "no answer in time"
            text = f"The demo could not be made: {why}."
            self._fail(Trouble(text, "Start it again; close other programs if the machine is busy.", "the demo"))
        except _EndingError:
            pass  # end() takes down what there is

    def _on_a_kafka_of_its_own(self) -> None:
        folder = self._folder()
        self._kafka = start_broker(folder, progress=self._progress, properties=BOUNDED, remove_folder=True)
        self._parts.callback(self._take_kafka)
        self._begin(self._kafka.bootstrap, folder)

    def _take_kafka(self) -> None:
        kafka, self._kafka = self._kafka, None
        if kafka is not None:
            kafka.stop()

    def _on(self, bootstrap: str) -> None:
        self._progress(f"Making {len(topics.TOPICS)} topics on {bootstrap}; they are removed at the end.", 0, 0)
        before = groups_there(bootstrap)
        self._parts.callback(self._remove, bootstrap, {group.id for group in (*GROUPS, CAMPAIGN)} - before)
        self._begin(bootstrap, self._folder())

    def _folder(self) -> Path:
        folder = Path(tempfile.mkdtemp(prefix="meshdesk-demo-"))  # mode 0700
        self._parts.callback(shutil.rmtree, folder, ignore_errors=True)
        return folder

    def _remove(self, bootstrap: str, groups: set[str]) -> None:
        if self._made:
            left = remove_topics(bootstrap, [*self._made, EXPERIMENT], sorted(groups))
            if left:
                text = f"The demo could not remove {', '.join(left)} from {bootstrap}."
                self._pipes.send(trouble_message(Trouble(text, "Remove them by hand.", "the demo")))

    def _begin(self, bootstrap: str, folder: Path) -> None:
        """Registry, topics, traffic, groups and what changes, on a Kafka that answers."""
        registry = self._parts.enter_context(SchemaRegistry())
        schemas.register_all(registry.store)
        self._progress("Making topics and a week of history.", 0, 0)
        self._made = make_topics(bootstrap, [EXPERIMENT])
        traffic, complaints = self._traffic, self._complaints
        self._parts.callback(traffic.stop)
        traffic.start(bootstrap)
        groups = Groups(bootstrap, complaints, traffic.history_is_in)
        self._parts.callback(groups.stop)
        groups.start()
        catalogues = [shutil.copytree(one, folder / one.name) for one in self._catalogues]
        traffic.wait_for_history(HISTORY_SECONDS)
        self._check()
        where = {"bootstrap": bootstrap, "registry": registry.url, "catalogues": list(map(str, catalogues))}
        self._pipes.send({"is": "mesh", "name": "Demo mesh", **where})
        if self._live:
            changing = Changes(
                bootstrap, registry.store, catalogues[-1] if catalogues else None, groups, traffic, complaints
            )
            self._parts.callback(changing.stop)
            changing.start(self._now_ms)

    def _progress(self, text: str, done: int, of: int) -> None:
        self._check()
        self._pipes.send({"is": "progress", "text": text, "done": done, "of": of})

    def _check(self) -> None:
        if self._ending.is_set():
            raise _EndingError

    def _report(self, trouble: Trouble) -> None:
        self._pipes.send(trouble_message(replace(trouble, seen=int(time.time() * 1000))))

    def _complain(self, trouble: Trouble) -> None:
        """What the threads have to say; of a Kafka that is known to have ended, or is about to, nothing more."""
        if self.failure is None and not self._ending.is_set():
            self._report(trouble)

    def _fail(self, trouble: Trouble) -> None:
        self.failure = trouble
        self._report(trouble)
