"""Topics and groups that the demo makes, and what stands in its way."""

from collections.abc import Callable

import pytest
from confluent_kafka.admin import AdminClient, NewTopic

from meshdesk.demo import making, topics
from meshdesk.demo.broker import Broker
from meshdesk.demo.making import groups_there, make_topic, make_topics, remove_topics
from meshdesk.demo.trouble import DemoError
from tests.broker import oracles
from tests.broker.demo.processes import wait_until


def make(broker: Broker, name: str) -> None:
    admin = AdminClient({"bootstrap.servers": broker.bootstrap, "log_level": 0})
    admin.create_topics([NewTopic(name, 1)])[name].result(30)
    wait_until(lambda: name in admin.list_topics(timeout=10).topics, "the broker has heard of it from its controller")


@pytest.mark.parametrize("taken", [topics.TRACKED, "comes.later.v1"])
def test_that_a_topic_of_somebody_else_is_left_alone(bare_broker: Broker, taken: str) -> None:
    make(bare_broker, taken)
    with pytest.raises(DemoError, match=f"already has {taken}, and the demo writes only to topics that it made"):
        make_topics(bare_broker.bootstrap, ["comes.later.v1"])
    assert oracles.topics(bare_broker) == [taken]


def test_that_a_topic_that_cannot_be_made_leaves_none_behind(
    bare_broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = topics.Topic(topics.NOTIFIED, 1, {"cleanup.policy": "burn"})
    monkeypatch.setattr(topics, "TOPICS", (topics.TOPICS[0], wrong))
    with pytest.raises(
        DemoError, match=rf"^The topic {topics.NOTIFIED} could not be made on .*\. The demo needs a Kafka"
    ):
        make_topics(bare_broker.bootstrap)
    wait_until(lambda: oracles.topics(bare_broker) == [], "the first topic is removed")


def test_that_one_more_is_made_and_removed_and_a_refusal_is_told(broker: Broker, topic: str) -> None:
    assert make_topic(broker.bootstrap, topics.Topic(topic, 1)) is None
    assert topic in oracles.topics(broker)
    refused = make_topic(broker.bootstrap, topics.Topic(topic, 1))
    assert refused is not None
    assert refused.name() == "TOPIC_ALREADY_EXISTS"
    assert remove_topics(broker.bootstrap, [topic, "never.was.v1"]) == []
    wait_until(lambda: remove_topics(broker.bootstrap, [], ["never-was"]) == [], "groups have their first coordinator")
    wait_until(lambda: topic not in oracles.topics(broker), "it is gone")


@pytest.mark.parametrize("ask", [make_topics, groups_there])
def test_that_a_kafka_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, ask: Callable[[str], object]) -> None:
    monkeypatch.setattr(making, "REACH_SECONDS", 0.5)
    with pytest.raises(
        DemoError, match=r"^No Kafka answers on 127\.0\.0\.1:9\. Check the address, then start again\.$"
    ):
        ask("127.0.0.1:9")
