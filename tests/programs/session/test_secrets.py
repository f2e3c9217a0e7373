"""Secrets in a real keyring: written, read, locked, unlocked later, absent, hanging; and none in any file or log."""

import hashlib
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from importlib import import_module
from pathlib import Path

import pytest

from meshdesk import logs
from meshdesk.model.profile import Credentials
from meshdesk.session import secrets
from meshdesk.session.secrets import ALLOWED, CUT, HANGING, NoKeyringProblem, Secrets, open_store
from tests.keyring import SecretService

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="The Secret Service is a thing of Linux.")

ALL = Credentials("the pass wörd", "of the key ⚿", "of the registry")
LONG = "".join(f"{n:04}" for n in range(2_000))  # 8,000 characters, no two parts alike


def wait_for(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "It did not come to pass."
        time.sleep(0.01)


def late_calls() -> int:
    return sum(thread.name == "keyring" for thread in threading.enumerate())


# Written and read


def test_that_what_is_written_is_read_in_another_run(secret_service: SecretService) -> None:
    secret_service.start()
    assert Secrets().keep("acme", ALL) == ""
    assert Secrets().read("acme") == (ALL, "")
    assert Secrets().read("another") == (Credentials(), "")


def test_that_it_outlives_the_daemon_and_that_no_file_holds_it_in_plain(secret_service: SecretService) -> None:
    secret_service.start()
    Secrets().keep("acme", ALL)
    secret_service.end()
    files = secret_service.files()
    assert files
    for path in files:
        data = path.read_bytes()
        for value in (ALL.password, ALL.key_password, ALL.registry_password):
            assert value.encode() not in data
    secret_service.start()
    assert Secrets().read("acme") == (ALL, "")


def test_that_other_programs_of_the_system_can_provide_it(secret_service: SecretService) -> None:
    secret_service.start()
    open_store().set_password("meshdesk/acme", "password", "from elsewhere")
    assert Secrets().read("acme") == (Credentials("from elsewhere"), "")


def test_that_what_is_emptied_is_removed(secret_service: SecretService) -> None:
    secret_service.start()
    Secrets().keep("acme", ALL)
    Secrets().keep("acme", Credentials("the new one"))
    assert Secrets().read("acme") == (Credentials("the new one"), "")
    assert items() == ["password"]
    assert Secrets().forget("acme") == ""
    assert items() == []
    assert Secrets().forget("acme") == ""  # of which there is nothing


def items() -> list[str]:
    """What the keyring holds, by the name of the user."""
    import secretstorage

    with closing(secretstorage.dbus_init()) as bus:
        return sorted(item.get_attributes()["username"] for item in secretstorage.Collection(bus).get_all_items())


# Long ones


@pytest.mark.parametrize(
    "value",
    [
        LONG[:1_200],
        LONG[:1_201],
        LONG,
        "🗝" * 1_999 + "x",  # two units of UTF-16 each
        f"{CUT}3:abc",  # which begins as the first of several parts does
        CUT,
        "line\nline\r\n\ttab",
        "\x00 and \x7f",
    ],
    ids=["what fits", "one more", "long", "outside the plane", "like a part", "like its mark", "lines", "controls"],
)
def test_that_any_secret_comes_back_as_it_was_and_no_part_is_too_long_for_windows(
    secret_service: SecretService, value: str
) -> None:
    secret_service.start()
    assert Secrets().keep("acme", Credentials(key_password=value)) == ""
    assert Secrets().read("acme") == (Credentials(key_password=value), "")
    store = open_store()
    for user in items():
        part = store.get_password("meshdesk/acme", user) or ""
        assert len(part.encode("utf-16")) <= 2_560


def test_that_a_shorter_one_leaves_no_parts_of_the_longer_one(secret_service: SecretService) -> None:
    secret_service.start()
    kept = Secrets()
    kept.keep("acme", Credentials(LONG))
    assert len(items()) == 8
    kept.keep("acme", Credentials(LONG[:3_000]))
    assert kept.read("acme")[0].password == LONG[:3_000]
    assert len(items()) == 4
    kept.keep("acme", Credentials("short"))
    assert items() == ["password"]
    kept.keep("acme", Credentials(LONG))
    kept.forget("acme")
    assert items() == []


def test_that_a_long_one_that_is_not_whole_is_a_sentence(secret_service: SecretService) -> None:
    secret_service.start()
    Secrets().keep("acme", Credentials(LONG))
    store = open_store()
    store.set_password("meshdesk/acme", "password/3", "cut short")
    read, sentence = Secrets().read("acme")
    assert read == Credentials()
    assert sentence == "What the keyring holds of this connection is not whole. Enter the secret again."
    store.set_password("meshdesk/acme", "password", f"{CUT}many:{hashlib.sha256(b'').hexdigest()[:16]}")
    assert Secrets().read("acme")[0] == Credentials()


def test_that_one_that_no_keyring_should_hold_lives_for_this_run(secret_service: SecretService) -> None:
    secret_service.start()
    kept = Secrets()
    said = kept.keep("acme", Credentials("x" * 80_000))
    assert said.startswith("A secret is longer than a keyring is asked to hold (76,800 characters). Name a file")
    assert kept.read("acme")[0].password == "x" * 80_000
    assert items() == []


# Locked, and unlocked later


def test_that_a_locked_keyring_is_said_and_read_once_it_is_unlocked(secret_service: SecretService) -> None:
    secret_service.start()
    kept, asked = Secrets(), []
    kept.keep("acme", ALL)
    secret_service.lock()
    read, sentence = kept.read("acme", lambda: asked.append("asked"))
    assert (read, asked) == (Credentials(), ["asked"])
    assert sentence.startswith("The keyring of this system is locked. Unlock it")
    secret_service.unlock()
    assert kept.read("acme", lambda: asked.append("again")) == (ALL, "")
    assert asked == ["asked"]


def test_that_what_a_locked_keyring_does_not_take_lives_for_this_run(secret_service: SecretService) -> None:
    secret_service.start()
    kept = Secrets()
    kept.keep("acme", Credentials("the old one"))
    secret_service.lock()
    said = kept.keep("acme", ALL)
    assert said.endswith("MeshDesk keeps the passwords of “acme” in memory, for this run alone.")
    assert kept.read("acme") == (ALL, "")
    assert Secrets().read("acme")[1].startswith("The keyring of this system is locked.")  # another run knows nothing
    secret_service.unlock()
    assert kept.read("acme") == (ALL, "")  # what was typed wins over what is stored
    assert kept.keep("acme", ALL) == ""
    assert Secrets().read("acme") == (ALL, "")


def test_that_nobody_who_unlocks_it_is_waited_for_only_so_long(secret_service: SecretService) -> None:
    secret_service.start()
    kept = Secrets(limit=10.0, prompt=0.3)
    kept.keep("acme", ALL)
    secret_service.lock()
    with closing(SilentPrompter(secret_service)):
        began = time.monotonic()
        read, sentence = kept.read("acme")
        assert (read, sentence[:42]) == (Credentials(), "The keyring of this system is locked. Unlo")
        assert time.monotonic() - began < 5.0
    secret_service.unlock()
    wait_for(lambda: late_calls() == 0)
    assert kept.read("acme") == (ALL, "")


class SilentPrompter:
    """The window in which the keyring asks for its password, and nobody who types it."""

    def __init__(self, service: SecretService) -> None:
        from jeepney import message_bus
        from jeepney.io.blocking import open_dbus_connection

        self._bus = open_dbus_connection(service.address)
        reply = self._bus.send_and_get_reply(message_bus.RequestName("org.gnome.keyring.SystemPrompter"))
        assert reply.body == (1,)

    def close(self) -> None:
        self._bus.close()


# Absent


def test_that_without_a_keyring_a_secret_lives_for_this_run_and_that_is_said(secret_service: SecretService) -> None:
    kept = Secrets()
    said = kept.keep("acme", ALL)  # there is a bus, and nothing on it
    assert said.startswith("This system has no keyring that MeshDesk trusts")
    assert said.endswith("MeshDesk keeps the passwords of “acme” in memory, for this run alone.")
    assert kept.read("acme") == (ALL, "")
    assert Secrets().read("acme")[1].startswith("This system has no keyring")
    assert kept.keep("acme", Credentials()) == ""  # nothing that could be lost
    assert kept.read("acme")[0] == Credentials()
    assert kept.forget("acme") == ""


def test_that_without_a_bus_it_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    with pytest.raises(NoKeyringProblem):
        open_store()
    assert Secrets().keep("acme", ALL).startswith("This system has no keyring")


def test_that_a_keyring_that_never_held_anything_is_not_made_by_reading(secret_service: SecretService) -> None:
    secret_service.start(is_unlocked=False)
    asked: list[str] = []
    assert Secrets().read("acme", lambda: asked.append("asked")) == (Credentials(), "")
    assert Secrets().forget("acme") == ""
    assert asked == []
    kept = Secrets()
    assert "in memory, for this run alone" in kept.keep("acme", ALL)  # nobody is here to choose its password
    assert kept.read("acme") == (ALL, "")


def test_that_one_that_ends_meanwhile_is_a_sentence(secret_service: SecretService) -> None:
    secret_service.start()
    kept = Secrets()
    kept.keep("acme", ALL)
    secret_service.end()
    read, sentence = kept.read("acme")
    assert read == Credentials()
    assert sentence.startswith("This system has no keyring")
    secret_service.start()
    assert kept.read("acme") == (ALL, "")


# Hanging


def test_that_a_hanging_keyring_is_a_sentence_and_everything_goes_on(secret_service: SecretService) -> None:
    secret_service.start()
    kept = Secrets(limit=0.3)
    assert Secrets().keep("acme", ALL) == ""
    secret_service.hang()
    began = time.monotonic()
    read, sentence = kept.read("acme")
    assert time.monotonic() - began < 5.0
    assert read == Credentials()
    assert sentence.startswith(
        "The keyring of this system has not answered for 0.3 s. It may be asking for its password"
    )
    said = kept.keep("other", Credentials("typed anew"))
    assert "has not answered" in said
    assert said.endswith("in memory, for this run alone.")
    assert kept.read("other") == (Credentials("typed anew"), "")
    secret_service.go_on()
    wait_for(lambda: late_calls() == 0)
    assert Secrets().read("acme") == (ALL, "")


def test_that_calls_that_never_come_back_are_bounded(secret_service: SecretService) -> None:
    secret_service.start()
    secret_service.hang()
    kept = Secrets(limit=0.05)
    before = late_calls()
    for _ in range(3 * HANGING):
        assert "has not answered" in kept.read("acme")[1]
    assert late_calls() - before == HANGING
    secret_service.go_on()
    wait_for(lambda: late_calls() == 0)
    wait_for(lambda: kept.read("acme")[1] == "")


# Which keyrings are spoken to


def test_that_a_keyring_of_plain_text_is_never_taken(secret_service: SecretService, tmp_path: Path) -> None:
    """keyring itself would take it: it has a priority, the Secret Service is not there, and the environment names it."""
    (tmp_path / "plain.py").write_text(PLAIN)
    (tmp_path / "plain-1.dist-info").mkdir()
    (tmp_path / "plain-1.dist-info" / "METADATA").write_text("Name: plain\nVersion: 1\n")
    (tmp_path / "plain-1.dist-info" / "entry_points.txt").write_text("[keyring.backends]\nplain = plain\n")
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    for extra in ({}, {"PYTHON_KEYRING_BACKEND": "plain.Plain"}):
        ran = subprocess.run(
            [sys.executable, "-c", ASKING], env=environment | extra, capture_output=True, text=True, timeout=60
        )
        assert ran.stdout == "Plain\nNoKeyringProblem\n", ran.stderr


PLAIN = """
from keyring.backend import KeyringBackend
class Plain(KeyringBackend):
    priority = 20
    def get_password(self, service, username): return "plain"
    def set_password(self, service, username, password): pass
    def delete_password(self, service, username): pass
"""
ASKING = """
import keyring
print(type(keyring.get_keyring()).__name__)
from meshdesk.session.secrets import open_store
try:
    print(type(open_store()).__module__)
except Exception as error:
    print(type(error).__name__)
"""


def test_that_those_that_may_be_spoken_to_exist_and_are_none_of_plain_text() -> None:
    for _, module, name in ALLOWED:
        assert not {"fail", "null", "chainer", "file", "alt"} & {module}
        assert hasattr(import_module(f"keyring.backends.{module}"), name)


# Never shown


class Refusing:
    """A keyring whose errors say what they were given."""

    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError("hunter2-the-secret")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError(password)

    def delete_password(self, service: str, username: str) -> None:
        raise RuntimeError("hunter2-the-secret")


def test_that_what_a_keyring_says_of_itself_is_not_passed_on() -> None:
    said = Secrets(Refusing).keep("acme", Credentials("hunter2-the-secret"))
    assert said.startswith("The keyring of this system refused: ")
    assert "hunter2" not in said + repr(Credentials("hunter2-the-secret"))


def test_that_what_was_read_is_redacted_in_the_log_from_then_on(
    secret_service: SecretService, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret_service.start()
    value = "only-the-keyring-knows"
    open_store().set_password("meshdesk/acme", "password", value)
    assert logs.redacted(value) == value
    Secrets().read("acme")
    assert logs.redacted(f"it was {value}, said a library") == "it was •••, said a library"
    Secrets().remember("other", Credentials(key_password="typed-and-never-stored"))
    assert "typed" not in logs.redacted("typed-and-never-stored")


def test_that_nothing_is_logged(secret_service: SecretService, caplog: pytest.LogCaptureFixture) -> None:
    secret_service.start()
    with caplog.at_level(logging.DEBUG):
        Secrets().keep("acme", ALL)
        Secrets().read("acme")
    assert not [record for record in caplog.records if record.name.startswith("meshdesk")]
    for value in (ALL.password, ALL.key_password, ALL.registry_password):
        assert value not in caplog.text


def test_that_no_keyring_is_loaded_before_one_is_asked() -> None:
    line = f"import sys, {secrets.__name__}; assert not {{'keyring', 'secretstorage', 'jeepney'}} & set(sys.modules)"
    assert subprocess.run([sys.executable, "-c", line]).returncode == 0
