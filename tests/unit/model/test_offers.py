"""What products give out: which contract is whose, and where its topics stand."""

from meshdesk.model.catalogue import Contract, Described, contract_from, product_from
from meshdesk.model.descriptions import Own
from meshdesk.model.fact import Fact
from meshdesk.model.offers import Offers, Said
from tests.unit.model.facts import SEEN, contract, product


def offers(*facts: Fact) -> Offers:
    return Offers(map(product_from, facts))


def one(*topics: str, **said: object) -> Contract:
    return contract_from(contract("orders", *topics, **said))  # type: ignore[arg-type]  # keys of the fact


def own(contract: Contract) -> Own:
    return ((contract, Described("orders.v1", False, 20, {})),)


def test_that_a_product_gives_out_what_its_output_ports_name() -> None:
    made = offers(product("shop", "orders"), product("input", ports=[{"direction": "input", "contract": "orders"}]))
    assert made.products(one()) == [Said("shop", "declared", "contracts/shop.odps.yaml", SEEN, 30)]


def test_that_without_a_port_the_contract_names_its_product_by_id_or_by_name() -> None:
    made = offers(product("p-17", name="Order events"))
    for named, found in (("P-17", "p-17"), ("order events", "p-17"), ("Else", "Else")):
        assert [said.value for said in made.products(one(product=named))] == [found]
        assert made.products(one(product=named))[0].line == 8
    assert made.products(one()) == []


def test_that_the_products_domain_goes_before_the_contracts() -> None:
    where = offers(product("shop", "orders", domain="Sales")).where(own(one(domain="risk")))
    assert (where.domain, where.product) == ("Sales", "shop")
    assert [sayer.fact.source for sayer in where.saying] == ["contracts/shop.odps.yaml"]
    agreed = offers(product("shop", "orders", domain="Sales")).where(own(one(domain="sales")))
    assert len(agreed.saying) == 2
    assert offers().where(own(one(domain="risk"))).domain == "risk"
    assert offers().where(own(one())).domain == ""


def test_that_what_is_known_of_a_contract_is_not_taken_for_that_of_another() -> None:
    made = offers()
    first = one(domain="sales")
    assert made.where(own(first)) is made.where(own(first))
    made._known[id(first)] = (one(domain="gone"), made.where(own(one(domain="gone"))))  # as if it had been there before
    assert made.where(own(first)).domain == "sales"


def test_that_two_files_of_one_product_are_both_kept() -> None:
    made = offers(product("shop", source="a.yaml"), product("shop", source="b.yaml", name="Store"))
    assert [(said.value, said.source) for said in made.said["shop"]] == [("Shop", "a.yaml"), ("Store", "b.yaml")]
