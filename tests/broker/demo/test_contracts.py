"""What the demo's domains agreed on."""

import json
from typing import Any

import pytest

from meshdesk.collect.catalogues.folder import Folder
from meshdesk.demo import contracts
from meshdesk.demo.registry import Store
from meshdesk.model.fact import Fact
from meshdesk.session.resources import DEMO_CATALOGUE, resource


def test_that_the_schemas_are_valid_and_get_the_ids_that_the_story_writes() -> None:
    store = Store()
    contracts.register_all(store)
    assert sorted(store.subjects) == sorted({subject for subject, _ in contracts.REGISTERED})
    assert [known.id for known in store.versions(f"{contracts.PLACED}-value")] == [
        contracts.ORDER_1_ID,
        contracts.ORDER_2_ID,
    ]
    assert store.by_id(contracts.PAYMENT_ID)[0].schema.type == "JSON"
    assert store.by_id(contracts.INVOICE_ID)[0].schema.references[0].subject == "shop.common.Address"


def test_that_eight_topics_of_four_domains_stay_small_for_ever() -> None:
    assert len(contracts.TOPICS) == 8
    assert {topic.name.partition(".")[0] for topic in contracts.TOPICS} == {
        "sales",
        "payments",
        "logistics",
        "customers",
    }
    deleting = [topic for topic in contracts.TOPICS if topic.settings["cleanup.policy"] == "delete"]
    # A partition is cut only by whole segments, so it may hold one segment more, and one that is being deleted.
    most = sum(
        topic.partitions * (int(topic.settings["retention.bytes"]) + 2 * int(topic.settings["segment.bytes"]))
        for topic in deleting
    )
    assert most < 700 << 20
    assert all(int(topic.settings["retention.ms"]) > 24 * 3_600_000 for topic in deleting)
    assert [topic.name for topic in contracts.TOPICS if topic not in deleting] == [contracts.PROFILES]


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


def test_that_every_topic_has_its_contract_in_its_own_domain(declared: dict[str, dict[str, Any]]) -> None:
    topics = {topic["name"]: contract for contract in declared["contract"].values() for topic in contract["topics"]}
    assert topics.keys() == {topic.name for topic in contracts.TOPICS}
    assert all(contract["domain"] == name.partition(".")[0] for name, contract in topics.items())
    assert all(file["notices"] == [] for file in declared["file"].values())


def test_that_products_give_every_contract_and_read_only_those_there_are(declared: dict[str, dict[str, Any]]) -> None:
    ports = [port for product in declared["product"].values() for port in product["ports"]]
    given = [port["contract"] for port in ports if port["direction"] == "output"]
    assert sorted(given) == sorted(declared["contract"])
    read = {one for port in ports for one in port.get("reads", [])} | {
        port["contract"] for port in ports if port["direction"] == "input"
    }
    assert read <= declared["contract"].keys()


def test_that_contracts_name_the_fields_of_the_schemas(declared: dict[str, dict[str, Any]]) -> None:
    latest = {subject.removesuffix("-value"): schema for subject, schema in contracts.REGISTERED}
    checked = 0
    for contract in declared["contract"].values():
        (topic,) = contract["topics"]
        if topic["name"] in latest:
            schema = json.loads(latest[topic["name"]].text)
            names = schema["properties"].keys() if "properties" in schema else {one["name"] for one in schema["fields"]}
            assert {field["name"] for field in topic["fields"] if "." not in field["name"]} == names
            checked += 1
    assert checked == 4
