"""Every way into a secure Kafka, and every way to get it wrong: in the window's troubles and on stderr, each its own sentence."""

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from confluent_kafka import Consumer, TopicPartition

from meshdesk.collect.sentences import NOT_TWICE
from meshdesk.demo.registry import Schema
from meshdesk.model.position import Position
from meshdesk.session.connection import Connection
from meshdesk.session.session import Session
from tests.broker.collect.listening import HOST, black_hole, closed_port
from tests.broker.collect.producing import New, produce
from tests.certificates import AUTHORITY, EXPIRED_ON, KEY_PASSWORD, STRANGER
from tests.programs.running import CollectChild, Ran, command, records_in, run
from tests.programs.session.serving import turn
from tests.secure_kafka import (
    FORBIDDEN,
    LOST_NAME,
    OPEN,
    PARTITIONS,
    REGISTRY_PASSWORD,
    REGISTRY_USER,
    SecureKafka,
    SecureRegistry,
)

WITHIN = 10.0  # s, as the issue says; what is slower is a riddle


@dataclass(frozen=True, slots=True)
class Case:
    """A connection, the topic that is read, and what is said; {at} is the bootstrap."""

    at: str
    properties: Mapping[str, str]
    text: str
    advice: str
    topic: str = OPEN

    @property
    def about(self) -> str:
        """What the trouble of the window is about."""
        return self.at if self.topic == OPEN else self.topic

    @property
    def sentence(self) -> str:
        return f"{self.text} {self.advice}".replace("{at}", self.at)


def cases(kafka: SecureKafka, hole: int) -> dict[str, Case]:
    """All of what bad input gets, as far as it comes from the network."""
    tls, files = kafka.tls, kafka.certificates
    strange = {"ssl.certificate.location": str(files.strange_client), "ssl.key.location": str(files.strange_client_key)}
    locked = {"ssl.keystore.location": str(files.client_p12), "ssl.keystore.password": "geheim"}
    trying = "; MeshDesk keeps trying."
    return {
        "closed port": Case(
            f"{HOST}:{closed_port()}",
            {},
            "Nothing answers at {at}.",
            f"Check the host and the port, and whether the broker runs{trying}",
        ),
        "black hole": Case(
            f"{HOST}:{hole}",
            {},
            "{at} did not answer within 2 s: nothing came back at all.",
            f"Check the port, and the VPN and the firewall between this machine and it{trying}",
        ),
        "black hole with TLS": Case(
            f"localhost:{hole}",
            tls,
            "{at} did not answer within 4 s: nothing came back at all.",
            f"Check the port, and the VPN and the firewall between this machine and it{trying}",
        ),
        "wrong password": Case(
            kafka["SASL"],
            kafka.login() | {"sasl.password": "geheim"},
            "{at} refuses the login: Authentication failed during authentication due to invalid credentials with SASL "
            "mechanism SCRAM-SHA-256.",
            f"Check the user, the password and the mechanism. {NOT_TWICE}",
        ),
        "wrong mechanism": Case(
            kafka["LOGIN"],
            kafka.plain_login | {"sasl.mechanism": "SCRAM-SHA-512"},
            "{at} takes no login of this kind, but PLAIN.",
            "Set sasl.mechanism to one that it takes.",
        ),
        "no login": Case(
            kafka["SASL"],
            tls,
            "The Kafka at {at} hangs up on one who does not log in.",
            "Set security.protocol to SASL_SSL or SASL_PLAINTEXT, with a user and a password, or use another port.",
        ),
        "unknown authority": Case(
            kafka["TLS"],
            {"security.protocol": "SSL"},
            f"The certificate of {{at}} is not trusted: its authority “{AUTHORITY}” is not known to this system.",
            "Name the file of that authority (PEM) in ssl.ca.location; whoever runs the server has it.",
        ),
        "authority of others": Case(
            kafka["STRANGE"],
            tls,
            f"The certificate of {{at}} is not trusted: its authority “{STRANGER}” is not in {files.ca}.",
            "Name the file of that authority (PEM) in ssl.ca.location; whoever runs the server has it.",
        ),
        "expired": Case(
            kafka["EXPIRED"],
            tls,
            f"The certificate of {{at}} expired on {EXPIRED_ON:%Y-%m-%d}.",
            "Whoever runs it has to renew it; check the clock of this machine, too.",
        ),
        "wrong host": Case(
            kafka["ELSEWHERE"],
            tls,
            f"The certificate of {{at}} is for kafka.example.org, *.kafka.example.org, and not for {HOST}.",
            "Connect by a name that it is for, or ask whoever runs it for a certificate with this one.",
        ),
        "plaintext to TLS": Case(
            kafka["TLS"],
            {},
            "{at} speaks TLS, and MeshDesk spoke plaintext.",
            "Set security.protocol to SSL or SASL_SSL, or use the plaintext port.",
        ),
        "TLS to plaintext": Case(
            kafka["PLAIN"],
            tls,
            "{at} does not speak TLS, and MeshDesk did: a Kafka answers there in plaintext.",
            "Set security.protocol to PLAINTEXT or SASL_PLAINTEXT, or use the TLS port.",
        ),
        "no client certificate": Case(
            kafka["MUTUAL"],
            tls,
            "{at} wants a certificate of this client, and MeshDesk has none to show.",
            "Name yours and its key (ssl.certificate.location and ssl.key.location, or ssl.keystore.location for PKCS#12).",
        ),
        "client certificate of others": Case(
            kafka["MUTUAL"],
            tls | strange,
            "{at} does not take the certificate of this client.",
            "Check that it is valid and signed by an authority that the cluster trusts; whoever runs the cluster knows.",
        ),
        "locked key store": Case(
            kafka["MUTUAL"],
            tls | locked,
            f"The password does not open {files.client_p12}.",
            "Write the one that it was made with.",
        ),
        "unknown advertised name": Case(
            kafka["LOST"],
            {},
            f"The name of {LOST_NAME}, which broker 1 of {{at}} gives as its address (advertised.listeners), is not known "
            "to this machine.",
            "Ask whoever runs the cluster for a listener whose address this machine can reach.",
        ),
        "closed advertised port": Case(
            kafka["SHUT"],
            {},
            f"Nothing answers at {kafka.shut_address}, which broker 1 of {{at}} gives as its address (advertised.listeners).",
            f"Check whether that broker runs, and whether this machine can reach the address{trying}",
        ),
        "advertised black hole": Case(
            kafka["HOLE"],
            {},
            f"Nothing answers at {kafka.hole_address}, which broker 1 of {{at}} gives as its address (advertised.listeners).",
            f"Check whether that broker runs, and whether this machine can reach the address{trying}",
        ),
        "forbidden topic": Case(
            kafka["SASL"],
            kafka.login(),
            f"This login may not read {FORBIDDEN}.",
            "Ask its owner for the right to read it (ACL: READ and DESCRIBE on the topic).",
            FORBIDDEN,
        ),
    }


