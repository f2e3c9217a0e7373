"""Certificates as people speak of them: whom one is for, who signed it, until when it holds; and a client's own with its key."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12
from cryptography.x509.oid import NameOID

from meshdesk.collect.properties import PropertiesError, names_own

NAMES_SHOWN = 5  # of a certificate; those of large services have a hundred


@dataclass(frozen=True, slots=True)
class Certificate:
    """What stands in one."""

    subject: str  # the common name; the whole name where there is none
    issuer: str
    names: tuple[str, ...]  # hosts and addresses that it is for
    begins: datetime
    ends: datetime
    is_self_signed: bool

    @property
    def named(self) -> str:
        """The hosts that it is for, as they stand in a sentence."""
        names = self.names or (self.subject,)
        more = len(names) - NAMES_SHOWN
        return ", ".join(names[:NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")


def read_certificate(der: bytes) -> Certificate | None:
    """What stands in a certificate (DER); None for one that cannot be read."""
    try:
        return _read(x509.load_der_x509_certificate(der))
    except (ValueError, UnsupportedAlgorithm):
        return None


def _read(found: x509.Certificate) -> Certificate:
    names: tuple[str, ...] = ()
    try:
        others = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        hosts = others.get_values_for_type(x509.DNSName)
        names = (*hosts, *map(str, others.get_values_for_type(x509.IPAddress)))
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        pass
    return Certificate(
        subject=_common_name(found.subject),
        issuer=_common_name(found.issuer),
        names=names,
        begins=found.not_valid_before_utc,
        ends=found.not_valid_after_utc,
        is_self_signed=found.issuer == found.subject,
    )


def _common_name(name: x509.Name) -> str:
    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(common[0].value) if common else name.rfc4514_string() or "nobody"


# This client's own


@dataclass(frozen=True, slots=True)
class Own:
    """This client's certificate and its key, which no repr shows."""

    certificate: Certificate
    pem: str
    key_pem: str

    def __repr__(self) -> str:
        return f"Own({self.certificate.subject!r})"


def own(properties: Mapping[str, str]) -> Own | None:
    """The certificate and key that client settings name, read and held against each other; None where they name none.

    Raises PropertiesError.
    """
    if not names_own(properties):
        return None
    if store := properties.get("ssl.keystore.location"):
        return _of_store(store, properties.get("ssl.keystore.password", ""))
    place = properties.get("ssl.certificate.location", "")
    text = _bytes(place, "certificate") if place else properties["ssl.certificate.pem"].encode()
    key_place = properties.get("ssl.key.location", "")
    if not key_place and not properties.get("ssl.key.pem"):
        raise PropertiesError("This client's certificate is named without its key. Name the key in ssl.key.location.")
    key_text = _bytes(key_place, "key") if key_place else properties["ssl.key.pem"].encode()
    try:
        chain = x509.load_pem_x509_certificates(text)
    except ValueError as error:
        raise PropertiesError(
            f"{place or 'ssl.certificate.pem'} holds no certificate. Name a file that has it as PEM (BEGIN CERTIFICATE)."
        ) from error
    key = _key(key_text, properties.get("ssl.key.password", ""), key_place or "ssl.key.pem")
    return _matched(chain, key, place or "ssl.certificate.pem", key_place or "ssl.key.pem")


def _of_store(store: str, password: str) -> Own:
    """PKCS#12 (RFC 7292)."""
    data = _bytes(store, "certificate")
    try:
        found = load_pkcs12(data, password.encode() or None)
    except ValueError as error:
        if "password" not in str(error).lower() and "mac" not in str(error).lower():
            raise PropertiesError(
                f"{store} is no PKCS#12 file. Name one (.p12, .pfx), or name certificate and key as PEM files."
            ) from error
        if password:
            raise PropertiesError(
                f"The password does not open {store}. Write the one that it was made with."
            ) from error
        raise PropertiesError(
            f"{store} is locked with a password, and none is given. Write it beside the file."
        ) from error
    except UnsupportedAlgorithm as error:
        raise PropertiesError(
            f"{store} is locked in a way that is too old to be opened. Make it anew with a present openssl."
        ) from error
    if found.cert is None or found.key is None:
        lacks = "key" if found.key is None else "certificate"
        raise PropertiesError(f"{store} holds no {lacks}. Export it again with certificate and key.")
    chain = [found.cert.certificate, *(more.certificate for more in found.additional_certs)]
    return _matched(chain, found.key, store, store)


def _key(text: bytes, password: str, place: str) -> PrivateKeyTypes:
    try:
        return load_pem_private_key(text, password.encode() or None)
    except TypeError:  # a password where none is wanted, or none where one is
        if not password:
            raise PropertiesError(
                f"The key in {place} is locked with a password, and none is given. Write it beside the file."
            ) from None
        return _key(text, "", place)
    except (ValueError, UnsupportedAlgorithm) as error:
        if password and b"ENCRYPTED" in text:
            raise PropertiesError(
                f"The password does not open the key in {place}. Write the one that it was made with."
            ) from error
        raise PropertiesError(
            f"{place} holds no key that can be read. Name a file that has it as PEM (BEGIN PRIVATE KEY)."
        ) from error


def _matched(chain: list[x509.Certificate], key: PrivateKeyTypes, place: str, key_place: str) -> Own:
    form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    if chain[0].public_key().public_bytes(*form) != key.public_key().public_bytes(*form):
        raise PropertiesError(
            f"The key in {key_place} is not that of the certificate in {place}. Name the two that belong."
        )
    return Own(
        _read(chain[0]),
        "".join(one.public_bytes(Encoding.PEM).decode() for one in chain),
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
    )


def _bytes(place: str, what: str) -> bytes:
    try:
        return Path(place).read_bytes()
    except OSError as error:
        raise PropertiesError(
            f"This client's {what} cannot be read from {place}: {error.strerror}. Check the path and its rights."
        ) from error
