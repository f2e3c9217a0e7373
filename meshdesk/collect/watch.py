"""Watching a cluster without reading it: topics by difference as facts, end offsets once a second as samples."""

import threading
import time
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

from meshdesk.capture.store import CaptureError
from meshdesk.capture.writer import Writer
from meshdesk.collect.client import Cluster, KafkaTrouble, now
from meshdesk.model.address import shown
from meshdesk.model.fact import Checked, Fact
from meshdesk.model.position import Position
from meshdesk.model.trouble import Trouble

METADATA_EVERY = 5.0  # s; a new topic shows within that
ENDS_EVERY = (
    1.0  # s; asking 2,000 partitions takes about 0.2 s (10,000 take 1 s), so the budget leaves the broker alone
)
BEGINNINGS_EVERY = 30.0  # s; they move only with retention
LIVES_EVERY = 1.0  # s; until then new partitions are not read, and that a topic is gone is not said
PARTITIONS_A_ROUND = 2_000
INTERNAL = ("__",)

Places = list[tuple[str, int]]
Step = Callable[[], bool]  # a question to the cluster; False where nobody answered it


@dataclass(frozen=True, slots=True)
class Gone:
    """A topic that was followed is no more."""

    topic: str
    topic_id: str  # of the one that was followed
    made_again: bool  # there is another under its name


