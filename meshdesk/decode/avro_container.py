"""Avro object container files (Avro specification 1.12, "Object Container Files"): Obj 01, metadata with the schema, a sync
marker, then blocks of a count, a size, the values, compressed or not, and the marker again."""

import bz2
import lzma
import zlib
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from meshdesk.decode import avro, avro_line, blocks
from meshdesk.decode.avro_cursor import Cursor, long_at, take, zigzag
from meshdesk.decode.avro_skip import Skip, skip_parts
from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.line import LEFT_TO_OTHERS, LONGEST, Line, Unlisted
from meshdesk.decode.one_line import OneLine
from meshdesk.model.node import Node, more
from meshdesk.model.schema import Schema
from meshdesk.model.wording import plural

NAME = "Avro container"
MAGIC = b"Obj\x01"
BEGINS = MAGIC[:1]
SYNC = 16
HEADS = 64  # kept: of more topics than a person looks at, at most 4 MB
LONG = 64 << 10  # bytes of a head that is kept
SAMPLE = 96  # bytes by which one is found
ALIKE = 8  # heads of the same sample that are kept: a topic has several writers, each with a codec of its own
_heads: dict[bytes, list[tuple[bytes, "_Head"]]] = {}
METADATA = Schema("", 0, "AVRO", '{"type": "map", "values": "bytes"}')


def could_be(payload: Payload, data: bytes, schemas: Schemas) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether it has the mark."""
    return data.startswith(MAGIC)


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:  # noqa: ARG001 (the contract's form)
    """The values of all blocks as an array. Raises Undecodable."""
    if not data.startswith(MAGIC):
        raise Undecodable("it does not begin with Obj and the byte 01")
    if len(data) > bounds.bytes:
        raise Undecodable(f"it is larger than {bounds.bytes:,} bytes")
    try:
        head, at = _known_head(data, bounds)
    except IndexError:
        raise Undecodable("its head has no end") from None
    schema, codec = head.schema, head.codec
    opened = CODECS.get(codec)
    if opened is None:
        trouble = f"The {payload.role} is an Avro container compressed with {codec}, which this version does not read."
        raise Undecodable(f"its codec {codec} is not known", trouble)
    if bounds.line and head.line is not None:
        try:
            words = head.line(_as_array(data, at, head, opened, bounds), 0, LONGEST)
            return Decoded(Node("", "array", ""), (Layer(NAME),), "Avro file", schema, words=words)
        except (*BROKEN, *LEFT_TO_OTHERS):
            pass  # what is wrong with it is said where its tree is made
    line = OneLine() if bounds.line else None
    try:
        tree = _Blocks(data, at, schema, bounds, opened, codec == "null").tree(line)
    except IndexError:
        raise Undecodable("it ends within a block") from None
    except BROKEN as error:
        raise Undecodable(f"a block is no {codec}: {error}") from None
    detail = "" if codec == "null" else codec
    chain = Layer(NAME, detail), Layer("Avro")
    return Decoded(tree, chain, "Avro file", schema, words=line.words if line is not None else None)


class _Head(NamedTuple):
    """What the head of a container says."""

    schema: Schema
    codec: str
    line: Line | None  # reads an array of such values
    skip: Skip | None  # reads one and says nothing


def _known_head(data: bytes, bounds: Bounds) -> tuple[_Head, int]:
    """What the head says, and where the first sync marker begins. All containers of a topic begin alike, so it is kept by its
    bytes what they say. Raises Undecodable and IndexError."""
    alike = _heads.get(data[:SAMPLE], [])
    for written, known in alike:
        if data.startswith(written):
            return known, len(written)
    text, codec, at = _head(data, bounds)
    schema = Schema("", 0, "AVRO", text, guid="of the container")
    line = _line_of(text) if bounds.line else None
    head = _Head(schema, codec, line, avro.skipping(schema) if line is not None else None)
    if sum(map(len, _heads.values())) >= HEADS or len(alike) >= ALIKE:
        _heads.clear()
    if at <= LONG and bounds.line:
        _heads.setdefault(data[:SAMPLE], []).append((data[:at], head))
    return head, at


@lru_cache(maxsize=HEADS)
def _line_of(text: str) -> Line | None:
    try:
        return avro_line.reader(Schema("", 0, "AVRO", f'{{"type":"array","items":{text}}}'))
    except Unlisted:
        return None


def _as_array(data: bytes, at: int, head: _Head, opened: "Opened", bounds: Bounds) -> bytes:
    """The values of a container as Avro writes those of an array in one block: the count, the values, and a zero. Raises Unlisted
    where that is not so plain, or there are more values than are read for a line, Undecodable, IndexError and what is BROKEN."""
    cursor = Cursor(data, bounds, at + SYNC)
    sync, total, bodies = data[at : at + SYNC], 0, bytearray()
    while cursor.at < len(data):
        count = long_at(cursor)
        piece = take(cursor, long_at(cursor))
        total += count
        if take(cursor, SYNC) != sync or not 0 < count <= bounds.width or total > bounds.width:
            raise Unlisted
        body = opened(piece, bounds.bytes)
        # Of several blocks each must end where its values do, which the array would not tell.
        if (bodies or cursor.at < len(data)) and (
            head.skip is None or skip_parts(head.skip, body, 0, count) != len(body)
        ):
            raise Unlisted
        bodies += body
        if len(bodies) > bounds.bytes:
            raise Unlisted
    return zigzag(total) + bodies + b"\0"


def _head(data: bytes, bounds: Bounds) -> tuple[str, str, int]:
    """The schema's text, the codec, and where the first sync marker begins."""
    cursor = Cursor(data, bounds, len(MAGIC))
    found: dict[str, bytes] = {}
    while (count := long_at(cursor)) != 0:
        if count < 0:
            count = -count
            long_at(cursor)
        for _ in range(count):
            key = take(cursor, long_at(cursor)).decode("utf-8", "replace")
            found[key] = take(cursor, long_at(cursor))
    if "avro.schema" not in found:
        raise Undecodable("its head has no schema")
    codec = found.get("avro.codec", b"null").decode("utf-8", "replace")
    return found["avro.schema"].decode("utf-8", "replace"), codec, cursor.at


