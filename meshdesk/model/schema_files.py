"""Schemas that stand in files: what the fact of each says, and the names by which a record, a topic or another file finds it."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from posixpath import dirname, join, normpath
from typing import Any, NamedTuple

from meshdesk.model.descriptions import pattern_of
from meshdesk.model.fact import Fact
from meshdesk.model.frame import Message
from meshdesk.model.schema import Reference, Schema
from meshdesk.model.topic_pattern import is_pattern

ABOUT = "file "  # with it begins what the fact of a file is about; what registries say is about ids
INCLUDING = ("THRIFT", "FLATBUFFERS")  # formats whose files name others by their paths, from where they stand
REFERENCES = 200  # files that one schema refers to, in all levels, as with registries


class Need(NamedTuple):
    """What a file refers to and does not declare: a type of Avro by its full name, a file of Protobuf, Thrift or FlatBuffers by its
    path."""

    name: str
    line: int = 0  # from 1: where
    column: int = 0


@dataclass(frozen=True, slots=True)
class SchemaFile:
    """A file as its fact has it. What is not said is "" or ()."""

    source: str  # with the folder's name: "schemas/sales/orders-value.avsc"
    type: str  # "AVRO", "PROTOBUF", "JSON", "THRIFT", "FLATBUFFERS"
    text: str
    subjects: tuple[str, ...]  # for which it is meant: "orders-value"; "orders" are the values of that topic
    types: tuple[str, ...]  # of which a whole key or value may be: its outermost ones
    names: tuple[str, ...]  # of all types that it declares
    needs: tuple[Need, ...]
    fingerprint: str  # CRC-64-AVRO in hex, in the order of the bytes of a single object
    seen: int = 0  # ms since the epoch, by collect's clock: when it was read


class Link(NamedTuple):
    """What a contract says: by which file the values of a topic are written."""

    topic: str  # may be a pattern: "{env}.orders"
    at: str  # as the contract has it: a path beside it, or an address of which only the path counts
    source: str  # the contract's file
    line: int


class SchemaFiles:
    """All files that stand at a moment, and what contracts say of them. It answers with a schema and all that it refers to."""

    def __init__(self, files: Iterable[SchemaFile], links: Iterable[Link] = ()) -> None:
        self._files = {file.source: file for file in sorted(files, key=lambda file: file.source)}
        self._links = sorted(links)
        self._linked = {one.topic: one for one in reversed(self._links) if not is_pattern(one.topic)}
        self._patterns = [
            (made, one) for one in self._links if is_pattern(one.topic) and (made := pattern_of(one.topic))
        ]
        self._subjects = _listed((subject, file) for file in self._files.values() for subject in file.subjects)
        self._types = _listed((name, file) for file in self._files.values() for name in file.types)
        self._fingerprints = {file.fingerprint: file for file in self._files.values() if file.fingerprint}
        self._made: dict[tuple[str, str], Schema] = {}

    def of_subject(self, subject: str) -> Schema | None:
        """The schema of the file that a contract links its topic to, or else of one that has the subject's name, or for values
        the topic's; None where there is none.

        Of several the first in the order of their paths, which `notes` says.
        """
        files = self._of_subject(subject)
        return self._schema(files[0], subject) if files else None

    def of_type(self, name: str) -> Schema | None:
        """The schema of a type as `types` names it."""
        file = self._by_type.get(name)
        return self._schema(file, name.partition(" ")[0]) if file else None

    def of_fingerprint(self, fingerprint: str) -> Schema | None:
        """The schema that Avro's single-object encoding means."""
        file = self._fingerprints.get(fingerprint)
        return self._schema(file, file.types[0] if file.types else "") if file else None

    def of_file(self, source: str, subject: str) -> Schema | None:
        """The schema of a file with all that it refers to."""
        file = self._files.get(source)
        return self._schema(file, subject) if file else None

    def lacks(self, source: str) -> Iterator[tuple[str, int, int, str]]:
        """What is wrong with what a file refers to, in all levels, as `notes` has it; of Protobuf, too, which is read without."""
        file = self._files.get(source)
        references: dict[str, SchemaFile] = {}
        if file is not None:
            self._resolve(file, references, {source})
        for one in (file, *references.values()) if file else ():
            for need in one.needs:
                said = self._problem(one, need)
                if one.type == "PROTOBUF" and not self._declarers(one, need):
                    said = f"“{need.name}” is no file in a folder here. Add it; what is of its types is shown by number until then."
                if said:
                    yield one.source, need.line, need.column, said

    @property
    def types(self) -> tuple[str, ...]:
        """The types that somebody can ask for, in the order of the alphabet; of two files that both have one, with the file:
        "acme.Order", "acme.Order (schemas/v2/order.avsc)"."""
        return tuple(self._by_type)

    @property
    def newest(self) -> int:
        """When a file was read last, in ms since the epoch; -1 where there is none."""
        return max((file.seen for file in self._files.values()), default=-1)

    def notes(self, topics: Container[str]) -> Iterator[tuple[str, int, int, str]]:
        """What of the files together cannot be right: (file, line, column, sentence)."""
        for file in self._files.values():
            for need in file.needs:
                said = self._problem(file, need)
                if said:
                    yield file.source, need.line, need.column, said
        for link in self._links:
            if "://" not in link.at and self._target(link) is None:
                said = f"“{link.at}” is no schema file in a folder here. Mend the link, or add its folder to the schema files."
                yield link.source, link.line, 0, said
        for subject, files in self._subjects.items():
            if len(files) > 1 and subject.removesuffix("-value").removesuffix("-key") in topics:
                said = f"“{subject}” is meant by {files[0].source}, too, which is used. Take one of them out."
                yield files[1].source, 0, 0, said

    @cached_property
    def _by_type(self) -> Mapping[str, SchemaFile]:
        return {
            name if len(files) == 1 else f"{name} ({file.source})": file
            for name, files in sorted(self._types.items())
            for file in files
        }

    @cached_property
    def _names(self) -> Mapping[str, list[SchemaFile]]:
        return _listed((name, file) for file in self._files.values() if file.type == "AVRO" for name in file.names)

    @cached_property
    def _endings(self) -> Mapping[str, list[SchemaFile]]:
        """By a path, or by what it ends with, the files."""
        found = []
        for file in self._files.values():
            parts = file.source.split("/")
            found += [("/".join(parts[at:]), file) for at in range(len(parts))]
        return _listed(found)

    def _target(self, link: Link) -> SchemaFile | None:
        """The file that a contract means: beside it, or the one with which most of the end of its path agrees."""
        path = link.at.partition("://")[2] or link.at
        beside = self._files.get(normpath(join(dirname(link.source), path)))
        if beside is not None:
            return beside
        parts = normpath(path).split("/")
        while parts:
            near = self._nearest(link.source, self._endings.get("/".join(parts), []))
            if near:
                return near[0]
            parts = parts[1:]
        return None

    def _of_subject(self, subject: str) -> list[SchemaFile]:
        topic = subject.removesuffix("-value")
        if topic != subject and self._links:
            link = self._linked.get(topic) or next((one for made, one in self._patterns if made.fullmatch(topic)), None)
            target = self._target(link) if link else None
            if target is not None:
                return [target]
        return self._subjects.get(subject) or self._subjects.get(subject.removesuffix("-value"), [])

    def _problem(self, file: SchemaFile, need: Need) -> str:
        """What is wrong with something that a file refers to; "" where it is there, or where its format is read without it."""
        if file.type == "AVRO" and not self._declarers(file, need):
            return f"The type “{need.name}” is declared in no file here. Add its file, or nothing is read by this one."
        if file.type not in INCLUDING:
            return ""
        if _is_outside(file.source, need.name):
            return (
                f"“{need.name}” lies outside of the folder and is not read. Put it into the folder, or name a folder that holds "
                "both files."
            )
        others = self._declarers(file, need)
        if not others:
            return f"“{need.name}” is no file in a folder here. Add it; what it declares is not known until then."
        circle = (
            self._circle(file, others[0]) if file.type == "THRIFT" else ()
        )  # flatc takes a file once, circle or not
        if circle:
            names = ", ".join(source.rpartition("/")[2] for source in (file.source, *circle))
            return f"“{need.name}” includes this file again: {names}. Each is read once; take one include out."
        return ""

    def _circle(self, file: SchemaFile, other: SchemaFile) -> tuple[str, ...]:
        """The files from another one on by which it includes a file again, that one last; () where it does not."""
        ways: list[tuple[SchemaFile, tuple[str, ...]]] = [(other, (other.source,))]
        been = {other.source}
        while ways and len(been) <= REFERENCES:
            one, way = ways.pop(0)
            if one.source == file.source:
                return way
            for need in one.needs:
                for found in self._declarers(one, need)[:1]:
                    if found.source not in been:
                        been.add(found.source)
                        ways.append((found, (*way, found.source)))
        return ()

    def _schema(self, file: SchemaFile, subject: str) -> Schema:
        known = self._made.get((file.source, subject))
        if known is None:
            references: dict[str, SchemaFile] = {}
            self._resolve(file, references, {file.source})
            known = self._made[file.source, subject] = Schema(
                registry=file.source,
                id=0,
                type=file.type,
                text=file.text,
                references=tuple(Reference(one.source, one.source, 0, one.text) for one in references.values()),
                subject=subject,
            )
        return known

    def _resolve(self, file: SchemaFile, found: dict[str, SchemaFile], been: set[str]) -> None:
        """What it refers to, in all levels; those that others need come first."""
        for need in file.needs:
            for other in self._declarers(file, need)[:1]:
                if other.source not in been and len(been) <= REFERENCES:
                    been.add(other.source)
                    self._resolve(other, found, been)
                    found[other.source] = other

    def _declarers(self, file: SchemaFile, need: Need) -> list[SchemaFile]:
        """The files that can be meant, the nearest to the one that refers to it first."""
        if file.type in INCLUDING:
            if _is_outside(file.source, need.name):
                return []
            beside = self._files.get(normpath(join(dirname(file.source), need.name)))
            if beside is not None and beside.type == file.type:
                return [beside]
            others = [other for other in self._endings.get(normpath(need.name), []) if other.type == file.type]
        elif file.type == "PROTOBUF":
            others = [other for other in self._endings.get(need.name, []) if other.type == file.type]
        else:  # older writers mean by a name in a namespace also one of no namespace
            others = self._names.get(need.name) or self._names.get(need.name.rpartition(".")[2], [])
        return self._nearest(file.source, [other for other in others if other.source != file.source])

    @staticmethod
    def _nearest(source: str, files: list[SchemaFile]) -> list[SchemaFile]:
        return sorted(files, key=lambda other: (-_shared(source, other.source), other.source))


