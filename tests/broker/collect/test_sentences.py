"""What a Kafka with logins and rights says to the wrong ones, and one that gives an address for itself that nobody knows."""

from pathlib import Path

import pytest

from meshdesk.collect.client import Cluster, KafkaTrouble
from meshdesk.collect.properties import Source
from meshdesk.collect.sentences import NOT_TWICE
from meshdesk.model.trouble import Trouble
from tests.broker.collect.producing import New, produce
from tests.programs.running import CollectChild
from tests.secure_kafka import FORBIDDEN, LOST_NAME, OPEN, SecureKafka


def refusal(bootstrap: str, properties: dict[str, str]) -> str:
    troubles: list[Trouble] = []
    with pytest.raises(KafkaTrouble) as raised:
        Cluster(Source(bootstrap, properties=properties), troubles.append).metadata()
    assert {str(raised.value)} >= {trouble.sentence for trouble in troubles}, "one reason for one failure"
    return str(raised.value)


def test_that_a_password_that_is_refused_is_said_and_not_shown(secure_kafka: SecureKafka) -> None:
    at = secure_kafka["LOGIN"]
    assert refusal(at, secure_kafka.plain_login | {"sasl.password": "geheim"}) == (
        f"{at} refuses the login: Authentication failed: Invalid username or password. "
        f"Check the user, the password and the mechanism. {NOT_TWICE}"
    )


def test_that_a_login_of_another_kind_is_said_with_those_that_are_taken(secure_kafka: SecureKafka) -> None:
    at = secure_kafka["LOGIN"]
    assert refusal(at, secure_kafka.plain_login | {"sasl.mechanism": "SCRAM-SHA-256"}) == (
        f"{at} takes no login of this kind, but PLAIN. Set sasl.mechanism to one that it takes."
    )


def test_that_a_login_where_none_is_wanted_is_said(secure_kafka: SecureKafka) -> None:
    assert refusal(secure_kafka["PLAIN"], secure_kafka.plain_login) == (
        f"{secure_kafka['PLAIN']} takes no login, and MeshDesk sent one. "
        "Set security.protocol to PLAINTEXT or SSL, or use the port for logins."
    )


def test_that_a_port_for_logins_is_no_riddle(secure_kafka: SecureKafka) -> None:
    at = secure_kafka["LOGIN"]
    assert refusal(at, {}) == (
        f"The Kafka at {at} hangs up on one who does not log in. Set security.protocol to SASL_SSL or SASL_PLAINTEXT, "
        "with a user and a password, or use another port."
    )


def test_that_a_topic_that_may_not_be_read_is_said(secure_kafka: SecureKafka, tmp_path: Path) -> None:
    at = secure_kafka["LOGIN"]
    produce(secure_kafka["PLAIN"], FORBIDDEN, [New(b"secret")])
    settings = {name.replace(".", "_"): value for name, value in secure_kafka.plain_login.items()}
    with CollectChild(tmp_path / "c", at, **settings) as child:
        child.tail(FORBIDDEN)
        child.stop()
    assert child.all("refused") == [{"is": "refused", "topic": FORBIDDEN}]
    assert child.troubles == [
        f"This login may not read {FORBIDDEN}. Ask its owner for the right to read it (ACL: READ and DESCRIBE on the topic)."
    ]
    assert child.rows == 0


def test_that_an_address_that_a_broker_gives_for_itself_and_nobody_knows_is_said(
    secure_kafka: SecureKafka, tmp_path: Path
) -> None:
    with CollectChild(tmp_path / "c", secure_kafka["LOST"]) as child:
        child.tail(OPEN)
        child.wait(lambda: child.troubles, "a word on it")
        child.stop()
    assert child.troubles[0] == (
        f"The name of {LOST_NAME}, which broker 1 of {secure_kafka['LOST']} gives as its address (advertised.listeners), "
        "is not known to this machine. Ask whoever runs the cluster for a listener whose address this machine can reach."
    )
