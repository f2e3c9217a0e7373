"""Checksummed JSON lines: facts and names. `crc32 of the JSON, 8 hex digits`, a space, the JSON, a newline."""

import json
import zlib
from itertools import takewhile
from operator import ne
from typing import Any, TypeGuard

AT_ONCE = 1_000  # lines that are parsed together
VALUE = b',"value":'  # between what a fact is about and what it says
FRAME = 10  # bytes of a line around its JSON

Line = dict[str, Any]


def encode_line(line: Line) -> bytes:
    """One line, ready to be appended.

    >>> encode_line({"topic": 0, "name": "orders"})
    b'f410860a {"topic":0,"name":"orders"}\\n'
    """
    body = json.dumps(line, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")
    return b"%08x %b\n" % (zlib.crc32(body), body)


def decode_lines(data: bytes) -> tuple[list[Line], int]:
    """The whole lines at the front of `data`, and how many bytes they take. A torn or damaged line ends them."""
    whole = data.split(b"\n")[:-1]  # what stands behind the last newline is torn
    lines: list[Line] = []
    taken = 0
    for first in range(0, len(whole), AT_ONCE):
        here = whole[first : first + AT_ONCE]
        bodies = _sound(here)
        found = _at_once(bodies)
        if found is None:
            found = [line for line in takewhile(_is_line, map(_parsed, bodies)) if isinstance(line, dict)]
        lines += found
        taken += sum(map(len, bodies[: len(found)])) + FRAME * len(found)
        if len(found) < len(here):
            break
    return lines, taken


def _sound(lines: list[bytes]) -> list[bytes]:
    """The JSON of lines, up to the first whose checksum does not hold."""
    bodies = [line[9:] for line in lines]
    sums = [b"%08x " % sum_ for sum_ in map(zlib.crc32, bodies)]
    said = [line[:9] for line in lines]
    return (
        bodies
        if said == sums
        else bodies[: next(n for n, pair in enumerate(zip(said, sums, strict=True)) if ne(*pair))]
    )


def _at_once(bodies: list[bytes]) -> list[Line] | None:
    """What lines say; None where one of them is no object. Many at once take half the time, and the same names in all of them
    are kept once. Facts of one round end alike, with the same value, seen at the same time: that is parsed once and shared, which
    takes another third of the time and a third of the memory (350,000 facts; measured 2026-11)."""
    parts = [body.partition(VALUE) for body in bodies]
    ends = dict.fromkeys([end for _, _, end in parts])
    # Between quotes a quote has a backslash: where a head is JSON by itself, it was cut between two keys of the line.
    heads = _parsed(b"[%b]" % b",".join([head + b"}" if mark else head for head, mark, _ in parts]))
    tails = _parsed(b"[%b]" % b",".join([b'{"value":' + end if end else b"{}" for end in ends]))
    if not (_are_lines(heads, len(parts)) and _are_lines(tails, len(ends))):
        return None
    said = dict(zip(ends, tails, strict=True))
    return [{**head, **said[end]} if end else head for head, (_, _, end) in zip(heads, parts, strict=True)]


def _are_lines(found: object, count: int) -> TypeGuard[list[Line]]:
    return isinstance(found, list) and len(found) == count and set(map(type, found)) <= {dict}


def _is_line(found: object) -> bool:
    return isinstance(found, dict)


def _parsed(body: bytes) -> object:
    """What the JSON says; None where it is none."""
    try:
        return json.loads(body.decode("utf-8", "surrogatepass"))
    except ValueError:
        return None
