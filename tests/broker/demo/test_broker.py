"""The starter of Kafka and its guard, with real processes."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic, ResourceType

from meshdesk.demo import node as node_module
from meshdesk.demo.broker import Broker, start_broker, start_brokers
from meshdesk.demo.java import Java
from meshdesk.demo.node import BOUNDED
from meshdesk.demo.trouble import DemoError
from tests.broker import oracles
from tests.broker.demo.processes import gone, wait_until
from tests.kafka import MakeTopic


def start_in_another_process(folder: Path) -> tuple[subprocess.Popen[str], int, int]:
    """A program that starts a broker in `folder` and waits for ever; with the process ids of Java and of the guard."""
    program = textwrap.dedent(
        """
        import sys, time
        from pathlib import Path
        from meshdesk.demo.broker import start_broker
        broker = start_broker(Path(sys.argv[1]), remove_folder=True)
        print(broker.pid, broker.guard_pid, flush=True)
        time.sleep(600)
        """
    )
    child = subprocess.Popen([sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    java, guard = map(int, child.stdout.readline().split())
    return child, java, guard


def end(child: subprocess.Popen[str]) -> None:
    child.kill()
    child.wait()
    assert child.stdout is not None
    child.stdout.close()


def test_that_console_consumer_and_kcat_read_what_was_produced_byte_for_byte(
    broker: Broker, make_topic: MakeTopic
) -> None:
    topic = make_topic(partitions=2)
    producer = Producer({"bootstrap.servers": broker.bootstrap, "log_level": 0})
    wanted = []
    values = [b"plain", b"", None, bytes(range(256)), "Grüße".encode()]
    for offset, value in enumerate(values):
        for partition in (0, 1):
            key = None if offset == 0 else f"key-{offset}".encode()
            headers = (("trace", b"t-%d" % offset), ("trace", b"twice")) if offset else ()
            timestamp = 1_700_000_000_000 + offset
            producer.produce(topic, value, key, partition=partition, timestamp=timestamp, headers=[*headers])
            wanted.append(oracles.Consumed(topic, partition, offset, timestamp, key, value, headers))
    assert producer.flush(30) == 0
    wanted.sort(key=lambda record: record.name)
    assert oracles.kcat(broker, topic) == wanted
    assert oracles.console_consumer(broker, topic, len(wanted)) == wanted
    assert topic in oracles.topics(broker)


def test_that_killing_the_starter_leaves_no_java_no_guard_and_no_folder(kafka_java: Java, tmp_path: Path) -> None:
    folder = tmp_path / "kafka"
    child, java, guard = start_in_another_process(folder)
    assert folder.exists()
    assert not gone(java)
    end(child)
    wait_until(lambda: gone(java), "Java ends")
    wait_until(lambda: not folder.exists(), "the folder is removed")
    wait_until(lambda: gone(guard), "the guard ends")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Only Linux ends a process with its parent (prctl).")
def test_that_killing_the_guard_leaves_no_java(kafka_java: Java, tmp_path: Path) -> None:
    child, java, guard = start_in_another_process(tmp_path / "kafka")
    try:
        os.kill(guard, signal.SIGKILL)
        wait_until(lambda: gone(java), "Java ends with its guard")
    finally:
        end(child)


def test_that_stop_removes_the_folder_also_when_the_guard_was_killed(kafka_java: Java, tmp_path: Path) -> None:
    broker = start_broker(tmp_path / "kafka", remove_folder=True)
    os.kill(broker.guard_pid, signal.SIGKILL)
    broker.stop()
    broker.stop()
    assert not broker.folder.exists()
    assert not broker.running


def test_that_a_killed_broker_comes_back_with_its_records(fresh_broker: Broker) -> None:
    quiet: dict[str, str | int | float | bool] = {"bootstrap.servers": fresh_broker.bootstrap, "log_level": 0}
    admin, producer = AdminClient(quiet), Producer(quiet)
    admin.create_topics([NewTopic("kept", 1)])["kept"].result(30)
    producer.produce("kept", b"before")
    assert producer.flush(30) == 0
    address, cluster = fresh_broker.bootstrap, fresh_broker.cluster_id
    fresh_broker.kill()
    assert not fresh_broker.running
    fresh_broker.resume()
    assert (fresh_broker.bootstrap, fresh_broker.cluster_id) == (address, cluster)
    assert [record.value for record in oracles.kcat(fresh_broker, "kept")] == [b"before"]


def test_that_a_taken_port_is_survived_by_taking_another(
    kafka_java: Java, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        free_ports = node_module.free_ports
        asked: list[int] = []

        def first_a_taken_one(number: int) -> list[int]:
            asked.append(number)
            ports = free_ports(number)
            return [ports[0], taken.getsockname()[1]] if len(asked) == 1 else ports

        monkeypatch.setattr(node_module, "free_ports", first_a_taken_one)
        with start_broker(tmp_path / "kafka", remove_folder=True) as broker:
            assert broker.bootstrap != f"127.0.0.1:{taken.getsockname()[1]}"
        assert len(asked) == 2
        with pytest.raises(DemoError, match=r"^Port \d+ of this machine is taken by another program\. Choose another"):
            start_broker(tmp_path / "kafka", port=taken.getsockname()[1], remove_folder=True)
    assert not (tmp_path / "kafka").exists()


def test_that_a_broker_that_ends_at_once_is_reported_with_its_last_words(kafka_java: Java, tmp_path: Path) -> None:
    with pytest.raises(DemoError) as raised:
        start_broker(tmp_path / "kafka", properties={"log.retention.bytes": "many"})
    assert "Invalid value many for configuration log.retention.bytes" in str(raised.value)
    assert str(tmp_path / "kafka" / "broker.log") in raised.value.trouble.advice


def test_that_three_brokers_are_one_cluster_that_replicates(kafka_java: Java, tmp_path: Path) -> None:
    brokers = start_brokers(tmp_path, 3, remove_folder=True)
    try:
        admin = AdminClient({"bootstrap.servers": brokers[0].bootstrap, "log_level": 0})
        admin.create_topics([NewTopic("replicated", 3, 3)])["replicated"].result(30)
        until = time.monotonic() + 30
        # A broker other than the controller hears of a new topic a moment after its creation was answered.
        while "replicated" not in (seen := admin.list_topics(timeout=30)).topics:
            assert time.monotonic() < until, "the broker that was asked never heard of the topic"
        assert sorted(seen.brokers) == [1, 2, 3]
        assert seen.cluster_id == brokers[2].cluster_id
        assert {len(partition.replicas) for partition in seen.topics["replicated"].partitions.values()} == {3}
    finally:
        for broker in reversed(brokers):
            broker.stop()
    assert list(tmp_path.iterdir()) == []


def test_that_the_bounds_reach_the_broker_and_its_log_is_rolled(kafka_java: Java, tmp_path: Path) -> None:
    with start_broker(tmp_path / "kafka", properties=BOUNDED, remove_folder=True) as broker:
        admin = AdminClient({"bootstrap.servers": broker.bootstrap, "log_level": 0})
        resource = ConfigResource(ResourceType.BROKER, "1")
        settings = admin.describe_configs([resource])[resource].result(30)
        assert {name: settings[name].value for name in BOUNDED} == BOUNDED
        assert "appender.file.policies.size.size=5MB" in (broker.folder / "log4j2.properties").read_text()
        assert broker.log.exists()
