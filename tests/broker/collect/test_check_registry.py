"""The registry in a connection test: it stands for itself, and each refusal has its sentence."""

import pytest

from tests.broker.collect.listening import HOST, black_hole, scripted_port
from tests.broker.collect.made import Made
from tests.certificates import AUTHORITY
from tests.secure_kafka import REGISTRY_PASSWORD, REGISTRY_USER, SecureKafka, SecureRegistry


@pytest.mark.parametrize(
    ("user", "knows_ca", "reason"),
    [
        ("reader:geheim", True, "refuses the login. Check its user and password."),
        ("", True, "wants a login, and none is given. Give its user and password."),
        (
            f"{REGISTRY_USER}:{REGISTRY_PASSWORD}",
            False,
            (
                f"has a certificate that is not trusted: its authority “{AUTHORITY}” is not known to this system. "
                "Name the file of that authority (PEM) as that of the registry; whoever runs the server has it."
            ),
        ),
    ],
)
def test_that_a_registry_that_does_not_do_leaves_the_kafka_as_it_is(
    secure_kafka: SecureKafka, secure_registry: SecureRegistry, user: str, knows_ca: bool, reason: str
) -> None:
    ca = str(secure_kafka.certificates.ca) if knows_ca else ""
    one = Made(secure_kafka["PLAIN"], {}, secure_registry.url, user, ca)
    assert one.failure("registry") == f"The schema registry {secure_registry.url} {reason}"
    assert one.states == "ppsspfss"
    assert "geheim" not in str(one.said)


def test_that_what_is_no_registry_is_told() -> None:
    with scripted_port(lambda head: [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<html>..."]) as url:
        one = Made("broker.invalid:1", {}, url)
    assert one.steps["registry"].text == f"The schema registry {url} answers, but not as a schema registry does."
    assert Made("broker.invalid:1", {}, "registry").steps["registry"].state == "failed"


def test_that_a_registry_that_is_silent_ends_with_the_others(secure_kafka: SecureKafka) -> None:
    with black_hole() as port:
        one = Made(secure_kafka["PLAIN"], {}, f"http://{HOST}:{port}")
    assert one.failure("registry").startswith(f"The schema registry http://{HOST}:{port} did not answer within 5 s.")
