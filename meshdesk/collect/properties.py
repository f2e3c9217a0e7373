"""Client settings: what a user may set, from a properties file (librdkafka's or Java's) and from -X, and what is ours."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from meshdesk.model.setting import is_secret

# What MeshDesk promises (read-only, nothing lost in silence) and what speed depends on; a user's file cannot change these.
OURS: dict[str, object] = {
    "group.id": "meshdesk",  # demanded by the client, never joined
    "client.id": "meshdesk",
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    "enable.metrics.push": False,  # a cluster that asks for its clients' metrics (KIP-714) gets none of ours
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
DEFAULTS: dict[str, object] = {
    "isolation.level": "read_committed",
    "ssl.ca.location": "probe",
    "socket.connection.setup.timeout.ms": 7_000,  # its default of 30 s is a riddle for so long: a firewall that drops
    # A broker sends a batch however large it is (KIP-74), and the client hangs up at one above its own default of 100 MB,
    # again and again. What other programs answer with stays above: TLS's first bytes are 352 MB, HTTP's 1.2 GB.
    "receive.message.max.bytes": 300_000_000,
}

# Of these librdkafka takes "" for a value, and a form whose field is empty means that nothing is set.
NOTHING_SAID = (
    "ssl.ca.location",
    "ssl.ca.pem",
    "ssl.certificate.location",
    "ssl.certificate.pem",
    "ssl.key.location",
    "ssl.key.pem",
    "ssl.key.password",
    "ssl.keystore.location",
    "ssl.keystore.password",
)

# What names a certificate of this client.
OWN = ("ssl.certificate.location", "ssl.certificate.pem", "ssl.keystore.location")

# Settings that only Java's client has (tests/broker/collect/test_properties.py asks Kafka for their names). Those that
# matter to a reader are translated below; the others are left out. They also tell a Java file from one of librdkafka's.
JAVA = re.compile(
    r"(key|value)\.(de)?serializer.*|interceptor\.classes|exclude\.internal\.topics|default\.api\.timeout\.ms|max\.block\.ms"
    r"|max\.request\.size|buffer\.memory|partitioner\..*|fetch\.max\.wait\.ms|(send|receive)\.buffer\.bytes"
    r"|metric\.reporters|metrics\..*|auto\.include\.jmx\.reporter|config\.providers.*|security\.providers|share\..*"
    r"|specific\.avro\.reader|use\.latest\.version|auto\.register\.schemas|socket\.connection\.setup\.timeout\.max\.ms"
    r"|sasl\.(jaas\.config|login\..*|client\.callback.*|kerberos\.ticket\..*)"
    r"|sasl\.oauthbearer\.(assertion\.template|clock|expected|header|jwks|jwt|scope\.claim)\..*"
    r"|ssl\.(truststore\..*|keystore\.(type|key|certificate\.chain)|protocol|enabled\.protocols|provider|engine\..*)"
    r"|ssl\.(keymanager|trustmanager)\.algorithm|ssl\.secure\.random\.implementation"
)
# Settings that say nothing to a reader without a group.
UNUSED = re.compile(
    r"group\..*|enable\.auto\.commit|auto\.(commit|offset)\..*|max\.poll\..*|partition\.assignment\.strategy|acks|retries"
    r"|linger\.ms|batch\.size|compression\.type|request\.timeout\.ms|client\.dns\.lookup"
)
REGISTRY = re.compile(r"schema\.registry\..*|(basic|bearer)\.auth\..*")
REGISTRY_UNREADABLE = re.compile(r"bearer\.auth\..*|ssl\.(keystore|truststore|key|ca|certificate)\..*")
JKS, PKCS12 = (".jks", ".keystore", ".truststore"), (".p12", ".pfx")
PEM_BEGINS = b"-----BEGIN "


class PropertiesError(ValueError):
    """A setting cannot be used; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where to read, and with what settings. Holds secrets: never shown, logged or stored; its repr leaves them out."""

    bootstrap: str
    registry: str = field(default="", repr=False)  # its URL, which may carry a login
    properties: Mapping[str, str] = field(default_factory=dict, repr=False)
    registry_user: str = field(default="", repr=False)  # user:password of the registry
    registry_ca: str = ""  # a file of authorities (PEM) for the registry; "" for the system's
    name: str = ""  # of a saved connection
    catalogues: tuple[str, ...] = ()  # folders of contracts and data products
    schemas: tuple[str, ...] = ()  # files of schemas, and folders of such files


def client_settings(source: Source) -> dict[str, object]:
    """The settings for a librdkafka client: the user's, with ours over them."""
    if not source.bootstrap.strip():
        raise PropertiesError("No bootstrap server is named. Give one as HOST:PORT.")
    theirs = {name: value for name, value in source.properties.items() if value or name not in NOTHING_SAID}
    return {**DEFAULTS, **_opened(theirs), "bootstrap.servers": source.bootstrap, **OURS}


