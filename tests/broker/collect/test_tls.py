"""TLS with an address: whom to trust, what a handshake tells, and each way in which it fails."""

import socket
import ssl
from contextlib import ExitStack
from pathlib import Path
from threading import Thread

import pytest

from meshdesk.collect.properties import PropertiesError
from meshdesk.collect.reach import Address, Place, Speaks, Unreached, resolve
from meshdesk.collect.tls import Trust, context, peer_certificate, shake_hands, trust_of, uses_tls
from tests.broker.collect.listening import HOST, closed_port
from tests.certificates import AUTHORITY, Certificates
from tests.secure_kafka import SecureKafka


def at(port: int, host: str = HOST) -> tuple[Address, list[Place]]:
    return Address(host, port), [Place(socket.AF_INET, (HOST, port))]


def test_what_client_settings_say_of_trust() -> None:
    assert trust_of({}) == trust_of({"ssl.ca.location": "probe"}) == Trust()
    assert trust_of({"ssl.ca.location": "/ca.pem"}).ca == "/ca.pem"
    assert not trust_of({"enable.ssl.certificate.verification": "False"}).verifies
    assert not trust_of({"ssl.endpoint.identification.algorithm": "none"}).checks_name
    assert [uses_tls({"security.protocol": name}) for name in ("SSL", "sasl_ssl", "SASL_PLAINTEXT")] == [
        True,
        True,
        False,
    ]


def test_that_a_handshake_tells_version_certificate_and_what_is_behind_it(secure_kafka: SecureKafka) -> None:
    ca = secure_kafka.certificates.ca
    port = secure_kafka.ports["TLS"]
    for trust in (Trust(ca=str(ca)), Trust(pem=ca.read_text()), Trust(verifies=False)):
        shaken = shake_hands(*at(port), trust, 5)
        assert (shaken.version, shaken.speaks, shaken.wants_certificate) == ("TLS 1.3", Speaks.KAFKA, False)
        assert shaken.certificate is not None
        assert shaken.certificate.issuer == AUTHORITY
    assert shake_hands(*at(port), Trust(ca=str(ca)), 5, asks_kafka=False).speaks is None
    assert shake_hands(*at(secure_kafka.ports["MUTUAL"]), Trust(ca=str(ca)), 5).wants_certificate


def test_that_the_name_may_be_left_out_of_it(secure_kafka: SecureKafka) -> None:
    port, ca = secure_kafka.ports["ELSEWHERE"], str(secure_kafka.certificates.ca)
    with pytest.raises(Unreached, match=r"is for kafka\.example\.org"):
        shake_hands(*at(port), Trust(ca=ca), 5)
    assert shake_hands(*at(port), Trust(ca=ca, checks_name=False), 5).certificate is not None
    assert shake_hands(*at(port, "b.kafka.example.org"), Trust(ca=ca), 5).certificate is not None


def test_that_a_server_with_the_old_tls_alone_asks_for_a_certificate_within_the_handshake(
    certificates: Certificates,
) -> None:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificates.server)
    server.load_verify_locations(certificates.ca)
    server.verify_mode = ssl.CERT_REQUIRED
    server.maximum_version = ssl.TLSVersion.TLSv1_2
    with ExitStack() as held:
        address, places = listening(held, server)
        with pytest.raises(Unreached, match="wants a certificate of this client") as raised:
            shake_hands(address, places, Trust(ca=str(certificates.ca)), 5)
    assert raised.value.step == "login"


def listening(held: ExitStack, server: ssl.SSLContext) -> tuple[Address, list[Place]]:
    """One that shakes hands twice, and ends with `held`."""
    door = held.enter_context(socket.create_server((HOST, 0)))

    def serve() -> None:
        for _ in range(2):
            try:
                one, _ = door.accept()
            except OSError:
                return
            with one:
                one.settimeout(5)
                try:
                    with server.wrap_socket(one, server_side=True) as talk:
                        talk.recv(100)
                except OSError:
                    continue

    thread = Thread(target=serve)
    thread.start()
    held.callback(thread.join)
    held.callback(door.shutdown, socket.SHUT_RDWR)
    return at(door.getsockname()[1])


def test_that_authorities_that_cannot_be_used_are_said(tmp_path: Path, certificates: Certificates) -> None:
    garbage = tmp_path / "garbage.pem"
    garbage.write_bytes(b"\xff nothing")
    said = {
        "/nowhere/ca.pem": "no such file or directory. Check the path and its rights.",
        str(garbage): "no certificate is in there. Name a PEM file (BEGIN CERTIFICATE).",
    }
    for path, reason in said.items():
        with pytest.raises(PropertiesError) as raised:
            context(Trust(ca=path))
        assert str(raised.value) == f"The authorities in {path} cannot be used: {reason}"
    with pytest.raises(PropertiesError, match=r"ssl\.ca\.pem cannot be used"):
        context(Trust(pem="nothing"))
    assert context(Trust(ca=str(certificates.folder))).verify_mode is ssl.CERT_REQUIRED  # a folder of them


def test_that_a_certificate_is_shown_to_anybody_and_none_where_there_is_no_tls(secure_kafka: SecureKafka) -> None:
    shown = peer_certificate(*at(secure_kafka.ports["STRANGE"]))
    assert shown is not None
    assert shown.subject == "localhost"
    assert peer_certificate(*at(secure_kafka.ports["PLAIN"])) is None
    port = closed_port()
    assert peer_certificate(Address(HOST, port), resolve(Address(HOST, port), 1)) is None
