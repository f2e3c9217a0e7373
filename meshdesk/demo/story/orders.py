"""What becomes of one order, through all domains: placed, scored, paid, picked, dispatched, tracked, delivered, rated.

Its id is the key in most topics, a field in others and a header in one; its trace id stands in the headers of nearly all.
"""

from collections.abc import Iterator

from meshdesk.demo.story import assortment, customers, logistics, payments, risk, sales, warehouse
from meshdesk.demo.story.event import Event
from meshdesk.demo.story.people import Order, Shop, between, new_order
from meshdesk.demo.story.versions import ratings_added

DECLINED, CHANGED_MIND = 0.04, 0.025  # shares of the orders
DEAD = 0.01  # of the captured payments
RATED, TICKETED, RETURNED = 0.3, 0.03, 0.04  # of the delivered orders


def life(shop: Shop, now: int) -> Iterator[Event]:
    """One order from its placing to its end, ordered by time."""
    rng, order = shop.rng, new_order(shop)
    yield sales.placed(shop, order, now)
    yield assortment.demanded(order, now + 2)
    yield from customers.profile(shop, order.customer, now + 5)
    if order.coupon is not None:
        yield sales.redeemed(order, now + 8)
    now += between(rng, 0.2, 1.5)
    yield from _scored(shop, order, now)
    yield customers.notified(shop, order, now + 40, "order-confirmed")
    now += between(rng, 0.8, 6)
    if rng.random() < DECLINED:
        yield payments.declined(shop, order, now)
        yield sales.cancelled(order, now + 200, "payment-declined", refund=False)
        return
    yield payments.authorised(shop, order, now)
    held = now
    yield warehouse.reserved(shop, order, held)
    now += between(rng, 0.8, 6)
    yield from _captured(shop, order, now)
    now += between(rng, 0.1, 2) + 50
    yield payments.invoiced(shop, order, now)
    now += between(rng, 20, 150)
    if rng.random() < CHANGED_MIND:
        yield sales.cancelled(order, now, rng.choice(("changed-mind", "out-of-stock")), refund=True)
        yield warehouse.released(shop, order, held, now, "released")
        yield payments.refunded(rng, order, now + between(rng, 1, 30), payments.CANCELLED)
        return
    yield from _picked(shop, order, now, held)
    yield from _delivery(shop, order, now + 2_000)


def _scored(shop: Shop, order: Order, now: int) -> Iterator[Event]:
    score = risk.score(shop)
    yield risk.scored(shop, order, now, score)
    if score > risk.ALARMING:
        yield risk.alert(shop, order, now + 20, score)


def _captured(shop: Shop, order: Order, now: int) -> Iterator[Event]:
    payment = payments.captured(shop, order, now)
    yield payment
    place = payments.place_of_captured(shop, order)  # asked when it was told, and so in the order of its topic
    if shop.rng.random() < DEAD:
        yield payments.dead(payment, *place, now + 45)


def _picked(shop: Shop, order: Order, now: int, held: int) -> Iterator[Event]:
    """What the database says comes at the very time of what was told before it: then its changes are told as they are made."""
    yield warehouse.picked(shop, order, now)
    for number in range(len(order.lines)):
        event, is_low = warehouse.taken(shop, order, number, now)
        yield event
        if is_low:
            yield warehouse.low(shop, order, number, now)
    yield warehouse.released(shop, order, held, now, "picked")


def _delivery(shop: Shop, order: Order, now: int) -> Iterator[Event]:
    rng, began = shop.rng, now
    courier = logistics.courier_name(rng)
    yield logistics.dispatched(shop, order, now, courier)
    yield logistics.routed(shop, order, now + 150, courier)
    now += between(rng, 0.3, 1)
    yield customers.notified(shop, order, now, "on-its-way")
    place = [53.55 + rng.uniform(-0.04, 0.04), 9.99 + rng.uniform(-0.06, 0.06)]
    for state in ("picked-up", *["en-route"] * rng.randint(1, 3), "delivered"):
        now += between(rng, 40, 140)
        place = [place[0] + rng.uniform(-0.004, 0.004), place[1] + rng.uniform(-0.006, 0.006)]
        yield logistics.tracked(order, now, courier, state, place)
    yield logistics.delivered(shop, order, now + 300, courier, (now - began) / 60_000)
    now += between(rng, 0.5, 3)
    yield customers.notified(shop, order, now, "delivered")
    yield from _afterwards(shop, order, now)


def _afterwards(shop: Shop, order: Order, now: int) -> Iterator[Event]:
    rng = shop.rng
    if rng.random() < RATED:
        now += between(rng, 10, 90)
        yield customers.rated(shop, order, now, ratings_added(now - shop.live_ms))
    if rng.random() < TICKETED:
        now += between(rng, 10, 90)
        yield customers.ticket(shop, order, now)
    if rng.random() < RETURNED:
        now += between(rng, 10, 90)
        yield sales.return_requested(shop, order, now)
        yield payments.refunded(rng, order, now + between(rng, 30, 120), payments.RETURNED)