class _Blocks:
    """The blocks behind the head, read until the end of the data."""

    def __init__(self, data: bytes, at: int, schema: Schema, bounds: Bounds, opened: "Opened", is_plain: bool) -> None:
        self._data, self._at, self._bounds = data, at + SYNC, bounds
        self._sync = data[at : at + SYNC]
        if len(self._sync) < SYNC:
            raise IndexError
        self._read = avro.compiled(schema)
        self._opened, self._is_plain = opened, is_plain
        self._room = bounds.bytes  # that blocks may be opened to, all together

    def tree(self, line: OneLine | None) -> Node:
        """All values, those beyond the bounds as a count; they are said to the line where there is one."""
        shown: list[Node | None] = []  # None: said to the line
        container = line.begin("", is_array=True) if line is not None else None
        total, left = 0, self._bounds.nodes - 1
        if left < 0:
            raise Undecodable("nothing may be made of it")
        while self._at < len(self._data):
            cursor = Cursor(self._data, self._bounds, self._at)
            count, size = long_at(cursor), long_at(cursor)
            start = cursor.at
            piece = take(cursor, size)
            if take(cursor, SYNC) != self._sync or count < 0:
                raise Undecodable(f"the block at byte {self._at:,} does not end with its marker")
            self._at = cursor.at
            if left > 0 and len(shown) < self._bounds.width:
                left = self._values(shown, total, count, piece, start, left, line)
            total += count
        if line is not None and container is not None:
            line.end(container, "array", total)
            return Node("", "array", "")
        rest = (more(total - len(shown)),) if total > len(shown) else ()
        children = (*filter(None, shown), *rest)
        return Node("", "array", "", children, plural(total, "value"), (0, len(self._data)))

    def _values(
        self,
        shown: list[Node | None],
        total: int,
        count: int,
        piece: bytes,
        start: int,
        left: int,
        line: OneLine | None,
    ) -> int:
        body = piece if self._is_plain else self._opened(piece, self._room)
        self._room -= len(body)
        if self._room < 0:
            raise Undecodable(f"its blocks are larger than {self._bounds.bytes:,} bytes when they are opened")
        inner = Cursor(self._data if self._is_plain else body, self._bounds, start if self._is_plain else 0)
        end = start + len(piece) if self._is_plain else len(body)
        inner.nodes, inner.depth, inner.line = left, 1, line
        for number in range(count):
            if inner.nodes <= 0 or len(shown) >= self._bounds.width:
                return 0
            node = avro.value_at(self._read, inner, str(total + number))
            if inner.at > end:
                raise IndexError
            if line is not None:
                shown.append(None)
            elif node is not None:
                shown.append(node if self._is_plain else avro.without_spans(node))
        if inner.at != end:
            raise Undecodable(f"a block of {count:,} values has {end - inner.at:,} bytes behind them")
        return inner.nodes


# How a block is opened: never to more than so many bytes and one.

Opened = Callable[[bytes, int], bytes]
BROKEN = (zlib.error, OSError, EOFError, lzma.LZMAError, ValueError)


def _deflate(data: bytes, room: int) -> bytes:
    return zlib.decompressobj(-15).decompress(data, room + 1)


def _bzip2(data: bytes, room: int) -> bytes:
    return bz2.BZ2Decompressor().decompress(data, room + 1)


def _xz(data: bytes, room: int) -> bytes:
    return lzma.LZMADecompressor(memlimit=256 << 20).decompress(data, room + 1)


def _by_arrow(name: str) -> Opened:
    def opened(data: bytes, room: int) -> bytes:
        import pyarrow as pa  # its shared library takes a tenth of a second, and few containers need it

        with pa.CompressedInputStream(pa.BufferReader(data), name) as stream:
            return blocks.read_at_most(stream.readinto, room + 1)

    return opened


def _snappy(data: bytes, room: int) -> bytes:
    """Raw Snappy, whose head says how large it becomes, and four bytes of CRC-32 behind it."""
    import pyarrow as pa  # as above

    size = shift = 0
    for byte in data[:5]:
        size |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    if size > room or len(data) < 5:
        raise Undecodable("a block is larger than may be opened")
    body = bytes(pa.Codec("snappy").decompress(data[:-4], size))
    if zlib.crc32(body) != int.from_bytes(data[-4:], "big"):
        raise Undecodable("a block's checksum is wrong")
    return body


CODECS: dict[str, Opened] = {
    "null": lambda data, room: data,
    "deflate": _deflate,
    "bzip2": _bzip2,
    "xz": _xz,
    "zstandard": _by_arrow("zstd"),
    "snappy": _snappy,
}
