"""Sealed generations: one file with everything, swapped in by one rename. Its form, and its index; seal.py makes them.

    an Arrow IPC stream of records   batches of one topic, LZ4, columns RECORDS and `step` (rows between a record and the one before it)
    an Arrow IPC stream of samples   ZSTD, columns SAMPLES as differences (samples.py)
    an index                         64 bytes of header and entries as in index-W-NNN (index.py); positions count in this file
    32 bytes                         MAGIC, position and length of that index (u64 each), crc32 of all before, four zero bytes

Imports no Arrow, as the window reads with it.
"""

import struct
import zlib

from meshdesk.capture.index import SIZE, decode_header
from meshdesk.capture.store import Store

MAGIC = b"MESHSEAL"
TRAILER = struct.Struct("<8sQQ")  # then crc32 and four zero bytes
TRAILER_SIZE = 32


class SealError(Exception):
    """A sealed file has no readable index."""


def trailer(position: int, length: int) -> bytes:
    """What a sealed file ends with."""
    body = TRAILER.pack(MAGIC, position, length)
    return body + zlib.crc32(body).to_bytes(4, "little") + bytes(4)


def sealed_index(store: Store, name: str) -> tuple[int, bytes]:
    """(number of the first row, the entries' bytes) of a sealed file. Raises SealError."""
    size = store.size(name)
    end = store.read(name, size - TRAILER_SIZE, TRAILER_SIZE) if size >= TRAILER_SIZE else b""
    if len(end) < TRAILER_SIZE or not end.startswith(MAGIC):
        raise SealError
    if zlib.crc32(end[: TRAILER.size]).to_bytes(4, "little") != end[TRAILER.size : TRAILER.size + 4]:
        raise SealError
    _, position, length = TRAILER.unpack_from(end)
    data = store.read(name, position, length)
    first_row = decode_header(data[:SIZE])
    if first_row is None or len(data) < length:
        raise SealError
    return first_row, data[SIZE:]
