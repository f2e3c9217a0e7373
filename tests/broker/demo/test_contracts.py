"""What the demo's domains agreed on."""

from meshdesk.demo import contracts
from meshdesk.demo.registry import Store


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
