"""Trees, texts and JSON values of every kind, for tests that hold for all of them."""

import json

from hypothesis import strategies as st

from meshdesk.model.node import Kind, Node

TEXTS = st.text(st.characters(), max_size=20)  # lone surrogates and control characters too
NUMBERS = st.integers() | st.integers(-(2**200), 2**200)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXTS, inner, max_size=5),
    max_leaves=30,
)  # what JSON can say, and NaN and the infinities


def scalars() -> st.SearchStrategy[Node]:
    """Nodes without children, with the exact texts that decoders give them."""
    return st.one_of(
        _nodes("string", TEXTS),
        _nodes("enum", st.sampled_from(["PLACED", "SHIPPED"])),
        _nodes("int", NUMBERS.map(str)),
        _nodes("float", st.floats().map(json.dumps)),
        _nodes("decimal", st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str)),
        _nodes("boolean", st.sampled_from(["true", "false"])),
        _nodes("null", st.just("null")),
        _nodes("bytes", st.binary(max_size=20).map(bytes.hex)),
        _nodes("timestamp", st.just("2026-11-24T02:43:31.940Z")),
    )


def trees() -> st.SearchStrategy[Node]:
    """Nodes of any kind; children of arrays are named by their index, others as they like, twice the same included."""
    return st.recursive(scalars(), _containers, max_leaves=30)


def _nodes(kind: Kind, texts: st.SearchStrategy[str]) -> st.SearchStrategy[Node]:
    spans = st.none() | st.tuples(st.integers(0, 99), st.integers(100, 199))
    return st.builds(Node, TEXTS, st.just(kind), texts, st.just(()), st.sampled_from(["", "decimal(12,2)"]), spans)


def _containers(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    def made(name: str, kind: Kind, parts: list[Node]) -> Node:
        if kind == "array":
            parts = [
                Node(str(number), part.kind, part.text, part.children, part.note, part.span)
                for number, part in enumerate(parts)
            ]
        return Node(name, kind, "", tuple(parts))

    kinds: list[Kind] = ["record", "array", "map"]
    return st.builds(made, TEXTS, st.sampled_from(kinds), st.lists(children, max_size=5))
