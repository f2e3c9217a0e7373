"""Blocks of LZ4, Snappy and S2, and the framings in which writers put them; each is unpacked to no more than a limit.

The sources: lz4_Block_format.md, lz4-java's LZ4BlockOutputStream, snappy's format_description.txt and framing_format.txt,
snappy-java's SnappyCodec, klauspost/compress s2 ("S2 is an extension of Snappy").
"""

from collections.abc import Callable

from meshdesk.decode.contract import Undecodable

LZ4_JAVA = b"LZ4Block"
LZ4_JAVA_HEADER = 21  # the magic, a token, two lengths and a checksum
SNAPPY_FRAMED = b"\xff\x06\x00\x00sNaPpY"
S2_FRAMED = b"\xff\x06\x00\x00S2sTwO"
SNAPPY_JAVA = b"\x82SNAPPY\x00"
PIECE = 1 << 20  # bytes that are read at once
FIRST_PIECE = (
    4_096  # bytes: most values are smaller, and 30 us of 40 went into emptying a large piece (measured 2026-11)
)
DENSEST = 255  # LZ4 makes at most so many bytes of one; Snappy at most 22


class TooLarge(Undecodable):
    """It would be more than the limit."""


def lz4_block(data: bytes, limit: int) -> bytes:
    """A block of LZ4 without its frame. Raises Undecodable."""
    out = bytearray()
    at, end = 0, len(data)
    try:
        while True:
            token = data[at]
            length, at = _lz4_length(data, at + 1, token >> 4)
            if at + length > end:
                raise Undecodable("the LZ4 block ends too early")
            out += data[at : at + length]
            at += length
            if at == end:
                return _within(out, limit)
            offset = data[at] | data[at + 1] << 8
            length, at = _lz4_length(data, at + 2, token & 15)
            _copy(out, offset, length + 4, limit)
    except IndexError:
        raise Undecodable("the LZ4 block ends too early") from None


def _lz4_length(data: bytes, at: int, length: int) -> tuple[int, int]:
    if length == 15:
        while (byte := data[at]) == 255:
            length += 255
            at += 1
        length, at = length + byte, at + 1
    return length, at


def _copy(out: bytearray, offset: int, length: int, limit: int) -> None:
    if not 0 < offset <= len(out):
        raise Undecodable("a copy in the block refers to what is before it")
    if len(out) + length > limit:
        raise TooLarge(f"it unpacks to more than {limit:,} bytes")
    piece = out[len(out) - offset : len(out) - offset + length]
    while len(piece) < length:
        piece += piece[: length - len(piece)]
    out += piece


def _within(out: bytearray, limit: int) -> bytes:
    if len(out) > limit:
        raise TooLarge(f"it unpacks to more than {limit:,} bytes")
    return bytes(out)


def read_at_most(read_into: Callable[[bytearray], int], most: int) -> bytes:
    """What a stream of Arrow holds, up to so many bytes, into memory of ours.

    Its own read keeps what it has allocated where the stream is broken (pyarrow 26): 32 MB of addresses a try, and no process
    has more than some 65,000 such pieces. Raises what the stream raises.
    """
    found, piece = bytearray(), bytearray(min(most, FIRST_PIECE))
    while len(found) < most and (count := read_into(piece)):
        found += memoryview(piece)[: min(count, most - len(found))]
        if count == len(piece) < PIECE:
            piece = bytearray(min(most, PIECE))
    return bytes(found)


def lz4_sized(data: bytes, limit: int) -> bytes:
    """A block of LZ4 behind its length as little-endian int32, as Python's lz4 writes it. Raises Undecodable."""
    size = int.from_bytes(data[:4], "little")
    if not len(data) > 5 or not 0 < size <= limit or size > DENSEST * len(data):
        raise Undecodable("it is no block of LZ4 behind its length")
    found = lz4_block(data[4:], size)
    if len(found) != size:
        raise Undecodable(f"the block of LZ4 has {len(found):,} bytes where {size:,} are said")
    return found


def lz4_java(data: bytes, limit: int) -> bytes:
    """The blocks of lz4-java's LZ4BlockOutputStream, each behind its own header. Raises Undecodable."""
    out = bytearray()
    at = 0
    while at < len(data):
        header = data[at : at + LZ4_JAVA_HEADER]
        if len(header) < LZ4_JAVA_HEADER or not header.startswith(LZ4_JAVA):
            raise Undecodable(f"no block of lz4-java begins at byte {at:,}")
        method = header[8] & 0xF0
        packed, size = int.from_bytes(header[9:13], "little"), int.from_bytes(header[13:17], "little")
        at += LZ4_JAVA_HEADER
        piece = data[at : at + packed]
        if len(piece) < packed or method not in (0x10, 0x20):
            raise Undecodable(f"the block of lz4-java before byte {at:,} is torn")
        unpacked = lz4_block(piece, min(size, limit)) if method == 0x20 else piece
        if len(unpacked) != size:
            raise Undecodable(f"the block of lz4-java before byte {at:,} is not as long as it says")
        out += unpacked
        at += packed
        _within(out, limit)
    return bytes(out)


