"""The story of the demo: a shop that delivers groceries in a city within minutes, told as events. Pure, fixed by its seed.

    for event in events(seed=7, start_ms=now - DAY, live_ms=now): ...

An order is placed, paid, invoiced, dispatched, tracked and delivered, or cancelled; its id is the key in six topics and its
trace id stands in the headers of all. The stream never ends and is ordered by time: up to `live_ms` it is a day with its
quiet night, lunch and evening, and a rush that begins in its last half hour; after that the rush goes on, in small waves.
"""

import heapq
import io
import itertools
import json
import math
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import fastavro

from meshdesk.demo import contracts
from meshdesk.model import wording

DAY = 86_400_000  # ms
LIVE_ORDERS = 5.2  # orders a second once live; each is about 12 events, so some 60 events a second
DAILY_ORDERS = 0.07  # orders a second, on the average of the day before
RUSH = 600_000  # ms: the rush grows by e in such a time until live_ms
VERSION_2_BEFORE_LIVE = 10 * 3_600_000  # ms: since then orders are written with the second version of their schema
CUSTOMERS = 2_000  # bounds the compacted topic

# How busy each hour of a day is (UTC), 1 on the average.
HOURS = (
    0.3,
    0.2,
    0.1,
    0.1,
    0.1,
    0.2,
    0.5,
    0.9,
    1.2,
    1.1,
    1.1,
    1.6,
    1.9,
    1.4,
    1.0,
    1.0,
    1.2,
    1.6,
    2.1,
    2.2,
    1.7,
    1.2,
    0.8,
    0.5,
)

FIRST = (
    "Ada",
    "Bram",
    "Chiara",
    "Daan",
    "Elif",
    "Farid",
    "Greta",
    "Hugo",
    "Ines",
    "Jonas",
    "Kofi",
    "Lena",
    "Mira",
    "Noor",
)
LAST = (
    "Bakker",
    "Castro",
    "Demir",
    "Eriksen",
    "Fischer",
    "Garnier",
    "Haas",
    "Ivanova",
    "Jansen",
    "Keller",
    "Lund",
    "Müller",
)
STREETS = ("Lindenweg", "Hafenstraße", "Ringgasse", "Am Markt", "Gartenallee", "Brückenstraße", "Nordufer", "Mühlweg")
CITIES = (("20095", "Hamburg"), ("10115", "Berlin"), ("50667", "Köln"), ("80331", "München"))
GOODS = (
    ("SKU-1001", "Oat milk 1 l", "2.19"),
    ("SKU-1002", "Sourdough bread", "4.50"),
    ("SKU-1003", "Tomatoes 500 g", "2.79"),
    ("SKU-1004", "Olive oil 0.75 l", "11.90"),
    ("SKU-1005", "Espresso beans 1 kg", "17.49"),
    ("SKU-1006", "Spaghetti 500 g", "1.29"),
    ("SKU-1007", "Eggs, 10", "3.49"),
    ("SKU-1008", "Feta 200 g", "2.99"),
    ("SKU-1009", "Sparkling water, 6", "4.74"),
    ("SKU-1010", "Dark chocolate", "1.99"),
    ("SKU-1011", "Basil in a pot", "2.29"),
    ("SKU-1012", "Frozen peas 1 kg", "3.19"),
)
COUPONS = ("WELCOME5", "LUNCH10", "FRIEND7")
CARDS = ("visa", "mastercard", "amex")
COURIERS = 60

_Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """One record to be produced. Timestamp in ms since the epoch; a value of None is a tombstone."""

    topic: str
    key: bytes
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    timestamp_ms: int


@dataclass(slots=True)
class _Customer:
    id: str
    name: str
    email: str | None
    since: date
    address: _Record
    orders: int = 0
    known: bool = False  # has a profile at this moment


@dataclass(frozen=True, slots=True)
class _Order:
    id: str
    number: int
    customer: _Customer
    lines: list[_Record]
    total: Decimal
    trace: str


@dataclass(slots=True)
class _Shop:
    """What one telling of the story has drawn so far."""

    rng: random.Random
    live_ms: int
    customers: list[_Customer]
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(100_001))


