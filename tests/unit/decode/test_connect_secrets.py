"""Secrets in Connect's configurations: masked in the bytes, of those records alone, and everything else as it was."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.chain import decode
from meshdesk.decode.connect_internal import HIDDEN
from meshdesk.decode.connect_secrets import masked
from meshdesk.decode.contract import Payload
from meshdesk.model.node import to_json
from meshdesk.model.schema import SchemaState
from tests.unit.decode.golden import CASES, PAYLOADS, case, payload
from tests.unit.decode.poison import Every

NONE = Every(SchemaState.NO_REGISTRY)
REAL = payload(case(PAYLOADS / "connect-internal" / "config-connector-with-password.json"), "value")


def config(properties: object, key: bytes = b"connector-a", topic: str = "connect-configs") -> Payload:
    return Payload(json.dumps({"properties": properties}).encode(), "value", topic, (), key)


def test_that_a_real_configuration_loses_its_password_and_nothing_else() -> None:
    found = masked(REAL)
    data = REAL.data or b""
    assert found.masked == ("database.password",)
    assert found.data == data.replace(b'"database.password":"none"', b'"database.password":"****"')
    tree = decode(found, NONE).tree
    properties = json.loads(data)["properties"] | {"database.password": HIDDEN}
    assert to_json(tree) == {"properties": properties}
    assert [child.name for child in tree.children[0].children if child.note == "a secret, masked"] == [
        "database.password"
    ]


def test_that_of_all_other_real_records_nothing_is_masked() -> None:
    paths = [path for path in CASES if path.stem != "config-connector-with-password"]
    sent = [payload(case(path), role) for path in paths for role in ("key", "value")]
    assert [one for one in sent if masked(one) is not one] == []


@pytest.mark.parametrize(
    ("name", "value", "is_masked"),
    [
        ("sasl.jaas.config", '…Module required username="u" password="p";', True),
        ("azure.servicebus.sas.key", "k", True),
        ("aws.access.key.id", "AKIA", True),
        ("connection.url", "jdbc:postgresql://me:hunter2@db/shop", True),
        ("connection.url", "jdbc:postgresql://db/shop", False),
        ("PassWord", 'a\\n\\u2028"}', True),
        ("database.password", "", False),
        ("database.password", "${file:/run/secrets.properties:db}", False),
        ("database.password", "${x}y", True),
        ("key.converter", "org.example.K", False),
        ("database.hostname", "db", False),
    ],
)
def test_that_settings_whose_names_or_values_say_that_they_are_secret_are_masked(
    name: str, value: str, is_masked: bool
) -> None:
    sent = config({"before": "a\\", name: value, "after": ": "})
    found = masked(sent)
    assert found.masked == ((name,) if is_masked else ())
    said = json.loads(found.data or b"")["properties"]
    assert (said["before"], said["after"], len(found.data or b"")) == ("a\\", ": ", len(sent.data or b""))
    assert set(said[name]) == {"*"} if is_masked else said[name] == value


def test_that_one_secret_is_shown_where_somebody_wants_it_and_the_others_stay_masked() -> None:
    found = masked(config({"a.password": "one", "b.password": "two"}), ["b.password"])
    assert json.loads(found.data or b"")["properties"] == {"a.password": "***", "b.password": "two"}
    notes = {child.name: (child.text, child.note) for child in decode(found, NONE).tree.children[0].children}
    assert notes == {"a.password": (HIDDEN, "a secret, masked"), "b.password": ("two", "a secret, in plain text")}


def test_that_names_written_in_escapes_repeated_names_and_cut_values_are_found() -> None:
    data = rb'{"properties": {"\u0070assword" : "one", "password":"two", "x": "y", "my.secret": "thr'
    found = masked(replace(config({}), data=data))
    assert found.data == rb'{"properties": {"\u0070assword" : "***", "password":"***", "x": "y", "my.secret": "***'
    assert found.masked == ("password", "my.secret")


def test_that_the_topic_may_have_any_name_and_the_key_may_not() -> None:
    properties = {"password": "p"}
    assert masked(config(properties, topic="cc-1")).masked == masked(config(properties, b"task-a-0")).masked != ()
    assert decode(masked(config(properties, topic="cc-1")), NONE).chain[-1].name == "Connect internal"
    for other in (config(properties, b"orders"), config(properties, b"connector-"), replace(REAL, record_key=None)):
        assert masked(other) is other
    for data in (None, b"", b'{"password": "p"}', b'[{"properties": {"password": "p"}}]', b"\xff"):
        other = replace(REAL, data=data)
        assert masked(other) is other


def test_that_the_key_of_the_workers_is_masked() -> None:
    data = b'{"key":"c2VjcmV0","algorithm":"HmacSHA256","creation-timestamp":5}'
    found = masked(Payload(data, "value", "connect-configs", (), b"session-key"))
    assert (found.masked, found.data) == (("key",), data.replace(b"c2VjcmV0", b"********"))
    assert decode(found, NONE).tree.children[0].note == "a secret, masked"
    other = Payload(b'{"key":"a"}', "value", "orders", (), b"session-key")
    assert masked(other) is other


@given(st.dictionaries(st.text() | st.sampled_from(["password", "x.token"]), st.text()), st.integers(0, 60))
def test_that_whatever_stands_in_a_configuration_only_secrets_change(properties: dict[str, str], cut: int) -> None:
    sent = config(properties)
    found = masked(sent)
    said = json.loads(found.data or b"")["properties"]
    names = {name for name in said if said[name] != properties[name]}
    assert list(said) == list(properties)
    assert names <= set(found.masked)
    assert all(set(said[name]) == {"*"} for name in names)
    pieces = masked(replace(sent, data=(sent.data or b"")[:-cut]))  # cut anywhere, it says no more
    assert len(pieces.data or b"") == len((sent.data or b"")[:-cut])
