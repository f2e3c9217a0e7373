"""Records as lines: JSON that carries every byte, text that keeps to its line and commands no terminal."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.contract import Schemas
from meshdesk.explain.lines import Origin, json_line, tab_line, text_line
from meshdesk.explain.rows import Lost
from meshdesk.model.record import Record
from meshdesk.model.schema import Schema, SchemaState
from tests.unit.decode.poison import PREFIX, Every

NONE = Every(SchemaState.NO_REGISTRY)
Line = Callable[[Record | Lost, Schemas], str]
COMMANDS = frozenset(map(chr, (*range(0x20), 0x7F, *range(0x80, 0xA0))))  # what a terminal obeys
EVIL = "\x1b]0;owned\x07\x9b31m\x7f\n\t"
BYTES = (
    st.none() | st.binary(max_size=40) | st.text(max_size=20).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
RECORDS = st.builds(
    Record,
    row=st.integers(0, 9),
    topic=st.just("orders.v1"),
    partition=st.integers(0, 3),
    offset=st.integers(0, 2**63 - 1),
    timestamp=st.none() | st.integers(-(2**63), 2**63 - 1),
    timestamp_type=st.integers(0, 2),
    key=BYTES,
    value=BYTES,
    headers=st.lists(st.tuples(st.text(max_size=8), BYTES), max_size=3).map(tuple),
    leader_epoch=st.none() | st.integers(0, 9),
)


def record(value: bytes | None, key: bytes | None = b"k", headers: tuple[tuple[str, bytes | None], ...] = ()) -> Record:
    return Record(0, "orders.v1", 3, 1042, 1_795_488_211_940, 1, key, value, headers, None)


def decoded(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text)


@given(RECORDS)
def test_that_a_line_of_json_is_one_line_and_carries_every_byte(made: Record) -> None:
    text = json_line(made, NONE)
    assert len(text.splitlines()) == 1
    assert not set(text) & COMMANDS
    text.encode("utf-8")
    line = json.loads(text)
    assert (line["topic"], line["partition"], line["offset"], line["timestamp"]) == (
        made.topic, made.partition, made.offset, made.timestamp,
    )  # fmt: skip
    assert (decoded(line["key_base64"]), decoded(line["value_base64"])) == (made.key, made.value)
    assert [(header["name"], decoded(header["base64"])) for header in line["headers"]] == list(made.headers)


@given(RECORDS)
def test_that_lines_for_people_obey_nothing_that_stands_in_a_record(made: Record) -> None:
    for line in (text_line(made, NONE), *tab_line(made, NONE).split("\t")):
        assert not set(line) & COMMANDS
    assert len(tab_line(made, NONE).split("\t")) == 9


@pytest.mark.parametrize("line", [json_line, text_line, tab_line])
def test_that_a_terminal_obeys_nothing_of_a_record_whatever_part_of_it_asks(line: Line) -> None:
    """A file from somebody else may name a topic as no broker would."""
    evil = EVIL.encode()
    for value in (
        evil,
        b"\xff" + evil,
        json.dumps({EVIL: EVIL}).encode(),
        json.dumps([EVIL], ensure_ascii=False).encode(),
    ):
        made = replace(record(value, evil, ((EVIL, evil),)), topic=EVIL)
        shown = line(made, NONE)
        assert not set(shown) - ({"\t"} if line is tab_line else set()) & COMMANDS
        shown.encode("utf-8")
    assert not set(line(Lost(1, EVIL, EVIL), NONE)) - {"\t"} & COMMANDS


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (b'{"n": 9223372036854775808}', {"n": 2**63}),
        (b'{"n": -9223372036854775809}', {"n": -(2**63) - 1}),
        (b"[1.10, 0.30000000000000004441, 1e400]", [1.1, "0.30000000000000004441", "1e400"]),
        (b"[NaN, -Infinity]", ["NaN", "-Infinity"]),
        (rb'["\ud800", "a\u2028b"]', ["\ud800", "a\u2028b"]),
        (b'{"a": 1, "a": 2}', {"$pairs": [["a", 1], ["a", 2]]}),
        (b"[" + b"1" * 5_000 + b"]", ["1" * 5_000]),
    ],
    ids=[
        "2^63",
        "below an int64",
        "decimals",
        "no numbers",
        "half a pair, a line separator",
        "repeated",
        "5,000 digits",
    ],
)
def test_that_values_are_exact_and_the_line_is_json_by_the_letter(value: bytes, shown: object) -> None:
    def refused(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    line = json_line(record(value), NONE)
    assert json.loads(line.encode("utf-8"), parse_constant=refused)["value"] == shown


def test_that_the_line_says_what_was_decoded_and_how() -> None:
    line = json.loads(
        json_line(record(b'{"n": 18446744073709551617, "x": 0.10}', headers=(("h", b"1"), ("h", None))), NONE)
    )
    assert line["value"] == {"n": 18446744073709551617, "x": 0.1}
    assert (line["format"], line["key"], line["key_format"], line["chain"]) == ("JSON", "k", "text", ["JSON"])
    assert line["time"] == "2026-11-24T02:43:31.940Z"
    assert line["headers"] == [
        {"name": "h", "value": "1", "base64": "MQ=="}, {"name": "h", "value": None, "base64": None},
    ]  # fmt: skip
    assert (line["key_chain"], line["schema"], line["key_schema"]) == (["UTF-8 text"], None, None)
    assert "trouble" not in line


def test_that_the_line_names_the_schema_of_key_and_value() -> None:
    schema = Schema("http://r", 42, "AVRO", '"long"', subject="orders-value", version=3)
    named = {"registry": "http://r", "id": 42, "guid": None, "subject": "orders-value", "version": 3, "type": "AVRO"}
    line = json.loads(json_line(record(PREFIX + b"\x54", PREFIX + b"\x02"), Every(schema)))
    assert (line["value"], line["key"]) == (42, 1)
    assert line["schema"] == line["key_schema"] == {**named, "link": "http://r/subjects/orders-value/versions/3"}
    assert line["chain"] == line["key_chain"] == ["Confluent id 42", "Avro"]


@pytest.mark.parametrize(("value", "shown", "raw"), [(None, None, None), (b"", "", ""), (b"null", "null", "bnVsbA==")])
def test_that_null_empty_and_the_word_null_differ(value: bytes | None, shown: str | None, raw: str | None) -> None:
    line = json.loads(json_line(record(value), NONE))
    assert (line["value"], line["value_base64"]) == (shown, raw)


def test_that_bytes_that_name_a_schema_nobody_has_are_in_trouble_in_words() -> None:
    made = record(b"\0\0\0\0\x07" + b"\xff" * 12)
    line = json.loads(json_line(made, Every(SchemaState.UNKNOWN_ID)))
    assert "7" in line["trouble"]
    assert "  ! " in text_line(made, Every(SchemaState.UNKNOWN_ID))


def test_that_a_line_for_people_says_time_place_key_and_value() -> None:
    assert text_line(record(b"hello"), NONE) == "2026-11-24T02:43:31.940Z  orders.v1[3]@1042  k  hello"
    assert text_line(record(None, None), NONE).endswith("  ∅  ∅")


def test_that_a_lost_record_says_so_in_every_form() -> None:
    lost = Lost(7, "orders.v1", "It is gone.")
    said = {"topic": "orders.v1", "row": 7, "trouble": "It is gone."}
    assert json.loads(json_line(lost, NONE)) == said
    named = json.loads(json_line(lost, NONE, origin=Origin("acme", "7f")))
    assert named == {**said, "capture": "acme", "capture_id": "7f"}
    assert text_line(lost, NONE) == "orders.v1 row 7: It is gone."
    assert text_line(lost, NONE, "acme") == "acme  orders.v1 row 7: It is gone."
    assert tab_line(lost, NONE, origin=Origin("acme", "7f")) == "\t\t\t\tIt is gone.\t\t\torders.v1\tacme"
