"""What the byte ranges of a tree have to be: within the data, within each other, and saying the node that they stand behind."""

import json
from collections.abc import Iterator
from dataclasses import replace

import cbor2
import msgpack

from meshdesk.decode.contract import Bounds, Undecodable
from meshdesk.decode.json_text import document_of
from meshdesk.model.node import CONTAINERS, Node


def without_spans(node: Node) -> Node:
    """The tree alone."""
    return replace(node, children=tuple(map(without_spans, node.children)), span=None)


def nested_wrongly(node: Node, length: int) -> Iterator[str]:
    """Nodes whose bytes lie outside the data or outside those of the node around them."""
    yield from _nested(node, 0, length, "")


def _nested(node: Node, first: int, end: int, path: str) -> Iterator[str]:
    path = f"{path}/{node.name}"
    if node.span is not None:
        if not first <= node.span[0] <= node.span[1] <= end:
            yield f"{path} {node.span} is not within {(first, end)}"
        first, end = node.span
    for child in node.children:
        yield from _nested(child, first, end, path)


def agrees_with_spans(tree: Node, data: bytes, encoding: str = "") -> list[str]:
    """Whatever is wrong with the byte ranges of a JSON tree: each node's bytes must be a document that says that node."""
    wrong = list(nested_wrongly(tree, len(data)))
    encoding = encoding or json.detect_encoding(data)
    plain = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(encoding, encoding)
    for node, path in _all(tree, ""):
        if node.span is None:
            wrong.append(f"{path} has no bytes")
            continue
        text = data[slice(*node.span)].decode(plain)
        if _is_cut(node) or (path == "/" and "\n" in text):  # or it may be several documents
            continue
        try:
            said = document_of(text.encode("utf-8", "surrogatepass"), Bounds())
        except Undecodable as why:
            wrong.append(f"{path}: {text[:80]!r}: {why}")
            continue
        if replace(without_spans(said), name=node.name) != without_spans(node):
            wrong.append(f"{path}: {text[:80]!r} does not say {node.text!r}")
    return wrong


def _is_cut(node: Node) -> bool:
    return node.kind == "more" or any(map(_is_cut, node.children))


def _all(node: Node, path: str) -> Iterator[tuple[Node, str]]:
    yield node, f"{path}/{node.name}"
    for child in node.children:
        if child.kind != "more":
            yield from _all(child, f"{path}/{node.name}")


def leaves(node: Node) -> Iterator[Node]:
    """The nodes without parts."""
    if node.kind not in CONTAINERS:
        yield node
    for child in node.children:
        yield from leaves(child)


# What the bytes of a scalar say, read by something else than the decoder


def said_by(layer: str, piece: bytes) -> set[str]:
    """The texts that a node may have whose bytes these are, of the format that the last layer of a chain names."""
    if layer == "MessagePack":
        return _words(msgpack.unpackb(piece))
    if layer == "CBOR":
        return _words(cbor2.loads(piece))
    if layer == "Avro":
        return _avro(piece) | _avro(piece[1:])  # of a union there is the number of the branch before
    return _protobuf(piece) | _packed(piece)


def _words(value: object) -> set[str]:
    if isinstance(value, cbor2.CBORTag):
        return _words(value.value)
    if isinstance(value, bool) or value is None:
        return {{True: "true", False: "false", None: "null"}[value]}
    return {value.hex()} if isinstance(value, bytes) else {str(value)}


def _avro(piece: bytes) -> set[str]:
    found = {piece.hex(), *({"true"} if piece == b"\x01" else {"false"} if piece == b"\0" else set())}
    number, at = _varint(piece)
    zigzag = (number >> 1) ^ -(number & 1)
    if at == len(piece):
        found.add(str(zigzag))
    if zigzag == len(piece) - at:
        found |= {piece[at:].hex(), piece[at:].decode("utf-8", "replace")}
    return found


def _protobuf(piece: bytes) -> set[str]:
    """Of a field; of one that holds others (an entry of a map, a wrapper) what these say, too."""
    found: set[str] = set()
    while piece:
        tag, at = _varint(piece)
        if not at:
            break
        number, behind = _varint(piece[at:])
        length = {0: behind, 1: 8, 2: behind + number, 5: 4}.get(tag & 7, 0)
        body = piece[at : at + length]
        if not length or len(body) < length:
            break
        inner = body[behind:]
        found |= {inner.hex(), inner.decode("utf-8", "replace")} | _protobuf(inner) if tag & 7 == 2 else _packed(body)
        piece = piece[at + length :]
    return found


def _packed(piece: bytes) -> set[str]:
    number, at = _varint(piece)
    found = {str(int.from_bytes(piece, "little", signed=signed)) for signed in (True, False)}
    if at != len(piece):
        return found
    return found | {str(number), str((number >> 1) ^ -(number & 1)), str(number - 2**64), "true" if number else "false"}


def _varint(piece: bytes) -> tuple[int, int]:
    """The number at the beginning, and where it ends; 0 where none does."""
    value = 0
    for at, byte in enumerate(piece):
        value |= (byte & 0x7F) << 7 * at
        if byte < 0x80:
            return value, at + 1
    return 0, 0
