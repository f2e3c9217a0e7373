"""Avro container files: held against fastavro's writer in every codec, within bounds, and torn."""

import io
from typing import Any

import fastavro
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdesk.decode import avro_container
from meshdesk.decode.avro_container import CODECS
from meshdesk.decode.avro_container import decode as decode_container
from meshdesk.decode.chain import BOUNDS, preview
from meshdesk.decode.contract import Bounds, Decoded, Payload, Undecodable
from meshdesk.model.node import count_of, to_json
from meshdesk.model.schema import SchemaState
from tests.unit.decode.lines import by_chain
from tests.unit.decode.poison import Every

SCHEMA = {
    "type": "record",
    "name": "Order",
    "fields": [{"name": "id", "type": "string"}, {"name": "cents", "type": ["null", "long"]}],
}
RECORDS = st.lists(
    st.fixed_dictionaries(
        {"id": st.text(st.characters(exclude_categories=["Cs"])), "cents": st.none() | st.integers(-(2**63), 2**63 - 1)}
    ),
    max_size=20,
)


def written(records: list[dict[str, Any]], codec: str = "null", interval: int = 16_000) -> bytes:
    out = io.BytesIO()
    fastavro.writer(out, SCHEMA, records, codec=codec, sync_interval=interval)
    return out.getvalue()


def read(data: bytes, bounds: Bounds = BOUNDS) -> Decoded:
    return decode_container(Payload(data, "value", "orders", ()), data, Every(SchemaState.NO_REGISTRY), bounds)


@settings(max_examples=40)
@given(RECORDS, st.sampled_from(["null", "deflate", "bzip2", "xz"]), st.sampled_from([1, 16_000]))
def test_that_what_fastavro_writes_is_read_exactly(records: list[dict[str, Any]], codec: str, interval: int) -> None:
    found = read(written(records, codec, interval))
    assert to_json(found.tree) == records
    assert [layer.name for layer in found.chain] == ["Avro container", "Avro"]


def test_that_all_codecs_of_the_specification_are_read() -> None:
    # Those that fastavro needs other packages for stand among the golden payloads.
    assert set(CODECS) == {"null", "deflate", "bzip2", "xz", "zstandard", "snappy"}


def test_that_bytes_are_known_where_nothing_was_compressed() -> None:
    data = written([{"id": "A-1", "cents": 5}])
    (record,) = read(data).tree.children
    assert record.span is not None
    assert data[record.span[0] : record.span[1]] == b"\x06A-1\x02\x0a"
    assert read(written([{"id": "A-1", "cents": 5}], "deflate")).tree.children[0].span is None


@given(RECORDS, st.integers(0, 400), st.binary(max_size=8))
def test_that_a_torn_or_changed_file_is_read_or_declined(records: list[dict[str, Any]], at: int, noise: bytes) -> None:
    data = written(records, "deflate")
    for sent in (data[:at], data[:at] + noise + data[at:]):
        try:
            assert read(sent).tree.kind == "array"
        except Undecodable as why:
            assert str(why)


def test_that_what_is_beyond_the_bounds_is_counted() -> None:
    data = written([{"id": str(number), "cents": None} for number in range(100)])
    found = read(data, Bounds(width=10))
    assert (count_of(found.tree), len(found.tree.children), found.tree.note) == (100, 11, "100 values")
    assert count_of(read(data, Bounds(nodes=20)).tree) == 100
    with pytest.raises(Undecodable, match="larger than 500 bytes when they are opened"):
        read(written([{"id": "x" * 5_000, "cents": 1}], "deflate"), Bounds(bytes=500))


def test_that_a_codec_that_is_not_known_is_a_sentence() -> None:
    data = written([]).replace(b"\x08null", b"\x08lz77")
    with pytest.raises(Undecodable, match="codec lz77") as why:
        read(data)
    assert why.value.trouble == "The value is an Avro container compressed with lz77, which this version does not read."


def test_that_containers_that_begin_alike_are_read_each_by_its_own_head(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(avro_container, "HEADS", 3)
    for number in range(9):
        out = io.BytesIO()
        schema = {**SCHEMA, "fields": [*SCHEMA["fields"], {"name": f"field{number}", "type": "int"}]}
        fastavro.writer(out, schema, [{"id": "A", "cents": None, f"field{number}": number}])
        for _ in range(2):
            (record,) = read(out.getvalue()).tree.children
            assert (record.children[-1].name, record.children[-1].text) == (f"field{number}", str(number))
            assert len(avro_container._heads) <= 3


@given(RECORDS, st.sampled_from([80, 160]), st.sampled_from(["null", "deflate"]))
def test_that_a_list_shows_of_a_container_what_the_chain_says(
    records: list[dict[str, Any]], limit: int, codec: str
) -> None:
    sent = Payload(written(records, codec, 1), "value", "orders", ())
    schemas = Every(SchemaState.NO_REGISTRY)
    assert preview(sent, schemas, limit) == by_chain(sent, schemas, limit)


@settings(max_examples=40)
@given(
    RECORDS,
    st.sampled_from(["null", "deflate", "snappy"]),
    st.sampled_from([16_000, 40]),
    st.binary(max_size=3),
    st.data(),
)
def test_that_a_changed_container_is_listed_as_the_chain_has_it(
    records: list[dict[str, Any]], codec: str, interval: int, noise: bytes, data: st.DataObject
) -> None:
    whole = written(records, codec, interval)
    at = data.draw(st.integers(0, len(whole)))
    for changed in (whole, whole[:at] + noise + whole[at + len(noise) :], whole[: max(at, 1)]):
        sent = Payload(changed, "value", "orders", ())
        none = Every(SchemaState.NO_REGISTRY)
        assert preview(sent, none) == by_chain(sent, none)


def test_that_a_list_proves_of_each_block_that_its_values_end_where_it_does() -> None:
    first, second = b"\x06A-1\x02\x0a", b"\x06A-2\x00"
    data = written([{"id": "A-1", "cents": 5}, {"id": "A-2", "cents": None}], "null", 1)
    sync = data[-16:]
    none = Every(SchemaState.NO_REGISTRY)
    for before, behind in ((first, second), (first + second[:2], second[2:])):
        blocks = [b"\x02" + bytes((2 * len(block),)) + block + sync for block in (before, behind)]
        sent = Payload(data[: data.index(sync) + 16] + b"".join(blocks), "value", "orders", ())
        assert preview(sent, none) == by_chain(sent, none)
        assert (preview(sent, none).format == "Avro file") is (before == first)
