"""What the domain of the warehouse says: its database's changes as Debezium tells them, picked orders, low stock."""

from meshdesk.demo import schemas, topics
from meshdesk.demo.story.event import Event, Fields, as_json, as_json_schema
from meshdesk.demo.story.people import FULL, Order, Shop
from meshdesk.model import wording

LOW = 25  # pieces of a product in a hub: so few are few
CONNECTOR = (
    ("__debezium.context.connectorLogicalName", b"warehouse"),
    ("__debezium.context.taskId", b"0"),
    ("__debezium.context.connectorName", b"postgresql"),
)


def reserved(shop: Shop, order: Order, now: int) -> Event:
    """A row is inserted for the order."""
    return _change(shop, topics.RESERVATIONS, {"order_id": order.id}, None, _reservation(order, "held", now), now)


def released(shop: Shop, order: Order, held_ms: int, now: int, state: str) -> Event:
    """The row of the order is updated when its goods leave, or stay."""
    before, after = _reservation(order, "held", held_ms), _reservation(order, state, held_ms)
    return _change(shop, topics.RESERVATIONS, {"order_id": order.id}, before, after, now)


def taken(shop: Shop, order: Order, number: int, now: int) -> tuple[Event, bool]:
    """Pieces of one line of the order leave the shelf; also whether few are left now."""
    line = order.lines[number]
    before = shop.stock[line["sku"], order.hub]
    after = before - line["quantity"]
    return _stock(shop, line["sku"], order.hub, before, after, now), after < LOW <= before


def restocked(shop: Shop, now: int) -> Event:
    """A pallet of the product that is scarcest comes."""
    sku, hub = min(shop.stock, key=lambda one: (shop.stock[one], one))
    return _stock(shop, sku, hub, shop.stock[sku, hub], FULL, now)


def low(shop: Shop, order: Order, number: int, now: int) -> Event:
    sku = order.lines[number]["sku"]
    value = {"sku": sku, "hub": order.hub, "left": shop.stock[sku, order.hub], "at": wording.iso(now)}
    return Event(topics.LOW, sku.encode(), as_json_schema(schemas.LOW_ID, value), (), now)


def picked(shop: Shop, order: Order, now: int) -> Event:
    value = {
        "orderId": order.id,
        "hub": order.hub,
        "picker": f"picker-{shop.rng.randrange(24):02}",
        "items": sum(line["quantity"] for line in order.lines),
        "substitutions": [],
        "seconds": shop.rng.randint(35, 190),
        "at": wording.iso(now),
    }
    return Event(topics.PICKED, order.key, as_json(value), order.traced(15), now)


def _reservation(order: Order, state: str, held_ms: int) -> Fields:
    pieces = sum(line["quantity"] for line in order.lines)
    return {"order_id": order.id, "hub": order.hub, "pieces": pieces, "state": state, "held_at": held_ms * 1000}


def _stock(shop: Shop, sku: str, hub: str, before: int, after: int, now: int) -> Event:
    shop.stock[sku, hub] = after
    rows = ({"sku": sku, "hub": hub, "quantity": quantity} for quantity in (before, after))
    return _change(shop, topics.STOCK, {"sku": sku, "hub": hub}, next(rows), next(rows), now)


def _change(shop: Shop, topic: str, key: Fields, before: Fields | None, after: Fields, now: int) -> Event:
    """A change event of Debezium 3.5 for PostgreSQL, by Connect's JSON converter without schemas."""
    shop.log_position += 184
    server, schema, table = topic.split(".", maxsplit=1)[0], *topic.split(".")[2:]
    source = {
        "version": "3.5.0.Final",
        "connector": "postgresql",
        "name": server,
        "ts_ms": now - 40,
        "snapshot": "false",
        "db": "wms",
        "sequence": f'["{shop.log_position - 184}","{shop.log_position}"]',
        "ts_us": (now - 40) * 1000,
        "ts_ns": (now - 40) * 1_000_000,
        "schema": schema,
        "table": table,
        "txId": 700 + shop.log_position // 184 % 1_000_000,
        "lsn": shop.log_position,
        "xmin": None,
    }
    value = {
        "before": before,
        "after": after,
        "source": source,
        "transaction": None,
        "op": "c" if before is None else "u",
        "ts_ms": now,
        "ts_us": now * 1000,
        "ts_ns": now * 1_000_000,
    }
    return Event(topic, as_json(key), as_json(value), CONNECTOR, now)
