"""An address tried by hand: its name, its port, and what answers there; real sockets on loopback."""

import socket
import struct
from collections.abc import Iterator
from threading import Event, Thread
from typing import Any

import pytest

from meshdesk.collect.reach import Address, Place, Speaks, Unreached, addresses, connect, resolve, spoken
from tests.broker.collect.listening import HOST, black_hole, closed_port
from tests.secure_kafka import SecureKafka


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a:1,b:2", ["a:1", "b:2"]),
        (" SASL_SSL://a:1 , a:1,", ["a:1"]),
        ("[fe80::1%eth0]:9092", ["[fe80::1%eth0]:9092"]),
        ("a,:1,b:", []),
    ],
)
def test_the_addresses_of_a_list_of_brokers(text: str, wanted: list[str]) -> None:
    assert list(map(str, addresses(text))) == wanted


@pytest.mark.parametrize(
    ("host", "is_numeric"), [("127.0.0.1", True), ("::1", True), ("localhost", False), ("1a", False)]
)
def test_that_an_address_is_no_name(host: str, is_numeric: bool) -> None:
    assert Address(host, 1).is_numeric == is_numeric


def test_that_a_name_is_looked_up_and_one_that_nobody_knows_is_said() -> None:
    assert HOST in [place.numbers for place in resolve(Address("localhost", 1), 5)]
    for name in ("broker.invalid", "x" * 300, "a..b"):
        with pytest.raises(Unreached, match=f"The name {name} is not known to this machine") as raised:
            resolve(Address(name, 1), 5)
        assert raised.value.step == "name"


def test_that_a_resolver_that_hangs_is_waited_for_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    over = Event()
    asked = []

    def hang(*_: object, **__: object) -> list[object]:
        asked.append(over.wait(10))
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    with pytest.raises(Unreached, match="Nobody said within 1 s what the name kafka stands for"):
        resolve(Address("kafka", 1), 0.6)
    assert asked == [], "nobody waited for it"
    over.set()


def places(port: int) -> list[Place]:
    return [Place(socket.AF_INET, (HOST, port))]


def test_that_the_first_place_that_takes_a_connection_is_taken() -> None:
    with socket.create_server((HOST, 0)) as server:
        port = server.getsockname()[1]
        with connect(Address("x", port), [*places(closed_port()), *places(port)], 2) as one:
            assert one.getpeername() == (HOST, port)


def test_that_a_closed_port_and_a_black_hole_are_told_apart() -> None:
    port = closed_port()
    with pytest.raises(Unreached, match=f"Nothing answers at {HOST}:{port}. The port is closed") as raised:
        connect(Address(HOST, port), places(port), 1)
    assert raised.value.step == "tcp"
    with black_hole() as port, pytest.raises(Unreached, match="did not answer within 1 s: nothing came back at all"):
        connect(Address(HOST, port), places(port), 0.6)


def test_that_a_network_that_is_not_there_is_said() -> None:
    unreachable = [Place(socket.AF_INET6, ("2001:db8::1", 9, 0, 0))]  # RFC 3849: documentation
    with pytest.raises(Unreached, match=r"x:9"):
        connect(Address("x", 9), unreachable, 1)


# What is spoken


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    here, there = socket.socketpair()
    with here, there:
        yield here, there


@pytest.mark.parametrize(
    ("answer", "speaks"),
    [
        (b"\x00\x00\x01\x00mesh\x00\x00\x00\x00", Speaks.BARRED),  # it says so, and hangs up
        (b"\x00\x00\x01\x00mess\x00\x00\x00\x00", Speaks.OTHER),
        (b"\xff\x00\x01\x00mesh\x00\x00\x00\x00", Speaks.OTHER),
        (b"\x15\x03\x03\x00\x02\x02\x50", Speaks.TLS),
        (b"HTTP/1.1 400 Bad Request", Speaks.HTTP),
        (b"220 mail", Speaks.OTHER),
        (b"", Speaks.NOTHING),
    ],
)
def test_that_an_answer_tells_who_gave_it(
    ends: tuple[socket.socket, socket.socket], answer: bytes, speaks: Speaks
) -> None:
    here, there = ends
    there.sendall(answer)
    there.shutdown(socket.SHUT_WR)
    assert spoken(here, 2) is speaks


def test_that_a_kafka_that_lets_nobody_in_is_told_from_one_that_does(secure_kafka: SecureKafka) -> None:
    for listener, speaks in (("PLAIN", Speaks.KAFKA), ("LOGIN", Speaks.BARRED)):
        with socket.create_connection((HOST, secure_kafka.ports[listener])) as one:
            assert spoken(one, 5) is speaks


@pytest.mark.parametrize("pairs", [[], [(3, 0, 3)], [(3, 12, 13)], [(18, 0, 4)]])
def test_that_a_kafka_of_another_age_is_not_asked_on(
    ends: tuple[socket.socket, socket.socket], pairs: list[Any]
) -> None:
    here, there = ends
    said = b"".join(struct.pack(">hhh", *pair) for pair in pairs)
    there.sendall(struct.pack(">i4shi", 10 + len(said), b"mesh", 0, len(pairs)) + said)
    assert spoken(here, 2) is Speaks.KAFKA
    assert len(there.recv(100)) == 22, "one question"


def test_that_silence_is_nothing(ends: tuple[socket.socket, socket.socket]) -> None:
    assert spoken(ends[0], 0.2) is Speaks.NOTHING


def test_that_a_web_server_is_made_to_answer(ends: tuple[socket.socket, socket.socket]) -> None:
    here, there = ends

    def serve() -> None:
        said = b""
        while b"\r\n\r\n" not in said:
            said += there.recv(100)
        there.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    server = Thread(target=serve)
    server.start()
    assert spoken(here, 2) is Speaks.HTTP
    server.join()
