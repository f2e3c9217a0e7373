"""The line of a row that a filter has found shows where the word is, wherever in the record that may be."""

import json
from dataclasses import replace
from typing import Any

import pytest

from meshdesk.explain.excerpts import DECODED, with_hit
from meshdesk.explain.look import HEADERS, KEY, PREVIEW, payloads_of, row_of
from meshdesk.model.hits import BEFORE
from meshdesk.model.record import Record
from meshdesk.model.row import Row
from meshdesk.model.schema import SchemaState
from tests.unit.decode.poison import Every

NONE = Every(SchemaState.NO_REGISTRY)
LONG = {f"field_{n}": "hay" for n in range(200)}


def record(**fields: Any) -> Record:
    plain = Record(
        row=0, topic="t", partition=0, offset=0, timestamp=0, timestamp_type=1, key=None, value=b"", headers=(),
        leader_epoch=None,
    )  # fmt: skip
    return replace(plain, **fields)


def found(one: Record, word: str) -> Row:
    return with_hit(row_of(one, NONE), payloads_of(one), one.headers, NONE, word)


def test_that_the_line_shows_the_part_of_a_value_around_the_word_as_it_is_read() -> None:
    one = record(value=json.dumps(LONG | {"good": "Marigold"} | {"tail": "x" * 400}).encode())
    row = found(one, "marigold")
    assert "good Marigold tail" in row.value
    assert row.value.startswith("…")
    assert row.value.endswith("…")
    assert len(row.value) <= PREVIEW
    assert [row.value[start:end] for start, end, tone in row.tones if tone == "string"].count("Marigold") == 1


def test_that_a_line_that_shows_the_word_anyhow_stays_as_it_is() -> None:
    for one in (record(value=b'{"good": "marigold"}'), record(key=b"marigold", value=json.dumps(LONG).encode())):
        assert found(one, "marigold") == row_of(one, NONE)
    assert found(one, "") == row_of(one, NONE)
    assert found(one, "nobody") == row_of(one, NONE)


@pytest.mark.parametrize("filler", ["y", "ü", "\\u0000"])
def test_that_of_a_large_value_the_bytes_around_the_word_are_shown(filler: str) -> None:
    many = filler * (DECODED // len(filler))
    one = record(value=f'{{"a": "{many}", "good": "Grüße", "b": "{many}"}}'.encode())
    row = found(one, "grüße")
    assert '"good": "Grüße", "b"' in row.value
    assert len(row.value) <= PREVIEW


def test_that_what_stands_only_between_the_parts_of_a_value_is_shown_in_its_bytes() -> None:
    one = record(value=json.dumps(LONG | {"good": {"marigold": []}}).encode())
    assert '"good": {"marigold": []}' in found(one, '"good": {').value


def test_that_binary_bytes_around_a_word_command_nothing() -> None:
    row = found(record(value=bytes(range(256)) * 200 + b"\x1b[2Jneedle\n" + bytes(300)), "needle")
    assert "␛[2Jneedle␊" in row.value
    assert row.value.isprintable()


def test_that_a_word_far_in_a_key_or_in_a_header_is_shown_there() -> None:
    row = found(record(key=b"k" * 200 + b" needle", value=b"{}"), "needle")
    assert row.key == "…" + "k" * (min(BEFORE, KEY // 3) - 2) + row.key[min(BEFORE, KEY // 3) - 1 :]
    assert row.key.endswith(" needle")
    headers = (("first", None), ("trace", b"0123456789" * 20 + b"needle\x00" + b"z" * 200))
    row = found(record(value=b"{}", headers=headers), "needle")
    assert "needle␀" in row.headers
    assert len(row.headers) <= HEADERS


def test_that_nothing_is_shown_of_what_is_masked() -> None:
    properties = {f"setting.{n}": "hay" for n in range(100)} | {"database.password": "needle-in-hay"}
    one = record(key=b"connector-a", value=json.dumps({"properties": properties}).encode())
    row = found(one, "needle")
    assert row == row_of(one, NONE)
    assert "needle" not in repr(row)
