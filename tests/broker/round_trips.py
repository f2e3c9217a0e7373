"""A round trip: records of every shape into a real Kafka, through two restarts of it into captures, and a hash of each end.

The hash of a partition is over all its records in their order: offset, timestamp, key, value and headers, written so that
no two records are written alike. What produces takes its hash of what it hands to the client, and every record was
acknowledged; the n-th record of a partition then has the offset n, as the topic is new and nothing else stands in it.
"""

import random
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from confluent_kafka import KafkaError, Producer

from meshdesk.capture.reader import open_captures
from meshdesk.capture.records import read_batch
from meshdesk.demo.broker import Broker
from meshdesk.model.position import Position
from meshdesk.session.connection import Connection
from meshdesk.session.session import Session
from tests.broker.collect.producing import Headers, New, create_topic, producer
from tests.broker.oracles import Consumed
from tests.programs.running import Ran, command, wait_until

PARTITIONS = 10
CODECS = ("none", "gzip", "snappy", "lz4", "zstd")  # each writes every partition for a fifth of the records
FOREVER = str((1 << 63) - 1)
SECONDS = 240.0  # for five million records on a machine that is busy; what is waited for takes a tenth of it
BEAT = 2_000  # records between looks at what the collecting programs say
COLUMNS = ("partition", "offset", "timestamp", "key", "value", "headers")
POOL = random.Random(20_261_125).randbytes(1 << 20)  # where bytes are cut from: nothing in it comes twice
PLAIN = POOL.translate(None, b"\0,=\x1c\x1d\x1e\x1f")  # for headers: kcat puts their bytes between signs of its own

Hashes = list[str]  # of each partition


@dataclass(slots=True)
class Trip:
    """What was produced, and what became of it."""

    topic: str
    produced: Hashes
    command: Hashes  # what `meshdesk collect` has in its file
    session: Hashes  # what the child of a session has in its folder
    ran: Ran  # of `meshdesk collect`
    troubles: set[str]  # that the session was told of, at any time
    restarts: list[tuple[int, int]]  # (records produced, rows stored by the child) at each restart

    @property
    def is_equal(self) -> bool:
        """Whether both captures hold what was produced, and nothing else."""
        return self.command == self.session == self.produced


@dataclass(slots=True)
class _Sums:
    """The hashes of all partitions while their records go by."""

    sums: "list[blake2b]" = field(default_factory=lambda: [blake2b(digest_size=16) for _ in range(PARTITIONS)])
    counts: list[int] = field(default_factory=lambda: [0] * PARTITIONS)

    def add(
        self, partition: int, offset: int, timestamp: int, key: bytes | None, value: bytes | None, headers: Headers
    ) -> None:
        self.sums[partition].update(repr((offset, timestamp, key, value, tuple(headers))).encode())
        self.counts[partition] += 1

    def hashes(self) -> Hashes:
        return [f"{count} records {one.hexdigest()}" for one, count in zip(self.sums, self.counts, strict=True)]


def made(count: int) -> Iterator[New]:
    """Records of every shape, always the same: null and empty keys, values and headers, names twice, times in no order."""
    draw = random.Random(5)
    for number in range(count):
        bits = draw.getrandbits(64)
        at = bits >> 48
        size = 60_000 if number % 20_000 == 7 else bits >> 8 & 127
        yield New(
            key=(None, b"", *[POOL[at : at + (bits >> 4 & 15)]] * 6)[bits & 7],
            value=(None, b"", *[POOL[at + 16 : at + 16 + size]] * 14)[bits >> 15 & 15],
            headers=_headers(bits >> 19 & 7, PLAIN[at : at + (bits >> 22 & 31)]),
            partition=number % PARTITIONS,
            timestamp=_timestamp(bits >> 27 & 3, bits >> 29 & 0xFFFFF),
        )


def _headers(kind: int, value: bytes) -> Headers:
    some: list[Headers] = [
        [("trace", value)],
        [("trace", value), ("trace", value[::-1]), ("trace", value)],
        [("nothing", None), ("empty", b""), ("größe", value)],
    ]
    return some[kind] if kind < len(some) else []


def _timestamp(kind: int, number: int) -> int:
    """Shortly after 1970, lately, in a hundred years, or none at all (−1), in ms."""
    return (1 + number, 1_790_000_000_000 + number, 5_000_000_000_000 - number, -1)[kind]


def hashes_of(records: Iterable[Consumed]) -> Hashes:
    """Of what an oracle has printed."""
    sums = _Sums()
    for r in records:
        sums.add(r.partition, r.offset, r.timestamp, r.key, r.value, r.headers)
    return sums.hashes()


