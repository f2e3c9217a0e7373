"""Words of a line that is made without a tree, held against those of a tree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.line import (
    EMPTY,
    LEFT,
    LONGEST,
    MOST,
    RIGHT,
    Words,
    bytes_word,
    close_array,
    is_inside,
    name_word,
    text_word,
    tree_words,
)
from meshdesk.model.node import Node, hexed, line_of, name_of, word_of, words_of
from tests.unit.model.trees import trees


@given(st.text(max_size=400) | st.text("a\n", min_size=150, max_size=400))
def test_that_text_is_cut_and_shown_as_in_a_line_of_a_tree(text: str) -> None:
    assert line_of([text_word(text)], LONGEST) == line_of([word_of("string", text, LONGEST)], LONGEST)
    assert line_of([name_word(text)], LONGEST) == line_of([name_of(text, LONGEST)], LONGEST)


@given(st.binary(max_size=400))
def test_that_bytes_are_cut_and_shown_as_in_a_line_of_a_tree(data: bytes) -> None:
    words = [word_of("bytes", hexed(data, 2 * LONGEST + 2), LONGEST)]
    assert line_of([bytes_word(data)], LONGEST) == line_of(words, LONGEST)


@given(trees(), st.integers(1, LONGEST))
def test_that_as_many_words_are_kept_as_a_line_can_hold(tree: Node, limit: int) -> None:
    words = list(tree_words(tree, 0))
    assert len(words) <= MOST
    assert line_of(words, limit) == line_of(words_of(tree, 0, LONGEST), limit)


@pytest.mark.parametrize(
    ("count", "is_root", "line"),
    [(0, False, "[]"), (0, True, "[]"), (2, False, "[ a b ]"), (2, True, "[2] a b"), (4, False, "[4]")],
)
def test_that_an_array_shows_few_elements_or_their_number(count: int, is_root: bool, line: str) -> None:
    out: Words = [("before", "name"), LEFT]
    out += [("a", "string"), ("b", "string")] if count else []
    close_array(out, 1, count, is_root)
    assert line_of(out, LONGEST)[0] == f"before {line}"
    assert (EMPTY in out) is (count == 0)
    assert (RIGHT in out) is (line == "[ a b ]")


def test_that_records_are_shown_to_the_second_level() -> None:
    assert [is_inside(depth) for depth in range(4)] == [False, False, True, True]
