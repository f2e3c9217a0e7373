"""The bytes behind a node, decoded again as what the node is: they must say that node, whole, and nothing else.

Of JSON, tests/unit/decode/spans.py does the same.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from meshdesk.decode import avro, avro_skip, cbor, csfle, messagepack, protobuf, protobuf_bare
from meshdesk.decode.avro_cursor import Cursor, long_at
from meshdesk.decode.chain import BOUNDS
from meshdesk.decode.contract import Decoded, Undecodable
from meshdesk.decode.proto_plan import Book, Plan, book_of
from meshdesk.decode.proto_wire import LENGTH, varint
from meshdesk.decode.walk import Walk
from meshdesk.model.node import Node
from tests.unit.decode.spans import without_spans

FORMATS = ("Avro", "Protobuf", protobuf_bare.NAME, "MessagePack", "CBOR")

Said = tuple[str, bool]  # where a node is, and whether its bytes say it


def redecoded(found: Decoded, data: bytes) -> Iterator[Said]:
    """Each node below the root of a tree of one of the formats that has bytes, and each root that Avro has."""
    layer = next((layer for layer in reversed(found.chain) if layer.name in FORMATS), None)
    if layer is None:
        return
    if found.schema is not None and csfle.rule_of_payload(found.schema):
        return  # it is encrypted as a whole
    if layer.name == "Avro" and found.schema is not None:
        yield from _avro(found, data)
    elif layer.name == "Protobuf" and found.schema is not None:
        yield from _message(found.tree, book_of(found.schema), layer.detail, data, "")
    elif layer.name == protobuf_bare.NAME:
        yield from _message(found.tree, protobuf.EMPTY, "", data, "")
    elif layer.name in ("MessagePack", "CBOR"):
        read: Any = messagepack._value if layer.name == "MessagePack" else cbor._value
        for child in found.tree.children:
            yield from _values(child, data, read, f"/{child.name}")


def _says(node: Node, again: Node | None, end: int, length: int) -> bool:
    """Whether what was read again is the node."""
    return again is not None and end == length and _alone(again) == _alone(node)


def _alone(node: Node) -> Node:
    """Without what its container says of it: its name and, in notes, how a key was written or what a rule encrypts."""
    return replace(_without_notes(without_spans(node)), name="")


def _without_notes(node: Node) -> Node:
    return replace(node, children=tuple(map(_without_notes, node.children)), note="")


def _values(node: Node, data: bytes, read: Callable[[Walk, str], Node | None], path: str) -> Iterator[Said]:
    if node.span is not None:
        piece = data[slice(*node.span)]
        walk = Walk(piece, BOUNDS)
        try:
            again = read(walk, "")
        except (Undecodable, IndexError):
            again = None
        yield path, _says(node, again, walk.at, len(piece))
    for child in node.children:
        yield from _values(child, data, read, f"{path}/{child.name}")


# Avro: by the part of the schema that is the node's


def _avro(found: Decoded, data: bytes) -> Iterator[Said]:
    schema = found.schema
    assert schema is not None
    compiler = avro.Compiler()
    named: dict[str, tuple[Any, str]] = {}
    whole: Any = None
    for text in (*(reference.text for reference in schema.references), schema.text):
        whole = json.loads(text) if text.lstrip()[:1] in '{["' else text.strip()
        compiler.compile(whole, "")
        named |= dict(_named(whole, ""))
    if whole == "bytes":  # which Confluent's serialisers write raw
        return
    roots = found.tree.children if found.chain[-2].name == "Avro container" else (found.tree,)
    for root in roots:
        yield from _by(root, whole, "", compiler, named, data, f"/{root.name}")


def _named(schema: Any, space: str) -> Iterator[tuple[str, tuple[Any, str]]]:
    """Records by their full names, each with the namespace that holds in it."""
    if isinstance(schema, list):
        for branch in schema:
            yield from _named(branch, space)
    elif isinstance(schema, dict):
        if schema.get("type") in ("record", "error"):
            full = avro_skip.full_name(schema, space)
            space = full.rpartition(".")[0]
            yield full, (schema, space)
            for field in schema["fields"]:
                yield from _named(field["type"], space)
        for part in ("type", "items", "values"):
            yield from _named(schema.get(part), space)


def _by(
    node: Node, schema: Any, space: str, compiler: Any, named: dict[str, tuple[Any, str]], data: bytes, path: str
) -> Iterator[Said]:
    if node.span is None:
        return
    piece = data[slice(*node.span)]
    cursor = Cursor(piece, BOUNDS, 0)
    try:
        again = compiler.compile(schema, space)(cursor, "")
    except (Undecodable, IndexError, UnicodeDecodeError):
        again = None
    yield path, _says(node, again, cursor.at, len(piece))
    if isinstance(schema, list):
        schema = schema[long_at(Cursor(piece, BOUNDS, 0))]
    while isinstance(schema, dict) and isinstance(schema.get("type"), dict):
        schema = schema["type"]
    if isinstance(schema, str):
        full = schema if "." in schema else f"{space}.{schema}"
        schema, space = named.get(full) or named.get(schema) or (schema, space)
    if not isinstance(schema, dict):
        return
    if schema["type"] in ("record", "error"):
        space = avro_skip.full_name(schema, space).rpartition(".")[0]
        types = {field["name"]: field["type"] for field in schema["fields"]}
        for child in node.children:
            yield from _by(child, types[child.name], space, compiler, named, data, f"{path}/{child.name}")
    elif schema["type"] in ("array", "map"):
        for child in node.children:
            inner = schema["items" if schema["type"] == "array" else "values"]
            yield from _by(child, inner, space, compiler, named, data, f"{path}/{child.name}")


# Protobuf: a field alone is a message that has only that one


def _message(node: Node, book: Book, name: str, data: bytes, path: str) -> Iterator[Said]:
    """The fields of a message by its name; of one that no schema knows, "", by their numbers."""
    if name == protobuf.ANY and node.children and node.children[0].name == "@type":
        yield from _any(node, book, data, path)
        return
    plans = {plan.name: (number, plan) for number, plan in book.plan(name).fields.items()} if name else {}
    for child in node.children:
        here = f"{path}/{child.name}"
        yield from _field(child, False, book, name, data, here)
        if child.name not in plans:
            if not name and child.kind == "record":
                yield from _message(child, book, "", data, here)
            continue
        number, plan = plans[child.name]
        is_many = plan.repeated or plan.is_map
        for part in child.children if is_many else ():
            inner = f"{here}/{part.name}"
            if plan.is_map or plan.wire == LENGTH or not _is_packed(part, child, number, plan.wire, data):
                yield from _field(part, True, book, name, data, inner)
            else:
                yield from _packed(part, number, plan.wire, book, name, data, inner)
        message = plan.message.fields[2].message if plan.is_map and plan.message else plan.message
        for part in child.children if is_many else (child,):
            if message is not None and part.kind == "record":
                yield from _message(part, book, message.name, data, f"{here}/{part.name}")


def _any(node: Node, book: Book, data: bytes, path: str) -> Iterator[Said]:
    """The name of a type, and the fields of such a message, or the whole of one that is shown as a value."""
    said, *parts = node.children
    again = _read(data[slice(*said.span or (0, 0))], book, protobuf.ANY).children
    yield f"{path}/@type", bool(again) and _alone(again[0]) == _alone(said)
    name = said.text.rpartition("/")[2]
    if len(parts) == 1 and parts[0].name == "value" and "value" not in {one.name for one in _plans(book, name)}:
        value = parts[0]
        yield f"{path}/value", _alone(_read(data[slice(*value.span or (0, 0))], book, name)) == _alone(value)
    else:
        yield from _message(replace(node, children=tuple(parts)), book, name, data, path)


def _plans(book: Book, name: str) -> Iterable[Plan]:
    return book.plan(name).fields.values()


def _read(piece: bytes, book: Book, name: str) -> Node:
    try:
        return protobuf.read(piece, 0, book, book.types.messages[name] if name else None, BOUNDS).tree
    except Undecodable:
        return Node("", "null", "is no such message")


def _is_packed(part: Node, whole: Node, number: int, wire: int, data: bytes) -> bool:
    """Whether a number of a repeated field stands among others behind one tag: then its bytes do not begin with its own."""
    if part.span is None or (whole.span is not None and whole.span[0] == part.span[0]):
        return False
    if whole.span is not None:
        return data[whole.span[0]] & 7 == LENGTH
    return varint(data, *part.span)[0] != number << 3 | wire


def _packed(part: Node, number: int, wire: int, book: Book, name: str, data: bytes, path: str) -> Iterator[Said]:
    """A number among others behind one tag: with a tag of its own it is that field, written once."""
    tag, before = number << 3 | wire, b""
    while tag >= 0x80:
        before, tag = before + bytes((tag & 0x7F | 0x80,)), tag >> 7
    fields = _read(before + bytes((tag,)) + data[slice(*part.span or (0, 0))], book, name).children
    again = fields[0].children if len(fields) == 1 else ()
    yield path, len(again) == 1 and _alone(again[0]) == _alone(part)


def _field(node: Node, is_part: bool, book: Book, name: str, data: bytes, path: str) -> Iterator[Said]:
    if node.span is None:
        return
    fields = _read(data[slice(*node.span)], book, name).children
    again = fields[0].children if is_part and fields else fields
    yield path, len(again) == 1 and _alone(again[0]) == _alone(node)
