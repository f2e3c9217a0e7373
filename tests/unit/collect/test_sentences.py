"""Every error of librdkafka and of brokers as a whole English sentence with advice, and no secret in any."""

import re

import pytest
from confluent_kafka import KafkaError
from hypothesis import given
from hypothesis import strategies as st

from meshdesk import logs
from meshdesk.collect.sentences import (
    EXPECTED,
    client_is_worn,
    too_many_groups,
    trouble_of,
    unseen_groups,
    unseen_settings,
    without_coordinator,
)
from meshdesk.model.trouble import Trouble

HERE = "broker:9092"
CODES = sorted(
    {
        code
        for name in dir(KafkaError)
        if re.fullmatch(r"_?[A-Z_]+", name) and isinstance(code := getattr(KafkaError, name), int)
    }
    - {KafkaError.NO_ERROR}
)


def trouble(code: int, text: str | None = None, bootstrap: str = HERE, topic: str = "") -> Trouble:
    error = KafkaError(code) if text is None else KafkaError(code, text)
    found = trouble_of(error, bootstrap, topic, 42)
    assert found is not None
    return found


def is_whole(sentences: str) -> bool:
    """Sentences that begin with a capital, a quote or the server, end with a stop, and have no hole in them."""
    holes = r"  |\.\.|: \.|\bNone\b|Broker: |Local: |\b_[A-Z]|\(\)|“”"
    return re.fullmatch(r"[A-Z“b].*\.", sentences) is not None and re.search(holes, sentences) is None


def test_that_there_are_codes_of_both_kinds() -> None:
    assert len(CODES) > 150
    assert min(CODES) < -100
    assert max(CODES) > 100


@pytest.mark.parametrize("topic", ["", "orders.v1"])
def test_that_every_error_is_a_sentence_with_advice_or_no_trouble(topic: str) -> None:
    for code in CODES:
        found = trouble_of(KafkaError(code), HERE, topic, 42)
        if code in EXPECTED:
            assert found is None
            continue
        assert found is not None
        assert is_whole(found.text), found.text
        assert is_whole(found.advice), found.advice
        assert HERE in found.text or topic in found.text or "topic" in found.text, "to what it happened"
        assert (found.about, found.seen) == (topic or HERE, 42)


@given(st.integers(-(1 << 31), (1 << 31) - 1), st.text(max_size=50))
def test_that_codes_and_words_that_nobody_knows_are_sentences_too(code: int, text: str) -> None:
    try:
        error = KafkaError(code, text)
    except ValueError:  # a text that C cannot hold
        return
    found = trouble_of(error, HERE)
    assert (found is None) == (error.code() in EXPECTED)
    if found is not None:
        assert found.text.endswith(".")
        assert found.advice.endswith(".")
        assert "\n" not in found.text


def test_that_an_unknown_code_of_a_broker_is_its_answer_and_one_of_the_client_is_its_failure() -> None:
    assert trouble(KafkaError.THROTTLING_QUOTA_EXCEEDED, topic="orders").sentence == (
        f"Kafka at {HERE} answered about orders: Throttling quota has been exceeded. "
        "Try again; if it comes back, ask whoever runs the cluster."
    )
    assert trouble(9999, "something new.").text == f"Kafka at {HERE} answered: something new."
    assert trouble(KafkaError._FATAL, "").text == f"The client for the Kafka at {HERE} failed: no reason was given."


# As librdkafka 2.16 says it; tests/broker/collect/test_sentences.py has it said.


def test_that_an_address_that_a_broker_gave_for_itself_is_told_from_the_one_that_was_asked() -> None:
    text = "kafka.internal:9092/1: Failed to resolve 'kafka.internal:9092': Name or service not known (after 4ms in state CONNECT)"
    assert trouble(KafkaError._RESOLVE, text, "localhost:9092").sentence == (
        "The name of kafka.internal:9092, which broker 1 of localhost:9092 gives as its address (advertised.listeners), is "
        "not known to this machine. Ask whoever runs the cluster for a listener whose address this machine can reach."
    )
    refused = "sasl_ssl://10.0.0.7:9093/22: Connect to ipv4#10.0.0.7:9093 failed: Connection refused (after 0ms in state CONNECT)"
    assert trouble(KafkaError._TRANSPORT, refused).text == (
        "Nothing answers at 10.0.0.7:9093, which broker 22 of broker:9092 gives as its address (advertised.listeners)."
    )


