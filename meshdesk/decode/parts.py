"""Parts of a tree that was read, for envelopes: they know their form by the names in it."""

from meshdesk.model.node import Node


def part(node: Node, name: str) -> Node | None:
    """The first field of that name."""
    return (
        next((child for child in node.children if child.name == name), None) if node.kind in ("record", "map") else None
    )


def text_of(node: Node | None, name: str) -> str:
    """The text of a field that is text; "" where there is none.

    >>> text_of(Node("", "record", "", (Node("op", "string", "u"), Node("n", "int", "5"))), "op")
    'u'
    """
    found = part(node, name) if node is not None else None
    return found.text if found is not None and found.kind in ("string", "enum") else ""


def names_of(node: Node) -> frozenset[str]:
    """The names of a record's fields; none of anything else."""
    return frozenset(child.name for child in node.children) if node.kind in ("record", "map") else frozenset()


def noted(node: Node, note: str) -> Node:
    """The node with more in its note."""
    return Node(
        node.name, node.kind, node.text, node.children, f"{node.note}, {note}" if node.note else note, node.span
    )


def without_spans(node: Node) -> Node:
    """The same of other bytes than the payload's: nothing of it lies in them."""
    return Node(node.name, node.kind, node.text, tuple(map(without_spans, node.children)), node.note)


def shifted(node: Node, by: int) -> Node:
    """The same of bytes that lie so much further on."""
    span = (node.span[0] + by, node.span[1] + by) if node.span is not None else None
    return Node(node.name, node.kind, node.text, tuple(shifted(child, by) for child in node.children), node.note, span)
