"""AWS Glue's prefix: plain and zlib, the message's index, and what is said where the schema is missing."""

import zlib

import pytest

from meshdesk.decode.chain import BOUNDS
from meshdesk.decode.contract import Bounds, Decoded, Payload, Undecodable
from meshdesk.decode.glue import decode as decode_glue
from meshdesk.model.node import to_json
from meshdesk.model.schema import Schema, SchemaState
from tests.unit.decode.poison import Every, avro
from tests.unit.decode.protos import text_schema

UUID4 = bytes.fromhex("1b31dbb5e97c44baa27bc5da27e9d13e")
PLAIN, ZLIB = b"\x03\x00" + UUID4, b"\x03\x05" + UUID4


def read(data: bytes, answer: Schema | SchemaState, bounds: Bounds = BOUNDS) -> Decoded:
    return decode_glue(Payload(data, "value", "orders", ()), data, Every(answer), bounds)


def test_that_the_bytes_behind_zlib_are_counted_in_what_was_unpacked() -> None:
    found = read(ZLIB + zlib.compress(b"\x02"), avro("long"))
    assert (to_json(found.tree), found.tree.span, found.unpacked) == (1, (0, 1), b"\x02")
    assert [layer.name for layer in found.chain] == ["Glue", "zlib", "Avro"]
    plain = read(PLAIN + b"\x02", avro("long"))
    assert (plain.tree.span, plain.unpacked) == ((18, 19), None)
    assert plain.chain[0].detail == "1b31dbb5-e97c-44ba-a27b-c5da27e9d13e"


def test_that_the_index_counts_all_messages_by_their_sorted_names() -> None:
    schema = text_schema(
        "message B { message A { string x = 1; } map<string, int32> m = 2; } message A { int32 y = 1; }"
    )
    said = {0: "A", 1: "B", 2: "B.A", 3: "B.MEntry"}
    for index, name in said.items():
        assert read(PLAIN + bytes([index]), schema).chain[-1].detail == name
    with pytest.raises(Undecodable, match="names no message"):
        read(PLAIN + b"\x04", schema)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"not zlib", "no zlib"),
        (zlib.compress(b"\x02")[:-3], "does not end where the payload does"),
        (zlib.compress(b"\x02") + b"x", "does not end where the payload does"),
        (zlib.compress(bytes(5_000)), "larger than 100 bytes when it is unpacked"),
    ],
)
def test_that_what_is_no_whole_zlib_is_declined(body: bytes, words: str) -> None:
    with pytest.raises(Undecodable, match=words):
        read(ZLIB + body, avro("long"), Bounds(bytes=100))


@pytest.mark.parametrize("data", [b"\x03\x00", b"\x03\x01" + UUID4, b"\x02\x00" + UUID4, b"\x03" * 17])
def test_that_other_bytes_are_not_glues(data: bytes) -> None:
    with pytest.raises(Undecodable, match="does not begin with Glue's"):
        read(data, avro("long"))


def test_that_a_missing_schema_is_missed_where_the_prefix_proves_itself() -> None:
    for data, is_sure in ((PLAIN + b"x", True), (b"\x03\x00" + bytes(16) + b"x", False)):
        with pytest.raises(Undecodable) as why:
            read(data, SchemaState.UNREACHABLE)
        assert bool(why.value.trouble) is is_sure


def test_that_types_that_glue_does_not_have_are_named_in_a_sentence() -> None:
    found = read(PLAIN + b"\0\x0a\x02\x08\x05", text_schema("message A { other.Money total = 1; }"))
    assert to_json(found.tree) == {"total": {"1": 5}}
    assert (
        found.trouble
        == "The schema refers to other.Money, which its registry does not have; those fields are shown by number."
    )
