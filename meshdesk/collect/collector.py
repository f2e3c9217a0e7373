"""The collector: one cluster, one capture. It owns the consumer, the watch, the schemas and the writer."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from meshdesk.capture.coverage import Coverage
from meshdesk.capture.index import LOST, READ_UNCOMMITTED, Span
from meshdesk.capture.reader import TopicKey, open_captures
from meshdesk.capture.writer import Writer
from meshdesk.collect.client import Cluster, KafkaTrouble, make_consumer, now
from meshdesk.collect.columns import Rows, keep, lasts, rows_of, schema_ids, spans_of
from meshdesk.collect.keeper import Keeper, Limit
from meshdesk.collect.properties import Source, client_settings
from meshdesk.collect.reading import Offsets, Partition, Place, begin, behind, moved, needed, resolve
from meshdesk.collect.registry import Schemas
from meshdesk.collect.sentences import trouble_of
from meshdesk.collect.watch import Watch
from meshdesk.model.position import Position
from meshdesk.model.trouble import Trouble
from meshdesk.model.wording import plural

LIMITED = Limit()
BATCH = 10_000  # records taken from the client at once: 7-15 ms of work, 1.4 MB at 140 B
BATCH_BYTES = 16 << 20  # of them at the most, going by the batch before: records of 1 MB come 16 at a time
FIRST_BATCH = 100  # records, whose size nobody knows yet
WAIT = 0.1  # s; a batch is written after so long even when it holds one record
# The watch asks all the time and says why; the consumer says less: no reason, and no topic.
SAID_BY_THE_WATCH = (
    KafkaError._ALL_BROKERS_DOWN,
    KafkaError._UNKNOWN_PARTITION,
    KafkaError._UNKNOWN_TOPIC,
    KafkaError.UNKNOWN_TOPIC_OR_PART,
)
QUEUES = 8  # what the client holds is an eighth of the capture's limit at the most
ASK = 2.0  # s that one partition's offsets may hold up all others
ENDS_EVERY = 0.5  # s between looks at the end offsets that the client knows anyway


@dataclass(frozen=True, slots=True)
class Progress:
    """How far collecting is."""

    rows: int  # records stored by this run
    bytes: int  # of keys, values and headers
    behind: int | None  # offsets still to be read up to the ends as last seen; None: not known
    dropped: int  # records that went because of the size limit
    disk: int  # bytes that the capture takes
    paused: str  # why nothing is read for now: a sentence, or ""
    reading: tuple[str, ...]  # topics
    finished: bool  # every partition that was asked for is read to its stop


class Collector:
    """Reads what it is told into a capture. All methods are called by one thread; its helpers have their own."""

    def __init__(
        self,
        source: Source,
        folder: Path,
        report: Callable[[Trouble], None],
        news: Callable[[], None],
        limit: Limit = LIMITED,
    ) -> None:
        """Raises PropertiesError and CaptureError."""
        self._source, self._report = source, report
        settings = client_settings(source)
        self._isolation = str(settings["isolation.level"])
        self._flags = READ_UNCOMMITTED if self._isolation == "read_uncommitted" else 0
        self._cluster = Cluster(source, report)
        self._consumer: Consumer = make_consumer(source, self._client_error, limit.bytes // QUEUES)
        self._settled = _settled(folder)
        self._writer = Writer(folder, limit.segment_size)
        self._schemas = Schemas(
            source.registry, source.registry_user, lambda fact: self._writer.facts([fact]), report, now
        )
        self.watch = Watch(Cluster(source, report), self._writer, report, news)
        self._partitions: dict[Place, Partition] = {}
        self._tails: dict[str, Position | None] = {}  # topics that are read, and up to where
        self._looked: dict[str, int] = {}  # topic: the rows before this one were on the screen
        self._is_held = False  # nothing is read for now
        self._again: float | None = None  # when all that is wanted is assigned anew (monotonic)
        self._numbers: dict[str, int] = {}  # topic: its number in the writer's names
        self._ids: dict[str, str] = {}
        self._rows = self._bytes = 0
        self._batch = FIRST_BATCH
        self._batch_bytes = min(BATCH_BYTES, limit.segment_size)
        self._ends_due = 0.0
        self._growing = self._writer.generation
        self._keeper = Keeper(folder, self._writer, limit, self._may_drop, report)

    def tail(self, topic: str, start: Position, until: Position | None = None) -> None:
        """Reads a topic from `start` on, up to `until` or for ever; a topic that is being read is moved. Raises KafkaTrouble."""
        count = self._partition_count(topic)
        self.watch.vanished.discard(topic)  # it is there again, whatever the watch has seen
        self._name(topic)
        self._tails[topic] = until
        every = [(topic, number) for number in range(count)]
        for number, found in resolve(every, start, until, self._asked(every, start, until)).items():
            self._partitions[topic, number] = begin(found, self._settled_of(topic, number))
        self._assign()

    def _name(self, topic: str) -> None:
        """Asks for the topic's id, by which it is told from another one of its name."""
        if topic not in self._numbers:
            self._ids[topic] = self._cluster.topic_id(topic)
            self._numbers[topic] = self._writer.topic(topic, self._ids[topic])
        self.watch.follow(topic, self._ids[topic])

    def looked(self, topic: str, k: int) -> None:
        """The rows of a topic before number `k` were on the screen: a backlog that is paused may drop them."""
        self._looked[topic] = max(k, self._looked.get(topic, 0))

    def _may_drop(self, topic: str, end: int) -> bool:
        """Whether rows of a topic before number `end` may go: a tail's always, a backlog's once they were looked at."""
        reading = [p for (name, _), p in list(self._partitions.items()) if name == topic]
        return self._looked.get(topic, 0) >= end or all(p.position >= p.backlog for p in reading)

    def stop_tail(self, topic: str) -> None:
        """Reads that topic no more; what is stored stays."""
        self._tails.pop(topic, None)
        self.watch.leave(topic)
        self._partitions = {place: p for place, p in self._partitions.items() if place[0] != topic}
        self._assign()

    def step(self) -> bool:
        """Takes what has arrived, at most for `WAIT`, and stores it; True where something was stored. Raises CaptureError."""
        self._hold()
        if self._writer.generation != self._growing:
            self._growing = self._writer.generation
            self._keeper.nudge()
        # All that changes what is read comes before what was read: messages belong to what is assigned.
        if time.monotonic() > self._ends_due:
            self._note_ends()
        if self._again is not None and time.monotonic() >= self._again:
            self._try(self._assign)
        messages = self._consumer.consume(self._batch, WAIT)
        if not messages:
            return False
        errors = list(map(Message.error, messages))
        if not any(errors):
            self._store(messages)
            return True
        records = [message for message, error in zip(messages, errors, strict=True) if error is None]
        if records:
            self._store(records)
        for message, error in zip(messages, errors, strict=True):
            if error is not None:
                self._told_by(message, error)
        return bool(records)

    def progress(self) -> Progress:
        """How far it is now."""
        partitions = self._partitions.values()
        reading = tuple(sorted({topic for (topic, _), p in self._partitions.items() if not p.done}))
        keeper = self._keeper
        return Progress(
            rows=self._rows,
            bytes=self._bytes,
            behind=behind(partitions),
            dropped=keeper.dropped,
            disk=keeper.disk,
            paused=keeper.pause,
            reading=reading,
            finished=all(p.done for p in partitions),
        )

    def ranges(self) -> dict[Place, tuple[int, int]]:
        """Of each partition that was asked for: the first offset asked for and the next one to be read."""
        return {place: (p.started, p.position) for place, p in sorted(self._partitions.items())}

    @property
    def checksum(self) -> int:
        """Of the records that were written, for packing in place."""
        return self._writer.checksum

    def close(self, wait_for_schemas: float, seal_for: float = 0.0) -> list[int]:
        """Stops everything; the schema ids that were not fetched within so many seconds. The capture stays, and what is
        not sealed of it is, as far as that takes no longer than `seal_for` seconds."""
        self._consumer.unassign()
        missing = self._schemas.settle(wait_for_schemas)
        self._schemas.stop()
        self.watch.stop()
        self._consumer.close()
        self._keeper.stop()
        self._writer.close()
        self._keeper.finish(seal_for)
        return missing

    # What the cluster says

    def _partition_count(self, topic: str) -> int:
        said = self._cluster.metadata(topic).topics.get(topic)
        if said is None or said.error is not None:
            error = said.error if said is not None else KafkaError(KafkaError.UNKNOWN_TOPIC_OR_PART)
            if error.code() in (KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC):
                raise KafkaTrouble(
                    Trouble(
                        f"There is no topic {topic} at {self._source.bootstrap}.",
                        "Check its name; MeshDesk makes no topics.",
                        topic,
                        seen=now(),
                    )
                )
            raise self._cluster.failed(error, topic)
        return len(said.partitions)

    def _asked(self, every: list[Place], start: Position, until: Position | None) -> Mapping[str, Mapping[Place, int]]:
        ask = self._cluster.offsets
        return {
            "beginning": ask(every, Position("beginning"), self._isolation),
            "end": ask(every, Position("end"), self._isolation),
            "start": ask(every, start, self._isolation) if start.kind == "time" else {},
            "stop": ask(every, until, self._isolation) if until is not None and until.kind == "time" else {},
        }

    def _note_ends(self) -> None:
        self._ends_due = time.monotonic() + ENDS_EVERY
        self._note_vanished()
        self._note_made_again()
        self._note_added()
        for (topic, number), partition in self._partitions.items():
            if not partition.done:
                _, high = self._consumer.get_watermark_offsets(TopicPartition(topic, number), cached=True)
                partition.end = max(partition.end, high)

    def _note_vanished(self) -> None:
        """Topics that were deleted while they are read: the client keeps silent about them for 30 s, and names none then."""
        for topic in {topic for topic, _ in self._partitions} & self.watch.vanished:
            self.watch.vanished.discard(topic)
            mine = [p for (name, _), p in self._partitions.items() if name == topic]
            if not all(partition.done for partition in mine):
                for partition in mine:
                    partition.done = True
                self._assign()
                gone = KafkaError(KafkaError.UNKNOWN_TOPIC_OR_PART)
                self._report(self._cluster.failed(gone, topic).trouble)

    def _note_made_again(self) -> None:
        """Topics that were deleted and made again under their name: another history begins, with another id."""
        for topic in self._tails.keys() & self.watch.made_again.keys():
            self.watch.made_again.pop(topic)
            until = self._tails[topic]
            self._partitions = {place: p for place, p in self._partitions.items() if place[0] != topic}
            del self._numbers[topic]
            self._report(
                Trouble(
                    f"{topic} was deleted and made again.",
                    "The new one is read from its beginning; what came of it in the last seconds may stand among the old one's, too.",
                    topic,
                    "attention",
                    now(),
                )
            )
            self._try(partial(self.tail, topic, Position("beginning"), until))

    def _note_added(self) -> None:
        """Partitions that a topic was given since: a tail reads them from their beginning, which is 0."""
        for topic, until in self._tails.items():
            have = {number for name, number in self._partitions if name == topic}
            fresh = [number for number in range(self.watch.partitions(topic)) if number not in have]
            if fresh and have and until is None:
                for number in fresh:
                    self._partitions[topic, number] = begin(Offsets(0, 0, 0, None), self._settled_of(topic, number))
                self._try(self._assign)
                self._report(
                    Trouble(
                        f"{topic} has {plural(len(fresh), 'new partition')}.",
                        "They are read from their beginning.",
                        topic,
                        "attention",
                        now(),
                    )
                )

    def _hold(self) -> None:
        """Pauses while the keeper says so; forgets what it dropped."""
        for place, span in self._keeper.take_forgotten():
            if place in self._settled and span.flags & LOST == 0:
                self._settled[place].remove(span.begin, span.end)
        if bool(self._keeper.pause) == self._is_held:
            return
        self._is_held = not self._is_held
        reading = [TopicPartition(*place) for place, p in self._partitions.items() if not p.done]
        if self._is_held:
            self._consumer.pause(reading)
            self._report(Trouble(self._keeper.pause, "", self._source.bootstrap, "attention", now()))
        else:
            self._consumer.resume(reading)

    # What arrives

    def _store(self, messages: list[Message]) -> None:
        size = sum(map(len, messages)) // len(messages) + 1
        self._batch = min(BATCH, self._batch_bytes // size + 1)
        for topic, group in self._by_topic(messages):
            mine = {number: p for (name, number), p in self._partitions.items() if name == topic}
            rows = rows_of(group)
            reached = {number: _reached(mine[number], last) for number, last in lasts(rows).items() if number in mine}
            rows = _asked_for(rows, mine)
            spans = spans_of(rows, self._numbers[topic], mine, reached, self._flags)
            if rows.batch.num_rows:
                stored = self._writer.records(self._numbers[topic], rows.batch, spans, now())
                self._rows += stored.rows
                self._bytes += stored.payload
                self._schemas.note(schema_ids(rows.batch.column("value")) | schema_ids(rows.batch.column("key")))
            with_rows = {span.partition for span in spans}
            for number, end in reached.items():
                if number not in with_rows:  # nothing of it was asked for, or all of it is stored already
                    self._cover(topic, number, end)
                self._move(topic, number, end)

    def _by_topic(self, messages: list[Message]) -> Iterable[tuple[str, list[Message]]]:
        topics = {topic for topic, _ in self._partitions}
        if len(topics) == 1:
            return [(next(iter(topics)), messages)]
        groups: dict[str, list[Message]] = defaultdict(list)
        for message in messages:
            groups[str(message.topic())].append(message)
        return [(topic, group) for topic, group in groups.items() if topic in topics]

    def _cover(self, topic: str, number: int, end: int) -> None:
        """Settles offsets that brought no record to store: compaction, transactions, what is stored already."""
        partition = self._partitions[topic, number]
        if end > partition.position or partition.end == end:
            self._writer.cover(
                Span(self._numbers[topic], number, partition.position, end, end_seen=partition.end, flags=self._flags)
            )

    def _move(self, topic: str, number: int, position: int) -> None:
        partition = self._partitions[topic, number]
        target = moved(partition, position)
        if partition.done:
            self._consumer.pause([TopicPartition(topic, number)])
        elif target is not None:
            self._seek(topic, number, target)

    def _seek(self, topic: str, number: int, target: int) -> None:
        try:
            self._consumer.seek(TopicPartition(topic, number, target))
        except KafkaException:  # it is not being fetched at this moment: its leader changes, or it has just failed
            self._again = time.monotonic()

    def _told_by(self, message: Message, error: KafkaError) -> None:
        topic, number = str(message.topic()), message.partition()
        partition = self._partitions.get((topic, -1 if number is None else number))
        if partition is None or number is None:
            if error.code() != KafkaError._PARTITION_EOF:
                self._client_error(error)
        elif error.code() == KafkaError._PARTITION_EOF:
            self._at_end(topic, number, partition, message.offset() or 0)
        elif error.code() == KafkaError._AUTO_OFFSET_RESET:
            self._out_of_range(topic, number, partition)
        elif trouble := trouble_of(error, self._source.bootstrap, topic, now()):
            partition.done = True
            self._report(trouble)

    def _at_end(self, topic: str, number: int, partition: Partition, end: int) -> None:
        """The end as the broker says it: offsets before it that brought no record are settled too."""
        if end >= partition.position:
            partition.end = max(partition.end, end)
            self._cover(topic, number, end)
            self._move(topic, number, end)

    def _out_of_range(self, topic: str, number: int, partition: Partition) -> None:
        """Retention took what was to be read next: said, stored as lost, and reading goes on behind it.

        The client has stopped fetching this partition, so it is assigned anew.
        """
        self._again = time.monotonic()
        try:
            low, high = self._consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=ASK)
        except KafkaException:
            self._again += 1.0  # the same error comes again, and with it the next try
            return
        if high < partition.position:
            return  # a topic made again under its name, which the watch will say; or a leader that lost its last records
        partition.end = high
        first, partition.position = partition.position, max(low, partition.position)
        if low > first:
            self._writer.cover(Span(self._numbers[topic], number, first, low, end_seen=high, flags=LOST))
            self._report(
                Trouble(
                    f"{topic}[{number}]: {plural(low - first, 'offset')} from {first:,} on were lost to retention before they were read.",
                    "Reading goes on behind them.",
                    topic,
                    "attention",
                    now(),
                )
            )
        partition.done = partition.stop is not None and partition.position >= partition.stop

    # The rest

    def _try(self, step: Callable[[], object]) -> None:
        """Does what the cluster may refuse; it is said then, and asked again a second later."""
        try:
            step()
        except KafkaTrouble as failed:
            self._report(failed.trouble)
            self._again = time.monotonic() + 1.0

    def _assign(self) -> None:
        self._again = None
        wanted = [
            TopicPartition(topic, number, p.position) for (topic, number), p in self._partitions.items() if not p.done
        ]
        try:
            if wanted:
                self._consumer.assign(wanted)
                if self._is_held:
                    self._consumer.pause(wanted)
                else:
                    self._consumer.resume(wanted)  # a partition that was done had been paused
            else:
                self._consumer.unassign()
        except KafkaException as error:
            raise self._cluster.failed(error.args[0]) from error

    def _settled_of(self, topic: str, number: int) -> Coverage:
        return self._settled.setdefault((TopicKey(topic, self._ids[topic]), number), Coverage())

    def _client_error(self, error: KafkaError) -> None:
        if error.code() in SAID_BY_THE_WATCH:
            return
        trouble = trouble_of(error, self._source.bootstrap, now=now())
        if trouble is not None:
            self._report(trouble)


def _reached(partition: Partition, last: int) -> int:
    """Where reading stands once a record at offset `last` has come."""
    return max(partition.position, last + 1 if partition.stop is None else min(last + 1, partition.stop))


def _asked_for(rows: Rows, partitions: Mapping[int, Partition]) -> Rows:
    """Without records behind a stop, and without those that the capture holds already; nearly always all of them."""
    ahead = {number: p.settled.next_after(p.position) for number, p in partitions.items()}
    last = lasts(rows)
    crowded = [
        number
        for number, offset in last.items()
        if number not in partitions
        or ((stop := partitions[number].stop) is not None and offset >= stop)
        or ((settled := ahead[number]) is not None and offset >= settled[0])
    ]
    if not crowded:
        return rows
    mask = ~np.isin(rows.partitions, crowded)
    for number in crowded:
        if number in partitions:
            mine = rows.partitions == number
            mask[mine] = [needed(partitions[number], offset) for offset in rows.offsets[mine].tolist()]
    return keep(rows, mask)


def _settled(folder: Path) -> dict[tuple[TopicKey, int], Coverage]:
    """What earlier writers of this capture have read, so that it is stored once."""
    (capture,) = open_captures(folder)
    try:
        return dict(capture.coverage)
    finally:
        capture.close()
