"""Frames: whole messages out of bytes in any pieces, and a sentence for everything that is no frame."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.model.frame import MAX_FRAME, FrameError, FrameReader, Message, encode, lacking
from tests.unit.model.trees import TEXTS, VALUES

MESSAGES = st.dictionaries(TEXTS, VALUES, max_size=4)


@given(st.lists(MESSAGES, max_size=4), st.data())
def test_that_messages_come_out_whole_however_the_pipe_cuts_them(messages: list[Message], data: st.DataObject) -> None:
    stream = b"".join(map(encode, messages))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    reader = FrameReader()
    found: list[Message] = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += reader.feed(stream[start:end])
    assert same(found, messages)
    assert not reader.half_a_frame


@given(MESSAGES.filter(bool), st.data())
def test_that_a_torn_frame_is_held_and_told(message: Message, data: st.DataObject) -> None:
    frame = encode(message)
    reader = FrameReader()
    assert list(reader.feed(frame[: data.draw(st.integers(1, len(frame) - 1))])) == []
    assert reader.half_a_frame


def test_that_a_reader_that_stops_after_one_message_loses_none() -> None:
    reader = FrameReader()
    assert next(reader.feed(encode({"n": 1}) + encode({"n": 2}))) == {"n": 1}
    assert list(reader.feed(b"")) == [{"n": 2}]


@given(st.binary(max_size=100))
def test_that_garbage_is_a_frame_error_or_waits_for_more(data: bytes) -> None:
    try:
        assert all(isinstance(message, dict) for message in FrameReader().feed(data))
    except FrameError as error:
        assert str(error).endswith(".")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"Traceback (most recent call last):", "no frame is larger"),
        ((MAX_FRAME + 1).to_bytes(4, "big"), "33,554,433 bytes follow"),
        (framed := b"\0\0\0\x02[]", "holds a list"),
        (b"\0\0\0\x04null", "holds a NoneType"),
        (b"\0\0\0\x02{]", "holds no JSON"),
        (b"\0\0\0\x02\xff\xff", "holds no JSON"),
        (b"\0\0\0\0", "A frame of 0 bytes"),
        (b"\0\0\x4e\x20" + b"[" * 20_000, "holds no JSON"),
        (b"\0\0\x13\x88" + b"9" * 5000, "holds no JSON"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_that_what_is_no_frame_is_told_in_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(FrameError, match=words):
        list(FrameReader().feed(data))


def test_that_the_message_before_garbage_still_arrives() -> None:
    feed = FrameReader().feed(encode({"n": 1}) + framed)
    assert next(feed) == {"n": 1}
    with pytest.raises(FrameError):
        next(feed)


def test_that_a_message_too_large_for_a_frame_is_refused_where_it_is_made() -> None:
    with pytest.raises(FrameError, match="is larger than a frame may be"):
        encode({"text": "x" * MAX_FRAME})


def test_that_the_largest_frame_there_may_be_comes_through() -> None:
    message = {"text": "x" * (MAX_FRAME - len(b'{"text":""}'))}
    assert list(FrameReader().feed(encode(message))) == [message]


def same(found: Any, expected: Any) -> bool:
    """Equal, with NaN as itself and -0.0 unlike 0.0."""
    return json.dumps(found) == json.dumps(expected)


def test_that_what_a_message_lacks_is_what_is_missing_or_of_another_kind() -> None:
    needs = {"topic": str, "k": int, "ks": list}
    assert lacking({"topic": "t", "k": 1, "ks": [], "more": 0}, needs) == []
    assert lacking({"topic": None, "k": "1"}, needs) == ["topic", "k", "ks"]
