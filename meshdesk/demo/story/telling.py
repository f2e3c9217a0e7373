"""All of the story, without end and ordered by time.

    for event in events(seed=7, start_ms=now - HISTORY, live_ms=now): ...

Up to `live_ms` it is a week with its quiet nights, lunches and evenings, and a rush that begins in its last half hour; after that
the rush goes on, in small waves. Beside the orders there is what goes on without them: carts, couriers, prices, stock.
"""

import heapq
import itertools
import math
import random
from collections.abc import Callable, Iterator

from meshdesk.demo.story import assortment, customers, logistics, sales, warehouse
from meshdesk.demo.story.event import Event
from meshdesk.demo.story.orders import life
from meshdesk.demo.story.people import Shop, open_shop

DAY = 86_400_000  # ms
HISTORY = 7 * DAY
LIVE_ORDERS = 2.2  # orders a second once live; each is about 22 events
USUAL_ORDERS = 0.0045  # orders a second, on the average of the week before: more would take longer than anybody waits
RUSH = 300_000  # ms: the rush grows by e in such a time until live_ms

# How busy each hour of a day is (UTC), and each day of a week (from Thursday, as the epoch), 1 on the average.
HOURS = (
    *(0.3, 0.2, 0.1, 0.1, 0.1, 0.2, 0.5, 0.9, 1.2, 1.1, 1.1, 1.6),
    *(1.9, 1.4, 1.0, 1.0, 1.2, 1.6, 2.1, 2.2, 1.7, 1.2, 0.8, 0.5),
)
DAYS = (0.9, 1.2, 1.4, 0.8, 0.8, 0.9, 1.0)

# What goes on beside the orders: for one order, so many of these.
BESIDE: tuple[tuple[float, Callable[[Shop, int], Iterator[Event]]], ...] = (
    (3.0, lambda shop, now: iter((sales.cart_changed(shop, now),))),
    (3.0, lambda shop, now: iter((logistics.position(shop, now),))),
    (0.1, lambda shop, now: iter((logistics.shift(shop, now),))),
    (0.05, lambda shop, now: iter((customers.consent(shop, now),))),
    (0.0098, lambda shop, now: iter((warehouse.restocked(shop, now),))),
    (0.05, assortment.repriced),
)


def events(seed: int, start_ms: int, live_ms: int, live_orders: float = LIVE_ORDERS) -> Iterator[Event]:
    """The story from `start_ms` on, ordered by timestamp, without end. The same arguments give the same bytes."""
    rng = random.Random(seed)
    shop = open_shop(rng, live_ms)
    going: list[tuple[int, int, Event, Iterator[Event]]] = []
    turn = itertools.count()  # settles ties, so that events are never compared
    _push(going, turn, assortment.listed(shop, start_ms))
    arrival = float(start_ms)
    everything = [1.0, *(share for share, _ in BESIDE)]
    makers = [life, *(make for _, make in BESIDE)]
    bounds = list(itertools.accumulate(everything))
    while True:
        busy = orders_per_second(arrival, live_ms, live_orders) * bounds[-1]
        arrival += rng.expovariate(busy) * 1000
        while going and going[0][0] <= arrival:
            _, _, event, told = heapq.heappop(going)
            yield event
            _push(going, turn, told)
        which = rng.random() * bounds[-1]
        make = next(maker for maker, bound in zip(makers, bounds, strict=True) if which < bound)
        _push(going, turn, make(shop, int(arrival)))


def orders_per_second(at_ms: float, live_ms: int, live_orders: float = LIVE_ORDERS) -> float:
    """How busy the shop is at a moment.

    >>> round(orders_per_second(0, HISTORY), 4), round(orders_per_second(HISTORY - 1, HISTORY), 1)
    (0.0012, 2.2)
    """
    if at_ms >= live_ms:
        since = (at_ms - live_ms) / 1000
        return live_orders * (1 + 0.2 * math.sin(math.tau * since / 90) + 0.1 * math.sin(math.tau * since / 1000))
    hour = at_ms % DAY / 3_600_000
    here, after, part = HOURS[int(hour)], HOURS[(int(hour) + 1) % 24], hour % 1
    usual = USUAL_ORDERS * DAYS[int(at_ms // DAY) % 7] * (here + (after - here) * part)
    return usual + max(0.0, live_orders - usual) * math.exp((at_ms - live_ms) / RUSH)


def _push(going: list[tuple[int, int, Event, Iterator[Event]]], turn: Iterator[int], told: Iterator[Event]) -> None:
    event = next(told, None)
    if event is not None:
        heapq.heappush(going, (event.timestamp_ms, next(turn), event, told))
