"""Pages of a container of many parts: ten thousand a line, each to be unfolded, so that the seventy-thousandth is near.

They are made of what a tree holds and, where it leaves parts out, of what can be decoded of these (decode/windows.py).
"""

from collections.abc import Sequence
from itertools import pairwise

from meshdesk.model.node import PAGED, TO_COME, Node, count_of, is_to_come, more

PAGE = 10_000  # parts of one: with some fields each they have room in a tree (decode.contract.Bounds.nodes)
MOST = 1_000  # pages of a container; of one with more parts they are ten times as long
Place = tuple[int, int]  # the byte at which a container begins, and the number of its first part that is wanted


def is_cut(node: Node) -> bool:
    """Whether it leaves parts out that are no more than to come."""
    return bool(node.children) and node.children[-1].kind == "more" and not is_to_come(node.children[-1])


def has_pages(node: Node) -> bool:
    """Whether it is shown in pages: it has many parts, or some that are left out; and it has a place by which these can be had."""
    if is_cut(node):
        return node.span is not None and len(node.children) > 1
    return len(node.children) > PAGE and not is_to_come(node.children[-1])


def ranges(node: Node, first: int) -> Sequence[tuple[int, int]]:
    """The numbers of what each page of such a container holds, from one to behind the last; `first` is that of its first child.
    Where it has few parts, only what is left out is in pages.

    >>> parts = (Node("0", "int", "5"), Node("1", "int", "5"))
    >>> ranges(Node("", "array", "", (*parts, more(25_000))), 0)
    ((0, 10000), (10000, 20000), (20000, 25002))
    >>> ranges(Node("", "array", "", (*parts, more(7))), 0)
    ((2, 9),)
    """
    count = count_of(node)
    begin, end = first + (0 if count > PAGE else len(node.children) - 1), first + count
    size = PAGE
    while (end - begin) // size > MOST:
        size *= 10
    return tuple(pairwise((begin, *range(begin // size * size + size, end, size), end)))


def paged(node: Node, first: int) -> Node:
    """The container with its pages in place of the parts that are in them."""
    found = ranges(node, first)
    pages = [
        Node(f"{begin:,} … {end - 1:,}", node.kind, "", (more(end - begin, TO_COME),), PAGED) for begin, end in found
    ]
    before = node.children[: found[0][0] - first]
    return Node(node.name, node.kind, node.text, (*before, *pages), node.note, node.span)


def limited(node: Node, count: int) -> Node:
    """So many parts of a container, from its first child on, as if it had no others."""
    shown = [child for child in node.children[:count] if child.kind != "more"]
    left = min(count, count_of(node)) - len(shown)
    return Node(node.name, node.kind, node.text, (*shown, *((more(left),) if left > 0 else ())), node.note, node.span)