def _opened(theirs: dict[str, str]) -> dict[str, str]:
    """With a PKCS#12 file that has no password as what is in it: librdkafka takes none without. Raises PropertiesError."""
    if "ssl.keystore.location" not in theirs or theirs.get("ssl.keystore.password"):
        return theirs
    # It takes 60 ms to import, which only those pay who have such a file.
    from meshdesk.collect.certificates import own

    mine = own(theirs)
    assert mine is not None
    left = {name: value for name, value in theirs.items() if not name.startswith("ssl.keystore.")}
    return left | {"ssl.certificate.pem": mine.pem, "ssl.key.pem": mine.key_pem}


def names_own(properties: Mapping[str, str]) -> bool:
    """Whether client settings name a certificate of this client."""
    return any(properties.get(name) for name in OWN)


def public_settings(pairs: Sequence[str]) -> dict[str, str]:
    """The settings of -X name=value. Raises PropertiesError for one that carries a secret, as every user of the machine can read argv."""
    settings: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        name = name.strip()
        word = re.split(r"[:=\s]", name)[0]  # what stands behind it may be the secret
        if is_secret(word, value):
            raise PropertiesError(
                f"-X {word} would show a secret to everyone on this machine. "
                "Put it into a file and name that with --config."
            )
        if not equals or not name:
            raise PropertiesError(f"-X {name} is no setting. Write it as -X name=value.")
        settings[name] = value
    return settings


def read_properties(path: Path, source: Source) -> Source:
    """`source` with what a properties file says (librdkafka's or Java's names); what `source` already names wins.

    Raises PropertiesError.
    """
    found = _pairs(_text(path), path)
    registry = {
        name.removeprefix("schema.registry."): found.pop(name) for name in list(found) if REGISTRY.fullmatch(name)
    }
    bootstrap = found.pop("bootstrap.servers", found.pop("metadata.broker.list", ""))
    settings = _librdkafka(found, path)
    ca = _registry_ca(registry, path)
    return Source(
        bootstrap=source.bootstrap or bootstrap,
        registry=source.registry or registry.get("url", "").partition(",")[0].strip(),
        properties={**settings, **source.properties},
        registry_ca=source.registry_ca or ca,
        registry_user=source.registry_user or _registry_user(registry, settings, path),
        schemas=source.schemas,
    )


# What stands in the file


