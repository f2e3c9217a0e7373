"""Settings by their names: those of librdkafka that carry a secret are known, and those that carry none are let through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.model.setting import FILE, WORDS, is_secret, may_hold_a_secret


@pytest.mark.parametrize(
    "name",
    [
        "sasl.password",
        "ssl.key.password",
        "ssl.keystore.password",
        "ssl.key.pem",
        "sasl.oauthbearer.client.secret",
        "sasl.jaas.config",
        "basic.auth.user.info",
        "SASL.PASSWORD",
    ],
)
def test_that_a_name_that_promises_a_secret_is_known(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize(
    "name", ["sasl.username", "ssl.ca.location", "ssl.key.location", "client.rack", "sasl.mechanism"]
)
def test_that_the_rest_is_no_secret(name: str) -> None:
    assert not is_secret(name, "some value")


def test_that_an_address_with_a_login_is_a_secret_whatever_its_name_says() -> None:
    assert is_secret("client.rack", "https://me:word@host/x")
    assert not is_secret("client.rack", "https://host/x")


@given(
    st.text(st.characters(codec="ascii"), max_size=6),
    st.sampled_from([*WORDS, FILE, "SAS_Key", "access-key", "apikey", "keystore.KEY", ""]),
    st.text(st.characters(codec="ascii"), max_size=6),
    st.sampled_from(["", "https://me:word@host/x", "//@", "@//"]),
)
def test_that_a_glance_at_many_settings_misses_no_secret(before: str, word: str, after: str, value: str) -> None:
    name = before + word + after
    if is_secret(name, value):
        assert may_hold_a_secret(f'{{"rack": "1", "{name}": "{value}"}}'.encode())
