"""Where reading begins, goes on, jumps and ends: in hand-made partitions, and against a plain model of sets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.capture.coverage import Coverage
from meshdesk.collect.reading import Offsets, Partition, Place, begin, behind, moved, needed, places, resolve
from meshdesk.model.position import Position

BEGINNING, END = Position("beginning"), Position("end")
LARGEST = (1 << 63) - 1  # an offset of Kafka's is a signed 64-bit number

ranges = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=5)


def covering(*settled: tuple[int, int]) -> Coverage:
    coverage = Coverage()
    for first, end in settled:
        coverage.add(first, end)
    return coverage


# Where it begins


def test_that_reading_begins_where_it_was_asked_to_and_not_before_what_is_there() -> None:
    partition = begin(Offsets(5, 20, 7, None), covering())
    assert (partition.position, partition.started, partition.end, partition.backlog) == (7, 7, 20, 20)
    assert not partition.done
    assert begin(Offsets(5, 20, 0, None), covering()).position == 5


def test_that_a_time_behind_the_last_record_begins_at_the_end() -> None:
    assert begin(Offsets(5, 20, -1, None), covering()).position == 20


def test_that_what_is_settled_is_left_out_and_a_range_that_is_settled_whole_is_done() -> None:
    assert begin(Offsets(0, 20, 3, None), covering((0, 9))).position == 9
    assert begin(Offsets(0, 20, 3, None), covering((0, 9))).started == 3
    assert begin(Offsets(0, 20, 3, 9), covering((0, 9))).done
    assert not begin(Offsets(0, 20, 3, 10), covering((0, 9))).done


@pytest.mark.parametrize(("start", "stop"), [(0, 0), (7, 7), (9, 7), (-1, 20)])
def test_that_a_range_without_offsets_is_done_at_once(start: int, stop: int) -> None:
    assert begin(Offsets(0, 20, start, stop), covering()).done


# How it goes on


def test_that_moving_settles_and_jumps_over_what_is_settled() -> None:
    partition = begin(Offsets(0, 20, 0, None), covering((5, 9), (12, 13)))
    assert moved(partition, 3) is None
    assert moved(partition, 5) == 9
    assert (partition.position, list(partition.settled)) == (9, [(0, 9), (12, 13)])
    assert moved(partition, 14) is None, "the records between brought it behind the range"


def test_that_it_is_done_at_its_stop_also_by_a_jump() -> None:
    partition = begin(Offsets(0, 20, 0, 9), covering((5, 9)))
    assert moved(partition, 4) is None
    assert not partition.done
    assert moved(partition, 5) == 9
    assert partition.done


@given(ranges, st.integers(0, 40), st.none() | st.integers(0, 45), st.lists(st.integers(1, 6)))
def test_that_each_offset_that_was_asked_for_is_read_once(
    settled: list[tuple[int, int]], start: int, stop: int | None, steps: list[int]
) -> None:
    held = {offset for first, end in settled for offset in range(first, end)}
    partition = begin(Offsets(0, 40, start, stop), covering(*settled))
    stored: list[int] = []
    for step in steps:  # a batch: a few offsets from the position on, as the client would give them
        if partition.done:
            break
        batch = range(partition.position, partition.position + step)
        stored += [offset for offset in batch if needed(partition, offset)]
        end = batch.stop if stop is None else min(batch.stop, stop)
        moved(partition, max(partition.position, end))
    reached = partition.position if stop is None else min(partition.position, stop)
    assert stored == [offset for offset in range(start, reached) if offset not in held]
    assert partition.done == (stop is not None and partition.position >= stop)


def test_that_offsets_of_64_bits_are_no_smaller_ones() -> None:
    partition = begin(Offsets(LARGEST - 2, LARGEST, LARGEST - 1, LARGEST), covering())
    assert needed(partition, LARGEST - 1)
    assert not needed(partition, LARGEST)
    assert moved(partition, LARGEST) is None
    assert partition.done


# How far it is


def test_that_what_is_behind_is_counted_to_the_ends_and_the_stops_before_them() -> None:
    assert behind([Partition(3, end=10), Partition(0, end=5), Partition(7, end=7)]) == 12
    assert behind([Partition(3, stop=6, end=10), Partition(3, stop=99, end=10)]) == 10
    assert behind([Partition(12, end=10)]) == 0, "the client is ahead of the end as last seen"


def test_that_without_an_end_nothing_is_known_of_what_is_behind() -> None:
    assert behind([]) is None
    assert behind([Partition(3)]) is None
    assert behind([Partition(3), Partition(3, end=4)]) == 1
    assert behind([Partition(3, end=10, done=True)]) is None


# What the cluster says


def answers(**said: list[int]) -> dict[str, dict[Place, int]]:
    """What was asked of two partitions of `t`."""
    asked = {"beginning": [2, 0], "end": [9, 5], "start": [], "stop": []} | said
    return {name: dict(zip(places("t", 2), offsets, strict=False)) for name, offsets in asked.items()}


@pytest.mark.parametrize(
    ("start", "until", "found"),
    [
        (BEGINNING, None, [(2, None), (0, None)]),
        (END, None, [(9, None), (5, None)]),
        (Position("offset", 4), END, [(4, 9), (4, 5)]),
        (BEGINNING, Position("offset", 7), [(2, 7), (0, 7)]),
        (Position("time", 1), Position("time", 2), [(3, 6), (-1, 5)]),
        (BEGINNING, BEGINNING, [(2, 2), (0, 0)]),
    ],
    ids=str,
)
def test_that_positions_become_offsets_of_each_partition(
    start: Position, until: Position | None, found: list[tuple[int, int | None]]
) -> None:
    offsets = resolve("t", 2, start, until, answers(start=[3, -1], stop=[6, -1]))
    assert [(o.start, o.stop) for o in offsets.values()] == found
    assert [(o.beginning, o.end) for o in offsets.values()] == [(2, 9), (0, 5)]


@pytest.mark.parametrize("missing", ["beginning", "end", "start", "stop"])
def test_that_a_partition_that_gave_no_answer_is_left_out_and_not_read_from_elsewhere(missing: str) -> None:
    asked = answers(start=[3, 1], stop=[6, 4])
    del asked[missing]["t", 1]
    assert list(resolve("t", 2, Position("time", 1), Position("time", 2), asked)) == [0]


def test_that_answers_that_nobody_asked_for_are_not_missed() -> None:
    assert list(resolve("t", 2, BEGINNING, END, answers())) == [0, 1]
