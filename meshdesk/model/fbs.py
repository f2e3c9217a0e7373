"""Schemas of FlatBuffers (.fbs), read as far as decoding needs them (flatbuffers.dev, "Writing a schema")."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from meshdesk.model.proto_schema import BadSchema

WORDS = re.compile(r'//[^\n]*|/\*.*?\*/|"[^"]*"|[A-Za-z_][\w.]*|[-+]?[\d.][\w.+-]*|[^\s]', re.DOTALL)
LARGEST = 1 << 20  # characters of a schema
DEEP = 50  # structs in structs
SCALARS = {
    "bool": "<B", "byte": "<b", "int8": "<b", "ubyte": "<B", "uint8": "<B", "short": "<h", "int16": "<h",
    "ushort": "<H", "uint16": "<H", "int": "<i", "int32": "<i", "uint": "<I", "uint32": "<I", "long": "<q", "int64": "<q",
    "ulong": "<Q", "uint64": "<Q", "float": "<f", "float32": "<f", "double": "<d", "float64": "<d",
}  # fmt: skip


@dataclass(slots=True)
class Field:
    """A field of a table or struct."""

    name: str
    type: str
    is_vector: bool = False
    count: int = 0  # of an array in a struct
    default: str = ""  # of a scalar; "" where there is none to be shown
    slot: int = 0
    is_union: bool = False
    of_union: bool = False  # the one before it, which says the member


@dataclass(slots=True)
class Table:
    """A table, or a struct."""

    name: str
    is_struct: bool
    fields: list[Field] = field(default_factory=list)


@dataclass(slots=True)
class Enum:
    """Words by their numbers."""

    type: str
    words: dict[int, str] = field(default_factory=dict)
    is_flags: bool = False

    def word_of(self, number: int) -> str:
        """The word; of flags those that are set; else the number."""
        if number in self.words or not self.is_flags:
            return self.words.get(number, str(number))
        return " | ".join(word for bit, word in self.words.items() if bit & number) or str(number)

    def number_of(self, word: str) -> int:
        """The number of a word, 0 where there is none."""
        return next((number for number, known in self.words.items() if known == word), 0)


@dataclass(slots=True)
class Fbs:
    """What a schema defines; names are without their namespaces."""

    tables: dict[str, Table] = field(default_factory=dict)
    enums: dict[str, Enum] = field(default_factory=dict)
    unions: dict[str, dict[int, str]] = field(default_factory=dict)
    root: str = ""
    identifier: str = ""
    includes: list[str] = field(default_factory=list)  # paths of other schemas, as they are written

    def size_of(self, kind: str, depth: int = 0) -> int:
        """Bytes of a value where it stands: of tables and texts those of an offset."""
        if kind in self.enums:
            kind = self.enums[kind].type
        if kind in SCALARS:
            return struct.calcsize(SCALARS[kind])
        table = self.tables.get(kind)
        if table is None or not table.is_struct:
            return 4
        return self._laid_out(table, depth)[1]

    def layout(self, table: Table) -> list[tuple[Field, int]]:
        """The fields of a struct and where each begins."""
        return self._laid_out(table, 0)[0]

    def _align(self, kind: str, depth: int) -> int:
        table = self.tables.get(kind)
        if table is not None and table.is_struct:
            if depth > DEEP:
                raise BadSchema("its structs hold each other")
            return max((self._align(one.type, depth + 1) for one in table.fields), default=1)
        return self.size_of(kind, depth)

    def _laid_out(self, table: Table, depth: int) -> tuple[list[tuple[Field, int]], int]:
        if depth > DEEP:
            raise BadSchema("its structs hold each other")
        places, at = [], 0
        for one in table.fields:
            align = self._align(one.type, depth + 1)
            at += -at % align
            places.append((one, at))
            at += self.size_of(one.type, depth + 1) * max(1, one.count)
        return places, at + -at % self._align(table.name, depth)


@lru_cache(maxsize=64)
def parsed(text: str, included: tuple[str, ...] = ()) -> Fbs:
    """What a schema defines, with all that others define that it includes, itself or by way of others; their root types and
    identifiers are not its own. What another schema may not say is left out. Raises BadSchema."""
    fbs = said_in(text)
    for other in included:
        try:
            found = said_in(other)
        except BadSchema:
            continue
        fbs.tables = found.tables | fbs.tables
        fbs.enums = found.enums | fbs.enums
        fbs.unions = found.unions | fbs.unions
    _finish(fbs)
    return fbs


def said_in(text: str) -> Fbs:
    """What a schema says itself, whose fields may be of types that another one declares. Raises BadSchema."""
    if len(text) > LARGEST:
        raise BadSchema("it is too large")
    words = [word for word in WORDS.findall(text) if not word.startswith(("//", "/*"))]
    fbs = Fbs()
    try:
        _document(iter(words), fbs)
    except (StopIteration, ValueError):
        raise BadSchema("it cannot be read") from None
    return fbs


def _short(name: str) -> str:
    return name.rpartition(".")[2]


def _document(words: Iterator[str], fbs: Fbs) -> None:
    for word in words:
        if word in ("table", "struct"):
            name = next(words)
            fbs.tables[name] = Table(name, word == "struct", _fields(words))
        elif word == "enum":
            name = next(words)
            fbs.enums[name] = _enum(words)
        elif word == "union":
            name = next(words)
            fbs.unions[name] = _union(words)
        elif word == "include":
            fbs.includes.append(next(words).strip('"'))
        elif word == "root_type":
            fbs.root = _short(next(words))
        elif word == "file_identifier":
            fbs.identifier = next(words).strip('"')
        elif word == "{":  # of a service
            while next(words) != "}":
                pass


def _attributes(words: Iterator[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    last = ""
    for word in words:
        if word == ")":
            return found
        if word == ":":
            found[last] = next(words).strip('"')
        elif word != ",":
            last = word
            found[last] = ""
    raise ValueError


def _enum(words: Iterator[str]) -> Enum:
    if next(words) != ":":
        raise ValueError
    made = Enum(next(words))
    if made.type not in SCALARS:
        raise ValueError
    number, word = -1, next(words)
    if word == "(":
        made.is_flags = "bit_flags" in _attributes(words)
        word = next(words)
    if word != "{":
        raise ValueError
    name = ""
    while (word := next(words)) != "}":
        if word == "=":
            made.words.pop(number, None)
            number = int(next(words), 0)
            made.words[number] = name
        elif word == "(":
            _attributes(words)
        elif word != ",":
            name, number = word, number + 1
            made.words[number] = name
    if made.is_flags:
        made.words = {1 << bit: word for bit, word in made.words.items() if 0 <= bit < 64}
    return made


def _union(words: Iterator[str]) -> dict[int, str]:
    members: dict[int, str] = {}
    number = 0
    while (word := next(words)) != "{":
        if word == "(":
            _attributes(words)
    while (word := next(words)) != "}":
        if word == ":":  # a name of its own, then the type
            members[number] = _short(next(words))
        elif word == "=":
            if number not in members:
                raise ValueError
            name = members.pop(number)
            number = int(next(words), 0)  # those behind it go on from there
            members[number] = name
        elif word != ",":
            number += 1
            members[number] = _short(word)
    return members


def _fields(words: Iterator[str]) -> list[Field]:
    while next(words) != "{":
        pass
    found: list[Field] = []
    ids: dict[str, int] = {}
    gone: set[str] = set()
    while (word := next(words)) != "}":
        if next(words) != ":":
            raise ValueError
        made = _type(words, word)
        while (word := next(words)) != ";":
            if word == "=":
                made.default = next(words)
            elif word == "(":
                attributes = _attributes(words)
                if "id" in attributes:
                    ids[made.name] = int(attributes["id"])
                if "deprecated" in attributes:
                    gone.add(made.name)
        found.append(made)
    if len(ids) == len(found):
        found.sort(key=lambda one: ids[one.name])
    for one in found:
        one.slot = -1 if one.name in gone else 0
    return found


def _type(words: Iterator[str], name: str) -> Field:
    word = next(words)
    if word != "[":
        return Field(name, _short(word))
    kind = _short(next(words))
    word = next(words)
    if word == ":":
        count = int(next(words), 0)
        if next(words) != "]":
            raise ValueError
        return Field(name, kind, count=min(count, 1 << 16))
    if word != "]":
        raise ValueError
    return Field(name, kind, is_vector=True)


def _finish(fbs: Fbs) -> None:
    """Slots, the hidden field before each union, and the defaults that nobody wrote."""
    for table in fbs.tables.values():
        fields: list[Field] = []
        slot = 0
        for one in table.fields:
            is_gone = one.slot < 0
            if one.type in fbs.unions:
                fbs.enums.setdefault(f"{one.type}?", Enum("ubyte", fbs.unions[one.type] | {0: "NONE"}))
                hidden = Field(f"{one.name}_type", f"{one.type}?", one.is_vector, slot=slot, of_union=not one.is_vector)
                fields += [] if is_gone else [hidden]
                slot += 1
                one.is_union = not one.is_vector
            one.slot = slot
            slot += 1
            if (
                not one.is_vector
                and not one.count
                and not table.is_struct
                and (one.type in SCALARS or one.type in fbs.enums)
            ):
                one.default = {"true": "1", "false": "0"}.get(one.default, one.default) or "0"
                if one.default == "null":
                    one.default = ""
            fields += [] if is_gone else [one]
        table.fields = fields
    known = {*SCALARS, *fbs.enums, *fbs.tables, *fbs.unions, "string"}
    for table in fbs.tables.values():
        for one in table.fields:
            if one.type not in known or (one.is_vector and one.type in fbs.unions):
                raise BadSchema(f"the type {one.type} of {one.name} is declared nowhere in it")
