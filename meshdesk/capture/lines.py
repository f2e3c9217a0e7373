"""Checksummed JSON lines: facts and names. `crc32 of the JSON, 8 hex digits`, a space, the JSON, a newline."""

import json
import zlib
from typing import Any

AT_ONCE = 1_000  # lines that are parsed together
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
    lines: list[Line] = []
    taken = 0
    while True:
        bodies, end = _sound(data, taken)
        # Many at once take half the time, and the same names in all of them are kept once.
        found = _parsed(b"[%b]" % b",".join(bodies)) if bodies else []
        if isinstance(found, list) and len(found) == len(bodies) and all(isinstance(line, dict) for line in found):
            lines += found
            taken = end
            if len(bodies) < AT_ONCE:
                return lines, taken
            continue
        for body in bodies:
            line = _parsed(body)
            if not isinstance(line, dict):
                break
            lines.append(line)
            taken += len(body) + FRAME
        return lines, taken


def _sound(data: bytes, start: int) -> tuple[list[bytes], int]:
    """The JSON of the next lines whose checksum holds, so many at most, and where they end."""
    bodies: list[bytes] = []
    while len(bodies) < AT_ONCE and (end := data.find(b"\n", start)) >= 0:
        body = data[start + 9 : end]
        if data[start : start + 9] != b"%08x " % zlib.crc32(body):
            break
        bodies.append(body)
        start = end + 1
    return bodies, start


def _parsed(body: bytes) -> object:
    """What the JSON says; None where it is none."""
    try:
        return json.loads(body.decode("utf-8", "surrogatepass"))
    except ValueError:
        return None
