"""A Secret Service of its own for tests: a real gnome-keyring-daemon on a private D-Bus, that can be locked, hung and ended."""

import os
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

PASSWORD = "of the keyring itself"
SECONDS = 20.0  # for a daemon to be there, on a machine that is very busy
# No service is started by the bus: what is not there stays away, and no window for a password comes up on anybody's screen.
BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir={folder}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
"""
INTERNAL = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface"


class SecretService:
    """The bus, and on it the daemon once `start` was called."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for name in ("data", "run", "bus"):
            (folder / name).mkdir(mode=0o700)
        config = folder / "bus.conf"
        config.write_text(BUS.format(folder=folder / "bus"))
        line = ["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address=1"]
        self._bus = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self._bus.stdout is not None
        with selectors.DefaultSelector() as selector:  # select() takes no number of a file above 1,024
            selector.register(self._bus.stdout, selectors.EVENT_READ)
            if not selector.select(SECONDS):
                raise RuntimeError("The private D-Bus did not start.")
        self.address = self._bus.stdout.readline().strip()
        self._daemon: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs in its environment to find it."""
        return {
            "DBUS_SESSION_BUS_ADDRESS": self.address,
            "XDG_DATA_HOME": str(self._folder / "data"),
            "XDG_RUNTIME_DIR": str(self._folder / "run"),
        }

    def start(self, is_unlocked: bool = True) -> None:
        """Starts the daemon, with a keyring that is open, or with none in it."""
        line = ["gnome-keyring-daemon", "--foreground", "--components=secrets"]
        line += ["--unlock"] if is_unlocked else []
        self._daemon = subprocess.Popen(
            line,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | self.environment | {"HOME": str(self._folder)},
        )
        assert self._daemon.stdin is not None
        with self._daemon.stdin as pipe:
            pipe.write(PASSWORD.encode() if is_unlocked else b"")
        until = time.monotonic() + SECONDS
        while not self._is_there():
            if time.monotonic() > until or self._daemon.poll() is not None:
                raise RuntimeError("gnome-keyring-daemon did not start.")
            time.sleep(0.02)

    def lock(self) -> None:
        import secretstorage

        with closing(self._connection()) as bus:
            secretstorage.Collection(bus).lock()

    def unlock(self) -> None:
        """As the system does at a login: with the keyring's own password, asking nobody."""
        from jeepney import DBusAddress, new_method_call

        with closing(self._connection()) as bus:
            path = "/org/freedesktop/secrets"
            service = DBusAddress(path, "org.freedesktop.secrets", "org.freedesktop.Secret.Service")
            opened = bus.send_and_get_reply(new_method_call(service, "OpenSession", "sv", ("plain", ("s", ""))))
            secret = (opened.body[1], b"", PASSWORD.encode(), "text/plain")
            internal = DBusAddress(path, "org.freedesktop.secrets", INTERNAL)
            collection = f"{path}/collection/login"
            call = new_method_call(internal, "UnlockWithMasterPassword", "o(oayays)", (collection, secret))
            bus.send_and_get_reply(call)

    def hang(self) -> None:
        """From now on it answers nothing."""
        assert self._daemon is not None
        self._daemon.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self._daemon is not None
        self._daemon.send_signal(signal.SIGCONT)

    def end(self) -> None:
        """Ends the daemon; what it stored stays on the disk."""
        if self._daemon is not None:
            self.go_on()
            self._daemon.terminate()
            self._daemon.wait(SECONDS)
            self._daemon = None

    def close(self) -> None:
        self.end()
        self._bus.terminate()
        self._bus.wait(SECONDS)
        if self._bus.stdout is not None:
            self._bus.stdout.close()

    def files(self) -> list[Path]:
        """What it has on the disk."""
        return [path for path in (self._folder / "data").rglob("*") if path.is_file()]

    def _is_there(self) -> bool:
        import secretstorage

        with closing(self._connection()) as bus:
            return secretstorage.check_service_availability(bus)

    def _connection(self) -> Any:  # jeepney's, which has no types
        from jeepney.io.blocking import open_dbus_connection

        return open_dbus_connection(self.address)


@pytest.fixture
def secret_service(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SecretService]:
    """A private bus with no keyring on it yet, as this process and its children see it."""
    if not (shutil.which("dbus-daemon") and shutil.which("gnome-keyring-daemon")):
        pytest.skip("There is no gnome-keyring-daemon and no dbus-daemon here.")
    service = SecretService(tmp_path_factory.mktemp("keyring"))
    for name, value in service.environment.items():
        monkeypatch.setenv(name, value)
    try:
        yield service
    finally:
        service.close()
