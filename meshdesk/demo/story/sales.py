"""What the domain of sales says: orders, carts, coupons, returns."""

import uuid

from meshdesk.demo import schemas, topics
from meshdesk.demo.story.event import Event, as_avro, as_json, as_json_schema, moment
from meshdesk.demo.story.people import CUSTOMERS, GOODS, Order, Shop
from meshdesk.model import wording

VERSION_2_BEFORE_LIVE = 10 * 3_600_000  # ms: since then orders are written with the second version of their schema


def placed(shop: Shop, order: Order, now: int) -> Event:
    rng, customer = shop.rng, order.customer
    value = {
        "order_id": order.id,
        "placed_at": moment(now),
        "channel": rng.choice(("WEB", "APP", "APP", "STORE")),
        "customer": {"customer_id": customer.id, "name": customer.name, "email": customer.email},
        "lines": order.lines,
        "total": order.total,
        "currency": "EUR",
        "delivery_address": customer.address,
        "coupon": order.coupon,
    }
    second = now >= shop.live_ms - VERSION_2_BEFORE_LIVE
    schema_id = schemas.ORDER_2_ID if second else schemas.ORDER_1_ID
    headers = (*order.traced(1), ("producer", b"shop-web/2.14" if second else b"shop-web/2.13"))
    return Event(topics.PLACED, order.key, as_avro(schema_id, value), headers, now)


def cancelled(order: Order, now: int, reason: str, *, refund: bool) -> Event:
    value = {"orderId": order.id, "reason": reason, "refund": float(order.total) if refund else None, "at": now}
    return Event(topics.CANCELLED, order.key, as_json(value), order.traced(4), now)


def redeemed(order: Order, now: int) -> Event:
    value = {"coupon": order.coupon, "orderId": order.id, "customerId": order.customer.id, "at": wording.iso(now)}
    return Event(topics.COUPONS, (order.coupon or "").encode(), as_json(value), order.traced(8), now)


def return_requested(shop: Shop, order: Order, now: int) -> Event:
    line = shop.rng.choice(order.lines)
    value = {
        "returnId": f"RET-{order.number}",
        "orderId": order.id,
        "reason": shop.rng.choice(("damaged", "wrong-item", "too-late", "not-as-described")),
        "lines": [{"sku": line["sku"], "quantity": line["quantity"]}],
        "requestedAt": wording.iso(now),
    }
    return Event(topics.RETURNED, order.key, as_json_schema(schemas.RETURN_ID, value), order.traced(9), now)


def cart_changed(shop: Shop, now: int) -> Event:
    """Somebody who looks around; most carts never become an order."""
    rng = shop.rng
    customer = shop.customers[rng.randrange(CUSTOMERS)]
    session = uuid.UUID(int=rng.getrandbits(128), version=4)
    sku, title, *_ = rng.choice(GOODS)
    value = {
        "session": str(session),
        "customerId": customer.id if rng.random() < 0.6 else None,
        "action": rng.choice(("added", "added", "removed", "viewed")),
        "sku": sku,
        "title": title,
        "items": rng.randint(0, 9),
        "at": wording.iso(now),
    }
    return Event(topics.CARTS, str(session).encode(), as_json(value), (("user-agent", b"shop-app/5.2 (iOS)"),), now)