NAMES = [
    "closed port",
    "black hole",
    "black hole with TLS",
    "wrong password",
    "wrong mechanism",
    "no login",
    "unknown authority",
    "authority of others",
    "expired",
    "wrong host",
    "plaintext to TLS",
    "TLS to plaintext",
    "no client certificate",
    "client certificate of others",
    "locked key store",
    "unknown advertised name",
    "closed advertised port",
    "advertised black hole",
    "forbidden topic",
]
TAILED = ["expired", "wrong password", "advertised black hole", "forbidden topic"]  # by tail, the others by collect
COLLECTED = [name for name in NAMES if name not in TAILED]
AT_ONCE = 5  # connections that are tried at once


@dataclass(frozen=True, slots=True)
class Said:
    """What the window and the verbs said, and after how many seconds."""

    cases: dict[str, Case]
    window: dict[str, tuple[list[str], float]]
    collect: dict[str, Ran]
    tail: dict[str, Ran]


@pytest.fixture(scope="module")
def said(secure_kafka: SecureKafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Said]:
    """All at once, as most of it is waiting."""
    folder = tmp_path_factory.mktemp("ways")
    with ExitStack() as held:
        every = cases(secure_kafka, held.enter_context(black_hole()))
        assert list(every) == NAMES
        window = in_the_window(every)
        pool = held.enter_context(ThreadPoolExecutor(4))

        def verb(name: str, *words: str | Path) -> Future[Ran]:
            case = every[name]
            config = folder / f"{name}.properties"
            config.write_text("".join(f"{key}={value}\n" for key, value in case.properties.items()))
            return pool.submit(
                run, words[0], case.topic, "--bootstrap", case.at, "--config", config, *words[1:], timeout=60
            )

        collect = {name: verb(name, "collect", "-o", folder / f"{name}.meshcap") for name in COLLECTED}
        tail = {name: verb(name, "tail") for name in TAILED}
        yield Said(
            every,
            window,
            {name: one.result() for name, one in collect.items()},
            {name: one.result() for name, one in tail.items()},
        )


