"""The demo's records on a real Kafka: the history as fast as Kafka takes it, then the story goes on live.

The history is told while Kafka is still starting, which takes about as long. It is written from its oldest record to its
newest, as producers do: what Kafka finds by time it finds because timestamps grow.
"""

import threading
import time
from collections.abc import Iterator
from itertools import islice
from queue import Empty, Full, Queue

from confluent_kafka import KafkaError, Message, Producer

from meshdesk.demo.story.event import Event
from meshdesk.demo.story.telling import HISTORY, events
from meshdesk.demo.trouble import Complaints

TURN = 0.1  # s between two looks at what is due; stopping may have to wait so long
LATE = 60_000  # ms: a live event so late (the laptop slept) is left out, or hours of them would come at once
BATCH = 500  # events that are told together
AHEAD = 160  # batches: 60 MB of events that wait for a Kafka that is slower than the story


class Traffic:
    """The threads that tell and produce: tell(), then start() when there is a Kafka with the topics, until stop()."""

    def __init__(self, seed: int, *, now_ms: int, live: bool = True, complaints: Complaints) -> None:
        """`now_ms` is where history ends and live begins."""
        self._story = events(seed, now_ms - HISTORY, now_ms)
        self._now_ms = now_ms
        self._live = live
        self._complaints = complaints
        self._stopping = threading.Event()
        self._told: Queue[list[Event]] = Queue(AHEAD)  # an empty list is the end of the history
        self._is_told = False  # all of it: from then on the story goes on in the thread that writes
        self._producer: Producer | None = None
        self.history_is_in = threading.Event()
        self.produced = 0  # records that Kafka acknowledged
        self._teller = threading.Thread(target=self._tell, name="teller")
        self._writer: threading.Thread | None = None

    def tell(self) -> None:
        """Begins to make up the history."""
        self._teller.start()

    def start(self, bootstrap: str) -> None:
        """Begins to produce."""
        self._producer = Producer(
            {
                "bootstrap.servers": bootstrap,
                "client.id": "meshdesk-demo",
                "log_level": 0,
                "linger.ms": 250,  # one request a partition: many small ones cost a Kafka that has just started its time
                "compression.type": "lz4",
                "enable.idempotence": True,
                "partitioner": "murmur2_random",  # as a Java client would
                "error_cb": self._client_error,
                "on_delivery": self._delivered,
            }
        )
        self._writer = threading.Thread(target=self._produce, args=(self._producer,), name="producer")
        self._writer.start()

    def wait_for_history(self, seconds: float) -> bool:
        """Waits until all of it is in."""
        return self.history_is_in.wait(seconds)

    def write(self, topic: str, key: bytes, value: bytes) -> None:
        """One record beside the story, with the time of now."""
        if self._producer is not None:
            self._send(self._producer, Event(topic, key, value, (), int(time.time() * 1000)))

    def stop(self) -> None:
        """Ends all threads; what is under way is flushed. A second call does nothing."""
        self._stopping.set()
        for thread in (self._teller, self._writer):
            if thread is not None and thread.ident is not None:
                thread.join()

    def _tell(self) -> None:
        history = _history(self._story, self._now_ms)
        while not self._stopping.is_set():
            batch = [*islice(history, BATCH)]
            while not self._stopping.is_set():
                try:
                    self._told.put(batch, timeout=TURN)
                    break
                except Full:
                    continue
            if not batch:
                return

    def _produce(self, producer: Producer) -> None:
        try:
            for event in self._history_as_told():
                self._send(producer, event)
            while not self._stopping.is_set() and producer.flush(TURN):
                pass
            if self._is_told and not self._stopping.is_set():
                self.history_is_in.set()
                if self._live:
                    self._go_live(producer)
        finally:
            producer.flush(2)
            producer.purge()  # of a Kafka that is gone it would wait for all of them, for minutes

    def _history_as_told(self) -> Iterator[Event]:
        while not self._stopping.is_set():
            try:
                batch = self._told.get(timeout=TURN)
            except Empty:
                continue
            if not batch:
                self._is_told = True
                return
            yield from batch

    def _go_live(self, producer: Producer) -> None:
        for event in self._story:
            while (wait := event.timestamp_ms / 1000 - time.time()) > 0:
                if self._stopping.is_set():
                    return
                producer.poll(TURN)  # a whole turn: some events at a time cost a quarter of what they cost one by one
            if self._stopping.is_set():
                return
            if -wait * 1000 < LATE:
                self._send(producer, event)

    def _send(self, producer: Producer, event: Event) -> None:
        while not self._stopping.is_set():
            try:
                producer.produce(
                    event.topic, event.value, event.key, timestamp=event.timestamp_ms, headers=[*event.headers]
                )
            except BufferError:  # Kafka is slower than we are
                producer.poll(TURN)
            else:
                producer.poll(0)
                return

    def _delivered(self, error: KafkaError | None, message: Message) -> None:
        if error is None:
            self.produced += 1
        elif not self._stopping.is_set():
            self._complaints.say(f"The demo could not write to {message.topic()}", error)

    def _client_error(self, error: KafkaError) -> None:
        if error.code() == KafkaError._ALL_BROKERS_DOWN and not self._stopping.is_set():
            self._complaints.say("The demo's traffic has lost its Kafka", error)


def _history(story: Iterator[Event], now_ms: int) -> Iterator[Event]:
    """What lies before `now_ms`; the first live event is taken from the story too, and given with the history."""
    for event in story:
        yield event
        if event.timestamp_ms >= now_ms:
            return
