"""Secrets stay where they belong: planted, used, refused and crashed with, and then hunted for in files and processes."""

import base64
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from meshdesk.collect.properties import Source
from meshdesk.model.position import Position
from meshdesk.session.connection import Connection
from meshdesk.session.opened import Opened
from meshdesk.session.session import Session
from tests.broker.collect.producing import New, produce
from tests.certificates import KEY_PASSWORD
from tests.leaks import Leak, forms, hunt, running
from tests.programs.session.serving import program, turn
from tests.secure_kafka import PASSWORD, REGISTRY_PASSWORD, REGISTRY_USER, SecureKafka, SecureRegistry

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="What the system shows of processes is read from /proc."
)

WRONG = "wrong/geheim+0816"
SECRETS = (PASSWORD, KEY_PASSWORD, REGISTRY_PASSWORD, WRONG)
FOLDERS = ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR")

# In the place of collect: fails with an error that says all that it was told, in its loop or in a thread of its own.
FAILS = """
import sys, threading
from meshdesk.collect import collector
from meshdesk.program import main

def fail(self):
    source = self._source
    raise RuntimeError(f"{dict(source.properties)} {source.registry_user}")

def fail_in_thread(self):
    thread = threading.Thread(target=fail, args=(self,))
    thread.start()
    thread.join()
    raise SystemExit(3)

collector.Collector.step = fail_in_thread if sys.argv[0].endswith("thread") else fail
sys.exit(main())
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Everything that a program may write to lies in here."""
    place = tmp_path / "home"
    for name in ("HOME", "TMPDIR", "MESHDESK_LOGS", "MESHDESK_CAPTURES", *FOLDERS):
        folder = place if name == "HOME" else place / name.lower()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        monkeypatch.setenv(name, str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(place / "tmpdir"))
    return place


@pytest.fixture
def session(home: Path) -> Iterator[Session]:
    made = Session()
    yield made
    made.close()


@pytest.fixture
def connection(secure_kafka: SecureKafka, secure_registry: SecureRegistry) -> Connection:
    """With a secret wherever one can be."""
    files = secure_kafka.certificates
    own = {"ssl.certificate.location": str(files.client), "ssl.key.location": str(files.client_locked_key)}
    return Connection(
        secure_kafka["SASL"],
        secure_registry.url,
        secure_kafka.login() | own | {"ssl.key.password": KEY_PASSWORD},
        registry_user=f"{REGISTRY_USER}:{REGISTRY_PASSWORD}",
        registry_ca=str(files.ca),
    )


def leaks(home: Path) -> list[Leak]:
    return hunt(SECRETS, [home], running())


def test_that_the_hunt_finds_each_form(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert leaks(home) == []
    for number, form in enumerate(forms(PASSWORD)):
        (home / "found").write_bytes(b"\0" * number + form + b"\0")
        assert leaks(home), form
    for before in range(4):
        (home / "found").write_bytes(base64.b64encode(b"a" * before + f":{PASSWORD}\n".encode()))
        assert leaks(home), before
    (home / "found").unlink()
    (home / PASSWORD.replace("/", "%2F").replace("+", "%2B")).touch()
    assert leaks(home)


def test_that_no_secret_leaves_a_connection_that_works_is_killed_or_is_saved(
    home: Path, session: Session, secure_kafka: SecureKafka, connection: Connection
) -> None:
    produce(secure_kafka["PLAIN"], "open.to.all.v1", [New(b"\0\0\0\0\7\6one", partition=0)])  # of schema 7
    assert not any(secret in repr((connection, Source(connection.bootstrap))) for secret in SECRETS)
    checking = session.check(connection)
    turn(session, lambda: checking.steps, "the first step")
    assert leaks(home) == []
    turn(session, lambda: checking.done, "the test of the connection")
    assert checking.ok, checking.steps
    opened = session.connect(connection)
    opened.tail("open.to.all.v1", Position("beginning"))
    turn(session, lambda: opened.status.rows >= 1, "records")
    assert leaks(home) == []

    (before,) = session.pids["collect"]
    os.kill(before, signal.SIGKILL)
    turn(session, lambda: session.pids["collect"] not in ([], [before]), "another collect program")
    turn(session, lambda: opened.state == "live", "it to be connected")
    saved: list[str] = []
    opened.save(home / "saved.meshcap", saved.append)
    turn(session, lambda: saved == [""], "the file")
    assert leaks(home) == []
    session.close()
    assert leaks(home) == []
    logs = [path.read_text() for path in (home / "meshdesk_logs").glob("*-collect-*.log")]
    assert len(logs) == 2, "both collect programs have a log"
    assert leaks_in(session, checking.steps) == []


def test_that_no_secret_leaves_a_connection_that_fails(home: Path, session: Session, connection: Connection) -> None:
    attempts = {
        "sasl.password": "refuses the login",
        "ssl.key.password": "does not open the key",
    }
    for name, said in attempts.items():
        wrong = Connection(connection.bootstrap, properties={**connection.properties, name: WRONG})
        session.connect(wrong)
        turn(session, partial(has_said, session, said), said)
        checking = session.check(wrong)
        turn(session, lambda checking=checking: checking.done, "the test of the connection")  # type: ignore[misc]
        assert not checking.ok
        assert leaks_in(session, checking.steps) == []
    assert leaks(home) == []
    session.close()
    assert leaks(home) == []


@pytest.mark.parametrize("where", ["loop", "thread"])
def test_that_no_secret_leaves_a_program_that_fails_with_all_that_it_knows(
    home: Path, connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    program(tmp_path / where, FAILS, monkeypatch)
    session = Session()
    opened: Opened = session.connect(connection)
    turn(session, lambda: opened.state == "failed", "the end of all that are started again")
    assert has_said(session, "ended 6 times within a minute")
    session.close()
    assert leaks_in(session, ()) == []
    assert leaks(home) == []
    logs = "".join(path.read_text() for path in (home / "meshdesk_logs").glob("*-collect-*.log"))
    assert "RuntimeError" in logs, "the mistake itself is there to be read"
    assert "•••" in logs


def has_said(session: Session, words: str) -> bool:
    return any(words in trouble.text for trouble in session.troubles)


def leaks_in(session: Session, steps: object) -> list[str]:
    """The secrets in what a person reads."""
    shown = repr((session.troubles, steps)).encode()
    return [kind for secret in SECRETS for form, kind in forms(secret).items() if form in shown]
