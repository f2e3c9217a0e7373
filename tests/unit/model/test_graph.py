"""The content of a picture: which boxes there are, and what flows between them, observed, declared or both."""

from meshdesk.model.graph import LEVELS, Box, Graph, graph
from meshdesk.model.mesh import Mesh, fold
from tests.unit.model.shop import contract, mesh_of, reads, said, shop, topic


def titles(made: Graph) -> list[tuple[str, str]]:
    return [(box.domain, box.title) for box in made.boxes]


def arrows(made: Graph) -> dict[tuple[str, str], str]:
    return {(flow.source, flow.target): flow.evidence for flow in made.flows}


def test_that_domains_are_one_box_each_and_a_flow_says_how_it_is_known() -> None:
    made = graph(shop(), "domains")
    assert titles(made) == [("fraud", "fraud"), ("sales", "sales"), ("", "")]
    assert arrows(made) == {
        ("domain sales", "domain fraud"): "both",
        ("domain sales", "domain "): "observed",
        ("domain fraud", "domain "): "observed",
    }
    sales = next(box for box in made.boxes if box.domain == "sales")
    assert sales.topics == ("sales.orders.placed.v1", "sales.baskets.v1")


def test_that_products_stand_beside_the_topics_of_none_and_the_groups_of_their_domain() -> None:
    made = graph(shop(), "products")
    assert titles(made) == [
        ("fraud", "Scores"),
        ("fraud", "Consumers"),
        ("sales", "Orders"),
        ("sales", "Other topics"),
        ("", "Topics"),
        ("", "Consumers"),
    ]
    assert arrows(made) == {
        ("product orders", "product scores"): "declared",
        ("product orders", "groups fraud"): "observed",
        ("product orders", "groups "): "observed",
        ("product scores", "groups "): "observed",
        ("topics ", "groups "): "observed",
    }


def test_that_topics_lead_to_the_groups_that_read_them_and_what_is_said_of_products_is_counted() -> None:
    made = graph(shop(), "topics")
    assert arrows(made) == {
        ("topic sales.orders.placed.v1", "group fraud-scorer"): "observed",
        ("topic sales.orders.placed.v1", "group dwh"): "observed",
        ("topic fraud.scores.v1", "group dwh"): "observed",
        ("topic lonely", "group dwh"): "observed",
    }
    assert made.elsewhere == 1
    scorer = next(box for box in made.boxes if box.key == "group fraud-scorer")
    assert (scorer.domain, scorer.is_inferred) == ("fraud", True)


def test_that_topics_that_serve_a_tool_are_left_away_with_who_reads_nothing_else() -> None:
    mesh = mesh_of(topic("a.b"), topic("__consumer_offsets"), *reads("tool", "__consumer_offsets"))
    assert [box.key for box in graph(mesh, "topics").boxes] == ["topic a.b"]


def test_that_of_too_many_boxes_those_that_something_flows_to_are_shown_and_the_others_are_counted() -> None:
    names = [f"part{number}" for number in range(20)]
    made = graph(mesh_of(*map(topic, names), *reads("g", "part19")), "topics", most=5)
    assert len(made.boxes) == 5
    assert {"topic part19", "group g"} <= {box.key for box in made.boxes}
    assert made.left_out == 16


def test_that_domains_keep_the_order_in_which_they_were_first_seen() -> None:
    mesh = mesh_of(topic("x.one"), contract("c", "zebra", "x.one"))
    assert graph(mesh, "domains").domains == ("zebra",)
    fold(mesh, [topic("y.one"), contract("d", "ant", "y.one")])
    assert graph(mesh, "domains").domains == ("zebra", "ant")


def test_that_a_mesh_of_which_nothing_is_known_is_an_empty_picture() -> None:
    for level in LEVELS:
        assert graph(Mesh(), level) == Graph(level)


def test_that_names_as_long_and_strange_as_they_come_are_boxes() -> None:
    names = ["t" * 249, "a b.c", "سلام"]
    made = graph(
        mesh_of(
            *[said("group", name, {}) for name in names],
            *map(topic, ["o"]),
            *[said("reads", f"{name} o", {"assigned": 1, "committed": 0}) for name in names],
        ),
        "topics",
    )
    assert [box.title for box in made.boxes if box.kind == "group"] == sorted(names)
    assert all(isinstance(box, Box) for box in made.boxes)
