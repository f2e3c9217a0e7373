"""What customers are and say."""

import random

from meshdesk.demo import schemas, topics
from meshdesk.demo.story import customers
from meshdesk.demo.story.event import Event
from meshdesk.demo.story.people import new_order, open_shop
from tests.broker.demo.story.told import NOW, avro_of, json_of, of, registered_json


def test_that_a_tombstone_deletes_a_profile_that_was_there(story: list[Event]) -> None:
    there: set[bytes] = set()
    tombstones = 0
    for event in of(story, topics.PROFILES):
        if event.value is None:
            assert event.key in there
            there.remove(event.key)
            tombstones += 1
        else:
            assert avro_of(event)[1]["customer_id"].encode() == event.key
            there.add(event.key)
    assert tombstones > 5


def test_that_ratings_are_written_by_each_version_of_their_schema() -> None:
    shop = open_shop(random.Random(1), NOW)
    order = new_order(shop)
    for added in range(len(schemas.ADDED) + 1):
        number, value = avro_of(customers.rated(shop, order, NOW, added))
        assert number == schemas.rating_id(added)
        assert [*value][5:] == [*schemas.ADDED[:added]]
        assert 1 <= value["stars"] <= 5


def test_that_notifications_and_tickets_are_under_the_customer(story: list[Event]) -> None:
    for event in (*of(story, topics.NOTIFIED), *of(story, topics.TICKETS)):
        value = json_of(event)
        assert value["customerId"].encode() == event.key
        assert value["orderId"].startswith("ORD-")


def test_that_consents_are_json_by_their_schema(story: list[Event]) -> None:
    for event in of(story, topics.CONSENTS):
        value = registered_json(event, schemas.CONSENT_ID)
        assert set(value) == set(schemas.CONSENT["properties"])
