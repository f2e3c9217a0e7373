"""Addresses: what Kafka and a registry take is taken, what they cannot take is a sentence, and a password is seen."""

import pytest

from meshdesk.model.address import bootstrap_problem, holds_password, registry_problem, shown


@pytest.mark.parametrize(
    "good", ["a:1", "a.b-c_d:9092,10.0.0.1:65535", "[::1]:9092", "[fe80::1%eth0]:9092", "a:1, b:2,"]
)
def test_that_brokers_that_kafka_takes_are_taken(good: str) -> None:
    assert bootstrap_problem(good) == ""


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (" ,", "Write where a broker listens, for example localhost:9092."),
        ("a:1,b", "“b” has no port. Kafka mostly listens on 9092: b:9092."),
        ("a:0", "“0” is no port. Ports are numbers from 1 to 65535."),
        ("a:65536", "“65536” is no port. Ports are numbers from 1 to 65535."),
        ("a:²", "“²” is no port. Ports are numbers from 1 to 65535."),
        ("a:" + "9" * 5_000, f"“{'9' * 5_000}” is no port. Ports are numbers from 1 to 65535."),
        ("me@a:1", "“me@a:1” does not begin with a host name. Write it as host:port."),
    ],
    ids=["none", "no port", "0", "65536", "a power", "long", "a user"],
)
def test_that_brokers_that_nobody_can_reach_are_a_sentence(wrong: str, said: str) -> None:
    assert bootstrap_problem(wrong) == said


def test_that_a_registry_has_a_web_address_or_none() -> None:
    glue = ("glue://", "glue://eu-west-1", "glue://eu-west-1/acme prod", "glue:///acme")
    for good in ("", "http://a", "https://a:8081/apis/ccompat/v7", "http://[::1]:8081/", *glue):
        assert registry_problem(good) == ""
    for wrong in ("a:8081", "ftp://a", "http://", "http:// a"):
        said = (
            "A schema registry has a web address, for example http://localhost:8081; that of AWS Glue is glue://REGION."
        )
        assert registry_problem(wrong) == said
    for wrong in ("glue://EU West", "glue://a/b/c", "glue://me@eu-west-1"):
        assert (
            registry_problem(wrong)
            == "AWS Glue is written as glue://REGION or glue://REGION/PROFILE: glue://eu-west-1."
        )


@pytest.mark.parametrize(
    "address", ["http://me:pass@a", "me:pass@a", "http://me:pa/ss@a", "http://me:pa?ss#@a:1/b", "//me@a"]
)
def test_that_a_password_is_seen_wherever_it_stands(address: str) -> None:
    assert holds_password(address)


def test_that_an_address_without_one_holds_none() -> None:
    assert not holds_password("https://a:8081/apis/ccompat/v7?b=c")


def test_that_an_address_is_shown_without_its_login() -> None:
    assert shown("https://ada:lo@ve@registry:8081/api?token=1#x") == "https://registry:8081/api"
