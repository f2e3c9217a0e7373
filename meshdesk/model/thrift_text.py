"""Thrift's interface definition language (thrift.apache.org/docs/idl), read as far as decoding needs it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from meshdesk.model.proto_schema import BadSchema

WORDS = re.compile(
    r"""//[^\n]*|\#[^\n]*|/\*.*?\*/|"[^"]*"|'[^']*'|[A-Za-z_][A-Za-z0-9_.]*|[-+]?\d[0-9a-fA-FxX.eE+-]*|[^\s]""",
    re.DOTALL,
)
LARGEST = 1 << 20  # characters of an IDL
DEEP = 50  # of a type in types


@dataclass(frozen=True, slots=True)
class Type:
    """A type by its name, with the types in it: of a list one, of a map two."""

    name: str
    inner: tuple["Type", ...] = ()


@dataclass(slots=True)
class Idl:
    """What a document defines."""

    structs: dict[str, dict[int, tuple[str, Type]]] = field(default_factory=dict)  # fields by number: name and type
    enums: dict[str, dict[int, str]] = field(default_factory=dict)
    names: dict[str, Type] = field(default_factory=dict)  # of typedef
    includes: list[str] = field(default_factory=list)  # paths of other documents, as they are written


@lru_cache(maxsize=64)
def parsed(text: str) -> Idl:
    """What a document defines. Raises BadSchema."""
    if len(text) > LARGEST:
        raise BadSchema("it is too large")
    words = [word for word in WORDS.findall(text) if not word.startswith(("//", "#", "/*"))]
    try:
        return _document(iter(words))
    except (StopIteration, ValueError, RecursionError):
        raise BadSchema("it cannot be read") from None


@lru_cache(maxsize=64)
def joined(text: str, included: tuple[tuple[str, str], ...]) -> Idl:
    """What a document defines, and under the names that it has for them (`shared.Money`) what others define that it includes,
    itself or by way of others: each a path and a text. What another document may not say is left out. Raises BadSchema."""
    own = parsed(text)
    idl = Idl(dict(own.structs), dict(own.enums), dict(own.names), own.includes)
    for path, other in included:
        scope = stem_of(path)
        try:
            found = parsed(other)
        except BadSchema:
            continue
        known = {*found.structs, *found.enums, *found.names}
        for name, fields in found.structs.items():
            made = {number: (word, _scoped(kind, known, scope)) for number, (word, kind) in fields.items()}
            idl.structs.setdefault(f"{scope}.{name}", made)
        for name, words in found.enums.items():
            idl.enums.setdefault(f"{scope}.{name}", words)
        for name, kind in found.names.items():
            idl.names.setdefault(f"{scope}.{name}", _scoped(kind, known, scope))
    return idl


def stem_of(path: str) -> str:
    """What a document is called in one that includes it.

    >>> stem_of("common/shared.thrift")
    'shared'
    """
    return path.rpartition("/")[2].removesuffix(".thrift")


def _scoped(kind: Type, known: set[str], scope: str) -> Type:
    name = f"{scope}.{kind.name}" if kind.name in known else kind.name
    return Type(name, tuple(_scoped(one, known, scope) for one in kind.inner))


def _document(words: Iterator[str]) -> Idl:
    idl = Idl()
    for word in words:
        if word in ("struct", "union", "exception"):
            name = next(words)
            idl.structs[name] = _fields(words)
        elif word == "enum":
            name = next(words)
            idl.enums[name] = _enum(words)
        elif word == "include":
            idl.includes.append(next(words).strip("\"'"))
        elif word == "typedef":
            kind, rest = _type(words, 0)
            idl.names[rest or next(words)] = kind
        elif word == "{":  # of a service or a constant
            _skip(words, "{", "}")
    return idl


def _skip(words: Iterator[str], opens: str, closes: str) -> None:
    depth = 1
    while depth:
        word = next(words)
        depth += (word == opens) - (word == closes)


def _enum(words: Iterator[str]) -> dict[int, str]:
    if next(words) != "{":
        raise ValueError
    found: dict[int, str] = {}
    number, name = -1, ""
    while (word := next(words)) != "}":
        if word == "=":
            found.pop(number, None)
            number = int(next(words), 0)
            found[number] = name
        elif word == "(":
            _skip(words, "(", ")")
        elif word[0].isalpha() or word[0] == "_":
            name = word
            number += 1
            found[number] = name
    return found


def _fields(words: Iterator[str]) -> dict[int, tuple[str, Type]]:
    while (word := next(words)) != "{":  # xsd_all and the like
        if word in ("}", ";"):
            raise ValueError
    found: dict[int, tuple[str, Type]] = {}
    while (word := next(words)) != "}":
        if word in (",", ";"):
            continue
        if word == "(":
            _skip(words, "(", ")")
        elif word == "=":  # a default
            value = next(words)
            if value in ("[", "{"):
                _skip(words, value, "]" if value == "[" else "}")
        elif word.isdigit():
            if next(words) != ":":
                raise ValueError
            kind, rest = _type(words, 0)
            found[int(word)] = (rest or next(words), kind)
    return found


def _type(words: Iterator[str], depth: int, first: str = "") -> tuple[Type, str]:
    """A type, and the word behind it where that had to be read."""
    word = first or next(words)
    if word in ("required", "optional"):
        word = next(words)
    if depth > DEEP:
        raise ValueError
    if word not in ("list", "set", "map"):
        return Type(word), ""
    if next(words) != "<":
        raise ValueError
    inner = []
    while True:
        kind, _ = _type(words, depth + 1)
        inner.append(kind)
        if next(words) == ">":
            if len(inner) != (2 if word == "map" else 1):
                raise ValueError
            return Type(word, tuple(inner)), ""
