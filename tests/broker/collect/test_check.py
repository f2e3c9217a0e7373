"""The test of a connection: every way in, every way to get it wrong, each with its own sentence and within ten seconds."""

from queue import SimpleQueue

import pytest

from meshdesk.model.frame import Message
from meshdesk.model.step import NAMES, Step, step_from
from meshdesk.session.children import Child, Heard
from tests.broker.collect.listening import HOST, black_hole, closed_port, scripted_port
from tests.broker.collect.made import Made
from tests.certificates import AUTHORITY, EXPIRED_ON, KEY_PASSWORD, STRANGER, UNTIL
from tests.programs.running import SECONDS, wait_until
from tests.secure_kafka import (
    LOST_NAME,
    REGISTRY_PASSWORD,
    REGISTRY_USER,
    SecureKafka,
    SecureRegistry,
)

NOT_TRIED = "Not tried, as a step before it failed."


# What is right


def test_that_a_plaintext_connection_is_told_step_by_step(secure_kafka: SecureKafka) -> None:
    at = f"localhost:{secure_kafka.ports['PLAIN']}"
    one = Made(at)
    assert one.ok
    assert one.steps["name"].text == f"localhost is {HOST}."
    assert one.steps["tcp"].text.startswith(f"{at} takes connections (within ")
    assert one.steps["tls"].text == "This connection does without TLS: whoever is on the way can read along."
    assert one.steps["login"].text == "This connection logs nobody in."
    assert one.steps["metadata"] == Step("metadata", "passed", "1 broker and 2 topics.")
    assert one.steps["registry"].text == "This connection has no schema registry."
    assert one.states == "ppsspsss"


def test_that_each_step_is_said_when_it_begins(secure_kafka: SecureKafka) -> None:
    said = [(step.name, step.state) for step in Made(secure_kafka["PLAIN"]).said if step.name in NAMES[:5]]
    assert said[::2] == [(name, "running") for name in NAMES[:5]]


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_that_a_login_is_told_with_its_user(secure_kafka: SecureKafka, mechanism: str) -> None:
    settings = secure_kafka.login(mechanism)
    one = Made(secure_kafka["SASL"], settings)
    assert one.steps["login"].text == f"“{settings['sasl.username']}” is logged in ({mechanism})."
    assert one.steps["metadata"].text == "1 broker and 1 topic.", "the ACLs hide the other one"
    assert settings["sasl.password"] not in str(one.said)


def test_that_mutual_tls_is_told_with_both_certificates(
    secure_kafka: SecureKafka, secure_registry: SecureRegistry
) -> None:
    at = secure_kafka["MUTUAL"]
    user = f"{REGISTRY_USER}:{REGISTRY_PASSWORD}"
    one = Made(at, secure_kafka.mutual, secure_registry.url, user, str(secure_kafka.certificates.ca))
    assert one.states == "ppppppss"
    assert one.steps["tls"].text == (
        f"TLS 1.3 with {at}, whose certificate is for localhost, {HOST}, signed by {AUTHORITY}, "
        f"valid until {UNTIL:%Y-%m-%d}."
    )
    assert one.steps["login"].text == f"The certificate of this client is taken (client, valid until {UNTIL:%Y-%m-%d})."
    assert one.steps["registry"].text == (
        f"The schema registry {secure_registry.url} answers with its login: AVRO, JSON, PROTOBUF."
    )
    assert secure_registry.asked == ["/schemas/types"]


@pytest.mark.parametrize("password", [KEY_PASSWORD, ""])
def test_that_a_pkcs12_file_does_with_and_without_a_password(secure_kafka: SecureKafka, password: str) -> None:
    files = secure_kafka.certificates
    store = {"ssl.keystore.location": str(files.client_p12 if password else files.client_open_p12)}
    one = Made(secure_kafka["MUTUAL"], secure_kafka.tls | store | {"ssl.keystore.password": password})
    assert one.states == "pppppsss"


def test_that_a_certificate_that_nobody_verifies_is_told(secure_kafka: SecureKafka) -> None:
    trusting = {"security.protocol": "SSL", "enable.ssl.certificate.verification": "false"}
    one = Made(secure_kafka["STRANGE"], trusting)
    assert one.ok
    assert one.steps["tls"].text.endswith(", and which nobody verified.")
    assert one.steps["tls"].advice


