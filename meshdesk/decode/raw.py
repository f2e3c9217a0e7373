"""Bytes that nothing else reads, shown as they are. Declines nothing."""

from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas
from meshdesk.model.node import Node, hexed
from meshdesk.model.wording import plural

NAME = "bytes"
# What files begin with that are no data of fields, so that a reader knows what to open them with (as file(1) has them).
BEGIN = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image"), (b"\xff\xd8\xff", "a JPEG image"), (b"GIF89a", "a GIF image"), (b"GIF87a", "a GIF image"),
    (b"II*\0", "a TIFF image"), (b"MM\0*", "a TIFF image"), (b"%PDF-", "a PDF document"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"), (b"Rar!\x1a\x07", "a RAR archive"),
    (b"SQLite format 3\0", "a SQLite database"), (b"\x7fELF", "a program (ELF)"), (b"\xca\xfe\xba\xbe", "a Java class"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"), (b"OggS", "Ogg audio"), (b"fLaC", "FLAC audio"),
    (b"ID3", "MP3 audio"), (b"\x1aE\xdf\xa3", "a Matroska video"), (b"FEA1", "a Feather file of version 1"),
    (b"\x80\x04\x95", "a Python pickle"), (b"\x80\x05\x95", "a Python pickle"),
)  # fmt: skip
OF_RIFF = {b"WAVE": "WAV audio", b"WEBP": "a WebP image", b"AVI ": "an AVI video"}


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:  # noqa: ARG001 (the contract's form)
    """The bytes as hex."""
    tree = Node("", "bytes", hexed(data, bounds.text), note=plural(len(data), "byte"), span=(0, len(data)))
    found = kind_of(data) if bounds.tells else ""
    return Decoded(tree, (Layer("bytes", f"begins as {found} does" if found else ""),), "bytes")


def kind_of(data: bytes) -> str:
    """What file it begins as; "" for none that is known.

    >>> kind_of(b"RIFF\\x24\\0\\0\\0WAVEfmt "), kind_of(b"\\x01")
    ('WAV audio', '')
    """
    if data[:4] == b"RIFF":
        return OF_RIFF.get(data[8:12], "")
    if data[4:8] == b"ftyp":
        return "an MP4 video"
    return next((name for begin, name in BEGIN if data.startswith(begin)), "")
