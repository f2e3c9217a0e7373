"""Groups from their facts."""

from meshdesk.model.fact import Fact
from meshdesk.model.group import Member, group_from, reads_from
from tests.unit.model.facts import group


def test_that_a_group_has_its_members_with_what_they_read() -> None:
    made = group_from(group("billing", "orders", members=2)[0])
    assert (made.id, made.type, made.state, made.coordinator, made.count) == (
        "billing",
        "classic",
        "stable",
        "b1:9092",
        2,
    )
    assert made.members[1] == Member("m1", "c", "/10.0.0.1", {"orders": (1,)})


def test_that_members_that_are_not_listed_are_counted() -> None:
    assert group_from(Fact("group", "g", {"count": 4_000, "members": []}, 1, "kafka")).count == 4_000
    assert group_from(Fact("group", "g", {}, 1, "kafka")).state == ""


def test_that_what_a_group_reads_is_split_at_the_last_space() -> None:
    reads = reads_from(Fact("reads", "a b c", {"assigned": 2}, 1, "kafka"))
    assert (reads.group, reads.topic, reads.assigned, reads.committed) == ("a b", "c", 2, 0)
