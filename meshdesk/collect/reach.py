"""One address, tried step by step: its name, its port, and what is spoken there. Nothing is kept open, nothing is asked twice.

What is spoken is learnt with a question that every Kafka answers before any login: ApiVersions, version 0 (KIP-35); and
whether one is let in with another: Metadata of no topic, in a version that the answer names.
"""

import errno
import re
import socket
import ssl
import struct
import threading
import time
from dataclasses import dataclass
from enum import Enum
from queue import Empty, SimpleQueue
from typing import Any

from meshdesk.model.step import Name

NO_WAY = (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
QUESTION_ID = 0x6D657368
# Length, API key 18, version 0, the question's own number, the name of the client (protocol guide, request header v1).
QUESTION = struct.pack(">ihhih8s", 18, 18, 0, QUESTION_ID, 8, b"meshdesk")
METADATA = 3
METADATA_VERSIONS = 4, 7  # those of one form: topics (none), and that none is to be made
NUDGE = b"\r\n\r\n"  # by which a web server answers to what it takes for the beginning of a question
HEAD = 10  # bytes of an answer that tell who gave it: length, the question's number, an error code
LONGEST = 1 << 20  # bytes; a Kafka's answer has some 500


class Unreached(Exception):
    """An address does not do; `step` says at which step, `text` and `advice` are sentences."""

    def __init__(self, step: Name, text: str, advice: str) -> None:
        super().__init__(f"{text} {advice}".strip())
        self.step, self.text, self.advice = step, text, advice


class Speaks(Enum):
    """What is behind a port, by its answer."""

    KAFKA = "Kafka"
    BARRED = "a Kafka that wants a login"  # it answers what may be asked before one, and hangs up at anything else
    TLS = "TLS"
    HTTP = "HTTP"
    OTHER = "something else"
    NOTHING = "nothing"  # it hung up, or was silent


@dataclass(frozen=True, slots=True)
class Address:
    """Where something listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_numeric(self) -> bool:
        """Whether there is no name to look up."""
        return ":" in self.host or re.fullmatch(r"[\d.]+", self.host) is not None


@dataclass(frozen=True, slots=True)
class Place:
    """What a name stands for: one socket to be."""

    family: int
    target: Any  # as the socket module takes it: IPv4 and IPv6 differ

    @property
    def numbers(self) -> str:
        return str(self.target[0])


def addresses(bootstrap: str) -> list[Address]:
    """Those of a list of brokers; what is no HOST:PORT is left out.

    >>> [str(address) for address in addresses("PLAINTEXT://a:1, [::1]:2")]
    ['a:1', '[::1]:2']
    """
    found = []
    for part in filter(None, (part.strip() for part in bootstrap.split(","))):
        host, _, port = re.sub(r"^\w+://", "", part).rpartition(":")
        if host and port.isdecimal():
            found.append(Address(host.strip("[]"), int(port)))
    return list(dict.fromkeys(found))


def resolve(address: Address, seconds: float) -> list[Place]:
    """What its name stands for. Raises Unreached."""
    answers: SimpleQueue[list[Place] | Exception] = SimpleQueue()

    def ask() -> None:  # in a thread of its own: the system's resolver has no limit of time
        try:
            found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
            answers.put([Place(family, target) for family, _, _, _, target in found])
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except Empty:
        raise Unreached(
            "name",
            f"Nobody said within {seconds:.0f} s what the name {address.host} stands for.",
            "Check the DNS and the VPN of this machine.",
        ) from None
    if isinstance(answer, Exception):
        raise Unreached(
            "name",
            f"The name {address.host} is not known to this machine.",
            "Check the spelling, the VPN and the DNS.",
        ) from answer
    return answer


def connect(address: Address, places: list[Place], seconds: float) -> socket.socket:
    """A connection to the first place that takes one; the caller closes it. Raises Unreached."""
    until = time.monotonic() + seconds
    last: OSError = TimeoutError()
    for number, place in enumerate(places):
        left = max(0.05, (until - time.monotonic()) / (len(places) - number))
        one = socket.socket(place.family, socket.SOCK_STREAM)
        try:
            one.settimeout(left)
            one.connect(place.target)
            return one
        except OSError as error:
            one.close()
            last = error
    raise _unconnected(address, last, seconds) from last


def _unconnected(address: Address, error: OSError, seconds: float) -> Unreached:
    if isinstance(error, ConnectionRefusedError):
        advice = "The port is closed: check the host and the port, and whether the broker runs."
        return Unreached("tcp", f"Nothing answers at {address}.", advice)
    if isinstance(error, TimeoutError):
        return Unreached(
            "tcp",
            f"{address} did not answer within {seconds:.0f} s: nothing came back at all.",
            "Check the port, and the VPN and the firewall between this machine and it.",
        )
    if error.errno in NO_WAY:
        return Unreached("tcp", f"There is no way from this machine to {address}.", "Check the network and the VPN.")
    reason = (error.strerror or "no reason was given").rstrip(".").lower()
    return Unreached("tcp", f"No connection to {address} can be made: {reason}.", "Check the host and the port.")


def spoken(stream: socket.socket, seconds: float) -> Speaks:
    """What answers ApiVersions at the other end of a connection, with TLS around it or without.

    Raises ssl.SSLError where TLS itself says no.
    """
    head: bytes | None = None
    try:
        for words in (QUESTION, NUDGE):
            stream.settimeout(seconds)
            stream.sendall(words)
            head = _heard(stream, seconds / 2)
            if head is not None:
                break
    except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
        return Speaks.NOTHING
    except ssl.SSLError:
        raise
    except OSError:  # it hung up
        pass
    speaks = _told_by(head or b"")
    return _let_in(stream, head or b"", seconds / 2) if speaks is Speaks.KAFKA else speaks


def _let_in(stream: socket.socket, head: bytes, seconds: float) -> Speaks:
    """KAFKA or BARRED. Where the question cannot be asked, or the answer takes its time, nothing speaks against it."""
    length = struct.unpack(">i", head[:4])[0] + 4
    try:
        versions = _rest(stream, head, length, seconds)[HEAD + 4 :]
        pairs = struct.iter_unpack(">hhh", versions[: len(versions) // 6 * 6])
        least, most = next(((least, most) for key, least, most in pairs if key == METADATA), (0, 0))
        version = max(least, METADATA_VERSIONS[0])
        if not version <= min(most, METADATA_VERSIONS[1]):
            return Speaks.KAFKA
        stream.sendall(struct.pack(">ihhih8si?", 23, METADATA, version, QUESTION_ID, 8, b"meshdesk", 0, False))
        stream.settimeout(seconds)
        return Speaks.KAFKA if stream.recv(1) else Speaks.BARRED
    except TimeoutError:
        return Speaks.KAFKA
    except (ConnectionError, ssl.SSLZeroReturnError, ssl.SSLEOFError):
        return Speaks.BARRED


def _rest(stream: socket.socket, head: bytes, length: int, seconds: float) -> bytes:
    """The whole answer that begins with `head`. Raises TimeoutError."""
    until = time.monotonic() + seconds
    while len(head) < length:
        stream.settimeout(max(0.01, until - time.monotonic()))
        piece = stream.recv(length - len(head))
        if not piece:
            raise ConnectionAbortedError
        head += piece
    return head


def _heard(stream: socket.socket, seconds: float) -> bytes | None:
    """The head of an answer, what there is of it where the other end hangs up; None where it is silent."""
    until, head = time.monotonic() + seconds, b""
    while len(head) < HEAD:
        stream.settimeout(max(0.01, until - time.monotonic()))
        try:
            piece = stream.recv(HEAD - len(head))
        except TimeoutError:
            return head or None
        if not piece:
            break
        head += piece
    return head


def _told_by(head: bytes) -> Speaks:
    if len(head) == HEAD:
        length, number, _ = struct.unpack(">iih", head)
        if number == QUESTION_ID and 6 <= length <= LONGEST:
            return Speaks.KAFKA
    if head[:2] in (b"\x15\x03", b"\x16\x03"):  # an alert or a handshake (RFC 8446, 5.1)
        return Speaks.TLS
    if head.startswith(b"HTTP/"):
        return Speaks.HTTP
    return Speaks.OTHER if head else Speaks.NOTHING
