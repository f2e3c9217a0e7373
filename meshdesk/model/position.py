"""Positions: where reading begins and ends, as people write it (`--from 15m`, `--until end`)."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


@dataclass(frozen=True, slots=True)
class Position:
    """A place in every partition of a topic: its beginning, its end as seen at the start, an offset, or a moment."""

    kind: Literal["beginning", "end", "offset", "time", "ago"]
    value: int = 0  # offset; ms since the epoch; or ms before now

    def at(self, now: int) -> "Position":
        """The same place with `ago` worked out against `now` (ms since the epoch)."""
        return Position("time", now - self.value) if self.kind == "ago" else self

    def __str__(self) -> str:
        if self.kind in ("beginning", "end"):
            return self.kind
        return f"{self.value} ms ago" if self.kind == "ago" else f"{self.kind} {self.value}"


class PositionError(ValueError):
    """The text names no position; the message is a sentence that lists what does."""


def position(text: str) -> Position:
    """The position written in `text`: beginning, end, an offset, a span back from now (15m, 2h, 1d) or a date and time.

    A date without a zone is local time. Raises PositionError.

    >>> position("15m"), position("1042"), position("2026-11-24T03:23:31Z")
    (Position(kind='ago', value=900000), Position(kind='offset', value=1042), Position(kind='time', value=1795490611000))
    """
    word = text.strip()
    if word in ("beginning", "end"):
        return Position("beginning") if word == "beginning" else Position("end")
    if re.fullmatch(r"\d{1,18}", word):
        return Position("offset", int(word))
    return Position("ago", milliseconds(word)) if re.fullmatch(r"[\d.]+ ?(ms|s|m|h|d)", word) else _time(word, text)


def position_from(said: object) -> Position:
    """The position that a message names as [kind, value]. Raises PositionError.

    >>> position_from(["offset", 1042])
    Position(kind='offset', value=1042)
    """
    match said:
        case ["beginning" | "end" | "offset" | "time" | "ago" as kind, int(value)]:
            return Position(kind, value)
    raise PositionError(f"{said!r} is no position.")


def milliseconds(text: str) -> int:
    """A span such as 60s, 15m or 1.5h, in ms. Raises PositionError.

    >>> milliseconds("1.5h")
    5400000
    """
    match = re.fullmatch(r"(\d{1,15}(?:\.\d+)?) ?(ms|s|m|h|d)", text.strip())
    if not match:
        raise PositionError(f"“{text}” is no span of time. Write it as 30s, 15m, 2h or 1d.")
    return round(float(match[1]) * UNITS[match[2]])


def _time(word: str, text: str) -> Position:
    try:
        moment = datetime.fromisoformat(word).astimezone().timestamp()
    except (ValueError, OverflowError, OSError):
        raise PositionError(
            f"“{text}” is no position. Write beginning, end, an offset (1042), a span back from now (15m, 2h, 1d) "
            "or a date and time (2026-11-24T14:02:10)."
        ) from None
    return Position("time", round(moment * 1000))
