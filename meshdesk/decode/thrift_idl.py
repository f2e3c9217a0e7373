"""Names for Thrift: its interface definition language (thrift.apache.org/docs/idl), and a struct by its fields' names and types."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from meshdesk.decode import thrift
from meshdesk.decode.contract import Bounds, Decoded, Layer, Undecodable
from meshdesk.model.node import Node
from meshdesk.model.schema import Schema

WORDS = re.compile(
    r"""//[^\n]*|\#[^\n]*|/\*.*?\*/|"[^"]*"|'[^']*'|[A-Za-z_][A-Za-z0-9_.]*|[-+]?\d[0-9a-fA-FxX.eE+-]*|[^\s]""",
    re.DOTALL,
)
LARGEST = 1 << 20  # characters of an IDL
DEEP = 50  # of a type in types
NODES = {
    "bool": "boolean", "byte": "int", "i8": "int", "i16": "int", "i32": "int", "i64": "int",
    "double": "float", "string": "string", "binary": "bytes", "uuid": "uuid",
}  # fmt: skip


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


def decode(data: bytes, schema: Schema, bounds: Bounds) -> Decoded:
    """A struct by a document that was chosen for it. Where it names no struct, the last defined that fits is taken.
    Raises Undecodable."""
    idl = parsed(schema.text)
    found = thrift.read(data, bounds)
    candidates = [schema.subject] if schema.subject in idl.structs else list(idl.structs)[::-1]
    for name in candidates:
        tree = _struct(found.tree, name, idl, 0)
        if tree is not None:
            layers = (found.chain[0].name, found.chain[0].detail.partition(",")[0])
            return Decoded(tree, (Layer(layers[0], f"{layers[1]}, {name}"),), thrift.NAME, schema)
    raise Undecodable(f"none of the {len(idl.structs)} structs of the chosen schema fits")


@lru_cache(maxsize=64)
def parsed(text: str) -> Idl:
    """What a document defines. Raises Undecodable."""
    if len(text) > LARGEST:
        raise Undecodable("the chosen schema is too large")
    words = [word for word in WORDS.findall(text) if not word.startswith(("//", "#", "/*"))]
    try:
        return _document(iter(words))
    except (StopIteration, ValueError, RecursionError):
        raise Undecodable("the chosen schema is no IDL of Thrift that can be read") from None


def _document(words: Iterator[str]) -> Idl:
    idl = Idl()
    for word in words:
        if word in ("struct", "union", "exception"):
            name = next(words)
            idl.structs[name] = _fields(words)
        elif word == "enum":
            name = next(words)
            idl.enums[name] = _enum(words)
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


# A tree of numbers with its names


def _struct(node: Node, name: str, idl: Idl, depth: int) -> Node | None:
    """The struct with names; None where a field is of another type than the document says."""
    if node.kind != "record" or node.note == "map" or depth > DEEP * 4:
        return None
    fields = idl.structs[name]
    children = []
    for child in node.children:
        known = fields.get(int(child.name)) if child.name.isdigit() else None
        if known is None:
            is_more = child.kind == "more"
            children.append(
                child if is_more else replace(child, note=", ".join(filter(None, (child.note, "unknown field"))))
            )
            continue
        read = _value(child, known[1], idl, depth + 1)
        if read is None:
            return None
        children.append(replace(read, name=known[0]))
    return replace(node, children=tuple(children))


def _value(node: Node, kind: Type, idl: Idl, depth: int) -> Node | None:
    for _ in range(DEEP):
        if kind.name not in idl.names:
            break
        kind = idl.names[kind.name]
    if kind.name in idl.structs:
        return _struct(node, kind.name, idl, depth)
    if kind.name in idl.enums:
        word = idl.enums[kind.name].get(int(node.text)) if node.kind == "int" else None
        return replace(node, kind="enum", text=word, note=node.text) if word else node if node.kind == "int" else None
    if kind.name in ("list", "set"):
        return _items(node, kind.inner[:1] * len(node.children), idl, depth) if node.kind == "array" else None
    if kind.name == "map":
        return _items(node, kind.inner[1:] * len(node.children), idl, depth) if node.note == "map" else None
    return _scalar(node, kind.name)


def _items(node: Node, kinds: tuple[Type, ...], idl: Idl, depth: int) -> Node | None:
    children = []
    for child, kind in zip(node.children, kinds, strict=True):
        read = child if child.kind == "more" else _value(child, kind, idl, depth + 1)
        if read is None:
            return None
        children.append(read)
    return replace(node, children=tuple(children))


def _scalar(node: Node, kind: str) -> Node | None:
    said = NODES.get(kind)
    if said == node.kind:
        return node
    if said == "bytes" and node.kind == "string" and "… " not in node.text:
        return replace(node, kind="bytes", text=node.text.encode("utf-8", "surrogatepass").hex())
    if said == "string" and node.kind == "bytes" and "… " not in node.text:
        try:
            return replace(node, kind="string", text=bytes.fromhex(node.text).decode("utf-8"))
        except UnicodeDecodeError:
            return replace(node, note="text that is no UTF-8")
    return node if said is None or {said, node.kind} == {"bytes", "string"} else None
