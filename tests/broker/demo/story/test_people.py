"""Who and what is drawn."""

import random
import re
from collections import Counter

from meshdesk.demo.story.people import CUSTOMERS, between, new_order, open_shop
from tests.broker.demo.story.told import NOW


def test_that_orders_are_numbered_and_some_customers_order_more_often() -> None:
    shop = open_shop(random.Random(2), NOW)
    orders = [new_order(shop) for _ in range(1_000)]
    assert [order.number for order in orders] == [*range(100_001, 101_001)]
    often = Counter(order.customer.id for order in orders)
    assert often.most_common(1)[0][1] > 5
    assert len(shop.customers) == CUSTOMERS
    assert all(order.total == sum(line["quantity"] * line["unit_price"] for line in order.lines) for order in orders)


def test_that_trace_contexts_are_w3cs() -> None:
    order = new_order(open_shop(random.Random(2), NOW))
    ((name, value),) = order.traced(7)
    assert name == "traceparent"
    assert re.fullmatch(rb"00-[0-9a-f]{32}-[0-9a-f]{16}-01", value)


def test_that_seconds_are_drawn_as_milliseconds() -> None:
    assert 500 <= between(random.Random(1), 0.5, 0.6) <= 600
