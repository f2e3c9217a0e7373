"""Secrets leak nowhere: planted in the keyring, used to connect, refused, crashed with, and hunted for in every file and process."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from meshdesk.capture.reader import open_captures
from meshdesk.capture.store import CaptureError
from meshdesk.model.profile import Credentials, Profile
from meshdesk.session.profiles import Profiles
from meshdesk.session.secrets import Secrets
from tests.broker.collect.producing import New, produce
from tests.certificates import KEY_PASSWORD
from tests.keyring import SecretService
from tests.leaks import Leak, forms, hunt
from tests.programs.running import SECONDS, command, run, wait_until
from tests.secure_kafka import OPEN, PASSWORD, REGISTRY_PASSWORD, REGISTRY_USER, USER, SecureKafka, SecureRegistry

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Signals and the Secret Service are not those of Windows.")

WRONG = "not-alices-geheim-77"
PLANTED = (PASSWORD, KEY_PASSWORD, REGISTRY_PASSWORD, WRONG)


def leaks(folder: Path, root: int | None = None) -> list[Leak]:
    """Where a secret is: in the files below a folder, and in what the system shows of a process and of those below it."""
    below = [] if root is None else [root, *(child.pid for child in psutil.Process(root).children(recursive=True))]
    return hunt(PLANTED, [folder], below)


def in_words(said: bytes) -> list[str]:
    """The forms of the secrets that stand in what programs printed."""
    return [kind for secret in PLANTED for form, kind in forms(secret).items() if form in said]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Everything that MeshDesk writes goes below this folder, temporary files too."""
    folder = tmp_path / "home"
    for name, place in {
        "HOME": "",
        "TMPDIR": "tmp",
        "MESHDESK_CONFIG": "config",
        "MESHDESK_STATE": "state",
        "MESHDESK_CAPTURES": "captures",
        "MESHDESK_LOGS": "logs",
        "XDG_CACHE_HOME": "cache",
        "XDG_CONFIG_HOME": "xdg-config",
    }.items():
        (folder / place).mkdir(parents=True, exist_ok=True)
        monkeypatch.setenv(name, str(folder / place))
    return folder


@pytest.fixture
def profile(
    home: Path, secret_service: SecretService, secure_kafka: SecureKafka, secure_registry: SecureRegistry
) -> Profile:
    """A connection with every secret that there is, saved; and one like it whose password is wrong."""
    secret_service.start()
    certificates = secure_kafka.certificates
    acme = Profile(
        "acme",
        secure_kafka["SASL"],
        "SASL_SSL",
        mechanism="SCRAM-SHA-256",
        user=USER,
        ca=str(certificates.ca),
        certificate=str(certificates.client),
        key=str(certificates.client_locked_key),
        registry=secure_registry.url,
        registry_user=REGISTRY_USER,
        registry_ca=str(certificates.ca),
    )
    profiles, secrets = Profiles(), Secrets()
    for saved, password in ((acme, PASSWORD), (replace(acme, name="refused"), WRONG)):
        profiles.save(saved)
        credentials = Credentials(password, KEY_PASSWORD, REGISTRY_PASSWORD)
        if secrets.keep(saved.name, credentials):  # on a busy machine a keyring may not answer in time: once more
            secrets = Secrets()
            assert secrets.keep(saved.name, credentials) == ""
    produce(secure_kafka.broker.bootstrap, OPEN, [New(b'{"n": 1}'), New(b'{"n": 2}')])
    return acme


@pytest.fixture
def window(home: Path, profile: Profile) -> Iterator[subprocess.Popen[bytes]]:
    """The window as a person starts it, on the connection that works."""
    line = command("refused", "acme", "--select", OPEN)
    started = subprocess.Popen(
        line, env=os.environ | {"QT_QPA_PLATFORM": "offscreen"}, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        yield started
    finally:
        started.kill()
        started.wait()
        for pipe in (started.stdout, started.stderr):
            if pipe is not None:
                pipe.close()


def rows(home: Path) -> int:
    """Of all captures that are open."""
    count = 0
    for folder in (home / "captures").glob("*"):
        try:
            captures = open_captures(folder)
        except (CaptureError, OSError):  # it has not begun yet
            continue
        for capture in captures:
            count += capture.rows
            capture.close()
    return count


def logged(home: Path) -> str:
    return "".join(path.read_text("utf-8") for path in (home / "logs").glob("*.log"))


def test_that_connect_failure_crash_and_log_leave_no_secret_anywhere(
    home: Path, window: subprocess.Popen[bytes], secret_service: SecretService
) -> None:
    wait_until(lambda: rows(home) >= 2, "the records of the connection that works", 2 * SECONDS)
    wait_until(lambda: "refuses the login" in logged(home), "the sentence about the wrong password", 2 * SECONDS)
    collects = [child for child in psutil.Process(window.pid).children() if "collect" in child.cmdline()]
    assert collects  # of the connection that was refused it has ended, as nothing is tried again
    assert leaks(home, window.pid) == []
    for collect in collects:  # a crash in C, with what was on its stack
        collect.send_signal(signal.SIGSEGV)
    wait_until(lambda: not any(collect.is_running() for collect in collects), "the end of the collect programs")
    wait_until(lambda: "ended unexpectedly" in logged(home), "the sentence about the crash")
    assert leaks(home, window.pid) == []
    window.send_signal(signal.SIGSEGV)
    assert window.wait(SECONDS) == -signal.SIGSEGV
    out, err = window.communicate()
    time_of_death = time.monotonic()
    wait_until(lambda: not left_behind(home), "the end of all its programs", 2 * SECONDS)
    assert time.monotonic() - time_of_death < 2 * SECONDS
    crashes = [path for path in (home / "logs").glob("*.crash") if path.stat().st_size]
    assert len(crashes) >= 2  # what was on the stacks was written, so that there was something to leak
    assert leaks(home) == []
    assert in_words(out + err) == []
    secret_service.end()
    assert [path for path in secret_service.files() if in_words(path.read_bytes())] == []


def left_behind(home: Path) -> list[psutil.Process]:
    """Programs of MeshDesk that still run on this home."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("MESHDESK_LOGS") == str(home / "logs") and "meshdesk" in " ".join(
                process.cmdline()
            ):
                found.append(process)
        except psutil.Error:
            continue
    return [process for process in found if process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE]


def test_that_tail_and_collect_show_none_while_they_run_nor_in_what_they_write(home: Path, profile: Profile) -> None:
    capture = home / "c.meshcap"
    words = ["collect", OPEN, "--connection", "acme", "--from", "beginning", "--for", "5s", "-o", str(capture)]
    running = subprocess.Popen(command(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while running.poll() is None:
        try:
            assert leaks(home, running.pid) == []
        except psutil.NoSuchProcess:
            break
        time.sleep(0.05)
    out, err = running.communicate(timeout=SECONDS)
    assert running.returncode == 0, err
    ran = run("tail", OPEN, "--connection", "acme", "--until", "end", "--json")
    assert (ran.code, len(ran.lines) >= 2) == (0, True), ran.err
    refused = run("tail", OPEN, "--connection", "refused", "--for", "5s")
    assert refused.code == 1
    assert refused.err
    said = out + err + ran.out + ran.err.encode() + refused.out + refused.err.encode()
    assert in_words(said) == []
    assert leaks(home) == []
