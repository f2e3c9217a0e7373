"""Messages as columns: the same as each message says, whatever it holds; and what the columns settle and name."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
import pytest
from confluent_kafka import Message
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdesk.capture.coverage import Coverage
from meshdesk.capture.index import Span
from meshdesk.capture.records import RECORDS
from meshdesk.collect.columns import (
    HEADERS,
    keep,
    lasts,
    rows_of,
    schema_ids,
    schema_names,
    spans_of,
)
from meshdesk.collect.reading import Partition
from tests.unit.capture.making import Rec, recs

NOW = 1_795_500_000_000
LEAST, LARGEST = -(1 << 63), (1 << 63) - 1

payloads = st.none() | st.binary(max_size=20)
headers = st.none() | st.lists(
    st.tuples(st.text(st.characters(exclude_categories=["Cs"]), max_size=4), payloads), max_size=4
)
longs = st.integers(LEAST, LARGEST)
messages = st.builds(
    lambda **said: Message(topic="t", **said),
    partition=st.integers(0, (1 << 31) - 1),
    offset=st.integers(0, LARGEST),
    key=payloads,
    value=payloads,
    headers=headers,
    timestamp=st.tuples(st.sampled_from([0, 1, 2]), longs),
    leader_epoch=st.integers(0, (1 << 31) - 1),
)


def message(partition: int = 0, offset: int = 0, **said: Any) -> Message:
    return Message(topic="t", partition=partition, offset=offset, **{"timestamp": (1, NOW)} | said)


def placed(*places: tuple[int, int]) -> list[Message]:
    """Messages at these partitions and offsets."""
    return [message(partition, offset, value=b"%d" % offset) for partition, offset in places]


def said(message: Message) -> Rec:
    """What confluent_kafka hands over, in the capture's words."""
    kind, time = message.timestamp()
    partition, offset, epoch = message.partition(), message.offset(), message.leader_epoch()
    assert partition is not None
    assert offset is not None
    return Rec(
        partition,
        offset,
        time if kind else -1,
        kind,
        message.key(),
        message.value(),
        tuple(message.headers() or ()) or None,  # type: ignore[arg-type]
        -1 if epoch is None else epoch,
    )


# The same


@settings(deadline=None)
@given(st.lists(messages, min_size=1, max_size=8))
def test_that_the_columns_hold_what_the_messages_say(given: list[Message]) -> None:
    rows = rows_of(given)
    rows.batch.validate(full=True)
    assert rows.batch.schema == RECORDS
    assert recs(rows.batch) == [said(one) for one in given]
    assert rows.partitions.tolist() == [one.partition() for one in given]
    assert rows.offsets.tolist() == [one.offset() for one in given]
    assert rows.headless == frozenset()


def test_that_null_and_empty_stay_different_in_key_value_and_headers() -> None:
    given = [
        message(key=None, value=None),
        message(key=b"", value=b""),
        message(headers=[("a", None), ("a", b""), ("", b"x"), ("a", b"x")]),
    ]
    null, empty, named = recs(rows_of(given).batch)
    assert (null.key, null.value, null.headers) == (None, None, None)
    assert (empty.key, empty.value, empty.headers) == (b"", b"", None)
    assert named.headers == (("a", None), ("a", b""), ("", b"x"), ("a", b"x"))


def test_that_headers_of_some_records_do_not_move_to_others() -> None:
    given = [
        message(offset=n, headers=[(f"{n}", b"%d" % m) for m in range(n % 3)] if n % 4 else None) for n in range(100)
    ]
    assert recs(rows_of(given).batch) == [said(one) for one in given]


def test_that_a_time_that_is_missing_is_minus_one_and_others_stay_to_the_last_bit() -> None:
    times = [(0, 0), (0, 77), (1, -1), (1, -2), (1, 0), (2, LARGEST), (1, LEAST)]
    columns = rows_of([message(timestamp=time) for time in times]).batch
    assert columns.column("timestamp").to_pylist() == [-1, -1, -1, -2, 0, LARGEST, LEAST]
    assert columns.column("timestamp_type").to_pylist() == [kind for kind, _ in times]


