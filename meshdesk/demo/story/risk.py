"""What the domain of risk says: a score for each order, and an alert for some."""

import uuid

from meshdesk.demo import schemas, topics
from meshdesk.demo.story.event import Event, as_json, as_json_schema, binary_mode, cloud_event
from meshdesk.demo.story.people import Order, Shop
from meshdesk.model import wording

SIGNALS = ("new-address", "night-order", "many-cards", "fast-repeat", "high-total", "shared-device")
ALARMING = 0.9  # of a score


def score(shop: Shop) -> float:
    """From 0 to 1; most are low."""
    return round(shop.rng.random() ** 3, 4)


def scored(shop: Shop, order: Order, now: int, score: float) -> Event:
    value = {
        "orderId": order.id,
        "score": score,
        "model": "gbm-2026-10",
        "signals": shop.rng.sample(SIGNALS, int(score * 4)),
        "decision": "reject" if score > 0.97 else "review" if score > ALARMING else "accept",
        "scoredAt": wording.iso(now),
    }
    return Event(topics.SCORED, order.key, as_json_schema(schemas.SCORE_ID, value), order.traced(13), now)


def alert(shop: Shop, order: Order, now: int, score: float) -> Event:
    """A CloudEvent in binary mode."""
    event_id = str(uuid.UUID(int=shop.rng.getrandbits(128), version=4))
    attributes = cloud_event("shop.risk.alert.raised.v1", "/risk/scoring", event_id, order.id, now)
    value = {"orderId": order.id, "customerId": order.customer.id, "score": score, "total": float(order.total)}
    return Event(topics.ALERTS, order.key, as_json(value), (*binary_mode(attributes), *order.traced(14)), now)
