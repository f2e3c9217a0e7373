"""An address tried by hand after the Kafka client got nowhere."""

import pytest

from meshdesk.collect.diagnosis import why_not, why_not_advertised
from meshdesk.collect.reach import Address
from tests.broker.collect.listening import HOST, closed_port
from tests.secure_kafka import SecureKafka


def reason(kafka: SecureKafka, listener: str, properties: dict[str, str]) -> str:
    found = why_not(Address(HOST, kafka.ports[listener]), properties, 4)
    return "" if found is None else f"{found.step}: {found.text.replace(kafka[listener], 'it')}"


def test_that_nothing_is_found_where_nothing_is_wrong(secure_kafka: SecureKafka) -> None:
    assert reason(secure_kafka, "TLS", secure_kafka.tls) == ""
    assert reason(secure_kafka, "PLAIN", {}) == ""
    assert reason(secure_kafka, "SASL", secure_kafka.login()) == ""


@pytest.mark.parametrize(
    ("listener", "is_tls", "said"),
    [
        ("SASL", True, "login: The Kafka at it hangs up on one who does not log in."),
        ("LOGIN", False, "login: The Kafka at it hangs up on one who does not log in."),
        ("MUTUAL", True, "login: it wants a certificate of this client, and MeshDesk has none to show."),
        ("TLS", False, "tls: it speaks TLS, and MeshDesk spoke plaintext."),
        ("PLAIN", True, "tls: it does not speak TLS, and MeshDesk did: a Kafka answers there in plaintext."),
        (
            "ELSEWHERE",
            True,
            f"tls: The certificate of it is for kafka.example.org, *.kafka.example.org, and not for {HOST}.",
        ),
    ],
)
def test_that_each_reason_is_found(secure_kafka: SecureKafka, listener: str, is_tls: bool, said: str) -> None:
    assert reason(secure_kafka, listener, secure_kafka.tls if is_tls else {}) == said


def test_that_a_certificate_of_the_client_that_is_not_taken_is_told_from_none(secure_kafka: SecureKafka) -> None:
    said = reason(secure_kafka, "MUTUAL", secure_kafka.mutual)
    assert said == "login: it does not take the certificate of this client."


def test_that_authorities_that_cannot_be_used_are_the_clients_to_say(secure_kafka: SecureKafka) -> None:
    assert reason(secure_kafka, "TLS", secure_kafka.tls | {"ssl.ca.location": "/nowhere"}) == ""


def test_that_the_addresses_that_brokers_give_are_tried(secure_kafka: SecureKafka) -> None:
    assert why_not_advertised(Address(HOST, secure_kafka.ports["TLS"]), 1, "b:1", 4) is None
    found = why_not_advertised(Address("kafka.invalid", 9092), 7, "b:1", 4)
    assert found is not None
    assert found.text == (
        "The name of kafka.invalid:9092, which broker 7 of b:1 gives as its address (advertised.listeners), is not known to "
        "this machine."
    )


def test_that_a_port_that_is_closed_is_found() -> None:
    found = why_not(Address(HOST, closed_port()), {}, 4)
    assert found is not None
    assert found.step == "tcp"