def test_that_offsets_partitions_and_epochs_of_all_sizes_stay_as_they_are() -> None:
    most = (1 << 31) - 1
    (record,) = recs(rows_of([message(most, LARGEST, leader_epoch=most)]).batch)
    assert (record.partition, record.offset, record.leader_epoch) == (most, LARGEST, most)
    (record,) = recs(rows_of([message()]).batch)
    assert record.leader_epoch == -1


def test_that_values_of_many_megabytes_are_one_column() -> None:
    values = [bytes([n]) * (16 << 20) for n in range(4)]
    rows = rows_of([message(offset=n, value=value, key=value[:1]) for n, value in enumerate(values)])
    assert all(rows.batch.column("value")[n].as_buffer().equals(pa.py_buffer(value)) for n, value in enumerate(values))


# Some of them


def test_that_rows_that_are_kept_keep_all_their_columns() -> None:
    given = [message(n % 2, n, value=b"%d" % n, headers=[("n", b"%d" % n)]) for n in range(10)]
    mask = np.array([n in (1, 2, 7) for n in range(10)])
    rows = keep(rows_of(given), mask)
    assert recs(rows.batch) == [said(given[n]) for n in (1, 2, 7)]
    assert (rows.partitions.tolist(), rows.offsets.tolist()) == ([1, 0, 1], [1, 2, 7])
    assert keep(rows, np.zeros(3, np.bool_)).batch.num_rows == 0


def test_that_only_records_that_are_kept_are_said_to_lack_their_headers() -> None:
    rows = replace(rows_of(placed((0, 1), (0, 2), (1, 2))), headless=frozenset({(0, 1), (1, 2)}))
    assert keep(rows, np.array([True, True, False])).headless == {(0, 1)}
    assert keep(rows, np.array([False, True, False])).headless == frozenset()


# What they settle


def test_that_the_last_offset_of_each_partition_is_found_among_mixed_ones() -> None:
    assert lasts(rows_of(placed((7, 1), (0, 5), (7, 2), (0, 9), (7, 4)))) == {0: 9, 7: 4}
    assert lasts(rows_of(placed((3, LARGEST)))) == {3: LARGEST}


def partition(position: int, end: int = -1) -> Partition:
    return Partition(position, end=end, settled=Coverage())


def test_that_spans_reach_from_the_position_before_to_where_reading_stands_now() -> None:
    rows = rows_of(placed((1, 12), (0, 5), (1, 13), (1, 17)))
    spans = spans_of(rows, 3, {0: partition(5, 6), 1: partition(10, 40), 2: partition(0)}, {0: 6, 1: 18}, 1)
    assert spans == [Span(3, 0, 5, 6, 1, 5, 5, 6, 1), Span(3, 1, 10, 18, 3, 12, 17, 40, 1)]


def test_that_a_record_from_before_the_position_begins_its_span() -> None:
    (span,) = spans_of(rows_of(placed((0, 5))), 0, {0: partition(8)}, {0: 8}, 0)
    assert (span.begin, span.end, span.first, span.last, span.end_seen) == (5, 8, 5, 5, -1)


# The ids that they name


def ids_one_by_one(values: Sequence[bytes | None]) -> set[int]:
    """The plain way."""
    found = {int.from_bytes(v[1:5], "big") for v in values if v is not None and len(v) >= 5 and v[0] == 0}
    return {number for number in found if 0 < number < 1 << 31}


prefixed = st.none() | st.binary(max_size=8) | st.binary(min_size=4, max_size=8).map(b"\0".__add__)


