"""Every golden payload, every poison sample, and what distinguishes null, empty and text."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.chain import BOUNDS, DECODERS, decode, preview
from meshdesk.decode.contract import Decoder, Payload, Undecodable
from meshdesk.model.schema import Schema, SchemaState
from tests.unit.decode.golden import CASES, Stored, agrees, case, payload
from tests.unit.decode.poison import POISON, SCHEMAS, Every


def value(data: bytes | None) -> Payload:
    return Payload(data, "value", "orders", ())


@pytest.mark.parametrize("path", CASES, ids=[f"{path.parent.name}/{path.stem}" for path in CASES])
def test_that_a_real_payload_says_what_was_written(path: Path) -> None:
    said = case(path)
    for role in ("key", "value"):
        if role in said["expect"]:
            decoded = decode(payload(said, role), Stored(said["schemas"]))
            assert agrees(decoded.tree, said["expect"][role]), (role, decoded.tree, said["expect"][role])
            assert decoded.trouble == ""


def test_that_there_are_golden_payloads_of_every_folder() -> None:
    assert {path.parent.name for path in CASES} == {"json-and-text", "confluent-avro", "confluent-json"}
    assert len(CASES) > 35


@pytest.mark.parametrize("decoder", DECODERS, ids=[decoder.NAME for decoder in DECODERS])
@pytest.mark.parametrize("name", POISON)
def test_that_a_decoder_reads_poison_or_declines(decoder: Decoder, name: str) -> None:
    data = POISON[name]
    for schemas in (*map(Every, SCHEMAS), *map(Every, SchemaState)):
        try:
            decoded = decoder.decode(value(data), data, schemas, BOUNDS)
        except Undecodable as why:
            assert str(why)
        else:
            assert decoded.format


@given(st.binary(max_size=200), st.sampled_from(SCHEMAS))
def test_that_no_bytes_make_a_decoder_raise_anything_else(data: bytes, schema: Schema) -> None:
    for decoder in DECODERS:
        for piece in (data, b"\0\0\0\0\x2a" + data):
            try:
                decoder.decode(value(piece), piece, Every(schema), BOUNDS)
            except Undecodable as why:
                assert str(why)


@pytest.mark.parametrize(
    ("data", "format", "text"),
    [
        (None, "null", ""),
        (b"", "empty", ""),
        (b"null", "text", "null"),
        (b'"null"', "JSON", "null"),
        (b"\xff\x00", "bytes", "0xff00"),
    ],
)
def test_that_null_empty_and_the_word_null_are_told_apart(data: bytes | None, format: str, text: str) -> None:
    shown = preview(value(data), Every(SchemaState.NO_REGISTRY))
    assert (shown.format, shown.text) == (format, text)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (SchemaState.UNKNOWN_ID, "is not in the registry"),
        (SchemaState.NOT_FETCHED, "has not been fetched yet"),
        (SchemaState.UNREACHABLE, "cannot be reached"),
        (SchemaState.NO_REGISTRY, "no schema registry is set"),
    ],
)
def test_that_four_reasons_for_a_missing_schema_are_four_sentences(state: SchemaState, words: str) -> None:
    decoded = decode(value(b"\0\0\0\0\x2a\xff\xfe"), Every(state))
    assert decoded.format == "bytes"
    assert words in decoded.trouble
    assert "42" in decoded.trouble
    assert decoded.trouble.endswith(".")


def test_that_a_number_that_only_looks_like_a_prefix_is_not_read_by_a_schema_that_does_not_fit() -> None:
    decoded = decode(value((42).to_bytes(8, "big")), Every(SCHEMAS[0]))
    assert decoded.format == "bytes"
    assert [declined.name for declined in decoded.tried] == ["Confluent id", "JSON", "text"]


def test_that_a_preview_keeps_to_its_limit_and_its_tones_lie_in_it() -> None:
    shown = preview(value(b'{"name": "' + b"x" * 500 + b'", "n": 5}'), Every(SchemaState.NO_REGISTRY), 100)
    assert len(shown.text) <= 100
    assert all(0 <= start < end <= len(shown.text) for start, end, _ in shown.spans)
