"""Checksummed JSON lines: facts and names. `crc32 of the JSON, 8 hex digits`, a space, the JSON, a newline."""

import json
import zlib
from typing import Any

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
    while (end := data.find(b"\n", taken)) >= 0:
        line = _line(data[taken:end])
        if line is None:
            break
        lines.append(line)
        taken = end + 1
    return lines, taken


def _line(data: bytes) -> Line | None:
    body = data[9:]
    if data[:9] != b"%08x " % zlib.crc32(body):
        return None
    try:
        line = json.loads(body.decode("utf-8", "surrogatepass"))
    except ValueError:
        return None
    return line if isinstance(line, dict) else None