def _is_outside(source: str, name: str) -> bool:
    """Whether a file that another one includes lies outside of the folder of both.

    >>> _is_outside("schemas/sales/a.thrift", "../b.thrift"), _is_outside("schemas/a.thrift", "../b.thrift")
    (False, True)
    """
    if name.startswith("/") or ":" in name:
        return True
    folder, slash, _ = source.partition("/")
    path = normpath(join(dirname(source), name))
    return path.startswith("..") or (bool(slash) and path.partition("/")[0] != folder)


def _shared(one: str, other: str) -> int:
    """How many folders of two paths are the same, from the outermost one."""
    pairs = zip(one.split("/")[:-1], other.split("/")[:-1], strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def link(topic: str, at: str) -> Message:
    """The value of the fact by which a contract says that a file is the schema of a topic's values."""
    return {"topic": topic, "at": at}


def is_link(fact: Fact) -> bool:
    """Whether a fact of the kind schema is such a one."""
    return fact.value is not None and "at" in fact.value


def link_from(fact: Fact) -> Link:
    """What it says."""
    value = fact.value or {}
    return Link(str(value.get("topic", "")), str(value.get("at", "")), fact.source, fact.line)


def schema_file_from(fact: Fact) -> SchemaFile:
    """What the fact of a file says; a value of the wrong kind counts as not said."""
    value = fact.value or {}
    return SchemaFile(
        source=fact.source,
        type=str(value.get("type", "AVRO")),
        text=str(value.get("text", "")),
        subjects=_words(value, "subjects"),
        types=_words(value, "types"),
        names=_words(value, "names"),
        needs=tuple(_need(one) for one in value.get("needs") or () if isinstance(one, list) and len(one) == 3),
        fingerprint=str(value.get("fingerprint", "")),
        seen=fact.seen,
    )


def _need(said: list[Any]) -> Need:
    name, line, column = said
    return Need(str(name), line if isinstance(line, int) else 0, column if isinstance(column, int) else 0)


def _words(value: Mapping[str, Any], key: str) -> tuple[str, ...]:
    said = value.get(key)
    return tuple(map(str, said)) if isinstance(said, list) else ()


def _listed(pairs: Iterable[tuple[str, SchemaFile]]) -> dict[str, list[SchemaFile]]:
    found: dict[str, list[SchemaFile]] = {}
    for name, file in pairs:
        found.setdefault(name, []).append(file)
    return found
