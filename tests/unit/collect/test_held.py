"""Partitions that an open transaction holds back: said once, where reading stands at the same offset for long."""

from meshdesk.collect.held import HELD, Held
from meshdesk.collect.reading import Partition

PLACE = ("orders", 0)
HELD_BACK = Partition(position=5, last_end=5, end=9)


def test_that_a_transaction_is_said_once_it_has_been_open_for_long_and_no_second_time() -> None:
    held = Held()
    said = [held.is_to_be_said(PLACE, HELD_BACK, now) for now in (0.0, HELD - 1, HELD + 1, HELD + 2, 10 * HELD)]
    assert said == [False, False, True, False, False]


def test_that_the_clock_begins_anew_where_reading_gets_on_or_the_transaction_ends() -> None:
    held = Held()
    further, read = Partition(position=7, last_end=7, end=9), Partition(position=9, last_end=9, end=9)
    assert not held.is_to_be_said(PLACE, HELD_BACK, 0.0)
    assert not held.is_to_be_said(PLACE, further, HELD + 1)
    assert not held.is_to_be_said(PLACE, read, 2 * HELD + 3)
    assert not held.is_to_be_said(PLACE, further, 3 * HELD)
    assert held.is_to_be_said(PLACE, further, 4 * HELD + 1)


def test_that_each_partition_has_a_clock_of_its_own() -> None:
    held = Held()
    assert not held.is_to_be_said(PLACE, HELD_BACK, 0.0)
    assert not held.is_to_be_said(("orders", 1), HELD_BACK, HELD)
    assert held.is_to_be_said(PLACE, HELD_BACK, HELD + 1)
    assert not held.is_to_be_said(("orders", 1), HELD_BACK, HELD + 1)