def _text(path: Path) -> str:
    """UTF-8; where it is not, as Java's client reads it (ISO 8859-1)."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PropertiesError(f"The settings in {path} cannot be read: {error.strerror}.") from error
    if b"\0" in data:
        raise PropertiesError(f"The settings in {path} cannot be read: it is not a text file (UTF-8).")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _pairs(text: str, path: Path) -> dict[str, str]:
    """`name=value` or `name: value` a line, # and ! comments.

    Two dialects: Java's has escapes, lines that a trailing \\ continues, and a blank between name and value. In
    librdkafka's a backslash is a backslash (C:\\certs, a password). So Java's is read where something tells that it is.
    """
    lines = re.split(r"\r\n|\r|\n", text)
    is_java = _is_java(lines)
    pairs: dict[str, str] = {}
    for number, line in _joined(lines) if is_java else enumerate(lines, 1):
        stripped = line.lstrip(" \t\f")
        if not stripped or stripped[0] in "#!":
            continue
        match = (JAVA_LINE if is_java else LINE).fullmatch(stripped)
        try:
            if match is None:
                raise ValueError
            name, value = match.groups()
            pairs[_unescaped(name) if is_java else name] = _unescaped(value) if is_java else value
        except ValueError:
            raise PropertiesError(f"Line {number} of {path} is no setting. Write name=value.") from None
    return pairs


LINE = re.compile(r"([^\s=:]+)[ \t]*[=:][ \t]*(.*?)[ \t]*")
# Blanks at the end, which Java keeps, are nobody's wish.
JAVA_LINE = re.compile(r"((?:\\.|[^\\=: \t\f])+)(?:[ \t\f]*[=:][ \t\f]*|[ \t\f]+)((?:\\.|[^\\])*?)[ \t\f]*")
JAVA_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


def _is_java(lines: list[str]) -> bool:
    """Names that only Java's client has; `\\:` and `\\=`, as Java's own writer puts them; a list of servers that goes on."""
    for line in lines:
        name = re.match(r"[ \t\f]*([\w.]+)", line)
        if name and (JAVA.fullmatch(name[1]) or re.search(r"\\[:=]|,[ \t]*\\$", line)):
            return True
    return False


def _joined(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Java's logical lines, each with the number of its first: an odd number of backslashes at its end continues one."""
    held, first = "", 0
    for number, line in enumerate(lines, 1):
        part = line.lstrip(" \t\f") if held else line
        first = first if held else number
        is_comment = not held and part.lstrip(" \t\f")[:1] in ("#", "!")
        backslashes = len(part) - len(part.rstrip("\\"))
        if backslashes % 2 and not is_comment:
            held += part[:-1]
            continue
        yield first, held + part
        held = ""
    if held:
        yield first, held


