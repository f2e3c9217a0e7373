"""Where topics belong: what is declared goes before what names tell, sources that differ are all there, unknown is empty."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.model.fact import Fact
from meshdesk.model.mesh import Mesh
from meshdesk.model.offers import Said
from meshdesk.model.placing import Placing, pattern_of
from tests.unit.model.facts import SEEN, company, contract, mesh_of, product, topic


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


@pytest.mark.parametrize(
    ("name", "matches"),
    [
        ("${env}.orders.v1", "prod.orders.v1"),
        ("{{ env }}-orders", "prod-orders"),
        ("<team>.{topic}.x", "a.b.x"),
        ("orders.*", "orders.placed"),
        ("a+b.${x}", "a+b.c"),
        ("__HOST__-orders", "a7-orders"),
        ("%ENV%_orders", "q_orders"),
        ("${a}${b}.c", "x.c"),
        ("${a}-${b}-x", "one-two-three-x"),
    ],
)
def test_that_placeholders_of_all_kinds_stand_for_a_part_of_a_name(name: str, matches: str) -> None:
    pattern = pattern_of(name)
    assert pattern is not None
    assert pattern.fullmatch(matches)
    assert not pattern.fullmatch(f"{matches}.more")


@given(st.lists(st.sampled_from(["a", "-", ".", "a-", "{x}", "{y}"]), max_size=8), st.text("a-.", max_size=10))
def test_that_a_placeholder_stands_for_one_sign_or_more_however_many_there_are(words: list[str], topic: str) -> None:
    side_by_side = [word for at, word in enumerate(words) if at == 0 or {word[0], words[at - 1][0]} != {"{"}]
    expression = "".join("[^.]+" if word[0] == "{" else re.escape(word) for word in side_by_side)  # several are one
    if (pattern := pattern_of("".join(words))) is not None:
        assert (pattern.fullmatch(topic) is None) == (re.fullmatch(expression, topic) is None)


def test_that_a_name_of_many_placeholders_takes_no_longer_than_another() -> None:
    pattern = pattern_of("{x}-" * 60 + "a")
    assert pattern is not None
    started = time.monotonic()
    assert not pattern.fullmatch("-" * 249)
    assert time.monotonic() - started < 10


def test_that_a_pattern_of_nothing_but_placeholders_matches_nothing() -> None:
    assert pattern_of("${topic}") is None
    mesh = mesh_of(topic("orders"), contract("c", "${topic}", domain="Sales"))
    assert mesh.placing.domains == ()


def test_that_no_pattern_of_a_file_takes_long() -> None:
    pattern = pattern_of("${a}x${b}x${c}x${d}x${e}x${f}x${g}x${h}.v1")
    assert pattern is not None
    began = time.process_time()
    assert not pattern.fullmatch("x" * 249)
    assert pattern.fullmatch("x" * 245 + ".v1")
    assert time.process_time() - began < 1


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
