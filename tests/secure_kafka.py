"""Fixtures of a Kafka and a registry with everything that keeps people out; tests/conftest.py names this module as a plugin.

`certificates`      an authority, servers, clients (tests/certificates.py), for the whole run
`secure_kafka`      one real broker for the whole run with a listener for each way in, and for each way to get it wrong
`secure_registry`   the demo's registry behind TLS and a login
"""

import base64
import ssl
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    NewTopic,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from meshdesk.demo.broker import PORT_TRIES, Broker, start_broker
from meshdesk.demo.java import Java
from meshdesk.demo.node import HOST
from meshdesk.demo.registry import CONTENT_TYPE, SchemaRegistry
from meshdesk.demo.trouble import DemoError
from tests.broker.collect.listening import black_hole, closed_ports
from tests.certificates import Certificates, make_certificates
from tests.recording import Recorder

USER, PASSWORD = "alice", "alice/geheim+0815"
PLAIN_USER, PLAIN_PASSWORD = "ada", "ada-love-1815"
REGISTRY_USER, REGISTRY_PASSWORD = "reader", "registry/geheim+99"
OPEN, FORBIDDEN = "open.to.all.v1", "salaries.v1"  # topics, of which the logins may read the first
PARTITIONS = 2
LOST_NAME = "kafka.invalid:9092"  # what the listener LOST says that it is

# Listener: (protocol, the server's certificate).
LISTENERS: Mapping[str, tuple[str, str]] = {
    "PLAIN": ("PLAINTEXT", ""),
    "TLS": ("SSL", "server"),
    "MUTUAL": ("SSL", "server"),  # wants a client's certificate
    "SASL": ("SASL_SSL", "server"),
    "LOGIN": ("SASL_PLAINTEXT", ""),
    "EXPIRED": ("SSL", "expired"),
    "ELSEWHERE": ("SSL", "elsewhere"),
    "STRANGE": ("SSL", "strange"),
    "LOST": ("PLAINTEXT", ""),  # gives an address for itself that nobody knows
    "SHUT": ("PLAINTEXT", ""),  # gives one where nobody listens
    "HOLE": ("PLAINTEXT", ""),  # gives one from which nothing comes back
    "RECORDED": ("PLAINTEXT", ""),  # gives the recorder's, through which everything goes
}


@dataclass(frozen=True, slots=True)
class SecureKafka:
    """HOST:PORT of each listener, and what a client that gets in has to set."""

    broker: Broker
    certificates: Certificates
    ports: Mapping[str, int]
    shut_address: str  # what the listener SHUT says that it is
    hole_address: str  # what HOLE says
    recorder: Recorder  # in front of RECORDED

    def __getitem__(self, listener: str) -> str:
        """HOST:PORT of a listener of LISTENERS."""
        return f"{HOST}:{self.ports[listener]}"

    @property
    def tls(self) -> dict[str, str]:
        """For the listener TLS and those with bad certificates."""
        return {"security.protocol": "SSL", "ssl.ca.location": str(self.certificates.ca)}

    @property
    def mutual(self) -> dict[str, str]:
        """For the listener MUTUAL."""
        ours = {"ssl.certificate.location": self.certificates.client, "ssl.key.location": self.certificates.client_key}
        return self.tls | {name: str(path) for name, path in ours.items()}

    @property
    def plain_login(self) -> dict[str, str]:
        """For the listener LOGIN."""
        words = {"sasl.mechanism": "PLAIN", "sasl.username": PLAIN_USER, "sasl.password": PLAIN_PASSWORD}
        return words | {"security.protocol": "SASL_PLAINTEXT"}

    def login(self, mechanism: str = "SCRAM-SHA-256") -> dict[str, str]:
        """For the listener SASL."""
        user, password = (PLAIN_USER, PLAIN_PASSWORD) if mechanism == "PLAIN" else (USER, PASSWORD)
        words = {"sasl.mechanism": mechanism, "sasl.username": user, "sasl.password": password}
        return self.tls | words | {"security.protocol": "SASL_SSL"}


@pytest.fixture(scope="session")
def certificates() -> Iterator[Certificates]:
    """Valid on this day."""
    with tempfile.TemporaryDirectory(prefix="meshdesk-certificates-") as folder:
        yield make_certificates(Path(folder))


@pytest.fixture(scope="session")
def secure_kafka(kafka_java: Java, certificates: Certificates) -> Iterator[SecureKafka]:
    """Everybody who comes in by PLAIN may do everything; the others what the ACLs let them."""
    recorder = Recorder()
    with black_hole() as hole, closing(recorder):
        yield from _running(certificates, hole, recorder)


def _running(certificates: Certificates, hole: int, recorder: Recorder) -> Iterator[SecureKafka]:
    for attempt in range(PORT_TRIES):
        ports = dict(zip([*LISTENERS, "CONTROLLER", "nobody"], closed_ports(len(LISTENERS) + 2), strict=True))
        ports |= {"hole": hole, "recorder": recorder.port}
        folder = Path(tempfile.mkdtemp(prefix="meshdesk-secure-"))
        try:
            settings = _settings(ports, certificates)
            broker = start_broker(folder, properties=settings, port=ports["PLAIN"], remove_folder=True)
            break
        except DemoError as error:
            if "taken" not in str(error) or attempt == PORT_TRIES - 1:
                raise
    else:
        raise AssertionError("no ports")
    with broker:
        _people(broker.bootstrap)
        recorder.target = ports["RECORDED"]
        yield SecureKafka(broker, certificates, ports, f"{HOST}:{ports['nobody']}", f"{HOST}:{hole}", recorder)


