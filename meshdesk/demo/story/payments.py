"""What the domain of payments says: authorised, captured, declined and refunded payments, invoices, and a dead letter."""

import random
import uuid
from datetime import date
from decimal import Decimal

from meshdesk.demo import schemas, topics
from meshdesk.demo.story.event import Event, Fields, Headers, as_avro, as_json, as_json_schema, moment
from meshdesk.demo.story.partition import partition_of
from meshdesk.demo.story.people import Order, Shop
from meshdesk.demo.story.protobuf import as_protobuf, message, text, whole
from meshdesk.model import wording

ACQUIRERS = ("adyen-eu", "worldline-de", "nexi-de")
CANCELLED, RETURNED = 1, 2  # of the enum RefundPaid.Reason
CAPTURED_PARTITIONS = next(topic.partitions for topic in topics.TOPICS if topic.name == topics.CAPTURED)

# What Kafka Connect writes to a dead-letter topic (errors.deadletterqueue.context.headers.enable), of a sink into a database.
SINK, EXCEPTION = "ledger-sink", "org.apache.kafka.connect.errors.DataException"
REFUSED = "amount.value: a decimal with more than two places cannot be written to the column NUMERIC(12,2)"
STACK = f"""\
{EXCEPTION}: {REFUSED}
\tat org.apache.kafka.connect.transforms.Cast.castValueToType(Cast.java:212)
\tat org.apache.kafka.connect.transforms.Cast.applySchemaless(Cast.java:151)
\tat org.apache.kafka.connect.runtime.TransformationStage.apply(TransformationStage.java:57)
\tat org.apache.kafka.connect.runtime.WorkerSinkTask.poll(WorkerSinkTask.java:332)
"""


def authorised(shop: Shop, order: Order, now: int) -> Event:
    fields = (
        text(1, f"PAY-{order.number}"),
        text(2, order.id),
        message(3, _money(order.total)),
        text(4, shop.rng.choice(ACQUIRERS)),
        whole(5, order.total > 25),
        whole(6, now),
    )
    return Event(topics.AUTHORISED, order.key, as_protobuf(schemas.AUTHORISED_ID, [0], *fields), order.traced(10), now)


def captured(shop: Shop, order: Order, now: int) -> Event:
    rng = shop.rng
    value: Fields = {
        "paymentId": f"PAY-{order.number}",
        "orderId": order.id,
        "amount": {"value": str(order.total), "currency": "EUR"},
        "method": "card" if order.card else rng.choice(("wallet", "invoice")),
        "capturedAt": wording.iso(now),
        "riskScore": round(rng.random() ** 3, 4),
    }
    if order.card:
        value["card"] = {"brand": order.card, "lastFour": order.last_four}
    return Event(topics.CAPTURED, order.key, as_json_schema(schemas.PAYMENT_ID, value), order.traced(2), now)


def place_of_captured(shop: Shop, order: Order) -> tuple[int, int]:
    """Partition and offset of the captured payment that was told just now. To be asked once for each, in their order."""
    shop.captured = shop.captured or [0] * CAPTURED_PARTITIONS
    partition = partition_of(order.key, CAPTURED_PARTITIONS)
    shop.captured[partition] += 1
    return partition, shop.captured[partition] - 1


def dead(payment: Event, partition: int, offset: int, now: int) -> Event:
    """A captured payment that a connector could not write, as it was, with what is told of its failure."""
    told = {
        "topic": payment.topic,
        "partition": str(partition),
        "offset": str(offset),
        "connector.name": SINK,
        "task.id": "0",
        "stage": "TRANSFORMATION",
        "class.name": "org.apache.kafka.connect.transforms.Cast$Value",
        "exception.class.name": EXCEPTION,
        "exception.message": REFUSED,
        "exception.stacktrace": STACK,
    }
    headers: Headers = tuple((f"__connect.errors.{name}", words.encode()) for name, words in told.items())
    return Event(topics.DEAD, payment.key, payment.value, (*payment.headers, *headers), now)


def declined(shop: Shop, order: Order, now: int) -> Event:
    value = {
        "orderId": order.id,
        "amount": float(order.total),
        "code": shop.rng.choice(("51", "05", "54", "91")),
        "reason": "declined by the issuer",
        "at": wording.iso(now),
    }
    return Event(topics.DECLINED, order.key, as_json(value), order.traced(11), now)


def refunded(rng: random.Random, order: Order, now: int, reason: int) -> Event:
    """The second message of its file: the way to it is [1]."""
    fields = (
        text(1, f"REF-{order.number}-{rng.randrange(100):02}"),
        text(2, order.id),
        message(3, _money(order.total)),
        whole(4, reason),
        whole(5, now),
    )
    return Event(topics.REFUNDED, order.key, as_protobuf(schemas.REFUND_ID, [1], *fields), order.traced(12), now)


def invoiced(shop: Shop, order: Order, now: int) -> Event:
    tax = (order.total * 7 / 107).quantize(Decimal("0.01"))
    value = {
        "invoice_id": uuid.UUID(int=shop.rng.getrandbits(128), version=4),
        "number": 2_600_000_000 + order.number,
        "order_id": order.id,
        "issued_at": moment(now),
        "due_on": date.fromordinal(moment(now).date().toordinal() + 14),
        "bill_to": order.customer.address,
        "net": order.total - tax,
        "tax": tax,
        "settlement": ("shop.payments.CardSettlement", {"brand": order.card, "last_four": order.last_four})
        if order.card
        else ("shop.payments.TransferSettlement", {"reference": f"RF{order.number}", "days": 14}),
    }
    return Event(topics.INVOICED, order.key, as_avro(schemas.INVOICE_ID, value), order.traced(3), now)


def _money(amount: Decimal) -> bytes:
    """The message Money: currency and cents."""
    return text(1, "EUR") + whole(2, int(amount * 100))
