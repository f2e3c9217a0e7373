"""Text: its encodings with and without marks, and the bytes that only look like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.chain import BOUNDS
from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Undecodable
from meshdesk.decode.text import decode, text_of
from meshdesk.model.node import Node, one_line, pretty
from meshdesk.model.schema import SchemaState
from tests.unit.decode.poison import Every

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=50)


def read(data: bytes, bounds: Bounds = BOUNDS) -> Decoded:
    return decode(Payload(data, "value", "orders", ()), data, Every(SchemaState.NO_REGISTRY), bounds)


@given(TEXTS.filter(lambda text: not text.startswith("\ufeff")))
def test_that_text_in_utf_8_is_itself(text: str) -> None:
    data = text.encode()
    found = read(data)
    assert found == Decoded(Node("", "string", text, span=(0, len(data))), (Layer("UTF-8 text"),), "text")


@given(TEXTS, st.sampled_from(["utf-8", "utf-16-le", "utf-16-be"]))
def test_that_a_mark_says_the_encoding_and_is_no_text(text: str, encoding: str) -> None:
    found = read(f"\ufeff{text}".encode(encoding))
    assert found.tree.text == text
    assert found.chain == (
        Layer({"utf-8": "UTF-8", "utf-16-le": "UTF-16LE", "utf-16-be": "UTF-16BE"}[encoding] + " text"),
    )


@pytest.mark.parametrize(("encoding", "name"), [("utf-16-le", "UTF-16LE"), ("utf-16-be", "UTF-16BE")])
def test_that_zero_bytes_at_every_other_place_say_utf_16(encoding: str, name: str) -> None:
    found = read("Grüße aus Köln 🚚".encode(encoding))
    assert (found.tree.text, found.format) == ("Grüße aus Köln 🚚", name)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\0abc", "begins with a zero byte"),
        (b"abc\xff", "no UTF-8 at byte 3"),
        (b"\xef\xbb\xbfabc\xff", "no UTF-8 at byte 6"),
        (b"\xff\xfea\0b", "no UTF-16LE at byte 4"),
        (b"\xfe\xff\xd8\0\0a", "no UTF-16BE at byte 2"),
        (b"\xc3", "no UTF-8 at byte 0"),
        (b"a\x01\x02b\x03", "3 of its first 5 characters are control characters"),
        (b"\xff\xfe", "nothing behind it"),
    ],
)
def test_that_other_bytes_are_declined_with_the_reason(data: bytes, words: str) -> None:
    with pytest.raises(Undecodable, match=words):
        read(data)


@pytest.mark.parametrize("text", ["a\tb\r\nc\n", "\x1b[31mred\x1b[0m", "one\x01 of many characters", "  ", "\n"])
def test_that_ends_of_lines_colours_and_a_stray_control_character_are_text(text: str) -> None:
    assert read(text.encode()).tree.text == text


def test_that_long_text_is_shortened_and_says_so() -> None:
    tree = read(b"one\ntwo three", Bounds(text=7)).tree
    assert tree.text == "one\ntwo… 6 more characters"
    assert pretty(tree) == "one\ntwo… 6 more characters"
    assert tree.span == (0, 13)


def test_that_text_that_turns_the_line_is_shown_and_not_obeyed() -> None:
    assert one_line(read("a\u202eb".encode()).tree, 80) == "a⟨U+202E⟩b"


@given(st.binary(max_size=60))
def test_that_text_is_what_its_encoding_gives_back(data: bytes) -> None:
    try:
        text, name = text_of(data)
    except Undecodable:
        return
    codec = {
        "UTF-8": "utf-8",
        "UTF-16LE": "utf-16-le",
        "UTF-16BE": "utf-16-be",
        "UTF-32LE": "utf-32-le",
        "UTF-32BE": "utf-32-be",
    }[name]
    assert data.endswith(text.encode(codec))
    assert len(data) - len(text.encode(codec)) in (0, 2, 3)
