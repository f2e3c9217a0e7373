"""What cannot be reached, opened or read: the window's picture ends with a sentence on stderr and exit code 1, in good time.

The same sentences stand in the trouble bar of a window that somebody looks at. All cases are asked at once: most of
their time is waiting.
"""

import json
import socket
import subprocess
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pytest

from meshdesk.demo.broker import Broker
from tests.broker.collect.producing import New, create_topic, delete_topic, produce
from tests.programs.running import Ran, command, run

STORED = Path(__file__).parents[1] / "captures" / "v1.meshcap"
TOPIC, VANISHING = "test.wrong-input.v1", "test.vanishing.v1"
RUDE = "Check whether the broker is well, and the port: it may be another program's; MeshDesk keeps trying.\n"
LONG = 60.0  # s that any of them may take, on a machine that is busy; the slowest takes 12 s


@dataclass(frozen=True, slots=True)
class Asked:
    """All cases."""

    came_to: dict[str, Ran]
    pictures: list[str]  # the cases of which there is one


def cut(folder: Path) -> Path:
    (folder / "cut.meshcap").write_bytes(STORED.read_bytes()[:20_000])
    return folder / "cut.meshcap"


def foreign(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "foreign.meshcap", "w") as made:
        made.writestr("holiday.txt", "sun")
    return folder / "foreign.meshcap"


def newer(folder: Path) -> Path:
    with zipfile.ZipFile(STORED) as old, zipfile.ZipFile(folder / "newer.meshcap", "w") as made:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("manifest.json"):
                data = json.dumps(json.loads(data) | {"version": 99}).encode()
            made.writestr(name, data)
    return folder / "newer.meshcap"


@pytest.fixture(scope="module")
def closed_port() -> int:
    """A port of this machine where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def rude_port() -> Iterator[int]:
    """A port that hangs up at the first word, as a TLS listener does where no TLS is spoken to it."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            while True:
                try:
                    one, _ = server.accept()
                except OSError:
                    return
                one.recv(1_000)
                one.close()

        thread = Thread(target=hang_up)
        thread.start()
        yield int(server.getsockname()[1])
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def tail_what_vanishes(broker: Broker) -> Ran:
    """Deletes a topic under the eyes of a reader."""
    create_topic(broker.bootstrap, VANISHING, 2)
    produce(broker.bootstrap, VANISHING, [New(b"one")])
    line = command("tail", VANISHING, "--bootstrap", broker.bootstrap, "--from", "beginning")
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as tail:
        try:
            assert tail.stdout is not None
            seen = tail.stdout.readline()
            delete_topic(broker.bootstrap, VANISHING)
            rest, said = tail.communicate(timeout=2 * LONG)
        finally:
            tail.kill()
    return Ran(tail.returncode, seen + rest, said.decode(), 0.0)


@pytest.fixture(scope="module")
def asked(
    broker: Broker, closed_port: int, rude_port: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Asked]:
    """What each case came to."""
    folder = tmp_path_factory.mktemp("wrong")
    create_topic(broker.bootstrap, TOPIC)
    produce(broker.bootstrap, TOPIC, [New(b"\x00\x00\x00\x00\x07\x02"), New(b'{"a": 1}')])
    cases: dict[str, list[str | Path]] = {
        "name": ["broker.invalid:9092"],  # RFC 2606: never a name
        "port": [f"127.0.0.1:{closed_port}"],
        "rude": [f"127.0.0.1:{rude_port}"],
        "topic": [broker.bootstrap, "--select", "test.no-such-topic"],
        "registry": [broker.bootstrap, "--registry", f"http://127.0.0.1:{closed_port}", "--select", TOPIC],
        "cut": [cut(folder)],
        "foreign": [foreign(folder)],
        "newer": [newer(folder)],
        "missing": [folder / "missing.meshcap"],
    }
    with ThreadPoolExecutor(len(cases) + 2) as at_once:
        waiting = {
            name: at_once.submit(run, *words, "--screenshot", folder / f"{name}.png", timeout=2 * LONG)
            for name, words in cases.items()
        }
        tls = ["tail", TOPIC, "--bootstrap", broker.bootstrap, "-X", "security.protocol=SSL"]
        waiting["tls"] = at_once.submit(run, *tls, timeout=2 * LONG)
        waiting["vanished"] = at_once.submit(tail_what_vanishes, broker)
        came_to = {name: one.result() for name, one in waiting.items()}
    yield Asked(came_to, [name for name in cases if (folder / f"{name}.png").exists()])
    delete_topic(broker.bootstrap, TOPIC)


@pytest.mark.parametrize(
    ("case", "said"),
    [
        (
            "name",
            "The name of broker.invalid:9092 is not known to this machine. Check the spelling, the VPN and the DNS.\n",
        ),
        (
            "port",
            "Nothing answers at 127.0.0.1:{closed}. Check the host and the port, and whether the broker runs; MeshDesk keeps trying.\n",
        ),
        (
            "rude",
            "127.0.0.1:{rude} takes connections, and does not answer as a Kafka does. " + RUDE,
        ),
        ("topic", "{bootstrap} has no topic “test.no-such-topic”. Check its name.\n"),
        ("cut", "cut.meshcap is not a MeshDesk capture, or only a part of one. Open a .meshcap file, or ask for it again.\n"),
        ("foreign", "foreign.meshcap is not a MeshDesk capture, or only a part of one. Open a .meshcap file, or ask for it again.\n"),
        ("newer", "was written by a newer MeshDesk (format 99; this one reads up to 2). Update MeshDesk to open it.\n"),
        ("missing", "missing.meshcap. Check the name, or open another capture.\n"),
    ],
)  # fmt: skip
def test_that_what_cannot_be_shown_is_a_sentence_and_no_picture(
    asked: Asked, broker: Broker, closed_port: int, rude_port: int, case: str, said: str
) -> None:
    done = asked.came_to[case]
    wanted = said.format(bootstrap=broker.bootstrap, closed=closed_port, rude=rude_port)
    assert (done.code, done.out) == (1, b"")
    assert done.err.endswith(wanted)
    assert done.err.count("\n") == 1, "one sentence, not one for each attempt"
    assert done.seconds < LONG


def test_that_records_are_shown_though_the_registry_is_down(asked: Asked, closed_port: int) -> None:
    done = asked.came_to["registry"]
    assert done.code == 0
    assert asked.pictures == ["registry"]
    assert f"The schema registry http://127.0.0.1:{closed_port} cannot be reached; 1 schema cannot be" in done.err


def test_that_tls_at_a_plaintext_port_is_a_sentence(asked: Asked, broker: Broker) -> None:
    done = asked.came_to["tls"]
    assert (done.code, done.out) == (1, b"")
    assert done.err == (
        f"{broker.bootstrap} does not speak TLS, and MeshDesk did: a Kafka answers there in plaintext. "
        "Set security.protocol to PLAINTEXT or SASL_PLAINTEXT, or use the TLS port.\n"
    )


def test_that_a_topic_that_vanishes_is_a_sentence_and_the_end(asked: Asked) -> None:
    done = asked.came_to["vanished"]
    assert done.code == 1
    assert b"  one\n" in done.out
    assert done.err == (
        f"The topic {VANISHING} is not there (any more). What was read of it stays; choose another topic.\n"
    )
