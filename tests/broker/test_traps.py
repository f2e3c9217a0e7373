"""Kafka's own traps: what a person reads of each, and that no record is lost, doubled or made up by it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from meshdesk.capture.manifest import create_capture
from meshdesk.collect import held
from meshdesk.collect.collector import Collector
from meshdesk.collect.properties import Source
from meshdesk.demo.broker import Broker, start_broker, start_brokers
from meshdesk.demo.java import Java
from meshdesk.model.position import Position
from meshdesk.model.trouble import Trouble
from tests.broker import oracles
from tests.broker.collect.listening import HOST, closed_port
from tests.broker.collect.producing import (
    New,
    asking,
    consumed,
    create_topic,
    delete_records,
    delete_topic,
    leaders,
    offsets,
    produce,
    produced,
    producer,
)
from tests.kafka import MakeTopic
from tests.programs.running import CollectChild, coverage_in, records_in, run, wait_until

UNCOMMITTED = ("-X", "isolation.level=read_uncommitted")


def uncommitted(folder: Path, broker: Broker) -> CollectChild:
    return CollectChild(folder, broker.bootstrap, isolation_level="read_uncommitted")


def read_all(child: CollectChild, topic: str) -> int:
    """Has a child read a topic from its beginning to its end; how many records it stored."""
    with child:
        child.tail(topic, until=("end", 0))
        child.wait(lambda: child.finished, f"the end of {topic}")
        child.stop()
    return child.rows


# Transactions


@pytest.fixture
def mixed(broker: Broker, make_topic: MakeTopic, topic: str) -> tuple[str, list[oracles.Consumed]]:
    """A topic with a plain record, a transaction that was aborted and one that was committed; and all its records."""
    name = make_topic()
    records = produce(broker.bootstrap, name, [New(b"plain")])
    by = producer(broker.bootstrap, transactional_id=topic)
    by.init_transactions(30)
    for end in (by.abort_transaction, by.commit_transaction):
        by.begin_transaction()
        records += produced(by, name, [New(b"%s %d" % (end.__name__.encode(), n)) for n in range(5)])
        end(30)
    return name, records


def is_kept(record: oracles.Consumed) -> bool:
    return record.value is not None and not record.value.startswith(b"abort")


def test_that_one_who_asks_for_uncommitted_records_is_given_those_of_aborted_transactions_too(
    broker: Broker, mixed: tuple[str, list[oracles.Consumed]], tmp_path: Path
) -> None:
    topic, records = mixed
    target = tmp_path / "all.meshcap"
    ran = run("collect", topic, "--bootstrap", broker.bootstrap, "--until", "end", "-o", target, *UNCOMMITTED)
    assert (ran.code, ran.err) == (0, "")
    assert consumed(records_in(target)) == records == oracles.kcat(broker, topic, *UNCOMMITTED)
    assert coverage_in(target) == {(topic, 0): [(0, 13)]}


def test_that_what_was_left_out_as_uncommitted_is_read_when_it_is_asked_for_and_nothing_is_stored_twice(
    broker: Broker, mixed: tuple[str, list[oracles.Consumed]], tmp_path: Path
) -> None:
    topic, records = mixed
    folder = tmp_path / "c"
    assert read_all(CollectChild(folder, broker.bootstrap), topic) == 6
    assert consumed(records_in(folder)) == [record for record in records if is_kept(record)]
    assert read_all(uncommitted(folder, broker), topic) == 5
    assert consumed(records_in(folder)) == records
    assert read_all(uncommitted(folder, broker), topic) == 0
    assert read_all(CollectChild(folder, broker.bootstrap), topic) == 0
    assert coverage_in(folder) == {(topic, 0): [(0, 13)]}


def test_that_an_end_that_an_open_transaction_holds_back_is_said(
    broker: Broker, make_topic: MakeTopic, topic: str, tmp_path: Path
) -> None:
    name = make_topic(2)
    produce(broker.bootstrap, name, [New(b"plain"), New(b"plain", partition=1)])
    by = producer(broker.bootstrap, transactional_id=topic)
    by.init_transactions(30)
    by.begin_transaction()
    produced(by, name, [New(b"open") for _ in range(3)])
    words = ("collect", name, "--bootstrap", broker.bootstrap, "--until", "end", "-o", tmp_path / "c.meshcap")
    ran, everything = run(*words), run(*words, *UNCOMMITTED)
    produced(by, name, [New(b"open", partition=1)])
    both = run(*words)
    by.abort_transaction(30)
    advice = "Set isolation.level to read_uncommitted to read them now.\n"
    assert ran.summary["records"] == 2
    assert ran.err == f"{name}[0] has an open transaction: 3 offsets from 1 on cannot be read before it ends. {advice}"
    assert (everything.summary["records"], everything.err) == (5, "")
    assert (
        both.err == f"2 partitions of {name} have open transactions: 4 offsets cannot be read before they end. {advice}"
    )


@pytest.fixture
def collecting(broker: Broker, tmp_path: Path) -> Iterator[tuple[Collector, list[Trouble]]]:
    """A collector within the test, and what it reports."""
    troubles: list[Trouble] = []
    create_capture(tmp_path / "here", "the tests", broker.bootstrap)
    collector = Collector(Source(broker.bootstrap), tmp_path / "here", troubles.append, lambda: None)
    yield collector, troubles
    collector.close(0.0)


def step_until(collector: Collector, claim: Callable[[], object], what: str) -> None:
    def holds() -> object:
        collector.step()
        return claim()

    wait_until(holds, what)


def test_that_a_transaction_that_stays_open_is_said_to_who_follows_and_its_records_come_when_it_is_committed(
    broker: Broker,
    make_topic: MakeTopic,
    topic: str,
    collecting: tuple[Collector, list[Trouble]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(held, "HELD", 0.5)
    collector, troubles = collecting
    name = make_topic()
    produce(broker.bootstrap, name, [New(b"plain")])
    by = producer(broker.bootstrap, transactional_id=topic)
    by.init_transactions(30)
    by.begin_transaction()
    produced(by, name, [New(b"open"), New(b"open")])
    collector.tail(name, Position("beginning"))
    step_until(collector, lambda: troubles, "a word on it")
    assert (collector.progress().rows, collector.progress().behind) == (1, 2)
    by.commit_transaction(30)
    step_until(collector, lambda: collector.progress().rows == 3, "its records")
    step_until(collector, lambda: collector.progress().behind == 0, "the end behind its marker")
    assert [trouble.text for trouble in troubles] == [
        f"{name}[0] has an open transaction: 2 offsets from 1 on cannot be read before it ends."
    ]


# Retention


def test_that_offsets_that_retention_took_before_they_were_asked_for_are_said_for_the_topic_once(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic = make_topic(3)
    produce(broker.bootstrap, topic, [New(b"%d" % n, partition=n % 3) for n in range(60)])
    for partition, before in ((0, 4), (1, 9), (2, 2)):
        delete_records(broker.bootstrap, topic, before, partition)
    target = tmp_path / "c.meshcap"
    words = ("--bootstrap", broker.bootstrap, "--from", "3", "--until", "end", "-o", target)
    ran = run("collect", topic, *words)
    assert ran.code == 0
    assert ran.err == (
        f"{topic}: 7 offsets in 2 partitions were lost to retention before they were read. Reading goes on behind that.\n"
    )
    records = records_in(target)
    assert [offsets(records, n)[0] for n in range(3)] == [4, 9, 3]
    assert coverage_in(target) == {(topic, n): [(3, 20)] for n in range(3)}
    whole = run(
        "collect", topic, "--bootstrap", broker.bootstrap, "--from", "beginning", "--until", "end", "-o", target
    )
    assert (whole.err, whole.summary["records"]) == ("", 45)


# Topics made again


def test_that_records_of_a_topic_that_was_made_again_are_never_taken_for_those_of_the_old_one(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    """The client goes on at the same offset, where the new topic has records too; without a look at the topic's id they come
    in nine of ten times."""
    topics = [make_topic() for _ in range(3)]
    wanted: list[oracles.Consumed] = []
    with CollectChild(tmp_path / "c", broker.bootstrap) as child:
        for number, topic in enumerate(topics, 1):
            wanted += produce(broker.bootstrap, topic, [New(b"old") for _ in range(10)])
            child.tail(topic)
            child.wait(partial(child.holds, len(wanted)), "the old topic's records")
            delete_topic(broker.bootstrap, topic)
            create_topic(broker.bootstrap, topic)
            new = produce(broker.bootstrap, topic, [New(b"new") for _ in range(40)])
            child.wait(partial(_has_troubles, child, number), "a word on it")
            assert child.rows == len(wanted)
            child.tail(topic)
            wanted += new
            child.wait(partial(child.holds, len(wanted)), "the new topic's records")
        child.stop()
    assert [(r.topic, r.offset, r.value) for r in records_in(tmp_path / "c")] == [
        (r.topic, r.offset, r.value) for r in wanted
    ]
    assert all(said.startswith(f"The topic {topic} ") for said, topic in zip(child.troubles, topics, strict=True))


def _has_troubles(child: CollectChild, number: int) -> bool:
    return len(child.troubles) == number


# Rights


READER = 'org.apache.kafka.common.security.plain.PlainLoginModule required user_reader="geheim";'


@pytest.fixture(scope="module")
def guarded(kafka_java: Java, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Broker, str]]:
    """A broker that knows rights: who comes by its plain port may everything, `reader` at the other one (returned) nothing yet."""
    plain, login, controller = closed_port(), closed_port(), closed_port()
    properties = {
        "listeners": f"PLAINTEXT://{HOST}:{plain},SASL_PLAINTEXT://{HOST}:{login},CONTROLLER://{HOST}:{controller}",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{plain},SASL_PLAINTEXT://{HOST}:{login}",
        "controller.quorum.voters": f"1@{HOST}:{controller}",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT",
        "sasl.enabled.mechanisms": "PLAIN",
        "listener.name.sasl_plaintext.plain.sasl.jaas.config": READER,
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
    }
    with start_broker(tmp_path_factory.mktemp("guarded"), properties=properties, port=plain) as broker:
        yield broker, f"{HOST}:{login}"


def may_read(broker: Broker, topic: str, operations: Sequence[AclOperation]) -> None:
    """Gives `reader` rights to a topic, and to nothing else."""
    admin = AdminClient({"bootstrap.servers": broker.bootstrap, "log_level": 0})
    for operation in operations:
        literal, allow = ResourcePatternType.LITERAL, AclPermissionType.ALLOW
        right = AclBinding(ResourceType.TOPIC, topic, literal, "User:reader", "*", operation, allow)
        admin.create_acls([right])[right].result(30)


def login_file(folder: Path) -> Path:
    """Settings as a Java client has them."""
    file = folder / "client.properties"
    login = 'org.apache.kafka.common.security.plain.PlainLoginModule required username="reader" password="geheim";'
    file.write_text(
        f"security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.jaas.config={login}\n", encoding="utf-8"
    )
    return file


def test_that_rights_to_a_topic_are_enough_and_the_group_that_is_refused_is_no_trouble(
    guarded: tuple[Broker, str], tmp_path: Path
) -> None:
    broker, login = guarded
    create_topic(broker.bootstrap, "orders", 2)
    may_read(broker, "orders", [AclOperation.READ, AclOperation.DESCRIBE])
    wanted = produce(broker.bootstrap, "orders", [New(b"%d" % n, partition=n % 2) for n in range(100)])
    target = tmp_path / "o.meshcap"
    words = ("--bootstrap", login, "--config", login_file(tmp_path), "--until", "end", "-o", target)
    ran = run("collect", "orders", *words)
    assert (ran.code, ran.err) == (0, "")
    assert consumed(records_in(target)) == wanted
    settings = {"security_protocol": "SASL_PLAINTEXT", "sasl_mechanism": "PLAIN"}
    with CollectChild(tmp_path / "c", login, sasl_username="reader", sasl_password="geheim", **settings) as child:
        child.tail("orders")
        child.wait(lambda: child.rows == 100, "the records")
        wanted += produce(broker.bootstrap, "orders", [New(b"more") for _ in range(5)])
        child.wait(lambda: child.rows == 105, "those that come later")
        child.stop()
    assert child.troubles == []


@pytest.mark.parametrize("rights", [[], [AclOperation.DESCRIBE]], ids=["no right", "the right to describe"])
def test_that_a_topic_that_this_login_may_not_read_is_said(
    guarded: tuple[Broker, str], topic: str, tmp_path: Path, rights: list[AclOperation]
) -> None:
    broker, login = guarded
    create_topic(broker.bootstrap, topic)
    produce(broker.bootstrap, topic, [New(b"secret")])
    may_read(broker, topic, rights)
    words = ("--bootstrap", login, "--config", login_file(tmp_path), "--until", "end", "-o", tmp_path / "o.meshcap")
    ran = run("collect", topic, *words)
    assert ran.err == (
        f"This login may not read {topic}. "
        "Ask its owner for the right to read it (ACL: READ and DESCRIBE on the topic).\n"
    )
    assert ran.code == 1


# Sizes


@pytest.fixture(scope="module")
def roomy(kafka_java: Java, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A broker that takes records of 200 MB."""
    properties = {"message.max.bytes": str(200 << 20), "socket.request.max.bytes": str(300 << 20)}
    with start_broker(tmp_path_factory.mktemp("roomy"), properties=properties, heap="1g") as broker:
        yield broker


