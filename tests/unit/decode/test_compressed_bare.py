"""Compression without a mark: what is read, and what must not be taken for it."""

import json
import uuid
import zlib
from random import Random

import cramjam
import pytest

from meshdesk.decode import compressed_bare
from meshdesk.decode.chain import BOUNDS, decode
from meshdesk.decode.contract import Payload, Undecodable
from meshdesk.model.schema import SchemaState
from tests.unit.decode.poison import Every

NONE = Every(SchemaState.NO_REGISTRY)
SAID = json.dumps({"order": "O-1", "filler": "abc " * 50, "city": "Würzburg"}, ensure_ascii=False).encode()


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACKED = {
    "brotli": bytes(cramjam.brotli.compress(SAID)),
    "raw deflate": deflated(SAID),
    "raw Snappy": bytes(cramjam.snappy.compress_raw(SAID)),
    "LZ4 block": len(SAID).to_bytes(4, "little") + bytes(cramjam.lz4.compress_block(SAID, store_size=False)),
}


@pytest.mark.parametrize("name", PACKED)
def test_that_what_comes_out_proves_the_compression(name: str) -> None:
    decoded = decode(Payload(PACKED[name], "value", "orders", ()), NONE)
    assert [layer.name for layer in decoded.chain] == [name, "JSON"]
    assert decoded.unpacked == SAID


def declined(data: bytes) -> bool:
    try:
        compressed_bare.decode(Payload(data, "value", "orders", ()), data, NONE, BOUNDS)
    except Undecodable:
        return True
    return False


@pytest.mark.parametrize("name", PACKED)
def test_that_a_torn_one_and_one_with_more_behind_it_are_declined(name: str) -> None:
    assert declined(PACKED[name][:-2])
    assert declined(PACKED[name] + b"\0\0\0")


def test_that_random_bytes_numbers_and_identifiers_are_none() -> None:
    random = Random(42)
    for _ in range(3_000):
        assert declined(random.randbytes(random.randint(1, 64)))
    for number in (0, 1, -1, 2**40, 2**62):
        assert declined(number.to_bytes(8, "big", signed=True))
    for _ in range(500):
        assert declined(uuid.UUID(int=random.getrandbits(128)).bytes)


def test_that_short_text_in_snappy_is_read_though_its_bytes_are_valid_text() -> None:
    data = bytes(cramjam.snappy.compress_raw(b'{"id":1234567890123}'))
    assert decode(Payload(data, "value", "orders", ()), NONE).chain[0].name == "raw Snappy"


@pytest.mark.parametrize("text", ["a\0b\x07\x1b[31mred\x1b[0m\r\n", "\x02start of text\x03", "tab\tand\nline"])
def test_that_text_with_control_characters_stays_text(text: str) -> None:
    assert decode(Payload(text.encode(), "value", "orders", ()), NONE).tree.text == text
