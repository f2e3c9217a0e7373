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
    cut,
    is_inside,
    lay_array,
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


@pytest.mark.parametrize(("count", "line"), [(0, "[]"), (2, "[ a b ]"), (4, "[4]")])
def test_that_an_array_shows_few_elements_or_their_number(count: int, line: str) -> None:
    out: Words = [("before", "name"), LEFT]
    out += [("a", "string"), ("b", "string")] if count else []
    close_array(out, 1, count)
    assert line_of(out, LONGEST)[0] == f"before {line}"
    assert (EMPTY in out) is (count == 0)
    assert (RIGHT in out) is (line == "[ a b ]")


@given(st.lists(st.text(min_size=1, max_size=9), min_size=1, max_size=30), st.integers(1, LONGEST), st.integers(0, 9))
def test_that_a_line_that_was_laid_out_is_cut_as_words_are(texts: list[str], limit: int, count: int) -> None:
    said: Words = [(text, "string") for text in texts[:count]]
    words, tones, at = [], [], 0
    for text in texts:
        words.append(text)
        tones.append((at, at + len(text), "string"))
        at += len(text) + 1
    at = lay_array(words, tones, at, said, len(said))
    assert at == len(" ".join(words)) + 1
    laid: Words = [LEFT]
    laid += said
    close_array(laid, 0, len(said))
    whole = line_of([*((text, "string") for text in texts), *laid], limit)
    found = cut(words, tones, limit) if at - 1 > limit else (" ".join(words), tuple(tones))
    assert found == whole


def test_that_records_are_shown_to_the_second_level() -> None:
    assert [is_inside(depth) for depth in range(4)] == [False, False, True, True]
