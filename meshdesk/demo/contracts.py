"""What the demo's domains agreed on: their topics, how long these keep what they hold, and the schemas in the registry."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from meshdesk.demo.registry import Reference, Schema, Store

PLACED = "sales.orders.placed.v1"
CANCELLED = "sales.orders.cancelled.v1"
CAPTURED = "payments.payments.captured.v1"
INVOICED = "payments.invoices.issued.v1"
DISPATCHED = "logistics.shipments.dispatched.v1"
TRACKED = "logistics.parcels.tracked.v1"
PROFILES = "customers.profiles.v1"
NOTIFIED = "customers.notifications.sent.v1"

# A week of live traffic is 10 GB; these keep 32 partitions below 0.7 GB, which is about half a day, and a day of history.
KEPT = {
    "cleanup.policy": "delete",
    "retention.ms": str(48 * 3_600_000),  # the history's timestamps lie a day back
    "retention.bytes": str(14 << 20),
    "segment.bytes": str(4 << 20),
    "segment.index.bytes": str(256 << 10),
}
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


TOPICS = (
    Topic(PLACED, 6),
    Topic(CANCELLED, 2),
    Topic(CAPTURED, 4),
    Topic(INVOICED, 4),
    Topic(DISPATCHED, 4),
    Topic(TRACKED, 6),
    Topic(PROFILES, 3, COMPACTED),
    Topic(NOTIFIED, 3),
)

_MONEY = {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2}
_WHEN = {"type": "long", "logicalType": "timestamp-millis"}

ADDRESS = {
    "type": "record",
    "name": "Address",
    "namespace": "shop.common",
    "fields": [
        {"name": "street", "type": "string"},
        {"name": "postcode", "type": "string"},
        {"name": "city", "type": "string"},
        {"name": "country", "type": "string", "doc": "ISO 3166-1 alpha-2"},
    ],
}

_ORDER_FIELDS: list[dict[str, object]] = [
    {"name": "order_id", "type": "string"},
    {"name": "placed_at", "type": _WHEN},
    {"name": "channel", "type": {"type": "enum", "name": "Channel", "symbols": ["WEB", "APP", "STORE"]}},
    {
        "name": "customer",
        "type": {
            "type": "record",
            "name": "Customer",
            "fields": [
                {"name": "customer_id", "type": "string"},
                {"name": "name", "type": "string"},
                {"name": "email", "type": ["null", "string"], "default": None},
            ],
        },
    },
    {
        "name": "lines",
        "type": {
            "type": "array",
            "items": {
                "type": "record",
                "name": "OrderLine",
                "fields": [
                    {"name": "sku", "type": "string"},
                    {"name": "title", "type": "string"},
                    {"name": "quantity", "type": "int"},
                    {"name": "unit_price", "type": _MONEY},
                ],
            },
        },
    },
    {"name": "total", "type": _MONEY},
    {"name": "currency", "type": "string"},
    {"name": "delivery_address", "type": {**ADDRESS, "name": "DeliveryAddress", "namespace": "shop.sales"}},
]

ORDER_1 = {"type": "record", "name": "OrderPlaced", "namespace": "shop.sales", "fields": _ORDER_FIELDS}
ORDER_2 = {
    **ORDER_1,
    "fields": [
        *_ORDER_FIELDS,
        {"name": "coupon", "type": ["null", "string"], "default": None, "doc": "since version 2"},
    ],
}

INVOICE = {
    "type": "record",
    "name": "InvoiceIssued",
    "namespace": "shop.payments",
    "fields": [
        {"name": "invoice_id", "type": {"type": "string", "logicalType": "uuid"}},
        {"name": "number", "type": "long"},
        {"name": "order_id", "type": "string"},
        {"name": "issued_at", "type": _WHEN},
        {"name": "due_on", "type": {"type": "int", "logicalType": "date"}},
        {"name": "bill_to", "type": "shop.common.Address"},
        {"name": "net", "type": _MONEY},
        {"name": "tax", "type": _MONEY},
        {
            "name": "settlement",
            "type": [
                "null",
                {
                    "type": "record",
                    "name": "CardSettlement",
                    "fields": [{"name": "brand", "type": "string"}, {"name": "last_four", "type": "string"}],
                },
                {
                    "type": "record",
                    "name": "TransferSettlement",
                    "fields": [{"name": "reference", "type": "string"}, {"name": "days", "type": "int"}],
                },
            ],
        },
    ],
}

PROFILE = {
    "type": "record",
    "name": "CustomerProfile",
    "namespace": "shop.customers",
    "fields": [
        {"name": "customer_id", "type": "string"},
        {"name": "name", "type": "string"},
        {"name": "email", "type": ["null", "string"], "default": None},
        {"name": "since", "type": {"type": "int", "logicalType": "date"}},
        {"name": "orders", "type": "int"},
        {"name": "preferences", "type": {"type": "map", "values": "string"}},
        {"name": "changed_at", "type": _WHEN},
    ],
}

PAYMENT = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "title": "PaymentCaptured",
    "type": "object",
    "properties": {
        "paymentId": {"type": "string"},
        "orderId": {"type": "string"},
        "amount": {"type": "object", "properties": {"value": {"type": "string"}, "currency": {"type": "string"}}},
        "method": {"enum": ["card", "wallet", "invoice"]},
        "card": {"type": "object", "properties": {"brand": {"type": "string"}, "lastFour": {"type": "string"}}},
        "capturedAt": {"type": "string", "format": "date-time"},
        "riskScore": {"type": "number", "minimum": 0, "maximum": 1},
    },
    "required": ["paymentId", "orderId", "amount", "method", "capturedAt"],
    "additionalProperties": False,
}

# In the order in which they are registered: the first has id 1.
REGISTERED: tuple[tuple[str, Schema], ...] = (
    (f"{PLACED}-value", Schema(json.dumps(ORDER_1))),
    (f"{CAPTURED}-value", Schema(json.dumps(PAYMENT), "JSON")),
    ("shop.common.Address", Schema(json.dumps(ADDRESS))),
    (
        f"{INVOICED}-value",
        Schema(json.dumps(INVOICE), references=(Reference("shop.common.Address", "shop.common.Address", 1),)),
    ),
    (f"{PROFILES}-value", Schema(json.dumps(PROFILE))),
    (f"{PLACED}-value", Schema(json.dumps(ORDER_2))),
)
ORDER_1_ID, PAYMENT_ID, ADDRESS_ID, INVOICE_ID, PROFILE_ID, ORDER_2_ID = range(1, 7)


def register_all(store: Store) -> None:
    """Puts the schemas into an empty registry; their ids become those above."""
    ids = [store.register(subject, schema).id for subject, schema in REGISTERED]
    assert ids == [ORDER_1_ID, PAYMENT_ID, ADDRESS_ID, INVOICE_ID, PROFILE_ID, ORDER_2_ID], ids
