"""Frames: how two of our programs speak over a pipe. Four bytes of length, big-endian, then that much JSON (UTF-8)."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

MAX_FRAME = 32 << 20  # one inspected record is below 28 MB (explain/look.py); more is garbage on the pipe, not a frame

Message: TypeAlias = dict[str, Any]  # the JSON border: whoever takes a field narrows it in the next line


class FrameError(Exception):
    """What came down a pipe is no frame. The text is a sentence; the stream cannot be read any further."""


def encode(message: Message) -> bytes:
    """One frame that holds `message`.

    >>> encode({"do": "stop"})
    b'\\x00\\x00\\x00\\r{"do":"stop"}'
    """
    body = json.dumps(message, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")
    if len(body) > MAX_FRAME:
        raise FrameError(f"A message of {len(body):,} bytes is larger than a frame may be ({MAX_FRAME:,} bytes).")
    return len(body).to_bytes(4, "big") + body


def lacking(message: Message, needs: Mapping[str, type]) -> list[str]:
    """The fields that a message needs and has not, or has of another kind.

    >>> lacking({"do": "looked", "topic": "t", "k": "9"}, {"topic": str, "k": int})
    ['k']
    """
    return [name for name, kind in needs.items() if not isinstance(message.get(name), kind)]


class FrameReader:
    """Bytes in any pieces in, whole messages out; it never waits and never guesses.

    >>> reader = FrameReader()
    >>> list(reader.feed(encode({"a": 1})[:5])), list(reader.feed(encode({"a": 1})[5:]))
    ([], [{'a': 1}])
    """

    def __init__(self) -> None:
        self._held = bytearray()

    @property
    def half_a_frame(self) -> bool:
        """True while bytes of an unfinished frame are held: at the end of the pipe this says it was torn."""
        return bool(self._held)

    def feed(self, data: bytes) -> Iterator[Message]:
        """Yields the messages that `data` completes. Raises FrameError at a length or a body that no frame has."""
        self._held += data
        start = 0
        try:
            while len(self._held) - start >= 4:
                length = int.from_bytes(self._held[start : start + 4], "big")
                if length > MAX_FRAME:
                    raise FrameError(
                        f"The pipe says that {length:,} bytes follow; no frame is larger than {MAX_FRAME:,}."
                    )
                end = start + 4 + length
                if len(self._held) < end:
                    return
                body = bytes(self._held[start + 4 : end])
                start = end
                yield _message(body)
        finally:
            del self._held[:start]


def _message(body: bytes) -> Message:
    try:
        message = json.loads(body.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError) as error:
        raise FrameError(f"A frame of {len(body):,} bytes holds no JSON ({error}).") from error
    if not isinstance(message, dict):
        raise FrameError(f"A frame holds a {type(message).__name__} where an object was expected.")
    return message
