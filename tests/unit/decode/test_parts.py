"""What envelopes ask of a tree."""

from meshdesk.decode.parts import names_of, noted, part, shifted, text_of, without_spans
from meshdesk.model.node import Node

TREE = Node(
    "",
    "record",
    "",
    (Node("op", "string", "u", span=(1, 2)), Node("n", "int", "5"), Node("op", "string", "d")),
    span=(0, 9),
)


def test_that_a_part_is_the_first_of_its_name_and_only_of_a_record() -> None:
    assert part(TREE, "op") is TREE.children[0]
    assert part(TREE, "missing") is None
    assert part(Node("", "array", "", TREE.children), "op") is None


def test_that_text_is_only_that_of_a_field_that_is_text() -> None:
    assert (text_of(TREE, "op"), text_of(TREE, "n"), text_of(None, "op")) == ("u", "", "")


def test_that_an_array_has_no_names() -> None:
    assert names_of(TREE) == {"op", "n"}
    assert names_of(Node("", "array", "", TREE.children)) == frozenset()


def test_that_a_note_comes_behind_the_one_that_is_there() -> None:
    assert noted(noted(TREE, "a"), "b").note == "a, b"


def test_that_no_span_is_left() -> None:
    bare = without_spans(TREE)
    assert bare.span is None
    assert all(child.span is None for child in bare.children)
    assert [child.text for child in bare.children] == ["u", "5", "d"]


def test_that_shifted_bytes_keep_their_lengths_and_what_has_none_has_none() -> None:
    moved = shifted(TREE, 10)
    assert (moved.span, moved.children[0].span, moved.children[1].span) == ((10, 19), (11, 12), None)
