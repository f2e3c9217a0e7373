"""A connection as a person saves it: a name, where the cluster is, how to log in, and what it looks like. No secret in it."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Literal

from meshdesk.model.address import bootstrap_problem, holds_password, registry_problem
from meshdesk.model.setting import is_secret

Security = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]  # librdkafka's security.protocol
SECURITIES: tuple[Security, ...] = ("PLAINTEXT", "SSL", "SASL_SSL", "SASL_PLAINTEXT")
MECHANISMS = ("SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN")  # the strongest first

# Words that mean something else on the command line; tests/programs/test_program.py holds them against the verbs.
VERBS = ("window", "demo", "collect", "explain", "tail", "read", "decode", "self-test", "help")
NAME_MOST = 64  # characters: it stands on a chip and in a list
NAME_BYTES = 200  # with ".toml" and what marks a half-written file; systems take 255
# What Windows keeps for itself, with any ending: a profile is carried from one machine to another.
DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\..*)?", re.IGNORECASE)
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")

# Settings that fields of a profile say; said twice they could contradict each other.
OF_FIELDS = {
    "bootstrap.servers": "bootstrap",
    "metadata.broker.list": "bootstrap",
    "security.protocol": "security",
    "sasl.mechanism": "mechanism",
    "sasl.mechanisms": "mechanism",
    "sasl.username": "user",
    "ssl.ca.location": "ca",
    "ssl.certificate.location": "certificate",
    "ssl.key.location": "key",
    "ssl.keystore.location": "keystore",
    "schema.registry.url": "registry",
}


@dataclass(frozen=True, slots=True)
class Profile:
    """What is saved of a connection. Files and folders are paths; a relative one counts from the folder of profiles."""

    name: str
    bootstrap: str = ""  # brokers as HOST:PORT, with commas between them
    security: Security = "PLAINTEXT"
    mechanism: str = ""  # of MECHANISMS, where it logs in
    user: str = ""
    ca: str = ""  # authorities (PEM) of the brokers; "" for the system's
    certificate: str = ""  # of this client (PEM)
    key: str = ""  # its private key (PEM); "" where it stands in the certificate's file
    keystore: str = ""  # both in one file (PKCS#12)
    registry: str = ""  # URL of the schema registry
    registry_user: str = ""
    registry_ca: str = ""  # authorities (PEM) of the registry; "" for the system's
    catalogues: tuple[str, ...] = ()  # folders
    schemas: tuple[str, ...] = ()  # files of schemas, and folders of such files
    colour: str = ""  # #rrggbb
    is_production: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)  # further ones of the client, in librdkafka's names

    @property
    def has_tls(self) -> bool:
        return self.security in ("SSL", "SASL_SSL")

    @property
    def has_login(self) -> bool:
        return self.security in ("SASL_PLAINTEXT", "SASL_SSL")


@dataclass(frozen=True, slots=True)
class Credentials:
    """The secrets of a profile, each "" where there is none. They are never shown, logged or written to a file."""

    password: str = field(default="", repr=False)  # of `user`
    key_password: str = field(default="", repr=False)  # of `key` or of `keystore`
    registry_password: str = field(default="", repr=False)  # of `registry_user`

    def over(self, stored: "Credentials") -> "Credentials":
        """These, and what is stored where there is nothing here."""
        return Credentials(*(getattr(self, one) or getattr(stored, one) for one in SECRETS))


SECRETS = tuple(one.name for one in fields(Credentials))


def wanted(profile: Profile) -> tuple[str, ...]:
    """The secrets that a profile may have, in the order of SECRETS."""
    certificate = profile.has_tls and (profile.certificate or profile.keystore)
    has = (profile.has_login, bool(certificate), bool(profile.registry and profile.registry_user))
    return tuple(name for name, is_there in zip(SECRETS, has, strict=True) if is_there)


def needed(profile: Profile) -> tuple[str, ...]:
    """The secrets without which it cannot connect; a key may have no password."""
    return tuple(name for name in wanted(profile) if name != "key_password")


def only(credentials: Credentials, names: tuple[str, ...]) -> Credentials:
    """The credentials of these names; what the profile has no use for any more is not kept."""
    return Credentials(**{name: getattr(credentials, name) for name in names})


def trimmed(profile: Profile) -> Profile:
    """The profile without what its kind of security has no use for, so that a saved file says only what holds.

    >>> trimmed(Profile("a", "a:1", "PLAINTEXT", user="me", ca="ca.pem")).user
    ''
    """
    words = {
        one: getattr(profile, one).strip() for one in TEXTS if one not in ("security", "mechanism") or profile.has_login
    }
    kept = replace(profile, **words, catalogues=_named(profile.catalogues), schemas=_named(profile.schemas))
    if not kept.has_tls:
        kept = replace(kept, ca="", certificate="", key="", keystore="")
    if not kept.has_login:
        kept = replace(kept, mechanism="", user="")
    if not kept.certificate:
        kept = replace(kept, key="")
    return kept if kept.registry else replace(kept, registry_user="", registry_ca="")


def _named(paths: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(path.strip() for path in paths if path.strip())


TEXTS = tuple(
    one.name
    for one in fields(Profile)
    if one.name not in ("security", "catalogues", "schemas", "is_production", "settings")
)


def name_problem(name: str) -> str:
    """What is wrong with the name of a connection, as a sentence; "" where nothing is.

    >>> name_problem("acme-prod"), name_problem("tail")
    ('', '“tail” is a word of the command line. Choose another name, such as my-tail.')
    """
    if not name.strip():
        return "Give the connection a name, such as acme-prod."
    if name != name.strip():
        return "The name begins or ends with a blank. Take it out."
    if len(name) > NAME_MOST or len(name.encode("utf-8", "replace")) > NAME_BYTES:
        return f"The name is too long. Use at most {NAME_MOST} characters."
    if not name.isprintable() or any(unicodedata.category(sign) in ("Cs", "Co") for sign in name):
        return "The name holds a sign that cannot be seen. Type it anew."
    if name.casefold() in VERBS:
        return f"“{name}” is a word of the command line. Choose another name, such as my-{name}."
    if name[0] in "-.":
        return f"A name does not begin with “{name[0]}”. Begin it with a letter or a digit."
    if sign := next((sign for sign in name if sign in '/\\:*?"<>|,'), ""):
        return f"A name holds no “{sign}”, which a file or a broker has. Use letters, digits, - and _."
    if name.endswith("."):
        return "A name does not end with a dot, which Windows takes away. Leave it out."
    if name.casefold().endswith((".meshcap", ".toml")):
        return f"“{name}” reads like a file. Leave the ending out."
    if DEVICES.fullmatch(name):
        return f"“{name}” is the name of a device on Windows. Choose another one."
    return ""


def problems(profile: Profile) -> dict[str, str]:
    """What is wrong with a profile: a sentence by field (of Profile). Files are not looked at."""
    found = {
        "name": name_problem(profile.name),
        "bootstrap": bootstrap_problem(profile.bootstrap),
        "registry": _registry_problem(profile.registry),
        "settings": next(filter(None, (setting_problem(*each) for each in profile.settings.items())), ""),
    }
    if profile.colour and not COLOUR.fullmatch(profile.colour):
        found["colour"] = "A colour is written as #rrggbb, for example #4c8dff."
    if profile.has_login and profile.mechanism not in MECHANISMS:
        found["mechanism"] = f"Choose how to log in: {', '.join(MECHANISMS[:-1])} or {MECHANISMS[-1]}."
    if profile.has_login and not profile.user.strip():
        found["user"] = "Write the user to log in as."
    if profile.has_tls and profile.certificate and profile.keystore:
        found["keystore"] = "Give the certificate either as PEM files or as a PKCS#12 file, not both."
    if profile.has_tls and profile.key and not profile.certificate:
        found["certificate"] = "A key needs its certificate. Choose the certificate's file, too."
    if profile.registry_user and ":" in profile.registry_user:
        found["registry_user"] = "A user of a schema registry has no “:” in its name."
    return {name: sentence for name, sentence in found.items() if sentence}


def setting_problem(name: str, value: str) -> str:
    """What is wrong with a further setting of the client; "" where nothing is. Its value is not repeated."""
    if is_secret(name, value):
        return f"{name} holds a secret, and a profile is a file. Use the fields for passwords: they go to the keyring."
    if not re.fullmatch(r"[A-Za-z0-9._-]+", name):
        return f"“{name}” is no name of a setting. Write it as librdkafka does, for example client.rack."
    if name in OF_FIELDS:
        return f"{name} is said by the connection itself ({OF_FIELDS[name]}). Take it out of the settings."
    return ""


def _registry_problem(registry: str) -> str:
    if holds_password(registry):
        return "The address of the registry holds a login. Write its user into the field for it; the password goes to the keyring."
    return registry_problem(registry)
