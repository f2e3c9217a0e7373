"""Compressed bytes with a mark of their own, unpacked within bounds, and what is in them read by the whole chain."""

import base64
import binascii
import bz2
import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from meshdesk.decode import blocks
from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.model.node import Node, more
from meshdesk.model.wording import plural

NAME = "compression"
BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}\s*")
# How base64 of the magics below begins, and that of an object or an array of objects of JSON: no other text is unpacked.
JSON_IN_BASE64 = (b"eyJ", b"eyAi", b"ewog", b"ewoJ", b"ew0K", b"W3si", b"W3sK", b"WyB7")
IN_BASE64 = (b"H4sI", b"KLUv/", b"KLUv_", b"QlpoO", b"/Td6WFo", b"_Td6WFo", b"BCJNGA", *JSON_IN_BASE64)
SKIPPABLE = b"\x2a\x4d\x18"  # a frame of zstd or LZ4 that holds nothing of the value, behind 50 to 5F (RFC 8878, 3.1.2)
LEVELS = (0x01, 0x5E, 0x9C, 0xDA)  # the second byte behind 78 that zlib writes
MEMORY = 128 << 20  # bytes that xz may take for its dictionary
ENTRIES = 100  # of an archive that are opened

Unpack = Callable[[bytes, int], bytes]