def events(seed: int, start_ms: int, live_ms: int, live_orders: float = LIVE_ORDERS) -> Iterator[Event]:
    """The story from `start_ms` on, ordered by timestamp, without end. The same arguments give the same bytes."""
    rng = random.Random(seed)
    shop = _Shop(rng, live_ms, [_customer(rng, number) for number in range(CUSTOMERS)])
    going: list[tuple[int, int, Event, Iterator[Event]]] = []
    turn = itertools.count()  # settles ties, so that events are never compared
    arrival = float(start_ms)
    while True:
        arrival += rng.expovariate(orders_per_second(arrival, live_ms, live_orders)) * 1000
        while going and going[0][0] <= arrival:
            _, _, event, life = heapq.heappop(going)
            yield event
            _push(going, turn, life)
        _push(going, turn, _life(shop, int(arrival)))


def orders_per_second(at_ms: float, live_ms: int, live_orders: float = LIVE_ORDERS) -> float:
    """How busy the shop is at a moment.

    >>> round(orders_per_second(0, DAY), 3), orders_per_second(DAY - 1, DAY) > 5
    (0.021, True)
    """
    if at_ms >= live_ms:
        since = (at_ms - live_ms) / 1000
        return live_orders * (1 + 0.2 * math.sin(math.tau * since / 90) + 0.1 * math.sin(math.tau * since / 1000))
    hour = at_ms % DAY / 3_600_000
    here, after, part = HOURS[int(hour)], HOURS[(int(hour) + 1) % 24], hour % 1
    usual = DAILY_ORDERS * (here + (after - here) * part)
    return usual + max(0.0, live_orders - usual) * math.exp((at_ms - live_ms) / RUSH)


def _push(going: list[tuple[int, int, Event, Iterator[Event]]], turn: Iterator[int], life: Iterator[Event]) -> None:
    event = next(life, None)
    if event is not None:
        heapq.heappush(going, (event.timestamp_ms, next(turn), event, life))


def _life(shop: _Shop, now: int) -> Iterator[Event]:
    """One order from its placing to its end, ordered by time."""
    rng, order = shop.rng, _order(shop)
    yield _placed(shop, order, now)
    yield from _profile(shop, order.customer, now)
    now += _between(rng, 0.2, 1.5)
    yield _notified(rng, order, now, "order-confirmed")
    now += _between(rng, 0.8, 12)
    if rng.random() < 0.04:
        yield _cancelled(order, now, "payment-declined", refund=False)
        return
    card = rng.choice(CARDS) if rng.random() < 0.8 else None
    last_four = f"{rng.randrange(10_000):04}"
    yield _captured(rng, order, now, card, last_four)
    now += _between(rng, 0.1, 2)
    yield _invoiced(rng, order, now, card, last_four)
    now += _between(rng, 20, 150)
    if rng.random() < 0.025:
        yield _cancelled(order, now, rng.choice(("changed-mind", "out-of-stock")), refund=True)
        return
    yield from _delivery(rng, order, now)


def _delivery(rng: random.Random, order: _Order, now: int) -> Iterator[Event]:
    shipment = f"SH-{order.number}"
    courier = f"courier-{rng.randrange(COURIERS):02}"
    yield _dispatched(rng, order, now, shipment, courier)
    now += _between(rng, 0.3, 1)
    yield _notified(rng, order, now, "on-its-way")
    place = [53.55 + rng.uniform(-0.04, 0.04), 9.99 + rng.uniform(-0.06, 0.06)]
    for state in ("picked-up", *["en-route"] * rng.randint(2, 4), "delivered"):
        now += _between(rng, 40, 140)
        place = [place[0] + rng.uniform(-0.004, 0.004), place[1] + rng.uniform(-0.006, 0.006)]
        yield _tracked(order, now, shipment, courier, state, place)
    now += _between(rng, 0.5, 3)
    yield _notified(rng, order, now, "delivered")


