"""What the byte ranges of a tree have to be: within the data, within each other, and saying the node that they stand behind."""

import json
from collections.abc import Iterator
from dataclasses import replace

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