def snappy_block(data: bytes, limit: int) -> bytes:
    """A block of Snappy: its length as a varint, then literals and copies. Raises Undecodable."""
    # Only where such a block is unpacked: the import takes a tenth of a second.
    import pyarrow as pa

    size, start = _varint(data)
    _check(size, len(data) - start, limit)
    try:
        return bytes(pa.Codec("snappy").decompress(data, decompressed_size=size, asbytes=True))
    except (OSError, pa.ArrowException):
        raise Undecodable("it is no block of Snappy") from None


def _check(size: int, packed: int, limit: int) -> None:
    if size > limit:
        raise TooLarge(f"it unpacks to more than {limit:,} bytes")
    if size > 64 * packed:  # a copy of two bytes is 64 of them at most
        raise Undecodable("the block says more bytes than it can hold")


def s2_block(data: bytes, limit: int) -> bytes:
    """A block of S2: as Snappy's, and a copy may repeat the offset before it and be longer. Raises Undecodable."""
    size, at = _varint(data)
    if size > limit:
        raise TooLarge(f"it unpacks to more than {limit:,} bytes")
    out = bytearray()
    offset = 0
    try:
        while at < len(data):
            tag = data[at]
            kind, upper = tag & 3, tag >> 2
            at += 1
            if kind == 0:
                more = max(0, upper - 59)
                length = (int.from_bytes(data[at : at + more], "little") if more else upper) + 1
                at += more
                if at + length > len(data):
                    raise Undecodable("the block of S2 ends too early")
                out += data[at : at + length]
                at += length
                continue
            if kind == 1:
                length, found, at = (upper & 7) + 4, (tag >> 5) << 8 | data[at], at + 1
                if not found:
                    length, at = _repeat_length(data, at, upper & 7)
            else:
                width = 2 if kind == 2 else 4
                length, found, at = upper + 1, int.from_bytes(data[at : at + width], "little"), at + width
            offset = found or offset
            _copy(out, offset, length, size)
    except IndexError:
        raise Undecodable("the block of S2 ends too early") from None
    if len(out) != size:
        raise Undecodable(f"the block of S2 has {len(out):,} bytes where {size:,} are said")
    return bytes(out)


def _repeat_length(data: bytes, at: int, code: int) -> tuple[int, int]:
    if code < 5:
        return code + 4, at
    width = code - 4
    base = {1: 4, 2: 1 << 8, 3: 1 << 16}[width] + 4
    if at + width > len(data):
        raise IndexError
    return base + int.from_bytes(data[at : at + width], "little"), at + width


def _varint(data: bytes) -> tuple[int, int]:
    value = 0
    for at, byte in enumerate(data[:5]):
        value |= (byte & 0x7F) << (7 * at)
        if byte < 0x80:
            return value, at + 1
    raise Undecodable("it does not begin with a length")


def chunks(data: bytes, limit: int) -> bytes:
    """The stream of chunks that Snappy's framing format and S2's share. Raises Undecodable."""
    read = s2_block if data.startswith(S2_FRAMED) else snappy_block
    out = bytearray()
    at = 0
    while at < len(data):
        kind, length = data[at], int.from_bytes(data[at + 1 : at + 4], "little")
        at += 4
        body = data[at : at + length]
        if len(body) < length or at > len(data):
            raise Undecodable(f"the chunk before byte {at:,} is torn")
        at += length
        if kind == 0:
            out += read(body[4:], limit - len(out))  # behind the checksum
        elif kind == 1:
            out += body[4:]
        elif kind < 0x80:
            raise Undecodable(f"a chunk of the kind {kind} is none that is known")
        _within(out, limit)
    return bytes(out)


def snappy_java(data: bytes, limit: int) -> bytes:
    """The blocks of snappy-java's SnappyOutputStream: the magic, two versions, then a length and a block, repeated.
    Raises Undecodable."""
    out = bytearray()
    at = 16
    while at < len(data):
        if data.startswith(SNAPPY_JAVA, at):  # streams one behind the other
            at += 16
            continue
        length = int.from_bytes(data[at : at + 4], "big")
        block = data[at + 4 : at + 4 + length]
        if len(block) < length or not length:
            raise Undecodable(f"the block at byte {at:,} is torn")
        out += snappy_block(block, limit - len(out))
        at += 4 + length
    return bytes(out)
