"""One order on its way through all domains."""

import collections
import random

import pytest

from meshdesk.demo import topics
from meshdesk.demo.story.event import Event
from meshdesk.demo.story.orders import life
from meshdesk.demo.story.people import open_shop
from tests.broker.demo.story.told import NOW


@pytest.fixture(scope="module")
def lives() -> list[list[Event]]:
    shop = open_shop(random.Random(3), NOW)
    return [[*life(shop, NOW - 3_600_000)] for _ in range(600)]


def names_order(event: Event, order: str) -> bool:
    """In its key, its value or a header."""
    wanted = order.encode()
    return wanted in event.key or wanted in (event.value or b"") or wanted in dict(event.headers).values()


def test_that_an_order_can_be_followed_by_its_id_over_every_domain(lives: list[list[Event]]) -> None:
    domains = {topic.name.partition(".")[0] for topic in topics.TOPICS}
    whole = [told for told in lives if any(event.topic == topics.DELIVERED for event in told)]
    assert len(whole) > 400
    for told in whole:
        order = told[0].key.decode()
        of_order = [event for event in told if event.topic not in (topics.PROFILES, topics.STOCK, topics.LOW)]
        assert [event for event in of_order if not names_order(event, order)] == []
        assert {event.topic.partition(".")[0] for event in of_order} == domains


def test_that_it_is_told_in_the_order_of_time_under_one_trace(lives: list[list[Event]]) -> None:
    for told in lives:
        times = [event.timestamp_ms for event in told]
        assert times == sorted(times)
        traces = [dict(event.headers).get("traceparent", b"")[:35] for event in told]
        assert len({*traces} - {b""}) == 1


def test_that_stages_follow_each_other_and_the_end_is_one_of_three(lives: list[list[Event]]) -> None:
    stages = [topics.PLACED, topics.SCORED, topics.AUTHORISED, topics.CAPTURED, topics.INVOICED, topics.PICKED]
    stages += [topics.DISPATCHED, topics.ROUTED, topics.DELIVERED]
    ends = collections.Counter[str]()
    for told in lives:
        names = [event.topic for event in told]
        along = [name for name in names if name in stages]
        assert along == stages[: len(along)]
        ends["declined" if topics.DECLINED in names else "cancelled" if topics.CANCELLED in names else "delivered"] += 1
        assert (topics.CANCELLED in names) == (topics.DELIVERED not in names)
    assert 0.01 < ends["declined"] / ends.total() < 0.08
    assert 0.01 < ends["cancelled"] / ends.total() < 0.06


def test_that_a_refund_follows_what_it_is_for(lives: list[list[Event]]) -> None:
    refunded = [told for told in lives if told[-1].topic == topics.REFUNDED]
    assert len(refunded) > 20
    assert {told[-2].topic for told in refunded} <= {topics.RETURNED, topics.RESERVATIONS}
