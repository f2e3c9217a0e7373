"""Every golden payload, every poison sample, and what distinguishes null, empty and text."""

import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode import chain
from meshdesk.decode.chain import BOUNDS, DECODERS, decode, has_telling_header, inner, preview, worth_asking
from meshdesk.decode.contract import Decoded, Decoder, Payload, Schemas, Undecodable
from meshdesk.model.node import Node, one_line_spans
from meshdesk.model.schema import Schema, SchemaState
from tests.together import all_hold
from tests.unit.decode.golden import (
    CASES,
    NAMED,
    NOT_YET,
    OTHERWISE,
    PAYLOADS,
    case,
    is_in_order,
    is_right,
    payload,
    schemas_of,
)
from tests.unit.decode.lines import by_chain
from tests.unit.decode.poison import POISON, SCHEMAS, Every, answers, sample
from tests.unit.model.trees import VALUES

NONE = Every(SchemaState.NO_REGISTRY)


def value(data: bytes | None) -> Payload:
    return Payload(data, "value", "orders", ())


def test_that_a_real_payload_says_what_was_written() -> None:
    def check(path: Path) -> None:
        if f"{path.parent.name}/{path.stem}" in NOT_YET:
            assert not is_right(case(path)), "it is read by now: take it out of NOT_YET"
        else:
            assert is_right(case(path))
            if not OTHERWISE & {path.parent.name, f"{path.parent.name}/{path.stem}"}:
                assert is_in_order(case(path))

    all_hold(check, NAMED)


# Why a record cannot say what its writer was given, as it is told to its reader.
REASONS = (
    "without a schema, so numbers and base64 stand as Connect wrote them",
    "a double, to which the connector may have rounded a decimal",
    "which its registry does not have; those fields are shown by number",
)
# JSON of Connect's converter without a schema, in a topic of any name and without a header: nothing tells who wrote it.
UNTOLD = "connect-json/struct-without-schema"


@pytest.mark.parametrize("name", sorted(NOT_YET))
def test_that_a_record_that_does_not_say_what_was_written_has_the_reason_on_it(name: str) -> None:
    said = case(PAYLOADS / f"{name}.json")
    decoded = decode(payload(said, "value"), schemas_of(said))
    told = [layer.detail for layer in decoded.chain] + [decoded.trouble, *notes(decoded.tree)]
    assert any(reason in words for reason in REASONS for words in told) == (name != UNTOLD)


def notes(node: Node) -> list[str]:
    return [node.note, *(note for child in node.children for note in notes(child))]


def test_that_the_golden_payloads_are_there() -> None:
    assert len(CASES) >= 362


@pytest.mark.parametrize("decoder", DECODERS, ids=[decoder.NAME for decoder in DECODERS])
def test_that_a_decoder_reads_poison_or_declines(decoder: Decoder) -> None:
    for name in POISON:
        with sample(name) as data:
            for schemas in answers(data):
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


@given(st.binary(min_size=1, max_size=60), st.binary(max_size=2), st.sampled_from(SCHEMAS))
def test_that_a_decoder_that_a_glance_leaves_out_would_have_declined_in_silence(
    data: bytes, end: bytes, schema: Schema
) -> None:
    for sent in (value(data + end), Payload(data + end, "key", "orders", (("traceparent", b"00"),), b"key")):
        asked = set(map(id, _asked(sent, data + end, Every(schema))))
        for decoder in DECODERS:
            if id(decoder) not in asked:
                with pytest.raises(Undecodable) as declined:
                    decoder.decode(sent, data + end, Every(schema), BOUNDS)
                assert declined.value.trouble == ""


def _asked(sent: Payload, data: bytes, schemas: Schemas) -> list[Decoder]:
    glanced = worth_asking(sent, data)
    return [decoder for decoder, could_be in glanced if could_be is None or could_be(sent, data, schemas)]


