"""Nothing that writes ever leaves: every request of a whole journey, as a recorder in front of the broker saw it."""

from pathlib import Path

from confluent_kafka import Producer

from meshdesk.model.position import Position
from meshdesk.session.connection import Connection
from meshdesk.session.opened import Opened
from meshdesk.session.session import Session
from tests.broker.collect.consuming import commit_for
from tests.broker.collect.producing import New, create_topic, delete_topic, produce
from tests.programs.running import run
from tests.programs.session.serving import settle, turn
from tests.recording import Request
from tests.secure_kafka import SecureKafka

# Kafka protocol guide, "API Keys": those that read. FindCoordinator is what librdkafka asks for its group.id even where it
# joins none; it is the one question with an effect (a brand-new cluster makes __consumer_offsets), and named in the docs.
PRODUCE, METADATA, FIND_COORDINATOR = 0, 3, 10
OFFSET_FETCH, LIST_GROUPS, DESCRIBE_CONFIGS = 9, 16, 32  # of groups that are not joined
READING = {
    1: "Fetch",
    2: "ListOffsets",
    METADATA: "Metadata",
    OFFSET_FETCH: "OffsetFetch",
    FIND_COORDINATOR: "FindCoordinator",
    15: "DescribeGroups",
    LIST_GROUPS: "ListGroups",
    18: "ApiVersions",
    23: "OffsetForLeaderEpoch",
    DESCRIBE_CONFIGS: "DescribeConfigs",
    69: "ConsumerGroupDescribe",
    75: "DescribeTopicPartitions",
}
GROUP, TOPIC, LATER = "read.only", "read.only.v1", "read.only.too.v1"


def test_that_nothing_that_writes_ever_leaves(
    session: Session, secure_kafka: SecureKafka, topic: str, tmp_path: Path
) -> None:
    behind, recorder = secure_kafka["PLAIN"], secure_kafka.recorder
    create_topic(behind, TOPIC, 2)
    produce(behind, TOPIC, [New(b"backlog %d" % n, partition=n % 2) for n in range(2_000)])
    commit_for(behind, GROUP, {(TOPIC, 0): 7})
    recorder.requests.clear()

    checking = session.check(Connection(recorder.address))
    turn(session, lambda: checking.done, "the test of the connection")
    assert checking.ok
    opened = session.connect(Connection(recorder.address))
    turn(session, lambda: opened.state == "live" and knows(opened, TOPIC), "the list of topics")
    opened.tail(TOPIC, Position("beginning"))
    turn(session, lambda: opened.status.rows == 2_000, "the backlog")
    produce(behind, TOPIC, [New(b"later")])
    turn(session, lambda: opened.status.rows == 2_001, "what is new")
    opened.tail(topic, Position("end"))  # which is not there, and must not be made
    create_topic(behind, LATER, 1)
    turn(session, lambda: knows(opened, LATER), "a new topic")
    delete_topic(behind, LATER)
    turn(session, lambda: {OFFSET_FETCH, DESCRIBE_CONFIGS} <= set(recorder.keys), "what is asked in the background")
    opened.stop_tail(TOPIC)
    saved: list[str] = []
    opened.save(tmp_path / "saved.meshcap", saved.append)
    turn(session, lambda: saved, "the file")
    assert saved == [""]
    settle(session)
    for words in (
        ["tail", TOPIC, "--from", "beginning", "--until", "end"],
        ["tail", TOPIC, "--from", "15m", "--until", "end"],
        ["collect", TOPIC, "--until", "end", "-o", str(tmp_path / "collected.meshcap")],
    ):
        ran = run(*words, "--bootstrap", recorder.address)
        assert (ran.code, ran.err) == (0, "")

    asked = recorder.keys
    assert {key for key in asked if key not in READING} == set(), {READING.get(key, key): n for key, n in asked.items()}
    assert {1, 2, METADATA, 18, OFFSET_FETCH, LIST_GROUPS, DESCRIBE_CONFIGS} <= set(asked), (
        "all of the journey went through the recorder"
    )
    assert not any(makes_topics(request) for request in recorder.requests if request.key == METADATA)


def knows(opened: Opened, topic: str) -> bool:
    return any(known.name == topic for known in opened.topics)


def makes_topics(request: Request) -> bool:
    """Whether a Metadata request lets the broker make what is not there (protocol guide, Metadata request)."""
    # Behind the flag stand one flag more, two up to version 10 from 8 on, and the tagged fields from 9 on.
    assert request.version >= 4, "older ones always make topics"
    behind = (request.version >= 8) + (8 <= request.version <= 10) + (request.version >= 9)
    return request.body[-1 - behind] != 0


def test_that_the_recorder_would_have_seen_it(secure_kafka: SecureKafka) -> None:
    recorder = secure_kafka.recorder
    create_topic(secure_kafka["PLAIN"], "written.to.v1", 1)
    recorder.requests.clear()
    producer = Producer({"bootstrap.servers": recorder.address, "allow.auto.create.topics": True, "log_level": 0})
    producer.produce("written.to.v1", b"a record")
    assert producer.flush(30) == 0
    assert recorder.keys[PRODUCE] == 1
    assert any(makes_topics(request) for request in recorder.requests if request.key == METADATA)
