"""What a cluster is asked and what it answers; and the sentence for each way in which it does not."""

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from itertools import cycle
from pathlib import Path

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from meshdesk.collect.client import Cluster, KafkaTrouble, Life, make_consumer
from meshdesk.collect.properties import PropertiesError, Source
from meshdesk.collect.sentences import LEADERLESS
from meshdesk.demo.broker import Broker
from meshdesk.model.position import Position
from meshdesk.model.trouble import Trouble
from tests.broker.collect.listening import closed_port, tls_port
from tests.broker.collect.producing import New, create_topic, delete_records, delete_topic, produce
from tests.kafka import MakeTopic
from tests.programs.running import wait_until

BEGINNING, END = Position("beginning"), Position("end")
READ = "read_committed"


@pytest.fixture
def troubles() -> list[Trouble]:
    """What was reported besides what was raised."""
    return []


@pytest.fixture
def cluster(broker: Broker, troubles: list[Trouble]) -> Cluster:
    return Cluster(Source(broker.bootstrap), troubles.append)


# What does not answer


def refusal(bootstrap: str, troubles: list[Trouble], **properties: str) -> str:
    """What is raised where there is no cluster; it takes less than its ten seconds and is among what is reported."""
    settings = {name.replace("_", "."): value for name, value in properties.items()}
    started = time.monotonic()
    with pytest.raises(KafkaTrouble) as raised:
        Cluster(Source(bootstrap, properties=settings), troubles.append).metadata()
    assert time.monotonic() - started < 9
    assert raised.value.trouble in troubles
    return str(raised.value)


def test_that_a_name_that_nobody_knows_is_said(troubles: list[Trouble]) -> None:
    assert refusal("broker.invalid:9092", troubles) == (
        "The name of broker.invalid:9092 is not known to this machine. Check the spelling, the VPN and the DNS."
    )


def test_that_a_closed_port_is_said(troubles: list[Trouble]) -> None:
    port = closed_port()
    assert refusal(f"127.0.0.1:{port}", troubles) == (
        f"Nothing answers at 127.0.0.1:{port}. "
        "Check the host and the port, and whether the broker runs; MeshDesk keeps trying."
    )


def test_that_tls_spoken_to_a_plaintext_port_is_said(broker: Broker, troubles: list[Trouble]) -> None:
    assert refusal(broker.bootstrap, troubles, security_protocol="SSL") == (
        f"{broker.bootstrap} does not speak TLS, and MeshDesk did: a Kafka answers there in plaintext. "
        "Set security.protocol to PLAINTEXT or SASL_PLAINTEXT, or use the TLS port."
    )


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    with tls_port(tmp_path_factory.mktemp("tls")) as (port, certificate):
        yield f"127.0.0.1:{port}", certificate


def test_that_plaintext_spoken_to_a_tls_port_is_said(tls: tuple[str, Path], troubles: list[Trouble]) -> None:
    assert refusal(tls[0], troubles) == (
        f"{tls[0]} speaks TLS, and MeshDesk spoke plaintext. "
        "Set security.protocol to SSL or SASL_SSL, or use the plaintext port."
    )


def test_that_a_certificate_of_nobody_that_is_known_is_refused_in_words(
    tls: tuple[str, Path], troubles: list[Trouble]
) -> None:
    said = refusal(tls[0], troubles, security_protocol="SSL")
    assert said == (
        f"The certificate of {tls[0]} is not trusted: it signed itself, and is not known to this system. "
        "Name the file of that authority (PEM) in ssl.ca.location; whoever runs the server has it."
    )


def test_that_a_certificate_is_trusted_by_the_file_of_its_authority(
    tls: tuple[str, Path], troubles: list[Trouble]
) -> None:
    said = refusal(tls[0], troubles, security_protocol="SSL", ssl_ca_location=str(tls[1]))
    assert said.startswith(f"{tls[0]} takes connections, and does not answer as a Kafka does. ")  # it shook hands


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"no.such.setting": "1"}, 'These settings cannot be used: No such configuration property: "no.such.setting".'),
        ({"socket.timeout.ms": "soon"}, "These settings cannot be used: "),
        ({"security.protocol": "MAGIC"}, "These settings cannot be used: "),
        ({"ssl.ca.location": "/no/such/file.pem", "security.protocol": "SSL"}, "The authorities in /no/such/file.pem "),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_that_settings_that_the_client_does_not_take_are_a_sentence(settings: dict[str, str], said: str) -> None:
    for make in (lambda source: Cluster(source, print), lambda source: make_consumer(source, print)):
        with pytest.raises(PropertiesError) as raised:
            make(Source("127.0.0.1:9092", properties=settings))
        assert str(raised.value).startswith(said)
        assert "KafkaError" not in str(raised.value)


def test_that_no_bootstrap_server_is_a_sentence() -> None:
    with pytest.raises(PropertiesError, match=r"^No bootstrap server is named. Give one as HOST:PORT.$"):
        Cluster(Source("  "), print)