def _order(shop: _Shop) -> _Order:
    rng, number = shop.rng, next(shop.numbers)
    # Some customers order much more often than others.
    customer = shop.customers[int(CUSTOMERS * rng.random() ** 2.5)]
    lines: list[_Record] = [
        {"sku": sku, "title": title, "quantity": rng.choice((1, 1, 1, 2, 3)), "unit_price": Decimal(price)}
        for sku, title, price in rng.sample(GOODS, rng.choice((1, 2, 2, 3, 4)))
    ]
    total = sum((line["quantity"] * line["unit_price"] for line in lines), Decimal("0.00"))
    return _Order(f"ORD-{number}", number, customer, lines, total, f"{rng.getrandbits(128):032x}")


def _customer(rng: random.Random, number: int) -> _Customer:
    first, last = rng.choice(FIRST), rng.choice(LAST)
    postcode, city = rng.choice(CITIES)
    street = f"{rng.choice(STREETS)} {rng.randint(1, 120)}"
    email = f"{first}.{last}{number}@example.com".lower().replace("ü", "ue") if rng.random() < 0.9 else None
    since = date.fromordinal(date(2021, 1, 1).toordinal() + rng.randrange(1800))
    address = {"street": street, "postcode": postcode, "city": city, "country": "DE"}
    return _Customer(f"C-{10_000 + number}", f"{first} {last}", email, since, address)


def _placed(shop: _Shop, order: _Order, now: int) -> Event:
    rng, customer = shop.rng, order.customer
    value = {
        "order_id": order.id,
        "placed_at": _moment(now),
        "channel": rng.choice(("WEB", "APP", "APP", "STORE")),
        "customer": {"customer_id": customer.id, "name": customer.name, "email": customer.email},
        "lines": order.lines,
        "total": order.total,
        "currency": "EUR",
        "delivery_address": customer.address,
        "coupon": rng.choice(COUPONS) if rng.random() < 0.12 else None,
    }
    second = now >= shop.live_ms - VERSION_2_BEFORE_LIVE
    schema_id = contracts.ORDER_2_ID if second else contracts.ORDER_1_ID
    headers = (*_traced(order, 1), ("producer", b"shop-web/2.14" if second else b"shop-web/2.13"))
    return Event(contracts.PLACED, order.id.encode(), _avro(schema_id, value), headers, now)


def _profile(shop: _Shop, customer: _Customer, now: int) -> Iterator[Event]:
    """The customer's profile after an order: new, changed or, now and then, deleted (a tombstone)."""
    rng, topic, key = shop.rng, contracts.PROFILES, customer.id.encode()
    customer.orders += 1
    if customer.known and rng.random() < 0.02:
        customer.known = False
        yield Event(topic, key, None, (("reason", b"erasure-request"),), now + 5)
    elif not customer.known or rng.random() < 0.15:
        customer.known = True
        value = {
            "customer_id": customer.id,
            "name": customer.name,
            "email": customer.email,
            "since": customer.since,
            "orders": customer.orders,
            "preferences": {"language": rng.choice(("de", "en")), "newsletter": rng.choice(("yes", "no"))},
            "changed_at": _moment(now),
        }
        yield Event(topic, key, _avro(contracts.PROFILE_ID, value), (), now + 5)


def _captured(rng: random.Random, order: _Order, now: int, card: str | None, last_four: str) -> Event:
    value: _Record = {
        "paymentId": f"PAY-{order.number}",
        "orderId": order.id,
        "amount": {"value": str(order.total), "currency": "EUR"},
        "method": "card" if card else rng.choice(("wallet", "invoice")),
        "capturedAt": wording.iso(now),
        "riskScore": round(rng.random() ** 3, 4),
    }
    if card:
        value["card"] = {"brand": card, "lastFour": last_four}
    body = contracts.PAYMENT_ID.to_bytes(4, "big") + _json(value)
    return Event(contracts.CAPTURED, order.id.encode(), b"\0" + body, _traced(order, 2), now)


def _invoiced(rng: random.Random, order: _Order, now: int, card: str | None, last_four: str) -> Event:
    tax = (order.total * 7 / 107).quantize(Decimal("0.01"))
    value = {
        "invoice_id": uuid.UUID(int=rng.getrandbits(128), version=4),
        "number": 2_600_000_000 + order.number,
        "order_id": order.id,
        "issued_at": _moment(now),
        "due_on": date.fromordinal(_moment(now).date().toordinal() + 14),
        "bill_to": order.customer.address,
        "net": order.total - tax,
        "tax": tax,
        "settlement": ("shop.payments.CardSettlement", {"brand": card, "last_four": last_four})
        if card
        else ("shop.payments.TransferSettlement", {"reference": f"RF{order.number}", "days": 14}),
    }
    return Event(contracts.INVOICED, order.id.encode(), _avro(contracts.INVOICE_ID, value), _traced(order, 3), now)


