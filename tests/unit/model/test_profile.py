"""A profile by itself: which names it may have, what is wrong with it, which secrets it has, and that it shows none."""

from dataclasses import replace

import pytest

from meshdesk.model.profile import (
    DEVICES,
    MECHANISMS,
    Credentials,
    Profile,
    Security,
    name_problem,
    needed,
    only,
    problems,
    setting_problem,
    trimmed,
    wanted,
)

LOGIN = Profile("acme", "kafka:9093", "SASL_SSL", mechanism="PLAIN", user="me")


@pytest.mark.parametrize(
    "name", ["acme-prod", "Prüfstand 2", "交易", "a", "v1.2", "prod_eu (read only)", "demo2", "nullable"]
)
def test_that_a_name_may_be_what_people_call_things(name: str) -> None:
    assert name_problem(name) == ""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "Give the connection a name"),
        ("  ", "Give the connection a name"),
        (" a", "begins or ends with a blank"),
        ("tail", "is a word of the command line"),
        ("Demo", "is a word of the command line"),
        ("self-test", "is a word of the command line"),
        ("--connection", "does not begin with “-”"),
        (".hidden", "does not begin with “.”"),
        ("..", "does not begin with “.”"),
        ("kafka:9092", "holds no “:”"),
        ("a/b", "holds no “/”"),
        ("a\\b", "holds no “\\”"),
        ("a,b", "holds no “,”"),
        ("what?", "holds no “?”"),
        ("orders.meshcap", "reads like a file"),
        ("acme.TOML", "reads like a file"),
        ("end.", "does not end with a dot"),
        ("con", "a device on Windows"),
        ("Lpt1", "a device on Windows"),
        ("NUL.old", "a device on Windows"),
        ("com¹", "a device on Windows"),
        ("a\nb", "cannot be seen"),
        ("a\u202eb", "cannot be seen"),
        ("\ud800", "cannot be seen"),
        ("x" * 65, "too long"),
        ("交" * 64 + "易" * 3, "too long"),
    ],
)
def test_that_a_name_that_means_something_else_is_refused(name: str, said: str) -> None:
    assert said in name_problem(name)


def test_that_a_name_of_many_bytes_is_refused_before_a_file_system_does() -> None:
    assert len("😀" * 60) <= 64
    assert "too long" in name_problem("😀" * 60)
    assert DEVICES.fullmatch("aux")


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"bootstrap": ""}, "bootstrap", "Write where a broker listens"),
        ({"registry": "localhost:8081"}, "registry", "has a web address"),
        ({"registry": "https://me:word@host"}, "registry", "holds a login"),
        ({"user": " "}, "user", "Write the user"),
        ({"mechanism": "GSSAPI"}, "mechanism", "SCRAM-SHA-512"),
        ({"certificate": "a.pem", "keystore": "b.p12"}, "keystore", "not both"),
        ({"key": "a.key"}, "certificate", "needs its certificate"),
        ({"colour": "red"}, "colour", "#rrggbb"),
        ({"registry_user": "a:b"}, "registry_user", "no “:”"),
        ({"settings": {"sasl.password": "hunter2"}}, "settings", "holds a secret"),
        ({"settings": {"client.rack": "x", "sasl.username": "me"}}, "settings", "said by the connection itself (user)"),
        ({"settings": {"a b": "x"}}, "settings", "no name of a setting"),
    ],
)
def test_that_what_is_wrong_is_said_of_its_field(change: dict[str, object], field: str, said: str) -> None:
    assert problems(LOGIN) == {}
    found = problems(replace(LOGIN, **change))  # type: ignore[arg-type]
    assert list(found) == [field]
    assert said in found[field]
    assert "hunter2" not in found[field]


def test_that_a_setting_whose_value_is_a_login_is_refused_without_repeating_it() -> None:
    said = setting_problem("http.proxy", "http://me:hunter2@proxy")
    assert said.startswith("http.proxy holds a secret")
    assert "hunter2" not in said


@pytest.mark.parametrize(
    ("security", "change", "may", "must"),
    [
        ("PLAINTEXT", {}, (), ()),
        ("SSL", {}, (), ()),
        ("SSL", {"keystore": "a.p12"}, ("key_password",), ()),
        ("SASL_SSL", {"certificate": "a.pem"}, ("password", "key_password"), ("password",)),
        ("SASL_PLAINTEXT", {}, ("password",), ("password",)),
        ("PLAINTEXT", {"registry": "http://r", "registry_user": "me"}, ("registry_password",), ("registry_password",)),
        ("PLAINTEXT", {"registry": "http://r"}, (), ()),
        ("PLAINTEXT", {"certificate": "a.pem"}, (), ()),
    ],
)
def test_that_each_kind_of_security_has_its_secrets(
    security: Security, change: dict[str, object], may: tuple[str, ...], must: tuple[str, ...]
) -> None:
    profile = replace(LOGIN, security=security, **change)  # type: ignore[arg-type]
    assert (wanted(profile), needed(profile)) == (may, must)


def test_that_what_has_no_use_is_not_saved() -> None:
    full = replace(
        LOGIN,
        mechanism=MECHANISMS[0],
        ca=" ca.pem ",
        keystore="k.p12",
        key="left.key",
        registry="http://r",
        registry_user="me",
        registry_ca="r.pem",
        catalogues=("a", " "),
    )
    kept = trimmed(full)
    assert (kept.ca, kept.key, kept.catalogues, kept.user) == ("ca.pem", "", ("a",), "me")
    assert trimmed(replace(full, security="SSL")).user == ""
    plain = trimmed(replace(full, security="PLAINTEXT", registry=""))
    assert plain == Profile("acme", "kafka:9093", catalogues=("a",))


def test_that_credentials_show_nothing_and_those_that_are_typed_win() -> None:
    stored, typed = Credentials("stored-pass", "stored-key", "stored-reg"), Credentials(password="typed-pass")
    for credentials in (stored, typed):
        assert "pass" not in repr(credentials).replace("password", "")
    assert typed.over(stored) == Credentials("typed-pass", "stored-key", "stored-reg")
    assert only(stored, ("key_password",)) == Credentials(key_password="stored-key")
