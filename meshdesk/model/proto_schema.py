"""Protobuf schemas as MeshDesk knows them: files of messages and enums, read from text or from descriptors, names resolved."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

DEPTH = 100  # messages declared within messages; protoc stops at 32


class BadSchema(Exception):
    """The text or the descriptor is no schema (of Protobuf, Thrift or FlatBuffers); the text is a phrase that says why.

    `at` is the character of the text, from 0, where that shows; None where nobody knows.
    """

    def __init__(self, why: str, at: int | None = None) -> None:
        super().__init__(why)
        self.at = at


@dataclass(slots=True)
class Field:
    """A field as it was declared."""

    name: str
    number: int
    type: str  # "int32" …; else the name of a message or an enum, "." first where it is a full one
    repeated: bool = False
    oneof: str = ""
    tags: tuple[str, ...] = ()  # of Confluent's data contracts: "PII"
    extends: str = ""  # of an extension: the message that it extends


@dataclass(slots=True)
class Message:
    """A message; `name` is the full one, without a dot before it."""

    name: str
    fields: list[Field] = field(default_factory=list)
    messages: list["Message"] = field(
        default_factory=list
    )  # in the order of the descriptor: map entries and groups too
    enums: list["Enum"] = field(default_factory=list)
    extensions: list[Field] = field(default_factory=list)
    is_map: bool = False


@dataclass(slots=True)
class Enum:
    """An enum; of several names for a number the first counts."""

    name: str
    names: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class File:
    """One .proto file."""

    name: str = ""
    package: str = ""
    messages: list[Message] = field(default_factory=list)
    enums: list[Enum] = field(default_factory=list)
    extensions: list[Field] = field(default_factory=list)
    imports: list[str] = field(default_factory=list)  # of a text: the files that it names


SCALARS = frozenset(
    {
        "double", "float", "int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64", "sfixed32",
        "sfixed64", "bool", "string", "bytes",
    }
)  # fmt: skip


def all_messages(messages: Iterable[Message]) -> Iterator[Message]:
    """The messages and those declared within them, outer ones first."""
    for message in messages:
        yield message
        yield from all_messages(message.messages)


class Types:
    """Every message and enum of some files, by full name. The first file is the one that was asked for."""

    def __init__(self, files: list[File], known: Iterable[File] = ()) -> None:
        self.files = files
        self.messages: dict[str, Message] = {}
        self.enums: dict[str, Enum] = {}
        self.extensions: dict[str, list[tuple[str, Field]]] = {}  # by the extended message: (full name, field)
        everything = [*files, *known]
        for file in everything:
            self._note(file)
        for file in everything:
            self._extend(file.package, file.extensions)
            for message in all_messages(file.messages):
                self._extend(message.name, message.extensions)

    def _note(self, file: File) -> None:
        for enum in file.enums:
            self.enums.setdefault(enum.name, enum)
        for message in all_messages(file.messages):
            self.messages.setdefault(message.name, message)
            for enum in message.enums:
                self.enums.setdefault(enum.name, enum)

    def _extend(self, scope: str, extensions: list[Field]) -> None:
        for one in extensions:
            target = self.full_name(one.extends, scope)
            if target:
                full = f"{scope}.{one.name}" if scope else one.name
                self.extensions.setdefault(target, []).append((full, one))

    def full_name(self, name: str, scope: str) -> str:
        """What a name means within a message or a package: the innermost that is known; "" where nothing is."""
        if name.startswith("."):
            return name[1:] if self._has(name[1:]) else ""
        while scope:
            if self._has(f"{scope}.{name}"):
                return f"{scope}.{name}"
            scope = scope.rpartition(".")[0]
        return name if self._has(name) else ""

    def _has(self, name: str) -> bool:
        return name in self.messages or name in self.enums

    def named(self, name: str) -> list[Message]:
        """Messages of the first file that a name can mean: its full name, else the last parts of it."""
        name = name.replace("$", ".")
        found = self.messages.get(name)
        if found is not None:
            return [found]
        main = self.files[0].messages if self.files else []
        return [message for message in all_messages(main) if message.name.endswith(f".{name}")]