@given(st.lists(prefixed, max_size=12), st.integers(0, 12), st.integers(0, 12))
def test_that_ids_are_found_in_any_slice_of_a_column(values: list[bytes | None], first: int, last: int) -> None:
    column = pa.array(values, pa.binary())
    assert schema_ids(column) == ids_one_by_one(values)
    assert schema_ids(column[first:last]) == ids_one_by_one(values[first:last])


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        (b"\x00\x00\x00\x00\x07\x02", {7}),
        (b"\x00\x00\x00\x00\x07", {7}),
        (b"\x00\x7f\xff\xff\xff\x02", {(1 << 31) - 1}),
        (b"\x00\x80\x00\x00\x00\x02", set()),
        (b"\x00\xff\xff\xff\xff\x02", set()),
        (b"\x00\x00\x00\x00\x00\x02", set()),
        (b"\x01\x00\x00\x00\x07\x02", set()),
        (b"\x00\x00\x00\x07", set()),
        (b"", set()),
        (None, set()),
    ],
)
def test_that_an_id_is_a_zero_and_a_number_that_a_registry_may_give(value: bytes | None, ids: set[int]) -> None:
    assert schema_ids(pa.array([value], pa.binary())) == ids


# By what records may name their schemas

GUID = bytes.fromhex("9caf0f32ed1b4c2e90d3b2424a6f4536")
RANDOM = UUID("9caf0f32-ed1b-4c2e-90d3-b2424a6f4536")
NAME = "9caf0f32-ed1b-4c2e-90d3-b2424a6f4536"


def batch_of(value: bytes | None, *headers: tuple[str, bytes | None]) -> pa.RecordBatch:
    """A row with a value before it and one behind it that name nothing."""
    pairs = [{"name": name, "value": data} for name, data in headers]
    return pa.RecordBatch.from_pydict(
        {
            "value": pa.array([None, value, b"text"], pa.binary()),
            "key": pa.array([b"k", None, None], pa.binary()),
            "headers": pa.array([None, pairs, []], HEADERS),
        }
    )


@pytest.mark.parametrize(
    ("value", "headers", "names"),
    [
        (b"\0\0\0\0\x07x", [], {("id", "7")}),
        (b"\0\0\0\0\0\0\0\0\x07x", [], {("content", "7"), ("global", "7")}),
        (b"\0\0\0\0\0\0\0\0\x07", [], set()),  # nothing behind it: a number of nine bytes, if anything
        (b"\0\0\0\0\0\xff\0\0\0x", [], set()),
        (b"\x01" + GUID + b"x", [], {("guid", NAME)}),
        (b"\x01" + GUID, [], set()),
        (b"\x03\x00" + RANDOM.bytes, [], {("glue", str(RANDOM))}),
        (b"\x03\x05" + RANDOM.bytes + b"x", [], {("glue", str(RANDOM))}),
        (b"\x03\x01" + RANDOM.bytes, [], set()),
        (b"\x03\x00" + bytes(16), [], set()),  # its versions have random UUIDs
        (b"x", [("__value_schema_id", b"\x01" + GUID)], {("guid", NAME)}),
        (b"x", [("__key_schema_id", b"\x01" + GUID + b"\x02\x02")], {("guid", NAME)}),
        (b"x", [("__value_schema_id", b"\0\0\0\0\x09")], {("id", "9")}),
        (b"x", [("apicurio.value.contentId", bytes(7) + b"\x09")], {("content", "9")}),
        (b"x", [("other", b"\x01" + GUID), ("apicurio.key.globalId", bytes(7) + b"\x09")], {("global", "9")}),
        (b"x", [("__value_schema_id", None), ("apicurio.value.globalId", b"9"), ("__value_schema_id", b"")], set()),
    ],
)
def test_that_records_name_schemas_in_their_bytes_and_headers(
    value: bytes, headers: list[tuple[str, bytes | None]], names: set[tuple[str, str]]
) -> None:
    batch = batch_of(value, *headers)
    assert {tuple(name) for name in schema_names(batch)} == names
    assert {tuple(name) for name in schema_names(batch.slice(1, 1))} == names
    assert schema_names(batch.slice(2)) == schema_names(batch.slice(0, 0)) == set()


@given(st.lists(st.none() | st.binary(max_size=24), max_size=9))
def test_that_any_payloads_may_be_looked_at(values: list[bytes | None]) -> None:
    batch = pa.RecordBatch.from_pydict(
        {
            "value": pa.array(values, pa.binary()),
            "key": pa.array(values, pa.binary()),
            "headers": pa.nulls(len(values), HEADERS),
        }
    )
    assert {name.kind for name in schema_names(batch)} <= {"id", "content", "global", "guid"}
