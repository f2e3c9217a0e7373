"""`meshdesk self-test`: what an installation must be able to do, done once, without a network. Exit code 0 or 1."""

import platform
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from queue import SimpleQueue

import pyarrow as pa

from meshdesk import __version__
from meshdesk.capture.index import Span
from meshdesk.capture.manifest import create_capture
from meshdesk.capture.records import RECORDS
from meshdesk.capture.store import CaptureError
from meshdesk.capture.writer import Writer
from meshdesk.model.fact import Fact
from meshdesk.model.profile import Credentials
from meshdesk.session.children import Child, Heard
from meshdesk.session.explainers import ended_how
from meshdesk.session.opened import Opened
from meshdesk.session.secrets import Secrets
from meshdesk.session.session import Session

PACKAGES = ("PySide6-Essentials", "pyarrow", "confluent-kafka", "httpx", "keyring", "numpy", "psutil")
MODULES = (
    "pyarrow",
    "chardet",
    "confluent_kafka",
    "fastavro",
    "httpx",
    "isal",
    "truststore",
    "cryptography",
    "keyring",
    "numpy",
    "platformdirs",
    "psutil",
    "stringzilla",
    "tomlkit",
    "yaml",
)
PATIENCE = 30.0  # s for one step on a slow disk
WINDOW = 60.0  # s for the process that paints one, which has patience of its own
ORDER = '{"type":"record","name":"Order","fields":[{"name":"id","type":"string"},{"name":"cents","type":"long"}]}'
AVRO = b"\0\0\0\0\x07" + b"\x06A-1" + b"\xd4\x08"

# One record of each kind: (value, its format, a text that the window must show).
KINDS: tuple[tuple[bytes | None, str, str], ...] = (
    (b'{"id": "A-1", "cents": 9007199254740993}', "JSON", "9007199254740993"),
    (AVRO, "Avro 7", "554"),
    ("Grüße".encode(), "text", "Grüße"),
    ("Zażółć gęślą jaźń, proszę".encode("cp1250"), "windows-1250", "gęślą"),
    (bytes([0xFF, 0x00, 0xFE]), "bytes", "0xff00fe"),
    (None, "null", ""),
    (b"", "empty", ""),
)


class SelfTestError(Exception):
    """A step did not hold; the text says which and how."""


def self_test(with_keyring: bool = False) -> int:
    """Runs every step and prints a line for each; `with_keyring` also that a secret is kept, which may ask for its password."""
    _line(f"MeshDesk {__version__} · Python {platform.python_version()} · {platform.platform()}")
    _line(" · ".join(f"{name} {_version(name)}" for name in PACKAGES))
    try:
        _step("its packages are loaded", _load)
        with _home() as home:
            _run(home)
            if with_keyring:
                _step("a secret is kept in the keyring, read and removed", _keyring)
    except SelfTestError as error:
        sys.stderr.write(f"The self-test failed: {error}\n")
        return 1
    _line("All of it holds.")
    return 0


def window_test(capture: Path) -> int:
    """Paints a window on a capture: a step of `self_test` in a process of its own, as Qt aborts it where it cannot go on."""
    session = Session(capture.with_name("window"))
    try:
        opened = session.open_file(capture)
        _until(session, lambda: opened.lists.rows("orders") == len(KINDS), "the capture's rows were not found")
        # Qt comes last: what needs no window is checked, and said, where there can be none.
        from meshdesk.ui.self_test import paint

        wrong = paint(session)
    except (SelfTestError, ImportError) as error:
        wrong = str(error)
    finally:
        session.close()
    if wrong:
        sys.stderr.write(f"{wrong}\n")
    return 1 if wrong else 0


@contextmanager
def _home() -> Iterator[Path]:
    """A folder that goes with the test."""
    try:
        made = tempfile.TemporaryDirectory(prefix="meshdesk-self-test-")
    except OSError as error:
        raise SelfTestError(f"there is no place for temporary files: {error.strerror}. Name one in TMPDIR.") from error
    with made as home:
        yield Path(home)


def _run(home: Path) -> None:
    _step("a capture is written", lambda: _write(home / "capture"))
    session = Session(home / "captures")
    try:
        opened = session.open_file(home / "capture")
        _step("a record of each kind is decoded", lambda: _decode(session, opened))
        _step("a window is painted", lambda: _window(home / "capture"))
        _step("the capture is saved", lambda: _save(session, opened, home / "saved.meshcap"))
        again = session.open_file(home / "saved.meshcap")
        _step("the file is opened again", lambda: _decode(session, again))
    finally:
        session.close()


