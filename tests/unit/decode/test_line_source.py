"""Functions that are written for a schema: what they say is laid out as a line, and no text of others is ever source."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.line import LONGEST, Line, Unlisted, cut
from meshdesk.decode.line_source import HAS_ROOM, LINES, Source
from meshdesk.model.node import line_of

KNOWN = {"Unlisted": Unlisted, "cut": cut}
WORDS = st.lists(st.tuples(st.text(min_size=1, max_size=30), st.booleans(), st.booleans()), min_size=1, max_size=20)


def made(words: list[tuple[str, bool, bool]]) -> Line:
    """A function that says words: each with a length that is known or not, and with a fork behind it or not."""
    source = Source(KNOWN)
    body = source.function("data, at, limit")
    for text, is_known, is_fork in words:
        body.say(source.constant(text), '"string"', len(text) if is_known else None)
        if is_fork:
            body.settle()
    body.finish()
    line: Line = source.compiled(body.name)
    return line


@given(WORDS, st.integers(1, LONGEST))
def test_that_what_is_said_is_laid_out_as_the_line_of_a_tree(words: list[tuple[str, bool, bool]], limit: int) -> None:
    assert made(words)(b"", 0, limit) == line_of([(text, "string") for text, *_ in words], limit)


def test_that_bytes_behind_the_value_are_no_part_of_it() -> None:
    with pytest.raises(Unlisted):
        made([("a", True, False)])(b"and more", 0, LONGEST)


@pytest.mark.parametrize("text", ['"', "'''", "\\", "\n", "}", "{at}", '" + limit + "', "\0", "\ud800"])
def test_that_a_constant_is_never_source(text: str) -> None:
    assert made([(text, True, True), (text, False, False)])(b"", 0, LONGEST)[0] == f"{text} {text}"


def test_that_the_next_word_has_room_as_long_as_it_can_change_the_line() -> None:
    for end in (LONGEST - 1, LONGEST, LONGEST + 1):
        place = end + 1
        assert eval(HAS_ROOM, {"p": place}) is (end <= LONGEST)


def test_that_no_more_is_written_than_is_compiled_at_once() -> None:
    body = Source(KNOWN).function("data")
    with pytest.raises(Unlisted):
        body.add(*["pass"] * (LINES + 1))
