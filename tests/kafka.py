"""Fixtures around a real Kafka and a real registry, for any room; tests/conftest.py names this module as a plugin.

`broker`          one broker for the whole test run
`topic`           a name that no other test has; the topic does not exist yet
`make_topic`      make_topic(partitions=1, **settings) -> name: creates one on `broker` (dots in settings: underscores)
`fresh_broker`    a broker of its own, started for one test (0.8 s)
`bare_broker`     one for the tests of a file, each of which finds it without topics and without groups
`apicurio`        Apicurio Registry for the whole run, started when the first test wants it (5 s)
Tests that want them are skipped, with the reason, where Kafka's jars or the packages of the `demo` extra cannot be had.
"""

import os
import shutil
import socket
import tarfile
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import httpx
import pytest
from confluent_kafka.admin import AdminClient, NewTopic

from meshdesk.demo import jars
from meshdesk.demo.broker import PORT_TRIES, Broker, kafka, start_broker
from meshdesk.demo.java import Java
from meshdesk.demo.node import HOST, QUICK_BACK
from meshdesk.demo.server import Server
from meshdesk.demo.trouble import DemoError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

APICURIO = jars.Part(
    "io.apicurio:apicurio-registry-app:3.3.3:tar.gz:all",
    158577952,
    "8bc6751c76d963734224b01d5e7f84ccb3cb61c87d3bd77c36c35f10a5cbed63",
)
APICURIO_SECONDS = 90.0  # 4-12 s on two idle cores


class MakeTopic(Protocol):
    """make_topic(partitions=2, cleanup_policy="compact") -> the name of a new topic."""

    def __call__(self, partitions: int = 1, **settings: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Apicurio:
    """A running Apicurio Registry."""

    url: str  # http://127.0.0.1:PORT; its own API is below /apis/registry/v3
    confluent_url: str  # what a client of the Confluent API is given


@pytest.fixture(scope="session")
def kafka_java() -> Java:
    """What Kafka's programs run from."""
    try:
        with _in_turn():
            return kafka()
    except (DemoError, OSError) as why:  # nothing can be fetched, or kept
        pytest.skip(str(why))


@contextmanager
def _in_turn() -> Iterator[None]:
    """One worker fetches and prepares, the first time on a machine; the others then find it there. All at once fetch 260 MB
    each and take 10 s of a processor each (2026-11)."""
    jars.cache_folder().mkdir(parents=True, exist_ok=True)
    with (jars.cache_folder() / "tests.lock").open("w") as file:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX)  # until the file is closed
        yield


def _broker(properties: Mapping[str, str] | None = None) -> Broker:
    """One that goes with its folder when it is left."""
    return start_broker(Path(tempfile.mkdtemp(prefix="meshdesk-test-")), properties=properties, remove_folder=True)


@pytest.fixture(scope="session")
def broker(kafka_java: Java) -> Iterator[Broker]:
    """The broker that all tests share: use names of your own (`topic`)."""
    with _broker() as running:
        yield running


@pytest.fixture
def fresh_broker(kafka_java: Java) -> Iterator[Broker]:
    """A broker for tests that stop, kill or fill it."""
    with _broker(QUICK_BACK) as running:
        yield running


@pytest.fixture(scope="module")
def _broker_of_the_file(kafka_java: Java) -> Iterator[Broker]:
    with _broker() as running:
        yield running


@pytest.fixture
def bare_broker(_broker_of_the_file: Broker) -> Iterator[Broker]:
    """A broker for tests to which it matters how many topics or groups there are; nobody may be in a group when a test ends."""
    yield _broker_of_the_file
    admin = AdminClient({"bootstrap.servers": _broker_of_the_file.bootstrap, "log_level": 0})
    for group in admin.list_consumer_groups().result(30).valid:
        admin.delete_consumer_groups([group.group_id])[group.group_id].result(30)
    topics = [name for name in admin.list_topics(timeout=30).topics if not name.startswith("__")]
    for answer in (admin.delete_topics(topics) if topics else {}).values():
        answer.result(30)
    until = time.monotonic() + 30
    while any(not name.startswith("__") for name in admin.list_topics(timeout=30).topics):
        assert time.monotonic() < until, "the topics do not go"
        time.sleep(0.02)