def test_that_one_address_of_two_is_enough_and_the_other_one_is_told(secure_kafka: SecureKafka) -> None:
    one = Made(f"broker.invalid:9092,{HOST}:{closed_port()},{secure_kafka['PLAIN']}")
    assert one.ok
    assert "The name broker.invalid is not known to this machine." in one.steps["name"].text
    assert one.steps["name"].advice == "Check the spelling, the VPN and the DNS."
    assert "Nothing answers at" in one.steps["tcp"].text


# What is wrong


def test_that_what_is_no_address_is_told() -> None:
    assert Made("").failure("name").startswith("No broker is named. Write where a broker listens")
    assert Made("localhost").failure("name") == (
        "“localhost” has no port. Kafka mostly listens on 9092: localhost:9092."
    )


def test_that_a_name_that_nobody_knows_ends_the_test() -> None:
    one = Made("broker.invalid:9092")
    assert one.failure("name") == (
        "The name broker.invalid is not known to this machine. Check the spelling, the VPN and the DNS."
    )
    assert one.states == "fsssssss"
    assert one.steps["tcp"].text == one.steps["metadata"].text == NOT_TRIED


def test_that_a_closed_port_is_told() -> None:
    at = f"{HOST}:{closed_port()}"
    assert Made(at).failure("tcp") == (
        f"Nothing answers at {at}. The port is closed: check the host and the port, and whether the broker runs."
    )


def test_that_a_port_from_which_nothing_comes_is_told() -> None:
    with black_hole() as port:
        assert Made(f"{HOST}:{port}").failure("tcp") == (
            f"{HOST}:{port} did not answer within 3 s: nothing came back at all. "
            "Check the port, and the VPN and the firewall between this machine and it."
        )


def test_that_each_certificate_that_is_not_believed_is_told_why(secure_kafka: SecureKafka) -> None:
    tls, ca = secure_kafka.tls, secure_kafka.certificates.ca
    cases = {
        "EXPIRED": f"expired on {EXPIRED_ON:%Y-%m-%d}. "
        "Whoever runs it has to renew it; check the clock of this machine, too.",
        "ELSEWHERE": f"is for kafka.example.org, *.kafka.example.org, and not for {HOST}. "
        "Connect by a name that it is for, or ask whoever runs it for a certificate with this one.",
        "STRANGE": f"is not trusted: its authority “{STRANGER}” is not in {ca}. "
        "Name the file of that authority (PEM) in ssl.ca.location; whoever runs the server has it.",
    }
    for listener, sentence in cases.items():
        at = secure_kafka[listener]
        assert Made(at, tls).failure("tls") == f"The certificate of {at} {sentence}"


@pytest.mark.parametrize("ca", ["probe", ""])
def test_that_the_systems_authorities_are_asked_where_no_file_is_named(secure_kafka: SecureKafka, ca: str) -> None:
    at = secure_kafka["TLS"]
    said = Made(at, {"security.protocol": "SSL", "ssl.ca.location": ca}).failure("tls")
    assert said.startswith(
        f"The certificate of {at} is not trusted: its authority “{AUTHORITY}” is not known to this system."
    )


def test_that_the_wrong_protocol_is_told_in_both_directions(secure_kafka: SecureKafka) -> None:
    for listener in ("TLS", "SASL"):
        at = secure_kafka[listener]
        assert Made(at).failure("tls") == (
            f"{at} speaks TLS, and MeshDesk spoke plaintext. "
            "Set security.protocol to SSL or SASL_SSL, or use the plaintext port."
        )
    at = secure_kafka["PLAIN"]
    assert Made(at, secure_kafka.tls).failure("tls") == (
        f"{at} does not speak TLS, and MeshDesk did: a Kafka answers there in plaintext. "
        "Set security.protocol to PLAINTEXT or SASL_PLAINTEXT, or use the TLS port."
    )


def test_that_what_is_no_kafka_is_told() -> None:
    with scripted_port(lambda head: [b"HTTP/1.1 400 Bad Request\r\n\r\n"]) as url:
        at = url.removeprefix("http://")
        assert Made(at).failure("metadata") == (
            f"There is no Kafka at {at}: a web server answers there. Check the host and the port."
        )


def test_that_a_client_without_a_certificate_is_told_that_it_needs_one(secure_kafka: SecureKafka) -> None:
    at = secure_kafka["MUTUAL"]
    one = Made(at, secure_kafka.tls)
    assert one.failure("login") == (
        f"{at} wants a certificate of this client, and MeshDesk has none to show. "
        "Name yours and its key (ssl.certificate.location and ssl.key.location, or ssl.keystore.location for PKCS#12)."
    )
    assert one.steps["tls"].state == "passed"


