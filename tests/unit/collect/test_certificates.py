"""Certificates read as people speak of them, and a client's own in every form and with every mistake."""

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from meshdesk.collect.certificates import own, read_certificate
from meshdesk.collect.properties import PropertiesError, names_own
from tests.certificates import (
    AUTHORITY,
    ELSEWHERE,
    KEY_PASSWORD,
    NOW,
    UNTIL,
    Certificates,
    authority,
    signed,
)

CERTIFICATE, KEY, PASSWORD = "ssl.certificate.location", "ssl.key.location", "ssl.key.password"
STORE, STORE_PASSWORD = "ssl.keystore.location", "ssl.keystore.password"


def der(pem: Path) -> bytes:
    return x509.load_pem_x509_certificate(pem.read_bytes()).public_bytes(Encoding.DER)


def test_what_stands_in_a_certificate(certificates: Certificates) -> None:
    found = read_certificate(der(certificates.elsewhere))
    assert found is not None
    assert (found.subject, found.issuer, found.names) == ("kafka.example.org", AUTHORITY, ELSEWHERE)
    assert found.ends == UNTIL
    assert found.begins < NOW
    assert not found.is_self_signed
    ca = read_certificate(der(certificates.ca))
    assert ca is not None
    assert ca.is_self_signed
    assert ca.named == AUTHORITY


def test_that_a_certificate_for_many_hosts_is_named_in_a_line() -> None:
    many = signed(authority("x"), "a", tuple(f"host-{number}" for number in range(40)))
    found = read_certificate(many.certificate.public_bytes(Encoding.DER))
    assert found is not None
    assert found.named == "host-0, host-1, host-2, host-3, host-4 and 35 more"


@pytest.mark.parametrize("data", [b"", b"\x30", b"garbage"])
def test_that_what_is_no_certificate_is_none(data: bytes) -> None:
    assert read_certificate(data) is None


# This client's own


@pytest.fixture
def forms(certificates: Certificates) -> dict[str, dict[str, str]]:
    """The same certificate and key in each form that a person may have them in."""
    c = certificates
    key, certificate = c.client_key.read_text(), c.client.read_text()
    return {
        "pem": {CERTIFICATE: str(c.client), KEY: str(c.client_key)},
        "pem with a password for nothing": {CERTIFICATE: str(c.client), KEY: str(c.client_key), PASSWORD: "x"},
        "locked pem": {CERTIFICATE: str(c.client), KEY: str(c.client_locked_key), PASSWORD: KEY_PASSWORD},
        "p12": {STORE: str(c.client_p12), STORE_PASSWORD: KEY_PASSWORD},
        "p12 without a password": {STORE: str(c.client_open_p12)},
        "text": {"ssl.certificate.pem": certificate, "ssl.key.pem": key},
    }


def test_that_each_form_gives_the_same_certificate_and_key(
    forms: dict[str, dict[str, str]], certificates: Certificates
) -> None:
    for form, settings in forms.items():
        assert names_own(settings), form
        found = own(settings)
        assert found is not None, form
        assert found.certificate.subject == "client"
        assert found.pem.startswith(certificates.client.read_text()), form
        assert found.key_pem == certificates.client_key.read_text(), form
        assert "PRIVATE" not in repr(found)


def test_that_no_certificate_is_none() -> None:
    assert own({"security.protocol": "SSL", CERTIFICATE: ""}) is None
    assert not names_own({})


def test_that_each_mistake_is_a_sentence(certificates: Certificates, tmp_path: Path) -> None:
    c = certificates
    garbage = tmp_path / "garbage"
    garbage.write_bytes(b"nothing")
    said = {
        f"The password does not open {c.client_p12}. Write the one that it was made with.": {
            STORE: str(c.client_p12),
            STORE_PASSWORD: "geheim",
        },
        f"{c.client_p12} is locked with a password, and none is given. Write it beside the file.": {
            STORE: str(c.client_p12)
        },
        f"{garbage} is no PKCS#12 file. Name one (.p12, .pfx), or name certificate and key as PEM files.": {
            STORE: str(garbage)
        },
        "This client's certificate cannot be read from /nowhere/p12: No such file or directory. "
        "Check the path and its rights.": {STORE: "/nowhere/p12"},
        f"The password does not open the key in {c.client_locked_key}. Write the one that it was made with.": {
            CERTIFICATE: str(c.client),
            KEY: str(c.client_locked_key),
            PASSWORD: "geheim",
        },
        f"The key in {c.client_locked_key} is locked with a password, and none is given. Write it beside the file.": {
            CERTIFICATE: str(c.client),
            KEY: str(c.client_locked_key),
        },
        f"{garbage} holds no key that can be read. Name a file that has it as PEM (BEGIN PRIVATE KEY).": {
            CERTIFICATE: str(c.client),
            KEY: str(garbage),
        },
        f"{garbage} holds no certificate. Name a file that has it as PEM (BEGIN CERTIFICATE).": {
            CERTIFICATE: str(garbage),
            KEY: str(c.client_key),
        },
        f"The key in {c.strange_client_key} is not that of the certificate in {c.client}. Name the two that belong.": {
            CERTIFICATE: str(c.client),
            KEY: str(c.strange_client_key),
        },
        "This client's certificate is named without its key. Name the key in ssl.key.location.": {
            CERTIFICATE: str(c.client)
        },
    }
    for sentence, settings in said.items():
        with pytest.raises(PropertiesError) as raised:
            own(settings)
        assert str(raised.value) == sentence
        assert "geheim" not in str(raised.value)
