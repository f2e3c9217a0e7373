"""What a Kafka with logins and rights says to the wrong ones, and one that gives an address for itself that nobody knows."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from meshdesk.collect.client import Cluster, KafkaTrouble
from meshdesk.collect.properties import Source
from meshdesk.demo.broker import HOST, start_broker
from meshdesk.demo.java import Java
from meshdesk.model.trouble import Trouble
from tests.broker.collect.listening import closed_port
from tests.broker.collect.producing import New, create_topic, produce
from tests.programs.running import CollectChild

LOGIN = {
    "security.protocol": "SASL_PLAINTEXT",
    "sasl.mechanism": "PLAIN",
    "sasl.username": "ada",
    "sasl.password": "love",
}


@dataclass(frozen=True, slots=True)
class Ports:
    """Three doors of one broker: for all, for logins, and one that gives a name for itself that nobody knows."""

    plain: str
    login: str
    lost: str


@pytest.fixture(scope="module")
def ports(kafka_java: Java, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ports]:
    plain, login, lost, controller = (closed_port() for _ in range(4))
    doors = f"PLAINTEXT://{HOST}:{plain},LOGIN://{HOST}:{login}"
    settings = {
        "listeners": f"{doors},LOST://{HOST}:{lost},CONTROLLER://{HOST}:{controller}",
        "advertised.listeners": f"{doors},LOST://kafka.invalid:9092",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,LOGIN:SASL_PLAINTEXT,LOST:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "controller.quorum.voters": f"1@{HOST}:{controller}",
        "listener.name.login.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.login.plain.sasl.jaas.config": (
            'org.apache.kafka.common.security.plain.PlainLoginModule required user_ada="love";'
        ),
        "connection.failed.authentication.delay.ms": "10",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
    }
    folder = tmp_path_factory.mktemp("kafka")
    with start_broker(folder, properties=settings, port=plain):
        yield Ports(f"{HOST}:{plain}", f"{HOST}:{login}", f"{HOST}:{lost}")


def refusal(bootstrap: str, properties: dict[str, str]) -> str:
    troubles: list[Trouble] = []
    with pytest.raises(KafkaTrouble) as raised:
        Cluster(Source(bootstrap, properties=properties), troubles.append).metadata()
    assert {str(raised.value)} >= {trouble.sentence for trouble in troubles}, "one reason for one failure"
    return str(raised.value)


def test_that_a_password_that_is_refused_is_said_and_not_shown(ports: Ports) -> None:
    assert refusal(ports.login, LOGIN | {"sasl.password": "geheim"}) == (
        f"{ports.login} refuses the login: Authentication failed: Invalid username or password. "
        "Check the user, the password and the mechanism."
    )


def test_that_a_login_of_another_kind_is_said_with_those_that_are_taken(ports: Ports) -> None:
    assert refusal(ports.login, LOGIN | {"sasl.mechanism": "SCRAM-SHA-256"}) == (
        f"{ports.login} takes no login of this kind, but PLAIN. Set sasl.mechanism to one that it takes."
    )


def test_that_a_login_where_none_is_wanted_is_said(ports: Ports) -> None:
    assert refusal(ports.plain, LOGIN) == (
        f"{ports.plain} takes no login, and MeshDesk sent one. "
        "Set security.protocol to PLAINTEXT or SSL, or use the port for logins."
    )


def test_that_a_port_for_logins_is_no_riddle(ports: Ports) -> None:
    assert refusal(ports.login, {}) == (
        f"{ports.login} does not answer as a Kafka does. "
        "Check the port: it may be another program's, or one for TLS or logins (then set security.protocol)."
    )


def test_that_a_topic_that_may_not_be_read_is_said(ports: Ports, tmp_path: Path) -> None:
    create_topic(ports.plain, "salaries")
    produce(ports.plain, "salaries", [New(b"secret")])
    settings = {name.replace(".", "_"): value for name, value in LOGIN.items()}
    with CollectChild(tmp_path / "c", ports.login, **settings) as child:
        child.tail("salaries")
        child.stop()
    assert child.all("refused") == [{"is": "refused", "topic": "salaries"}]
    assert child.troubles == [
        "This login may not read salaries. Ask its owner for the right to read it (ACL: READ and DESCRIBE on the topic)."
    ]
    assert child.rows == 0


def test_that_an_address_that_a_broker_gives_for_itself_and_nobody_knows_is_said(ports: Ports, tmp_path: Path) -> None:
    create_topic(ports.plain, "far")
    produce(ports.plain, "far", [New(b"one")])
    with CollectChild(tmp_path / "c", ports.lost) as child:
        child.tail("far")
        child.wait(lambda: child.troubles, "a word on it")
        child.stop()
    assert child.troubles[0] == (
        "The name of kafka.invalid:9092 is not known to this machine. The address is what broker 1 of "
        f"{ports.lost} gives for itself (advertised.listeners): it must be one that this machine can reach."
    )
