"""What is compressed with a mark, against other writers; bombs, torn streams, and what only looks compressed."""

import base64
import bz2
import gzip
import io
import json
import lzma
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress

import cramjam
import psutil
import pytest

from meshdesk.decode import compressed
from meshdesk.decode.chain import BOUNDS, decode
from meshdesk.decode.contract import Bounds, Decoded, Payload, Undecodable
from meshdesk.model.schema import SchemaState
from tests.unit.decode.poison import Every

NONE = Every(SchemaState.NO_REGISTRY)
SAID = json.dumps({"order": "O-1", "filler": "abc " * 200}).encode()

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zstd": lambda data: bytes(cramjam.zstd.compress(data)),
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
    "zlib": zlib.compress,
    "LZ4 frame": lambda data: bytes(cramjam.lz4.compress(data)),
    "Snappy framed": lambda data: bytes(cramjam.snappy.compress(data)),
}
each = pytest.mark.parametrize("name", PACKERS)


def read(data: bytes) -> Decoded:
    return decode(Payload(data, "value", "orders", ()), NONE)


@each
def test_that_the_chain_names_the_compression_and_spans_lie_in_what_was_unpacked(name: str) -> None:
    decoded = read(PACKERS[name](SAID))
    assert [layer.name for layer in decoded.chain] == [name, "JSON"]
    assert decoded.format == "JSON"
    assert decoded.unpacked == SAID
    assert decoded.trouble == ""


@each
def test_that_two_compressions_are_two_layers_and_five_are_too_many(name: str) -> None:
    pack = PACKERS[name]
    assert [layer.name for layer in read(pack(pack(SAID))).chain] == [name, name, "JSON"]
    data = SAID
    for _ in range(5):
        data = pack(data)
    decoded = read(data)
    assert decoded.chain[-1].name == "bytes"
    assert "are opened" in decoded.trouble


@each
def test_that_a_torn_stream_is_bytes_with_the_reason(name: str) -> None:
    decoded = read(PACKERS[name](SAID)[:-3])
    assert decoded.format == "bytes"
    assert (name in decoded.trouble) == (name in compressed.SURE)


@each
def test_that_a_bomb_is_not_unpacked_beyond_the_bound(name: str) -> None:
    data = PACKERS[name](b"\0" * 3_000_000)
    with pytest.raises(Undecodable, match="more than 1,000,000 bytes"):
        compressed.decode(Payload(data, "value", "orders", ()), data, NONE, Bounds(bytes=1_000_000))


@pytest.mark.parametrize("name", [name for name in PACKERS if name != "Snappy framed"])  # of which nothing is nothing
def test_that_nothing_compressed_is_empty(name: str) -> None:
    decoded = read(PACKERS[name](b""))
    assert (decoded.format, decoded.unpacked) == ("empty", b"")


@pytest.mark.parametrize(
    "text", [b"x^ and more", b"BZh9 is a word", b"PK\x03\x04", b"(\xb5/\xfd", b"H4sIAAAA it is not"]
)
def test_that_what_only_begins_as_compressed_is_read_as_something_else(text: bytes) -> None:
    assert read(text).chain[0].name in ("UTF-8 text", "bytes", "int32")


def archive(*entries: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in entries:
            written.writestr(name, content)
    return file.getvalue()


def test_that_the_only_entry_of_an_archive_is_its_value_and_of_several_each_has_its_name() -> None:
    alone = read(archive(("order.json", SAID)))
    assert (alone.chain[0].name, alone.chain[0].detail) == ("zip", "order.json")
    assert alone.unpacked == SAID
    several = read(archive(("a.json", b'{"a": 1}'), ("b.txt", b"text")))
    assert [(part.name, part.kind, part.text) for part in several.tree.children] == [
        ("a.json", "record", ""),
        ("b.txt", "string", "text"),
    ]
    assert all(part.span is None for part in several.tree.children)
    assert read(archive()).format in ("zip", "bytes")


def test_that_entries_of_an_archive_share_one_bound() -> None:
    data = archive(*((f"{number}", b"\0" * 400_000) for number in range(5)))
    with pytest.raises(Undecodable, match="more than 1,000,000"):
        compressed.decode(Payload(data, "value", "t", ()), data, NONE, Bounds(bytes=1_000_000))


def test_that_frames_that_are_to_be_skipped_are_skipped() -> None:
    frame = b"\x50\x2a\x4d\x18\x04\x00\x00\x00meta"
    assert read(frame * 2 + PACKERS["zstd"](SAID)).format == "JSON"
    assert read(frame).format == "bytes"


def test_that_base64_of_something_compressed_is_two_layers() -> None:
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        decoded = read(encode(gzip.compress(SAID)))
        assert [layer.name for layer in decoded.chain] == ["base64", "gzip", "JSON"]


@pytest.mark.parametrize("said", [b'{"id":1}        ', b'{\n  "id": 1\n}', b'[{"id": "???>>>"}]', b'{ "id": [1, 2] }'])
def test_that_base64_of_json_is_two_layers(said: bytes) -> None:
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for sent in (encode(said), encode(said).rstrip(b"=")):
            assert [layer.name for layer in read(sent).chain] == ["base64", "JSON"]


@pytest.mark.parametrize(
    "text", [b"eyJabcdefghijklmnopqrstuvw", base64.b64encode(b"plain words, no JSON"), b"ewogewogewogewog"]
)
def test_that_base64_of_what_nothing_marks_is_text(text: bytes) -> None:
    assert read(text).format == "text"


def test_that_members_of_gzip_are_one_value() -> None:
    assert read(gzip.compress(b'{"a":') + gzip.compress(b"1}")).format == "JSON"
    assert BOUNDS.layers == 4


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_DEFLATED])
def test_that_an_archive_that_is_broken_anywhere_is_read_or_declined(method: int) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        archive.writestr("a.json", b'{"a": 1}' * 9)
    whole = made.getvalue()
    for at in range(len(whole)):
        for byte in (0x00, 0xFF, whole[at] ^ 1):
            data = whole[:at] + bytes([byte]) + whole[at + 1 :]
            with suppress(Undecodable):
                assert compressed.decode(Payload(data, "value", "orders", ()), data, NONE, BOUNDS).chain


def test_that_broken_streams_leave_no_memory_behind() -> None:
    """Each kept 32 MB of addresses, and a process may have 65,530 such pieces (vm.max_map_count)."""
    unpack = compressed.arrow_stream("brotli")
    process, before = psutil.Process(), 0
    for count in (100, 400):  # the first ones make Arrow's own pools
        before = process.memory_info().vms
        for _ in range(count):
            with pytest.raises(Undecodable):
                unpack(b"\xff\xfe\xfd\xfc" * 9, 32 << 20)
    assert process.memory_info().vms - before < 1 << 30  # 13 GB before
