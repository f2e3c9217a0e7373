"""How soon the past of thirty topics stands there that nobody has watched: records by time over a week, none of them read."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from meshdesk.demo.broker import Broker
from meshdesk.model.past import coarse_step, pieces
from meshdesk.session.connection import Connection
from meshdesk.session.opened import Opened
from meshdesk.session.session import Session
from tests.speed.figures import figure, median
from tests.speed.kafka import loaded_broker

TOPICS, PARTITIONS, HOURS = 30, 12, 168
EACH_HOUR = 2  # records of a partition
HOUR = 3_600_000
BEAT = 1 / 30  # s, as the window has them
ROUNDS = 3
FIRST, ALL = 300.0, 3.0  # ms, s


def main() -> None:
    """The figures history.first in ms and history.all in s: from the wish until the window's session has the curves."""
    end = int(time.time() * 1000)
    start = end - HOURS * HOUR
    names = [f"history-{n:02d}.v1" for n in range(TOPICS)]
    with loaded_broker() as broker:
        _fill(broker, names, start)
        taken = [_ask(broker, names, start, end) for _ in range(ROUNDS)]
    size = f"with {TOPICS} topics of {PARTITIONS} partitions, {HOURS} h"
    first, all_ = median([one[0] for one in taken]), median([one[1] for one in taken])
    figure("history.first", "ms", first, None, f"<= 300 ms {size}", first <= FIRST)
    figure("history.all", "s", all_, None, "<= 3 s", all_ <= ALL)
    figure("history.fine", "s", median([one[2] for one in taken]), None, "reported: each hour of all of them", None)


def _ask(broker: Broker, names: list[str], start: int, end: int) -> tuple[float, float, float]:
    """ms until the first curve, s until all are there in coarse steps, s until all are in fine ones, each of them exact."""
    step = coarse_step(start, end)
    with tempfile.TemporaryDirectory(prefix="meshdesk-speed-") as home:
        session = Session(Path(home) / "captures")
        try:
            opened = session.connect(Connection(broker.bootstrap))
            _beat(session, lambda: set(names) <= {topic.name for topic in opened.topics})
            began = time.perf_counter()
            opened.ask_past(names, start, end)
            _beat(session, lambda: pieces(opened.now.mesh, names[0]))
            first = time.perf_counter() - began
            _beat(session, lambda: all(_is_whole(opened, name, start, end, step) for name in names))
            all_ = time.perf_counter() - began
            _beat(session, lambda: all(_is_whole(opened, name, start, end, HOUR) for name in names))
            return first * 1000, all_, time.perf_counter() - began
        finally:
            session.close()


def _is_whole(opened: Opened, topic: str, start: int, end: int, step: int) -> bool:
    """Whether all steps of the span are there; a wrong count ends the script."""
    found = [piece for piece in pieces(opened.now.mesh, topic) if piece.step == step]
    steps = sum(len(piece.counts) for piece in found)
    if steps < (end // step) - (start // step):
        return False
    made = PARTITIONS * EACH_HOUR * HOURS
    counted = sum(sum(piece.counts) for piece in found)
    if not made - PARTITIONS * EACH_HOUR * step // HOUR <= counted <= made:
        raise SystemExit(f"{counted:,} of {made:,} records of {topic} were counted")
    return True


def _beat(session: Session, claim: Callable[[], object]) -> None:
    until = time.monotonic() + 120
    while not claim():
        if time.monotonic() > until:
            raise SystemExit(f"it did not come: {[trouble.sentence for trouble in session.troubles]}")
        session.beat()
        time.sleep(BEAT)


def _fill(broker: Broker, names: list[str], start: int) -> None:
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    new = [NewTopic(name, PARTITIONS, 1, config={"retention.ms": "-1"}) for name in names]
    for made in admin.create_topics(new).values():
        made.result()
    settings = {"linger.ms": 50, "batch.num.messages": 50, "enable.idempotence": True}
    producer = Producer({"bootstrap.servers": broker.bootstrap, "queue.buffering.max.messages": 500_000, **settings})
    for n in range(HOURS * EACH_HOUR):
        for name in names:
            for partition in range(PARTITIONS):
                producer.produce(name, b"x" * 60, timestamp=start + n * HOUR // EACH_HOUR, partition=partition)
        producer.poll(0)
    producer.flush()


if __name__ == "__main__":
    main()
