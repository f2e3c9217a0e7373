"""What the inspector says of a group: its state, what it reads, its members; unknown where it is gone."""

from meshdesk.model.consuming import Line
from meshdesk.model.fact import Fact
from meshdesk.model.lag import NO_COMMIT, Lag, Total, by_topic
from meshdesk.model.late import ON_TIME, Late
from meshdesk.model.mesh import Mesh
from meshdesk.ui.about import About
from meshdesk.ui.about_group import MOST, about_group
from tests.ui.memory import MemoryCapture, opened
from tests.unit.model.facts import SEEN, company, group, mesh_of

TOPIC = "orders.placed.v1"
BEHIND = {("billing", "orders.placed.v1"): Total(48_210, 0, 3, 1)}


def about(mesh: Mesh, name: str = "billing") -> About:
    return about_group(opened(MemoryCapture(mesh=mesh)), name, BEHIND)


def lines(page: About, number: int) -> list[tuple[str, str, str]]:
    return [(row.label, row.value, " ".join(note.text for note in row.notes)) for row in page.sections[number].rows]


def test_that_a_group_stands_there_with_its_topics_and_members() -> None:
    page = about(company())
    assert (page.title, page.subtitle) == ("billing", "Classic group of consumers · 2 members")
    older = "for how long is not known: what it reads next is older than this recording"
    assert lines(page, 0) == [
        ("State", "stable", ""),
        ("Members", "2", ""),
        ("Behind", "48,210 records", f"unknown in 1 partition {older}"),
        ("Coordinator", "b1:9092", ""),
    ]
    assert page.sections[0].notes[0].text.startswith("observed in Kafka, seen ")
    assert page.sections[1].heading == "Reads 1 topic"
    assert lines(page, 1) == [("", "orders.placed.v1", "3 partitions assigned · domain Sales")]
    assert [row.right for row in page.sections[1].rows] == ["48,210 records behind, unknown in 1 partition"]
    assert lines(page, 2) == [("", "c", "10.0.0.1 · 1 partition")] * 2


def test_that_a_group_without_members_still_has_what_it_committed() -> None:
    page = about(company(), "old-report")
    assert lines(page, 1) == [("", "orders.placed.v1", "3 committed, none assigned · domain Sales")]
    assert len(page.sections) == 2


def test_that_a_group_of_another_kind_says_what_it_is_and_what_nobody_tells() -> None:
    worker = {"id": "w-1", "client": "worker", "host": "10.0.0.1", "reads": {}}
    workers = {"type": "connect", "state": "stable", "members": [worker], "count": 1, "coordinator": "b1:9092"}
    sharing = {"type": "share or streams", "state": "", "members": [], "count": 0, "coordinator": "b1:9092"}
    mesh = mesh_of(*(Fact("group", name, value, SEEN, "kafka") for name, value in (("w", workers), ("s", sharing))))
    page = about(mesh, "w")
    assert page.subtitle == "Workers of Kafka Connect · 1 member"
    nobody = ("", "unknown", "It is no group of consumers; what it reads nobody says.")
    assert lines(page, 1) == [nobody]
    assert lines(page, 2) == [("", "worker", "10.0.0.1 · 0 partitions")]
    page = about(mesh, "s")
    assert page.subtitle == "Share or streams group · unknown"
    assert ("Members", "unknown", "Kafka's client library has no more than its name.") in lines(page, 0)
    assert lines(page, 1) == [nobody]


def test_that_its_lag_is_told_in_time_in_all_and_by_partition_the_worst_first() -> None:
    parts = {
        (TOPIC, 0): Lag(18_004, late=Late(112.0, 0.5)),
        (TOPIC, 1): Lag(0, late=ON_TIME),
        (TOPIC, 2): Lag(30_206, 12, late=Late(118.0, 0.5)),
        (TOPIC, 3): Lag(None, why=NO_COMMIT),
    }
    whole = by_topic(parts)[TOPIC]
    line = Line("billing", (TOPIC,), ("Orders",), whole, 812.0, 610.0, "not catching up")
    page = about_group(opened(MemoryCapture(mesh=company())), "billing", {("billing", TOPIC): whole}, line)
    assert lines(page, 0)[2:5] == [
        ("Behind", "1 m 58 s ± 0.5 · 48,210 records", "12 records went before it had read them unknown in 1 partition"),
        ("Reads", "610/s while 812/s arrive", ""),
        ("Caught up", "never at this rate", ""),
    ]
    assert page.sections[1].rows[0].right == "1 m 58 s ± 0.5"
    assert page.sections[1].rows[0].notes[1].text == "48,210 records behind, 12 lost, unknown in 1 partition"
    assert page.sections[2].heading == f"Behind in 3 of 4 partitions of {TOPIC}"
    assert [(*row, found.right) for row, found in zip(lines(page, 2), page.sections[2].rows, strict=True)] == [
        ("Partition 2", "30,206 records", "12 records lost", "1 m 58 s ± 0.5"),
        ("Partition 0", "18,004 records", "", "1 m 52 s ± 0.5"),
        ("Partition 3", "unknown", NO_COMMIT, ""),
    ]
    draining = line._replace(reading=1_000.0, state="draining")
    page = about_group(opened(MemoryCapture(mesh=company())), "billing", {("billing", TOPIC): whole}, draining)
    assert lines(page, 0)[4] == ("Caught up", "in 4 m 16 s at this rate", "")


def test_that_a_group_that_committed_nothing_is_unknown_with_the_reason() -> None:
    whole = by_topic({(TOPIC, 0): Lag(None, why=NO_COMMIT)})[TOPIC]
    page = about_group(opened(MemoryCapture(mesh=company())), "billing", {("billing", TOPIC): whole})
    assert lines(page, 0)[2] == ("Behind", "unknown", NO_COMMIT)


def test_that_what_is_not_known_of_a_group_is_unknown() -> None:
    assert lines(about(mesh_of()), 0) == [
        ("State", "unknown", "The cluster does not have it any more, or was not asked.")
    ]
    page = about(mesh_of(Fact("group", "billing", {}, SEEN, "kafka")))
    assert [line[1] for line in lines(page, 0)] == ["unknown", "0", "48,210 records", "unknown"]
    assert lines(page, 1)[0][1] == "unknown"


def test_that_of_many_topics_and_members_the_first_are_listed() -> None:
    topics = [f"t{n}" for n in range(MOST + 9)]
    page = about(mesh_of(*group("billing", *topics, members=MOST + 5)))
    assert page.sections[1].heading == f"Reads {MOST + 9} topics"
    assert (lines(page, 1)[-1][1], lines(page, 2)[-1][1]) == ("and 9 more", "and 5 more")