@pytest.fixture
def topic() -> str:
    """A name that nobody else has."""
    return f"test.{uuid.uuid4().hex[:12]}.v1"


@pytest.fixture
def make_topic(broker: Broker) -> MakeTopic:
    """Creates topics on the shared broker."""
    admin = AdminClient({"bootstrap.servers": broker.bootstrap, "log_level": 0})

    def make(partitions: int = 1, **settings: str) -> str:
        name = f"test.{uuid.uuid4().hex[:12]}.v1"
        config = {key.replace("_", "."): value for key, value in settings.items()}
        for answer in admin.create_topics([NewTopic(name, partitions, 1, config=config)]).values():
            answer.result(30)
        return name

    return make


@pytest.fixture(scope="session")
def apicurio(kafka_java: Java) -> Iterator[Apicurio]:
    """A real registry that speaks the Confluent API, version 7 of it, besides its own."""
    try:
        with _in_turn():
            unpacked = _apicurio_home()
    except (DemoError, OSError) as why:  # nothing can be fetched, or kept
        pytest.skip(str(why))
    server, url = _start_apicurio(kafka_java, unpacked)
    yield Apicurio(url, f"{url}/apis/ccompat/v7")
    server.stop()


def _start_apicurio(java: Java, unpacked: Path) -> tuple[Server, str]:
    """A port that was free may be taken by another connection until Java has come up and binds it: then with another one."""
    for attempt in range(PORT_TRIES):
        folder = Path(tempfile.mkdtemp(prefix="meshdesk-registry-"))
        with socket.socket() as free:
            free.bind((HOST, 0))
            port = free.getsockname()[1]
        line = [
            str(java.command),
            *("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"),
            *(f"-Djava.io.tmpdir={folder}", f"-Dquarkus.http.host={HOST}", f"-Dquarkus.http.port={port}"),
            # Whichever is free: its own choice is 9000, which the registry of another worker has.
            *(f"-Dquarkus.management.host={HOST}", "-Dquarkus.management.port=0"),
            *("-jar", str(next(unpacked.rglob("quarkus-run.jar")))),
        ]
        log = folder / "registry.log"
        server = Server(line, log, remove=folder)
        url = f"http://{HOST}:{port}"
        try:
            _wait_for(f"{url}/apis/ccompat/v7/subjects", server, log)
            return server, url
        except AssertionError:
            is_taken = "in use" in log.read_text(errors="replace")
            server.stop()
            if not is_taken or attempt == PORT_TRIES - 1:
                raise
    raise AssertionError("no port")


def _wait_for(url: str, server: Server, log: Path) -> None:
    until = time.monotonic() + APICURIO_SECONDS
    while time.monotonic() < until and server.running:
        try:
            if httpx.get(url, timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        server.wait_end(0.05)
    raise AssertionError(f"Apicurio Registry does not answer: {log.read_text(errors='replace')[-2000:]}")


def _apicurio_home() -> Path:
    """The unpacked registry in the cache, fetched and unpacked the first time; it appears whole or not at all."""
    home = jars.cache_folder() / "apicurio-3.3.3"
    if not home.exists():
        packed = jars.fetched([APICURIO], jars.cache_folder(), "Apicurio Registry 3.3.3")[0]
        place = Path(tempfile.mkdtemp(prefix=".apicurio-", dir=jars.cache_folder()))
        with tarfile.open(packed) as archive:
            archive.extractall(place, filter="data")
        try:
            os.replace(place, home)
        except OSError:  # another test run was quicker
            shutil.rmtree(place)
        packed.unlink(missing_ok=True)
    return home
