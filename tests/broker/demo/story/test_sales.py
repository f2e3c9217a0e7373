"""What sales says of its orders and carts."""

from decimal import Decimal

from meshdesk.demo import schemas, topics
from meshdesk.demo.story.event import Event
from tests.broker.demo.story.told import avro_of, json_of, of, registered_json


def test_that_orders_are_read_by_their_registered_schemas_and_add_up(story: list[Event]) -> None:
    seen = set()
    for event in of(story, topics.PLACED)[::7]:
        number, value = avro_of(event)
        seen.add(number)
        assert value["total"] == sum(line["quantity"] * line["unit_price"] for line in value["lines"])
        assert value["placed_at"].timestamp() * 1000 == event.timestamp_ms
        assert isinstance(value["total"], Decimal)
        assert value["order_id"].encode() == event.key
    assert seen == {schemas.ORDER_1_ID, schemas.ORDER_2_ID}


def test_that_coupons_are_those_of_the_orders(story: list[Event]) -> None:
    coupons = {json_of(event)["orderId"]: event.key.decode() for event in of(story, topics.COUPONS)}
    orders = {value["order_id"]: value.get("coupon") for _, value in map(avro_of, of(story, topics.PLACED))}
    assert len(coupons) > 50
    second = [order for order in coupons if orders[order] is not None]  # the first version of the schema has no coupon
    assert len(second) > 40
    assert {order: coupons[order] for order in second} == {order: orders[order] for order in second}


def test_that_returns_name_lines_of_their_order(story: list[Event]) -> None:
    lines = {
        value["order_id"]: {line["sku"] for line in value["lines"]}
        for _, value in map(avro_of, of(story, topics.PLACED))
    }
    returned = [registered_json(event, schemas.RETURN_ID) for event in of(story, topics.RETURNED)]
    assert returned
    assert all({line["sku"] for line in one["lines"]} <= lines[one["orderId"]] for one in returned)


def test_that_a_cancelled_order_is_refunded_where_it_was_paid(story: list[Event]) -> None:
    said = [json_of(event) for event in of(story, topics.CANCELLED)]
    assert {one["refund"] is None for one in said if one["reason"] == "payment-declined"} == {True}
    assert {one["refund"] is None for one in said if one["reason"] != "payment-declined"} == {False}


def test_that_carts_are_under_their_session(story: list[Event]) -> None:
    for event in of(story, topics.CARTS)[:200]:
        assert json_of(event)["session"].encode() == event.key
