"""The inspector's page of what is selected on the map: each value with how it is known, unknown where it is."""

from typing import TYPE_CHECKING, cast

from meshdesk.model.graph import LEVELS, graph
from meshdesk.model.lag import Total
from meshdesk.model.late import Late
from meshdesk.model.mesh import fold
from meshdesk.session.pictures import Behind
from meshdesk.ui.about import About
from meshdesk.ui.about_map import MOST, about_box
from tests.ui.memory import MemoryCapture, Topic
from tests.unit.model.shop import contract, mesh_of, product, reads, shop, topic

if TYPE_CHECKING:
    from meshdesk.session.opened import Opened


BEHIND = {("fraud-scorer", "sales.orders.placed.v1"): Total(48_210, 0, 3, 0)}


def page(key: str, capture: MemoryCapture | None = None, behind: Behind = BEHIND) -> About:
    capture = capture or MemoryCapture(mesh=shop().now())
    boxes = [box for level in LEVELS for box in graph(capture.mesh, level).boxes]
    return about_box(cast("Opened", capture), next(box for box in boxes if box.key == key), behind)


def values(about: About, heading: str) -> list[tuple[str, str]]:
    section = next(section for section in about.sections if section.heading == heading)
    return [(row.value, row.right) for row in section.rows]


def test_that_a_product_says_its_ports_with_their_lines_its_topics_and_who_reads_them() -> None:
    about = page("product scores")
    assert (about.title, about.domain, about.subtitle) == ("Scores", "fraud", "fraud · owner unknown")
    assert values(about, "Gives out 1 topic") == [("fraud.scores.v1", "3 partitions")]
    assert values(about, "Read by 1 group") == [("dwh", "1 member")]
    ports = next(section for section in about.sections if section.heading == "Ports").rows
    assert [(row.label, row.value, row.notes[0].text) for row in ports] == [
        ("Output port", "out", "contract scores, line 5"),
        ("Input port", "orders", "contract orders, line 7"),
    ]
    assert ports[0].notes[0].whole == "Contract scores: line 5 of products/scores.yaml."


def test_that_who_is_farthest_behind_in_a_product_is_named_first_and_with_how_long() -> None:
    mesh = shop()
    fold(mesh, reads("aardvark", "sales.orders.placed.v1"))
    about = page("product orders", MemoryCapture(mesh=mesh.now()))
    every = [(name, "1 member") for name in ("aardvark", "dwh", "fraud-scorer")]
    assert values(about, "Read by 3 groups") == every
    late = {("fraud-scorer", "sales.orders.placed.v1"): Total(48_210, 0, 3, 0, Late(112.0, 0.5))}
    about = page("product orders", MemoryCapture(mesh=mesh.now()), late)
    assert values(about, "Read by 3 groups") == [("fraud-scorer", "1 m 52 s behind"), *every[:2]]
    row = next(one for one in about.sections if one.heading == "Read by 3 groups").rows[0]
    assert row.state == "far behind"


def test_that_a_product_and_a_domain_say_how_much_arrives_in_all_their_topics() -> None:
    mesh = shop().now()
    topics = tuple(
        Topic(name, 3, 10, rate) for name, rate in (("sales.baskets.v1", 12.0), ("sales.orders.placed.v1", 800.0))
    )
    capture = MemoryCapture(mesh=mesh, topics=topics)
    rates = [
        [
            (row.value, row.is_quiet)
            for section in page(key, capture).sections
            for row in section.rows
            if row.label == "Rate"
        ]
        for key in ("product orders", "domain sales", "product scores")
    ]
    assert rates == [[("800/s", False)], [("812/s", False)], []]


def test_that_a_domain_says_who_declares_it_and_what_is_in_it() -> None:
    about = page("domain sales")
    how = next(section for section in about.sections if section.heading == "How we know").rows[0]
    assert "declared by products/orders.yaml, line 3" in [note.text for note in how.notes]
    assert values(about, "Data products") == [("Orders", "1 topic")]
    assert values(about, "Topics of no product") == [("sales.baskets.v1", "3 partitions")]


def test_that_a_group_has_the_page_that_it_has_elsewhere() -> None:
    about = page("group fraud-scorer")
    assert about.title == "fraud-scorer"
    assert values(about, "Reads 2 topics") == [
        ("__consumer_offsets", ""),
        ("sales.orders.placed.v1", "48,210 records behind"),
    ]


def test_that_a_topic_has_the_page_that_it_has_elsewhere() -> None:
    assert page("topic sales.orders.placed.v1").title == "sales.orders.placed.v1"


def test_that_of_very_many_the_first_are_listed_and_the_others_counted() -> None:
    names = [f"big.topic{number:03d}" for number in range(MOST + 5)]
    mesh = mesh_of(*map(topic, names), contract("c", "big", *names), product("p", "big", "c"), *reads("g", names[0]))
    about = page("product p", MemoryCapture(mesh=mesh.now()))
    assert values(about, f"Gives out {MOST + 5} topics")[-1] == ("and 5 more", "")
