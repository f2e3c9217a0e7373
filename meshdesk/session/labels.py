"""Labels in place of names: what a text says stays, of whom it says it goes. The same name has the same label in one text.

Names that are known (topics, hosts, connections, files) go wherever they stand. What only looks like a name goes as well:
an address, a host with its port, a path, a word in quotes, a word with dots in it that is none of ours.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

Kind = str  # "host", "topic", "connection", "file", "path", "person", "name"
QUOTED = re.compile(r"“([^”]{1,400})”|(?<![\w’'])'([^'\n]{1,400})'(?!\w)|\"([^\"\n]{1,400})\"")
URL = re.compile(r"\b([a-z][a-z0-9+.-]*)://([^\s/?#,;)\"'”]+)([^\s,;)\"'”]*)", re.IGNORECASE)
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\w)")
IPV6 = re.compile(r"\[[0-9a-fA-F:%.]*:[0-9a-fA-F:%.]*\]|(?<![\w:])(?:[0-9a-fA-F]{1,4}:){3,7}[0-9a-fA-F:]*(?![\w:])")
HOST_PORT = re.compile(r"(?<![\w./:-])((?=[\w.-]*[A-Za-z])[A-Za-z0-9_][\w.-]*):(\d{2,5})(?![\w:])")
RECORD = re.compile(r"(?<![\w.-])([\w.-]+)\[(\d+)\](?=@\d)")
PATHS = re.compile(
    r"(?<![\w.:/<>])(?:[A-Za-z]:\\|\\\\|~?/(?=[\w.~+@-]+/))[^\s“”\"'<>|,;()]+|(?<![\w.-])[\w.@+-]+\.meshcap\b"
)
WORD = re.compile(r"[\w.-]+")
DOTTED = re.compile(r"(?<![\w./:\\-])[A-Za-z_][\w-]*(?:\.[\w-]+)+(?![\w-]|\.\w|[\\/])")
# The first words of dotted ones that are no names: packages and client settings; and how files of programs end.
OURS = frozenset((
    "meshdesk", "librdkafka", "confluent_kafka", "pyarrow", "fastavro", "httpx", "httpcore", "duckdb", "numpy", "psutil",
    "keyring", "pyside6", "ssl", "sasl", "security", "bootstrap", "isolation", "advertised",
))  # fmt: skip
ENDINGS = frozenset(("py", "toml", "log", "crash", "ini", "json", "so", "dll", "pyd", "dylib"))
IS_LABEL = re.compile(r"(?:host|topic|connection|file|path|person|name)-\d+")


class Labels:
    """Makes labels, and puts them in the place of names."""

    def __init__(
        self, known: Mapping[Kind, Iterable[str]], folders: Mapping[str, Path], persons: Iterable[str]
    ) -> None:
        """`folders` are those that may be told, by what they are called; `persons` the names of this user and machine."""
        self._labels: dict[str, str] = {}
        self._counts: dict[Kind, int] = {}
        self._folders = sorted(((str(path), name) for name, path in folders.items()), key=lambda one: -len(one[0]))
        for kind, names in known.items():
            for name in sorted({name.strip() for name in names} - {""}):
                self.label(kind, name)
        for name in persons:
            if len(name) > 2:  # shorter ones are words
                self.label("person", name)
        # Names of one word are looked up, as there may be tens of thousands; the few others are looked for one by one.
        phrases = sorted((name for name in self._labels if not WORD.fullmatch(name)), key=len, reverse=True)
        whole = "|".join(rf"(?<![\w.-]){re.escape(name)}(?![\w-]|\.\w)" for name in phrases)
        self._phrases = re.compile(whole or r"(?!)")

    def label(self, kind: Kind, name: str) -> str:
        """The label of a name, made where it has none yet."""
        if name not in self._labels:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._labels[name] = f"{kind}-{self._counts[kind]}"
        return self._labels[name]

    def hide(self, text: str) -> str:
        """The text with labels in place of names.

        >>> labels = Labels({"topic": ["orders"]}, {}, [])
        >>> labels.hide("orders[3]@42 of kafka.acme.example:9092 is not decoded; see https://registry.acme.example/x")
        'topic-1[3]@42 of host-2:9092 is not decoded; see https://host-1/…'
        """
        text = PATHS.sub(lambda match: self._path(match[0]), text)
        text = URL.sub(self._url, text)
        text = EMAIL.sub(lambda match: self.label("person", match[0]), text)
        text = self._phrases.sub(lambda match: self._labels[match[0]], text)
        text = WORD.sub(self._word, text)
        text = RECORD.sub(lambda match: f"{self._unless_label('topic', match[1])}[{match[2]}]", text)
        text = HOST_PORT.sub(self._host_port, text)
        for addresses in (IPV4, IPV6):
            text = addresses.sub(lambda match: self.label("host", match[0].strip("[]")), text)
        text = QUOTED.sub(self._quoted, text)
        return DOTTED.sub(self._dotted, text)

    def _word(self, match: re.Match[str]) -> str:
        """A known name, also at the end of a sentence, and as the subject of a registry."""
        word = match[0].rstrip(".-")
        name, subject = (word[: -len(word.rpartition("-")[2]) - 1], word.rpartition("-")[2])
        if word in self._labels:
            return self._labels[word] + match[0][len(word) :]
        if subject in ("key", "value") and name in self._labels:
            return f"{self._labels[name]}-{subject}" + match[0][len(word) :]
        return match[0]

    def _unless_label(self, kind: Kind, name: str) -> str:
        return name if IS_LABEL.fullmatch(name) else self.label(kind, name)

    def _path(self, path: str) -> str:
        """A path below a folder that may be told keeps its rest; of any other only the ending stays."""
        bare = path.rstrip(".:")
        end = path[len(bare) :]
        for folder, name in self._folders:
            if bare == folder or bare.startswith((folder + "/", folder + "\\")):
                return f"<{name}>{bare[len(folder) :]}{end}"
        ending = re.search(r"\.\w{1,8}$", bare)
        kind = "file" if ending else "path"
        return f"{self.label(kind, bare)}{ending[0] if ending else ''}{end}"

    def _url(self, match: re.Match[str]) -> str:
        address, _, port = match[2].rpartition("@")[2].partition(":")
        host = self._labels.get(address) or self.label("host", address)
        return f"{match[1]}://{host}{':' + port if port else ''}{'/…' if len(match[3]) > 1 else match[3]}"

    def _host_port(self, match: re.Match[str]) -> str:
        name = match[1]
        if name.rpartition(".")[2] in ENDINGS:
            return match[0]  # a file of a program and its line
        return f"{self._unless_label('host', name)}:{match[2]}"

    def _quoted(self, match: re.Match[str]) -> str:
        inside = match[1] or match[2] or match[3]
        quotes = match[0][0], match[0][-1]
        if IS_LABEL.fullmatch(inside) or inside.startswith("<"):
            return match[0]
        return f"{quotes[0]}{self.label('name', inside)}{quotes[1]}"

    def _dotted(self, match: re.Match[str]) -> str:
        first, last = match[0].lower().split(".")[0], match[0].rpartition(".")[2].lower()
        if first in OURS or last in ENDINGS or IS_LABEL.match(match[0]):
            return match[0]
        return self.label("name", match[0])
