"""What every decoder owes: a name, bounds that hold whatever comes, and a tree that every form of it can show."""

import inspect
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode import json_text
from meshdesk.decode.chain import BOUNDS, DECODERS, ENVELOPES, decode
from meshdesk.decode.contract import Bounds, Decoded, Decoder, Envelope, Payload, Schemas, Undecodable
from meshdesk.model.node import CONTAINERS, HIDDEN, Node, count_of, from_frame, one_line, pretty, to_frame, to_json
from meshdesk.model.schema import Schema, SchemaState
from tests.unit.decode.golden import CASES, POISONED, Stored, case, payload, schemas_of
from tests.unit.decode.poison import POISON, PREFIX, SCHEMAS, Every, answers, avro, sample
from tests.unit.decode.redecoding import FORMATS, redecoded
from tests.unit.decode.spans import agrees_with_spans, leaves, nested_wrongly, said_by

SMALL = Bounds(bytes=6 << 20, nodes=50, depth=20, text=30, width=10)
each_decoder = pytest.mark.parametrize("decoder", DECODERS, ids=[decoder.NAME for decoder in DECODERS])


def answer(decoder: Decoder, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded | None:
    try:
        return decoder.decode(Payload(data, "value", "orders", ()), data, schemas, bounds)
    except Undecodable:
        return None


def nodes(node: Node, depth: int = 0) -> Iterator[tuple[Node, int]]:
    yield node, depth
    for child in node.children:
        yield from nodes(child, depth + 1)


def holds(found: Decoded, data: bytes, bounds: Bounds) -> None:
    """Whether a tree keeps to its bounds and can be shown, copied and sent."""
    all_of_it = list(nodes(found.tree))
    spanned = data if found.unpacked is None else found.unpacked
    assert sum(node.kind != "more" for node, _ in all_of_it) <= bounds.nodes
    for node, depth in all_of_it:
        assert depth <= bounds.depth + 1  # a level of its own for the scalars in the deepest container
        assert node.kind == "more" or len(node.text.partition("… ")[0]) <= bounds.text
        assert len(node.children) <= bounds.width + 1
        assert (node.kind in CONTAINERS) or not node.children
        assert node.span is None or 0 <= node.span[0] <= node.span[1] <= len(spanned)
        assert count_of(node) >= len(node.children)
    assert from_frame(json.loads(json.dumps(to_frame(found.tree)))) == found.tree
    json.loads(json.dumps(to_json(found.tree)))
    assert not HIDDEN.search(pretty(found.tree).replace("\n", "").replace("\t", ""))
    assert len(one_line(found.tree, 80)) <= 80


def test_that_a_reason_has_its_sentence_for_the_reader_only_where_it_is_given() -> None:
    assert (str(Undecodable("it is no JSON")), Undecodable("it is no JSON").trouble) == ("it is no JSON", "")
    assert Undecodable("schema 42 is unknown", "Ask for it.").trouble == "Ask for it."


@each_decoder
def test_that_a_decoder_is_a_name_and_a_function_of_four_things(decoder: Decoder) -> None:
    assert decoder.NAME
    assert list(inspect.signature(decoder.decode).parameters) == ["payload", "data", "schemas", "bounds"]
    assert [other.NAME for other in DECODERS].count(decoder.NAME) == 1


@each_decoder
def test_that_bounds_hold_for_poison(decoder: Decoder) -> None:
    for name in POISON:
        with sample(name) as data:
            for schemas in answers(data):
                if found := answer(decoder, data, schemas, SMALL):
                    holds(found, data, SMALL)


@each_decoder
def test_that_bounds_hold_for_poison_where_no_proof_is_wanted(decoder: Decoder) -> None:
    for data in (b"", *(data for data in POISON.values() if len(data) < 200_000)):
        wanted = Payload(data, "value", "orders", (), asked=decoder.NAME)
        try:
            found = decoder.decode(wanted, data, Every(SCHEMAS[0]), SMALL)
        except Undecodable:
            continue
        holds(found, data, SMALL)


@pytest.mark.parametrize("path", POISONED, ids=[f"{path.parts[-3]} {path.stem}" for path in POISONED])
def test_that_what_has_broken_a_decoder_is_read_or_declined_by_all(path: Path) -> None:
    stored = case(path)
    for role in ("key", "value"):
        said, schemas = payload(stored, role), schemas_of(stored)
        for decoder in DECODERS if said.data else ():
            try:
                found = decoder.decode(said, said.data or b"", schemas, BOUNDS)
            except Undecodable:
                continue
            holds(found, said.data or b"", BOUNDS)
        assert decode(said, schemas).chain


@given(
    st.binary(max_size=120) | st.recursive(st.integers() | st.text(), st.lists).map(lambda v: json.dumps(v).encode()),
    st.booleans(),
    st.sampled_from(SCHEMAS),
    st.builds(
        Bounds, nodes=st.integers(1, 60), depth=st.integers(1, 6), text=st.integers(5, 40), width=st.integers(1, 9)
    ),
)
def test_that_bounds_hold_whatever_comes(data: bytes, is_framed: bool, schema: Schema, bounds: Bounds) -> None:
    sent = PREFIX + data if is_framed else data
    for decoder in DECODERS:
        if found := answer(decoder, sent, Every(schema), bounds):
            holds(found, sent, bounds)


@each_decoder
def test_that_bounds_that_allow_nothing_are_declined_or_kept(decoder: Decoder) -> None:
    nothing = Bounds(bytes=0, nodes=0, depth=0, text=0, width=0)
    for data in (PREFIX + b"\x02", b"[1]", b"text", b"\xff"):
        for answered in (avro("long"), SchemaState.UNREACHABLE):
            found = answer(decoder, data, Every(answered), nothing)
            assert found is None or found.tree.text.startswith("… ")


# What makes envelopes look at a value: headers of every convention, and fields of every form around whatever comes (%s), or
# around a document that is text and has it (%t).
HEADERS = (
    ("content-type", b"application/cloudevents+json"), ("ce_specversion", b"1.0"), ("__op", b"d"),
    ("__debezium.context.taskId", b"0"), ("__connect.errors.topic", b"a"), ("__TypeId__", b"b"),
)  # fmt: skip
FORMS = (
    b'{"schema": {"type": "struct", "fields": [{"type": "bytes", "field": "a"}]}, "payload": {"a": %s}}',
    b'{"op": "u", "source": %s, "before": {"a": 1}, "after": {"a": %s}}',
    b'{"op": "u", "source": {"connector": "mongodb"}, "before": %t, "after": %t, "updateDescription": {"updatedFields": %t}}',
    b'{"specversion": "1.0", "id": "1", "source": "a", "type": "b", "data_base64": %s}',
    b'{"__op": %s}',
    b"%s",
)


@pytest.mark.parametrize("envelope", ENVELOPES, ids=[envelope.NAME for envelope in ENVELOPES])
@given(
    st.sampled_from(FORMS),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ),
    st.sampled_from(range(len(HEADERS) + 1)),
    st.sampled_from(("key", "value")),
    st.sampled_from((SMALL, Bounds())),
)
def test_that_an_envelope_adds_to_a_value_or_leaves_it(
    envelope: Envelope, form: bytes, said: object, count: int, role: Literal["key", "value"], bounds: Bounds
) -> None:
    inner = json.dumps(said).encode()
    text = json.dumps(json.dumps({"a": said, "\ud800": 1.5}, ensure_ascii=False)).encode()
    data = form.replace(b"%s", inner).replace(b"%t", text)
    for topic in ("orders", "__consumer_offsets", "a.transaction"):
        for piece in (data, None):
            payload = Payload(piece, role, topic, HEADERS[:count], b"\0\1\0\1a")
            try:
                decoded = (
                    Decoded(Node("", "null", "null"), (), "null")
                    if piece is None
                    else json_text.decode(payload, data, Every(SchemaState.NO_REGISTRY), bounds)
                )
            except Undecodable:
                continue
            found = envelope.opened(payload, decoded)
            assert found is None or len(found.chain) > len(decoded.chain)
            if found is not None:
                holds(found, data, Bounds(nodes=10**6, depth=10**3, text=10**6, width=10**6))