# What answers


def test_that_an_id_tells_a_topic_from_one_made_again_under_its_name(
    broker: Broker, make_topic: MakeTopic, cluster: Cluster
) -> None:
    topic = make_topic(2)
    first = cluster.topic_id(topic)
    assert first != ""
    assert cluster.topic_id(topic) == first
    assert cluster.lives([topic, "test.nobody"]) == {topic: Life(first, 2), "test.nobody": None}
    delete_topic(broker.bootstrap, topic)
    wait_until(lambda: cluster.topic_id(topic) == "", "the broker heard of its end")
    create_topic(broker.bootstrap, topic)
    wait_until(lambda: cluster.topic_id(topic) not in ("", first), "the broker heard of the new one")
    assert cluster.lives([]) == {}


def test_that_offsets_are_found_by_beginning_end_and_time(
    broker: Broker, make_topic: MakeTopic, cluster: Cluster
) -> None:
    topic = make_topic(2)
    produce(broker.bootstrap, topic, [New(b"%d" % n, partition=0, timestamp=1_000_000 + n * 10) for n in range(10)])
    delete_records(broker.bootstrap, topic, 4)
    both = [(topic, 0), (topic, 1)]
    assert cluster.offsets(both, BEGINNING, READ) == {(topic, 0): 4, (topic, 1): 0}
    assert cluster.offsets(both, END, READ) == {(topic, 0): 10, (topic, 1): 0}
    for moment, offset in {0: 4, 1_000_050: 5, 1_000_051: 6, 1_000_091: -1}.items():
        assert cluster.offsets(both, Position("time", moment), READ) == {(topic, 0): offset, (topic, 1): -1}
    assert cluster.offsets([], END, READ) == {}


def test_that_partitions_that_are_not_there_are_left_out(make_topic: MakeTopic, cluster: Cluster) -> None:
    topic = make_topic()
    assert cluster.offsets([(topic, 0), (topic, 7), ("test.nobody", 0)], END, READ) == {(topic, 0): 0}
    assert cluster.offsets([("test.nobody", 0)], END, READ) == {}


class NoLeaders:
    """An admin client whose brokers have just started and lead nothing yet: a state of some ms that no test can hold."""

    def __init__(self, client: AdminClient) -> None:
        self.list_topics = client.list_topics

    def list_offsets(self, asked: Iterable[TopicPartition], **settings: object) -> dict[TopicPartition, Future[object]]:
        answers: dict[TopicPartition, Future[object]] = {place: Future() for place in asked}
        for answer, code in zip(answers.values(), cycle(LEADERLESS), strict=False):
            answer.set_exception(KafkaException(KafkaError(code)))
        return answers

    def poll(self, timeout: float) -> None:
        """Everything is answered already."""


def test_that_partitions_without_a_leader_are_left_out_and_no_trouble(
    cluster: Cluster, troubles: list[Trouble], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_admin", NoLeaders(cluster._admin))
    assert cluster.offsets([("orders", number) for number in range(len(LEADERLESS))], END, READ) == {}
    assert troubles == []


def test_that_where_a_partition_begins_and_ends_is_answered_while_others_are_read(
    broker: Broker, make_topic: MakeTopic, cluster: Cluster
) -> None:
    topic = make_topic()
    produce(broker.bootstrap, topic, [New(b"%d" % n) for n in range(5)])
    delete_records(broker.bootstrap, topic, 2)
    asked = cluster.bounds(topic, 0)
    wait_until(lambda: asked.done, "the answer")
    assert asked.answer() == (2, 5, cluster.topic_id(topic))


def test_that_asking_about_a_topic_does_not_make_it(cluster: Cluster, topic: str) -> None:
    assert topic not in cluster.metadata(topic).topics or cluster.metadata(topic).topics[topic].error is not None
    cluster.offsets([(topic, 0)], END, READ)
    assert topic not in cluster.metadata().topics


def test_that_a_consumer_gives_the_records_and_commits_nothing(broker: Broker, make_topic: MakeTopic) -> None:
    topic = make_topic()
    produce(broker.bootstrap, topic, [New(b"one")])
    said: list[object] = []
    consumer = make_consumer(Source(broker.bootstrap), said.append)
    consumer.assign([TopicPartition(topic, 0, 0)])
    values: list[object] = []

    def has_come() -> bool:
        values.extend(message.value() for message in consumer.consume(10, 0.1) if message.error() is None)
        return bool(values)

    wait_until(has_come, "the record")
    committed = TopicPartition(topic, 0)

    def is_answered() -> bool:
        nonlocal committed
        try:
            (committed,) = consumer.committed([TopicPartition(topic, 0)], timeout=10)
        except KafkaException as error:  # a broker that was just started is still taking up the group's offsets
            assert error.args[0].code() == KafkaError.NOT_COORDINATOR, error
            return False
        return True

    wait_until(is_answered, "what is committed")
    consumer.close()
    assert values == [b"one"]
    assert committed.offset < 0
    assert said == []
