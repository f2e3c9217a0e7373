"""Who and what the story is about: customers, couriers, goods, hubs; and what it has drawn of them so far."""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from meshdesk.demo.story.event import Fields, Headers

CUSTOMERS = 2_000  # bounds the compacted topics
COURIERS = 60
FULL = 400  # pieces of a product in a hub after a delivery

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
HUBS = ("HAM-1", "HAM-2", "BER-1", "CGN-1")
GOODS = (
    ("SKU-1001", "Oat milk 1 l", "2.19", "dairy"),
    ("SKU-1002", "Sourdough bread", "4.50", "bakery"),
    ("SKU-1003", "Tomatoes 500 g", "2.79", "produce"),
    ("SKU-1004", "Olive oil 0.75 l", "11.90", "pantry"),
    ("SKU-1005", "Espresso beans 1 kg", "17.49", "pantry"),
    ("SKU-1006", "Spaghetti 500 g", "1.29", "pantry"),
    ("SKU-1007", "Eggs, 10", "3.49", "dairy"),
    ("SKU-1008", "Feta 200 g", "2.99", "dairy"),
    ("SKU-1009", "Sparkling water, 6", "4.74", "drinks"),
    ("SKU-1010", "Dark chocolate", "1.99", "pantry"),
    ("SKU-1011", "Basil in a pot", "2.29", "produce"),
    ("SKU-1012", "Frozen peas 1 kg", "3.19", "frozen"),
)
CARDS = ("visa", "mastercard", "amex")
COUPON = ("WELCOME5", "LUNCH10", "FRIEND7")


@dataclass(slots=True)
class Customer:
    """One customer; what is known of them changes with the story."""

    id: str
    name: str
    email: str | None
    since: date
    address: Fields
    orders: int = 0
    known: bool = False  # has a profile at this moment


@dataclass(frozen=True, slots=True)
class Order:
    """One order, from which everything else follows."""

    id: str
    number: int
    customer: Customer
    lines: list[Fields]
    total: Decimal
    trace: str
    coupon: str | None
    hub: str
    card: str | None  # None: paid otherwise
    last_four: str

    @property
    def key(self) -> bytes:
        return self.id.encode()

    def traced(self, step: int) -> Headers:
        """W3C Trace Context: version, trace id, this step's span id, sampled."""
        return (("traceparent", f"00-{self.trace}-{self.number:08x}{step:08x}-01".encode()),)


@dataclass(slots=True)
class Shop:
    """What one telling of the story has drawn so far."""

    rng: random.Random
    live_ms: int
    customers: list[Customer]
    stock: dict[tuple[str, str], int]  # pieces by SKU and hub
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(100_001))
    prices: dict[str, Decimal] = field(default_factory=lambda: {sku: Decimal(price) for sku, _, price, _ in GOODS})
    log_position: int = 26_429_472  # of the warehouse's database, as its change events say it
    captured: list[int] = field(default_factory=list)  # records in each partition of the topic of captured payments


def open_shop(rng: random.Random, live_ms: int) -> Shop:
    """A shop before its first order."""
    stock = {(sku, hub): rng.randint(30, FULL) for sku, *_ in GOODS for hub in HUBS}
    return Shop(rng, live_ms, [_customer(rng, number) for number in range(CUSTOMERS)], stock)


def new_order(shop: Shop) -> Order:
    """Somebody fills a basket; some customers order much more often than others."""
    rng, number = shop.rng, next(shop.numbers)
    customer = shop.customers[int(CUSTOMERS * rng.random() ** 2.5)]
    lines: list[Fields] = [
        {"sku": sku, "title": title, "quantity": rng.choice((1, 1, 1, 2, 3)), "unit_price": shop.prices[sku]}
        for sku, title, _, _ in rng.sample(GOODS, rng.choice((1, 2, 2, 3, 4)))
    ]
    total = sum((line["quantity"] * line["unit_price"] for line in lines), Decimal("0.00"))
    coupon = rng.choice(COUPON) if rng.random() < 0.12 else None
    card = rng.choice(CARDS) if rng.random() < 0.8 else None
    trace, hub = f"{rng.getrandbits(128):032x}", rng.choice(HUBS)
    return Order(
        f"ORD-{number}", number, customer, lines, total, trace, coupon, hub, card, f"{rng.randrange(10_000):04}"
    )


def between(rng: random.Random, least: float, most: float) -> int:
    """Seconds drawn, as ms."""
    return int(rng.uniform(least, most) * 1000)


def _customer(rng: random.Random, number: int) -> Customer:
    first, last = rng.choice(FIRST), rng.choice(LAST)
    postcode, city = rng.choice(CITIES)
    street = f"{rng.choice(STREETS)} {rng.randint(1, 120)}"
    email = f"{first}.{last}{number}@example.com".lower().replace("ü", "ue") if rng.random() < 0.9 else None
    since = date.fromordinal(date(2021, 1, 1).toordinal() + rng.randrange(1800))
    address = {"street": street, "postcode": postcode, "city": city, "country": "DE"}
    return Customer(f"C-{10_000 + number}", f"{first} {last}", email, since, address)
