"""What is installed reads a broker over TLS: by an authority that is named, by one of the system, and by no other."""

import json
from pathlib import Path

import pytest
from confluent_kafka import Producer

from tests.package.installed import Installed
from tests.package.trusted import trusting, why_not
from tests.secure_kafka import OPEN, SecureKafka

RECORDS = 12


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