def _settings(ports: Mapping[str, int], certificates: Certificates) -> dict[str, str]:
    doors = {name: f"{name}://{HOST}:{ports[name]}" for name in LISTENERS}
    elsewhere = {
        "LOST": f"LOST://{LOST_NAME}",
        "SHUT": f"SHUT://{HOST}:{ports['nobody']}",
        "HOLE": f"HOLE://{HOST}:{ports['hole']}",
        "RECORDED": f"RECORDED://{HOST}:{ports['recorder']}",
    }
    protocols = {name: protocol for name, (protocol, _) in LISTENERS.items()} | {"CONTROLLER": "PLAINTEXT"}
    login = "org.apache.kafka.common.security"
    settings = {
        "num.network.threads": "1",  # for each listener
        "listeners": ",".join([*doors.values(), f"CONTROLLER://{HOST}:{ports['CONTROLLER']}"]),
        "advertised.listeners": ",".join((doors | elsewhere).values()),
        "listener.security.protocol.map": ",".join(f"{name}:{protocol}" for name, protocol in protocols.items()),
        "inter.broker.listener.name": "PLAIN",
        "controller.quorum.voters": f"1@{HOST}:{ports['CONTROLLER']}",
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": certificates.ca.as_posix(),
        "listener.name.mutual.ssl.client.auth": "required",
        "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
        "listener.name.login.sasl.enabled.mechanisms": "PLAIN",
        "connection.failed.authentication.delay.ms": "10",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
    }
    for name, (protocol, certificate) in LISTENERS.items():
        prefix = f"listener.name.{name.lower()}"
        if certificate:
            settings[f"{prefix}.ssl.keystore.type"] = "PEM"
            settings[f"{prefix}.ssl.keystore.location"] = getattr(certificates, certificate).as_posix()
        if protocol.startswith("SASL"):
            plain = f'{login}.plain.PlainLoginModule required user_{PLAIN_USER}="{PLAIN_PASSWORD}";'
            settings[f"{prefix}.plain.sasl.jaas.config"] = plain
            for mechanism in ("scram-sha-256", "scram-sha-512"):
                settings[f"{prefix}.{mechanism}.sasl.jaas.config"] = f"{login}.scram.ScramLoginModule required;"
    return settings


def _people(bootstrap: str) -> None:
    """Topics, users and what they may do: read OPEN, and see no other topic."""
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    admin.list_topics(timeout=30)  # waits for a broker on a busy machine, where what is asked first would fail
    topics = admin.create_topics([NewTopic(OPEN, PARTITIONS, 1), NewTopic(FORBIDDEN, 1, 1)])
    users = [
        UserScramCredentialUpsertion(USER, ScramCredentialInfo(mechanism, 4096), PASSWORD.encode())
        for mechanism in (ScramMechanism.SCRAM_SHA_256, ScramMechanism.SCRAM_SHA_512)
    ]
    rights = [
        AclBinding(
            ResourceType.TOPIC, OPEN, ResourcePatternType.LITERAL, who, "*", AclOperation.READ, AclPermissionType.ALLOW
        )
        for who in (f"User:{USER}", f"User:{PLAIN_USER}", "User:CN=client")
    ]
    answers = [*topics.values(), *admin.create_acls(rights).values()]
    answers += admin.alter_user_scram_credentials([users[0]]).values()
    for answer in answers:
        answer.result(30)
    for answer in admin.alter_user_scram_credentials([users[1]]).values():
        answer.result(30)


# The registry


class SecureRegistry:
    """The demo's registry behind a door of its own: TLS, a login, and a list of the questions that came through."""

    def __init__(self, behind: SchemaRegistry, certificate: Path, ca: Path) -> None:
        self.store, self.ca = behind.store, ca
        self._server = _Door((HOST, 0), behind.url)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self._server.context = context
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"https://{HOST}:{self._server.server_address[1]}"

    @property
    def asked(self) -> list[str]:
        """The paths that were asked for with the right login."""
        return list(self._server.asked)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Door(ThreadingHTTPServer):
    daemon_threads = True
    context: ssl.SSLContext

    def __init__(self, address: tuple[str, int], behind: str) -> None:
        self.behind = behind
        self.asked: list[str] = []
        super().__init__(address, _Porter)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that does not trust us, or that is killed, hangs up: nobody's trouble here."""


class _Porter(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10
    wbufsize = -1
    server: _Door

    def setup(self) -> None:
        # In the thread of the connection: a client that never says a word must not keep the others out.
        self.request.settimeout(self.timeout)
        self.request = self.server.context.wrap_socket(self.request, server_side=True, do_handshake_on_connect=False)
        try:
            self.request.do_handshake()
        except OSError:
            self.request.close()
            raise
        super().setup()

    def finish(self) -> None:
        try:
            super().finish()
        finally:
            self.request.close()

    def do_GET(self) -> None:
        """Hands the question on, if the login is right."""
        login = base64.b64encode(f"{REGISTRY_USER}:{REGISTRY_PASSWORD}".encode()).decode()
        if self.headers.get("Authorization") == f"Basic {login}":
            self.server.asked.append(self.path)
            said = httpx.get(self.server.behind + self.path, trust_env=False, timeout=10)
            status, body = said.status_code, said.content
        else:
            status, body = HTTPStatus.UNAUTHORIZED, b'{"error_code":401,"message":"Unauthorized"}'
        self.send_response(status)
        self.send_header("Content-Type", CONTENT_TYPE)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads along."""


@pytest.fixture
def secure_registry(certificates: Certificates) -> Iterator[SecureRegistry]:
    """For REGISTRY_USER with REGISTRY_PASSWORD, who trusts the authority of `certificates`."""
    with SchemaRegistry() as behind:
        door = SecureRegistry(behind, certificates.server, certificates.ca)
        yield door
        door.close()
