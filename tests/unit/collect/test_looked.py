"""What a capture at its limit may drop of a topic: everything of a tail, of a backlog what somebody has looked at."""

from meshdesk.collect.looked import Looked

READ, THROUGH = [False, True], [False, False]  # of two partitions: one is behind, none is


def test_that_a_tail_drops_what_nobody_has_looked_at() -> None:
    assert Looked().may_go("orders", 100, 500, THROUGH)


def test_that_a_backlog_waits_until_its_rows_were_looked_at() -> None:
    looked = Looked()
    assert not looked.may_go("orders", 100, 500, READ)
    looked.note("orders", 99)
    assert not looked.may_go("orders", 100, 500, READ)
    looked.note("orders", 100)
    looked.note("orders", 7)  # somebody has scrolled back
    assert looked.may_go("orders", 100, 500, READ)
    assert not looked.may_go("payments", 100, 500, READ)


def test_that_one_that_has_come_to_the_limit_waits_behind_its_end_too_and_is_a_tail_once_all_of_it_was_looked_at() -> (
    None
):
    looked = Looked()
    looked.note("orders", 100)
    assert looked.may_go("orders", 100, 500, READ)
    assert not looked.may_go("orders", 200, 500, THROUGH)  # its last rows are on their way into the capture
    assert not looked.may_go("orders", 200, 600, THROUGH)
    looked.note("orders", 599)
    assert looked.may_go("orders", 200, 900, THROUGH)
    assert not looked.may_go("orders", 700, 900, THROUGH)
    looked.note("orders", 600)
    assert looked.may_go("orders", 700, 900, THROUGH)
    assert looked.may_go("orders", 5_000, 9_000, THROUGH)


def test_that_nobody_waits_for_a_topic_that_is_read_no_more() -> None:
    looked = Looked()
    assert not looked.may_go("orders", 100, 500, READ)
    assert looked.may_go("orders", 100, 500, [])
    assert looked.may_go("orders", 100, 500, THROUGH)  # read on from its end
