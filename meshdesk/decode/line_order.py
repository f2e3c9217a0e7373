"""What of an event a list shows first: what happened, before what its envelope says of itself; and of a table how its first row begins.

An event of CloudEvents begins with a version and a number that nobody looks for, one of Debezium with the row as it was; of 160
characters little is left then for what was changed. The tree of a record keeps the order in which it was written.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from meshdesk.decode import cloudevents, debezium, tables
from meshdesk.decode.contract import Decoded
from meshdesk.model.node import Node, count_of, more

OF_EVENT = ("data", "type", "subject")
OF_CHANGE = ("op", "after", "before")

T = TypeVar("T")


def ordered(parts: Sequence[T], name_of: Callable[[T], str], first: Iterable[str]) -> list[T]:
    """Those of these names in front, in this order; the others as they are."""
    at = {name: n for n, name in enumerate(first)}
    return sorted(parts, key=lambda one: at.get(name_of(one), len(at)))


def for_line(decoded: Decoded) -> Node:
    """The tree or what stands for it in a list, an event's parts in the order of a line, and of a table how its first row begins."""
    tree = decoded.tree if decoded.listed is None else decoded.listed
    if tree.kind == "array" and any(layer.name in tables.FORMATS for layer in decoded.chain):
        return _shortened(replace(tree, children=tuple(map(_narrow, tree.children[:1]))), count_of(tree))
    if tree.kind != "record":
        return tree
    layers = [layer.name for layer in decoded.chain]
    if any(name.startswith(cloudevents.NAME) for name in layers):
        first = OF_EVENT
    elif debezium.NAME in layers:
        first = OF_CHANGE
    else:
        return tree
    return replace(tree, children=tuple(ordered(tree.children, lambda child: child.name, first)))


def _narrow(row: Node) -> Node:
    if row.kind != "record":
        return row
    return _shortened(replace(row, children=row.children[: tables.LISTED]), count_of(row))


def _shortened(node: Node, count: int) -> Node:
    """A container of so many parts, of which some were left out."""
    left_out = count - len([child for child in node.children if child.kind != "more"])
    rest = (more(left_out),) if left_out > 0 else ()
    return replace(node, children=(*(child for child in node.children if child.kind != "more"), *rest))
