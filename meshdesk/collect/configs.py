"""Settings of topics as facts: what a topic says otherwise than its brokers do, and how long and how safely it keeps records."""

import time
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from heapq import nsmallest
from threading import Event
from typing import Any

from confluent_kafka import KafkaError
from confluent_kafka.admin import ConfigResource, ConfigSource, ResourceType

from meshdesk.capture.writer import Writer
from meshdesk.collect.asking import PATIENCE, Asking
from meshdesk.collect.client import now
from meshdesk.collect.sentences import GONE, unseen_settings
from meshdesk.model.fact import Checked, Fact
from meshdesk.model.frame import Message

SOURCE = "kafka configs"  # of the checked lines
EVERY = 60.0  # s between two looks at a topic's settings; those of a new one are asked for at once
A_SLICE = 200  # topics: 45 ms of work here (measured 2026-11), so that 10,000 take 50 s and reading is not held up
FAILED_AGAIN = 5.0  # s until a topic is asked for again of which no answer came
REFUSED_AGAIN = 600.0  # s until one is that this login may not see; brokers log each time

ALWAYS = ("cleanup.policy", "retention.ms", "retention.bytes", "min.insync.replicas")


class Configs:
    """The settings of all topics of a cluster. Its step is called by one thread, often; what is not due is not asked."""

    def __init__(self, cluster: Asking, writer: Writer, stop: Event, names: Callable[[], AbstractSet[str]]) -> None:
        """`names`: which topics there are."""
        self._cluster, self._writer, self._stop, self._names = cluster, writer, stop, names
        self._told: dict[str, Message] = {}
        self._due: dict[str, float] = {}  # when a topic's turn is; none: before all others
        self._refused: dict[str, None] = {}
        self._failing: dict[str, str] = {}  # topics of which something else went wrong last time: a sentence
        self._started = 0  # ms: when the round began that is not over
        self._checked: str | None = None  # how the last round ended that was written
        self._is_news = False  # facts were written since

    def ask(self) -> None:
        """Asks for the topics whose turn it is. Raises CaptureError."""
        names, moment = self._names(), time.monotonic()
        due = [(at, name) for name in names if (at := self._due.get(name, 0.0)) <= moment]
        turn = [name for _, name in nsmallest(A_SLICE, due)]
        facts = self._forgotten(names)
        if turn:
            self._started = self._started or now()
            for name, answer in self._asked(turn).items():
                facts += self._taken(name, answer)
        if facts:
            self._writer.facts(facts)
            self._is_news = True
        if names:
            self._end_round(is_over=len(turn) == len(due))

    def _asked(self, topics: list[str]) -> dict[str, Any]:
        resources = [ConfigResource(ResourceType.TOPIC, topic) for topic in topics]
        asked = self._cluster.admin.describe_configs(resources, request_timeout=PATIENCE)
        return self._cluster.answers({one.name: answer for one, answer in asked.items()}, self._stop)

    def _taken(self, topic: str, answer: Any) -> list[Fact]:
        wait = EVERY
        self._refused.pop(topic, None)
        self._failing.pop(topic, None)
        if isinstance(answer, KafkaError):
            wait = FAILED_AGAIN
            if answer.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED:
                self._refused[topic] = None
                wait = REFUSED_AGAIN
            elif answer.code() not in GONE:  # which the watch will say
                self._failing[topic] = self._cluster.failed(answer, topic).trouble.text
        self._due[topic] = time.monotonic() + wait
        if isinstance(answer, KafkaError) or self._told.get(topic) == (value := settings_of(answer)):
            return []
        self._told[topic] = value
        return [Fact("config", topic, value, now(), "kafka")]

    def _forgotten(self, names: AbstractSet[str]) -> list[Fact]:
        """Takes back what was said of topics that are no more."""
        for name in self._due.keys() - names:
            del self._due[name]
            self._refused.pop(name, None)
            self._failing.pop(name, None)
        gone = sorted(self._told.keys() - names)
        for name in gone:
            del self._told[name]
        return [Fact("config", name, None, now(), "kafka") for name in gone]

    def _end_round(self, is_over: bool) -> None:
        """Writes that a round is over: once every topic was asked for, where anything is other than at the last one."""
        bootstrap = self._cluster.source.bootstrap
        failed = next(iter(self._failing.values()), "") or (
            unseen_settings(bootstrap, list(self._refused)) if self._refused else ""
        )
        if failed != self._checked if failed else is_over and (self._is_news or self._checked != ""):
            self._writer.facts([Checked(SOURCE, self._started or now(), now(), failed)])
            self._checked, self._is_news, self._started = failed, False, 0


def settings_of(entries: dict[str, Any]) -> Message:
    """Of confluent_kafka's ConfigEntries those that the topic itself sets, and those that matter in any case.

    A value that the broker holds back as a secret is none.
    """
    own = ConfigSource.DYNAMIC_TOPIC_CONFIG.value
    kept = (
        entry for entry in entries.values() if entry.value is not None and (entry.source == own or entry.name in ALWAYS)
    )
    return {entry.name: entry.value for entry in sorted(kept, key=lambda entry: entry.name)}