def in_the_window(every: dict[str, Case]) -> dict[str, tuple[list[str], float]]:
    """By case the troubles of a session, and after how long they were there; some connections at a time."""
    found: dict[str, tuple[list[str], float]] = {}
    session = Session()
    left = dict(every)
    while left:
        # Troubles are told apart by what they are about: one connection to an address at a time.
        batch = dict(list({case.about: name for name, case in reversed(left.items())}.items())[-AT_ONCE:])
        left = {name: case for name, case in left.items() if name not in batch.values()}
        started = time.monotonic()
        opened = [
            session.connect(Connection(every[name].at, properties=every[name].properties)) for name in batch.values()
        ]
        for name, one in zip(batch.values(), opened, strict=True):
            one.tail(every[name].topic, Position("beginning"))
        turn(session, partial(_listened, session, batch, found, started), f"troubles of {list(batch.values())}")
        for one in opened:
            session.shut(one)
    session.close()
    return found


def _listened(
    session: Session, batch: dict[str, str], found: dict[str, tuple[list[str], float]], started: float
) -> bool:
    """Notes what has been said by now; whether of each connection there is something."""
    for about, name in batch.items():
        mine = [trouble.sentence for trouble in session.troubles if trouble.about == about]
        if mine and name not in found:
            found[name] = mine, time.monotonic() - started
    return all(name in found for name in batch.values())


@pytest.mark.parametrize("name", NAMES)
def test_that_the_window_says_it(said: Said, name: str) -> None:
    sentences, seconds = said.window[name]
    assert sentences == [said.cases[name].sentence]
    assert seconds < WITHIN


@pytest.mark.parametrize("name", COLLECTED)
def test_that_collect_says_it_and_ends(said: Said, name: str) -> None:
    ran = said.collect[name]
    assert (ran.code, ran.out) == (1, b"")
    assert ran.err.splitlines()[0] == said.cases[name].sentence
    assert "geheim" not in ran.err


@pytest.mark.parametrize("name", TAILED)
def test_that_tail_says_it_and_ends(said: Said, name: str) -> None:
    ran = said.tail[name]
    assert (ran.code, ran.out) == (1, b"")
    assert ran.err.splitlines()[0] == said.cases[name].sentence


def test_that_a_refused_login_ends_the_attempt_for_an_account_may_be_locked(secure_kafka: SecureKafka) -> None:
    wrong = secure_kafka.login() | {"sasl.password": "geheim"}
    session = Session()
    try:
        opened = session.connect(Connection(secure_kafka["SASL"], properties=wrong))
        turn(session, lambda: opened.state == "failed", "the end of the attempt")
        assert opened.collect is None
        said = {trouble.advice for trouble in session.troubles}
        assert said == {f"Check the user, the password and the mechanism. {NOT_TWICE}"}
    finally:
        session.close()


# What works

AVRO_1 = b"\x00\x00\x00\x00\x01\x06one"  # schema 1, the string "one"


@pytest.fixture(scope="module")
def records(secure_kafka: SecureKafka) -> list[bytes]:
    """What is in OPEN."""
    values = [AVRO_1, b"two", b"three"]
    produce(secure_kafka["PLAIN"], OPEN, [New(value, partition=n % PARTITIONS) for n, value in enumerate(values)])
    return values


def held(kafka: SecureKafka) -> int:
    """How many records are in OPEN: those of other tests, too."""
    consumer = Consumer({"bootstrap.servers": kafka["PLAIN"], "group.id": "held"})
    bounds = [consumer.get_watermark_offsets(TopicPartition(OPEN, n), timeout=30) for n in range(PARTITIONS)]
    consumer.close()
    return sum(end - begin for begin, end in bounds)


