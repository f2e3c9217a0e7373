"""Compressed bytes without a mark: brotli, raw deflate, raw Snappy, a block of LZ4 behind its length.

Nothing but what comes out of them proves them: all bytes must be used, and what comes out must be read by a decoder or be
text. Of 60,000 random payloads of 2 to 64 bytes none passed (measured 2026-11); numbers are too short to be asked.
"""

import re
import zlib
from collections.abc import Callable
from dataclasses import replace

from meshdesk.decode import blocks
from meshdesk.decode.compressed import Unpack, arrow_stream, inflate, read_unpacked
from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.text import wide
from meshdesk.model.wording import plural

NAME = "compression without a mark"
LEAST = 9  # bytes: shorter ones are numbers
LARGEST = 4 << 20  # bytes that are tried; larger values are none that somebody forgot to mark
CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
START = re.compile(rb"[\xef\xbb\xbf]{0,3}[\s]*([\[{\"<]|[\x20-\x7e\xc2-\xf4]{12})")


def could_be(payload: Payload, data: bytes, schemas: Schemas) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether it is long enough, and no plain text."""
    if len(data) < LEAST or data[0] == 0:
        return False
    return not (data.decode("ascii").isprintable() if data.isascii() else wide(data))


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:
    """What such bytes say. Raises Undecodable."""
    is_wanted = payload.wants(NAME)
    if is_wanted and 0 < len(data) <= bounds.bytes and bounds.layers > 0:
        payload = replace(payload, asked="")  # what comes out is whatever it is
    elif not LEAST <= len(data) <= min(LARGEST, bounds.bytes) or bounds.layers <= 0 or data[0] == 0:
        raise Undecodable("it is too short, too long or too deep to be tried")
    if _is_plain(data) and not is_wanted:
        raise Undecodable("it is text as it stands")
    for name, unpack, is_worth in TRIED:
        if not is_worth(data) and not is_wanted:
            continue
        try:
            unpacked = unpack(data, bounds.bytes)
        except Undecodable:
            continue
        if not is_wanted and (not START.match(unpacked) or len(unpacked) < LEAST):
            continue
        detail = f"{plural(len(data), 'byte')}, {len(unpacked):,} unpacked"
        found = read_unpacked(payload, unpacked, schemas, bounds, Layer(name, detail))
        if found.format not in UNPROVED:
            return found
    raise Undecodable("nothing that can be read comes out of it by brotli, deflate, Snappy or LZ4")


UNPROVED = ("bytes",)


def _is_plain(data: bytes) -> bool:
    """Whether it is text without control characters. With some, short text in Snappy is valid UTF-8, too."""
    if wide(data):  # of what is compressed not every other byte is zero
        return True
    if CONTROL.search(data):
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _deflated(data: bytes, limit: int) -> bytes:
    return inflate(data, -zlib.MAX_WBITS, limit)


def _may_be_deflated(data: bytes) -> bool:
    return (
        data[0] & 6 != 6 and data[0] & 7 != 0
    )  # a block of the kind that does not exist, or one stored with more behind


def _may_be_snappy(data: bytes) -> bool:
    """A length that the bytes can hold, and a literal first, as there is nothing yet to copy."""
    size = at = 0
    for at, byte in enumerate(data[:5]):
        size |= (byte & 0x7F) << (7 * at)
        if byte < 0x80:
            break
    return at + 1 < len(data) and data[at + 1] & 3 == 0 and len(data) // 2 <= size <= 64 * len(data)


def _may_be_lz4(data: bytes) -> bool:
    return len(data) // 2 <= int.from_bytes(data[:4], "little") <= blocks.DENSEST * len(data)


TRIED: tuple[tuple[str, Unpack, Callable[[bytes], bool]], ...] = (
    ("raw Snappy", blocks.snappy_block, _may_be_snappy),
    ("LZ4 block", blocks.lz4_sized, _may_be_lz4),
    ("raw deflate", _deflated, _may_be_deflated),
    ("brotli", arrow_stream("brotli"), lambda data: True),
)
