"""What the demo's domains agreed on for their payloads: the schemas in the registry, by the ids that the story writes."""

import json
from collections.abc import Mapping
from typing import Any

from meshdesk.demo import topics
from meshdesk.demo.registry import Reference, Schema, Store

JsonObject = dict[str, Any]

# Avro

MONEY = {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2}
WHEN = {"type": "long", "logicalType": "timestamp-millis"}
DAY = {"type": "int", "logicalType": "date"}


def _record(name: str, fields: Mapping[str, object], **more: object) -> JsonObject:
    """A record of fields by name; one whose type is a union that begins with null is null by default."""
    made: list[JsonObject] = []
    for field, kind in fields.items():
        optional = isinstance(kind, list) and kind[0] == "null"
        made.append({"name": field, "type": kind, **({"default": None} if optional else {})})
    return {"type": "record", "name": name, **more, "fields": made}


_PLACE = {"street": "string", "postcode": "string", "city": "string", "country": "string"}
ADDRESS = _record("Address", _PLACE, namespace="shop.common")

_ORDER: dict[str, object] = {
    "order_id": "string",
    "placed_at": WHEN,
    "channel": {"type": "enum", "name": "Channel", "symbols": ["WEB", "APP", "STORE"]},
    "customer": _record("Customer", {"customer_id": "string", "name": "string", "email": ["null", "string"]}),
    "lines": {
        "type": "array",
        "items": _record("OrderLine", {"sku": "string", "title": "string", "quantity": "int", "unit_price": MONEY}),
    },
    "total": MONEY,
    "currency": "string",
    "delivery_address": _record("DeliveryAddress", _PLACE, namespace="shop.sales"),
}
ORDER_1 = _record("OrderPlaced", _ORDER, namespace="shop.sales")
ORDER_2 = _record("OrderPlaced", _ORDER | {"coupon": ["null", "string"]}, namespace="shop.sales")

INVOICE = _record(
    "InvoiceIssued",
    {
        "invoice_id": {"type": "string", "logicalType": "uuid"},
        "number": "long",
        "order_id": "string",
        "issued_at": WHEN,
        "due_on": DAY,
        "bill_to": "shop.common.Address",
        "net": MONEY,
        "tax": MONEY,
        "settlement": [
            "null",
            _record("CardSettlement", {"brand": "string", "last_four": "string"}),
            _record("TransferSettlement", {"reference": "string", "days": "int"}),
        ],
    },
    namespace="shop.payments",
)
PROFILE = _record(
    "CustomerProfile",
    {
        "customer_id": "string",
        "name": "string",
        "email": ["null", "string"],
        "since": DAY,
        "orders": "int",
        "preferences": {"type": "map", "values": "string"},
        "changed_at": WHEN,
    },
    namespace="shop.customers",
)
RATING = _record(
    "RatingGiven",
    {"order_id": "string", "customer_id": "string", "stars": "int", "comment": ["null", "string"], "given_at": WHEN},
    namespace="shop.customers",
)
SHIFT = _record(
    "CourierShift",
    {
        "courier_id": "string",
        "state": {"type": "enum", "name": "ShiftState", "symbols": ["STARTED", "PAUSED", "ENDED"]},
        "hub": "string",
        "at": WHEN,
    },
    namespace="shop.logistics",
)
PRODUCT = _record(
    "Product",
    {
        "sku": "string",
        "title": "string",
        "category": "string",
        "price": MONEY,
        "tax_percent": "int",
        "listed": "boolean",
    },
    namespace="shop.assortment",
)
PRICE = _record(
    "PriceChanged",
    {"sku": "string", "before": MONEY, "after": MONEY, "reason": "string", "valid_from": WHEN},
    namespace="shop.assortment",
)
DEMAND = _record(
    "DemandSeen",
    {"sku": "string", "quantity": "int", "hub": "string", "seen_at": WHEN},
    namespace="shop.assortment",
)

# JSON Schema

TEXT, NUMBER, TIME = {"type": "string"}, {"type": "number"}, {"type": "string", "format": "date-time"}


def _object(title: str, properties: JsonObject, optional: tuple[str, ...] = ()) -> JsonObject:
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": title,
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


PAYMENT = _object(
    "PaymentCaptured",
    {
        "paymentId": TEXT,
        "orderId": TEXT,
        "amount": {"type": "object", "properties": {"value": TEXT, "currency": TEXT}},
        "method": {"enum": ["card", "wallet", "invoice"]},
        "card": {"type": "object", "properties": {"brand": TEXT, "lastFour": TEXT}},
        "capturedAt": TIME,
        "riskScore": {"type": "number", "minimum": 0, "maximum": 1},
    },
    ("card", "riskScore"),
)
RETURN = _object(
    "ReturnRequested",
    {
        "returnId": TEXT,
        "orderId": TEXT,
        "reason": {"enum": ["damaged", "wrong-item", "too-late", "not-as-described"]},
        "lines": {"type": "array", "items": {"type": "object", "properties": {"sku": TEXT, "quantity": NUMBER}}},
        "requestedAt": TIME,
    },
)
CONSENT = _object(
    "Consent",
    {
        "customerId": TEXT,
        "purpose": {"enum": ["newsletter", "profiling", "partners"]},
        "given": {"type": "boolean"},
        "at": TIME,
    },
)
LOW_STOCK = _object("StockLow", {"sku": TEXT, "hub": TEXT, "left": {"type": "integer"}, "at": TIME})
SCORE = _object(
    "OrderScored",
    {
        "orderId": TEXT,
        "score": {"type": "number", "minimum": 0, "maximum": 1},
        "model": TEXT,
        "signals": {"type": "array", "items": TEXT},
        "decision": {"enum": ["accept", "review", "reject"]},
        "scoredAt": TIME,
    },
)

