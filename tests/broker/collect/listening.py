"""Ports of this machine that are no Kafka's: closed ones, one that speaks TLS with its own certificate, one with a script."""

import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest

HOST = "127.0.0.1"


def closed_port() -> int:
    """A port where nobody listens."""
    return closed_ports(1)[0]


def closed_ports(number: int) -> list[int]:
    """So many different ones."""
    with ExitStack() as held:
        free = [held.enter_context(socket.socket()) for _ in range(number)]
        for one in free:
            one.bind((HOST, 0))
        return [int(one.getsockname()[1]) for one in free]


@contextmanager
def black_hole() -> Iterator[int]:
    """A port that answers nothing at all, as one behind a firewall that drops: its queue of connections is full."""
    with ExitStack() as held:
        server = held.enter_context(socket.socket())
        server.bind((HOST, 0))
        server.listen(0)
        for _ in range(8):  # Linux takes one or two more than it was told
            one = held.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(server.getsockname())
        yield int(server.getsockname()[1])


@contextmanager
def tls_port(folder: Path) -> Iterator[tuple[int, Path]]:
    """(port, certificate) of a listener that shakes hands and says nothing more."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed (Debian: apt install openssl).")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    name = ["-subj", "/CN=localhost", "-addext", f"subjectAltName=IP:{HOST}"]
    line = [openssl, *words, *name, "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(line, check=True, capture_output=True, timeout=30)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server((HOST, 0)) as server:
        thread = Thread(target=_shake_hands, args=(server, context))
        thread.start()
        yield int(server.getsockname()[1]), certificate
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def _shake_hands(server: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            one, _ = server.accept()
        except OSError:
            return  # the test is over
        one.settimeout(2)
        with one, suppress(OSError), context.wrap_socket(one, server_side=True) as talk:
            talk.recv(1_000)


@contextmanager
def scripted_port(answer: Callable[[str], Iterable[bytes]]) -> Iterator[str]:
    """Its address: each question over HTTP gets the pieces of `answer(head)` as they are, and the connection is closed."""
    threads: list[Thread] = []
    with socket.create_server((HOST, 0)) as server:
        threads.append(Thread(target=_accept, args=(server, answer, threads)))
        threads[0].start()
        yield f"http://{HOST}:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()


def _accept(server: socket.socket, answer: Callable[[str], Iterable[bytes]], threads: list[Thread]) -> None:
    while True:
        try:
            one, _ = server.accept()
        except OSError:
            return  # the test is over
        threads.append(Thread(target=_answer, args=(one, answer)))
        threads[-1].start()


def _answer(one: socket.socket, answer: Callable[[str], Iterable[bytes]]) -> None:
    one.settimeout(10)
    head = b""
    with one, suppress(OSError):
        while b"\r\n\r\n" not in head:
            piece = one.recv(10_000)
            if not piece:
                return
            head += piece
        for piece in answer(head.decode()):
            one.sendall(piece)


class Relay:
    """A port that hands everything on to another one while it is open; closed, nobody answers there."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self.port = closed_port()
        self._server: socket.socket | None = None
        self._ends: list[socket.socket] = []
        self._threads: list[Thread] = []

    def open(self) -> None:
        self._server = socket.create_server((HOST, self.port))
        self._begin(self._accept, self._server)

    def close(self) -> None:
        if self._server is None:
            return
        server, self._server = self._server, None
        server.shutdown(socket.SHUT_RDWR)
        self._threads.pop(0).join()  # who accepts; no connection comes behind that
        for end in self._ends:
            with suppress(OSError):  # it has ended by itself
                end.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for one in (server, *self._ends):
            one.close()
        self._ends, self._threads = [], []

    def _accept(self, server: socket.socket) -> None:
        while True:
            try:
                near, _ = server.accept()
            except OSError:
                return  # it was closed
            far = socket.create_connection(self._target)
            self._ends += [near, far]
            self._begin(copy, near, far)
            self._begin(copy, far, near)

    def _begin(self, work: Callable[..., None], *ends: socket.socket) -> None:
        thread = Thread(target=work, args=ends)
        self._threads.append(thread)
        thread.start()


def copy(source: socket.socket, target: socket.socket) -> None:
    """Hands on what comes, until one of the two ends."""
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
