"""What is installed reads a broker and a registry over TLS: by an authority that is named, by one of the system, by no other."""

import json
from pathlib import Path

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from meshdesk.demo.registry import Schema
from tests.package.installed import Installed
from tests.package.trusted import trusting, why_not
from tests.secure_kafka import OPEN, REGISTRY_PASSWORD, REGISTRY_USER, SecureKafka, SecureRegistry

pytestmark = pytest.mark.timeout(600)  # the first test of each waits for pip or apt

RECORDS = 12
ORDER = '{"type":"record","name":"Order","fields":[{"name":"id","type":"string"}]}'


@pytest.fixture(scope="module")
def filled(secure_kafka: SecureKafka) -> SecureKafka:
    """With records in the topic that all may read."""
    producer = Producer({"bootstrap.servers": secure_kafka.broker.bootstrap, "log_level": 0})
    for k in range(RECORDS):
        producer.produce(OPEN, json.dumps({"k": k}).encode(), partition=k % 2)
    assert producer.flush(30) == 0
    return secure_kafka


def collected(installed: Installed, kafka: SecureKafka, out: Path, *words: str, before: tuple[str, ...] = ()) -> str:
    """What a collect program over TLS says: the last line of its output, or its sentence where it failed."""
    line = ("collect", OPEN, "--bootstrap", kafka["TLS"], "-X", "security.protocol=SSL", "--until", "end")
    ran = installed.run(*line, "--for", "20s", "-o", out, *words, before=before)
    return ran.out if ran.code == 0 else ran.err


def test_that_a_broker_is_read_over_tls_with_the_authority_that_is_named(
    installed: Installed, filled: SecureKafka, tmp_path: Path
) -> None:
    said = collected(installed, filled, tmp_path / "a.meshcap", "-X", f"ssl.ca.location={filled.certificates.ca}")
    assert json.loads(said.splitlines()[-1])["records"] == RECORDS
    ran = installed.run("read", tmp_path / "a.meshcap", "--json")
    assert len(ran.out.splitlines()) == RECORDS


def test_that_a_broker_is_read_over_tls_with_an_authority_of_the_system_and_with_no_other(
    installed: Installed, filled: SecureKafka, tmp_path: Path
) -> None:
    if why := why_not():
        pytest.skip(why)
    with trusting(filled.certificates.ca, tmp_path / "trusted") as before:
        said = collected(installed, filled, tmp_path / "a.meshcap", before=before)
    assert json.loads(said.splitlines()[-1])["records"] == RECORDS
    refused = collected(installed, filled, tmp_path / "b.meshcap")
    assert "authorit" in refused
    assert not (tmp_path / "b.meshcap").exists()


def test_that_a_registry_is_asked_over_tls_with_an_authority_of_the_system_and_with_no_other(
    installed: Installed, secure_kafka: SecureKafka, secure_registry: SecureRegistry, tmp_path: Path
) -> None:
    """The registry is asked by Python's TLS, where brokers are by librdkafka's own."""
    if why := why_not():
        pytest.skip(why)
    number = secure_registry.store.register("order", Schema(ORDER)).id
    topic = f"of-{installed.name}.v1"
    servers: dict[str, str | int | float | bool] = {"bootstrap.servers": secure_kafka.broker.bootstrap, "log_level": 0}
    admin = AdminClient(servers)
    admin.create_topics([NewTopic(topic, 1, 1)])[topic].result(30)
    producer = Producer(servers)
    producer.produce(topic, b"\0" + number.to_bytes(4, "big") + b"\x06A-1")
    assert producer.flush(30) == 0
    config = tmp_path / "client.properties"
    config.write_text(
        f"schema.registry.url={secure_registry.url}\nbasic.auth.user.info={REGISTRY_USER}:{REGISTRY_PASSWORD}\n"
    )
    line = ("collect", topic, "--bootstrap", secure_kafka.broker.bootstrap, "--config", config, "--until", "end")
    installed.run(*line, "-o", tmp_path / "without.meshcap")
    assert secure_registry.asked == []
    with trusting(secure_kafka.certificates.ca, tmp_path / "trusted") as before:
        ran = installed.run(*line, "-o", tmp_path / "with.meshcap", before=before)
    assert ran.code == 0, ran.err
    assert f"/schemas/ids/{number}" in [path.partition("?")[0] for path in secure_registry.asked]
    (record,) = installed.run("read", tmp_path / "with.meshcap", "--json").out.splitlines()
    assert '"A-1"' in record