def could_be(payload: Payload, data: bytes, schemas: Schemas) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether it begins as anything compressed does."""
    return data.startswith(MARKS) or data[0] == 0x78 or data[1:4] == SKIPPABLE


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:
    """What compressed bytes say, once they are unpacked. Raises Undecodable."""
    name, unpack = _found(data)
    if bounds.layers <= 0:
        raise Undecodable("too many compressions lie within each other", LAYERS)
    if len(data) > bounds.bytes:
        raise Undecodable(f"it is larger than {bounds.bytes:,} bytes")
    if unpack is None:
        return _archive(payload, data, schemas, bounds)
    try:
        unpacked = unpack(data, bounds.bytes)
    except blocks.TooLarge:
        why = f"it unpacks to more than {bounds.bytes:,} bytes"
        raise Undecodable(why, f"The {payload.role} is {name}, but {why}; it is shown as it is.") from None
    except Undecodable as error:
        # Two bytes of a magic are no proof that somebody meant it.
        trouble = f"The {payload.role} begins as {name} does, but {error}." if name in SURE else ""
        raise Undecodable(f"it is no whole {name}: {error}", trouble) from None
    sizes = _sizes(data, unpacked) if bounds.tells else ""
    found = read_unpacked(payload, unpacked, schemas, bounds, Layer(name, sizes))
    if data.startswith(JSON_IN_BASE64) and found.format != "JSON":
        raise Undecodable("it is base64 of something that nothing marks")
    return found


LAYERS = "More compressions lie within each other than are opened; what the innermost holds is shown as bytes."


def read_unpacked(payload: Payload, unpacked: bytes, schemas: Schemas, bounds: Bounds, layer: Layer) -> Decoded:
    """What unpacked bytes say, with the layer that was taken off before the others."""
    # The chain knows this decoder; this one asks the chain anew.
    from meshdesk.decode import chain

    if not unpacked:
        return Decoded(Node("", "string", ""), (layer, Layer("empty")), "empty", unpacked=b"")
    found = chain.inner(payload, unpacked, schemas, _one_layer_less(bounds))
    found_in = unpacked if found.unpacked is None else found.unpacked
    # Not by dataclasses.replace, which takes ten times as long.
    return Decoded(
        found.tree, (layer, *found.chain), found.format, found.schema, found.tried, found.trouble, found_in, found.words
    )


@lru_cache(maxsize=64)  # a list has a few, and archives some more
def _one_layer_less(bounds: Bounds) -> Bounds:
    return replace(bounds, layers=bounds.layers - 1)


def _sizes(data: bytes, unpacked: bytes) -> str:
    return f"{plural(len(data), 'byte')}, {len(unpacked):,} unpacked"


def _found(data: bytes) -> tuple[str, Unpack | None]:
    first = data[:1]
    for magic, name, unpack in MAGICS.get(first, ()):
        if data.startswith(magic):
            return name, unpack
    if data[1:4] == SKIPPABLE and 0x50 <= data[0] <= 0x5F:
        return "zstd", _behind_skippable
    if first == b"\x78" and len(data) > 7 and data[1] in LEVELS:
        return "zlib", _zlib
    if data.startswith(IN_BASE64) and BASE64.fullmatch(data):
        return "base64", _base64
    raise Undecodable("it does not begin as anything compressed does")


def _zlib(data: bytes, limit: int) -> bytes:
    return inflate(data, zlib.MAX_WBITS, limit)


def _gzip(data: bytes, limit: int) -> bytes:
    return inflate(data, zlib.MAX_WBITS | 16, limit)


def inflate(data: bytes, window: int, limit: int) -> bytes:
    """What zlib makes of some bytes, all of them; gzip may be several members. Raises Undecodable."""
    out = bytearray()
    while data:
        reader = zlib.decompressobj(window)
        try:
            out += reader.decompress(data, limit + 1 - len(out))
        except zlib.error as error:
            raise Undecodable(str(error).split(": ")[-1]) from None
        if len(out) > limit:
            raise blocks.TooLarge(f"it unpacks to more than {limit:,} bytes")
        if not reader.eof:
            raise Undecodable("it ends too early")
        data = reader.unused_data
        if data and window != zlib.MAX_WBITS | 16:
            raise Undecodable(f"{plural(len(data), 'byte')} follow behind its end")
    return bytes(out)


def _bzip2(data: bytes, limit: int) -> bytes:
    return _read(bz2.BZ2Decompressor, data, limit)


def _xz(data: bytes, limit: int) -> bytes:
    return _read(lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY), data, limit)


def _lzma(data: bytes, limit: int) -> bytes:
    return _read(lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=MEMORY), data, limit)


def _read(reader: Callable[[], bz2.BZ2Decompressor | lzma.LZMADecompressor], data: bytes, limit: int) -> bytes:
    out = bytearray()
    while data:
        stream = reader()
        try:
            out += stream.decompress(data, max_length=limit + 1 - len(out))
        except (OSError, EOFError, ValueError, lzma.LZMAError) as error:
            raise Undecodable(f"it is damaged ({error})") from None
        if len(out) > limit:
            raise blocks.TooLarge(f"it unpacks to more than {limit:,} bytes")
        if not stream.eof:
            raise Undecodable("it ends too early")
        data = stream.unused_data
    return bytes(out)


def arrow_stream(codec: str) -> Unpack:
    """What Arrow makes of a stream in one of its codecs, which it reads piece by piece."""

    def unpack(data: bytes, limit: int) -> bytes:
        # Only where such bytes are unpacked: the import takes a tenth of a second.
        import pyarrow as pa

        try:
            with pa.CompressedInputStream(pa.BufferReader(data), codec) as stream:
                found = blocks.read_at_most(stream.readinto, limit + 1)
        except (OSError, pa.ArrowException, MemoryError) as error:
            raise Undecodable(f"it is damaged ({str(error).split(': ')[-1]})") from None
        if len(found) > limit:
            raise blocks.TooLarge(f"it unpacks to more than {limit:,} bytes")
        return found

    return unpack


def _behind_skippable(data: bytes, limit: int) -> bytes:
    at = 0
    while data[at + 1 : at + 4] == SKIPPABLE and 0x50 <= data[at] <= 0x5F:
        at += 8 + int.from_bytes(data[at + 4 : at + 8], "little")
    for magic, codec in ((b"\x28\xb5\x2f\xfd", "zstd"), (b"\x04\x22\x4d\x18", "lz4")):
        if data.startswith(magic, at):
            return arrow_stream(codec)(data[at:], limit)
    raise Undecodable("nothing of zstd or LZ4 stands behind what is to be skipped")


def _base64(data: bytes, limit: int) -> bytes:
    if len(data) > 2 * limit:
        raise Undecodable("it is too long")
    text = data.strip()
    try:
        return base64.b64decode(text.translate(bytes.maketrans(b"-_", b"+/")) + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        raise Undecodable("it is no whole base64") from None


MAGICS: dict[bytes, tuple[tuple[bytes, str, Unpack | None], ...]] = {
    magic[:1]: tuple(found)
    for magic in (b"\x1f", b"\x28", b"B", b"\xfd", b"\x04", b"L", b"\xff", b"\x82", b"P", b"\x5d")
    for found in [[entry for entry in (
        (b"\x1f\x8b\x08", "gzip", _gzip),
        (b"\x28\xb5\x2f\xfd", "zstd", arrow_stream("zstd")),
        (b"BZh", "bzip2", _bzip2),
        (b"\xfd7zXZ\x00", "xz", _xz),
        (b"\x5d\x00\x00", "lzma", _lzma),
        (b"\x04\x22\x4d\x18", "LZ4 frame", arrow_stream("lz4")),
        (blocks.LZ4_JAVA, "LZ4 of lz4-java", blocks.lz4_java),
        (blocks.SNAPPY_FRAMED, "Snappy framed", blocks.chunks),
        (blocks.S2_FRAMED, "S2", blocks.chunks),
        (blocks.SNAPPY_JAVA, "Snappy of snappy-java", blocks.snappy_java),
        (b"PK\x03\x04", "zip", None),
    ) if entry[0][:1] == magic]]
}  # fmt: skip
MARKS = (*(mark for found in MAGICS.values() for mark, _, _ in found), *IN_BASE64)
SURE = ("gzip", "zstd", "xz", "LZ4 frame", "Snappy framed", "S2", "Snappy of snappy-java")
BEGINS = bytes({*b"".join(MAGICS), *range(0x50, 0x60), 0x78, *(start[0] for start in IN_BASE64)})


# An archive


def _archive(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:
    """The one entry of a zip archive as if it were the value; of several each by its name."""
    found: list[tuple[str, Decoded]] = []
    left = bounds.bytes
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            # Not by is_dir, which fails where an entry has no name (Python 3.11).
            entries = [entry for entry in archive.infolist() if not entry.filename.endswith("/")]
            for entry in entries[: min(ENTRIES, max(1, bounds.width))]:
                with archive.open(entry) as file:
                    content = file.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise Undecodable(f"it unpacks to more than {bounds.bytes:,} bytes", ARCHIVE.format(bounds.bytes))
                layer = Layer("zip", entry.filename)
                nodes = max(0, bounds.nodes // max(1, len(entries)) - 1)
                room = replace(bounds, nodes=nodes, line=bounds.line and len(entries) == 1)
                found.append((entry.filename, read_unpacked(payload, content, schemas, room, layer)))
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        struct.error,
        OSError,
        EOFError,
        ValueError,
        RuntimeError,
        KeyError,
        NotImplementedError,
    ) as error:
        raise Undecodable(f"it is no whole zip archive ({type(error).__name__}: {error})") from None
    if len(entries) == 1:
        return found[0][1]
    if not entries:
        return Decoded(Node("", "record", ""), (Layer("zip", "no entries"),), "zip")
    parts = [replace(without_spans(one.tree), name=name) for name, one in found]
    rest = [more(len(entries) - len(found))] if len(entries) > len(found) else []
    if bounds.nodes < len(parts) + 1:
        raise Undecodable("nothing may be made of it")
    return Decoded(
        Node("", "record", "", (*parts, *rest)), (Layer("zip", plural(len(entries), "entry", "entries")),), "zip"
    )


ARCHIVE = "The archive unpacks to more than {:,} bytes; it is shown as it is."


def without_spans(node: Node) -> Node:
    """The tree without its ranges of bytes, where they would lie in several payloads."""
    return replace(node, span=None, children=tuple(map(without_spans, node.children)))
