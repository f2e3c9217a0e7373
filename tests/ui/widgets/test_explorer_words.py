"""What the explorer says of a line: whole sentences with the source, the line and the time."""

from collections.abc import Iterator

import pytest

from meshdesk.model.mesh import Mesh
from meshdesk.model.offers import Said
from meshdesk.session.zone import show_in
from meshdesk.ui.widgets.explorer_lines import fill, lines_of, parts_of
from meshdesk.ui.widgets.explorer_words import accessible, differing, tip
from tests.ui.memory import MemoryCapture, Topic, opened
from tests.unit.model.facts import company, group, mesh_of, product, topic

AT = "seen 24 Nov 14:02 UTC"


@pytest.fixture(autouse=True)
def _utc() -> Iterator[None]:
    show_in("utc")
    yield
    show_in("local")


def said_of(mesh: Mesh, text: str) -> list[str]:
    made = opened(MemoryCapture("acme", topics=tuple(Topic(name, 3, 10) for name in sorted(mesh.topics)), mesh=mesh))
    parts = parts_of(made.topics, mesh.placing)
    fill(parts, {one.name: one for one in made.topics})
    entries = lines_of(made, parts, mesh.groups, (), {}).entries
    return tip(next(entry for entry in entries if entry.text == text)).split("\n")


def test_that_a_domain_says_who_declares_it() -> None:
    assert said_of(company(), "Sales") == [
        f"Domain Sales: declared by contracts/orders.odps.yaml, line 6, {AT}.",
        f"Domain Sales: declared by contracts/baskets.odcs.yaml, line 7, {AT}.",
        f"Domain Sales: declared by contracts/orders.odcs.yaml, line 7, {AT}.",
    ]


def test_that_a_domain_that_is_inferred_says_so() -> None:
    mesh = mesh_of(*map(topic, ("sales.a", "sales.b", "stock.a", "stock.b")))
    assert said_of(mesh, "stock") == ["Domain stock: inferred from the names of its topics."]
    assert "Domain stock: inferred from the first part of its name." in said_of(mesh, "stock.a")


def test_that_a_topic_says_its_numbers_and_where_it_belongs_with_all_who_differ() -> None:
    assert said_of(company(), "orders.placed.v1") == [
        "orders.placed.v1",
        "It has 3 partitions.",
        "10 records in the topic, 0 captured.",
        f"Domain Sales: declared by contracts/orders.odps.yaml, line 6, {AT}.",
        f"Product orders: declared by contracts/orders.odps.yaml, line 30, {AT}.",
        f"Owner Orders squad: declared by contracts/orders.odps.yaml, line 11, {AT}.",
        f"Owner shop: declared by contracts/orders.odcs.yaml, line 9, {AT}.",
    ]


def test_that_a_product_says_its_files_and_that_none_of_its_topics_is_there() -> None:
    mesh = company(product("returns", domain="Sales", status="proposed", version="0.1"))
    assert said_of(mesh, "Returns") == [
        f"Product Returns: declared by contracts/returns.odps.yaml, line 1, {AT}.",
        "None of its topics is on this cluster.",
        "It is version 0.1, proposed.",
    ]


def test_that_a_group_says_what_it_reads() -> None:
    assert said_of(company(), "billing") == [f"Group billing: 2 members, {AT}.", "It reads orders.placed.v1."]
    mesh = mesh_of(topic("t"), *group("g", *[f"t{n}" for n in range(8)]), *group("idle"))
    assert said_of(mesh, "g")[1] == "It reads t0, t1, t2, t3, t4 and 3 more."
    assert said_of(mesh, "idle")[1] == "What it reads is not known."


def test_that_what_is_of_no_domain_says_why() -> None:
    assert said_of(company(), "No domain known")[0].startswith("No contract and no product file says")
    assert said_of(company(), "Internal") == ["Topics that Kafka and its tools keep for themselves."]


def test_that_values_that_differ_in_nothing_but_case_are_no_conflict() -> None:
    said = [Said(value, "declared", "f", 0, n) for n, value in enumerate(("Sales", "sales", "Risk"))]
    assert [(one.value, one.line) for one in differing(said)] == [("Sales", 0), ("Risk", 2)]


def test_that_a_capture_says_whether_it_is_folded() -> None:
    made = opened(MemoryCapture("acme"))
    assert accessible(lines_of(made, [], {}, (), {"capture": True}).entries[0]) == "acme, 0, folded"