def _cancelled(order: _Order, now: int, reason: str, *, refund: bool) -> Event:
    value = {"orderId": order.id, "reason": reason, "refund": float(order.total) if refund else None, "at": now}
    return Event(contracts.CANCELLED, order.id.encode(), _json(value), _traced(order, 4), now)


def _dispatched(rng: random.Random, order: _Order, now: int, shipment: str, courier: str) -> Event:
    """A CloudEvent in binary mode (Kafka protocol binding 1.0): attributes in headers, the data is the value."""
    address = order.customer.address
    value = {
        "shipmentId": shipment,
        "orderId": order.id,
        "courier": courier,
        "parcels": 1 + len(order.lines) // 3,
        "weightKg": round(rng.uniform(0.4, 9.5), 2),
        "to": {"street": address["street"], "postcode": address["postcode"], "city": address["city"]},
    }
    headers = (
        ("ce_specversion", b"1.0"),
        ("ce_id", str(uuid.UUID(int=rng.getrandbits(128), version=4)).encode()),
        ("ce_source", b"/logistics/dispatch"),
        ("ce_type", b"shop.logistics.shipment.dispatched.v1"),
        ("ce_subject", order.id.encode()),
        ("ce_time", wording.iso(now).encode()),
        ("content-type", b"application/json; charset=utf-8"),
        *_traced(order, 5),
    )
    return Event(contracts.DISPATCHED, order.id.encode(), _json(value), headers, now)


def _tracked(order: _Order, now: int, shipment: str, courier: str, state: str, place: list[float]) -> Event:
    value = {
        "shipmentId": shipment,
        "orderId": order.id,
        "state": state,
        "courier": courier,
        "position": {"lat": round(place[0], 5), "lon": round(place[1], 5)},
        "at": wording.iso(now),
    }
    return Event(contracts.TRACKED, order.id.encode(), _json(value), _traced(order, 6), now)


def _notified(rng: random.Random, order: _Order, now: int, kind: str) -> Event:
    value = {
        "notification": f"{rng.getrandbits(64):016x}",
        "customerId": order.customer.id,
        "orderId": order.id,
        "template": kind,
        "channel": "email" if order.customer.email else "push",
        "sentAt": wording.iso(now),
    }
    return Event(contracts.NOTIFIED, order.customer.id.encode(), _json(value), _traced(order, 7), now)


def _traced(order: _Order, step: int) -> tuple[tuple[str, bytes], ...]:
    """W3C Trace Context: version, trace id, this step's span id, sampled."""
    return (("traceparent", f"00-{order.trace}-{order.number:08x}{step:08x}-01".encode()),)


def _between(rng: random.Random, least: float, most: float) -> int:
    """Seconds drawn, as ms."""
    return int(rng.uniform(least, most) * 1000)


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def _json(value: _Record) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _avro(schema_id: int, value: _Record) -> bytes:
    """Confluent's framing: a zero byte, the id as four bytes, big-endian, Avro's binary encoding."""
    out = io.BytesIO()
    out.write(b"\0" + schema_id.to_bytes(4, "big"))
    fastavro.schemaless_writer(out, _PARSED[schema_id], value)
    return out.getvalue()


def _parsed() -> dict[int, Any]:
    named: dict[str, Any] = {}
    fastavro.parse_schema(contracts.ADDRESS, named_schemas=named)
    return {
        contracts.ORDER_1_ID: fastavro.parse_schema(contracts.ORDER_1),
        contracts.ORDER_2_ID: fastavro.parse_schema(contracts.ORDER_2),
        contracts.INVOICE_ID: fastavro.parse_schema(contracts.INVOICE, named_schemas=named),
        contracts.PROFILE_ID: fastavro.parse_schema(contracts.PROFILE),
    }


_PARSED = _parsed()