def test_that_a_client_certificate_of_another_authority_is_told(secure_kafka: SecureKafka) -> None:
    files = secure_kafka.certificates
    mine = {
        "ssl.certificate.location": str(files.strange_client),
        "ssl.key.location": str(files.strange_client_key),
    }
    at = secure_kafka["MUTUAL"]
    said = Made(at, secure_kafka.tls | mine).failure("login")
    assert said.startswith(f"{at} does not take the certificate of this client. Check that it is valid")


def test_that_a_key_that_does_not_open_is_told(secure_kafka: SecureKafka) -> None:
    files = secure_kafka.certificates
    locked = secure_kafka.mutual | {"ssl.key.location": str(files.client_locked_key), "ssl.key.password": "geheim"}
    said = Made(secure_kafka["MUTUAL"], locked).failure("tls")
    assert said.startswith(f"The password does not open the key in {files.client_locked_key}.")


def test_that_a_refused_login_is_told(secure_kafka: SecureKafka) -> None:
    for mechanism in ("PLAIN", "SCRAM-SHA-512"):
        settings = secure_kafka.login(mechanism) | {"sasl.password": "geheim"}
        one = Made(secure_kafka["SASL"], settings)
        assert one.failure("login").startswith(f"{secure_kafka['SASL']} refuses the login: Authentication failed")
        assert "geheim" not in str(one.said)


def test_that_a_login_of_another_kind_is_told_with_those_that_are_taken(secure_kafka: SecureKafka) -> None:
    at = secure_kafka["LOGIN"]
    settings = secure_kafka.login() | {"security.protocol": "SASL_PLAINTEXT"}
    assert Made(at, settings).failure("login") == (
        f"{at} takes no login of this kind, but PLAIN. Set sasl.mechanism to one that it takes."
    )
    kerberos = secure_kafka.login() | {"sasl.mechanism": "GSSAPI"}
    assert Made(secure_kafka["SASL"], kerberos).failure("login").startswith("MeshDesk does not know the login GSSAPI.")


def test_that_a_login_that_is_lacking_or_too_much_is_told(secure_kafka: SecureKafka) -> None:
    for at, settings in ((secure_kafka["LOGIN"], {}), (secure_kafka["SASL"], secure_kafka.tls)):
        said = Made(at, settings).failure("login")
        assert said.startswith(f"The Kafka at {at} hangs up on one who does not log in. Set security.protocol")
    at = secure_kafka["TLS"]
    assert Made(at, secure_kafka.login()).failure("login").startswith(f"{at} takes no login, and MeshDesk sent one.")


def test_that_an_address_that_a_broker_gives_for_itself_is_tried(secure_kafka: SecureKafka) -> None:
    said = Made(secure_kafka["LOST"]).failure("metadata")
    assert LOST_NAME in said
    assert "(advertised.listeners)" in said
    assert "is not known to this machine" in said
    said = Made(secure_kafka["SHUT"]).failure("metadata")
    assert f"Nothing answers at {secure_kafka.shut_address}" in said
    assert "(advertised.listeners)" in said
    assert "keeps trying" not in said


# The program


class Checked:
    """The program as the window runs it."""

    def __init__(self) -> None:
        self.heard: SimpleQueue[Heard] = SimpleQueue()
        self.child = Child(["collect", "--check"], self.heard)

    def messages(self) -> list[Message]:
        """All that it says until its end."""
        said: list[Message] = []
        while (message := self.heard.get(timeout=SECONDS).message) is not None:
            said.append(message)
        assert self.child.wait(SECONDS)
        return said


def test_that_the_program_says_the_steps_and_what_came_of_them(secure_kafka: SecureKafka) -> None:
    one = Checked()
    one.child.send({"bootstrap": secure_kafka["SASL"], "properties": secure_kafka.login()})
    *steps, last = one.messages()
    assert last == {"is": "checked", "ok": True}
    assert [step_from(message) for message in steps].count(None) == 0
    assert one.child.code == 0
    assert one.child.last_words == ""


def test_that_the_program_ends_when_nobody_wants_to_know_any_more() -> None:
    with black_hole() as port:
        one = Checked()
        one.child.send({"bootstrap": f"{HOST}:{port}"})
        wait_until(lambda: not one.heard.empty(), "the first step")
        one.child.hang_up()
        assert not any(message["is"] == "checked" for message in one.messages())
    assert one.child.code == 0


def test_that_the_program_takes_a_frame_that_says_nothing() -> None:
    one = Checked()
    one.child.send({"properties": None})
    assert one.messages()[-1] == {"is": "checked", "ok": False}
