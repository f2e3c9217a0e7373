"""What the domain of logistics says: shipments, routes, parcels on their way, deliveries, couriers."""

import random
import uuid

from meshdesk.demo import schemas, topics
from meshdesk.demo.story.event import (
    Event,
    as_avro,
    as_json,
    binary_mode,
    cloud_event,
    moment,
    structured_mode,
)
from meshdesk.demo.story.people import COURIERS, HUBS, Order, Shop
from meshdesk.demo.story.protobuf import as_protobuf, double, single, text, texts, whole
from meshdesk.model import wording


def dispatched(shop: Shop, order: Order, now: int, courier: str) -> Event:
    """A CloudEvent in binary mode."""
    address = order.customer.address
    value = {
        "shipmentId": f"SH-{order.number}",
        "orderId": order.id,
        "courier": courier,
        "parcels": 1 + len(order.lines) // 3,
        "weightKg": round(shop.rng.uniform(0.4, 9.5), 2),
        "to": {"street": address["street"], "postcode": address["postcode"], "city": address["city"]},
    }
    kind, source = "shop.logistics.shipment.dispatched.v1", "/logistics/dispatch"
    headers = binary_mode(cloud_event(kind, source, _id(shop.rng), order.id, now))
    return Event(topics.DISPATCHED, order.key, as_json(value), (*headers, *order.traced(5)), now)


def routed(shop: Shop, order: Order, now: int, courier: str) -> Event:
    """A CloudEvent in structured mode."""
    attributes = cloud_event("shop.logistics.route.planned.v1", "/logistics/routes", _id(shop.rng), courier, now)
    stops = [{"orderId": order.id, "etaMinutes": shop.rng.randint(6, 25)}]
    headers, value = structured_mode(attributes, {"courier": courier, "hub": order.hub, "stops": stops})
    return Event(topics.ROUTED, courier.encode(), value, (*headers, *order.traced(16)), now)


def tracked(order: Order, now: int, courier: str, state: str, place: list[float]) -> Event:
    value = {
        "shipmentId": f"SH-{order.number}",
        "orderId": order.id,
        "state": state,
        "courier": courier,
        "position": {"lat": round(place[0], 5), "lon": round(place[1], 5)},
        "at": wording.iso(now),
    }
    return Event(topics.TRACKED, order.key, as_json(value), order.traced(6), now)


def delivered(shop: Shop, order: Order, now: int, courier: str, minutes: float) -> Event:
    """A CloudEvent in structured mode."""
    kind, source = "shop.logistics.delivery.completed.v1", "/logistics/deliveries"
    attributes = cloud_event(kind, source, _id(shop.rng), order.id, now)
    data = {
        "shipmentId": f"SH-{order.number}",
        "orderId": order.id,
        "courier": courier,
        "minutes": round(minutes, 1),
        "handedTo": shop.rng.choice(("customer", "customer", "neighbour", "doorstep")),
    }
    headers, value = structured_mode(attributes, data)
    return Event(topics.DELIVERED, order.key, value, (*headers, *order.traced(17)), now)


def position(shop: Shop, now: int) -> Event:
    """Where a courier is, as Protobuf."""
    rng = shop.rng
    courier = courier_name(rng)
    fields = (
        text(1, courier),
        double(2, round(53.55 + rng.uniform(-0.04, 0.04), 6)),
        double(3, round(9.99 + rng.uniform(-0.06, 0.06), 6)),
        single(4, round(rng.uniform(0, 28), 1)),
        texts(5, ()),
        whole(6, now),
    )
    return Event(topics.POSITIONS, courier.encode(), as_protobuf(schemas.POSITION_ID, [0], *fields), (), now)


def shift(shop: Shop, now: int) -> Event:
    courier, state = courier_name(shop.rng), shop.rng.choice(("STARTED", "PAUSED", "ENDED"))
    value = {"courier_id": courier, "state": state, "hub": shop.rng.choice(HUBS), "at": moment(now)}
    return Event(topics.SHIFTS, courier.encode(), as_avro(schemas.SHIFT_ID, value), (), now)


def courier_name(rng: random.Random) -> str:
    return f"courier-{rng.randrange(COURIERS):02}"


def _id(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))
