"""Checksummed lines: what was written comes back, and a torn or flipped one ends them."""

import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.capture.lines import AT_ONCE, Line, decode_lines, encode_line

ANY_TEXT = st.text(st.characters())  # with lone surrogates
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=6,
)
LINES = st.lists(st.dictionaries(ANY_TEXT, VALUES, max_size=4), max_size=5)
FRONT: list[Line] = [{"topic": 0, "name": "orders"}, {"name": "a\nb\u2028c\r", "x": None}]
LAST: Line = {"fact": "schema", "value": {"text": "zażółć \ud800 \U0001f600"}}


def encoded(lines: list[Line]) -> bytes:
    return b"".join(map(encode_line, lines))


@given(LINES)
def test_that_lines_are_decoded_as_they_were_encoded(lines: list[Line]) -> None:
    assert decode_lines(encoded(lines)) == (lines, len(encoded(lines)))


def test_that_lone_surrogates_survive() -> None:
    """Kafka's names are bytes somewhere on their way; what became a lone surrogate stays one."""
    for text in ("\ud800", "\udfff x", "\ud800\udc00"):
        assert decode_lines(encode_line({"name": text}))[0] == [{"name": text}]


def test_that_a_line_is_one_line_whatever_is_in_it() -> None:
    assert encoded(FRONT).count(b"\n") == 2


def test_that_lines_torn_at_any_byte_are_cut_to_the_last_whole_one() -> None:
    front, last = encoded(FRONT), encode_line(LAST)
    for cut in range(len(last)):
        assert decode_lines(front + last[:cut]) == (FRONT, len(front)), cut
    assert decode_lines(front + last) == ([*FRONT, LAST], len(front + last))


def test_that_one_flipped_bit_in_any_byte_ends_the_lines_there() -> None:
    front, last, behind = encoded(FRONT), encode_line(LAST), encoded(FRONT)
    for at in range(len(last)):
        for bit in range(8):
            damaged = bytearray(last)
            damaged[at] ^= 1 << bit
            assert decode_lines(front + damaged + behind) == (FRONT, len(front)), (at, bit)


@given(st.binary(max_size=60))
def test_that_no_bytes_raise_and_what_is_taken_is_taken_again(data: bytes) -> None:
    lines, taken = decode_lines(encoded(FRONT) + data)
    assert lines[:2] == FRONT
    assert decode_lines((encoded(FRONT) + data)[:taken]) == (lines, taken)


def test_that_a_sound_line_that_is_no_object_ends_them() -> None:
    for body in (b"[1]", b"7", b"{", b"\xff", b""):
        line = b"%08x %b\n" % (zlib.crc32(body), body)
        assert decode_lines(encoded(FRONT) + line) == (FRONT, len(encoded(FRONT))), body


def test_that_many_lines_are_as_few_and_a_bad_one_among_them_ends_them() -> None:
    """They are parsed together, which no reader may notice."""
    many: list[Line] = [{"fact": "topic", "about": f"t{n}", "value": None} for n in range(2 * AT_ONCE + 7)]
    assert decode_lines(encoded(many)) == (many, len(encoded(many)))
    for at in (0, 1, AT_ONCE - 1, AT_ONCE, 2 * AT_ONCE + 6):
        for body in (b"[1]", b"{", b"1,{}"):
            line = b"%08x %b\n" % (zlib.crc32(body), body)
            front = encoded(many[:at])
            assert decode_lines(front + line + encoded(many[at:])) == (many[:at], len(front)), (at, body)


@pytest.mark.parametrize(
    "text",
    [
        '{"fact":"a","about":"x\\",\\"value\\":","value":1,"value":2}',
        '{"fact":"a","about":{"b":1,"value":{"c":[1,2]}},"value":{"value":3},"seen":7}',
        '{"value":1,"x":[{"y":1,"value":2}],"value":null}',
        '{"x":1,"value":{}, "x" : 2}',
    ],
)
def test_that_a_line_is_what_its_json_says_wherever_it_has_a_value(text: str) -> None:
    """What lines have in common behind a value is parsed once."""
    line = b"%08x %b\n" % (zlib.crc32(text.encode()), text.encode())
    others: list[Line] = [{"fact": "reads", "about": f"g t{n}", "value": {"assigned": 6}, "seen": 7} for n in range(3)]
    lines, taken = decode_lines(encoded(others) + line + encoded(others))
    assert lines == [*others, json.loads(text), *others]
    assert list(lines[0]) == list(others[0])
    assert taken == len(encoded(others)) * 2 + len(line)


def test_that_facts_that_say_the_same_share_what_they_say() -> None:
    many: list[Line] = [{"fact": "reads", "about": f"g t{n}", "value": {"assigned": 6}, "seen": 7} for n in range(20)]
    lines, _ = decode_lines(encoded(many))
    assert lines == many
    assert len({id(line["value"]) for line in lines}) == 1


def test_that_the_form_of_version_1_stays_byte_for_byte() -> None:
    assert encode_line({"name": "ö", "id": ""}) == b'a7952bf1 {"name":"\xc3\xb6","id":""}\n'
