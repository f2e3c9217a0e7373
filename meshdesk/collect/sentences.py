"""What a Kafka error means, as a sentence with the next step."""

import re

from confluent_kafka import KafkaError

from meshdesk.model.trouble import Severity, Trouble

# Topic rights alone are enough to read: the refused group is none that we use.
EXPECTED = (KafkaError.GROUP_AUTHORIZATION_FAILED, KafkaError._PARTITION_EOF)


def trouble_of(error: KafkaError, bootstrap: str, topic: str = "", now: int = 0) -> Trouble | None:
    """The trouble behind an error of the client; None where it is no trouble."""
    code, text = error.code(), error.str()
    if code in EXPECTED:
        return None
    other: Said = (f"Kafka at {bootstrap} answered: {_short(text)}.", "", "attention")
    said = _told_by_text(text, bootstrap) or _told_by_code(code, bootstrap, topic) or other
    sentence, advice, severity = said
    return Trouble(sentence, advice, topic or bootstrap, severity, now)


Said = tuple[str, str, Severity]


def _told_by_text(text: str, bootstrap: str) -> Said | None:
    low = text.lower()
    if "connecting to a ssl listener" in low or "incorrect security.protocol" in low:
        return (
            f"{bootstrap} ends the connection at the first word: it speaks TLS, and MeshDesk spoke plaintext.",
            "Set security.protocol to SSL or SASL_SSL, or use the plaintext port.",
            "bad",
        )
    hung_up = "ssl connection closed by peer" in low and "ssl_handshake" in low
    if (
        hung_up
        or "wrong version number" in low
        or "packet length too long" in low
        or ("plaintext" in low and "ssl" in low)
    ):
        return (
            f"{bootstrap} does not speak TLS, and MeshDesk did.",
            "Set security.protocol to PLAINTEXT or SASL_PLAINTEXT, or use the TLS port.",
            "bad",
        )
    if "certificate verify failed" in low:
        return (
            f"The certificate of {bootstrap} is not trusted: {_short(text)}.",
            "Name the authority's file in ssl.ca.location, or check the host name.",
            "bad",
        )
    return None


def _told_by_code(code: int, bootstrap: str, topic: str) -> Said | None:
    told: dict[int, Said] = {
        KafkaError._RESOLVE: (
            f"The name of {bootstrap} is not known to this machine.",
            "Check the spelling, the VPN and the DNS.",
            "bad",
        ),
        KafkaError._TRANSPORT: (
            f"Nothing answers at {bootstrap}.",
            "Check the host and the port, and whether the broker runs; MeshDesk keeps trying.",
            "bad",
        ),
        # Said alone where there is a connection and no Kafka at its other end (measured with librdkafka 2.16: a TLS
        # listener, a web server, a port that hangs up or is silent); else behind the reason of each broker.
        KafkaError._ALL_BROKERS_DOWN: (
            f"{bootstrap} does not answer as a Kafka does.",
            "Check the port: it may be another program's, or one for TLS (then set security.protocol to SSL or SASL_SSL).",
            "bad",
        ),
        KafkaError._TIMED_OUT: (
            f"{bootstrap} did not answer in time.",
            "Check the network and the broker; MeshDesk keeps trying.",
            "attention",
        ),
        KafkaError._AUTHENTICATION: (
            f"{bootstrap} refuses the login.",
            "Check the user, the password and the mechanism.",
            "bad",
        ),
        KafkaError._SSL: (
            f"The TLS handshake with {bootstrap} failed.",
            "Check the certificates and the port.",
            "bad",
        ),
        KafkaError.UNKNOWN_TOPIC_OR_PART: (
            f"The topic {topic} is not there (any more).",
            "What was read of it stays; choose another topic.",
            "bad",
        ),
        KafkaError._UNKNOWN_TOPIC: (
            f"The topic {topic} is not there (any more).",
            "What was read of it stays; choose another topic.",
            "bad",
        ),
        KafkaError._UNKNOWN_PARTITION: (
            f"A partition of {topic} is not there any more.",
            "What was read of it stays; open the topic again.",
            "bad",
        ),
        KafkaError.TOPIC_AUTHORIZATION_FAILED: (
            f"This login may not read {topic or 'the topic'}.",
            "Ask its owner for the right to read it (ACL: READ and DESCRIBE on the topic).",
            "bad",
        ),
        KafkaError.CLUSTER_AUTHORIZATION_FAILED: (
            f"This login may not ask {bootstrap} about the cluster.",
            "Topics can be read all the same.",
            "attention",
        ),
    }
    return told.get(code)


def _short(text: str) -> str:
    """librdkafka's words without the address it puts in front and the state it puts behind."""
    words = re.sub(r"^(\w+://)?[\w.:\[\]-]+/\w+: ", "", text)
    return re.sub(r" \((after|in state|\d+ identical).*", "", words).strip().rstrip(".")
