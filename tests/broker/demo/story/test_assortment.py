"""What the assortment says of its products."""

from meshdesk.demo import topics
from meshdesk.demo.story.event import Event
from meshdesk.demo.story.people import GOODS
from tests.broker.demo.story.told import avro_of, of


def test_that_every_product_is_listed_from_the_beginning(story: list[Event]) -> None:
    assert [event.topic for event in story[: len(GOODS)]] == [topics.PRODUCTS] * len(GOODS)


def test_that_a_price_goes_on_from_the_one_before_and_is_that_of_the_product(story: list[Event]) -> None:
    prices = {avro_of(event)[1]["sku"]: avro_of(event)[1]["price"] for event in story[: len(GOODS)]}
    changed = 0
    for event in story[len(GOODS) :]:
        if event.topic == topics.PRICES:
            _, value = avro_of(event)
            assert value["before"] == prices[value["sku"]]
            prices[value["sku"]] = value["after"]
            changed += 1
        elif event.topic == topics.PRODUCTS:
            _, value = avro_of(event)
            assert value["price"] == prices[value["sku"]]
    assert changed > 10


def test_that_demand_names_its_order_in_a_header(story: list[Event]) -> None:
    orders = {event.key for event in of(story, topics.PLACED)}
    for event in of(story, topics.DEMAND)[::5]:
        assert dict(event.headers)["order-id"] in orders
        assert avro_of(event)[1]["sku"].encode() == event.key
