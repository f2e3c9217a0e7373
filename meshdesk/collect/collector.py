"""The collector: one cluster, one capture. It owns the partitions that are read and how far they are, and its helpers.

Those are fetching (the consumer), the watch, the schemas, the writer and what stores beside it, and the keeper.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from typing import TYPE_CHECKING

from confluent_kafka import KafkaError, KafkaException, Message

from meshdesk.capture.coverage import Coverage
from meshdesk.capture.index import LOST, READ_UNCOMMITTED, Span
from meshdesk.capture.parts import TopicKey
from meshdesk.capture.store import CaptureError
from meshdesk.capture.writer import Writer
from meshdesk.collect.background import Background
from meshdesk.collect.by_time import ByTime
from meshdesk.collect.catalogues.watching import Catalogues
from meshdesk.collect.client import REQUEST_TIMEOUT, Cluster, KafkaTrouble, now
from meshdesk.collect.columns import asked_for, lasts, rows_of, schema_names, spans_of
from meshdesk.collect.fetching import Fetching
from meshdesk.collect.held import Held
from meshdesk.collect.keeper import Keeper, Limit
from meshdesk.collect.locating import locate, partition_count
from meshdesk.collect.looked import Looked
from meshdesk.collect.out_of_range import OutOfRange
from meshdesk.collect.predecessors import facts_in
from meshdesk.collect.properties import Source, client_settings
from meshdesk.collect.reading import (
    Began,
    Offsets,
    Partition,
    Place,
    begin,
    behind,
    moved,
    position_after,
)
from meshdesk.collect.remarks import Remarks
from meshdesk.collect.sentences import (
    REFUSED,
    behind_the_end,
    cut_short,
    held_back,
    lost_to_retention,
    made_again,
    more_partitions,
    trouble_of,
    without_leaders,
)
from meshdesk.collect.settled import settled_in
from meshdesk.collect.storing import Storing
from meshdesk.collect.watch import Watch
from meshdesk.model.fact import Checked, Fact
from meshdesk.model.position import Position
from meshdesk.model.trouble import Trouble

if TYPE_CHECKING:
    from meshdesk.collect.registry import Schemas

LIMITED = Limit()
# The watch asks all the time and says why; the consumer says less: no reason, and no topic.
SAID_BY_THE_WATCH = (
    KafkaError._SSL,
    *REFUSED,
    KafkaError._ALL_BROKERS_DOWN,
    KafkaError._UNKNOWN_PARTITION,
    KafkaError._UNKNOWN_TOPIC,
    KafkaError.UNKNOWN_TOPIC_OR_PART,
)
NOTES_EVERY = (
    0.5  # s between looks at what is known anyway: end offsets of the client, topics and partitions of the watch
)
IS_IT_THE_SAME = 1.0  # s that records wait for the answer which topic of that name they are of


@dataclass(frozen=True, slots=True)
class Progress:
    """How far collecting is."""

    rows: int  # records stored by this run
    bytes: int  # of keys, values and headers
    behind: int | None  # offsets still to be read up to the ends as last seen; None: not known
    dropped: int  # records that went because of the size limit
    paused: str  # why nothing is read for now: a sentence, or ""
    reading: tuple[str, ...]  # topics
    finished: bool  # every partition that was asked for is read to its stop, or was given up
    given_up: bool  # one of them is not read to where it was to be read, which was said


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
        self._fetching = Fetching(source, self._client_error, limit)
        self._settled = settled_in(folder, self._flags)
        self._writer = Writer(folder, limit.segment_size)
        self._storing = Storing(self._writer)
        self._failure: CaptureError | None = None  # of a thread that could not write
        self._schemas = self._registry()
        self.watch = Watch(Cluster(source, report), self._writer, report, news)
        self._background = Background(source, self._writer, self.watch, report)
        self._by_time = ByTime(source, self._writer, self.watch, lambda: self._background.committed, news, folder)
        known = facts_in(folder) if source.catalogues or source.schemas else []
        self.catalogues = Catalogues(
            source.catalogues, source.schemas, self._store_facts, report, news, now, known, source.bootstrap
        )
        self._partitions: dict[Place, Partition] = {}
        self._out_of_range = OutOfRange(self._cluster.bounds)
        self._held = Held()
        self._remarks = Remarks(report)
        self._numbers: dict[str, int] = {}  # topic: its number in the writer's names
        self._ids: dict[str, str] = {}
        self._notes_due = 0.0
        self._growing = self._writer.generation
        self._begins_anew: set[str] = set()  # topics whose successor would have to begin elsewhere than was told
        self._looked = Looked()
        self._keeper = Keeper(folder, self._writer, limit, self._may_drop, report)

    def tail(self, topic: str, start: Position, until: Position | None = None, began: Began | None = None) -> Began:
        """Reads a topic from `start` on, up to `until` or for ever; a topic that is being read is moved. Raises KafkaTrouble.

        `began` is what this method said to a predecessor, which it then reads on for.
        """
        count = partition_count(self._cluster, topic)
        self._know(topic)
        located = locate(self._cluster, topic, count, start, until, self._isolation)
        offsets = located.offsets
        if located.leaderless:
            silent = without_leaders(topic, located.leaderless, now())
            if not offsets:
                raise KafkaTrouble(silent)
            self._report(silent)
        if began is not None:
            offsets = began.of(self._ids[topic], offsets)
        if began is not None or start.kind == "offset":
            self._lost_before(topic, offsets)
        if located.held:
            self._report(held_back(topic, located.held, now()))
        self._remarks.begin(topic)
        for number, found in offsets.items():
            self._partitions[topic, number] = begin(found, self._settled_of(topic, number))
        self._read_on([(topic, number) for number in offsets])
        self._follow()
        return self._began(topic)

    def take_began(self) -> dict[str, Began]:
        """By topic, where a successor would have to begin, of those where that has changed since the last call."""
        topics, self._begins_anew = self._begins_anew, set()
        return {topic: self._began(topic) for topic in topics}

    def _began(self, topic: str) -> Began:
        mine = {number: p.started for (name, number), p in self._partitions.items() if name == topic}
        return Began(self._ids[topic], mine)

    def stop_tail(self, topic: str) -> None:
        """Reads that topic no more; what is stored stays."""
        mine = [place for place in self._partitions if place[0] == topic]
        for place in mine:
            del self._partitions[place]
        self._read_on(mine)
        self._follow()

    def looked(self, topic: str, k: int) -> None:
        """The rows of a topic before number `k` were on the screen: a backlog that is paused may drop them."""
        self._looked.note(topic, k)

    def ask_past(self, topics: Sequence[str], start: int, end: int) -> None:
        """Has the past of topics asked for by time, from `start` to `end` in ms, in place of what was asked for before."""
        self._by_time.ask_past(topics, start, end)

    def step(self) -> bool:
        """Takes what has arrived, at most for `fetching.WAIT`, and stores it; True where something was stored. Raises CaptureError."""
        try:
            return self._take()
        except KafkaTrouble as failed:
            self._report(failed.trouble)
            return False

    def _take(self) -> bool:
        self._hold()
        messages = self._fetching.take()
        if time.monotonic() > self._notes_due:
            self._note()
        self._find_lost()
        if not messages:
            self._storing.settle()
            return False
        errors = list(map(Message.error, messages))
        records = messages
        if any(errors):
            records = [message for message, error in zip(messages, errors, strict=True) if error is None]
        if not self._fetching.is_flood:
            records = self._of_the_same(records)
        if records:
            self._store(records)
        if not self._fetching.is_flood:  # the next batch may be long in coming, and this one is shown meanwhile
            self._storing.settle()
        if records is not messages:
            for message, error in zip(messages, errors, strict=True):
                if error is not None:
                    self._told_by(message, error)
        return bool(records)

    def _of_the_same(self, records: list[Message]) -> list[Message]:
        """Without those of topics that were made again, which are given up.

        The client reads another topic of the same name in silence, on from the same offset; the watch hears of it within
        a second. This asks before anything is stored (some ms, ten times a second at most), but in a flood: a new topic
        would need a flood of its own within that second to be taken for the old one.
        """
        topics = {topic for topic in set(map(Message.topic, records)) if topic is not None and self._ids.get(topic)}
        if not topics or not self.watch.connected:
            return records
        try:
            lives = self._cluster.lives(topics, IS_IT_THE_SAME)
        except KafkaTrouble:  # the watch says it
            return records
        others = {topic for topic, life in lives.items() if life is not None and life.topic_id != self._ids[topic]}
        for topic in others:
            self._give_up(topic, is_made_again=True)
        return [record for record in records if record.topic() not in others] if others else records

    def progress(self) -> Progress:
        """How far it is now."""
        partitions = self._partitions.values()
        reading = tuple(sorted({topic for (topic, _), p in self._partitions.items() if not p.done}))
        keeper = self._keeper
        return Progress(
            rows=self._storing.rows,
            bytes=self._storing.bytes,
            behind=behind(partitions),
            dropped=keeper.dropped,
            paused=keeper.pause,
            reading=reading,
            finished=self._storing.is_idle and all(p.done for p in partitions),
            given_up=any(p.given_up for p in partitions),
        )

    def ranges(self) -> dict[Place, tuple[int, int]]:
        """Of each partition that was asked for: the first offset asked for and the next one to be read."""
        return {place: (p.started, p.position) for place, p in sorted(self._partitions.items())}

    @property
    def checksum(self) -> int:
        """Of the records that were written, for packing in place."""
        return self._writer.checksum

    def close(self, wait_for_schemas: float, seal_for: float = 0.0) -> list[int | str]:
        """Stops everything; the schema ids that were not fetched within so many seconds. The capture stays, and what is
        not sealed of it is, as far as that takes no longer than `seal_for` seconds."""
        self._fetching.stop()
        unknown = self._schemas.settle(wait_for_schemas) if self._schemas is not None else []
        missing = [int(name.id) if name.kind == "id" else name.about for name in unknown]
        if self._schemas is not None:
            self._schemas.stop()
        self._background.stop()
        self._by_time.stop()
        self.watch.stop()
        self.catalogues.stop()
        self._fetching.close()
        try:
            self._storing.close()
        except CaptureError as error:
            self._report(Trouble(str(error), about=self._source.bootstrap, seen=now()))
        self._keeper.stop()
        self._writer.close()
        self._keeper.finish(seal_for)
        return missing

    # What the cluster says

    def _know(self, topic: str) -> None:
        """Learns which topic of that name it is, and lets the client find its leaders: by itself it takes a second for each."""
        topic_id = self._cluster.topic_id(topic) or self._ids.get(topic, "")
        if self._ids.get(topic) != topic_id:
            self.stop_tail(topic)  # what was read of another topic of that name
            self._ids[topic] = topic_id
        self._numbers[topic] = self._writer.topic(topic, topic_id)
        self._find_leaders(topic)

    def _find_leaders(self, topic: str, timeout: float = REQUEST_TIMEOUT) -> int:
        """Makes the client look for them now; how many partitions the topic has."""
        count: int = self._cluster.patiently(
            lambda seconds: self._fetching.find_leaders(topic, seconds), timeout, topic
        )
        return count

    def _note(self) -> None:
        self._notes_due = time.monotonic() + NOTES_EVERY
        if failure := self._failure or self.watch.failure or self._background.failure or self._by_time.failure:
            raise failure
        self._note_gone()
        self._note_added()
        for place, high in self._fetching.ends():
            if partition := self._partitions.get(place):
                partition.end = max(partition.end, high)
                if self._held.is_to_be_said(place, partition, time.monotonic()):
                    self._report(held_back(place[0], {place[1]: (partition.position, partition.end)}, now()))

    def _note_added(self) -> None:
        """Partitions that a topic got while it is read for ever: all their records came since, so they are read from the beginning."""
        for topic in self.watch.followed:
            mine = {number: p for (name, number), p in self._partitions.items() if name == topic}
            if self.watch.partitions.get(topic, 0) > max(mine) + 1 and all(p.stop is None for p in mine.values()):
                added = range(max(mine) + 1, self._find_leaders(topic, timeout=1.0))
                for number in added:
                    self._partitions[topic, number] = begin(Offsets(0, 0, 0, None), self._settled_of(topic, number))
                self._begins_anew.add(topic)
                self._read_on([(topic, number) for number in added])
                if added:
                    self._report(more_partitions(topic, added.stop, len(added), now()))

    def _note_gone(self) -> None:
        """Topics that were deleted while they are read: the client keeps silent about them for 30 s, and names none then."""
        while True:
            try:
                gone = self.watch.gone.get_nowait()
            except Empty:
                return
            mine = [place for place, p in self._partitions.items() if place[0] == gone.topic and not p.done]
            if mine and self._ids[gone.topic] == gone.topic_id:
                self._give_up(gone.topic, gone.made_again)

    def _give_up(self, topic: str, is_made_again: bool) -> None:
        mine = [place for place in self._partitions if place[0] == topic]
        for place in mine:
            partition = self._partitions[place]
            partition.given_up = partition.given_up or not partition.done
            partition.done = True
        self._read_on(mine)
        self._follow()
        if is_made_again:
            self._report(made_again(topic, now()))
        else:
            self._report(self._cluster.failed(KafkaError(KafkaError.UNKNOWN_TOPIC_OR_PART), topic).trouble)

    # The limit

    def _may_drop(self, topic: str, end: int, rows: int) -> bool:
        """As Keeper asks, from its thread."""
        behind = [p.position < p.backlog for (name, _), p in list(self._partitions.items()) if name == topic]
        return self._looked.may_go(topic, end, rows, behind)

    def _hold(self) -> None:
        """Pauses while the keeper says so; forgets what it dropped, and tells it when there is something to seal."""
        if self._writer.generation != self._growing:
            self._growing = self._writer.generation
            self._keeper.nudge()
        for place, span in sorted(self._keeper.take_forgotten(), key=lambda settled: settled[1].begin):
            if place in self._settled and span.flags & LOST == 0:
                self._settled[place].remove(span.begin, span.end)
            self._begin_behind(*place, span)
        if bool(self._keeper.pause) != self._fetching.is_paused:
            self._fetching.pause(not self._fetching.is_paused)

    def _begin_behind(self, key: TopicKey, number: int, dropped: Span) -> None:
        """A successor does not read again what was dropped."""
        partition = self._partitions.get((key.name, number))
        if partition is None or self._ids[key.name] != key.topic_id:
            return
        if dropped.begin <= partition.started < dropped.end:
            partition.started = dropped.end
            self._begins_anew.add(key.name)

    # What arrives

    def _store(self, messages: list[Message]) -> None:
        self._fetching.fit(messages)
        for topic, group in self._by_topic(messages):
            mine = {number: p for (name, number), p in self._partitions.items() if name == topic}
            rows = rows_of(group)
            reached = {
                number: position_after(mine[number], last) for number, last in lasts(rows).items() if number in mine
            }
            rows = asked_for(rows, mine)
            spans = spans_of(rows, self._numbers[topic], mine, reached, self._flags)
            if rows.batch.num_rows:
                self._storing.put(self._numbers[topic], rows.batch, spans, now())
                self._remarks.look(topic, rows, now())
                if self._schemas is not None:
                    self._schemas.note(schema_names(rows.batch))
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
            self._storing.settle()  # what is settled is told in the order of the offsets
            self._writer.cover(
                Span(self._numbers[topic], number, partition.position, end, end_seen=partition.end, flags=self._flags)
            )

    def _move(self, topic: str, number: int, position: int) -> None:
        partition = self._partitions[topic, number]
        target = moved(partition, position)
        if partition.done or target is not None:
            self._read_on([(topic, number)])

    def _told_by(self, message: Message, error: KafkaError) -> None:
        topic, number = str(message.topic()), message.partition()
        partition = self._partitions.get((topic, -1 if number is None else number))
        if partition is None or number is None:
            if error.code() != KafkaError._PARTITION_EOF:
                self._client_error(error)
        elif partition.done:
            pass  # its end came with its last records: what lies between is not read, and not settled
        elif error.code() == KafkaError._PARTITION_EOF:
            self._at_end(topic, number, partition, message.offset() or 0)
        elif error.code() == KafkaError._AUTO_OFFSET_RESET:
            self._out_of_range.add((topic, number))
        elif trouble := trouble_of(error, self._source.bootstrap, topic, now()):
            partition.done = partition.given_up = True
            self._read_on([(topic, number)])
            self._report(trouble)

    def _at_end(self, topic: str, number: int, partition: Partition, end: int) -> None:
        """The end as the broker says it: offsets before it that brought no record are settled too."""
        partition.last_end = end
        if end >= partition.position:
            partition.end = max(partition.end, end)
            self._cover(topic, number, end)
            self._move(topic, number, end)

    # What is lost

    def _find_lost(self) -> None:
        """Offsets that the broker has not, of which it has said by now where their partitions begin and end."""
        for place, asked in self._out_of_range.answered(time.monotonic()):
            try:
                low, high, topic_id = asked.answer()
            except KafkaException as error:
                self._report(self._cluster.failed(error.args[0], place[0]).trouble)
                self._out_of_range.ask_again(place, time.monotonic())
                continue
            self._out_of_range.forget(place)
            if self._ids[place[0]] not in ("", topic_id):
                self._give_up(place[0], is_made_again=True)
            else:
                self._read_behind(place, low, high)

    def _lost_before(self, topic: str, asked: Mapping[int, Offsets]) -> None:
        """Offsets that were asked for by number, and that the broker has no more."""
        lost = {
            number: self._settled_of(topic, number).missing(
                found.start, found.beginning if found.stop is None else min(found.beginning, found.stop)
            )
            for number, found in asked.items()
        }
        self._lose(topic, {number: gaps for number, gaps in lost.items() if gaps}, {n: o.end for n, o in asked.items()})

    def _lose(self, topic: str, ranges: Mapping[int, list[tuple[int, int]]], ends: Mapping[int, int]) -> None:
        """Stores ranges of offsets as lost to retention, and says so."""
        if not ranges:
            return
        self._storing.settle()  # what is settled is told in the order of the offsets
        for number, gaps in ranges.items():
            for first, end in gaps:
                self._writer.cover(Span(self._numbers[topic], number, first, end, end_seen=ends[number], flags=LOST))
                self._settled_of(topic, number).add(first, end)
        self._report(lost_to_retention(topic, ranges, now()))

    def _read_behind(self, place: Place, low: int, high: int) -> None:
        """Says why, stores as lost what retention took, and reads on behind it."""
        partition, (topic, number) = self._partitions[place], place
        first = partition.position
        partition.end = max(partition.end, high)
        if low > first:
            self._lose(topic, {number: [(first, low)]}, {number: high})
            moved(partition, low)
        elif high < first and partition.settled.end_of(high) == high:
            partition.started = partition.position = high
            self._begins_anew.add(topic)
            self._report(behind_the_end(topic, number, first, high, now()))
        elif high < first:  # its offsets are given out anew: their records cannot be told from those that are stored
            partition.done = partition.given_up = True
            self._report(cut_short(topic, number, first, high, now()))
        self._read_on([place])

    # The rest

    def _read_on(self, places: Iterable[Place]) -> None:
        """Has these partitions fetched from their positions on; those that are done or dropped no more. Raises KafkaTrouble."""
        places = list(places)
        positions = {at: p.position for at in places if (p := self._partitions.get(at)) is not None and not p.done}
        for place in places:
            self._out_of_range.forget(place)
        try:
            self._fetching.read_on(places, positions)
        except KafkaException as error:
            raise self._cluster.failed(error.args[0]) from error

    def _registry(self) -> "Schemas | None":
        """What fetches schemas, where a registry is named."""
        if not self._source.registry.strip():
            return None
        # The client of the web takes 60 of the 390 ms of a collect program that starts.
        from meshdesk.collect.registry import Schemas

        source = self._source
        return Schemas(source.registry, source.registry_user, source.registry_ca, self._store_fact, self._report, now)

    def _follow(self) -> None:
        """Tells the watch which topics are read."""
        reading = {topic for (topic, _), partition in self._partitions.items() if not partition.done}
        self.watch.followed = {topic: self._ids[topic] for topic in reading}

    def _store_fact(self, fact: Fact | Checked) -> None:
        self._store_facts([fact])

    def _store_facts(self, facts: Sequence[Fact | Checked]) -> None:
        """For threads: a disk that is full ends the collector's own step, not them."""
        try:
            self._writer.facts(facts)
        except CaptureError as error:
            self._failure = error

    def _settled_of(self, topic: str, number: int) -> Coverage:
        return self._settled.setdefault((TopicKey(topic, self._ids[topic]), number), Coverage())

    def _client_error(self, error: KafkaError) -> None:
        if error.code() in SAID_BY_THE_WATCH or "SSL" in (
            error.str() or ""
        ):  # one that hangs up has no code of its own
            return
        trouble = trouble_of(error, self._source.bootstrap, now=now())
        if trouble is not None:
            self._report(trouble)