@pytest.mark.parametrize("prefix", ["b:2/bootstrap", "ssl://b:2/bootstrap", "b:2/7"])
def test_that_one_of_several_servers_is_named(prefix: str) -> None:
    found = trouble(KafkaError._TRANSPORT, f"{prefix}: Disconnected (after 1ms in state UP)", "a:1, SSL://b:2")
    assert (found.text, found.about) == ("Nothing answers at b:2.", "a:1, SSL://b:2")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Disconnected: connecting to a SSL listener?", "it speaks TLS, and MeshDesk spoke plaintext."),
        ("SSL handshake failed: ssl/record: wrong version number", "does not speak TLS, and MeshDesk did."),
        (
            "SSL handshake failed: Disconnected: SSL connection closed by peer: connecting to a PLAINTEXT broker listener?",
            "does not speak TLS, and MeshDesk did.",
        ),
        (
            "SSL handshake failed: certificate verify failed: broker certificate could not be verified (after 3ms in state SSL_HANDSHAKE)",
            "is not trusted: SSL handshake failed: certificate verify failed: broker certificate could not be verified.",
        ),
        (
            (
                "SASL SCRAM-SHA-256 mechanism handshake failed: Broker: Unsupported SASL mechanism: "
                "broker's supported mechanisms: PLAIN,OAUTHBEARER (after 1ms in state AUTH_HANDSHAKE)"
            ),
            "takes no login of this kind, but PLAIN, OAUTHBEARER.",
        ),
        ("Broker: Unsupported SASL mechanism", "takes no login of this kind."),
        (
            (
                "SASL PLAIN mechanism handshake failed: Broker: Request not valid in current SASL state: "
                "broker's supported mechanisms:  (after 2ms in state AUTH_HANDSHAKE)"
            ),
            "takes no login, and MeshDesk sent one.",
        ),
        (
            "SASL authentication error: Authentication failed: Invalid username or password (after 3ms in state AUTH_REQ)",
            "refuses the login: Authentication failed: Invalid username or password.",
        ),
    ],
)
def test_that_what_went_wrong_with_a_connection_is_told_by_its_words(text: str, said: str) -> None:
    found = trouble(KafkaError._AUTHENTICATION, f"sasl_ssl://{HERE}/bootstrap: {text}")
    assert HERE in found.text
    assert found.text.endswith(said)


def test_that_no_secret_is_in_a_sentence() -> None:
    logs.keep_secret("geheim-und-mehr")
    for code in CODES:
        for text in (
            "the token geheim-und-mehr was refused",
            "user=ada password=hunter2",
            "at https://ada:hunter2@idp/",
        ):
            found = trouble_of(KafkaError(code, text), HERE, "orders")
            assert found is None or not re.search("geheim|hunter2", found.sentence)


# What is not known of groups and settings


@pytest.mark.parametrize("names", [["payments.scoring"], ["payments.scoring", "b"], ["payments.scoring", "b", "c"]])
def test_that_what_is_not_known_of_groups_and_topics_is_a_sentence_that_names_one(names: list[str]) -> None:
    away = without_coordinator(HERE, names, 42)
    assert is_whole(away.advice)
    for text in (away.text, unseen_groups(HERE, names), unseen_settings(HERE, names)):
        assert is_whole(text), text
        assert "payments.scoring" in text
        assert HERE in text
        assert ("and others" in text) == (len(names) > 1)
    assert (away.about, away.severity, away.seen, away.passes) == (HERE, "attention", 42, True)


def test_that_a_sentence_on_groups_stays_the_same_while_their_number_changes() -> None:
    assert without_coordinator(HERE, ["a", "b"]) == without_coordinator(HERE, ["a", "b", "c"])


def test_that_what_is_not_asked_any_more_is_a_sentence() -> None:
    assert is_whole(client_is_worn(HERE))
    assert too_many_groups(HERE, 12_345, 10_000) == (
        "broker:9092 has 12,345 consumer groups, of which MeshDesk follows 10,000."
    )
