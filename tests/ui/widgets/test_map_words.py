"""The sentences of the map: what a thing is, and who says so, in which file and line, and when."""

from meshdesk.model.graph import LEVELS, graph
from meshdesk.model.lag import Total
from meshdesk.model.late import Late
from meshdesk.ui.widgets.map_words import how_far, of_box, of_flow
from tests.unit.model.shop import mesh_of, reads, shop, topic


def words(key: str) -> str:
    mesh = shop().now()
    boxes = [box for level in LEVELS for box in graph(mesh, level).boxes]
    return of_box(next(box for box in boxes if box.key == key), mesh, {"sales.orders.placed.v1": 812.0})


def test_that_a_topic_says_where_it_belongs_by_which_line_of_which_file_and_who_reads_it() -> None:
    said = words("topic sales.orders.placed.v1").splitlines()
    assert said[:2] == ["Topic sales.orders.placed.v1.", "812/s arrive."]
    assert said[2].startswith("Domain sales: declared by products/orders.yaml, line 3, seen ")
    assert "Data product orders: declared by products/orders.yaml, line 5, seen " in "\n".join(said)
    assert said[-1] == "Read by dwh, fraud-scorer."


def test_that_what_is_inferred_and_what_is_unknown_is_said_to_be() -> None:
    assert "That it belongs to fraud is inferred from its name." in words("group fraud-scorer")
    assert "No domain is known of it." in words("topic lonely")
    assert words("topics ") == "2 topics of no data product: __consumer_offsets, lonely." or "lonely" in words(
        "topics "
    )
    assert "No group reads it, as far as is known." in words("topic sales.baskets.v1")


def test_that_products_domains_and_groups_say_what_is_in_them() -> None:
    assert words("domain sales").startswith(
        "Domain sales: 2 topics.\n812/s arrive.\nDeclared by products/orders.yaml, line 3"
    )
    assert words("product orders").startswith("Data product Orders: 1 topic.")
    assert "It is stable, with 1 member; seen " in words("group dwh")
    assert words("groups ") == "1 group of consumers: dwh."


def test_that_a_flow_says_who_reads_what_and_who_says_so() -> None:
    flows = {(flow.source, flow.target): flow for flow in graph(shop().now(), "domains").flows}
    said = of_flow(flows["domain sales", "domain fraud"], {}).splitlines()
    assert said[0].startswith("fraud-scorer reads sales.orders.placed.v1: observed, seen ")
    assert said[1].startswith("Scores reads contract orders: declared by products/scores.yaml, line 7, seen ")


def test_that_of_many_readers_a_few_are_named_and_the_others_counted() -> None:
    mesh = mesh_of(topic("o"), *[fact for number in range(9) for fact in reads(f"zz{number}", "o")]).now()
    (flow,) = graph(mesh, "domains").flows or graph(mesh, "products").flows
    assert of_flow(flow, {}).splitlines()[-1] == "And 4 more readers."
    box = next(box for box in graph(mesh, "topics").boxes if box.key == "topic o")
    assert "Read by zz0, zz1, zz2, zz3, zz4 and 4 more." in of_box(box, mesh, {})


def test_that_who_is_farthest_behind_comes_first_with_what_it_lost_and_what_is_unknown() -> None:
    mesh = mesh_of(topic("o"), *reads("one", "o"), *reads("two", "o"), *reads("three", "o")).now()
    (flow,) = graph(mesh, "domains").flows or graph(mesh, "products").flows
    behind = {
        ("two", "o"): Total(48_210, 12, 6, 3),
        ("three", "o"): Total(None, 0, 3, 3),
        ("one", "o"): Total(0, 0, 3, 0),
    }
    said = of_flow(flow, behind).splitlines()
    assert said[0].startswith("two reads o: observed, seen ")
    assert said[0].endswith(" It is 48,210 records behind, 12 lost, unknown in 3 partitions.")
    assert {line.rsplit(". ", 1)[1] for line in said[1:]} == {"It is not behind.", "How far behind is unknown."}


def test_that_a_lag_that_is_known_in_time_is_said_in_time_and_in_records() -> None:
    assert how_far(Total(48_210, 0, 6, 0, Late(112.0, 0.5))) == "1 m 52 s ± 0.5 behind, 48,210 records"
    assert how_far(Total(1, 7, 6, 1, Late(0.4, 0.5))) == "0.4 s ± 0.5 behind, 1 record, 7 lost, unknown in 1 partition"
    assert how_far(Total(0, 0, 6, 0, Late(0, 0))) == "not behind"
