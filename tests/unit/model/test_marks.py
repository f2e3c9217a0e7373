"""Marks of time: what changed while the mesh was watched, and nothing that was there before."""

import pytest

from meshdesk.model.fact import Checked, Fact
from meshdesk.model.frame import Message
from meshdesk.model.marks import KEPT, Marks
from meshdesk.model.mesh import Mesh, fold


def said(kind: str, about: str, value: Message | None, seen: int, source: str = "kafka") -> Fact:
    return Fact(kind, about, value, seen, source)


def member(name: str, *numbers: int) -> Message:
    return {"id": f"{name}-1", "client": name, "reads": {"orders": list(numbers)}}


def group(seen: int, *members: Message) -> Fact:
    return said("group", "billing", {"members": list(members)}, seen)


FIRST: list[Fact | Checked] = [
    said("topic", "orders", {"partitions": 3}, 10),
    said("contract", "orders-contract", {"name": "Orders", "version": "1.0.0"}, 10, "files/orders.yaml"),
    group(10, member("a", 0, 1)),
    said("schema", "1", {"subject": "orders-value", "version": 1}, 10, "registry"),
    *[Checked(source, 5, 20) for source in ("kafka", "kafka groups", "files files")],
]


def phrases(*facts: Fact | Checked) -> list[tuple[int, str, str]]:
    mesh = Mesh()
    fold(mesh, [*FIRST, *facts])
    return [(mark.seen, mark.kind, mark.text) for mark in Marks().grow(mesh)]


def test_that_what_the_first_round_found_is_no_change() -> None:
    assert phrases() == []
    assert phrases(said("topic", "orders", {"partitions": 3}, 30)) == []


def test_that_what_comes_and_goes_is_marked() -> None:
    assert phrases(said("topic", "bills", {"partitions": 1}, 30), said("topic", "bills", None, 40)) == [
        (30, "topic", "topic bills appeared"),
        (40, "topic", "topic bills is gone"),
    ]
    assert phrases(said("group", "fraud", {"members": []}, 30)) == [(30, "group", "group fraud appeared")]


def test_that_more_partitions_are_a_change_of_the_topic() -> None:
    assert phrases(said("topic", "orders", {"partitions": 6}, 30)) == [
        (30, "topic", "topic orders has 6 partitions, before 3")
    ]


def test_that_a_contract_that_changed_says_its_versions() -> None:
    value = {"name": "Orders", "version": "1.1.0"}
    assert phrases(said("contract", "orders-contract", value, 30, "files/orders.yaml")) == [
        (30, "contract", "contract Orders changed: 1.0.0 is now 1.1.0")
    ]


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ((member("a", 0), member("b", 1)), "b joined billing"),
        ((), "billing has no members any more"),
        ((member("c", 0, 1),), "billing was rebalanced"),
        ((member("a", 0),), "billing was rebalanced"),
    ],
)
def test_that_a_rebalance_says_who_came_or_went(members: tuple[Message, ...], text: str) -> None:
    assert phrases(group(30, *members)) == [(30, "rebalance", text)]


def test_that_only_a_further_version_of_a_schema_is_a_change() -> None:
    assert phrases(said("schema", "7", {"subject": "bills-value", "version": 1}, 30, "registry")) == []
    assert phrases(said("schema", "7", {"subject": "orders-value", "version": 2}, 30, "registry")) == [
        (30, "schema", "version 2 of orders-value was read")
    ]


def test_that_marks_go_on_where_they_were_and_are_bounded() -> None:
    mesh, marks = Mesh(), Marks()
    fold(mesh, FIRST)
    assert marks.grow(mesh.now()) == []
    fold(mesh, [said("topic", f"t{number}", {"partitions": 1}, 30 + number) for number in range(KEPT + 5)])
    older, *kept = marks.grow(mesh.now())
    assert len(kept) == KEPT
    assert (older.text, older.seen, kept[0].about) == ("5 earlier changes are not shown", kept[0].seen, "t5")
    assert marks.grow(mesh.now())[-1].about == f"t{KEPT + 4}"
    fold(mesh, [said("topic", "last", {"partitions": 1}, 90_000)])
    found = marks.grow(mesh.now())
    assert (found[0].text, found[-1].text) == ("6 earlier changes are not shown", "topic last appeared")