def hashes_in(path: Path, topic: str) -> Hashes:
    """Of the records of a topic in a capture, in the order of their rows."""
    sums = _Sums()
    (capture,) = open_captures(path)
    try:
        for placed, first, end in capture.topic_rows(topic, 0, capture.rows):
            batch = read_batch(capture, placed).slice(first, end - first)
            for partition, offset, timestamp, key, value, headers in zip(
                *(batch.column(name).to_pylist() for name in COLUMNS), strict=True
            ):
                pairs = tuple((pair["name"], pair["value"]) for pair in headers or ())
                sums.add(partition, offset, timestamp, key, value, pairs)
    finally:
        capture.close()
    return sums.hashes()


def round_trip(broker: Broker, folder: Path, count: int) -> Trip:
    """Produces so many records while both ways of collecting read them; the broker is restarted once and killed once."""
    topic, file = "round-trip", folder / "command.meshcap"
    create_topic(broker.bootstrap, topic, PARTITIONS, segment_ms=FOREVER, message_timestamp_after_max_ms=FOREVER)
    words = ("--bootstrap", broker.bootstrap, "--from", "beginning", "--until", str(count // PARTITIONS))
    with ExitStack() as running:
        session = Session(folder / "captures")
        running.callback(session.close)
        line = command("collect", topic, *words, "-o", str(file))
        program = running.enter_context(subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE))
        running.callback(program.kill)
        opened = session.connect(Connection(broker.bootstrap))

        said: set[str] = set()  # what passes is taken back once it is over

        def beat() -> None:
            session.beat()
            said.update(trouble.text for trouble in session.troubles)

        def until(claim: Callable[[], object], what: str) -> None:
            def holds() -> object:
                beat()
                return claim()

            wait_until(holds, what, SECONDS)

        breaks = {count // 3: broker.pause, count * 2 // 3: broker.kill}
        restarts: list[tuple[int, int]] = []

        def between(number: int, settle: Callable[[], None]) -> None:
            """What happens beside producing, before each record. `settle` waits until all that was sent is acknowledged."""
            if number % BEAT == 0:
                beat()
            if number in breaks:
                stored = opened.status.rows
                until(lambda: opened.status.rows > stored, "the session's child in the middle of reading")
                # A broker that starts again forgets who wrote batches whose own timestamps are older than a day
                # (ProducerStateManager of Kafka), as some here are: what was stored and not acknowledged would be stored twice.
                settle()
                restarts.append((number, opened.status.rows))
                breaks[number]()
                broker.resume()

        until(lambda: opened.state == "live", "the session to be connected")
        opened.tail(topic, Position("beginning"))
        produced = _produce(broker, topic, count, between)
        until(lambda: opened.status.rows >= count and opened.status.behind == 0, "all records in the session's capture")
        opened.stop()
        until(lambda: opened.state == "ended" and opened.collect is None, "the end of the session's child")
        out, err = program.communicate(timeout=SECONDS)
        return Trip(
            topic,
            produced,
            hashes_in(file, topic),
            hashes_in(opened.path, topic),
            Ran(program.returncode, out, err.decode(), 0),
            said,
            restarts,
        )


def _produce(broker: Broker, topic: str, count: int, between: Callable[[int, Callable[[], None]], None]) -> Hashes:
    """Produces by one idempotent producer a codec, at any moment one of them a partition; returns when all is acknowledged."""
    failed: list[KafkaError | None] = []  # of records, as only errors are reported
    settings = {"enable_idempotence": True, "delivery_report_only_error": True}
    by = [producer(broker.bootstrap, compression_type=codec, **settings) for codec in CODECS]

    def send(by: Producer, new: New) -> None:
        by.produce(
            topic,
            new.value,
            new.key,
            new.partition,
            on_delivery=lambda error, _: failed.append(error),
            timestamp=new.timestamp,
            headers=list(new.headers),
        )

    sums = _Sums()
    for number, new in enumerate(made(count)):
        between(number, lambda: _flush(by, failed))
        turn = number * len(CODECS) // count
        if number and turn != (number - 1) * len(CODECS) // count:
            _flush(by, failed)  # the next producer of a partition begins behind the last one
        sums.add(new.partition, sums.counts[new.partition], new.timestamp, new.key, new.value, new.headers)
        one = by[(new.partition + turn) % len(CODECS)]
        while True:
            try:
                send(one, new)
                break
            except BufferError:  # as much as the client holds: it waits for the broker
                one.poll(0.05)
    _flush(by, failed)
    return sums.hashes()


def _flush(by: Iterable[Producer], failed: list[KafkaError | None]) -> None:
    for one in by:
        assert one.flush(SECONDS) == 0, "not all records were acknowledged"
    assert not failed, failed[0]
