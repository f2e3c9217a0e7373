"""Client settings: what a user may set, from a properties file (librdkafka's or Java's) and from -X, and what is ours."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

# What MeshDesk promises (read-only, nothing lost in silence) and what speed depends on; a user's file cannot change these.
OURS: dict[str, object] = {
    "group.id": "meshdesk",  # demanded by the client, never joined
    "client.id": "meshdesk",
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    "allow.auto.create.topics": False,
    "auto.offset.reset": "error",  # otherwise offsets lost to retention are skipped in silence
    "enable.partition.eof": True,
    "check.crcs": True,
    "fetch.wait.max.ms": 100,
    "fetch.max.bytes": 64 << 20,
    "fetch.message.max.bytes": 1 << 20,
    "queued.min.messages": 100_000,
    "queued.max.messages.kbytes": 256 << 10,
    "fetch.queue.backoff.ms": 10,  # its default of 1,000 makes a full queue cost a second of sleep, × 3.5 in all (measured)
    "log.connection.close": False,
    "socket.keepalive.enable": True,
}
DEFAULTS: dict[str, object] = {"isolation.level": "read_committed", "ssl.ca.location": "probe"}

SECRET = re.compile(r"password|secret|jaas|credential|token|\.pem$|user\.info|private|keystore\.key", re.IGNORECASE)

# Settings of the Java client that say nothing to a reader without a group, or that librdkafka has no word for.
JAVA_ONLY = re.compile(
    r"(key|value)\.(de)?serializer.*|group\..*|enable\.auto\.commit|auto\.(commit|offset)\..*|max\.poll\..*|interceptor\.classes"
    r"|partition\.assignment\.strategy|exclude\.internal\.topics|default\.api\.timeout\.ms|request\.timeout\.ms|acks|retries"
    r"|linger\.ms|batch\.size|buffer\.memory|compression\.type|specific\.avro\.reader|use\.latest\.version|auto\.register\.schemas"
    r"|ssl\.(truststore|keystore)\.type|ssl\.protocol|ssl\.enabled\.protocols|sasl\.login\..*|sasl\.client\.callback.*|client\.dns\.lookup"
)
REGISTRY = re.compile(r"schema\.registry\..*|basic\.auth\..*")


class PropertiesError(ValueError):
    """A setting cannot be used; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where to read, and with what settings. Holds secrets: never shown, logged or stored; its repr leaves them out."""

    bootstrap: str
    registry: str = ""
    properties: Mapping[str, str] = field(default_factory=dict, repr=False)
    registry_user: str = field(default="", repr=False)  # user:password of the registry


def client_settings(source: Source) -> dict[str, object]:
    """The settings for a librdkafka client: the user's, with ours over them."""
    if not source.bootstrap.strip():
        raise PropertiesError("No bootstrap server is named. Give one as HOST:PORT.")
    return {**DEFAULTS, **source.properties, "bootstrap.servers": source.bootstrap, **OURS}


def public_settings(pairs: Sequence[str]) -> dict[str, str]:
    """The settings of -X name=value. Raises PropertiesError for one that carries a secret, as every user of the machine can read argv."""
    settings: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise PropertiesError(f"-X {name} is no setting. Write it as -X name=value.")
        if SECRET.search(name):
            raise PropertiesError(
                f"-X {name} would show a secret to everyone on this machine. Put it into a file and name that with --config."
            )
        settings[name.strip()] = value
    return settings


def read_properties(path: Path, source: Source) -> Source:
    """`source` with what a properties file says (librdkafka's or Java's names); what `source` already names wins.

    Raises PropertiesError.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not a text file"
        raise PropertiesError(f"The settings in {path} cannot be read: {reason}.") from error
    found = _pairs(text, path)
    registry = {name: found.pop(name) for name in list(found) if REGISTRY.fullmatch(name)}
    bootstrap = found.pop("bootstrap.servers", found.pop("metadata.broker.list", ""))
    settings = _librdkafka(found, path)
    user = registry.get("basic.auth.user.info", registry.get("schema.registry.basic.auth.user.info", ""))
    return Source(
        bootstrap=source.bootstrap or bootstrap,
        registry=source.registry or registry.get("schema.registry.url", ""),
        properties={**settings, **source.properties},
        registry_user=source.registry_user or user,
    )


def _pairs(text: str, path: Path) -> dict[str, str]:
    """Java's properties format as far as client files use it: `name=value`, `name: value`, # and ! comments, trailing \\ continues."""
    pairs: dict[str, str] = {}
    for number, line in enumerate(re.sub(r"\\\r?\n[ \t]*", "", text).splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped[0] in "#!":
            continue
        match = re.fullmatch(r"([^\s=:]+)\s*[=:]\s*(.*)", stripped)
        if not match:
            raise PropertiesError(f"Line {number} of {path} is no setting. Write name=value.")
        pairs[match[1]] = match[2]
    return pairs


def _librdkafka(found: dict[str, str], path: Path) -> dict[str, str]:
    settings: dict[str, str] = {}
    for name, value in found.items():
        if name == "sasl.jaas.config":
            settings |= _login(value, path)
        elif name == "ssl.truststore.location":
            settings["ssl.ca.location"] = _pem(value, "truststore", path)
        elif name == "ssl.truststore.certificates":
            settings["ssl.ca.pem"] = value.replace("\\n", "\n")
        elif name == "ssl.keystore.location":
            settings |= _keystore(value, found, path)
        elif name in ("ssl.truststore.password", "ssl.keystore.password") or JAVA_ONLY.fullmatch(name):
            continue
        elif name == "ssl.endpoint.identification.algorithm":
            settings[name] = value or "none"
        else:
            settings[name] = value
    return settings


def _login(text: str, path: Path) -> dict[str, str]:
    if not re.search(r"(Plain|Scram)LoginModule", text):
        raise PropertiesError(
            f"sasl.jaas.config in {path} names a login that MeshDesk does not know. PLAIN and SCRAM are read."
        )
    given = {
        name: value.replace('\\"', '"')
        for name, value in re.findall(r'(username|password)\s*=\s*"((?:[^"\\]|\\.)*)"', text)
    }
    return {f"sasl.{name}": value for name, value in given.items()}


def _pem(location: str, store: str, path: Path) -> str:
    if Path(location).suffix.lower() in (".jks", ".p12", ".pfx"):
        raise PropertiesError(
            f"The {store} in {path} is a Java key store ({location}). Export its certificates as PEM "
            f"(keytool -exportcert -rfc) and name that file in ssl.ca.location."
        )
    return location


def _keystore(location: str, found: dict[str, str], path: Path) -> dict[str, str]:
    suffix = Path(location).suffix.lower()
    if suffix in (".p12", ".pfx"):
        return {"ssl.keystore.location": location, "ssl.keystore.password": found.get("ssl.keystore.password", "")}
    if suffix == ".jks":
        raise PropertiesError(
            f"The keystore in {path} is a Java key store ({location}). Convert it with keytool -importkeystore "
            "-deststoretype PKCS12 and name the new file."
        )
    return {"ssl.certificate.location": location, "ssl.key.location": location}
