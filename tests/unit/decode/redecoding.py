"""The bytes behind a node, decoded again as what the node is: they must say that node, whole, and nothing else.

Of JSON, tests/unit/decode/spans.py does the same.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from meshdesk.decode import avro, avro_skip, cbor, csfle, messagepack, protobuf, protobuf_bare
from meshdesk.decode.chain import BOUNDS
from meshdesk.decode.contract import Decoded, Undecodable
from meshdesk.decode.proto_plan import Book, book_of
from meshdesk.decode.proto_wire import LENGTH
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
    cursor = avro.Cursor(piece, BOUNDS, 0)
    try:
        again = compiler.compile(schema, space)(cursor, "")
    except (Undecodable, IndexError, UnicodeDecodeError):
        again = None
    yield path, _says(node, again, cursor.at, len(piece))
    if isinstance(schema, list):
        schema = schema[avro.long_at(avro.Cursor(piece, BOUNDS, 0))]
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
    plans = {plan.name: plan for plan in book.plan(name).fields.values()} if name else {}
    for child in node.children:
        plan, here = plans.get(child.name), f"{path}/{child.name}"
        yield from _field(child, False, book, name, data, here)
        if plan is None:
            if not name and child.kind == "record":
                yield from _message(child, book, "", data, here)
            continue
        is_many = plan.repeated or plan.is_map
        for part in child.children if is_many else ():
            if (
                plan.is_map
                or plan.wire == LENGTH
                or part.span is None
                or child.span is None
                or not _is_packed(child, data)
            ):
                yield from _field(part, True, book, name, data, f"{here}/{part.name}")
        if plan.message is not None and not plan.is_map and plan.message.name != protobuf.ANY:
            for part in child.children if is_many else (child,):
                if part.kind == "record":
                    yield from _message(part, book, plan.message.name, data, f"{here}/{part.name}")


def _is_packed(node: Node, data: bytes) -> bool:
    """Whether numbers stand behind one tag: then none of them has its own."""
    return node.span is not None and data[node.span[0]] & 7 == LENGTH


def _field(node: Node, is_part: bool, book: Book, name: str, data: bytes, path: str) -> Iterator[Said]:
    if node.span is None:
        return
    message = book.types.messages[name] if name else None
    try:
        fields = protobuf.read(data[slice(*node.span)], 0, book, message, BOUNDS).tree.children
    except Undecodable:
        fields = ()
    again = fields[0].children if is_part and fields else fields
    yield path, len(again) == 1 and _alone(again[0]) == _alone(node)
