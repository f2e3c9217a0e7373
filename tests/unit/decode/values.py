"""Values of Python that several formats can write, and whether a tree says the same."""

import math
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

from meshdesk.model.node import Node

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.text(max_size=40)
    | st.binary(max_size=40)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=20) | st.dictionaries(st.text(max_size=20), inner, max_size=20),
    max_leaves=30,
)
CONTAINERS = st.dictionaries(st.text(max_size=9), VALUES, min_size=1, max_size=20) | st.lists(
    VALUES, min_size=1, max_size=20
)


def says(node: Node, value: Any) -> bool:
    """Whether a tree says what was written, exactly."""
    if isinstance(value, dict):
        return (
            node.kind in ("record", "map")
            and [child.name for child in node.children] == [str(key) for key in value]
            and all(says(child, item) for child, item in zip(node.children, value.values(), strict=True))
        )
    if isinstance(value, list):
        return node.kind == "array" and len(node.children) == len(value) and all(map(says, node.children, value))
    if value is None:
        return node.kind == "null"
    if isinstance(value, bool):
        return node.kind == "boolean" and node.text == str(value).lower()
    if isinstance(value, int):
        return node.kind == "int" and node.text == str(value)
    if isinstance(value, float):
        said = float(node.text)
        same = math.isnan(said) if math.isnan(value) else said == value
        return (
            node.kind == "float" and same and (math.isnan(value) or math.copysign(1, said) == math.copysign(1, value))
        )
    if isinstance(value, bytes):
        return node.kind == "bytes" and bytes.fromhex(node.text) == value
    return node.kind == "string" and node.text == value


def spanned(node: Node) -> Iterator[Node]:
    """Every node of a tree."""
    yield node
    for child in node.children:
        yield from spanned(child)


def bytes_say_the_same(tree: Node, data: bytes, read: Callable[[bytes], Node]) -> bool:
    """Whether the bytes of each node, read again, are that node."""
    for node in spanned(tree):
        assert node.span is not None
        again = read(data[node.span[0] : node.span[1]])
        if (again.kind, again.text, len(again.children)) != (node.kind, node.text, len(node.children)):
            return False
    return True