def test_that_a_glance_leaves_out_no_decoder_that_reads_a_real_payload() -> None:
    def check(path: Path) -> None:
        said = case(path)
        for role in ("key", "value"):
            sent = payload(said, role)
            if sent.data:
                asked = list(_asked(sent, sent.data, schemas_of(said)))
                whole = decode(sent, schemas_of(said))
                found = inner(sent, sent.data, schemas_of(said), replace(BOUNDS, tells=False))
                assert (found.format, found.schema) == (
                    inner(sent, sent.data, schemas_of(said), BOUNDS).format,
                    whole.schema,
                )
                assert len(asked) < len(DECODERS) or has_telling_header(sent)

    all_hold(check, NAMED)


def test_that_a_plug_in_is_asked_by_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    class Mine:
        NAME = "mine"

        @staticmethod
        def decode(*_: object) -> Decoded:
            return Decoded(Node("", "string", "mine"), (), "mine")

    monkeypatch.setattr(chain, "DECODERS", (Mine, *DECODERS))
    assert preview(value(b'{"a": 1}'), NONE).text == "mine"


@pytest.mark.parametrize(
    ("data", "format", "text"),
    [
        (None, "null", ""),
        (b"", "empty", ""),
        (b"null", "text", "null"),
        (b'"null"', "JSON", "null"),
        (b"\xff\x00\xff", "bytes", "0xff00ff"),
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
    assert (decoded.format, decoded.tree.text) == ("int64", "42")
    assert decoded.trouble == ""
    assert "Confluent id" in {declined.name for declined in decoded.tried}


def test_that_a_preview_keeps_to_its_limit_and_its_tones_lie_in_it() -> None:
    shown = preview(value(b'{"name": "' + b"x" * 500 + b'", "n": 5}'), Every(SchemaState.NO_REGISTRY), 100)
    assert len(shown.text) <= 100
    assert all(0 <= start < end <= len(shown.text) for start, end, _ in shown.spans)


@given(VALUES, st.integers(1, 200))
def test_that_a_preview_is_the_line_of_the_whole_value(said: Any, limit: int) -> None:
    sent = value(json.dumps([said]).encode())
    line, spans = one_line_spans(decode(sent, NONE).tree, limit)
    shown = preview(sent, NONE, limit)
    assert (shown.text, shown.spans) == (line, spans)


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ({"lines": [{"n": n} for n in range(9_000)], "id": "A-1"}, "lines [9,000] id A-1"),
        ({"lines": ["a", "b", "c"], "deep": {"all": list(range(900))}}, "lines [ a b c ] deep { all [900] }"),
        ([["x" * 900]] * 500, f"[500] [ {'x' * 71}…"),
    ],
)
def test_that_a_large_value_has_its_line_though_only_a_part_of_it_is_made(said: Any, line: str) -> None:
    assert preview(value(json.dumps(said).encode()), NONE, 80).text == line


LARGE = {"id": "O-1", "lines": [{"sku": n} for n in range(30_000)], "codes": [*range(60_000)], "tags": ["a"], "op": "c"}
CHANGED = {
    "before": None,
    "after": {"all": [*range(60_000)], "id": 1},
    "source": {"connector": "postgresql"},
    "op": "c",
}


@pytest.mark.parametrize(
    "said", [LARGE, CHANGED, {"schema": {"type": "struct"}, "payload": CHANGED}], ids=["order", "change", "Connect"]
)
@pytest.mark.parametrize("write", [lambda said: json.dumps(said).encode(), cbor2.dumps], ids=["JSON", "CBOR"])
def test_that_what_stands_behind_more_values_than_are_shown_is_in_the_tree_as_in_the_list(
    write: Callable[[Any], bytes], said: Any
) -> None:
    sent = Payload(write(said), "value", "orders", ())
    assert preview(sent, Every(SchemaState.NO_REGISTRY)) == by_chain(sent, Every(SchemaState.NO_REGISTRY))


@pytest.mark.parametrize("data", [b"x" * 5_000, b"\xff" * 5_000, b"[" + b"9" * 5_000 + b"]"])
def test_that_a_preview_of_one_long_scalar_is_full_and_ends_with_the_sign_of_more(data: bytes) -> None:
    shown = preview(value(data), NONE, 60).text
    assert len(shown) == 60
    assert shown.endswith("…")
    assert "more" not in shown


# What somebody asks for


def asked(data: bytes, name: str) -> Decoded:
    return decode(Payload(data, "value", "orders", (), asked=name), Every(SchemaState.NO_REGISTRY))