def produce_large(broker: Broker, topic: str, size: int) -> list[oracles.Consumed]:
    """A small record, one of `size` bytes, and a small one."""
    create_topic(broker.bootstrap, topic)
    settings = {"message_max_bytes": str(2 * size), "queue_buffering_max_kbytes": str(1 << 20)}
    return produce(broker.bootstrap, topic, [New(b"before"), New(b"x" * size), New(b"behind")], **settings)


def test_that_a_record_larger_than_every_limit_of_a_fetch_arrives(roomy: Broker, tmp_path: Path) -> None:
    wanted = produce_large(roomy, "large", 110_000_000)
    target = tmp_path / "l.meshcap"
    ran = run("collect", "large", "--bootstrap", roomy.bootstrap, "--until", "end", "-o", target)
    assert (ran.code, ran.err) == (0, "")
    assert consumed(records_in(target)) == wanted


def test_that_a_record_larger_than_the_client_takes_is_said_with_what_helps(roomy: Broker, tmp_path: Path) -> None:
    wanted = produce_large(roomy, "larger", 80_000_000)
    limit = {"receive_message_max_bytes": "70000000"}
    with CollectChild(tmp_path / "c", roomy.bootstrap, **limit) as child:
        child.tail("larger")
        child.wait(lambda: child.troubles, "a word on it")
        child.tail("larger", ("offset", 2))
        child.wait(lambda: child.rows == 2, "the record behind it")
        child.stop()
    assert set(child.troubles) == {
        (
            f"{roomy.bootstrap} has a batch of records of 80.0 MB, and MeshDesk takes 70.0 MB at once: "
            "its partition is not read on. Set receive.message.max.bytes to more than the batch takes, "
            "or open the topic from an offset behind it."
        )
    }
    assert consumed(records_in(tmp_path / "c")) == [wanted[0], wanted[2]]