@pytest.mark.parametrize("way", ["locked key", "p12 without a password", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_that_records_come_by_each_way_in(
    secure_kafka: SecureKafka, records: list[bytes], tmp_path: Path, way: str
) -> None:
    files = secure_kafka.certificates
    mutual = {
        "locked key": {"ssl.certificate.location": str(files.client), "ssl.key.location": str(files.client_locked_key)}
        | {"ssl.key.password": KEY_PASSWORD},
        "p12 without a password": {"ssl.keystore.location": str(files.client_open_p12), "ssl.keystore.password": ""},
    }
    at = secure_kafka["MUTUAL" if way in mutual else "SASL"]
    properties = secure_kafka.tls | mutual[way] if way in mutual else secure_kafka.login(way)
    count = held(secure_kafka)
    with CollectChild(
        tmp_path / "c", at, **{name.replace(".", "_"): value for name, value in properties.items()}
    ) as child:
        child.tail(OPEN)
        child.wait(lambda: child.rows == count, "the records")
        child.stop()
    assert set(records) <= {record.value for record in records_in(tmp_path / "c")}
    assert child.troubles == []


def test_that_a_registry_behind_tls_and_a_login_gives_its_schemas(
    secure_kafka: SecureKafka, secure_registry: SecureRegistry, records: list[bytes], tmp_path: Path
) -> None:
    secure_registry.store.register("open-value", Schema('"string"'))
    config = tmp_path / "client.properties"
    lines = {
        **secure_kafka.login("SCRAM-SHA-256"),
        "schema.registry.url": secure_registry.url,
        "schema.registry.basic.auth.user.info": f"{REGISTRY_USER}:{REGISTRY_PASSWORD}",
        "schema.registry.ssl.ca.location": str(secure_kafka.certificates.ca),
    }
    config.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
    words = ("--bootstrap", secure_kafka["SASL"], "--config", config, "--until", "end")
    ran = run("tail", OPEN, *words, "--json")
    assert (ran.code, ran.err) == (0, "")
    assert "one" in [line["value"] for line in ran.lines]
    collected = run("collect", OPEN, *words, "-o", tmp_path / "o.meshcap")
    assert (collected.code, collected.err) == (0, "")
    assert collected.summary["missing_schemas"] == []


def test_that_records_come_though_the_registry_refuses_the_login(
    session: Session, secure_kafka: SecureKafka, secure_registry: SecureRegistry, records: list[bytes]
) -> None:
    ca = str(secure_kafka.certificates.ca)
    opened = session.connect(
        Connection(
            secure_kafka["SASL"],
            secure_registry.url,
            secure_kafka.login(),
            registry_user="reader:geheim",
            registry_ca=ca,
        )
    )
    started = time.monotonic()
    opened.tail(OPEN, Position("beginning"))
    count = held(secure_kafka)
    turn(session, lambda: opened.status.rows == count and session.troubles, "the records and the trouble")
    assert time.monotonic() - started < WITHIN
    (trouble,) = session.troubles
    assert re.sub(r"\d+ schemas?", "N schemas", trouble.sentence) == (  # other tests' records name schemas, too
        f"The schema registry {secure_registry.url} refuses the login; N schemas cannot be fetched. Records are stored all "
        "the same and decode as soon as it answers; check its user and password."
    )
    assert opened.state == "live"


SYSTEM = Path("/etc/ssl/certs/ca-certificates.crt")  # of Debian and its kin; the client and Python both look there
WITH_OURS = 'mount --bind "$1" "$2" && shift 2 && exec "$@"'


def test_that_the_authorities_of_the_system_are_trusted_without_a_word(
    secure_kafka: SecureKafka, secure_registry: SecureRegistry, records: list[bytes], tmp_path: Path
) -> None:
    apart = ["unshare", "-rm", "sh", "-c", WITH_OURS, "sh"]  # the system's file is another one for that program alone
    ours = tmp_path / "authorities.pem"
    if not SYSTEM.exists() or shutil.which("unshare") is None:
        pytest.skip("This system has its authorities elsewhere, or lets nobody put others in their place.")
    ours.write_bytes(SYSTEM.read_bytes() + secure_kafka.certificates.ca.read_bytes())
    if subprocess.run([*apart, ours, SYSTEM, "true"], capture_output=True).returncode != 0:
        pytest.skip("This system lets nobody put other authorities in the place of its own.")
    secure_registry.store.register("open-value", Schema('"string"'))
    config = tmp_path / "client.properties"
    config.write_text(
        f"security.protocol=SSL\nschema.registry.url={secure_registry.url}\n"
        f"schema.registry.basic.auth.user.info={REGISTRY_USER}:{REGISTRY_PASSWORD}\n"
    )
    words = command(
        "tail", OPEN, "--bootstrap", secure_kafka["TLS"], "--config", str(config), "--until", "end", "--json"
    )
    environment = {**os.environ, "SSL_CERT_FILE": "", "SSL_CERT_DIR": ""}
    environment = {name: value for name, value in environment.items() if value}
    trusting = subprocess.run([*apart, ours, SYSTEM, *words], capture_output=True, timeout=60, env=environment)
    assert (trusting.returncode, trusting.stderr.decode()) == (0, "")
    assert "one" in [json.loads(line)["value"] for line in trusting.stdout.splitlines()]
    doubting = subprocess.run(words, capture_output=True, timeout=60, env=environment)
    assert "is not known to this system" in doubting.stderr.decode()
