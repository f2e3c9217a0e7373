"""Certificates for tests, made in a folder: an authority, servers good and bad, a client in every form that clients come in."""

import datetime as dt
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import NameOID

DAY = dt.timedelta(days=1)
NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
UNTIL = NOW + 30 * DAY
EXPIRED_ON = NOW - 3 * DAY
HERE = ("localhost", "127.0.0.1")
ELSEWHERE = ("kafka.example.org", "*.kafka.example.org")
KEY_PASSWORD = "key/geheim+4711"
AUTHORITY = "MeshDesk test authority"
STRANGER = "Somebody else's authority"


@dataclass(frozen=True, slots=True)
class Signed:
    """A certificate with its key and the authority that signed it."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    authority: x509.Certificate

    def pem(self) -> bytes:
        """The certificate."""
        return self.certificate.public_bytes(Encoding.PEM)

    def key_pem(self, password: str = "") -> bytes:
        """The key as PKCS#8; encrypted where there is a password."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, _locked(password))

    def pkcs12(self, password: str = "") -> bytes:
        """Certificate, key and authority in one."""
        return serialize_key_and_certificates(b"me", self.key, self.certificate, [self.authority], _locked(password))


@dataclass(frozen=True, slots=True)
class Certificates:
    """Where the files are; all are PEM but the PKCS#12 ones."""

    folder: Path
    ca: Path
    strange_ca: Path
    server: Path  # key and certificate in one file, as each of the servers below; for localhost and 127.0.0.1
    expired: Path
    elsewhere: Path  # for other host names
    strange: Path  # of an authority that nobody trusts
    client: Path
    client_key: Path
    client_locked_key: Path  # encrypted with KEY_PASSWORD
    client_p12: Path  # with KEY_PASSWORD
    client_open_p12: Path  # without a password
    strange_client: Path  # of an authority that the servers do not trust
    strange_client_key: Path


def make_certificates(folder: Path) -> Certificates:
    """Writes all of them, which takes some 20 ms."""
    ca, stranger = authority(AUTHORITY), authority(STRANGER)
    client = signed(ca, "client", ())
    other = signed(stranger, "client", ())
    expired = signed(ca, "localhost", HERE, after=EXPIRED_ON - 30 * DAY, until=EXPIRED_ON)

    def both(one: Signed) -> bytes:
        return one.key_pem() + one.pem()

    def written(name: str, data: bytes) -> Path:
        path = folder / name
        path.write_bytes(data)
        path.chmod(0o600)
        return path

    return Certificates(
        folder=folder,
        ca=written("ca.pem", ca.pem()),
        strange_ca=written("strange-ca.pem", stranger.pem()),
        server=written("server.pem", both(signed(ca, "localhost", HERE))),
        expired=written("expired.pem", both(expired)),
        elsewhere=written("elsewhere.pem", both(signed(ca, "kafka.example.org", ELSEWHERE))),
        strange=written("strange.pem", both(signed(stranger, "localhost", HERE))),
        client=written("client.pem", client.pem()),
        client_key=written("client.key", client.key_pem()),
        client_locked_key=written("client-locked.key", client.key_pem(KEY_PASSWORD)),
        client_p12=written("client.p12", client.pkcs12(KEY_PASSWORD)),
        client_open_p12=written("client-open.p12", client.pkcs12()),
        strange_client=written("strange-client.pem", other.pem()),
        strange_client_key=written("strange-client.key", other.key_pem()),
    )


def authority(name: str) -> Signed:
    """One that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    made = (
        _builder(name, name, key, NOW - DAY, UNTIL)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Signed(made, key, made)


def signed(
    by: Signed,
    name: str,
    hosts: tuple[str, ...],
    after: dt.datetime = NOW - DAY,
    until: dt.datetime = UNTIL,
) -> Signed:
    """One for these hosts (none: a client's), signed by an authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(name, AUTHORITY, key, after, until, by.certificate.subject)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key())
    builder = builder.add_extension(identifier, critical=False)
    if hosts:
        builder = builder.add_extension(x509.SubjectAlternativeName([_name(host) for host in hosts]), critical=False)
    return Signed(builder.sign(by.key, hashes.SHA256()), key, by.certificate)


def _builder(
    name: str,
    issuer: str,
    key: ec.EllipticCurvePrivateKey,
    after: dt.datetime,
    until: dt.datetime,
    issued_by: x509.Name | None = None,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issued_by or x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(after)
        .not_valid_after(until)
    )


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _locked(password: str) -> KeySerializationEncryption:
    return BestAvailableEncryption(password.encode()) if password else NoEncryption()
