"""The topics of the demo's company: how many partitions they have, and how much of what they hold is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# A segment is cut as a whole, so a partition may hold two more than `retention.bytes`. These keep all of them below 0.7 GB:
# the week of history for the quiet topics, and for the busiest as much of it as some hours of live traffic leave.
BUSY = {
    "cleanup.policy": "delete",
    "retention.ms": str(7 * 24 * 3_600_000),
    "retention.bytes": str(8 << 20),
    "segment.bytes": str(2 << 20),
    "segment.index.bytes": str(128 << 10),
}
KEPT = BUSY | {"retention.bytes": str(3 << 20), "segment.bytes": str(1 << 20), "segment.index.bytes": str(64 << 10)}
COMPACTED = {
    "cleanup.policy": "compact",
    "segment.bytes": str(1 << 20),
    "segment.index.bytes": str(64 << 10),
    "min.cleanable.dirty.ratio": "0.2",
    "delete.retention.ms": str(3_600_000),  # how long a tombstone is still to be seen
}


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic to be made: its name, its partitions and its settings."""

    name: str
    partitions: int
    settings: Mapping[str, str] = field(default_factory=lambda: KEPT)


PLACED = "sales.orders.placed.v1"
CANCELLED = "sales.orders.cancelled.v1"
CARTS = "sales.carts.changed.v1"
COUPONS = "sales.coupons.redeemed.v1"
RETURNED = "sales.returns.requested.v1"
AUTHORISED = "payments.payments.authorised.v1"
CAPTURED = "payments.payments.captured.v1"
DEAD = f"{CAPTURED}.dlq"  # what a connector could not write to the ledger
DECLINED = "payments.payments.declined.v1"
REFUNDED = "payments.refunds.paid.v1"
INVOICED = "payments.invoices.issued.v1"
STOCK = "warehouse.db.public.stock"  # Debezium's names: server, schema, table
RESERVATIONS = "warehouse.db.public.reservations"
PICKED = "warehouse.picks.completed.v1"
LOW = "warehouse.stock.low.v1"
DISPATCHED = "logistics.shipments.dispatched.v1"
ROUTED = "logistics.routes.planned.v1"
TRACKED = "logistics.parcels.tracked.v1"
DELIVERED = "logistics.deliveries.completed.v1"
POSITIONS = "logistics.couriers.positions.v1"
SHIFTS = "logistics.couriers.shifts.v1"
PROFILES = "customers.profiles.v1"
CONSENTS = "customers.consents.v1"
NOTIFIED = "customers.notifications.sent.v1"
TICKETS = "customers.tickets.opened.v1"
RATED = "customers.ratings.given.v1"
PRODUCTS = "assortment.products.v1"
PRICES = "assortment.prices.changed.v1"
DEMAND = "assortment.demand.seen.v1"
SCORED = "risk.orders.scored.v1"
ALERTS = "risk.alerts.raised.v1"

TOPICS = (
    Topic(PLACED, 6, BUSY),
    Topic(CANCELLED, 2),
    Topic(CARTS, 3, BUSY),
    Topic(COUPONS, 1),
    Topic(RETURNED, 2),
    Topic(AUTHORISED, 4),
    Topic(CAPTURED, 4),
    Topic(DEAD, 1),
    Topic(DECLINED, 2),
    Topic(REFUNDED, 2),
    Topic(INVOICED, 4),
    Topic(STOCK, 3, BUSY),
    Topic(RESERVATIONS, 3, BUSY),
    Topic(PICKED, 3),
    Topic(LOW, 1),
    Topic(DISPATCHED, 4),
    Topic(ROUTED, 2),
    Topic(TRACKED, 6, BUSY),
    Topic(DELIVERED, 3),
    Topic(POSITIONS, 3, BUSY),
    Topic(SHIFTS, 1),
    Topic(PROFILES, 3, COMPACTED),
    Topic(CONSENTS, 2, COMPACTED),
    Topic(NOTIFIED, 3),
    Topic(TICKETS, 1),
    Topic(RATED, 2),
    Topic(PRODUCTS, 2, COMPACTED),
    Topic(PRICES, 2),
    Topic(DEMAND, 2),
    Topic(SCORED, 3),
    Topic(ALERTS, 1),
)
