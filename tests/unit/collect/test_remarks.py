"""What is odd about records as they arrive: the same as one record after the other says, and said once for many."""

from dataclasses import replace
from typing import Any

from confluent_kafka import Message
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.collect.columns import rows_of
from meshdesk.collect.remarks import AHEAD, BACK, Newest, Remarks, from_the_future, without_time
from meshdesk.model.trouble import Trouble

NOW = 1_795_500_000_000
LARGEST = (1 << 63) - 1
CREATED, APPENDED = 1, 2


def message(partition: int, offset: int, time: int, kind: int = CREATED, **said: Any) -> Message:
    return Message(topic="t", partition=partition, offset=offset, timestamp=(kind, time), **said)


def plain(arrived: list[Message]) -> list[tuple[int, int, int, int]]:
    """(partition, offset, timestamp, how much older) of those that are late, one record after the other."""
    newest: dict[int, int] = {}
    found = []
    for one in arrived:
        kind, time = one.timestamp()
        partition, offset = one.partition() or 0, one.offset() or 0
        if kind != CREATED or not 0 <= time <= NOW + AHEAD:
            continue
        before = newest.get(partition, time)
        if before - time > BACK:
            found.append((partition, offset, time, before - time))
        newest[partition] = max(before, time)
    return found


times = st.sampled_from(
    [-1, 0, 5, BACK, BACK + 1, NOW - BACK - 1, NOW - BACK, NOW, NOW + AHEAD, NOW + AHEAD + 1, LARGEST]
)
records = st.tuples(st.integers(0, 3), times, st.sampled_from([CREATED, CREATED, CREATED, APPENDED, 0]))


def test_that_only_times_that_no_clock_is_wrong_by_are_from_the_future() -> None:
    said = [NOW, NOW + AHEAD, NOW + AHEAD + 1, -1, LARGEST]
    rows = rows_of([message(n % 2, n, time) for n, time in enumerate(said)])
    assert from_the_future(rows, NOW) == [(0, 2, NOW + AHEAD + 1), (0, 4, LARGEST)]
    assert from_the_future(rows_of([message(0, 1, NOW), message(1, 2, NOW)]), NOW) == []


@given(st.lists(st.lists(records, min_size=1, max_size=8), max_size=4))
def test_that_records_behind_newer_ones_are_counted_as_one_after_the_other_says(
    batches: list[list[tuple[int, int, int]]],
) -> None:
    newest, counted = Newest(), 0
    arrived: list[Message] = []
    firsts: list[bool] = []
    for batch in batches:
        new = [message(at, len(arrived) + n, time, kind) for n, (at, time, kind) in enumerate(batch)]
        before = len(plain(arrived))
        arrived += new
        count, first = newest.late(rows_of(new), NOW)
        counted += count
        if first is not None:
            firsts.append((*first[0], first[1]) == plain(arrived)[before])
    assert counted == len(plain(arrived))
    assert all(firsts)


def test_that_many_are_said_in_one_sentence_with_the_first_and_a_topic_that_is_read_from_elsewhere_begins_anew() -> (
    None
):
    said: list[Trouble] = []
    remarks = Remarks(said.append)
    old = [message(0, n, NOW - 3_600_000 + n) for n in range(5)]
    remarks.look("t", rows_of([message(1, 0, NOW), message(0, 9, NOW), *old]), NOW)
    (trouble,) = said
    assert (trouble.count, trouble.about, trouble.severity, trouble.seen) == (5, "t", "attention", NOW)
    assert trouble.text.startswith("Records of t came behind newer ones of their partition. ")
    assert trouble.advice.endswith("t[0]@0 says 2026-11-24T05:00:00.000Z, 1 h 0 m before a record that came earlier.")
    remarks.look("t", rows_of(old[:1]), NOW)
    assert len(said) == 2
    remarks.begin("t")
    remarks.look("t", rows_of(old), NOW)
    assert len(said) == 2


def test_that_records_without_a_time_are_counted_and_one_of_them_is_named() -> None:
    said: list[Trouble] = []
    rows = rows_of([message(0, 1, NOW), message(2, 7, -1), message(0, 2, 0), message(1, 3, NOW, 0)])
    assert without_time(rows) == (2, (2, 7))
    Remarks(said.append).look("t", rows, NOW)
    (trouble, late) = said
    assert (trouble.count, trouble.text.startswith("Records of t have no timestamp. ")) == (2, True)
    assert trouble.advice.endswith("one such record is t[2]@7.")
    assert (late.count, "t[0]@2 says 1970-01-01" in late.advice) == (1, True)
    assert without_time(rows_of([message(0, 1, 0)])) == (0, None)


def test_that_headers_that_cannot_be_had_and_times_of_the_future_are_said_with_their_number() -> None:
    said: list[Trouble] = []
    rows = rows_of([message(0, n, NOW + n * AHEAD) for n in range(4)])
    Remarks(said.append).look("t", replace(rows, headless=frozenset({(0, 1), (0, 2), (0, 3)})), NOW)
    assert [(trouble.count, trouble.first) for trouble in said] == [(3, 0), (2, 0)]
    assert [trouble.text.startswith("Records of t ") for trouble in said] == [True, True]
