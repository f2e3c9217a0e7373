"""Pages of a container of many parts: each part is in one of them, and there are never more than a person can look through."""

from hypothesis import given
from hypothesis import strategies as st

from meshdesk.model.node import Node, count_of, is_page, is_to_come, more, parts_at, within
from meshdesk.model.pages import MOST, PAGE, has_pages, limited, paged, ranges

ROOM = 1 << 30


def cut(shown: int, left: int, first: int = 0) -> Node:
    """An array of which only the first elements are here."""
    parts = tuple(Node(str(first + at), "int", "5") for at in range(shown))
    return Node("all", "array", "", (*parts, more(left)), "", (3, 90))


def whole(node: Node) -> Node:
    return paged(node, 0) if has_pages(node) else node


@given(st.integers(0, 20), st.integers(1, 3_000_000), st.integers(0, 100_000))
def test_that_each_part_that_is_left_out_is_in_one_page(shown: int, left: int, first: int) -> None:
    found = ranges(cut(shown, left, first), first)
    assert [end for _, end in found[:-1]] == [begin for begin, _ in found[1:]]
    assert found[0][0] == (first if shown + left > PAGE else first + shown)
    assert found[-1][1] == first + shown + left
    assert all(begin % PAGE == 0 for begin, _ in found[1:])


def test_that_there_are_never_more_pages_than_can_be_looked_through() -> None:
    assert len(ranges(cut(1, 2**63), 0)) <= MOST + 2


def test_that_a_page_says_what_is_in_it_and_that_it_can_be_had() -> None:
    found = paged(cut(2, 25_000), 0)
    assert [child.name for child in found.children] == ["0 … 9,999", "10,000 … 19,999", "20,000 … 25,001"]
    assert all(is_page(page) and is_to_come(page.children[-1]) for page in found.children)
    assert [count_of(page) for page in found.children] == [10_000, 10_000, 5_002]
    assert count_of(found) == 25_002
    few = paged(cut(2, 7), 0)
    assert [child.name for child in few.children] == ["0", "1", "2 … 8"]
    assert count_of(few) == 9


def test_that_what_has_few_parts_no_place_or_parts_that_are_to_come_has_no_pages() -> None:
    assert has_pages(cut(2, 9))
    assert not has_pages(cut(0, 9))
    assert not has_pages(Node("all", "array", "", cut(2, 9).children))
    assert not has_pages(within(cut(900, 9), ROOM, most=20))
    assert not has_pages(Node("n", "int", "5", span=(0, 1)))
    parts = (Node("", "int", "5"),) * PAGE
    assert not has_pages(Node("all", "array", "", parts))
    assert has_pages(Node("all", "array", "", (*parts, parts[0])))


def test_that_so_many_parts_of_a_container_are_all_that_it_has() -> None:
    for count, shown, left in ((1, 1, 0), (3, 3, 0), (4, 3, 1), (9, 3, 6), (20, 3, 9)):
        found = limited(cut(3, 9), count)
        assert [child.kind for child in found.children] == ["int"] * shown + ["more"] * bool(left)
        assert count_of(found) == shown + left


def test_that_pages_are_handed_over_in_place_of_what_is_in_them() -> None:
    tree = Node("", "record", "", (cut(3, 25_000), cut(3, 5), Node("z", "int", "1")), "", (0, 100))
    assert within(tree, ROOM).children[0].children[-1].text == "25,000 more"
    many, few, _ = within(tree, ROOM, whole=whole).children
    assert [child.name for child in many.children] == ["0 … 9,999", "10,000 … 19,999", "20,000 … 25,002"]
    assert [child.name for child in few.children] == ["0", "1", "2", "3 … 7"]
    many, few, _ = within(tree, ROOM, most=2, whole=whole).children
    assert [(one.children[-1].text, is_to_come(one.children[-1])) for one in (many, few)] == [
        ("5,003 more", True), ("6 more", True),
    ]  # fmt: skip
    parts, left = parts_at(whole(tree.children[1]), (), 2, ROOM, whole)
    assert ([part.name for part in parts], left) == (["2", "3 … 7"], 0)
    parts, left = parts_at(whole(tree.children[1]), (), 2, 1, whole)
    assert ([part.name for part in parts], left) == (["2"], 5)
    assert parts_at(whole(tree.children[0]), (), 1, 1, whole)[1] == 5_003
