"""How much work a frame is while the time strip is dragged over an hour, and whether the views show what was then."""

import random
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa

from meshdesk.capture.manifest import create_capture
from meshdesk.capture.writer import Writer
from meshdesk.model.fact import Checked, Fact
from tests.speed.captures import BATCH, BEGAN, orders, seal_finished, spans
from tests.speed.figures import figure, share
from tests.speed.window import in_window

RECORDS = 1_000_000
TOPICS, PARTITIONS = 300, 3
GROUPS, READ = 47, 6  # partitions that each group reads
CHANGES = 20_000
HOUR = 3_600  # s
DRAG = 16.0  # ms
MOMENTS = 10


def main() -> None:
    """The figure strip.drag: ms of work a frame at p99, over all views that are dragged; and whether ten moments were right."""
    with tempfile.TemporaryDirectory(prefix="meshdesk-speed-") as home:
        folder = _recording(Path(home) / "hour")
        told = in_window("drag", str(folder), "orders", str(MOMENTS))
    size = f"{RECORDS:,} records, {TOPICS} topics, {CHANGES:,} changes, {GROUPS} groups x {READ} partitions at 1/s"
    wrong = [moment for moment in told["moments"] if not _is_right(moment)]
    seen = {str(moment["topics"]) + str(moment["rate"]) for moment in told["moments"]}
    if wrong or len(seen) < MOMENTS:
        raise SystemExit(f"of {MOMENTS} moments {len(seen)} differ, and these are wrong: {wrong}")
    for view, frames in told["frames"].items():
        figure(f"strip.drag.{view}", "ms", share(frames, 0.99), None, "reported: work", None)
        figure(f"strip.late.{view}", "ms", told["late"][view], None, "reported: how late the beats began", None)
    slowest = max(share(frames, 0.99) for frames in told["frames"].values())
    figure(
        "strip.drag", "ms", slowest, None, f"p99 <= 16 ms of work a frame, in the slowest view; {size}", slowest <= DRAG
    )
    figure("strip.moment", "ms", share(told["waits"], 0.99), None, "reported: until a moment stood on the screen", None)


def topic(k: int) -> str:
    """The k-th topic; the first one has records."""
    return f"domain-{k % 20:02d}.event-{k:03d}.v1" if k else "orders"


def rate(k: int, second: int) -> int:
    """Records that arrive in each partition of a topic in a second."""
    return 1 + (k * 7 + second // 60) % 90


def comes(k: int) -> int:
    """The second in which a topic appears: a third of them come while it is recorded."""
    return 10 + (k * 37) % (HOUR - 60) if k % 3 == 1 else 0


def _is_right(moment: dict[str, float]) -> bool:
    second = moment["second"]
    there = sum(comes(k) <= second for k in range(TOPICS))
    shown = sum(READ * rate(2, s) for s in range(int(second) - 4, int(second) + 1)) / 5
    return moment["topics"] == there and abs(moment["rate"] - shown) <= 0.05 * shown and moment["lag"] == 7 * READ


def _recording(folder: Path) -> Path:
    """An hour, as collect writes it: samples once a second, facts as they change, records as they arrive. Sealed."""
    create_capture(folder, "the speed scripts", "127.0.0.1:9092")
    writer = Writer(folder)
    writer.facts(
        [
            *[_topic(k, 0) for k in range(TOPICS) if not comes(k)],
            *[_group(g, 0, 0) for g in range(GROUPS)],
            *[
                Fact(
                    "reads", f"group-{g:02d} {topic(g * 6 + 2)}", {"assigned": READ, "committed": READ}, BEGAN, "kafka"
                )
                for g in range(GROUPS)
            ],
            Checked("kafka", BEGAN, BEGAN),
            Checked("kafka groups", BEGAN, BEGAN),
        ]
    )
    number = writer.topic("orders")
    chance = random.Random(5)
    ends = np.zeros((TOPICS, PARTITIONS), np.int64)
    for second in range(HOUR):
        seen = BEGAN + second * 1_000
        rows = []
        for k in range(TOPICS):
            if comes(k) == second and second:
                writer.facts([_topic(k, second)])
            if comes(k) <= second:
                ends[k] += rate(k, second)
                rows += [(seen, writer.series("end", topic(k), p), int(ends[k, p])) for p in range(PARTITIONS)]
        for g in range(GROUPS):
            read = g * 6 + 2
            rows += [
                (seen, writer.series(f"committed group-{g:02d}", topic(read), p), int(ends[read, p % PARTITIONS]) - 7)
                for p in range(READ)
            ]
            rows += [
                (seen, writer.series("end", topic(read), p), int(ends[read, p % PARTITIONS]))
                for p in range(PARTITIONS, READ)
            ]
        writer.samples(rows)
        changes = CHANGES * (second + 1) // HOUR - CHANGES * second // HOUR
        writer.facts([_group(chance.randrange(GROUPS), second, n) for n in range(changes)])
        first, last = (RECORDS * at // HOUR for at in (second, second + 1))
        for begin in range(first, last, BATCH):
            batch = orders(np.arange(begin, min(begin + BATCH, last)))
            times = np.full(batch.num_rows, seen, np.int64)
            batch = batch.set_column(2, batch.schema.field(2), pa.array(times))
            writer.records(number, batch, spans(number, batch), seen)
    writer.close()
    seal_finished(folder)
    return folder


def _topic(k: int, second: int) -> Fact:
    value = {"id": "", "partitions": PARTITIONS, "internal": False}
    return Fact("topic", topic(k), value, BEGAN + second * 1_000, "kafka")


def _group(g: int, second: int, n: int) -> Fact:
    members = [{"id": f"m-{second}-{n}", "client": f"c{n}", "host": "", "reads": {topic(g * 6 + 2): list(range(READ))}}]
    value = {"type": "classic", "state": "stable", "coordinator": "", "members": members, "count": 1}
    return Fact("group", f"group-{g:02d}", value, BEGAN + second * 1_000 + n, "kafka")


if __name__ == "__main__":
    main()
