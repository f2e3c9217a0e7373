"""What the demo's domains agreed on: schemas in the registry, contracts and products in files."""

import json
import re
from typing import Any

import pytest

from meshdesk.collect.catalogues.folder import Folder
from meshdesk.demo import schemas, topics
from meshdesk.demo.groups import CAMPAIGN, GROUPS, UNDECLARED
from meshdesk.demo.registry import Schema, Store
from meshdesk.model.fact import Fact
from meshdesk.session.resources import DEMO_CATALOGUE, resource


def test_that_the_schemas_are_valid_and_get_the_ids_that_the_story_writes() -> None:
    store = Store()
    schemas.register_all(store)
    assert sorted(store.subjects) == sorted({subject for subject, _ in schemas.REGISTERED})
    placed = [known.id for known in store.versions(f"{topics.PLACED}-value")]
    assert placed == [schemas.ORDER_1_ID, schemas.ORDER_2_ID]
    assert store.by_id(schemas.PAYMENT_ID)[0].schema.type == "JSON"
    assert store.by_id(schemas.REFUND_ID)[0].schema.type == "PROTOBUF"
    assert store.by_id(schemas.INVOICE_ID)[0].schema.references[0].subject == "shop.common.Address"


def test_that_later_versions_of_ratings_get_the_ids_that_the_story_writes() -> None:
    store = Store()
    schemas.register_all(store)
    ids = [schemas.register_rating(store, added) for added in range(len(schemas.ADDED) + 1)]
    assert ids == [schemas.rating_id(added) for added in range(len(schemas.ADDED) + 1)]
    assert [known.version for known in store.versions(schemas.EVOLVING)] == [*range(1, len(ids) + 1)]


@pytest.fixture(scope="module")
def declared() -> dict[str, dict[str, Any]]:
    """What the demo's own files say: by kind and id."""
    found: dict[str, dict[str, Any]] = {"contract": {}, "product": {}, "file": {}}
    for facts in Folder(resource(DEMO_CATALOGUE), "catalogue", lambda: 0).look():
        for fact in facts:
            if isinstance(fact, Fact):
                assert fact.about not in found[fact.kind]
                found[fact.kind][fact.about] = fact.value
    return found


def test_that_every_topic_but_the_dead_letters_has_its_contract_in_its_own_domain(
    declared: dict[str, dict[str, Any]],
) -> None:
    said = {topic["name"]: contract for contract in declared["contract"].values() for topic in contract["topics"]}
    assert said.keys() == {topic.name for topic in topics.TOPICS} - {topics.DEAD}
    assert all(contract["domain"] == name.partition(".")[0] for name, contract in said.items())
    assert all(file["notices"] == [] for file in declared["file"].values())


def test_that_products_give_every_contract_and_read_only_those_there_are(declared: dict[str, dict[str, Any]]) -> None:
    assert len(declared["product"]) >= 12
    assert len({product["domain"] for product in declared["product"].values()}) >= 5
    ports = [port for product in declared["product"].values() for port in product["ports"]]
    given = [port["contract"] for port in ports if port["direction"] == "output"]
    assert sorted(given) == sorted(declared["contract"])
    read = {one for port in ports for one in port.get("reads", [])} | {
        port["contract"] for port in ports if port["direction"] == "input"
    }
    assert read <= declared["contract"].keys()


def test_that_one_group_alone_reads_what_no_product_of_its_domain_declared(
    declared: dict[str, dict[str, Any]],
) -> None:
    contract_of = {topic["name"]: name for name, one in declared["contract"].items() for topic in one["topics"]}
    undeclared = set()
    for group in (*GROUPS, CAMPAIGN):
        mine = [one for one in declared["product"].values() if group.id.startswith(f"{one['domain']}.")]
        ports = {port["contract"] for one in mine for port in one["ports"] if port["direction"] != "management"}
        if not {contract_of[topic] for topic in group.topics} <= ports:
            undeclared.add(group.id)
    assert undeclared == {UNDECLARED.id}


def names_in(schema: Schema) -> set[str]:
    """Of the fields of the message that the topic holds: the last of a .proto file that is not used within it."""
    if schema.type == "PROTOBUF":
        bodies = re.findall(r"^message (?!Money)\w+ \{\n(.*?)^\}", schema.text, re.MULTILINE | re.DOTALL)
        return set(re.findall(r"^  (?:repeated )?\w+ (\w+) = \d+;", bodies[0], re.MULTILINE))
    told = json.loads(schema.text)
    return set(told["properties"]) if "properties" in told else {one["name"] for one in told["fields"]}


def test_that_contracts_name_the_fields_of_the_schemas(declared: dict[str, dict[str, Any]]) -> None:
    latest = {subject.removesuffix("-value"): schema for subject, schema in schemas.REGISTERED}
    checked = 0
    for contract in declared["contract"].values():
        (topic,) = contract["topics"]
        if topic["name"] in latest:
            names = {field["name"] for field in topic["fields"] if "." not in field["name"]}
            assert names == names_in(latest[topic["name"]]), topic["name"]
            checked += 1
    assert checked == len(latest) - 1  # but the address, which is no topic's
