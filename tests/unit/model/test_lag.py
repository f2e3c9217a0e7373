"""Lag: what is known of it, what was lost, and what is not known and why, however the samples come."""

from hypothesis import given
from hypothesis import strategies as st

from meshdesk.model.fact import Checked, Fact
from meshdesk.model.lag import (
    BEYOND,
    NO_COMMIT,
    NO_END,
    SKEW,
    Commit,
    Commits,
    Lag,
    Lags,
    Total,
    by_topic,
    lag_of,
    total,
)
from meshdesk.model.late import ON_TIME, Late, Point, Times
from meshdesk.model.rates import Offsets

OFFSETS = st.integers(0, 1 << 40)
LAGS = st.builds(
    lambda known, lost, why: Lag(known, lost, "" if known is not None else why),
    st.none() | OFFSETS,
    OFFSETS,
    st.sampled_from([NO_COMMIT, NO_END, BEYOND]),
)


# One partition


def test_that_no_commit_is_unknown_and_not_nothing() -> None:
    assert lag_of(None, (0, 100), 0) == Lag(None, 0, NO_COMMIT)


def test_that_a_partition_whose_end_nobody_has_seen_is_unknown() -> None:
    assert lag_of(Commit(5, 0), None, 0) == Lag(None, 0, NO_END)


@given(OFFSETS, OFFSETS, OFFSETS, OFFSETS)
def test_that_lag_and_what_was_lost_are_together_what_kafka_calls_lag(first: int, a: int, b: int, c: int) -> None:
    beginning, committed, end = first, first + min(a, b), first + max(a, b)
    assert lag_of(Commit(committed, 0), (0, end), beginning) == Lag(end - committed)
    lag = lag_of(Commit(first, 0), (0, end), first + min(a, b, c))
    assert lag.offsets is not None
    assert lag.offsets + lag.lost == end - first
    assert lag.lost == min(a, b, c)


@given(OFFSETS, OFFSETS, st.none() | OFFSETS, st.integers(0, 1 << 41), st.integers(0, 1 << 41))
def test_that_no_lag_is_negative_and_that_what_is_unknown_has_its_reason(
    committed: int, end: int, beginning: int | None, since: int, seen: int
) -> None:
    lag = lag_of(Commit(committed, since), (seen, end), beginning)
    assert lag.lost >= 0
    assert (lag.offsets is None) == (lag.why != "")
    assert lag.offsets is None or lag.offsets >= 0


def test_that_a_beginning_that_was_never_seen_loses_nothing() -> None:
    assert lag_of(Commit(3, 0), (0, 10), None) == Lag(7)


def test_that_a_commit_newer_than_the_end_that_was_seen_is_no_lag() -> None:
    assert lag_of(Commit(105, 2000), (1000, 100), 0) == Lag(0)
    assert lag_of(Commit(105, 2000), (2000 + SKEW, 100), 0) == Lag(0), "it may have been asked for before the commit"


def test_that_a_commit_beyond_an_end_that_was_seen_later_is_unknown_and_says_why() -> None:
    assert lag_of(Commit(105, 2000), (2001 + SKEW, 100), 0) == Lag(None, 0, BEYOND)


def test_that_everything_up_to_the_end_may_be_lost() -> None:
    assert lag_of(Commit(3, 0), (0, 10), 10) == Lag(0, 7)
    assert lag_of(Commit(3, 0), (0, 10), 12) == Lag(0, 9), "the beginning was seen later than the end"


# Totals


@given(st.lists(LAGS))
def test_that_a_total_adds_what_is_known_and_counts_what_is_not(lags: list[Lag]) -> None:
    known = [lag.offsets for lag in lags if lag.offsets is not None]
    found = total(((("t", n), lag) for n, lag in enumerate(lags)))
    assert found.offsets == (sum(known) if known else None)
    assert (found.partitions, found.unknown) == (len(lags), len(lags) - len(known))
    assert found.lost == sum(lag.lost for lag in lags)


@given(st.dictionaries(st.tuples(st.sampled_from(["orders", "payments"]), st.integers(0, 5)), LAGS))
def test_that_the_topics_of_a_group_add_up_to_the_group(lags: dict[tuple[str, int], Lag]) -> None:
    topics, whole = by_topic(lags).values(), total(lags.items())
    assert sum(one.offsets or 0 for one in topics) == (whole.offsets or 0)
    for count in ("lost", "partitions", "unknown"):
        assert sum(getattr(one, count) for one in topics) == getattr(whole, count)


# From samples and facts


