"""Labels: what names anybody goes, whether it is known or only looks like a name; what helps to mend something stays."""

import time
from pathlib import Path

import pytest

from meshdesk.session.labels import Labels

FOLDERS = {"logs": Path("/var/logs/meshdesk"), "program": Path("/opt/meshdesk")}


@pytest.fixture
def labels() -> Labels:
    known = {"topic": ["orders", "orders.placed.v1", "a b/c"], "connection": ["Acme production"], "host": ["kafka1"]}
    return Labels(known, FOLDERS, ["jane", "x"])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("orders and orders.placed.v1, not reorders", "topic-2 and topic-3, not reorders"),
        ("Nothing of orders.", "Nothing of topic-2."),
        ("subject orders-value, orders.placed.v1-key", "subject topic-2-value, topic-3-key"),
        ("a b/c is deleted", "topic-1 is deleted"),
        ("Acme production: kafka1:9092 and kafka1 answer", "connection-1: host-1:9092 and host-1 answer"),
        ("other.topic.v2[3]@42", "topic-4[3]@42"),
        ("broker-7.acme.example:9093/2", "host-2:9093/2"),
        ("10.1.2.3 and [2001:db8::1] and 2001:db8:0:1:2:3:4:5", "host-2 and host-3 and host-4"),
        ("https://jane:pw@registry.acme.example:8081/subjects/x?y", "https://host-2:8081/…"),
        ("write to someone@acme.example", "write to person-2"),
        ("There is no “Acme Ltd”, 'acme-x' or \"y\"", "There is no “name-1”, 'name-2' or \"name-3\""),
        ("of jane, janet", "of person-1, janet"),
        ("the group billing.daily is gone", "the group name-1 is gone"),
        ("/srv/jane/acme/ca.pem: no such file", "file-1.pem: no such file"),
        (r"C:\data\jane\acme\ca.pem is missing", "file-1.pem is missing"),
        ("open acme-orders.meshcap or ~/acme/folder.", "open file-1.meshcap or path-1."),
    ],
)
def test_that_what_names_anybody_becomes_a_label(labels: Labels, text: str, shown: str) -> None:
    assert labels.hide(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24 02:43:31,940 INFO meshdesk.session: it took 1.5 s at 12:30, 3 of 4.",
        "SSL handshake failed: error:0A000086:SSL routines::certificate verify failed; see ssl.ca.location",
        "librdkafka 2.16.1 and _ALL_BROKERS_DOWN, code -187",
        "It hasn't answered and doesn't",
        "KeyError in rows.py, settings.toml",
    ],
)
def test_that_what_helps_to_mend_something_stays(labels: Labels, text: str) -> None:
    assert labels.hide(text) == text


def test_that_our_own_folders_are_told_by_what_they_are(labels: Labels) -> None:
    text = '  File "/opt/meshdesk/collect/client.py", line 12, in read; /var/logs/meshdesk/1.log'
    assert labels.hide(text) == '  File "<program>/collect/client.py", line 12, in read; <logs>/1.log'


def test_that_the_same_name_has_the_same_label_in_one_text(labels: Labels) -> None:
    first = labels.hide("new.acme.example:9092 at “Acme”")
    assert labels.hide("new.acme.example:9092 at “Acme”") == first
    assert labels.hide(first) == first


def test_that_tens_of_thousands_of_names_cost_no_second() -> None:
    labels = Labels({"topic": [f"domain-{n}.topic.v1" for n in range(50_000)]}, {}, [])
    began = time.perf_counter()
    for n in range(500):
        assert labels.hide(f"2026-11-24 domain-{n}.topic.v1[3]@42: something of it is wrong " * 3).count("topic-") == 3
    assert time.perf_counter() - began < 5
