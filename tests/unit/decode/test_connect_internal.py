"""Connect's own topics: what their records say, secrets that stand in them, and topics that are only named so."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.chain import decode
from meshdesk.decode.connect_internal import opened
from meshdesk.decode.contract import Decoded, Payload
from meshdesk.model.node import Node, to_json
from meshdesk.model.schema import SchemaState
from tests.unit.decode.golden import PAYLOADS, case, payload
from tests.unit.decode.poison import Every

NONE = Every(SchemaState.NO_REGISTRY)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("config-commit", "tasks of connector shop-plain: 1"),
        ("config-connector", "configuration of connector mirror-heartbeat"),
        ("config-connector-deleted", "connector-shop-modes-schemas is removed"),
        ("config-target-state-paused", "connector shop-ce is to be PAUSED"),
        (
            "offset-heartbeat",
            "source mirror-heartbeat sourceClusterAlias north targetClusterAlias south is at offset 0",
        ),
        ("status-connector-running", "connector shop-plain is RUNNING"),
        ("status-task-failed", "task 0 of shop-schemas is FAILED"),
        ("status-removed", "status-task-shop-flat-0 is removed"),
    ],
)
def test_that_a_real_record_says_what_it_is_about(name: str, said: str) -> None:
    found = decode(payload(case(PAYLOADS / "connect-internal" / f"{name}.json"), "value"), NONE)
    assert (found.chain[-1].name, found.chain[-1].detail) == ("Connect internal", said)


def test_that_a_password_is_said_to_be_one_and_the_value_stays_exact() -> None:
    sent = payload(case(PAYLOADS / "connect-internal" / "config-connector-with-password.json"), "value")
    tree = decode(sent, NONE).tree
    marked = [child.name for child in tree.children[0].children if "secret" in child.note]
    assert marked == ["database.password"]
    assert to_json(tree) == json.loads(sent.data or b"")


def test_that_the_key_of_the_workers_is_a_secret_too() -> None:
    data = b'{"key": "c2VjcmV0", "algorithm": "HmacSHA256", "creation-timestamp": 5}'
    found = decode(Payload(data, "value", "connect-configs", (), b"session-key"), NONE)
    assert [child.note for child in found.tree.children] == ["a secret, in plain text", "", ""]


@pytest.mark.parametrize(
    ("data", "key", "topic"),
    [
        (b'{"state": "RUNNING"}', b"status-connector-a", "orders"),
        (b'{"status": "RUNNING"}', b"status-connector-a", "connect-status"),
        (b'["state"]', b"status-connector-a", "connect-status"),
        (b'{"state": "RUNNING"}', b"\xff", "connect-status"),
        (b'{"state": "RUNNING"}', None, "connect-status"),
        (b'{"a": 1}', b'["a"]', "connect-offsets"),
        (b'{"a": 1}', b"[" * 900, "connect-offsets"),
        (b"5", b'["a", {}]', "connect-offsets"),
    ],
)
def test_that_what_is_only_named_so_stays_as_it_is(data: bytes, key: bytes | None, topic: str) -> None:
    found = decode(Payload(data, "value", topic, (), key), NONE)
    assert found.chain[-1].name != "Connect internal"


@given(st.text(max_size=30), st.sampled_from(["connector-", "status-task-a-", "[", "commit-", ""]), st.booleans())
def test_that_any_key_has_an_answer(words: str, before: str, is_gone: bool) -> None:
    key = (before + words).encode("utf-8", "surrogatepass")
    tree = Node("", "record", "", tuple(Node(name, "string", words) for name in ("state", "tasks", "properties")))
    sent = Payload(None if is_gone else b"{}", "value", "connect-configs", (), key)
    found = opened(sent, Decoded(tree, (), "JSON"))
    assert found is None or len(found.chain[-1].detail) < 4_000
