"""A folder of a catalogue, or of schemas, looked at again and again: what changed in it since the last look, as facts.

What is not seen is unknown, and never taken for absent: facts of a file are only taken back where the system says that the
file is no more, and its folder is there.
"""

import errno
import os
import stat
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from meshdesk.collect.catalogues.catalogue import Claim
from meshdesk.collect.catalogues.reading import ENDINGS, Said, has_sign, read
from meshdesk.model.fact import Checked, Fact
from meshdesk.model.frame import Message
from meshdesk.model.schema_files import is_link
from meshdesk.model.schema_formats import FORMATS
from meshdesk.model.wording import size

DEPTH_MOST = 16  # folders within folders: the deepest of 1,033 public files lies at 11
FILES_MOST = 10_000  # of these endings: 300 ms a look, and 10 MB of what is remembered of them
PLACES_MOST = 100_000  # files and folders of any kind: a home was chosen by mistake, and is not walked to its end
BYTES_MOST = 2 << 20  # of a file, which takes 2 s to read; the largest public contract has 400 kB
SCHEMA_FORMATS = frozenset(one.name for one in FORMATS)
HEAD = 64 << 10  # bytes of a larger file, which tell what it is
SKIPPED = ("node_modules",)  # beside all that is hidden: what others made, in its thousands

Stamp = tuple[
    int, int, int, int
]  # what a change of a file changes: times of content and of the entry, size, which file it is


@dataclass(frozen=True, slots=True)
class Reader:
    """Which files of a folder are read, and how."""

    word: str  # before the folder's name in its checked lines: "files"
    of: str  # "a catalogue", in a sentence
    endings: tuple[str, ...]
    read: Callable[[bytes, str], Said | None]  # the bytes, the path within the folder
    has_sign: Callable[[bytes], bool]  # whether a file that is too large begins as one that would be read
    files_most: int
    owns: Callable[[Fact], bool]  # whether a fact on a file may be of it: a folder may be looked through for both kinds


CONTRACTS = Reader("files", "a catalogue", ENDINGS, read, has_sign, FILES_MOST, lambda fact: not is_of_schema(fact))


def is_of_schema(fact: Fact) -> bool:
    """Whether a fact on a file is said by one that holds a schema."""
    if fact.kind == "schema":
        return not is_link(fact)
    return fact.kind == "file" and str((fact.value or {}).get("format", "")) in SCHEMA_FORMATS


@dataclass(slots=True)
class _File:
    """What is remembered of a file."""

    stamp: Stamp
    checksum: int = 0
    doubted: Stamp | None = None  # as it was when it seemed to say less than before: it may be half written
    told: dict[tuple[str, str], Fact] = field(default_factory=dict)  # (kind, about): what the facts say by it


@dataclass(slots=True)
class Counts:
    """What a folder holds, for people."""

    files: int = 0  # that were recognised
    formats: dict[str, int] = field(default_factory=dict)  # format: files
    notices: int = 0
    first: str = ""  # the first notice, with its file, line and column


