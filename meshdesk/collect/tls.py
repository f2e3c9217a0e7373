"""TLS with an address: whom to trust, the handshake, and why it failed, as a sentence with the certificate's own words."""

import re
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import truststore

from meshdesk.collect.properties import PropertiesError, names_own
from meshdesk.collect.reach import Address, Place, Speaks, Unreached, connect, spoken
from meshdesk.model.wording import day

if TYPE_CHECKING:
    from meshdesk.collect.certificates import Certificate

ASK = 1.5  # s for what a port speaks besides, once it is known to be in the way

# OpenSSL's reasons (openssl-verification-options(1)); on macOS and Windows the system judges, and gives none of them.
BEGINS_LATER, EXPIRED, NO_NAME, NO_ADDRESS = 9, 10, 62, 64


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom to believe that an address is who it says."""

    ca: str = ""  # a file or folder of authorities (PEM); "" for the system's
    pem: str = ""  # or the authorities themselves
    verifies: bool = True
    checks_name: bool = True
    setting: str = "in ssl.ca.location"  # where a person names the file

    @property
    def whose(self) -> str:
        """What an authority that is not trusted is not, as it stands in a sentence."""
        return f"in {self.ca or 'ssl.ca.pem'}" if self.ca or self.pem else "known to this system"


@dataclass(frozen=True, slots=True)
class Shaken:
    """A handshake that was made."""

    version: str  # TLS 1.3
    certificate: "Certificate | None"
    speaks: (
        Speaks | None
    )  # what answered behind it; None: not known, as the other end wants a certificate of the client
    wants_certificate: bool


def trust_of(properties: Mapping[str, str]) -> Trust:
    """What client settings (librdkafka's) say of it."""
    ca = properties.get("ssl.ca.location", "")
    return Trust(
        ca="" if ca == "probe" else ca,
        pem=properties.get("ssl.ca.pem", ""),
        verifies=properties.get("enable.ssl.certificate.verification", "true").lower() != "false",
        checks_name=properties.get("ssl.endpoint.identification.algorithm", "https").lower() == "https",
    )


def uses_tls(properties: Mapping[str, str]) -> bool:
    """Whether client settings say so."""
    return properties.get("security.protocol", "plaintext").lower() in ("ssl", "sasl_ssl")


def context(trust: Trust) -> ssl.SSLContext:
    """For one who speaks first. Raises PropertiesError."""
    if not trust.verifies:
        return _blind()
    if not trust.ca and not trust.pem:
        ours: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # a company's own authority among them
    else:
        ours = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        _load(ours, trust)
    ours.check_hostname = trust.checks_name
    return ours


def _load(ours: ssl.SSLContext, trust: Trust) -> None:
    named = f"The authorities in {trust.ca or 'ssl.ca.pem'} cannot be used"
    try:
        if trust.pem:
            ours.load_verify_locations(cadata=trust.pem)
        elif Path(trust.ca).is_dir():
            ours.load_verify_locations(capath=trust.ca)
        else:
            ours.load_verify_locations(cafile=trust.ca)
    except ssl.SSLError as error:
        raise PropertiesError(f"{named}: no certificate is in there. Name a PEM file (BEGIN CERTIFICATE).") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise PropertiesError(f"{named}: {reason[:1].lower()}{reason[1:]}. Check the path and its rights.") from error


def _blind() -> ssl.SSLContext:
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    ours.check_hostname = False
    ours.verify_mode = ssl.CERT_NONE
    return ours


def shake_hands(address: Address, places: list[Place], trust: Trust, seconds: float, asks_kafka: bool = True) -> Shaken:
    """One handshake without a certificate of the client, and what is spoken behind it. Raises Unreached and PropertiesError."""
    until = time.monotonic() + seconds
    ours = context(trust)
    with connect(address, places, seconds) as plain:
        plain.settimeout(max(0.05, until - time.monotonic()))
        try:
            with ours.wrap_socket(plain, server_hostname=address.host) as talk:
                version = (talk.version() or "TLS").replace("TLSv", "TLS ")
                certificate = _shown(talk)
                speaks, wants = None, False
                if asks_kafka:
                    try:
                        speaks = spoken(talk, max(0.05, until - time.monotonic()))
                    except ssl.SSLError:  # with TLS 1.3 the other end says no only now (RFC 8446, 4.4.2.4)
                        wants = True
                return Shaken(version, certificate, speaks, wants)
        except ssl.SSLCertVerificationError as error:
            raise untrusted(address, trust, error, peer_certificate(address, places)) from error
        except TimeoutError as error:
            raise Unreached(
                "tls",
                f"{address} did not answer the TLS handshake within {seconds:.0f} s.",
                "Check the port: it may be one without TLS, or another program's.",
            ) from error
        except OSError as error:  # ssl.SSLError is one
            raise _no_handshake(address, places, error) from error


def _no_handshake(address: Address, places: list[Place], error: OSError) -> Unreached:
    reason = str(getattr(error, "reason", "") or "")
    if "ALERT" in reason and re.search("CERTIFICATE|HANDSHAKE_FAILURE|UNKNOWN_CA", reason):
        return wants_certificate(address)
    if "ALERT" in reason or ("VERSION" in reason and "WRONG" not in reason) or "PROTOCOL" in reason:
        words = reason.replace("_", " ").lower()
        return Unreached(
            "tls",
            f"{address} speaks TLS, but no kind of it that MeshDesk speaks too ({words}).",
            "Ask whoever runs it for TLS 1.2 or 1.3.",
        )
    with suppress(Unreached), connect(address, places, ASK) as plain:
        speaks = spoken(plain, ASK)
        if speaks in (Speaks.KAFKA, Speaks.BARRED):
            return Unreached(
                "tls",
                f"{address} does not speak TLS, and MeshDesk did: a Kafka answers there in plaintext.",
                "Set security.protocol to PLAINTEXT or SASL_PLAINTEXT, or use the TLS port.",
            )
        if speaks is Speaks.HTTP:
            return Unreached("tls", f"{address} does not speak TLS: a web server answers there.", "Check the port.")
    return Unreached(
        "tls",
        f"{address} does not speak TLS, and MeshDesk did.",
        "Set security.protocol to PLAINTEXT or SASL_PLAINTEXT, or use the TLS port.",
    )


def wants_certificate(address: Address, properties: Mapping[str, str] | None = None) -> Unreached:
    """The other end takes only clients with a certificate; `properties` may name one, which it does not take."""
    if properties is not None and names_own(properties):
        return Unreached(
            "login",
            f"{address} does not take the certificate of this client.",
            "Check that it is valid and signed by an authority that the cluster trusts; whoever runs the cluster knows.",
        )
    return Unreached(
        "login",
        f"{address} wants a certificate of this client, and MeshDesk has none to show.",
        "Name yours and its key (ssl.certificate.location and ssl.key.location, or ssl.keystore.location for PKCS#12).",
    )


def peer_certificate(address: Address, places: list[Place], seconds: float = ASK) -> "Certificate | None":
    """The certificate that an address shows to anybody, trusted or not; None where it shows none."""
    with suppress(Unreached, OSError), connect(address, places, seconds) as plain:
        plain.settimeout(seconds)
        with _blind().wrap_socket(plain, server_hostname=address.host) as talk:
            return _shown(talk)
    return None


def _shown(talk: ssl.SSLSocket) -> "Certificate | None":
    # It takes 60 ms to import, which a connection that simply works does not pay.
    from meshdesk.collect.certificates import read_certificate

    return read_certificate(talk.getpeercert(binary_form=True) or b"")


def untrusted(
    address: Address, trust: Trust, error: ssl.SSLCertVerificationError, certificate: "Certificate | None"
) -> Unreached:
    """Why a certificate is not believed, in the words of the person who has to mend it."""
    code, now = getattr(error, "verify_code", 0), datetime.now(UTC)
    if certificate is None:
        return Unreached(
            "tls",
            f"The certificate of {address} is not trusted: {_words(error)}.",
            f"Name the file of its authority (PEM) {trust.setting}.",
        )
    ends, begins = certificate.ends, certificate.begins
    if code == EXPIRED or (not code and ends < now):
        if ends >= now:
            return Unreached(
                "tls",
                f"An authority above the certificate of {address} (“{certificate.issuer}”) has expired.",
                f"Ask whoever runs it for the new one, and name its file {trust.setting}.",
            )
        return Unreached(
            "tls",
            f"The certificate of {address} expired on {day(ends)}.",
            "Whoever runs it has to renew it; check the clock of this machine, too.",
        )
    if code == BEGINS_LATER or (not code and begins > now):
        return Unreached(
            "tls",
            f"The certificate of {address} is valid from {day(begins)} on, and not yet.",
            "Check the clock of this machine.",
        )
    if code in (NO_NAME, NO_ADDRESS) or (not code and address.host not in certificate.names and trust.checks_name):
        return Unreached(
            "tls",
            f"The certificate of {address} is for {certificate.named}, and not for {address.host}.",
            "Connect by a name that it is for, or ask whoever runs it for a certificate with this one.",
        )
    signer = "it signed itself, and" if certificate.is_self_signed else f"its authority “{certificate.issuer}”"
    return Unreached(
        "tls",
        f"The certificate of {address} is not trusted: {signer} is not {trust.whose}.",
        f"Name the file of that authority (PEM) {trust.setting}; whoever runs the server has it.",
    )


def _words(error: ssl.SSLCertVerificationError) -> str:
    return str(getattr(error, "verify_message", "") or "no reason was given").rstrip(".")
