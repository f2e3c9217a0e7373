"""What the domain of customers says: profiles, consents, notifications, ratings, tickets."""

from collections.abc import Iterator

from meshdesk.demo import schemas, topics
from meshdesk.demo.story.event import Event, as_avro, as_json, as_json_schema, moment
from meshdesk.demo.story.people import CUSTOMERS, Customer, Order, Shop
from meshdesk.model import wording

COMMENTS = ("Quick and friendly.", "The basil was sad.", "Fünf Sterne!", "Late, but the courier was kind.")


def profile(shop: Shop, customer: Customer, now: int) -> Iterator[Event]:
    """The customer's profile after an order: new, changed or, now and then, deleted (a tombstone)."""
    rng, topic, key = shop.rng, topics.PROFILES, customer.id.encode()
    customer.orders += 1
    if customer.known and rng.random() < 0.02:
        customer.known = False
        yield Event(topic, key, None, (("reason", b"erasure-request"),), now)
    elif not customer.known or rng.random() < 0.15:
        customer.known = True
        value = {
            "customer_id": customer.id,
            "name": customer.name,
            "email": customer.email,
            "since": customer.since,
            "orders": customer.orders,
            "preferences": {"language": rng.choice(("de", "en")), "newsletter": rng.choice(("yes", "no"))},
            "changed_at": moment(now),
        }
        yield Event(topic, key, as_avro(schemas.PROFILE_ID, value), (), now)


def notified(shop: Shop, order: Order, now: int, kind: str) -> Event:
    value = {
        "notification": f"{shop.rng.getrandbits(64):016x}",
        "customerId": order.customer.id,
        "orderId": order.id,
        "template": kind,
        "channel": "email" if order.customer.email else "push",
        "sentAt": wording.iso(now),
    }
    return Event(topics.NOTIFIED, order.customer.id.encode(), as_json(value), order.traced(7), now)


def rated(shop: Shop, order: Order, now: int, added: int) -> Event:
    """A rating by the version of its schema that has so many added fields."""
    rng = shop.rng
    value = {
        "order_id": order.id,
        "customer_id": order.customer.id,
        "stars": rng.choice((5, 5, 5, 4, 4, 3, 1)),
        "comment": rng.choice(COMMENTS) if rng.random() < 0.2 else None,
        "given_at": moment(now),
        **{name: "app" if name == "channel" else None for name in schemas.ADDED[:added]},
    }
    return Event(topics.RATED, order.key, as_avro(schemas.rating_id(added), value), order.traced(18), now)


def ticket(shop: Shop, order: Order, now: int) -> Event:
    value = {
        "ticket": f"T-{order.number}",
        "customerId": order.customer.id,
        "orderId": order.id,
        "subject": shop.rng.choice(("Where is my order?", "Something is missing", "Wrong invoice", "Thank you")),
        "priority": shop.rng.choice(("low", "normal", "normal", "high")),
        "openedAt": wording.iso(now),
    }
    return Event(topics.TICKETS, order.customer.id.encode(), as_json(value), order.traced(19), now)


def consent(shop: Shop, now: int) -> Event:
    rng = shop.rng
    customer = shop.customers[rng.randrange(CUSTOMERS)]
    value = {
        "customerId": customer.id,
        "purpose": rng.choice(("newsletter", "profiling", "partners")),
        "given": rng.random() < 0.7,
        "at": wording.iso(now),
    }
    return Event(topics.CONSENTS, customer.id.encode(), as_json_schema(schemas.CONSENT_ID, value), (), now)