# Timestamps


def test_that_records_without_a_time_and_those_of_the_future_are_shown_as_such_and_said(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic = make_topic(message_timestamp_after_max_ms=str((1 << 63) - 1))
    times = [-1, 4_000_000_000_000, 1, 1_790_000_000_000, -1]
    wanted = produce(broker.bootstrap, topic, [New(b"%d" % time, timestamp=time) for time in times])
    target = tmp_path / "t.meshcap"
    ran = run("collect", topic, "--bootstrap", broker.bootstrap, "--until", "end", "-o", target)
    said = (
        f"Records of {topic} have no timestamp. They are last in lists by time, and in every range of time. "
        f"Producers send none, or are older than Kafka 0.10; one such record is {topic}[0]@0.\n"
        f"Records of {topic} have timestamps in the future. They are last in lists by time, and in no range of the past. "
        "The clock of their producer or of this machine is wrong, or they are in another unit than milliseconds; "
        f"{topic}[0]@1 says 2096-10-02T07:06:40.000Z.\n"
    )
    assert (ran.code, ran.err) == (0, said)
    records = records_in(target)
    assert [record.timestamp for record in records] == [None, *times[1:4], None]
    assert consumed(records) == wanted == oracles.kcat(broker, topic)
    assert [line["timestamp"] for line in run("read", "--json", target).lines] == [None, *times[1:4], None]
    first, future, *_ = run("read", target).out.decode().splitlines()
    assert first == f"–  {topic}[0]@0  ∅  -1"
    assert "2096-10-02" in future


def test_that_records_behind_newer_ones_of_their_partition_are_kept_as_they_are_counted_and_said(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic, base, minute = make_topic(2), 1_790_000_000_000, 60_000
    times = [0, 90, 5, 10, 91]  # minutes: two that came late
    new = [New(b"%d" % n, partition=0, timestamp=base + n * minute) for n in times]
    new += [New(b"%d" % n, partition=1, timestamp=base + n * minute) for n in sorted(times)]
    wanted = produce(broker.bootstrap, topic, new)
    target = tmp_path / "t.meshcap"
    ran = run("collect", topic, "--bootstrap", broker.bootstrap, "--until", "end", "-o", target)
    said = (
        f"Records of {topic} came behind newer ones of their partition. Lists by time show them in another order than they "
        "arrived; reading up to a moment and curves of the past take them for as new as what they came behind. "
        "They were sent late or once more, or a clock was wrong; "
        f"{topic}[0]@2 says 2026-09-21T14:18:20.000Z, 1 h 25 m before a record that came earlier.\n"
    )
    assert (ran.code, ran.err) == (0, said)
    assert sorted(consumed(records_in(target)), key=lambda record: record.name) == wanted
    with CollectChild(tmp_path / "c", broker.bootstrap) as child:
        child.tail(topic)
        child.wait(lambda: sum(said["count"] for said in child.all("trouble")) == 2, "their number")
        child.stop()


# Three brokers

LEADERS_TRIES = 3


@pytest.mark.timeout(600)  # three brokers of which one has just died need up to half a minute for new leaders
def test_that_leaders_that_change_and_brokers_that_restart_lose_and_double_nothing(
    kafka_java: Java, tmp_path: Path
) -> None:
    topic = "orders"
    with ExitStack() as running:
        brokers = start_brokers(tmp_path / "kafka", 3)
        for broker in brokers:
            running.enter_context(broker)
        first = brokers[0]
        create_topic(first.bootstrap, topic, replicas=[[2, 3], [3, 2], [3, 1]])
        by, admin = producer(first.bootstrap, enable_idempotence=True), asking(first.bootstrap)
        wanted = produced(by, topic, [New(b"at first %d" % n, partition=n % 3) for n in range(60)])
        with CollectChild(tmp_path / "c", first.bootstrap) as child:
            child.tail(topic)
            child.wait(lambda: child.rows == 60, "the first records")
            in_vain = 0
            for number in (2, 3):
                in_vain += _kill_a_leader(admin, topic, brokers[number - 1], number)
                wanted += produced(by, topic, [New(b"without %d %d" % (number, n), partition=n % 3) for n in range(60)])
                child.wait(partial(child.holds, len(wanted)), f"what came without broker {number}")
                brokers[number - 1].resume()
                wait_until(partial(_is_in_sync, admin, topic), "its replicas to be in sync", 90)
            assert child.all("progress")[-1]["connected"]
            child.stop()
    advice = "Check whether that broker runs, and whether this machine can reach the address; MeshDesk keeps trying."
    leaderless = {said for said in child.troubles if in_vain and said.startswith("No broker leads ")}
    assert set(child.troubles) - leaderless == {
        f"Nothing answers at {brokers[number - 1].bootstrap}, which broker {number} of {first.bootstrap} gives as its "
        f"address (advertised.listeners). {advice}"
        for number in (2, 3)
    }
    assert consumed(records_in(tmp_path / "c")) == sorted(wanted, key=lambda record: record.name)
    assert coverage_in(tmp_path / "c") == {(topic, number): [(0, 60)] for number in range(3)}


def _kill_a_leader(admin: AdminClient, topic: str, broker: Broker, number: int) -> int:
    """Kills a broker and waits until others lead; how often it had to be brought back, as none of them could.

    A controller that was out of breath for three seconds takes all brokers for dead at once. Where the living one is struck off
    before the dead one, the dead one is left as the only replica in sync, and nobody can lead without it.
    """
    for in_vain in range(LEADERS_TRIES):
        wait_until(partial(_is_in_sync, admin, topic), "all replicas to be in sync", 90)
        broker.kill()
        try:
            wait_until(partial(_is_led_by_others, admin, topic, number), "other leaders", 45)
        except AssertionError:
            broker.resume()
        else:
            return in_vain
    raise AssertionError(f"no other leaders in {LEADERS_TRIES} attempts: {leaders(admin, topic)}")


def _is_led_by_others(admin: AdminClient, topic: str, number: int) -> bool:
    return not {number, -1} & set(leaders(admin, topic))


def _is_in_sync(admin: AdminClient, topic: str) -> bool:
    """Whether both replicas of each partition are."""
    return all(len(one.isrs) == 2 for one in admin.list_topics(topic, timeout=30).topics[topic].partitions.values())
