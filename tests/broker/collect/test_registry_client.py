"""How a registry is spoken to: login and TLS, through proxies that write down what they see, and what is said where it does not answer."""

import base64
import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from threading import Thread
from urllib.parse import quote, urlsplit

import httpx
import pytest

from meshdesk.collect.properties import PropertiesError
from meshdesk.collect.registry_client import PROXY_UNUSABLE, Refused, RegistryClient
from meshdesk.demo.registry import Schema, SchemaRegistry
from tests.broker.collect.listening import HOST, closed_port, copy
from tests.certificates import AUTHORITY
from tests.secure_kafka import REGISTRY_PASSWORD, REGISTRY_USER, SecureRegistry

USER = f"{REGISTRY_USER}:{REGISTRY_PASSWORD}"


class Proxy:
    """An HTTP proxy that writes down the first line of each question, and whether it came with the proxy's own login."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.logins: list[str] = []
        self._server = socket.create_server((HOST, 0))
        self._threads = [Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def address(self) -> str:
        return f"{HOST}:{self._server.getsockname()[1]}"

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                one, _ = self._server.accept()
            except OSError:
                return
            one.settimeout(10)
            self._threads.append(Thread(target=self._serve, args=(one,)))
            self._threads[-1].start()

    def _serve(self, near: socket.socket) -> None:
        head = b""
        with near, suppress(OSError):
            while b"\r\n\r\n" not in head:
                head += near.recv(10_000)
            first = head.split(b"\r\n")[0].decode()
            self.seen.append(first)
            self.logins += [line for line in head.decode().split("\r\n") if line.lower().startswith("proxy-auth")]
            method, target, _ = first.split()
            to = urlsplit(target if "://" in target else f"//{target}")
            with socket.create_connection((to.hostname or "", to.port or 80), 10) as far:
                if method == "CONNECT":
                    near.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                else:  # one question a connection
                    path = target.removeprefix(f"http://{to.netloc}")
                    far.sendall(head.replace(target.encode(), path.encode(), 1).replace(b"keep-alive", b"close"))
                back = Thread(target=copy, args=(far, near))
                back.start()
                copy(near, far)
                back.join()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    running = Proxy()
    yield running
    running.close()


def answer(url: str, user: str = "", ca: str = "") -> object:
    client = RegistryClient(url, user, ca, 5)
    try:
        return client.get("/schemas/types")
    finally:
        client.close()


def reason(url: str, user: str = "", ca: str = "") -> tuple[str, str]:
    client = RegistryClient(url, user, ca, 1)
    try:
        with pytest.raises((httpx.HTTPError, Refused, ValueError)) as raised:
            client.get("/schemas/types")
        return client.reason(raised.value)
    finally:
        client.close()


# Login and TLS


def test_that_a_login_and_an_authority_open_a_registry(secure_registry: SecureRegistry) -> None:
    ca = str(secure_registry.ca)
    assert answer(secure_registry.url, USER, ca) == ["JSON", "PROTOBUF", "AVRO"]
    in_it = secure_registry.url.replace("https://", f"https://{REGISTRY_USER}:{quote(REGISTRY_PASSWORD, safe='')}@")
    assert answer(in_it, "", ca) == ["JSON", "PROTOBUF", "AVRO"]
    assert secure_registry.asked == ["/schemas/types"] * 2


def test_that_each_refusal_has_its_reason(secure_registry: SecureRegistry) -> None:
    url, ca = secure_registry.url, str(secure_registry.ca)
    assert reason(url, f"{REGISTRY_USER}:wrong", ca) == ("refuses the login", "check its user and password")
    assert reason(url, "", ca) == ("wants a login, and none is given", "give its user and password")
    assert reason(url, USER)[0] == (
        f"has a certificate that is not trusted: its authority “{AUTHORITY}” is not known to this system"
    )
    assert reason(url.replace("https:", "http:"), USER, ca)[0] == "ends the connection before its answer is whole"
    assert secure_registry.asked == [], "nobody came in"


def test_that_an_authority_that_cannot_be_read_is_said(secure_registry: SecureRegistry) -> None:
    with pytest.raises(PropertiesError, match="The authorities in /nowhere cannot be used: no such file or directory"):
        RegistryClient(secure_registry.url, "", "/nowhere", 1)


def test_that_an_unknown_schema_is_none_and_a_path_that_is_not_there_is_refused() -> None:
    with SchemaRegistry() as registry:
        registry.store.register("a-value", Schema('"string"'))
        client = RegistryClient(f"{registry.url}/", "", "", 5)
        assert client.get("/schemas/ids/1") == {"schema": '"string"'}
        assert client.get("/schemas/ids/7") is None
        with pytest.raises(Refused) as raised:
            client.get("/nowhere")
        assert client.reason(raised.value)[0] == "answers, but not as a schema registry does"
        client.close()


# Proxies


def test_that_the_proxy_of_the_environment_is_used(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://me:geheim@{proxy.address}")
    with SchemaRegistry() as registry:
        assert answer(registry.url) == ["JSON", "PROTOBUF", "AVRO"]
        assert proxy.seen == [f"GET {registry.url}/schemas/types HTTP/1.1"]
        login = base64.b64encode(b"me:geheim").decode()
        assert proxy.logins == [f"Proxy-Authorization: Basic {login}"]


def test_that_tls_goes_through_a_proxy_that_sees_nothing_of_it(
    proxy: Proxy, secure_registry: SecureRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy.address}")
    assert answer(secure_registry.url, USER, str(secure_registry.ca)) == ["JSON", "PROTOBUF", "AVRO"]
    assert proxy.seen == [f"CONNECT {secure_registry.url.removeprefix('https://')} HTTP/1.1"]


def test_that_no_proxy_is_used_for_those_that_are_excepted(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://{proxy.address}")
    monkeypatch.setenv("NO_PROXY", f"example.org,{HOST}")
    with SchemaRegistry() as registry:
        assert answer(registry.url) == ["JSON", "PROTOBUF", "AVRO"]
    assert proxy.seen == []


def test_that_a_proxy_that_is_not_there_or_none_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with SchemaRegistry() as registry:
        monkeypatch.setenv("HTTP_PROXY", f"http://{HOST}:{closed_port()}")
        assert reason(registry.url)[0] == "cannot be reached"
        monkeypatch.setitem(os.environ, "HTTP_PROXY", "gopher://nobody:1")
        said: list[tuple[str, str]] = []
        client = RegistryClient(registry.url, "", "", 5, lambda text, advice: said.append((text, advice)))
        assert client.get("/schemas/types") == ["JSON", "PROTOBUF", "AVRO"]
        assert said == [PROXY_UNUSABLE]
        client.close()