# Protobuf

PAYMENTS_PROTO = """\
syntax = "proto3";
package shop.payments;

message PaymentAuthorised {
  string payment_id = 1;
  string order_id = 2;
  Money amount = 3;
  string acquirer = 4;
  bool three_d_secure = 5;
  int64 authorised_at_ms = 6;
}

message Money {
  string currency = 1;
  int64 cents = 2;
}
"""
REFUNDS_PROTO = """\
syntax = "proto3";
package shop.payments;

message Money {
  string currency = 1;
  int64 cents = 2;
}

message RefundPaid {
  string refund_id = 1;
  string order_id = 2;
  Money amount = 3;
  Reason reason = 4;
  int64 paid_at_ms = 5;

  enum Reason {
    REASON_UNSPECIFIED = 0;
    CANCELLED = 1;
    RETURNED = 2;
  }
}
"""
POSITIONS_PROTO = """\
syntax = "proto3";
package shop.logistics;

message CourierPosition {
  string courier_id = 1;
  double latitude = 2;
  double longitude = 3;
  float speed_kmh = 4;
  repeated string order_ids = 5;
  int64 at_ms = 6;
}
"""


def _of(topic: str, schema: object, kind: str = "AVRO", *references: Reference) -> tuple[str, Schema]:
    text = schema if isinstance(schema, str) else json.dumps(schema)
    return f"{topic}-value", Schema(text, kind, references)


# In the order in which they are registered: the first has id 1.
REGISTERED: tuple[tuple[str, Schema], ...] = (
    _of(topics.PLACED, ORDER_1),
    _of(topics.CAPTURED, PAYMENT, "JSON"),
    ("shop.common.Address", Schema(json.dumps(ADDRESS))),
    _of(topics.INVOICED, INVOICE, "AVRO", Reference("shop.common.Address", "shop.common.Address", 1)),
    _of(topics.PROFILES, PROFILE),
    _of(topics.PLACED, ORDER_2),
    _of(topics.AUTHORISED, PAYMENTS_PROTO, "PROTOBUF"),
    _of(topics.REFUNDED, REFUNDS_PROTO, "PROTOBUF"),
    _of(topics.POSITIONS, POSITIONS_PROTO, "PROTOBUF"),
    _of(topics.RETURNED, RETURN, "JSON"),
    _of(topics.CONSENTS, CONSENT, "JSON"),
    _of(topics.LOW, LOW_STOCK, "JSON"),
    _of(topics.SCORED, SCORE, "JSON"),
    _of(topics.RATED, RATING),
    _of(topics.SHIFTS, SHIFT),
    _of(topics.PRODUCTS, PRODUCT),
    _of(topics.PRICES, PRICE),
    _of(topics.DEMAND, DEMAND),
)
(
    ORDER_1_ID,
    PAYMENT_ID,
    ADDRESS_ID,
    INVOICE_ID,
    PROFILE_ID,
    ORDER_2_ID,
    AUTHORISED_ID,
    REFUND_ID,
    POSITION_ID,
    RETURN_ID,
    CONSENT_ID,
    LOW_ID,
    SCORE_ID,
    RATING_ID,
    SHIFT_ID,
    PRODUCT_ID,
    PRICE_ID,
    DEMAND_ID,
) = range(1, len(REGISTERED) + 1)


def register_all(store: Store) -> None:
    """Puts the schemas into an empty registry; their ids become those above."""
    ids = [store.register(subject, schema).id for subject, schema in REGISTERED]
    assert ids == [*range(1, len(REGISTERED) + 1)], ids


# Later versions of one of them, while the demo runs: each has one more field that may be left out.

EVOLVING = f"{topics.RATED}-value"
ADDED = ("channel", "language", "courier_id", "hub", "app_version", "waiting_minutes", "photo_url", "answered_by")


def rating(added: int) -> JsonObject:
    """The schema of ratings with so many added fields, from none to len(ADDED)."""
    fields = [
        *RATING["fields"],
        *({"name": name, "type": ["null", "string"], "default": None} for name in ADDED[:added]),
    ]
    return {**RATING, "fields": fields}


def register_rating(store: Store, added: int) -> int:
    """Registers that version; its id, which is `rating_id(added)` where versions are registered one after the other."""
    return store.register(EVOLVING, Schema(json.dumps(rating(added)))).id


def rating_id(added: int) -> int:
    """The id of that version.

    >>> rating_id(0) == RATING_ID, rating_id(1)
    (True, 19)
    """
    return len(REGISTERED) + added if added else RATING_ID