class Folder:
    """One folder. All methods are called by one thread."""

    def __init__(
        self,
        path: Path,
        name: str,
        now: Callable[[], int],
        known: Iterable[Fact | Checked] = (),
        reader: Reader = CONTRACTS,
        only: Collection[str] = (),
    ) -> None:
        """`name` stands for the path in all that is written; `now` in ms; `known` is what a predecessor has written; `only`
        names the files that are wanted, where it is not all of the folder's."""
        self._path, self._name, self._now, self.reads, self._only = path, name, now, reader, only
        self._files: dict[str, _File] = {}
        self._device: int | None = None  # that it was on when it was seen last
        self._said: str | None = None  # what failed, as the facts know it; None: nothing of the folder was said yet
        for fact in known:
            if isinstance(fact, Checked):
                self._said = fact.failed if fact.source == self.source else self._said
            elif fact.source.startswith(f"{name}/"):
                told = self._files.setdefault(fact.source.removeprefix(f"{name}/"), _File((0, 0, 0, 0))).told
                told.pop((fact.kind, fact.about), None)
                if fact.value is not None and reader.owns(fact):
                    told[fact.kind, fact.about] = fact

    @property
    def source(self) -> str:
        """Of its checked lines."""
        return f"{self.reads.word} {self._name}"

    def look(self) -> Iterator[list[Fact | Checked]]:
        """What to write since the last look, file by file; the last list ends with a checked line where there was anything."""
        started, is_news = self._now(), False
        walk = _Walk(self._path, self._name, self.reads)
        seen = walk.these(self._only) if self._only else walk.files()
        for name, stamp in seen.items():
            if facts := self._read(name, stamp):
                is_news = True
                yield [*facts]
        gone: list[str] = []
        failed = walk.failed
        if not failed:
            gone = [name for name in self._files if name not in seen and _is_no_more(self._path / name)]
            failed = self._unlikely(gone)
        # After what came: of a file that was moved nothing is gone for a moment.
        taken = [] if failed else [fact for name in gone for fact in self._nothing(self._files.pop(name).told.values())]
        failed = failed or walk.partly
        if is_news or taken or failed != self._said:
            self._said = failed
            yield [*taken, Checked(self.source, started, self._now(), failed)]

    def counts(self) -> Counts:
        """What is known of it now."""
        counts = Counts()
        for name, file in sorted(self._files.items()):
            told = file.told.get(("file", self._source_of(name)))
            if told is None or told.value is None:
                continue
            counts.files += 1
            for standard in filter(None, str(told.value["format"]).split(", ")):
                counts.formats[standard] = counts.formats.get(standard, 0) + 1
            for notice in told.value["notices"]:
                counts.notices += 1
                where = self._source_of(name) + (f":{notice['line']}:{notice['column']}" if notice["line"] else "")
                counts.first = counts.first or f"{where}: {notice['text']}"
        return counts

    def _read(self, name: str, stamp: Stamp) -> list[Fact]:
        """The facts of a file, where it is not what it was."""
        known = self._files.get(name)
        if known is not None and known.stamp == stamp:
            return []
        path, modified = self._path / name, stamp[0] // 1_000_000
        try:
            data = _content(path, stamp)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.EAGAIN):  # it went, or is being written: the next look sees
                return []
            return self._cannot(name, stamp, f"The file cannot be read: {error.strerror or error}. Check its rights.")
        if data is None:
            return self._cannot(
                name,
                stamp,
                f"The file has {size(stamp[1])}; of {self.reads.of} those up to {size(BYTES_MOST)} are read. Take it out, or split it.",
            )
        checksum = zlib.crc32(data)
        if known is not None and known.checksum == checksum and known.stamp[1] == stamp[1]:
            known.stamp = stamp  # touched, or put there again by a checkout: it says what it said
            return []
        said = self.reads.read(data, name)
        facts = [] if said is None else self._facts(name, said, modified)
        mine = self._files.setdefault(name, _File(stamp))
        if mine.doubted != stamp and mine.told.keys() - {(fact.kind, fact.about) for fact in facts}:
            mine.doubted = stamp  # what is missing is taken back where it is missing at the next look, too
            return []
        mine.stamp, mine.checksum = stamp, checksum
        return self._differences(mine, facts)

    def _cannot(self, name: str, stamp: Stamp, why: str) -> list[Fact]:
        """A file of which nothing is known now: what it said before stays. One that never said anything is nobody's."""
        mine = self._files.setdefault(name, _File(stamp))
        mine.stamp, mine.checksum = stamp, 0
        source = self._source_of(name)
        before = mine.told.get(("file", source))
        if before is None and stamp[1] > BYTES_MOST and not self._may_be_one(name):
            return []
        notice: Message = {"line": 0, "column": 0, "text": why}
        value = {"format": before.value["format"] if before and before.value else "", "modified": stamp[0] // 1_000_000}
        fact = Fact("file", source, value | {"notices": [notice]}, self._now(), source, "declared")
        mine.told["file", source] = fact
        return [fact]

    def _facts(self, name: str, said: Said, modified: int) -> list[Fact]:
        source, seen = self._source_of(name), self._now()
        value = {"format": said.format, "modified": modified, "notices": list(said.notices)}
        return [
            Fact("file", source, value, seen, source, "declared"),
            *(self._fact(claim, source, seen) for claim in said.claims),
        ]

    def _fact(self, claim: Claim, source: str, seen: int) -> Fact:
        return Fact(claim.kind, claim.about, claim.value, seen, source, "declared", claim.line)

    def _differences(self, file: _File, facts: Iterable[Fact]) -> list[Fact]:
        """What of the facts is new, and what is no more."""
        told = {(fact.kind, fact.about): fact for fact in facts}
        new = [fact for key, fact in told.items() if not _is_same(file.told.get(key), fact)]
        gone = [fact for key, fact in file.told.items() if key not in told]
        file.told = told
        return [*new, *self._nothing(gone)]

    def _may_be_one(self, name: str) -> bool:
        """Whether a file that is too large to be read begins as one that is wanted: of others nobody wants to hear."""
        try:
            with (self._path / name).open("rb") as file:
                return self.reads.has_sign(file.read(HEAD))
        except OSError:
            return False

    def _source_of(self, name: str) -> str:
        """Names are bytes to the system; of one that is no text the rest is shown."""
        return f"{self._name}/{os.fsencode(name).decode('utf-8', 'replace')}"

    def _nothing(self, facts: Iterable[Fact]) -> list[Fact]:
        return [Fact(fact.kind, fact.about, None, self._now(), fact.source, "declared") for fact in facts]

    def _unlikely(self, gone: Sequence[str]) -> str:
        """Why files that seem to be gone may not be: the sentence; or ""."""
        try:
            device = self._path.stat().st_dev
        except OSError as error:
            return _unseen(self._name, error)
        told = [name for name, file in self._files.items() if file.told]
        if told and self._device not in (None, device) and not set(told) - set(gone):
            return f"The folder “{self._name}” is another disk's now, and empty. Mount what was there before."
        self._device = device
        return ""


def names(paths: Sequence[Path], beside: Sequence[Path] = ()) -> dict[Path, str]:
    """By folder a name that no other has, nor one of `beside`: its own, with as much of what is above it as that takes.
    None is within another."""
    wanted = list(dict.fromkeys(Path(os.path.abspath(path)) for path in paths))  # noqa: PTH100 - resolve() follows links
    wanted = [path for path in wanted if not any(other in path.parents for other in wanted)]
    found: dict[Path, str] = {}
    for path in wanted:
        parts = [part for part in path.parts if part != path.anchor] or ["files"]
        for depth in range(1, len(parts) + 1):
            found[path] = "/".join(parts[-depth:])
            others = ("/".join(other.parts[-depth:]) for other in (*wanted, *beside) if other != path)
            if found[path] not in others:
                break
    return found


class _Walk:
    """One walk through a folder, in an order that is the same each time."""

    def __init__(self, root: Path, name: str, reader: Reader) -> None:
        self.failed = ""  # why nothing was seen: a sentence
        self.partly = ""  # why not everything was
        self._root, self._name, self.reads, self._been = root, name, reader, set[tuple[int, int]]()
        self._places = 0

    def files(self) -> dict[str, Stamp]:
        """By path, with / in it, what tells that a file is what it was."""
        found: dict[str, Stamp] = {}
        try:
            self._enter(os.stat(self._root))
            entries = self._entries(self._root)
        except OSError as error:
            self.failed = _unseen(self._name, error)
            return {}
        self._through("", entries, found)
        return found

    def these(self, names: Iterable[str]) -> dict[str, Stamp]:
        """The same of some files of the folder alone; one that is a folder, whatever its name says, is walked through."""
        found: dict[str, Stamp] = {}
        for name in sorted(names):
            place = f"“{self._name}/{name}”"
            try:
                about = os.stat(self._root / name)
                if stat.S_ISDIR(about.st_mode):
                    if self._enter(about):
                        self._through(f"{name}/", self._entries(self._root / name), found)
                elif stat.S_ISREG(about.st_mode):
                    found[name] = _stamp(about)
                else:  # it would be waited for
                    self._partly(
                        f"{place} is a pipe, a socket or a device. Put a file there, or take it out of the connection."
                    )
            except OSError as error:
                why = error.strerror or error
                self._partly(f"{place} cannot be read: {why}. Put it back, or take it out of the connection.")
        return found

    def _through(self, below: str, entries: Iterator[os.DirEntry[str]], found: dict[str, Stamp]) -> None:
        """All that is in a folder, at any depth."""
        waiting = [(below, entries)]
        while waiting:
            below, entries = waiting.pop()
            for entry in entries:
                self._places += 1
                if self._places > PLACES_MOST or len(found) >= self.reads.files_most:
                    self._bounded(len(found))
                    return
                self._take(entry, below, found, waiting)

    def _take(
        self,
        entry: os.DirEntry[str],
        below: str,
        found: dict[str, Stamp],
        waiting: list[tuple[str, Iterator[os.DirEntry[str]]]],
    ) -> None:
        name = f"{below}{entry.name}"
        if entry.name.startswith(".") or entry.name in SKIPPED:
            return
        try:
            if entry.is_dir():  # also what a link leads to
                if name.count("/") >= DEPTH_MOST:
                    self._partly(f"Folders below “{self._name}/{name}” lie too deep and are not read.")
                elif self._enter(os.stat(entry.path)):
                    waiting.append((f"{name}/", self._entries(Path(entry.path))))
            elif entry.name.lower().endswith(self.reads.endings):
                about = os.stat(entry.path)
                if stat.S_ISREG(about.st_mode):  # a pipe would be waited for
                    found[name] = _stamp(about)
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ELOOP):  # a link that leads nowhere is nothing
                self._partly(f"“{self._name}/{name}” cannot be read: {error.strerror or error}. Check its rights.")

    def _entries(self, folder: Path) -> Iterator[os.DirEntry[str]]:
        with os.scandir(folder) as scanned:
            return iter(sorted(islice(scanned, PLACES_MOST + 1), key=lambda entry: entry.name))

    def _enter(self, about: os.stat_result) -> bool:
        """Whether this folder was not walked through yet: links make circles."""
        place = (about.st_dev, about.st_ino)
        is_new = place not in self._been
        self._been.add(place)
        return is_new

    def _partly(self, sentence: str) -> None:
        self.partly = self.partly or sentence

    def _bounded(self, files: int) -> None:
        what = f"{files:,} files" if files >= self.reads.files_most else f"{PLACES_MOST:,} files and folders"
        self._partly(
            f"“{self._name}” holds more than {what}; those behind them are not read. Choose a folder within it."
        )


def _unseen(name: str, error: OSError) -> str:
    why = error.strerror or error
    return f"The folder “{name}” cannot be read: {why}. What its files said stays; put it back, or take it out of the connection."


def _stamp(about: os.stat_result) -> Stamp:
    return about.st_mtime_ns, about.st_size, about.st_ctime_ns, about.st_ino


def _content(path: Path, stamp: Stamp) -> bytes | None:
    """What the file holds; None where that is too much. Raises OSError, with EAGAIN where it changed meanwhile."""
    if stamp[1] > BYTES_MOST:
        return None
    with path.open("rb") as file:
        data = file.read(BYTES_MOST + 1)
        about = os.fstat(file.fileno())
    if (about.st_mtime_ns, about.st_size) != stamp[:2] or len(data) != about.st_size:
        raise OSError(errno.EAGAIN, "it changed while it was read")
    return data


def _is_no_more(path: Path) -> bool:
    try:
        path.stat()
    except OSError as error:
        return error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
    return False


def _is_same(before: Fact | None, after: Fact) -> bool:
    return before is not None and (before.value, before.line) == (after.value, after.line)
