"""What the domain of the assortment says: products, their prices, and what of them is ordered."""

from collections.abc import Iterator
from decimal import Decimal

from meshdesk.demo import schemas, topics
from meshdesk.demo.story.event import Event, as_avro, moment
from meshdesk.demo.story.people import GOODS, Order, Shop


def listed(shop: Shop, now: int) -> Iterator[Event]:
    """Every product, as it is on the first day."""
    for sku, *_ in GOODS:
        yield _product(shop, sku, now)


def repriced(shop: Shop, now: int) -> Iterator[Event]:
    """A product's price changes a little, and so does its entry."""
    rng = shop.rng
    sku, _, usual, _ = rng.choice(GOODS)
    before = shop.prices[sku]
    after = (Decimal(usual) * rng.randint(85, 120) / 100).quantize(Decimal("0.01"))
    shop.prices[sku] = after
    value = {
        "sku": sku,
        "before": before,
        "after": after,
        "reason": rng.choice(("supplier", "promotion", "end-of-day")),
        "valid_from": moment(now),
    }
    yield Event(topics.PRICES, sku.encode(), as_avro(schemas.PRICE_ID, value), (), now)
    yield _product(shop, sku, now)


def demanded(order: Order, now: int) -> Event:
    """That a product was ordered; which order it was stands in a header alone."""
    line = order.lines[0]
    value = {"sku": line["sku"], "quantity": line["quantity"], "hub": order.hub, "seen_at": moment(now)}
    headers = (("order-id", order.key), *order.traced(20))
    return Event(topics.DEMAND, line["sku"].encode(), as_avro(schemas.DEMAND_ID, value), headers, now)


def _product(shop: Shop, sku: str, now: int) -> Event:
    title, category = next((title, category) for one, title, _, category in GOODS if one == sku)
    value = {
        "sku": sku,
        "title": title,
        "category": category,
        "price": shop.prices[sku],
        "tax_percent": 19 if category == "drinks" else 7,
        "listed": True,
    }
    return Event(topics.PRODUCTS, sku.encode(), as_avro(schemas.PRODUCT_ID, value), (), now)