def json_with_spans(found: Decoded, data: bytes) -> list[str]:
    """Whatever is wrong with the byte ranges of JSON; of an event only its data is sure to be written so."""
    if not found.chain[0].name.startswith("CloudEvents"):
        return agrees_with_spans(found.tree, data)
    parts = [part for part in found.tree.children if part.name == "data" and part.kind == "record"]
    return [words for part in parts for words in agrees_with_spans(replace(part, name=""), data, "utf-8")]


@pytest.mark.parametrize("folder", sorted({path.parent.name for path in CASES}))
def test_that_the_bytes_behind_every_node_of_a_real_record_are_within_each_other_and_say_it(folder: str) -> None:
    wrong = []
    for path in (path for path in CASES if path.parent.name == folder):
        stored = case(path)
        for role in ("key", "value"):
            said = payload(stored, role)
            found = decode(said, Stored(stored["schemas"]), replace(BOUNDS, spans=True))
            data = (said.data or b"") if found.unpacked is None else found.unpacked
            wrong += [f"{path.stem}: {words}" for words in nested_wrongly(found.tree, len(data))]
            layer = found.chain[-1].name
            if layer == "JSON":
                wrong += [f"{path.stem}: {words}" for words in json_with_spans(found, data)]
            for leaf in leaves(found.tree) if layer in ("Avro", "Protobuf", "MessagePack", "CBOR") else ():
                is_plain = leaf.kind in ("int", "string", "bytes", "boolean") and "ext" not in leaf.note
                if leaf.span and is_plain and leaf.text not in said_by(layer, data[slice(*leaf.span)]):
                    wrong.append(
                        f"{path.stem}: {layer} {leaf.name} {leaf.text[:40]} {data[slice(*leaf.span)].hex()[:60]}"
                    )
    assert wrong == []


def test_that_the_bytes_behind_a_node_of_a_real_record_decode_to_it_again() -> None:
    wrong, right = [], Counter[str]()
    for path in CASES:
        stored = case(path)
        for role in ("key", "value"):
            said, schemas = payload(stored, role), schemas_of(stored)
            found = decode(said, schemas, replace(BOUNDS, spans=True))
            data = (said.data or b"") if found.unpacked is None else found.unpacked
            for where, is_so in redecoded(found, data):
                right.update(layer.name for layer in found.chain if layer.name in FORMATS and is_so)
                wrong += [] if is_so else [f"{path.parent.name}/{path.stem} {role}{where}"]
    assert wrong == []
    least = {"Avro": 600, "Protobuf": 640, "Protobuf without schema": 5, "MessagePack": 90, "CBOR": 120}
    assert {name for name in FORMATS if right[name] < least[name]} == set()