def _line(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _step(what: str, step: Callable[[], None]) -> None:
    began = time.monotonic()
    try:
        step()
    except (SelfTestError, CaptureError) as error:
        raise SelfTestError(f"{what}: {error}") from error
    except ImportError as error:
        raise SelfTestError(f"{what}: {error}. Install MeshDesk again.") from error
    except OSError as error:
        raise SelfTestError(f"{what}: {error.filename or 'the system'}: {error.strerror}.") from error
    _line(f"  {what} ({time.monotonic() - began:.1f} s)")


def _load() -> None:
    """All that the programs import sooner or later; Qt's turn is the window's."""
    for name in MODULES:
        import_module(name)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "bundled"  # a frozen program carries the code without its metadata


def _write(folder: Path) -> None:
    create_capture(folder, f"MeshDesk {__version__}", "self-test")
    writer = Writer(folder)
    count = len(KINDS)
    columns = [
        pa.array([0] * count, pa.int32()),
        pa.array(range(count), pa.int64()),
        pa.array([1_700_000_000_000 + n for n in range(count)], pa.int64()),
        pa.array([1] * count, pa.int8()),
        pa.array([b"key"] * count, pa.binary()),
        pa.array([value for value, _, _ in KINDS], pa.binary()),
        pa.array([[("trace", b"1")]] * count, RECORDS.field("headers").type),
        pa.array([-1] * count, pa.int32()),
    ]
    writer.facts([Fact("schema", "7", {"type": "AVRO", "text": ORDER}, 0, "self-test")])
    topic = writer.topic("orders")
    writer.records(topic, pa.record_batch(columns, schema=RECORDS), [Span(topic, 0, 0, count, count, 0, count - 1)], 0)
    writer.close()


def _decode(session: Session, opened: Opened) -> None:
    _until(session, lambda: opened.lists.rows("orders") == len(KINDS), "the capture's rows were not found")
    opened.lists.want("orders", 0, len(KINDS) - 1)
    _until(session, lambda: opened.lists.row("orders", len(KINDS) - 1) is not None, "the explain program gave no rows")
    for k, (_, word, text) in enumerate(KINDS):
        row = opened.lists.row("orders", k)
        if row is None or row.format != word or text not in row.value:
            raise SelfTestError(f"record {k} came as {row.format if row else 'nothing'}, not as {word}.")


def _save(session: Session, opened: Opened, target: Path) -> None:
    said: list[str] = []
    opened.save(target, said.append)
    _until(session, lambda: bool(said), "saving did not end")
    if said[0]:
        raise SelfTestError(said[0])


def _window(capture: Path) -> None:
    heard: SimpleQueue[Heard] = SimpleQueue()
    child = Child(["self-test", "--window", str(capture)], heard)
    if not child.wait(WINDOW):
        child.kill("it did not end")
        child.wait(1.0)
        raise SelfTestError(f"it was not painted within {WINDOW:.0f} s.")
    if child.code:
        raise SelfTestError(f"{ended_how(child)}.")


def _keyring() -> None:
    """By MeshDesk's own way, each time anew, so that nothing is answered from memory."""
    name = f"self-test {uuid.uuid4().hex[:8]}"  # a profile that nobody has
    kept = Credentials(password=uuid.uuid4().hex, key_password="ü" * 2_000)  # the second is stored in parts
    said = Secrets().keep(name, kept)
    if said:
        raise SelfTestError(said)
    try:
        read, said = Secrets().read(name)
        if read != kept:
            raise SelfTestError(said or "the keyring gave something else than was stored.")
    finally:
        said = Secrets().forget(name)
    if said or Secrets().read(name) != (Credentials(), ""):
        raise SelfTestError(said or "what was removed is still in the keyring.")


def _until(session: Session, holds: Callable[[], bool], otherwise: str) -> None:
    """Waits until something holds, or something is wrong, which is said behind what did not come."""
    until = time.monotonic() + PATIENCE
    while not holds():
        session.beat()
        if time.monotonic() > until or session.troubles:
            raise SelfTestError(" ".join([f"{otherwise}.", *(trouble.sentence for trouble in session.troubles)]))
        time.sleep(0.005)
