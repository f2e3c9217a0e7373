"""Why an address does not do, where the Kafka client only says that it does not: tried again by hand, step by step."""

import time
from collections.abc import Mapping

from meshdesk.collect.properties import PropertiesError
from meshdesk.collect.reach import Address, Place, Speaks, Unreached, connect, resolve, spoken
from meshdesk.collect.sentences import advertised_silent, advertised_unknown
from meshdesk.collect.tls import peer_certificate, shake_hands, trust_of, uses_tls, wants_certificate

NAME = 2.0  # s for a name, of the seconds that there are


def why_not(address: Address, properties: Mapping[str, str], seconds: float) -> Unreached | None:
    """What is wrong with it under these client settings; None where nothing is found."""
    until = time.monotonic() + seconds
    try:
        places = resolve(address, min(NAME, seconds))
        left = max(0.1, until - time.monotonic())
        if uses_tls(properties):
            shaken = shake_hands(address, places, trust_of(properties), left)
            if shaken.wants_certificate:
                return wants_certificate(address, properties)
            speaks = shaken.speaks
        else:
            speaks = spoken_plainly(address, places, left)
    except Unreached as error:
        return wants_certificate(address, properties) if error.step == "login" else error
    except PropertiesError:
        return None  # the client says it
    return wrong_partner(address, speaks, properties)


def why_not_advertised(address: Address, number: int, bootstrap: str, seconds: float) -> Unreached | None:
    """What is wrong with the way to an address that a broker gives for itself; None where there is one."""
    try:
        connect(address, resolve(address, min(NAME, seconds)), seconds / 2).close()
    except Unreached as error:
        return advertised(address, number, bootstrap, error)
    return None


def advertised(address: Address, number: int, bootstrap: str, error: Unreached) -> Unreached:
    """The same error, for an address that nobody typed in; in the words that the client's own errors get."""
    broker = f"broker {number} of {bootstrap}"
    if error.step == "name":
        return Unreached("name", *advertised_unknown(str(address), broker))
    if error.step == "tcp":
        return Unreached("tcp", *advertised_silent(str(address), broker))
    text = f"{broker[:1].upper()}{broker[1:]} gives {address} as its address (advertised.listeners). {error.text}"
    return Unreached(error.step, text, error.advice)


def wrong_partner(address: Address, speaks: Speaks | None, properties: Mapping[str, str]) -> Unreached | None:
    """What is wrong with who answers there; None where that is a Kafka as it is wanted, or is not known."""
    if speaks is Speaks.BARRED and not logs_in(properties):
        return Unreached(
            "login",
            f"The Kafka at {address} hangs up on one who does not log in.",
            "Set security.protocol to SASL_SSL or SASL_PLAINTEXT, with a user and a password, or use another port.",
        )
    return None if speaks in (Speaks.KAFKA, Speaks.BARRED, None) else no_kafka(address, speaks)


def spoken_plainly(address: Address, places: list[Place], seconds: float) -> Speaks:
    """What answers at an address to one who does without TLS. Raises Unreached, also where TLS is spoken there."""
    with connect(address, places, seconds / 2) as stream:
        speaks = spoken(stream, seconds / 2)
    if speaks is Speaks.TLS or (speaks is Speaks.NOTHING and peer_certificate(address, places, seconds / 2)):
        raise Unreached(
            "tls",
            f"{address} speaks TLS, and MeshDesk spoke plaintext.",
            "Set security.protocol to SSL or SASL_SSL, or use the plaintext port.",
        )
    return speaks


def logs_in(properties: Mapping[str, str]) -> bool:
    """Whether client settings name a login by SASL."""
    return properties.get("security.protocol", "").lower().startswith("sasl")


def no_kafka(address: Address, speaks: Speaks) -> Unreached:
    """Something that is none, as far as can be told: a broker that hangs says nothing, too."""
    if speaks is Speaks.NOTHING:
        return Unreached(
            "tcp",
            f"{address} takes connections, and does not answer as a Kafka does.",
            "Check whether the broker is well, and the port: it may be another program's.",
        )
    who = "a web server" if speaks is Speaks.HTTP else "another program"
    return Unreached(
        "metadata", f"There is no Kafka at {address}: {who} answers there.", "Check the host and the port."
    )
