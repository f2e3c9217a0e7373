"""Settings of topics on a real Kafka: what is said of them, by difference, and where they may not be seen."""

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from itertools import pairwise
from pathlib import Path
from threading import Event

import pytest

from meshdesk.collect import configs as module
from meshdesk.collect.asking import Asking as Client
from meshdesk.collect.configs import Configs
from meshdesk.collect.properties import Source
from meshdesk.demo.broker import Broker
from tests.broker.collect.producing import set_on_topic
from tests.broker.collect.written import Written, begin_capture
from tests.kafka import MakeTopic
from tests.programs.running import wait_until
from tests.secure_kafka import OPEN, SecureKafka
from tests.unit.capture.making import OPENED


class Asking(Written):
    """Settings with a capture of their own, asked when a test wants it."""

    def __init__(self, folder: Path, source: Source, names: AbstractSet[str]) -> None:
        self.writer = begin_capture(folder, source.bootstrap)
        super().__init__(folder)
        self.names = names
        self.configs = Configs(Client(source), self.writer, Event(), lambda: self.names)

    def until(self, claim: Callable[[], object], what: str) -> None:
        """Asks until it holds: a broker hears of a new topic, and of new settings, in its own time."""

        def holds() -> object:
            self.configs.ask()
            return claim()

        wait_until(holds, what)

    def retention(self, topic: str) -> list[object]:
        """What was said of how long a topic keeps records, one after the other."""
        values = self.values("config", topic)
        return [value["retention.ms"] if isinstance(value, dict) else value for value in values]


Ask = Callable[[Source, AbstractSet[str]], Asking]


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    """Everything is due whenever it is asked for."""
    monkeypatch.setattr(module, "EVERY", 0.0)
    monkeypatch.setattr(module, "FAILED_AGAIN", 0.0)
    begun: list[Asking] = []

    def one(source: Source, names: AbstractSet[str]) -> Asking:
        begun.append(Asking(tmp_path / f"capture-{len(begun)}", source, names))
        return begun[-1]

    yield one
    for asking in begun:
        asking.writer.close()
    while OPENED:
        OPENED.pop().close()


def test_that_a_topic_tells_what_it_sets_itself_and_how_it_keeps_records(
    broker: Broker, make_topic: MakeTopic, ask: Ask
) -> None:
    topic = make_topic(cleanup_policy="compact", segment_ms="3600000")
    asking = ask(Source(broker.bootstrap), {topic})
    asking.until(lambda: asking.values("config", topic), "its settings")
    assert asking.values("config", topic) == [
        {
            "cleanup.policy": "compact",
            "min.insync.replicas": "1",
            "retention.bytes": "-1",
            "retention.ms": "-1",  # as the demo's broker has it
            "segment.ms": "3600000",
        }
    ]
    assert asking.checked("kafka configs") == [""]


def test_that_settings_are_told_by_difference_until_the_topic_is_no_more(
    broker: Broker, make_topic: MakeTopic, ask: Ask
) -> None:
    topic, other = make_topic(), make_topic()
    asking = ask(Source(broker.bootstrap), {topic, other})
    asking.until(lambda: asking.retention(topic) and asking.retention(other), "the settings of both")
    asking.configs.ask()
    set_on_topic(broker.bootstrap, topic, retention_ms="86400000")
    asking.until(lambda: asking.retention(topic)[-1] == "86400000", "what was changed")
    asking.names = {other}
    asking.configs.ask()
    assert asking.retention(topic) == ["-1", "86400000", None]
    assert asking.retention(other) == ["-1"]


def test_that_a_topic_that_vanishes_between_two_questions_is_no_trouble(broker: Broker, topic: str, ask: Ask) -> None:
    asking = ask(Source(broker.bootstrap), {topic})
    asking.configs.ask()
    assert asking.values("config", topic) == []
    assert asking.checked("kafka configs") == [""]


def test_that_many_topics_are_asked_slice_by_slice_and_none_is_left_out(
    broker: Broker, make_topic: MakeTopic, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "A_SLICE", 2)
    monkeypatch.setattr(module, "EVERY", 3600.0)
    topics = {make_topic() for _ in range(5)}
    asking = ask(Source(broker.bootstrap), topics)
    told = [0]

    def are_told() -> bool:
        told.append(sum(asking.values("config", topic) != [] for topic in topics))
        assert asking.checked("kafka configs") == [] or told[-1] > 4, "a round is over when all of them were asked"
        return told[-1] == 5

    asking.until(are_told, "the settings of all")
    assert all(after - before <= 2 for before, after in pairwise(told))
    assert set(asking.checked("kafka configs")) == {""}


def test_that_settings_that_this_login_may_not_see_are_said_once(secure_kafka: SecureKafka, ask: Ask) -> None:
    asking = ask(Source(secure_kafka["LOGIN"], properties=secure_kafka.plain_login), {OPEN})
    asking.configs.ask()
    asking.configs.ask()
    assert asking.values("config", OPEN) == []
    at = secure_kafka["LOGIN"]
    said = f"This login may not read the settings of the topic {OPEN} at {at} (ACL: DESCRIBE_CONFIGS on the topic)."
    assert asking.checked("kafka configs") == [said]
