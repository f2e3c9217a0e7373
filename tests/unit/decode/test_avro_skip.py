"""Avro that is read and not kept: it ends where fastavro's writer ended, and declines what the walker of trees declines."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdesk.decode.avro import Compiler, tree_of
from meshdesk.decode.avro_skip import Skip, full_name, long_at, piece_at, size_of, skip_parts
from meshdesk.decode.contract import Bounds, Undecodable
from tests.unit.decode.avros import SCHEMAS, values, with_names, written
from tests.unit.decode.poison import avro

LATER = {"type": "record", "name": "N", "fields": [{"name": "next", "type": ["null", "N"]}]}


def skip_of(said: Any) -> tuple[Skip, bool]:
    compiler = Compiler()
    compiler.compile(said, "")
    return compiler.skips.of(said, ""), compiler.skips.is_recursive


@given(SCHEMAS, st.data(), st.binary(max_size=3), st.integers(0, 99))
@settings(max_examples=150)
def test_that_what_was_written_is_skipped_to_its_end_and_what_was_changed_as_a_tree_is_read(
    said: Any, draw: st.DataObject, noise: bytes, at: int
) -> None:
    named = with_names(said, iter(range(1_000)))
    data = written(named, draw.draw(values(named)))
    skip, _ = skip_of(named)
    assert skip(data, 0) == len(data)
    for sent in (data[:at] + noise + data[at:], data[:at]):
        try:
            end = skip(sent, 0)
        except (Undecodable, IndexError, UnicodeDecodeError):
            end = -1
        if named != "bytes":  # which is raw as a whole value
            try:
                tree_of(sent, avro(named), Bounds())
                is_read = True
            except Undecodable:
                is_read = False
            assert is_read is (end == len(sent))


def test_that_a_type_within_itself_is_skipped_and_known_as_such() -> None:
    skip, is_recursive = skip_of(LATER)
    assert skip(b"\2\2\2\0", 0) == 4
    assert is_recursive
    assert not skip_of({"type": "record", "name": "R", "fields": [{"name": "n", "type": "int"}]})[1]


def test_that_parts_of_no_bytes_are_not_walked_one_by_one() -> None:
    skip, _ = skip_of({"type": "array", "items": "null"})
    data = written("long", 2**50) + b"\0"
    assert skip(data, 0) == len(data)
    assert skip_parts(lambda data, at: at, b"", 0, 2**60) == 0


@pytest.mark.parametrize("data", [b"\xff" * 11, b"\xff" * 9 + b"\x7f"])
def test_that_a_number_has_at_most_64_bits(data: bytes) -> None:
    with pytest.raises(Undecodable):
        long_at(data, 0)


def test_that_a_large_array_is_proved_beyond_what_is_shown() -> None:
    said = {"type": "array", "items": {"type": "record", "name": "R", "fields": [{"name": "s", "type": "string"}]}}
    data = written(said, [{"s": "ab"}] * 2_000)
    tree = tree_of(data, avro(said), Bounds(nodes=50))
    assert tree.children[-1].text == f"{2_000 - len(tree.children) + 1:,} more"
    with pytest.raises(Undecodable, match="UTF-8"):
        tree_of(data[:-2] + b"\xff\0", avro(said), Bounds(nodes=50))


def test_that_a_name_has_the_namespace_around_it() -> None:
    said = [json.loads(text) for text in ('{"name": "A"}', '{"name": "A", "namespace": ""}', '{"name": "a.B"}')]
    assert [full_name(one, "shop") for one in said] == ["shop.A", "A", "a.B"]


@pytest.mark.parametrize("size", [-1, "5", 5.0, True, None, [], float("inf"), float("nan")])
def test_that_a_fixed_has_a_whole_number_of_bytes(size: object) -> None:
    assert size_of({"size": 0}) == 0
    with pytest.raises(ValueError, match="is no size of a fixed"):
        size_of({"size": size})


def test_that_a_negative_length_is_told_at_the_same_byte_by_who_reads_and_who_skips() -> None:
    data = b"\x02a\x03bc"
    told = "the length before byte 3 is negative"
    with pytest.raises(Undecodable, match=told):
        piece_at(data, 2)
    with pytest.raises(Undecodable, match=told):
        tree_of(data, avro("string"), Bounds(), 2)
