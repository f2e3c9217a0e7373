"""What payments says, in JSON Schema, Avro and Protobuf, and its dead letters."""

from collections import Counter

from meshdesk.demo import schemas, topics
from meshdesk.demo.story.event import Event
from meshdesk.demo.story.partition import partition_of
from meshdesk.demo.story.payments import CAPTURED_PARTITIONS
from tests.broker.demo.story.told import avro_of, of, registered_json
from tests.broker.demo.story.wire import fields_of


def test_that_captured_payments_hold_what_their_schema_asks_for(story: list[Event]) -> None:
    properties, required = schemas.PAYMENT["properties"], schemas.PAYMENT["required"]
    for event in of(story, topics.CAPTURED):
        payment = registered_json(event, schemas.PAYMENT_ID)
        assert set(required) <= set(payment) <= set(properties)
        assert payment["method"] in properties["method"]["enum"]
        assert (payment["method"] == "card") == ("card" in payment)


def test_that_authorised_payments_are_the_first_message_of_their_file(story: list[Event]) -> None:
    for event in of(story, topics.AUTHORISED)[:300]:
        assert event.value is not None
        assert event.value[:6] == b"\0" + schemas.AUTHORISED_ID.to_bytes(4, "big") + b"\0"
        fields = fields_of(event.value[6:])
        assert fields[2] == [event.key]
        assert fields[6] == [event.timestamp_ms]
        assert set(fields_of(fields[3][0])) == {1, 2}  # type: ignore[arg-type]


def test_that_refunds_are_the_second_message_of_their_file(story: list[Event]) -> None:
    refunds = of(story, topics.REFUNDED)
    reasons = set()
    for event in refunds:
        assert event.value is not None
        assert (
            event.value[:7] == b"\0" + schemas.REFUND_ID.to_bytes(4, "big") + b"\x02\x02"
        )  # one step, to place 1: zigzag
        fields = fields_of(event.value[7:])
        assert fields[2] == [event.key]
        reasons.add(fields[4][0])
    assert reasons == {1, 2}


def test_that_invoices_are_settled_as_their_orders_were_paid(story: list[Event]) -> None:
    cards = {event.key: "card" in registered_json(event, schemas.PAYMENT_ID) for event in of(story, topics.CAPTURED)}
    for event in of(story, topics.INVOICED)[::5]:
        _, value = avro_of(event)
        assert ("brand" in value["settlement"]) == cards[event.key]
        assert value["net"] + value["tax"] > value["tax"] > 0


def test_that_a_dead_letter_says_where_the_payment_lies_that_it_is(story: list[Event]) -> None:
    """The story counts; that Kafka agrees is tested in tests/broker/demo/test_traffic.py."""
    ends, places = Counter[int](), {}
    for event in of(story, topics.CAPTURED):
        partition = partition_of(event.key, CAPTURED_PARTITIONS)
        places[event.key] = (str(partition), str(ends[partition]), event.value)
        ends[partition] += 1
    dead = of(story, topics.DEAD)
    assert len(dead) > 5
    for event in dead:
        headers = {name: value.decode() for name, value in event.headers}
        where = (headers["__connect.errors.partition"], headers["__connect.errors.offset"], event.value)
        assert where == places[event.key]
        assert headers["__connect.errors.topic"] == topics.CAPTURED