@pytest.mark.parametrize(
    ("data", "name", "chain", "text"),
    [
        (b'{"a": 1}', "text", ["as asked", "UTF-8 text"], '{"a": 1}'),
        (b'{"a": 1}', "bytes", ["as asked", "bytes"], b'{"a": 1}'.hex()),
        (gzip.compress(b'{"a": 1}', mtime=0), "text", ["gzip", "as asked", "UTF-8 text"], '{"a": 1}'),
    ],
)
def test_that_the_decoder_that_is_asked_for_comes_first_behind_compression_too(
    data: bytes, name: str, chain: list[str], text: str
) -> None:
    found = asked(data, name)
    assert ([layer.name for layer in found.chain], found.tree.text, found.trouble) == (chain, text, "")


RAW_DEFLATE = zlib.compress(b"42", wbits=-zlib.MAX_WBITS)


@pytest.mark.parametrize(
    ("name", "data", "found", "line"),
    [
        ("Thrift", b"\x15\x0e\x16\x02\x00", "int64", "1 7 2 1"),
        ("MessagePack", b"\x07", "bytes", "7"),
        ("MessagePack", b"\x92\x01\x02", "bytes", "[2] 1 2"),
        ("MessagePack", b"\x01\xc3", "int16", "[2] 1 true"),
        ("CBOR", b"\x18\x2a", "int16", "42"),
        ("CBOR", b"\x01\x02", "int16", "[2] 1 2"),
        ("Smile", b"\xc4", "bytes", "2"),
        ("Protobuf without schema", b"\x08\x07", "int16", "1 7"),
        ("JSON", b"42", "text", "42"),
        ("YAML", b"{a: 1}", "Ion", "a 1"),
        ("text", b"\0\1\2\3", "int32", "␀␁␂␃"),
        ("text in an old encoding", b"\xe9\x81", "int16", "é�"),
        ("compression without a mark", RAW_DEFLATE, "int32", "42"),
        ("bytes", b"42", "text", "0x3432"),
    ],
)
def test_that_a_format_without_a_mark_needs_no_proof_where_somebody_asks_for_it(
    name: str, data: bytes, found: str, line: str
) -> None:
    by_itself = decode(value(data), NONE)
    assert by_itself.format in (found, "text", "bytes")
    assert name not in by_itself.chain[0].name
    decoded = asked(data, name)
    assert (decoded.trouble, decoded.chain[0].name) == ("", "as asked")
    assert one_line_spans(decoded.tree, 80)[0] == line


@pytest.mark.parametrize("decoder", DECODERS, ids=[decoder.NAME for decoder in DECODERS])
@given(st.binary(min_size=1, max_size=60), st.sampled_from((b"", b"\x78\x9c", b":)\n\1", b"---")))
def test_that_any_bytes_have_an_answer_whatever_is_asked_for(decoder: Decoder, data: bytes, head: bytes) -> None:
    assert asked(head + data, decoder.NAME).chain


def test_that_what_is_asked_for_is_looked_for_in_what_was_compressed_before_it_is_read_without_a_proof() -> None:
    packed = gzip.compress("Привет".encode("koi8-r"), mtime=0)
    for name, line in (("text as KOI8-R", "Привет"), ("MessagePack", "[2] -16 -908605996")):
        decoded = asked(packed, name)
        assert [layer.name for layer in decoded.chain][:2] == ["gzip", "as asked"]
        assert one_line_spans(decoded.tree, 80)[0] == line
    assert [layer.name for layer in asked(packed, "bytes").chain] == ["as asked", "bytes"]


def test_that_what_a_decoder_does_not_read_is_shown_as_found_and_that_is_said() -> None:
    found = asked(b"plain", "JSON")
    assert [layer.name for layer in found.chain] == ["UTF-8 text"]
    assert found.trouble == (
        "The value is not read as JSON: it is no JSON at character 1: Expecting value. It is shown as found."
    )
    assert asked(b"a\xff", "text as UTF-8").trouble == (
        "The value is not read as text as UTF-8: it is no UTF-8 at byte 1. It is shown as found."
    )
    assert "no such decoder" in asked(b"plain", "gone since").trouble
