"""Fetching: which partitions the client was given, whether it is paused, and how much of what it holds is taken at once.

Which partitions are to be read and how far they are is the collector's; here stands what the client knows of that.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from confluent_kafka import Consumer, KafkaError, Message, TopicPartition

from meshdesk.collect.client import make_consumer
from meshdesk.collect.keeper import Limit
from meshdesk.collect.properties import Source
from meshdesk.collect.reading import Place

BATCH = 10_000  # records taken from the client at once: 7-15 ms of work, 1.4 MB at 140 B
BATCH_BYTES = 4 << 20  # of them at most, going by the batch before: what fits the processor's caches is copied faster
FIRST_BATCH = 100  # records, whose size nobody knows yet
QUEUES = 8  # what the client holds is an eighth of the capture's limit at the most
WAIT = 0.1  # s; a batch is written after so long even when it holds one record


class Fetching:
    """One consumer. All methods are called by one thread, and raise KafkaException where the client refuses."""

    def __init__(self, source: Source, error: Callable[[KafkaError], None], limit: Limit) -> None:
        """`error` hears what the client says while it is asked for messages. Raises PropertiesError."""
        self._consumer: Consumer = make_consumer(source, error, limit.bytes // QUEUES)
        self._given: set[Place] = set()
        self._batch = FIRST_BATCH
        self._batch_bytes = min(BATCH_BYTES, limit.segment_size)
        self.is_paused = False
        self.is_flood = False  # there was more than was taken last

    def take(self) -> list[Message]:
        """What has arrived, records and errors, for which it waits `WAIT` s at most."""
        messages = self._consumer.consume(self._batch, WAIT)
        self.is_flood = len(messages) == self._batch
        return messages

    def fit(self, records: list[Message]) -> None:
        """The next batch is as long as records of the size of these may be."""
        size = sum(map(len, records)) // len(records) + 1
        self._batch = min(BATCH, self._batch_bytes // size + 1)

    def read_on(self, places: Iterable[Place], positions: Mapping[Place, int]) -> None:
        """Has the client fetch those of the places that have a position from there on, and the others no more.

        They are taken from it and given anew, which other partitions do not notice. A seek costs the same (0.1 s with its
        fetch) and is refused where the client has stopped fetching, as it does at an offset out of range.
        """
        places = list(places)
        away = [place for place in places if place in self._given]
        anew = [place for place in places if place in positions]
        if away:
            self._consumer.incremental_unassign([TopicPartition(*place) for place in away])
            self._given.difference_update(away)
        if anew:
            self._consumer.incremental_assign([TopicPartition(*place, positions[place]) for place in anew])
            self._given.update(anew)
            if self.is_paused:
                self._consumer.pause([TopicPartition(*place) for place in anew])

    def pause(self, is_paused: bool) -> None:
        """Nothing is fetched while it is paused, of what is given to it meanwhile neither."""
        self.is_paused = is_paused
        (self._consumer.pause if is_paused else self._consumer.resume)(
            [TopicPartition(*place) for place in self._given]
        )

    def ends(self) -> Iterator[tuple[Place, int]]:
        """The end offset of each partition that is fetched, as the client has heard of it last; no broker is asked."""
        for place in self._given:
            yield place, self._consumer.get_watermark_offsets(TopicPartition(*place), cached=True)[1]

    def find_leaders(self, topic: str, timeout: float) -> int:
        """Makes the client look for the leaders of a topic now, for `timeout` s at most: by itself it takes a second for each.
        How many partitions the topic has."""
        return len(self._consumer.list_topics(topic, timeout=timeout).topics[topic].partitions)

    def stop(self) -> None:
        """Fetches nothing any more."""
        self._consumer.unassign()
        self._given.clear()

    def close(self) -> None:
        self._consumer.close()
