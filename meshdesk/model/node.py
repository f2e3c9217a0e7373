"""A decoded value as a tree of nodes."""

import base64
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal[
    "record", "array", "map", "string", "bytes", "int", "float", "decimal", "boolean", "null", "enum",
    "timestamp", "date", "time", "uuid", "duration",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Node:
    name: str
    kind: Kind
    text: str
    children: tuple["Node", ...] = ()
    note: str = ""
    span: tuple[int, int] | None = None


def to_frame(node: Node) -> list[Any]:
    return [node.name, node.kind, node.text, [to_frame(c) for c in node.children], node.note, node.span]


def from_frame(f: list[Any]) -> Node:
    return Node(f[0], f[1], f[2], tuple(from_frame(c) for c in f[3]), f[4], tuple(f[5]) if f[5] else None)


def to_json(node: Node) -> object:
    if node.kind == "record":
        return {c.name: to_json(c) for c in node.children}
    if node.kind == "array":
        return [to_json(c) for c in node.children]
    if node.kind == "null":
        return None
    if node.kind == "int":
        return int(node.text)
    return node.text


def pretty(node: Node) -> str:
    import json
    return json.dumps(to_json(node), indent=2, ensure_ascii=False)


def one_line(node: Node, limit: int) -> str:
    return pretty(node).replace("\n", " ")[:limit]


def one_line_spans(node: Node, limit: int) -> tuple[str, tuple[tuple[int, int, str], ...]]:
    return one_line(node, limit), ()