def _unescaped(text: str) -> str:
    """As java.util.Properties reads it. Raises ValueError for \\u without four digits."""

    def one(match: re.Match[str]) -> str:
        if match[1] == "u":
            raise ValueError
        return chr(int(match[2], 16)) if match[2] else JAVA_ESCAPES.get(match[1], match[1])

    plain = re.sub(r"\\(u([0-9a-fA-F]{4})|.)", one, text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16")  # two halves of a character become it


# What it means


def _librdkafka(found: dict[str, str], path: Path) -> dict[str, str]:
    settings: dict[str, str] = {}
    for name, value in found.items():
        if name == "sasl.jaas.config":
            settings |= _login(value, path)
        elif name == "config.providers":
            raise PropertiesError(
                f"The settings in {path} are to be looked up elsewhere (config.providers), which MeshDesk cannot do. "
                "Write the values themselves into the file."
            )
        elif name in PEM_TEXTS:
            settings[PEM_TEXTS[name]] = value
        elif name in ("ssl.truststore.location", "ssl.keystore.location") and not value:
            continue
        elif name == "ssl.truststore.location":
            settings["ssl.ca.location"] = _truststore(value, found, path)
        elif name == "ssl.keystore.location":
            settings |= _keystore(value, found, path)
        elif name == "ssl.keystore.password" or JAVA.fullmatch(name) or UNUSED.fullmatch(name):
            continue
        elif name == "ssl.endpoint.identification.algorithm":
            settings[name] = value.lower() or "none"
        else:
            settings[name] = value
    return settings


PEM_TEXTS = {
    "ssl.truststore.certificates": "ssl.ca.pem",
    "ssl.keystore.certificate.chain": "ssl.certificate.pem",
    "ssl.keystore.key": "ssl.key.pem",
}

# Of a login module: name=value, where values are words or stand in quotes with escapes (java.io.StreamTokenizer).
OPTION = re.compile(r"""([\w.$-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s;"'=]+))""", re.DOTALL)


def _login(text: str, path: Path) -> dict[str, str]:
    module, _, options = text.strip().partition(" ")
    if not re.fullmatch(r"([\w.]*\.)?(Plain|Scram)LoginModule", module):
        raise PropertiesError(
            f"sasl.jaas.config in {path} names a login that MeshDesk does not know. PLAIN and SCRAM are read."
        )
    given = {
        name: re.sub(r"\\(.)", lambda match: JAVA_ESCAPES.get(match[1], match[1]), double or single or word)
        for name, double, single, word in OPTION.findall(options)
    }
    missing = [name for name in ("username", "password") if name not in given]
    if missing:
        raise PropertiesError(
            f'sasl.jaas.config in {path} gives no {" and no ".join(missing)}. Write username="…" password="…"; behind the module.'
        )
    return {f"sasl.{name}": given[name] for name in ("username", "password")}


def _store_kind(location: str, named: str) -> str:
    """PEM, JKS or PKCS12: what it begins with; where it cannot be read, what the file or its name says."""
    try:
        with Path(location).open("rb") as file:
            head = file.read(1 << 16)
    except OSError:
        suffix = Path(location).suffix.lower()
        return named.upper() or ("JKS" if suffix in JKS else "PKCS12" if suffix in PKCS12 else "PEM")
    if head.startswith(b"\xfe\xed\xfe\xed"):
        return "JKS"
    return "PEM" if PEM_BEGINS in head or not head.startswith(b"\x30") else "PKCS12"


def _truststore(location: str, found: dict[str, str], path: Path, instead: str = "ssl.ca.location") -> str:
    if _store_kind(location, found.get("ssl.truststore.type", "")) != "PEM":
        raise PropertiesError(
            f"The truststore in {path} is a Java key store ({location}). Export its certificates as PEM "
            f"(keytool -exportcert -rfc) and name that file in {instead}."
        )
    return location


def _keystore(location: str, found: dict[str, str], path: Path) -> dict[str, str]:
    kind = _store_kind(location, found.get("ssl.keystore.type", ""))
    if kind == "PKCS12":
        return {"ssl.keystore.location": location, "ssl.keystore.password": found.get("ssl.keystore.password", "")}
    if kind != "PEM":
        raise PropertiesError(
            f"The keystore in {path} is a Java key store ({location}). Convert it with keytool -importkeystore "
            "-deststoretype PKCS12 and name the new file."
        )
    return {"ssl.certificate.location": location, "ssl.key.location": location}


def _registry_ca(registry: dict[str, str], path: Path) -> str:
    """The file of authorities for the registry, taken out of its settings; "" for none. Raises PropertiesError."""
    kind = registry.pop("ssl.truststore.type", "")
    registry.pop("ssl.truststore.password", None)
    store = registry.pop("ssl.truststore.location", "")
    if store:
        return _truststore(store, {"ssl.truststore.type": kind}, path, "schema.registry.ssl.ca.location")
    return registry.pop("ssl.ca.location", "")


def _registry_user(registry: dict[str, str], settings: dict[str, str], path: Path) -> str:
    """user:password for the registry; "" for none. Raises PropertiesError where another kind of login is asked for."""
    for name in registry:
        if REGISTRY_UNREADABLE.fullmatch(name):
            raise PropertiesError(
                f"MeshDesk does not know {name} of a schema registry, which {path} sets. It logs in with "
                "basic.auth.user.info and trusts the authorities of ssl.ca.location, or this system's; take the line out to "
                "go on with those."
            )
    if registry.get("basic.auth.credentials.source", "").upper() == "SASL_INHERIT":
        return f"{settings.get('sasl.username', '')}:{settings.get('sasl.password', '')}"
    return registry.get("basic.auth.user.info", "")
