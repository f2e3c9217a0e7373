"""Large captures for the speed scripts, written by the real writer and sealed as the keeper does it: ten million rows in a minute."""

from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from meshdesk.capture.files import remove
from meshdesk.capture.index import Span
from meshdesk.capture.manifest import create_capture
from meshdesk.capture.names import PARTS
from meshdesk.capture.reader import open_captures
from meshdesk.capture.records import RECORDS
from meshdesk.capture.seal import seal
from meshdesk.capture.writer import Writer
from meshdesk.model.fact import Fact

TOPIC = "orders"
ROWS = 10_000_000
BATCH = 10_000  # rows, as collect writes them where much arrives
PARTITIONS = 4
BEGAN = 1_795_500_000_000  # ms; when the first record was made
WORD = "marigold"  # what one order of a thousand holds
GOODS = ["tulip", "carnation", "orchid", "dahlia", "peony", "fuchsia", "snowdrop"]

Numbers: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.int64]]"


def write_orders(folder: Path, rows: int = ROWS) -> Path:
    """A capture of one topic with so many orders: JSON of about 140 bytes, timestamps a little out of order. Sealed."""
    create_capture(folder, "the speed scripts", "127.0.0.1:9092")
    writer = Writer(folder)
    writer.facts([Fact("topic", TOPIC, {"id": "", "partitions": PARTITIONS, "internal": False}, BEGAN, "kafka")])
    topic = writer.topic(TOPIC)
    for first in range(0, rows, BATCH):
        numbers = np.arange(first, min(rows, first + BATCH))
        batch = orders(numbers)
        writer.records(topic, batch, spans(topic, batch), BEGAN + first)
    writer.close()
    seal_finished(folder)
    return folder


def write_names(folder: Path, topics: int) -> Path:
    """A capture that knows so many topics, named as in a large mesh, and holds no record of them."""
    create_capture(folder, "the speed scripts", "127.0.0.1:9092")
    writer, domains = Writer(folder), ("orders", "payments", "fraud", "shipments", "baskets", "customers", "ledger")
    verbs = ("placed", "authorised", "failed", "scored", "planned", "changed", "amended", "cancelled", "archived")
    writer.facts(
        [
            Fact(
                "topic",
                f"{domains[k % len(domains)]}.{verbs[k % len(verbs)]}.{k:05d}.v{k % 4}",
                {"id": "", "partitions": 6, "internal": False},
                BEGAN,
                "kafka",
            )
            for k in range(topics)
        ]
    )
    writer.close()
    return folder


def orders(numbers: Numbers) -> pa.RecordBatch:
    """The orders of these numbers, as the columns of a capture; the same number is always the same order."""
    chance = np.random.default_rng(int(numbers[0]))
    count = len(numbers)
    goods = np.array([*GOODS, WORD])
    good = goods[np.where(chance.random(count) < 0.001, len(GOODS), chance.integers(len(GOODS), size=count))]
    customer = _text(chance.integers(1_000_000, size=count))
    pieces = [
        '{"order_id": "A-', _text(numbers), '", "customer": "c-', customer, '", "good": "', pa.array(good),
        '", "amount": ', _text(chance.integers(100_000, size=count)), ', "note": "', _text(chance.integers(1 << 62, size=count)),
        '", "currency": "EUR", "paid": true, "channel": "web"}',
    ]  # fmt: skip
    columns = [
        pa.array((numbers % PARTITIONS).astype(np.int32)),
        pa.array(numbers // PARTITIONS),
        pa.array(BEGAN + numbers + chance.integers(2_000, size=count)),
        pa.array(np.ones(count, np.int8)),
        pc.binary_join_element_wise("c-", customer, "").cast(pa.binary()),
        pc.binary_join_element_wise(*pieces, "").cast(pa.binary()),
        pa.nulls(count, RECORDS.field("headers").type),
        pa.array(np.zeros(count, np.int32)),
    ]
    return pa.record_batch(columns, schema=RECORDS)


def spans(topic: int, batch: pa.RecordBatch) -> list[Span]:
    """What these records settle; between them lies nothing."""
    partitions, offsets = batch.column("partition").to_numpy(), batch.column("offset").to_numpy()
    found = []
    for partition in np.unique(partitions).tolist():
        own = offsets[partitions == partition]
        first, last = int(own[0]), int(own[-1])
        found.append(Span(topic, partition, first, last + 1, len(own), first, last))
    return found


def seal_finished(folder: Path, growing: tuple[int, int] | None = None) -> None:
    """Seals every generation before the one that grows, if any does, and removes what it was sealed from."""
    (capture,) = open_captures(folder)
    for generation in list(capture.generations):
        finished = growing is None or generation.name < growing
        if finished and not generation.sealed and (generation.rows or generation.samples):
            seal(capture, generation)
            remove(folder, generation.name, PARTS)
    capture.close()


def _text(numbers: Numbers) -> pa.Array:
    return pa.array(numbers).cast(pa.string())
