"""Settings of Java's client as librdkafka takes them: every name that Kafka's own consumer has, and certificates in the file."""

import re
import subprocess
from pathlib import Path

import pytest

from meshdesk.collect.client import Cluster, KafkaTrouble, make_consumer
from meshdesk.collect.properties import Source, read_properties
from meshdesk.demo.java import Java
from tests.broker.collect.listening import tls_port

SAID = {
    "config.providers": "are to be looked up elsewhere (config.providers)",
    "sasl.jaas.config": "names a login that MeshDesk does not know",
}


def settings_of_java(java: Java) -> dict[str, str]:
    """Each setting of Kafka's consumer with its default, from the documentation that its class prints."""
    line = java.line("org.apache.kafka.clients.consumer.ConsumerConfig")
    page = subprocess.run(line, capture_output=True, text=True, check=True, timeout=30).stdout
    found = re.findall(r'id="(?:[a-z]+_)?([a-z][a-z0-9.]+)".*?<th>Default:</th><td>(.*?)</td>', page, re.DOTALL)
    return {name: re.sub(r" \(.*\)|^null$|^\"\"$", "", default) for name, default in found}


def test_that_every_setting_of_javas_consumer_is_taken_left_out_or_said(kafka_java: Java, tmp_path: Path) -> None:
    settings = settings_of_java(kafka_java)
    assert {"bootstrap.servers", "fetch.max.wait.ms", "ssl.truststore.location"} <= settings.keys()
    for name, default in settings.items():
        file = tmp_path / f"{name}.properties"
        file.write_text(f"{name}={default}\n")
        if name in SAID:
            with pytest.raises(ValueError, match=re.escape(SAID[name])):
                read_properties(file, Source("127.0.0.1:1"))
        else:
            source = read_properties(file, Source("127.0.0.1:1"))
            make_consumer(Source("127.0.0.1:1", properties=source.properties), print).close()


def test_that_certificates_in_the_file_are_trusted(tmp_path: Path) -> None:
    file = tmp_path / "client.properties"
    with tls_port(tmp_path) as (port, certificate):
        lines = certificate.read_text().replace("\n", "\\n\\\n")
        file.write_text(f"security.protocol=SSL\nssl.truststore.type=PEM\nssl.truststore.certificates={lines}\n")
        with pytest.raises(KafkaTrouble, match="does not answer as a Kafka does"):  # it shook hands
            Cluster(read_properties(file, Source(f"127.0.0.1:{port}")), lambda trouble: None).metadata(timeout=8)
