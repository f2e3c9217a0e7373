"""What the inspector says of a group: its state, what it reads, its members; unknown where it is gone."""

from meshdesk.model.fact import Fact
from meshdesk.model.lag import Total
from meshdesk.model.mesh import Mesh
from meshdesk.ui.about import About
from meshdesk.ui.about_group import MOST, about_group
from tests.ui.memory import MemoryCapture, opened
from tests.unit.model.facts import SEEN, company, group, mesh_of

BEHIND = {("billing", "orders.placed.v1"): Total(48_210, 0, 3, 1)}


def about(mesh: Mesh, name: str = "billing") -> About:
    return about_group(opened(MemoryCapture(mesh=mesh)), name, BEHIND)


def lines(page: About, number: int) -> list[tuple[str, str, str]]:
    return [(row.label, row.value, " ".join(note.text for note in row.notes)) for row in page.sections[number].rows]


def test_that_a_group_stands_there_with_its_topics_and_members() -> None:
    page = about(company())
    assert (page.title, page.subtitle) == ("billing", "Classic group of consumers · 2 members")
    assert lines(page, 0) == [("State", "stable", ""), ("Members", "2", ""), ("Coordinator", "b1:9092", "")]
    assert page.sections[0].notes[0].text.startswith("observed in Kafka, seen ")
    assert page.sections[1].heading == "Reads 1 topic"
    assert lines(page, 1) == [("", "orders.placed.v1", "3 partitions assigned · domain Sales")]
    assert [row.right for row in page.sections[1].rows] == ["48,210 records behind, unknown in 1 partition"]
    assert lines(page, 2) == [("", "c", "10.0.0.1 · 1 partition")] * 2


def test_that_a_group_without_members_still_has_what_it_committed() -> None:
    page = about(company(), "old-report")
    assert lines(page, 1) == [("", "orders.placed.v1", "3 committed, none assigned · domain Sales")]
    assert len(page.sections) == 2


def test_that_what_is_not_known_of_a_group_is_unknown() -> None:
    assert lines(about(mesh_of()), 0) == [
        ("State", "unknown", "The cluster does not have it any more, or was not asked.")
    ]
    page = about(mesh_of(Fact("group", "billing", {}, SEEN, "kafka")))
    assert [line[1] for line in lines(page, 0)] == ["unknown", "0", "unknown"]
    assert lines(page, 1)[0][1] == "unknown"


def test_that_of_many_topics_and_members_the_first_are_listed() -> None:
    topics = [f"t{n}" for n in range(MOST + 9)]
    page = about(mesh_of(*group("billing", *topics, members=MOST + 5)))
    assert page.sections[1].heading == f"Reads {MOST + 9} topics"
    assert (lines(page, 1)[-1][1], lines(page, 2)[-1][1]) == ("and 9 more", "and 5 more")