def test_that_lag_follows_the_newest_samples() -> None:
    commits, offsets = Commits(), Offsets()
    for seen, committed, end in ((0, 3, 10), (1000, 9, 20)):
        commits.add("committed scoring", "orders", 0, seen, committed)
        offsets.add("end", "orders", 0, seen, end)
    offsets.add("beginning", "orders", 0, 0, 0)
    lags = commits.lags(offsets)
    assert lags.groups == {"scoring"}
    assert lags.of("scoring") == {("orders", 0): Lag(11)}


def test_that_a_commit_that_is_no_more_is_unknown_again_while_somebody_reads_there() -> None:
    commits, offsets = Commits(), Offsets()
    offsets.add("end", "orders", 0, 0, 10)
    commits.know([reader("scoring", {"orders": [0]})])
    commits.add("committed scoring", "orders", 0, 0, 3)
    commits.add("committed scoring", "orders", 0, 1000, -1)
    assert commits.lags(offsets).of("scoring") == {("orders", 0): Lag(None, 0, NO_COMMIT)}
    commits.know([Fact("group", "scoring", None, 2000, "kafka")])
    assert commits.lags(offsets).groups == set()


def test_that_what_its_members_read_is_part_of_a_groups_lag() -> None:
    commits, offsets = Commits(), Offsets()
    for partition in range(3):
        offsets.add("end", "orders", partition, 0, 10)
    commits.know([Checked("kafka groups", 0, 0), reader("a group", {"orders": [0]}, {"orders": [1]})])
    commits.add("committed a group", "orders", 2, 0, 4)
    lags = commits.lags(offsets).of("a group")
    assert by_topic(lags) == {"orders": Total(6, 0, 3, 2)}


def test_that_a_commit_keeps_the_time_at_which_it_was_seen_first() -> None:
    commits = Commits()
    for seen in (1000, 2000, 3000):
        commits.add("committed scoring", "orders", 0, seen, 7)
    assert commits.commits["scoring"]["orders", 0] == Commit(7, 1000)
    commits.add("committed scoring", "orders", 0, 500, 7)  # a clock that was set back
    assert commits.commits["scoring"]["orders", 0] == Commit(7, 500)


def test_that_samples_of_other_things_are_left_to_others() -> None:
    commits = Commits()
    commits.add("end", "orders", 0, 0, 100)
    assert commits.lags(Offsets()) == Lags()


def test_that_what_was_handed_over_does_not_change() -> None:
    commits, offsets = Commits(), Offsets()
    commits.add("committed scoring", "orders", 0, 0, 3)
    offsets.add("end", "orders", 0, 0, 10)
    lags = commits.lags(offsets)
    commits.add("committed scoring", "orders", 0, 1000, 9)
    offsets.add("end", "orders", 0, 1000, 90)
    assert lags.of("scoring") == {("orders", 0): Lag(7)}


def reader(group: str, *members: dict[str, list[int]]) -> Fact:
    """A group with these members, by what each of them reads."""
    value = {"type": "classic", "state": "stable", "members": [{"id": "", "reads": reads} for reads in members]}
    return Fact("group", group, value, 0, "kafka")


# In time


def test_that_a_group_is_as_late_as_the_record_that_it_has_to_read_next() -> None:
    commits, offsets = Commits(), Offsets()
    for second in range(5):
        offsets.add("end", "orders", 0, second * 1_000, second * 10)
        offsets.add("end", "orders", 1, second * 1_000, 50)
    commits.add("committed scoring", "orders", 0, 4_000, 15)
    commits.add("committed scoring", "orders", 1, 4_000, 50)
    commits.know([reader("scoring", {"orders": [2]})])
    lags = commits.lags(offsets).of("scoring", Times())
    assert lags["orders", 0] == Lag(25, late=Late(2.5, 0.5)), (
        "the end passed 15 between the first second and the second"
    )
    assert lags["orders", 1] == Lag(0, late=ON_TIME)
    assert lags["orders", 2] == Lag(None, 0, NO_COMMIT)
    whole = by_topic(lags)["orders"]
    assert (whole.offsets, whole.unknown, whole.late) == (25, 1, Late(2.5, 0.5))
    assert [key for key, _ in whole.parts] == [("orders", 0), ("orders", 1), ("orders", 2)]


def test_that_what_was_lost_is_passed_over_in_time_too() -> None:
    ends = {("orders", 0): (10_000, 40)}
    points = {("orders", 0): (Point(20, 7_000, 500),)}
    lags = Lags({"scoring": {("orders", 0): Commit(5, 0)}}, {}, ends, {("orders", 0): 20}, points=points)
    assert lags.of("scoring", Times()) == {("orders", 0): Lag(20, 15, late=Late(3.0, 0.5))}