class Watch:
    """A thread that asks the cluster about all topics. Owned by the collector."""

    def __init__(
        self, cluster: Cluster, writer: Writer, report: Callable[[Trouble], None], news: Callable[[], None]
    ) -> None:
        self._cluster, self._writer, self._report, self._news = cluster, writer, report, news
        self._topics: dict[str, int] = {}  # name: partitions, of those that can be read now
        self._described: dict[str, Any] = {}
        self._failing: dict[Step, str] = {}  # what does not answer: the sentence
        self._next: int = 0  # where the next round of end offsets begins, among all partitions
        self._stop = threading.Event()
        self.first_ends: Mapping[
            tuple[str, int], int
        ] = {}  # by place, as they were seen first; never changed, but replaced
        self.beginnings: Mapping[tuple[str, int], int] = {}  # as they were seen last; the same
        self.connected = False
        self.is_refused = False  # the login, by a cluster that never answered: nothing is asked any more
        self.failure: CaptureError | None = None  # the capture cannot be written, by which the watch has ended
        self.names: AbstractSet[str] = frozenset()  # of the topics that the facts know; never changed, but replaced
        # Between the collector and this thread; mappings are put in each other's place, never changed.
        self.followed: Mapping[str, str] = {}  # topic: id, of those that are read; the collector says them
        self.partitions: Mapping[str, int] = {}  # topic: how many it has now, of the same
        self.gone: SimpleQueue[Gone] = SimpleQueue()  # said again each round; the collector empties it
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self._thread.start()

    @property
    def counts(self) -> Mapping[str, int]:
        """By name how many partitions each topic has that this login may describe; never changed, but replaced."""
        return self._topics

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(15)

    def _run(self) -> None:
        try:
            self._rounds()
        except CaptureError as error:
            self.failure = error

    def _rounds(self) -> None:
        every = {
            self._metadata: METADATA_EVERY,
            self._lives: LIVES_EVERY,
            self._beginnings: BEGINNINGS_EVERY,
            self._ends: ENDS_EVERY,
        }
        due = dict.fromkeys(every, 0.0)
        while not self._stop.is_set() and not self.is_refused:
            for step in due:
                if due[step] <= time.monotonic() and not self._stop.is_set():
                    answered = self._try(step)
                    due[step] = time.monotonic() + (every[step] if self.connected else 1.0)
                    if not answered:
                        due[self._metadata] = min(due[self._metadata], time.monotonic() + 1.0)  # is it there at all?
                        break
            self._stop.wait(max(0.02, min(due.values()) - time.monotonic()))

    def _try(self, step: Step) -> bool:
        """Does it; False where nothing was answered. Rounds that fail are written once, and once that they are over."""
        failing, answered = {**self._failing}, False
        try:
            answered = step()
            failing.pop(step, None)
        except KafkaTrouble as failed:
            failing[step] = failed.trouble.text
            self._report(failed.trouble)
            self.is_refused = self._cluster.is_refused
        if failing != self._failing:
            self._failing = failing
            self._writer.facts([Checked("kafka", now(), now(), next(iter(failing.values()), ""))])
        if step == self._metadata:
            self.connected = step not in failing
        self._news()
        return answered

    def _metadata(self) -> bool:
        started = now()
        said = self._cluster.metadata()
        seen = now()
        facts: list[Fact | Checked] = []
        bootstrap = self._cluster.source.bootstrap
        cluster = {
            "id": said.cluster_id or "",
            "bootstrap": bootstrap,
            "brokers": sorted(f"{broker.host}:{broker.port}" for broker in said.brokers.values()),
            "registry": shown(self._cluster.source.registry),
        }
        facts += self._changed("cluster", bootstrap, cluster, seen)
        topics = {name: len(topic.partitions) for name, topic in said.topics.items() if topic.error is None}
        for name, partitions in topics.items():
            value = {"partitions": partitions, "internal": name.startswith(INTERNAL)}
            facts += self._changed(f"topic {name}", name, value, seen)
        for name in self.names - said.topics.keys():
            facts.append(Fact("topic", name, None, seen, "kafka"))
            self._described.pop(f"topic {name}", None)
        self.names = (self.names & said.topics.keys()) | topics.keys()
        self._topics = topics
        if facts:
            self._writer.facts([*facts, Checked("kafka", started, seen)])
        return True

    def _lives(self) -> bool:
        """Whether the topics that are read are still the same: the client reads another of the same name in silence."""
        followed = self.followed
        lives = self._cluster.lives(followed)
        for topic, life in lives.items():
            if life is None or (followed[topic] and life.topic_id != followed[topic]):
                self.gone.put(Gone(topic, followed[topic], life is not None))
        self.partitions = {topic: life.partitions for topic, life in lives.items() if life is not None}
        return bool(lives) or not followed

    def _changed(self, key: str, about: str, value: Any, seen: int) -> list[Fact]:
        if self._described.get(key) == value:
            return []
        self._described[key] = value
        return [Fact(key.partition(" ")[0], about, value, seen, "kafka")]

    def _ends(self) -> bool:
        return self._sample("end", self._round())

    def _beginnings(self) -> bool:
        places = [(name, number) for name in sorted(self._topics) for number in range(self._topics[name])]
        for first in range(0, len(places), PARTITIONS_A_ROUND):
            if self._stop.is_set() or not self._sample("beginning", places[first : first + PARTITIONS_A_ROUND]):
                return False
        return True

    def _round(self) -> Places:
        """The partitions whose turn it is: all of them in a small mesh, one slice after the other in a large one."""
        places = [(name, number) for name in sorted(self._topics) for number in range(self._topics[name])]
        if len(places) <= PARTITIONS_A_ROUND:
            return places
        first = self._next % len(places)
        self._next = first + PARTITIONS_A_ROUND
        return (places + places)[first : first + PARTITIONS_A_ROUND]

    def _sample(self, of: str, places: Places) -> bool:
        position = Position("beginning") if of == "beginning" else Position("end")
        found = self._cluster.offsets(places, position, "read_uncommitted")
        seen = now()
        if of == "beginning":
            self.beginnings = {**self.beginnings, **found}
        elif found.keys() - self.first_ends.keys():
            self.first_ends = {**found, **self.first_ends}
        self._writer.samples(
            [(seen, self._writer.series(of, topic, partition), offset) for (topic, partition), offset in found.items()]
        )
        return bool(found) or not places
