"""The line that is said while bytes are walked over: the one that the tree of the same bytes would have."""

from typing import Any

import bson
import cbor2
import msgpack
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from meshdesk.decode import chain
from meshdesk.decode.contract import Bounds, Payload, Undecodable
from meshdesk.decode.line import LONGEST, TELLING, Unlisted
from meshdesk.decode.one_line import OneLine
from meshdesk.decode.walk import STEPS, Walk
from meshdesk.model.node import CONTAINERS, SHORT, Node, line_of, one_line_spans
from meshdesk.model.schema import SchemaState
from tests.unit.decode.lines import by_chain
from tests.unit.decode.poison import Every
from tests.unit.decode.test_smile import Writer
from tests.unit.model.trees import trees

NONE = Every(SchemaState.NO_REGISTRY)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8) | st.sampled_from(
    ["id", "x" * 90, "y" * 400, "\n", "payload", "op", "source", "c"]
)
SCALARS = st.none() | st.booleans() | st.integers(-(2**31), 2**31) | st.floats() | TEXTS | st.binary(max_size=30)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=24
)


def say(line: OneLine, node: Node) -> None:
    """The tree, part by part, as a walk would."""
    if node.kind not in CONTAINERS:
        line.scalar(node.name, node.kind, node.text)
        return
    container = line.begin(node.name, node.kind == "array")
    for number, child in enumerate(node.children):
        say(line, child)
        if number >= SHORT and container.is_short:
            line.shorten(container)
    line.end(container, node.kind, len(node.children))


def unnamed(node: Node) -> Node:
    return Node("", node.kind, node.text, node.children)


@given(trees().map(unnamed), st.integers(1, LONGEST), st.booleans())
def test_that_what_is_said_is_the_line_of_the_tree(tree: Node, limit: int, at_once: bool) -> None:
    assume(not any(child.name in TELLING for child in tree.children))
    line = OneLine()
    if at_once:
        line.whole(tree)
    else:
        say(line, tree)
    assert line_of(line.words, limit) == one_line_spans(tree, limit)
    assert line.kind == tree.kind


@given(trees().map(unnamed), trees().map(unnamed))
def test_that_a_part_that_was_read_as_a_tree_stands_where_it_belongs(one: Node, other: Node) -> None:
    parts = tuple(Node(name, part.kind, part.text, part.children) for name, part in (("a", one), ("b", other)))
    for kind in ("record", "array"):
        line = OneLine()
        inner = line.begin("", is_array=False)
        container = line.begin("all", kind == "array")
        for part in parts:
            line.whole(part)
        line.end(container, kind, 2)
        line.end(inner, "record", 1)
        tree = Node("", "record", "", (Node("all", kind, "", parts),))
        assert line_of(line.words, LONGEST) == one_line_spans(tree, LONGEST)


@pytest.mark.parametrize("name", sorted(TELLING))
def test_that_a_value_that_an_envelope_may_know_is_left_to_a_tree(name: str) -> None:
    for part in (Node(name, "string", "c"), Node(name, "record", "", (Node("a", "null", "null"),))):
        with pytest.raises(Unlisted):
            say(OneLine(), Node("", "record", "", (Node("id", "string", "x" * 900), part)))
        say(OneLine(), Node("", "record", "", (Node("deep", "record", "", (part,)),)))


def test_that_a_line_is_full_and_the_rest_is_walked_all_the_same() -> None:
    walk = Walk(b"", Bounds(line=True))
    assert walk.line is not None
    parts = walk.record("", 0)
    for number in range(1_000):
        parts.add(walk.made(f"field {number}", "string", "x" * 50, 0))
    assert parts.node("", "record") is None
    assert len(walk.line.words) < 10
    walk.steps = STEPS
    with pytest.raises(Undecodable, match="more than"):
        walk.made("", "null", "null", 0)


def smile(value: Any) -> bytes:
    writer = Writer(True, True)
    writer.write(value)
    return bytes(writer.out)


@given(VALUES, st.sampled_from(["msgpack", "cbor", "smile", "bson"]), st.sampled_from([80, 160]), st.binary(max_size=1))
def test_that_a_list_shows_of_binary_json_what_the_chain_says(value: Any, kind: str, limit: int, end: bytes) -> None:
    write = {"msgpack": msgpack.packb, "cbor": cbor2.dumps, "smile": smile, "bson": lambda one: bson.encode({"a": one})}
    sent = Payload(write[kind](value) + end, "value", "orders", ())
    assert chain.preview(sent, NONE, limit) == by_chain(sent, NONE, limit)
