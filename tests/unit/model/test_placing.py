"""Where topics belong: what is declared goes before what names tell, sources that differ are all there, unknown is empty."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from meshdesk.model.fact import Checked, Fact
from meshdesk.model.mesh import Mesh
from meshdesk.model.offers import Said
from meshdesk.model.placing import Placing
from meshdesk.model.timeline import in_order
from tests.unit.model.facts import SEEN, company, contract, mesh_of, product, topic

NAMES = (
    *("orders.a.v1", "orders.b.v1", "orders.b.v1.dlq", "prod.orders.v1", "test.orders.v1", "stock.a", "stock.b"),
    *("stock.app-changelog", "stock.a.retry-1", "lonely"),
)
DESCRIBED = (*NAMES, "${env}.orders.v1", "orders.*.v1", "*.dlq", "stock.*", "gone.v1")
DOMAINS = ("", "Sales", "sales", "stock", "orders")
PRODUCTS = ("p1", "p2", "P1", "Named")


@st.composite
def declared(draw: st.DrawFn) -> Fact:
    """What a source says, or takes back, of a topic, a contract or a product; several say the same or differ."""
    seen, is_gone = draw(st.integers(1, 6)), draw(st.booleans())
    source = draw(st.sampled_from(["a.yaml", "b.yaml"]))
    kind = draw(st.sampled_from([*["topic"] * 4, *["contract"] * 4, "product"]))
    if kind == "topic":
        fact = topic(draw(st.sampled_from(NAMES)), seen)
    elif kind == "contract":
        topics = draw(st.lists(st.sampled_from(DESCRIBED), max_size=3))
        said = {"domain": draw(st.sampled_from(DOMAINS)), "product": draw(st.sampled_from(("", *PRODUCTS)))}
        fact = contract(draw(st.sampled_from(["c1", "c2", "c3"])), *topics, source=source, seen=seen, **said)
    else:
        gives = draw(st.lists(st.sampled_from(["c1", "c2", "c3"]), max_size=2))
        said = {"name": draw(st.sampled_from(["", "Named", "Other"])), "domain": draw(st.sampled_from(DOMAINS))}
        fact = product(draw(st.sampled_from(["p1", "p2"])), *gives, source=source, seen=seen, **said)
    return Fact(kind, fact.about, None if is_gone else fact.value, seen, fact.source, fact.evidence, fact.line)


def everything(mesh: Mesh) -> list[object]:
    """All that a placing tells."""
    placing = mesh.placing
    return [
        placing.domains,
        placing.unplaced,
        placing.technical,
        placing.rule,
        [mesh.belonging(name) for name in NAMES],
    ]


BEGINNING = (
    contract("c1", "orders.b.v1", source="a.yaml", seen=0, domain="Sales"),
    contract("c2", "${env}.orders.v1", "stock.*", source="b.yaml", seen=0, domain="sales", product="Named"),
    product("p1", "c1", source="a.yaml", seen=0, domain="Sales"),
    product("p2", source="a.yaml", seen=0, name="Named"),
)


@given(st.sets(st.sampled_from(NAMES), max_size=4), st.lists(declared(), max_size=14), st.permutations(range(7)))
def test_that_a_placing_is_the_same_whichever_moments_were_looked_at_before(
    absent: set[str], changes: list[Fact], moments: Sequence[int]
) -> None:
    there = [topic(name, 0) for name in NAMES if name not in absent]
    facts: list[Fact | Checked] = [*there, *BEGINNING, *changes]
    mesh = mesh_of(*facts)
    for moment in moments:  # forwards, backwards, in jumps
        anew = mesh_of(*[fact for fact, seen in in_order(facts) if seen <= moment])
        assert everything(mesh.at(moment)) == everything(anew)


def shape(placing: Placing) -> dict[str, object]:
    """Domain by domain its products with their topics, and its own topics."""
    return {one.name: [{p.name: list(p.topics) for p in one.products}, list(one.topics)] for one in placing.domains}


def test_that_topics_stand_in_the_products_and_domains_that_are_declared() -> None:
    placing = company().placing
    assert shape(placing) == {
        "payments": [{"payment events": ["payments.failed.v1", "payments.failed.v1.dlq"]}, []],
        "Sales": [{"Orders": ["orders.placed.v1"]}, ["baskets.changed.v1"]],
    }
    assert placing.unplaced.topics == ("fraud.scored.v2",)
    assert placing.technical == ("__consumer_offsets",)


def test_that_each_says_from_which_line_of_which_file_and_all_who_differ_are_there() -> None:
    place = company().belonging("orders.placed.v1")
    assert place.domains == (
        Said("Sales", "declared", "contracts/orders.odps.yaml", SEEN, 6),
        Said("sales", "declared", "contracts/orders.odcs.yaml", SEEN, 7),
    )
    assert place.products == (Said("orders", "declared", "contracts/orders.odps.yaml", SEEN, 30),)
    assert [said.value for said in place.owners] == ["Orders squad", "shop"]
    assert [one.id for one, _ in place.contracts] == ["orders"]


def test_that_two_files_that_claim_the_same_product_are_two_claims() -> None:
    one = product("orders", "orders", domain="Sales", source="a.yaml", seen=SEEN)
    other = product("orders", "orders", domain="Fulfilment", source="b.yaml", seen=SEEN + 1)
    mesh = mesh_of(topic("orders.v1"), contract("orders", "orders.v1"), one, other)
    assert [said.value for said in mesh.belonging("orders.v1").domains] == ["Fulfilment", "Sales"]
    assert [domain.name for domain in mesh.placing.domains] == ["Fulfilment"]
    assert [said.source for said in mesh.placing.domains[0].products[0].said] == ["b.yaml", "a.yaml"]


def test_that_a_domain_is_inferred_only_where_none_is_declared() -> None:
    names = ("orders.a.v1", "orders.b.v1", "stock.a.v1", "stock.b.v1", "stock.c.v1")
    mesh = mesh_of(*map(topic, names), contract("c", "orders.a.v1", domain="Sales"))
    assert shape(mesh.placing) == {
        "orders": [{}, ["orders.b.v1"]],
        "Sales": [{}, ["orders.a.v1"]],
        "stock": [{}, ["stock.a.v1", "stock.b.v1", "stock.c.v1"]],
    }
    assert [domain.is_inferred for domain in mesh.placing.domains] == [True, False, True]
    assert mesh.belonging("stock.a.v1").domains == (
        Said("stock", "inferred", "kafka", SEEN, 0, "the first part of its name"),
    )


def test_that_failed_records_belong_where_their_topic_does() -> None:
    place = company().belonging("payments.failed.v1.dlq")
    assert [(said.value, said.evidence) for said in (*place.domains, *place.products)] == [
        ("payments", "inferred"),
        ("payment events", "inferred"),
    ]
    assert place.domains[0].rule == "its name, by which it belongs with payments.failed.v1"


def test_that_technical_topics_are_of_no_domain() -> None:
    names = ("orders.a", "orders.b", "stock.a", "stock.b", "stock.app-store-changelog", "connect-offsets")
    mesh = mesh_of(*map(topic, names))
    assert mesh.placing.technical == ("connect-offsets", "stock.app-store-changelog")
    assert mesh.belonging("stock.app-store-changelog").domains == ()


def test_that_a_pattern_of_a_contract_is_about_every_topic_that_it_matches() -> None:
    names = ("prod.orders.v1", "test.orders.v1", "prod.orders.v2", "prod.eu.orders.v1", "orders.v1")
    mesh = mesh_of(*map(topic, names), contract("c", "${env}.orders.v1", domain="Sales"))
    assert shape(mesh.placing)["Sales"] == [{}, ["prod.orders.v1", "test.orders.v1"]]


def test_that_of_contracts_about_the_same_topic_the_newer_comes_first_by_name_or_by_pattern() -> None:
    facts = [contract("by pattern", "${env}.orders.v1", seen=SEEN + 1), contract("old", "prod.orders.v1")]
    mesh = mesh_of(topic("prod.orders.v1"), *facts, contract("new", "prod.orders.v1", seen=SEEN + 2))
    assert [one.id for one, _ in mesh.belonging("prod.orders.v1").contracts] == ["new", "by pattern", "old"]


def test_that_a_pattern_of_nothing_but_placeholders_places_no_topic() -> None:
    mesh = mesh_of(topic("orders"), contract("c", "${topic}", domain="Sales"))
    assert mesh.placing.domains == ()


def test_that_a_product_of_which_no_topic_is_there_stands_in_its_domain() -> None:
    mesh = mesh_of(product("returns", "nowhere", domain="Sales"), product("lost"))
    assert shape(mesh.placing) == {"Sales": [{"Returns": []}, []]}
    assert [one.name for one in mesh.placing.unplaced.products] == ["Lost"]


def test_that_nothing_declared_and_nothing_told_by_names_is_no_domain_at_all() -> None:
    placing = mesh_of(*map(topic, ("x7f3", "kq.a9", "zz9.kk"))).placing
    assert (placing.domains, placing.unplaced.topics) == ((), ("kq.a9", "x7f3", "zz9.kk"))
    assert Mesh().placing.domains == ()


def test_that_who_else_is_made_from_a_topic_is_declared_by_its_ports() -> None:
    port = {"direction": "input", "contract": "orders", "line": 4}
    made_from = {"direction": "output", "contract": "f", "reads": ["orders"], "line": 9}
    mesh = company(product("fraud", ports=[port]), product("ledger", ports=[made_from]), product("else"))
    assert [one.id for one in mesh.declared_readers("orders.placed.v1")] == ["fraud", "ledger"]
    assert mesh.declared_readers("fraud.scored.v2") == ()


def test_that_a_topic_that_was_deleted_is_of_no_domain_any_more() -> None:
    mesh = company(Fact("topic", "orders.placed.v1", None, SEEN + 1, "kafka"))
    assert shape(mesh.placing)["Sales"] == [{"Orders": []}, ["baskets.changed.v1"]]
