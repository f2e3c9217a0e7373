"""Half an hour at 50,000 records/s through a limit of 1 GB: memory stays flat, and what is kept is what was produced.

`make soak`, or `make soak MINUTES=5`. Not one of the scripts that `make speed` runs.
"""

import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from confluent_kafka import Producer

from meshdesk.explain.rows import open_rows
from tests.speed.figures import figure
from tests.speed.kafka import loaded_broker, make_topic
from tests.speed.processes import CHILDREN, Resident
from tests.speed.window import in_window

MINUTES = 30.0
RATE = 50_000  # records/s
LIMIT = 1_000_000_000  # bytes
PARTITIONS = 4
SLICE = 2_000  # records that are made at once
WORDS = 16  # of 8 bytes, of a value; nothing compresses them
KEPT = 512 << 20  # bytes of a partition that the broker keeps
FLAT = 1.0  # MB/min
SPARE = 180.0  # s for starting, stopping and saving

Values: TypeAlias = "np.ndarray[tuple[int, int], np.dtype[np.uint8]]"
Numbers: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.uint64]]"


def main() -> None:
    """The figures soak.window, soak.collect, soak.look, soak.work in MB/min, soak.rate in records/s, soak.records."""
    minutes = float(sys.argv[1]) if sys.argv[1:] else MINUTES
    resident, produced = Resident(), [0]
    with loaded_broker(keep=KEPT) as broker, tempfile.TemporaryDirectory(prefix="meshdesk-speed-") as home:
        topic, target = make_topic(broker, "soak", PARTITIONS), Path(home) / "soak.meshcap"
        mark = Path(home) / "mark"
        words = (broker.bootstrap, topic, str(60 * minutes), str(mark), str(target))

        def seen(pid: int) -> None:
            if not mark.exists():  # saving needs memory of its own
                resident.look(pid)

        with _producing(broker.bootstrap, topic, produced):
            report = in_window("follow_and_save", *words, seen=seen, limit=LIMIT, patience=60 * minutes + SPARE)
        rate = report["rows"] / report["seconds"]
        figure("soak.rate", "records/s", rate, None, ">= 0.95 x 50,000 records/s", rate >= 0.95 * RATE)
        for name in ("window", *CHILDREN):
            slope = resident.slope(name)
            figure(f"soak.{name}", "MB/min", slope, None, "flat: <= 1 MB/min", slope <= FLAT)
        kept, wrong = _compared(target, topic)
        figure("soak.records", "records", kept, report["kept"], "all equal", kept == report["kept"] and not wrong)


def values(numbers: Numbers) -> Values:
    """The value of each record number: a row of bytes, which begin with a letter."""
    factors = (np.arange(WORDS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    whole = (numbers[:, None] + np.uint64(1)) * factors
    whole[:, 0] = (whole[:, 0] >> np.uint64(8)) | np.uint64(ord("r") << 56)
    return whole.astype(">u8").view(np.uint8).reshape(len(numbers), 8 * WORDS)


@contextmanager
def _producing(bootstrap: str, topic: str, produced: list[int]) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=_produce, args=(bootstrap, topic, produced, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(30)


def _produce(bootstrap: str, topic: str, produced: list[int], stop: threading.Event) -> None:
    """Record n goes to partition n % PARTITIONS, as the record number n // PARTITIONS there."""
    settings = {"bootstrap.servers": bootstrap, "enable.idempotence": True, "linger.ms": 20, "log_level": 3}
    producer = Producer(settings | {"queue.buffering.max.messages": 200_000})
    began = time.monotonic()
    while not stop.is_set():
        first = produced[0]
        for at, value in enumerate(values(np.arange(first, first + SLICE, dtype=np.uint64))):
            while True:
                try:
                    producer.produce(topic, value.tobytes(), partition=(first + at) % PARTITIONS)
                    break
                except BufferError:
                    producer.poll(0.05)
        produced[0] = first + SLICE
        producer.poll(0)
        stop.wait(max(0.0, produced[0] / RATE - (time.monotonic() - began)))
    producer.flush(20)


def _compared(target: Path, topic: str) -> tuple[int, int]:
    """(records that the file holds, how many of them are not what was produced there or leave a gap behind them)."""
    (rows,) = open_rows(target)
    kept = wrong = 0
    behind: dict[int, int] = {}
    for _, batch in rows.batches(topic, 0, rows.capture.topics[topic].rows):
        partitions, offsets = batch.column("partition").to_numpy(), batch.column("offset").to_numpy()
        numbers = (offsets * PARTITIONS + partitions).astype(np.uint64)
        wrong += _differing(batch.column("value"), values(numbers))
        for partition in np.unique(partitions).tolist():
            own = offsets[partitions == partition]
            wrong += int(own[0] != behind.get(partition, own[0])) + int(np.count_nonzero(np.diff(own) != 1))
            behind[partition] = int(own[-1]) + 1
        kept += batch.num_rows
    rows.capture.close()
    return kept, wrong


def _differing(column: pa.BinaryArray, expected: Values) -> int:
    """How many values are others than expected."""
    if column.null_count or set(pc.binary_length(column).unique().to_pylist()) != {expected.shape[1]}:
        return len(column)
    begin = int(np.frombuffer(column.buffers()[1], np.int32)[column.offset])
    stored = np.frombuffer(column.buffers()[2], np.uint8)[begin : begin + expected.size].reshape(expected.shape)
    return int(np.count_nonzero((stored != expected).any(axis=1)))


if __name__ == "__main__":
    main()
