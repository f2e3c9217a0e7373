"""A port in front of a Kafka listener that hands everything on, and writes down what each request of a client is.

Every request begins with its length, the API key and the version of the API (Kafka protocol guide, "Request header").
"""

import socket
import struct
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread

from meshdesk.demo.node import HOST
from tests.broker.collect.listening import copy


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a client."""

    key: int  # API key
    version: int
    body: bytes  # with what else the header holds


class Recorder:
    """Listens from the start; hands on to the port `target` once that is set."""

    def __init__(self) -> None:
        self.target = 0
        self.requests: list[Request] = []
        self._server = socket.create_server((HOST, 0))
        self._ends: list[socket.socket] = []
        self._threads: list[Thread] = []
        self._begin(self._accept)

    @property
    def port(self) -> int:
        return int(self._server.getsockname()[1])

    @property
    def address(self) -> str:
        """HOST:PORT for clients."""
        return f"{HOST}:{self.port}"

    @property
    def keys(self) -> Counter[int]:
        """How often each API was asked."""
        return Counter(request.key for request in self.requests)

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._threads.pop(0).join()
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for one in (self._server, *self._ends):
            one.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._server.accept()
                far = socket.create_connection((HOST, self.target))
            except OSError:
                return  # it was closed
            self._ends += [near, far]
            self._begin(self._read, near, far)
            self._begin(copy, far, near)

    def _read(self, near: socket.socket, far: socket.socket) -> None:
        held = b""
        with suppress(OSError):
            while data := near.recv(65_536):
                held = self._note(held + data)
                far.sendall(data)
            far.shutdown(socket.SHUT_WR)

    def _note(self, held: bytes) -> bytes:
        """Takes whole requests off; what is left."""
        while len(held) >= 8:
            length, key, version = struct.unpack(">ihh", held[:8])
            if len(held) < 4 + length:
                break
            self.requests.append(Request(key, version, held[8 : 4 + length]))
            held = held[4 + length :]
        return held

    def _begin(self, work: Callable[..., None], *ends: socket.socket) -> None:
        thread = Thread(target=work, args=ends)
        self._threads.append(thread)
        thread.start()
